"""Similarity of two Python sets, and all pairs of a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

Set = frozenset[int] | set[int]


def jaccard(a: Set, b: Set) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0


def containment(a: Set, b: Set) -> float:
    """Return the share of ``a`` that ``b`` has too."""
    return len(a & b) / len(a) if a else 0.0


def all_pairs(sets: Sequence[Set], threshold: float) -> dict[tuple[int, int], float]:
    found = {
        (i, j): jaccard(sets[i], sets[j]) for i, j in combinations(range(len(sets)), 2)
    }  # fmt: skip
    return {pair: value for pair, value in found.items() if value >= threshold}
