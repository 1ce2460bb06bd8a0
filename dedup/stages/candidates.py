"""Candidates: the pairs of sets that meet in a band, few enough to be compared exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import each_once, numbers
from dedup.kernels.candidates import NOBODY, meet_leaders, pairs_in_band
from dedup.kernels.sign import NOWHERE

__all__ = [
    "LEADERS",
    "agreeing",
    "band_tables",
    "crowded",
    "leader_pairs",
    "leave_out_large",
    "mark_dense",
    "mark_large",
    "pairs",
]

LEADERS = 8
"""Of a bucket beyond the cap, so many sets lead: the first in keep order, so that a text repeated
with small changes a million times still finds its representative. A set is compared with so many
leaders of all its large buckets, the first in keep order, and with as many of its dense ones.
"""
DENSE = 8
"""Among sets that all are in large buckets, the cap is so many times lower.

A million rows of one template, half alike, meet in thousands of buckets below the cap: hundreds of
meetings for each row, of which one in seventy was near enough.
"""


def band_tables(
    keys: npt.NDArray[np.uint32], ids: npt.NDArray[np.int32]
) -> Iterator[Callable[[], pa.Table]]:
    """Yield, per band, what makes a table of ``bucket`` (uint32) and ``id`` of the sets ``ids``."""
    for band in range(keys.shape[1]):
        yield partial(_band_table, keys, ids, band)


def _band_table(keys: npt.NDArray[np.uint32], ids: npt.NDArray[np.int32], band: int) -> pa.Table:
    bucket = keys[:, band]
    return pa.table({"bucket": bucket.copy() if len(ids) == len(keys) else bucket[ids], "id": ids})


def mark_large(table: pa.Table, cap: int) -> pa.Table:
    """Return the ``id`` of rows sorted by ``bucket``, and what is told of buckets.

    ``new`` is true of the first row of each, ``large`` of all in one of more than ``cap`` rows.
    """
    bucket = numbers(table["bucket"])
    new = np.ones(len(bucket), np.bool_)
    np.not_equal(bucket[1:], bucket[:-1], out=new[1:])
    table = pa.table({"id": table["id"], "new": new})
    sizes = np.diff(_runs(table))
    return table.append_column("large", pa.array(np.repeat(sizes > cap, sizes)))


def crowded(grouped: Sequence[pa.Table], count: int) -> npt.NDArray[np.bool_]:
    """Return which of ``count`` sets are in a large bucket of some band."""
    found = np.zeros(count, np.bool_)
    for table in grouped:
        found[numbers(table["id"])[numbers(table["large"])]] = True
    return found


def mark_dense(table: pa.Table, crowd: npt.NDArray[np.bool_], cap: int) -> pa.Table:
    """Add ``dense`` to what ``mark_large`` returns: true in other buckets of a crowd.

    These have more than ``cap / DENSE`` rows, each of them of a set in ``crowd``, which is what
    ``crowded`` returns.
    """
    runs = _runs(table)
    sizes = np.diff(runs)
    outside = np.concatenate([[0], np.cumsum(~crowd[numbers(table["id"])])])
    dense = (sizes * DENSE > cap) & (outside[runs[1:]] == outside[runs[:-1]])
    marked = np.repeat(dense, sizes) & ~numbers(table["large"])
    return table.append_column("dense", pa.array(marked))


def leave_out_large(keys: npt.NDArray[np.uint32], grouped: Sequence[pa.Table]) -> int:
    """Write ``NOWHERE`` over the keys of capped buckets; return the number of such buckets.

    Capped are the large and the dense ones. A pair is taken in the first band where it meets; a
    meeting in a capped bucket is none, since only leaders are compared with others there.
    """
    capped = 0
    for band, table in enumerate(grouped):
        large = table.filter(pa.array(_capped(table)))
        capped += len(_runs(large)) - 1
        keys[numbers(large["id"]), band] = NOWHERE
    return capped


def leader_pairs(
    grouped: Sequence[pa.Table],
    crowd: npt.NDArray[np.bool_],
    sizes: npt.NDArray[np.int32],
    threshold: float,
) -> pa.Table:
    """Return the pairs ``a < b`` (int32) of the sets in capped buckets with their leaders.

    At most ``2 * LEADERS`` for each ``b``, whatever the number and size of its buckets, each pair
    once. ``crowd`` is what ``crowded`` returns, the other parameters are those of ``pairs``.
    """
    members = np.flatnonzero(crowd).astype(np.int32)
    place = np.cumsum(crowd, dtype=np.int32) - np.int32(1)
    found = [np.empty(0, np.int64)]
    for mark in ("large", "dense"):
        leaders = np.full((len(members), LEADERS), NOBODY)
        for table in grouped:
            some = table.filter(table[mark])
            meet_leaders(numbers(some["id"]), _runs(some), sizes, threshold, place, leaders)
        met = leaders != NOBODY
        b = np.repeat(members, met.sum(axis=1)).astype(np.int64)
        found.append((b << 32) | leaders[met].astype(np.int64))
    both = each_once(np.concatenate(found))
    return pa.table({"a": (both & 0xFFFFFFFF).astype(np.int32), "b": (both >> 32).astype(np.int32)})


def agreeing(pairs: pa.Table, keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Return in how many bands the two sets of each pair (``a``, ``b``) agree.

    The share of the bands of ``rows`` rows in which two sets agree estimates their Jaccard, to the
    power of ``rows``.
    """
    same = keys[numbers(pairs["a"])] == keys[numbers(pairs["b"])]
    counted: npt.NDArray[np.int64] = np.count_nonzero(same, axis=1)
    return counted


def pairs(
    numbered: tuple[int, pa.Table],
    keys: npt.NDArray[np.uint32],
    sizes: npt.NDArray[np.int32],
    threshold: float,
    led: npt.NDArray[np.bool_],
) -> tuple[pa.Table, int]:
    """Return the pairs ``a < b`` (int32) of one band, and how many met before the length filter.

    Those of capped buckets are not among them, nor those of two sets that are ``led``.

    Parameters
    ----------
    numbered
        Number of the band, and its rows by bucket, marked.
    keys, sizes
        Of all sets: keys as ``leave_out_large`` leaves them, and numbers of elements.
    threshold
        Jaccard that a pair's sizes alone must allow.
    led
        Per set, whether it seems to be near a leader: what of these is near each other is in a
        crowd where all are, and to compare it pair by pair would take the square of its size.
    """
    band, table = numbered
    table = table.filter(pa.array(~_capped(table)))
    ids = numbers(table["id"])
    runs = _runs(table)
    inside = np.diff(runs)
    # The most there can be; what is not written to is never there.
    room = int((inside * (inside - 1) // 2).sum())
    a, b = np.empty(room, np.int32), np.empty(room, np.int32)
    count, met = pairs_in_band(ids, runs, band, keys, sizes, threshold, led, a, b)
    return pa.table({"a": a[:count].copy(), "b": b[:count].copy()}), met


def _capped(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which rows are in buckets whose sets meet their leaders alone."""
    capped: npt.NDArray[np.bool_] = numbers(table["large"])
    if "dense" in table.column_names:
        capped = capped | numbers(table["dense"])
    return capped


def _runs(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return where each bucket starts, and where the last ends."""
    return np.append(np.flatnonzero(numbers(table["new"])), table.num_rows).astype(np.int64)
