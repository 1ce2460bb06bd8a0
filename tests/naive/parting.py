"""Which texts are near or equal once masked and not parted, pair after pair."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def beside(
    masked_of: Sequence[int],
    edges: Collection[tuple[int, int]],
    names: Sequence[int],
    parted: Collection[tuple[int, int]],
) -> set[tuple[int, int]]:
    """Return the pairs of texts, the smaller first."""
    found = set()
    for b in range(len(masked_of)):
        for a in range(b):
            one, other = masked_of[a], masked_of[b]
            if min(one, other) < 0 or not (
                one == other or (min(one, other), max(one, other)) in edges
            ):
                continue
            if (names[a], names[b]) in parted or (names[b], names[a]) in parted:
                continue
            found.add((a, b))
    return found
