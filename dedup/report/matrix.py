"""The matrix: which documents share how much, those that belong together side by side."""

from __future__ import annotations

from collections.abc import Sequence

from dedup.report.views import Documents, Matrix

__all__ = ["matrix"]

MOST = 60
"""Documents: more of them cannot be told apart on a screen."""


def matrix(documents: Documents) -> Matrix:
    """Return the matrix of the documents that share most, grouped by what they share."""
    sharing = [i for i, shared in enumerate(documents.shared) if shared]
    sharing.sort(key=lambda i: (-documents.repeated[i], i))
    chosen = sharing[:MOST]
    order = _grouped(chosen, documents)
    place = {document: i for i, document in enumerate(order)}
    cells = [
        (place[i], place[other], characters)
        for i in order
        for other, characters in documents.shared[i]
        if other in place
    ]
    return Matrix(order, cells, len(sharing))


def _grouped(chosen: Sequence[int], documents: Documents) -> list[int]:
    """Return the documents, each beside the one before it that it shares most with.

    A chain goes on with the document that shares most with any of those already in it; when there
    is none, another chain begins with the one that repeats most.
    """
    among = set(chosen)
    weight: dict[int, dict[int, int]] = {i: {} for i in chosen}
    for i in chosen:
        for other, characters in documents.shared[i]:
            if other in among and other != i:
                weight[i][other] = max(characters, weight[i].get(other, 0))
                weight[other][i] = max(characters, weight[other].get(i, 0))
    order: list[int] = []
    left = dict.fromkeys(chosen)
    near: dict[int, int] = {}
    while left:
        following = max(near, key=lambda i: (near[i], -i)) if near else next(iter(left))
        near.pop(following, None)
        del left[following]
        order.append(following)
        for other, characters in weight[following].items():
            if other in left:
                near[other] = max(characters, near.get(other, 0))
    return order
