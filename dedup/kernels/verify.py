"""How many elements two sorted sets share."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U64, Bools
from dedup.kernels import kernel

__all__ = ["shared_counts", "subsequence"]


@kernel
def shared_counts(
    values: U64,
    starts: I64,
    a: I64,
    b: I64,
    shared: I32,
) -> None:
    """Fill ``shared`` (int32[m]) with the size of the intersection of sets ``a[i]`` and ``b[i]``.

    ``values`` (uint64[:]) and ``starts`` (int64[n + 1]) hold the sets, each ascending.
    """
    for pair in range(len(a)):
        i, i_end = starts[a[pair]], starts[a[pair] + 1]
        j, j_end = starts[b[pair]], starts[b[pair] + 1]
        n = np.int32(0)
        while i < i_end and j < j_end:
            x, y = values[i], values[j]
            # Without branches: which of two hashes is smaller cannot be predicted.
            n += np.int32(x == y)
            i += np.int64(x <= y)
            j += np.int64(y <= x)
        shared[pair] = n


@kernel
def subsequence(
    values: U64,
    starts: I64,
    a: I64,
    b: I64,
    within: Bools,
    whole: Bools,
) -> None:
    """Fill whether list ``a[i]`` is a subsequence of list ``b[i]``, and whether it is equal to it.

    Parameters
    ----------
    values, starts : uint64[:], int64[n + 1]
        The lists.
    a, b : int64[m]
        Pairs of lists.
    within, whole : bool[m]
        Filled.
    """
    for pair in range(len(a)):
        i, i_end = starts[a[pair]], starts[a[pair] + 1]
        j, j_end = starts[b[pair]], starts[b[pair] + 1]
        same = i_end - i == j_end - j
        while i < i_end and j < j_end:
            if values[i] == values[j]:
                i += 1
            j += 1
        within[pair] = i == i_end
        whole[pair] = same and i == i_end
