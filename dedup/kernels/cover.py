"""The greedy cover of a graph: who comes first takes the neighbours that nobody has."""

from __future__ import annotations

from dedup.columns import F64, I64
from dedup.kernels import kernel

__all__ = ["greedy_cover", "greedy_keep"]


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


@kernel
def greedy_keep(
    starts: I64,
    neighbours: I64,
    scores: F64,
    masked: I64,
    masked_starts: I64,
    masked_neighbours: I64,
    kept: I64,
    cover: I64,
) -> None:
    """Fill ``cover`` (int64[n], all -1) with the kept text that covers each dropped one.

    Parameters
    ----------
    starts, neighbours, scores : int64[n + 1], int64[:], float64[:]
        Per text (in order of priority) the earlier ones that may cover it, and how well; of the
        kept ones the best covers, the earliest of equals.
    masked : int64[n]
        Number of the masked text of each text; -1 where families cover nothing.
    masked_starts, masked_neighbours : int64[m + 1], int64[:]
        Edges between masked texts, both directions.
    kept : int64[m]
        Scratch, all -1: the first kept text of each masked text.
    """
    for text in range(len(cover)):
        best = -1.0
        for i in range(starts[text], starts[text + 1]):
            earlier = neighbours[i]
            if cover[earlier] == -1 and (
                scores[i] > best or (scores[i] == best and earlier < cover[text])
            ):
                best = scores[i]
                cover[text] = earlier
        own = masked[text]
        if own == -1:
            continue
        if cover[text] == -1:
            cover[text] = kept[own]
        if cover[text] == -1:
            for i in range(masked_starts[own], masked_starts[own + 1]):
                other = kept[masked_neighbours[i]]
                if other != -1 and (cover[text] == -1 or other < cover[text]):
                    cover[text] = other
        if cover[text] == -1 and kept[own] == -1:
            kept[own] = text
