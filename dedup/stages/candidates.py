"""Candidates: the pairs of sets that meet in a band, few enough to be compared exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.kernels.candidates import pairs_in_band
from dedup.kernels.sign import NOWHERE

__all__ = ["LEADERS", "band_tables", "mark_large", "pairs", "without_large"]

LEADERS = 8
"""Of a bucket beyond the cap, so many sets are compared with all; they are the first in keep
order, so that a text repeated with small changes a million times still finds its representative.
"""


def band_tables(keys: npt.NDArray[np.uint32], sizes: npt.NDArray[np.int32]) -> Iterator[pa.Table]:
    """Yield, per band, a table of ``bucket`` (uint32) and ``id`` (int32, ascending)."""
    ids = np.flatnonzero(sizes).astype(np.int32)
    for band in range(keys.shape[1]):
        yield pa.table({"bucket": keys[:, band].copy()[ids], "id": ids})


def mark_large(table: pa.Table, cap: int) -> pa.Table:
    """Add ``large`` to rows sorted by ``bucket``: true in a bucket of more than ``cap`` rows."""
    runs = _runs(table)
    sizes = np.diff(runs)
    return table.append_column("large", pa.array(np.repeat(sizes > cap, sizes)))


def without_large(
    keys: npt.NDArray[np.uint32], grouped: Sequence[pa.Table]
) -> tuple[npt.NDArray[np.uint32], int]:
    """Return the keys with ``NOWHERE`` for those of large buckets, and the number of such buckets.

    A pair is taken in the first band where it meets; a meeting in a large bucket is none, since
    only leaders are compared there.
    """
    capped = 0
    for band, table in enumerate(grouped):
        large = table.filter(table["large"])
        if large.num_rows:
            if capped == 0:
                keys = keys.copy()
            capped += len(_runs(large)) - 1
            keys[numbers(large["id"]), band] = NOWHERE
    return keys, capped


def pairs(
    numbered: tuple[int, pa.Table],
    keys: npt.NDArray[np.uint32],
    sizes: npt.NDArray[np.int32],
    threshold: float,
    cap: int,
) -> tuple[pa.Table, int]:
    """Return the pairs ``a < b`` (int32) of one band, and how many met before the length filter.

    Parameters
    ----------
    numbered
        Number of the band, and its rows sorted by ``bucket``.
    keys, sizes
        Of all sets: keys as ``without_large`` returns them, and numbers of elements.
    threshold
        Jaccard that a pair's sizes alone must allow.
    cap
        See ``mark_large``.
    """
    band, table = numbered
    ids = numbers(table["id"])
    runs = _runs(table)
    inside = np.diff(runs)
    # The most there can be; what is not written to is never there.
    room = int(np.where(inside > cap, LEADERS * inside, inside * (inside - 1) // 2).sum())
    a, b = np.empty(room, np.int32), np.empty(room, np.int32)
    count, met = pairs_in_band(ids, runs, band, keys, sizes, threshold, cap, LEADERS, a, b)
    return pa.table({"a": a[:count].copy(), "b": b[:count].copy()}), met


def _runs(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return where each run of equal buckets starts, and where the last ends."""
    bucket = numbers(table["bucket"])
    if len(bucket) == 0:
        return np.zeros(1, np.int64)
    return np.concatenate(
        [[0], np.flatnonzero(bucket[1:] != bucket[:-1]) + 1, [len(bucket)]]
    ).astype(np.int64)
