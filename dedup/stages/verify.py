"""Verify: candidates become edges where their exact Jaccard reaches the threshold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists, numbers
from dedup.kernels.verify import shared_counts
from dedup.records import EDGES

__all__ = ["measure", "verify"]


def verify(candidates: pa.Table, sets: pa.Array, threshold: float) -> pa.Table:
    """Return the edges (schema ``EDGES``) among the candidate pairs ``a``, ``b``.

    Parameters
    ----------
    candidates
        Columns ``a`` and ``b``: indices into ``sets``.
    sets
        large_list<uint64>, each ascending without repeats.
    threshold
        Least Jaccard of an edge.
    """
    a = numbers(candidates["a"]).astype(np.int64)
    b = numbers(candidates["b"]).astype(np.int64)
    edges = measure(a, b, sets)
    return edges.filter(pa.array(numbers(edges["similarity"]) >= threshold))


def measure(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], sets: pa.Array) -> pa.Table:
    """Return similarity and both containments (schema ``EDGES``) of pairs of sets.

    Of two empty sets, or an empty and another, all are 0: what has no word is like nothing.
    """
    values, starts = lists(sets)
    sizes = np.diff(starts)
    shared = np.empty(len(a), np.int32)
    shared_counts(values, starts, a, b, shared)
    of_a, of_b = sizes[a], sizes[b]
    return pa.table(
        {
            "a": a,
            "b": b,
            "similarity": shared / np.maximum(1, of_a + of_b - shared),
            "containment_a": shared / np.maximum(1, of_a),
            "containment_b": shared / np.maximum(1, of_b),
        },
        schema=EDGES,
    )
