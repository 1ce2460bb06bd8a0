"""The greedy cover of a graph: who comes first takes the neighbours that nobody has."""

from __future__ import annotations

from dedup.columns import F64, I64, Bools
from dedup.kernels import inner, kernel

__all__ = ["greedy_cover", "greedy_documents", "greedy_keep"]


@kernel
def greedy_cover(
    starts: I64,
    neighbours: I64,
    leader: I64,
) -> None:
    """Fill ``leader`` (int64[n], all -1) with the representative of every node.

    Nodes are in order of priority: the first that has no leader is its own and takes all
    neighbours that have none. ``starts`` (int64[n + 1]) and ``neighbours`` (int64[:]) are the
    rows of the adjacency, both directions in them.
    """
    for node in range(len(leader)):
        if leader[node] != -1:
            continue
        leader[node] = node
        for i in range(starts[node], starts[node + 1]):
            if leader[neighbours[i]] == -1:
                leader[neighbours[i]] = node


@inner
def _standing(
    text: int,
    starts: I64,
    neighbours: I64,
    scores: F64,
    masked: I64,
    masked_starts: I64,
    masked_neighbours: I64,
    kept: I64,
    keeper: I64,
    cover: I64,
) -> int:
    """Return the kept text that stands for ``text``, itself if it is kept, or -1.

    Parameters
    ----------
    starts, neighbours, scores : int64[n + 1], int64[:], float64[:]
        Per text (in order of priority) those that may cover it, and how well; of the kept ones the
        best covers, the earliest of equals.
    masked : int64[n]
        Number of the masked text of each text; -1 where families cover nothing.
    masked_starts, masked_neighbours : int64[m + 1], int64[:]
        Edges between masked texts, both directions.
    kept : int64[m]
        The first kept text of each masked text, or -1.
    keeper, cover : int64[n]
        Who keeps each text, or -1, and the kept text that covers it, or -1.
    """
    if keeper[text] != -1:
        return text
    if cover[text] != -1:
        return cover[text]
    found = -1
    best = -1.0
    for i in range(starts[text], starts[text + 1]):
        other = neighbours[i]
        if keeper[other] != -1 and (scores[i] > best or (scores[i] == best and other < found)):
            best = scores[i]
            found = other
    own = masked[text]
    if found == -1 and own != -1:
        found = kept[own]
        if found == -1:
            for i in range(masked_starts[own], masked_starts[own + 1]):
                other = kept[masked_neighbours[i]]
                if other != -1 and (found == -1 or other < found):
                    found = other
    return found


@kernel
def greedy_keep(
    held: Bools,
    starts: I64,
    neighbours: I64,
    scores: F64,
    masked: I64,
    masked_starts: I64,
    masked_neighbours: I64,
    kept: I64,
    keeper: I64,
    cover: I64,
) -> None:
    """Fill ``cover`` (int64[n]) with the kept text that covers each dropped one.

    Parameters
    ----------
    held : bool[n]
        Texts that nothing covers, whatever might.
    starts, neighbours, scores, masked, masked_starts, masked_neighbours
        See ``_standing``.
    kept, keeper, cover
        The same, all -1; the first two are scratch.
    """
    for text in range(len(cover)):
        if not held[text]:
            cover[text] = _standing(
                text, starts, neighbours, scores, masked, masked_starts, masked_neighbours,
                kept, keeper, cover,
            )  # fmt: skip
        if cover[text] == -1:
            keeper[text] = text
            if masked[text] != -1 and kept[masked[text]] == -1:
                kept[masked[text]] = text


@kernel
def greedy_documents(
    bounds: I64,
    text: I64,
    length: I64,
    source: I64,
    apart: bool,
    share: float,
    held: Bools,
    long: Bools,
    starts: I64,
    neighbours: I64,
    scores: F64,
    masked: I64,
    masked_starts: I64,
    masked_neighbours: I64,
    kept: I64,
    keeper: I64,
    cover: I64,
    target: I64,
    whole: Bools,
) -> None:
    """Fill ``target`` with the kept unit that each one is dropped for, ``whole`` with documents.

    Parameters
    ----------
    bounds : int64[d + 1]
        Where the units of each document begin; documents and units are in keep order.
    text, length, source : int64[u]
        Of each unit: its text (-1: none), its shadow characters, its source.
    apart
        Whether only what is of another source is dropped.
    share
        Of a document's characters that makes it go.
    held : bool[u]
        Units that are kept, whatever might stand for them, and so are their documents.
    long : bool[n]
        Texts that are dropped by themselves.
    starts, neighbours, scores, masked, masked_starts, masked_neighbours
        See ``_standing``; units keep texts.
    kept, keeper, cover
        Scratch, the same: all -1, but for texts of which it is known beforehand which unit is kept.
    target : int64[u]
        All -1.
    whole : bool[d]
        All false.
    """
    for document in range(len(bounds) - 1):
        total = 0
        copied = 0
        stays = False
        for unit in range(bounds[document], bounds[document + 1]):
            total += length[unit]
            stays = stays or held[unit]
            if text[unit] == -1:
                continue
            standing = _standing(
                text[unit], starts, neighbours, scores, masked, masked_starts, masked_neighbours,
                kept, keeper, cover,
            )  # fmt: skip
            if standing != -1 and not (apart and source[keeper[standing]] == source[unit]):
                target[unit] = keeper[standing]
                copied += length[unit]
        whole[document] = not stays and copied > 0 and copied / total >= share
        if whole[document]:
            continue
        for unit in range(bounds[document], bounds[document + 1]):
            target[unit] = -1
            own = text[unit]
            if own == -1:
                continue
            standing = own
            if keeper[own] == -1:
                standing = cover[own]
                if standing == -1 and long[own] and not held[unit]:
                    standing = _standing(
                        own, starts, neighbours, scores, masked, masked_starts, masked_neighbours,
                        kept, keeper, cover,
                    )  # fmt: skip
                cover[own] = standing
            if standing == -1:
                keeper[own] = unit
                if long[own] and masked[own] != -1 and kept[masked[own]] == -1:
                    kept[masked[own]] = own
            elif (
                long[own]
                and not held[unit]
                and not (apart and source[keeper[standing]] == source[unit])
            ):
                target[unit] = keeper[standing]
