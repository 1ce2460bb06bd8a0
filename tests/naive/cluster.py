"""The greedy cover on dicts and sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def neighbours(edges: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for a, b in edges:
        found[a].add(b)
        found[b].add(a)
    return found


def cover(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the representative of every node that has an edge."""
    beside = neighbours(edges)
    leader: dict[int, int] = {}
    for node in sorted(beside):
        if node not in leader:
            leader[node] = node
            for other in beside[node]:
                leader.setdefault(other, node)
    return leader


def components(edges: Iterable[tuple[int, int]], size: int) -> list[frozenset[int]]:
    beside = neighbours(edges)
    left = set(range(size))
    found = []
    while left:
        waiting = [left.pop()]
        reached = set(waiting)
        while waiting:
            new = beside[waiting.pop()] - reached
            reached |= new
            waiting += new
        left -= reached
        found.append(frozenset(reached))
    return found
