"""Cluster: edges become a partition, in which every member is near its representative."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.kernels.cover import greedy_cover

__all__ = ["adjacency", "cover"]


def cover(edges: pa.Table) -> pa.Table:
    """Return the greedy cover of whole components of the edge table.

    The first text in order of priority (their numbers) that no one has taken is a representative
    and takes its neighbours that no one has. So every member has an edge to its representative,
    nothing is chained, and the result depends on nothing but the edges.

    Parameters
    ----------
    edges
        Columns ``a`` and ``b``: texts, numbered in order of priority.

    Returns
    -------
    pa.Table
        ``member`` and ``representative`` (int64), one row for each text that has an edge.
    """
    nodes, ends = np.unique(
        np.concatenate([numbers(edges["a"]), numbers(edges["b"])]), return_inverse=True
    )
    a, b = ends.reshape(2, -1)
    starts, neighbours, _ = adjacency(np.concatenate([a, b]), np.concatenate([b, a]), len(nodes))
    leader = np.full(len(nodes), -1, np.int64)
    greedy_cover(starts, neighbours, leader)
    return pa.table({"member": nodes, "representative": nodes[leader]})


def adjacency(
    of: npt.NDArray[np.int64], neighbour: npt.NDArray[np.int64], size: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows of an adjacency as ``(starts, neighbours, order of the edges)``."""
    order = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[order], np.arange(size + 1)).astype(np.int64)
    return starts, neighbour[order].astype(np.int64), order
