"""Pairs of sets that meet in a band, each pair once."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U32
from dedup.kernels import kernel
from dedup.kernels.sign import NOWHERE

__all__ = ["pairs_in_band"]


@kernel
def pairs_in_band(
    ids: I32,
    runs: I64,
    band: int,
    keys: U32,
    sizes: I32,
    threshold: float,
    cap: int,
    leaders: int,
    a: I32,
    b: I32,
) -> tuple[int, int]:
    """Fill the pairs of one band that meet in no earlier one; return ``(written, met)``.

    A pair that meets in several bands is written in the first of them: that the keys of the
    earlier bands differ is a look at two short rows, where finding repeats later is a sort of all.
    In a bucket of more than ``cap`` sets each one is paired with the ``leaders`` first alone, so
    that its members are not taken to meet there: their keys have to be ``NOWHERE``.

    Parameters
    ----------
    ids : int32[:]
        Sets in the order of their key in this band, ascending where keys are equal.
    runs : int64[m + 1]
        Where each bucket starts in ``ids``.
    band : int64
        Number of this band.
    keys : uint32[n, bands]
        Keys of all sets.
    sizes : int32[n]
        Number of elements of every set.
    threshold : float64
        The length filter leaves out a pair whose sizes alone keep its Jaccard below it; 0 is no
        filter.
    cap, leaders : int64
        See above.
    a, b : int32[:]
        Filled with the pairs, ``a < b``; room for all that the buckets hold.
    """
    n = np.int64(0)
    met = np.int64(0)
    for run in range(len(runs) - 1):
        first, last = runs[run], runs[run + 1]
        large = last - first > cap
        for i in range(first, min(last, first + leaders) if large else last):
            x = ids[i]
            for j in range(i + 1, last):
                y = ids[j]
                seen = False
                for k in range(band):
                    if keys[x, k] == keys[y, k] and keys[x, k] != NOWHERE:
                        seen = True
                        break
                if seen:
                    continue
                met += 1
                small, big = sizes[x], sizes[y]
                if small > big:
                    small, big = big, small
                if small + 1e-9 < threshold * big:
                    continue
                a[n] = x
                b[n] = y
                n += 1
    return n, met
