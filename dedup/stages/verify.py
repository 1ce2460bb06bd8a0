"""Verify: candidates become edges where their exact Jaccard reaches the threshold."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists, numbers
from dedup.kernels.verify import shared_counts
from dedup.records import EDGES

__all__ = ["measure", "verify"]


def verify(
    candidates: pa.Table,
    sets: pa.Array,
    threshold: float,
    place: npt.NDArray[np.int32] | None = None,
) -> pa.Table:
    """Return the edges (schema ``EDGES``) among the candidate pairs ``a``, ``b``.

    Parameters
    ----------
    candidates
        Columns ``a`` and ``b``: indices into ``sets``, or into ``place``.
    sets
        large_list<uint64>, each ascending without repeats.
    threshold
        Least Jaccard of an edge.
    place
        Where the set of each is among ``sets``, if they have other numbers there.
    """
    a, b = numbers(candidates["a"]), numbers(candidates["b"])
    if place is None:
        edges = measure(a.astype(np.int64), b.astype(np.int64), sets)
    else:
        edges = measure(place[a].astype(np.int64), place[b].astype(np.int64), sets)
        for at, ends in enumerate((a, b)):
            edges = edges.set_column(at, EDGES.field(at), pa.array(ends, pa.int64()))
    return edges.filter(pa.array(numbers(edges["similarity"]) >= threshold))


def measure(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], sets: pa.Array) -> pa.Table:
    """Return similarity and both containments (schema ``EDGES``) of pairs of sets.

    Of two empty sets, or an empty and another, all are 0: what has no word is like nothing.
    """
    values, starts = lists(sets)
    shared = np.empty(len(a), np.int32)
    shared_counts(values, starts, a, b, shared)
    of_a, of_b = (starts[ends + 1] - starts[ends] for ends in (a, b))
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
