"""Pairs of sets that meet in a band, each pair once."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U32, Bools
from dedup.kernels import kernel
from dedup.kernels.sign import NOWHERE

__all__ = ["NOBODY", "meet_leaders", "pairs_in_band"]

NOBODY = np.int32(2**31 - 1)
"""Stands where a set has no further leader."""


@kernel
def meet_leaders(
    ids: I32,
    runs: I64,
    sizes: I32,
    threshold: float,
    place: I32,
    leaders: I32,
) -> None:
    """Add to ``leaders`` the first sets of the buckets of one band, for all that are in them.

    Parameters
    ----------
    ids, runs, sizes, threshold
        See ``pairs_in_band``.
    place : int32[n]
        The row of each set in ``leaders``.
    leaders : int32[m, most]
        Per row, the lowest sets it met so far that stand before it and are among the ``most`` first
        of a bucket; ascending, then ``NOBODY``.
    """
    most = leaders.shape[1]
    for run in range(len(runs) - 1):
        first, last = runs[run], runs[run + 1]
        for i in range(first, last):
            y = ids[i]
            row = place[y]
            for j in range(first, min(i, first + most)):
                x = ids[j]
                if leaders[row, most - 1] <= x:
                    break
                small, big = sizes[x], sizes[y]
                if small > big:
                    small, big = big, small
                if small + 1e-9 < threshold * big:
                    continue
                k = 0
                while leaders[row, k] < x:
                    k += 1
                if leaders[row, k] == x:
                    continue
                for moved in range(most - 1, k, -1):
                    leaders[row, moved] = leaders[row, moved - 1]
                leaders[row, k] = x


@kernel
def pairs_in_band(
    ids: I32,
    runs: I64,
    band: int,
    keys: U32,
    sizes: I32,
    threshold: float,
    led: Bools,
    a: I32,
    b: I32,
) -> tuple[int, int]:
    """Fill the pairs of one band that meet in no earlier one; return ``(written, met)``.

    A pair that meets in several bands is written in the first of them: that the keys of the
    earlier bands differ is a look at two short rows, where finding repeats later is a sort of all.
    Where buckets are left out, the keys of their members have to be ``NOWHERE``: nothing meets
    there. Nor do two that both are near a leader of such a bucket.

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
    led : bool[n]
        Which sets are near a leader.
    a, b : int32[:]
        Filled with the pairs, ``a < b``; room for all that the buckets hold.
    """
    n = np.int64(0)
    met = np.int64(0)
    for run in range(len(runs) - 1):
        first, last = runs[run], runs[run + 1]
        for i in range(first, last):
            x = ids[i]
            for j in range(i + 1, last):
                y = ids[j]
                seen = led[x] and led[y]
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
