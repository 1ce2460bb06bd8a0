"""Neighbours: passages that are one, but for what was put in between or left out."""

from __future__ import annotations

from dedup.columns import I64, Bools
from dedup.kernels import kernel
from dedup.kernels.passages import GAP

__all__ = ["join_neighbours"]

FAR_APART = 200
"""Characters at most between two passages that are joined."""
NEIGHBOURS = 8


@kernel
def join_neighbours(
    rows: I64, first: I64, last: I64, documents: I64, share: float, gone: Bools
) -> None:
    """Join passages between which something was put in, or taken out, and mark what is gone.

    Two are joined if they follow each other in both documents, with at most ``FAR_APART``
    characters between them, on one side at least within a unit, and enough of the whole is equal.
    One that lies within another is gone, too.

    Parameters
    ----------
    rows : int64[n, 5]
        ``passages.COLUMNS``, sorted by both documents and ``p``, of one ``p`` the longer first.
        The first of those joined grows.
    first, last : int64[n, 2]
        Units in which both spans begin and end.
    documents : int64[n, 2]
        Those of both spans.
    share : float64
        Of the longer span, that is to be equal.
    gone : bool[n]
        Filled.
    """
    for i in range(len(rows)):
        gone[i] = False
        j = i - 1
        while j >= max(0, i - NEIGHBOURS):
            if documents[i, 0] != documents[j, 0] or documents[i, 1] != documents[j, 1]:
                break
            if not gone[j]:
                if (
                    rows[i, 1] <= rows[j, 1]
                    and rows[j, 2] <= rows[i, 2]
                    and rows[i, 3] <= rows[j, 3]
                ):
                    gone[i] = True
                    break
                between_p, between_q = rows[i, 0] - rows[j, 1], rows[i, 2] - rows[j, 3]
                within = last[j, 0] == first[i, 0] or last[j, 1] == first[i, 1]
                same = documents[i, 0] == documents[i, 1]
                matched = rows[i, 4] + rows[j, 4] + min(0, between_p, between_q)
                longest = max(rows[i, 1] - rows[j, 0], rows[i, 3] - rows[j, 2])
                if (
                    within
                    and min(between_p, between_q) >= -GAP
                    and max(between_p, between_q) <= FAR_APART
                    and rows[i, 1] >= rows[j, 1]
                    and rows[i, 3] >= rows[j, 3]
                    and (rows[i, 3] <= rows[j, 0] or not same)  # nothing overlaps itself
                    and matched >= share * longest
                ):
                    rows[j, 1], rows[j, 3], rows[j, 4] = rows[i, 1], rows[i, 3], matched
                    last[j, 0], last[j, 1] = last[i, 0], last[i, 1]
                    gone[i] = True
                    break
            j -= 1
