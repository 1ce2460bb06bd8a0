"""Connected components of a graph, by union and find."""

from __future__ import annotations

from dedup.columns import I64
from dedup.kernels import inner, kernel

__all__ = ["component_roots"]


@inner
def _root(parent: I64, node: int) -> int:
    """Return the root of a node's tree, halving the way there for the next who asks."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def component_roots(a: I64, b: I64, parent: I64) -> None:
    """Turn ``parent``, which holds each node itself, into the least node of its component.

    ``a`` and ``b`` are the ends of the edges. R. E. Tarjan, "Efficiency of a good but not linear
    set union algorithm", Journal of the ACM 22 (1975); the least node as root instead of union by
    rank, which makes the result the same for any order of edges.
    """
    for i in range(len(a)):
        first, second = _root(parent, a[i]), _root(parent, b[i])
        if first < second:
            parent[second] = first
        elif second < first:
            parent[first] = second
    for node in range(len(parent)):
        parent[node] = _root(parent, node)
