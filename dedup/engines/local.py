"""The engine of one machine: threads over tables in memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers

__all__ = ["LocalEngine"]

Columns: TypeAlias = dict[str, npt.NDArray[np.generic]]
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
            columns = {name: numbers(table[name]) for name in table.column_names}
            if at_least > 1:
                columns = _take(columns, _not_lonely(columns, keys))
            columns = _take(columns, _order([columns[key] for key in keys]))
            if at_least > 1:
                columns = _take(columns, _at_least([columns[key] for key in keys], at_least))
            return stage(pa.table(columns, schema=table.schema))

        return self.map(sort_and_apply, tables)

    def components(self, a: pa.Array, b: pa.Array, size: int) -> pa.Array:
        """Return the number of each node's connected component."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        first, second = numbers(a), numbers(b)
        graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(size, size))
        return pa.array(connected_components(graph, directed=False)[1].astype(np.int64))


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _take(columns: Columns, which: npt.NDArray[np.intp]) -> Columns:
    return {name: column[which] for name, column in columns.items()}


def _order(keys: list[npt.NDArray[np.generic]]) -> npt.NDArray[np.intp]:
    """Return the stable order of rows by their keys."""
    if len(keys) > 1:
        return np.lexsort(keys[::-1])
    key = keys[0]
    if key.dtype != np.uint32 or len(key) >= 1 << 32:
        return np.argsort(key, kind="stable")
    # The place beside the key makes any sort stable, and sorting values is far quicker than
    # sorting places.
    both = (key.astype(np.uint64) << np.uint64(32)) | np.arange(len(key), dtype=np.uint64)
    both.sort()
    return (both & np.uint64(0xFFFFFFFF)).astype(np.intp)


def _not_lonely(columns: Columns, keys: Sequence[str]) -> npt.NDArray[np.intp]:
    """Leave out most rows whose key occurs once, before anything is sorted.

    Keys are counted by some of their bits: what shares its bits with another stays for now.
    """
    rows = len(columns[keys[0]])
    bits = max(10, min(24, rows.bit_length() + 1))
    place = np.zeros(rows, np.uint64)
    for key in keys:
        place ^= columns[key].astype(np.uint64, copy=False)
        place *= np.uint64(0x9FB21C651E98DF25)
    places = (place >> np.uint64(64 - bits)).astype(np.intp)
    return np.flatnonzero(np.bincount(places, minlength=1 << bits)[places] > 1)


def _at_least(keys: list[npt.NDArray[np.generic]], least: int) -> npt.NDArray[np.intp]:
    """Leave out the rows, sorted by their keys, whose key occurs fewer than ``least`` times."""
    rows = len(keys[0])
    if rows == 0:
        return np.empty(0, np.intp)
    new = np.zeros(rows, bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, rows))
    return np.flatnonzero(np.repeat(sizes, sizes) >= least)
