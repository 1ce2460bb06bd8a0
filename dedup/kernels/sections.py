"""Sections: anchors between two documents, chained in the order that both documents have."""

from __future__ import annotations

from dedup.columns import I64
from dedup.kernels import kernel

__all__ = ["FAR_APART", "GAP_COST", "chain", "told", "trace"]

FAR_APART = 2000
"""Characters of either document at most between two anchors of a section."""
GAP_COST = 4
"""So many characters that only one of the documents has weigh as much as one that both have."""
NEIGHBOURS = 64
"""Anchors before one that it is compared with, at most."""


@kernel
def chain(spans: I64, matched: I64, first: I64, score: I64, previous: I64) -> None:
    """Find, for each anchor, the best chain that ends with it: its score, and the anchor before.

    In a chain both spans of an anchor begin and end no sooner than those of the one before, with at
    most ``FAR_APART`` characters between; only what is new of a span counts, in the share that is
    equal. (Dynamic programming over collinear anchors, as aligners of genomes have it: Abouelhoda &
    Ohlebusch 2005.)

    Parameters
    ----------
    spans : int64[n, 4]
        Of each anchor, start and end in one document, and in the other.
    matched : int64[n]
        Characters that are equal.
    first : int64[p + 1]
        Where the anchors of each pair of documents begin; they are sorted by their first columns.
    score, previous : int64[n]
        Filled; -1 for an anchor that begins a chain.
    """
    for pair in range(len(first) - 1):
        for i in range(first[pair], first[pair + 1]):
            a, a_end, b, b_end = spans[i, 0], spans[i, 1], spans[i, 2], spans[i, 3]
            longest = max(a_end - a, b_end - b)
            score[i] = GAP_COST * (a_end - a + b_end - b) * matched[i] // longest
            previous[i] = -1
            for j in range(i - 1, max(first[pair], i - NEIGHBOURS) - 1, -1):
                if spans[j, 1] > a_end or spans[j, 2] > b or spans[j, 3] > b_end:
                    continue
                gap_a, gap_b = a - spans[j, 1], b - spans[j, 3]
                if max(gap_a, gap_b) > FAR_APART:
                    continue
                new = a_end - a + min(gap_a, 0) + b_end - b + min(gap_b, 0)
                gain = GAP_COST * new * matched[i] // longest - max(gap_a, 0) - max(gap_b, 0)
                if new > 0 and score[j] + gain > score[i]:
                    score[i] = score[j] + gain
                    previous[i] = j


@kernel
def trace(order: I64, previous: I64, section: I64) -> None:
    """Give every anchor the number of its chain, the best first, by ``order``.

    A chain begins behind the first anchor of an earlier one that it comes to, if it comes to any.
    ``section`` (int64[n]) is to be -1 throughout, and is filled.
    """
    count = 0
    for k in range(len(order)):
        i = order[k]
        if section[i] >= 0:
            continue
        while i >= 0 and section[i] < 0:
            section[i] = count
            i = previous[i]
        count += 1


@kernel
def told(start: I64, end: I64, pair: I64, section: I64, order: I64, out: I64) -> None:
    """Count, for each anchor, the characters that anchors of better sections have, too.

    Parameters
    ----------
    start, end : int64[n]
        Of each anchor, in one of its documents.
    pair, section : int64[n]
        Its two documents, and its section; the better of two sections has the lower number.
    order : int64[n]
        The anchors by their pair and their start.
    out : int64[n]
        Zeros; filled. What several have counts as often.
    """
    for k in range(len(order)):
        i = order[k]
        for m in range(k - 1, max(0, k - NEIGHBOURS) - 1, -1):
            j = order[m]
            if pair[i] != pair[j]:
                break
            both = min(end[i], end[j]) - start[i]
            if both > 0 and section[i] != section[j]:
                out[i if section[j] < section[i] else j] += both
