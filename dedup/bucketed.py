"""Rows that come in any order, and are asked for by the bucket they belong to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from dedup.columns import I64, U32, Array
from dedup.work import Work

__all__ = ["BLOCK_ROWS", "Bucketed"]

BLOCK_ROWS = 1 << 19
"""Rows that are put in order at once: many to a bucket, and few bytes."""


class Bucketed:
    """Columns of numbers whose rows are parted into buckets."""

    def __init__(self, work: Work, buckets: int, types: Mapping[str, npt.DTypeLike]) -> None:
        self._work = work
        self.buckets = buckets
        self._types = types
        self._waiting: list[tuple[U32, dict[str, Array]]] = []
        self._blocks: list[tuple[U32, dict[str, Array]]] = []
        self.rows = 0
        self._rows_waiting = 0

    def append(self, bucket: Array, **columns: Array) -> None:
        """Take rows, each of a bucket."""
        self._waiting.append(
            (
                bucket.astype(np.uint32),
                {name: columns[name].astype(kind) for name, kind in self._types.items()},
            )
        )
        self.rows += len(bucket)
        self._rows_waiting += len(bucket)
        if self._rows_waiting >= BLOCK_ROWS:
            self._settle()

    def take(self, first: int, last: int) -> tuple[I64, dict[str, Array]]:
        """Return the rows of some buckets that follow each other, and the bucket of each.

        Those of one bucket come as they were appended.
        """
        self._settle()
        which, parts = (
            [np.empty(0, np.int64)],
            {name: [np.empty(0, kind)] for name, kind in self._types.items()},
        )
        for starts, block in self._blocks:
            here = starts[first : last + 1]
            which.append(np.repeat(np.arange(first, last), np.diff(here)))
            for name, values in block.items():
                parts[name].append(values[here[0] : here[-1]])
        return np.concatenate(which), {name: np.concatenate(each) for name, each in parts.items()}

    def _settle(self) -> None:
        """Put what is waiting in the order of its buckets, where there is room."""
        if not self._waiting:
            return
        buckets = np.concatenate([bucket for bucket, _ in self._waiting])
        # By digits where the numbers are small.
        order = np.argsort(
            buckets.astype(np.uint16) if self.buckets <= 1 << 16 else buckets, kind="stable"
        )
        ends = np.cumsum(np.bincount(buckets, minlength=self.buckets), dtype=np.uint32)
        block = {}
        for name in self._types:
            values = np.concatenate([columns[name] for _, columns in self._waiting])
            block[name] = self._work.keep(values[order])
        self._blocks.append((self._work.keep(np.append(np.uint32(0), ends)), block))
        self._waiting.clear()
        self._rows_waiting = 0
