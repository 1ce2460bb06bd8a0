"""The engine of one machine: threads over tables in memory."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias, TypeVar

import numpy as np
import pyarrow as pa

from dedup.columns import Array, numbers
from dedup.kernels.components import component_roots
from dedup.kernels.group import SPREAD, note_values, rows_again
from dedup.watch import awaited, checkpoint, stoppable

__all__ = ["LocalEngine"]

Columns: TypeAlias = dict[str, Array]
T = TypeVar("T")
R = TypeVar("R")


BLOCK = 1 << 16
"""Rows whose keys are mixed at a time, within the caches."""


class LocalEngine:
    """Run stages on ``workers`` threads (by default one for each core this process may use)."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or _cores()

    def map(self, stage: Callable[[T], R], batches: Iterable[T]) -> list[R]:
        """Apply ``stage`` to every batch; the batches are drawn as threads become free."""
        return list(self.stream(stage, batches))

    def stream(self, stage: Callable[[T], R], batches: Iterable[T]) -> Iterator[R]:
        """Yield the results in order, a few of them made ahead of who takes them."""
        if self.workers == 1:
            for batch in batches:
                checkpoint()
                yield stage(batch)
            return
        waiting: deque[Future[R]] = deque()
        stop = threading.Event()

        def work(batch: T) -> R:
            with stoppable(stop):
                return stage(batch)

        name = f"{type(self).__name__} {id(stop)}"
        with ThreadPoolExecutor(self.workers, name) as pool:
            try:
                for batch in batches:
                    waiting.append(pool.submit(work, batch))
                    if len(waiting) >= 4 * self.workers:
                        yield awaited(waiting.popleft())
                while waiting:
                    yield awaited(waiting.popleft())
            except BaseException:
                stop.set()
                pool.shutdown(wait=True, cancel_futures=True)
                _outlast(name)
                raise

    def group(
        self,
        stage: Callable[[pa.Table], pa.Table],
        tables: Iterable[pa.Table | Callable[[], pa.Table]],
        keys: Sequence[str],
        at_least: int = 1,
    ) -> list[pa.Table]:
        """Apply ``stage`` to each table, sorted by ``keys``; equal keys keep their order."""

        def sort_and_apply(given: pa.Table | Callable[[], pa.Table]) -> pa.Table:
            table = given() if callable(given) else given
            schema = table.schema
            columns = {name: numbers(table[name]) for name in table.column_names}
            del table  # what is left out below is let go
            if at_least > 1:
                columns = _take(columns, _not_lonely([columns[key] for key in keys]))
            columns = _take(columns, _order([columns[key] for key in keys]))
            if at_least > 1:
                columns = _take(columns, _at_least([columns[key] for key in keys], at_least))
            return stage(pa.table(columns, schema=schema))

        return self.map(sort_and_apply, tables)

    def components(self, a: pa.Array, b: pa.Array, size: int) -> pa.Array:
        """Return the number of each node's connected component."""
        parent = np.arange(size)
        component_roots(numbers(a), numbers(b), parent)
        return pa.array(parent)


def _outlast(name: str) -> None:
    """Wait for threads of a pool that it does not know of: being started when Ctrl-C came."""
    while left := [thread for thread in threading.enumerate() if thread.name.startswith(name)]:
        for thread in left:
            if thread.is_alive():
                thread.join()
        time.sleep(0.001)  # one that is not quite started cannot be joined yet


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _take(columns: Columns, which: Array) -> Columns:
    return {name: column[which] for name, column in columns.items()}


def _order(keys: list[Array]) -> Array:
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


def _not_lonely(keys: Sequence[Array]) -> Array:
    """Leave out most rows whose key occurs once, before anything is sorted."""
    count = len(keys[0])
    mixed = keys[0]
    if len(keys) > 1 or mixed.dtype != np.uint32:
        mixed = np.zeros(count, np.uint32)
        for at in range(0, count, BLOCK):
            some = mixed[at : at + BLOCK]
            for key in keys:
                part = key[at : at + BLOCK]
                some *= SPREAD
                some ^= (part if part.itemsize <= 4 else part ^ (part >> 32)).astype(np.uint32)
    mixed = mixed.view()
    mixed.flags.writeable = False  # as columns are: the kernel is compiled for one kind
    bits = max(10, min(30, count.bit_length() + 3))
    once, again = np.zeros((2, 1 << (bits - 3)), np.uint8)
    rows = np.empty(count, np.int64)
    note_values(mixed, bits, once, again)
    return rows[: rows_again(mixed, bits, again, rows)]


def _at_least(keys: list[Array], least: int) -> Array:
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
