"""This machine: threads over tables in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers

__all__ = ["LocalEngine"]

T = TypeVar("T")
R = TypeVar("R")


class LocalEngine:
    """Run stages on ``workers`` threads (by default one for each core this process may use)."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or _cores()

    def map(self, stage: Callable[[T], R], batches: Iterable[T]) -> list[R]:
        """Apply ``stage`` to every batch; the batches are drawn as threads become free."""
        if self.workers == 1:
            return [stage(batch) for batch in batches]
        results: list[R] = []
        waiting: deque[Future[R]] = deque()
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for batch in batches:
                    waiting.append(pool.submit(stage, batch))
                    if len(waiting) >= 4 * self.workers:
                        results.append(waiting.popleft().result())
                results.extend(future.result() for future in waiting)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return results

    def group(
        self,
        stage: Callable[[pa.Table], pa.Table],
        tables: Iterable[pa.Table],
        keys: Sequence[str],
        at_least: int = 1,
    ) -> list[pa.Table]:
        """Apply ``stage`` to each table, sorted by ``keys``; equal keys keep their order."""

        def sort_and_apply(table: pa.Table) -> pa.Table:
            if at_least > 1:
                table = _drop_lonely(table, keys)
            columns = [numbers(table[key]) for key in keys]
            order = (
                np.argsort(columns[0], kind="stable") if len(keys) == 1 else np.lexsort(columns[::-1])
            )
            table = table.take(pa.array(order))
            if at_least > 1:
                table = _at_least(table, keys, at_least)
            return stage(table)

        return self.map(sort_and_apply, tables)

    def components(self, a: pa.Array, b: pa.Array, size: int) -> pa.Array:
        """Number the connected components."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        first, second = numbers(a), numbers(b)
        graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(size, size))
        return pa.array(connected_components(graph, directed=False)[1].astype(np.int64))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _drop_lonely(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Leave out most rows whose key occurs once, before anything is sorted.

    Keys are counted by some of their bits: what shares its bits with another stays for now.
    """
    bits = max(10, min(24, int(np.ceil(np.log2(max(1, table.num_rows)))) + 2))
    place: npt.NDArray[np.uint64] = np.zeros(table.num_rows, np.uint64)
    for key in keys:
        place = (place ^ numbers(table[key]).astype(np.uint64)) * np.uint64(0x9FB21C651E98DF25)
    place >>= np.uint64(64 - bits)
    places = place.astype(np.int64)
    return table.filter(pa.array(np.bincount(places, minlength=1 << bits)[places] > 1))


def _at_least(table: pa.Table, keys: Sequence[str], least: int) -> pa.Table:
    """Leave out the rows of a sorted table whose key occurs fewer than ``least`` times."""
    if table.num_rows == 0:
        return table
    new = np.zeros(table.num_rows, bool)
    new[0] = True
    for key in keys:
        column = numbers(table[key])
        new[1:] |= column[1:] != column[:-1]
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, table.num_rows))
    return table.filter(pa.array(np.repeat(sizes, sizes) >= least))
