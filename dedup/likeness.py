"""Likeness: how similar two sets of shingles are, and how much of one is in the other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists
from dedup.kernels.verify import shared_counts

__all__ = ["similarities"]

Ints = npt.NDArray[np.int64]


def similarities(
    a: Ints, b: Ints, sets: pa.Array
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the Jaccard of sets ``a`` and ``b``, and the containment of ``a`` in ``b``.

    ``sets`` are shingles (large_list<uint64>), ``a`` and ``b`` indices into them.
    """
    values, starts = lists(sets)
    if len(starts) == 1:
        return np.zeros(len(a)), np.zeros(len(a))
    sizes = np.diff(starts)
    shared = np.empty(len(a), np.int32)
    shared_counts(values, starts, a, b, shared)
    return (
        shared / np.maximum(1, sizes[a] + sizes[b] - shared),
        shared / np.maximum(1, sizes[a]),
    )
