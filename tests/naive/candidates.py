"""Candidate pairs by looking at every pair of every bucket."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

LEADERS = 8

Pairs = set[tuple[int, int]]


def buckets(keys: list[list[int]], sizes: list[int]) -> list[list[int]]:
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, row in enumerate(keys):
        if sizes[i]:
            for band, key in enumerate(row):
                found[band, key].append(i)
    return [members for members in found.values() if len(members) > 1]


def pairs(keys: list[list[int]], sizes: list[int], threshold: float, cap: int) -> tuple[Pairs, int]:
    """Return the pairs, and how many buckets were larger than the cap."""
    found: Pairs = set()
    capped = 0
    for members in buckets(keys, sizes):
        large = len(members) > cap
        capped += large
        for x, y in combinations(members, 2):
            if not large or x in members[:LEADERS]:
                found.add((x, y))
    possible = {
        (x, y) for x, y in found
        if min(sizes[x], sizes[y]) + 1e-9 >= threshold * max(sizes[x], sizes[y])
    }  # fmt: skip
    return possible, capped
