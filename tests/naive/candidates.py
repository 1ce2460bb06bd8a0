"""Candidate pairs by looking at every pair of every bucket."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

LEADERS = 8
DENSE = 8

Pairs = set[tuple[int, int]]


def buckets(keys: list[list[int]], sizes: list[int]) -> list[list[int]]:
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, row in enumerate(keys):
        if sizes[i]:
            for band, key in enumerate(row):
                found[band, key].append(i)
    return [members for members in found.values() if len(members) > 1]


def capped(found: list[list[int]], cap: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return the large buckets, and those whose members all are in one and that are dense."""
    large = [members for members in found if len(members) > cap]
    crowd = {member for members in large for member in members}
    dense = [
        members
        for members in found
        if members not in large and len(members) > cap / DENSE and crowd.issuperset(members)
    ]
    return large, dense


def leader_pairs(keys: list[list[int]], sizes: list[int], threshold: float, cap: int) -> Pairs:
    """Return the pairs of each set with the first of the leaders that it meets, of either sort."""
    found: Pairs = set()
    for some in capped(buckets(keys, sizes), cap):
        met: dict[int, set[int]] = defaultdict(set)
        for members in some:
            for x in members[:LEADERS]:
                for y in members:
                    if x < y and possible(sizes[x], sizes[y], threshold):
                        met[y].add(x)
        found |= {(x, y) for y, leaders in met.items() for x in sorted(leaders)[:LEADERS]}
    return found


def pairs(
    keys: list[list[int]], sizes: list[int], threshold: float, cap: int, led: set[int]
) -> tuple[Pairs, int]:
    """Return the pairs of the other buckets but for those of two that are led, and the caps hit."""
    every = buckets(keys, sizes)
    large, dense = capped(every, cap)
    found = {
        (x, y)
        for members in every
        if members not in large and members not in dense
        for x, y in combinations(members, 2)
        if possible(sizes[x], sizes[y], threshold) and not {x, y} <= led
    }
    return found, len(large) + len(dense)


def possible(one: int, other: int, threshold: float) -> bool:
    return min(one, other) + 1e-9 >= threshold * max(one, other)
