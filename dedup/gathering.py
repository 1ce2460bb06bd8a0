"""Gathers the columns of many batches into one table while they come: nothing is there twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from dedup.columns import Array, lists, make_lists, numbers

__all__ = ["Gatherer"]


class Gatherer:
    """A table of ``rows`` rows that is filled batch by batch.

    Room is taken for the most that can come; memory that nothing is written to is never there.
    """

    def __init__(self, rows: int, most: Mapping[str, int]) -> None:
        """Expect ``rows`` rows, with at most so many values in each column of lists."""
        self._rows = rows
        self._most = most
        self._values: dict[str, Array] = {}
        self._starts: dict[str, Array] = {}
        self._filled = 0

    def extend(self, batches: Iterable[pa.Table]) -> None:
        """Copy batches behind those before."""
        for batch in batches:
            self.add(batch)

    def add(self, batch: pa.Table) -> None:
        """Copy a batch behind those before; its columns are numbers, or lists of numbers."""
        first, last = self._filled, self._filled + batch.num_rows
        for name, column in zip(batch.column_names, batch.columns, strict=True):
            if pa.types.is_large_list(column.type):
                values, offsets = lists(column)
                values = values[offsets[0] : offsets[-1]]
                room = self._room(name, self._most[name], values)
                starts = self._starts.setdefault(name, np.zeros(self._rows + 1, np.int64))
                begin = starts[first]
                room[begin : begin + len(values)] = values
                starts[first + 1 : last + 1] = offsets[1:] - offsets[0] + begin
            else:
                values = numbers(column)
                self._room(name, self._rows, values)[first:last] = values
        self._filled = last

    def table(self) -> pa.Table:
        """Return what was gathered."""
        if self._filled != self._rows:
            raise ValueError(f"{self._filled} rows came, where {self._rows} were expected")
        columns = {}
        for name, values in self._values.items():
            starts = self._starts.get(name)
            columns[name] = (
                pa.array(values) if starts is None else make_lists(values[: starts[-1]], starts)
            )
        return pa.table(columns)

    def _room(self, name: str, most: int, like: Array) -> Array:
        if name not in self._values:
            self._values[name] = np.empty(most, like.dtype)
        return self._values[name]
