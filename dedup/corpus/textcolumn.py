"""The column of an Arrow table that holds the texts: without spans of them, and with them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import flat, make_strings, numbers, strings
from dedup.corpus.leaves import Leaves, leaves_at, replaced
from dedup.corpus.nested import SEPARATOR, Steps
from dedup.corpus.removed import Removed, removed_table
from dedup.corpus.spans import Ints, Spans, spliced, spread

__all__ = ["TextColumn"]

_GAP = len(SEPARATOR.encode())


@dataclass(frozen=True)
class TextColumn:
    """The column of a row group that holds the texts."""

    index: int
    """Of the column in the table."""
    column: pa.Array
    steps: Steps
    leaves: Leaves

    @classmethod
    def of(cls, table: pa.Table, name: str, steps: Steps) -> TextColumn | None:
        """Return the column of that name, the last of several; ``None`` if it has no strings."""
        names = table.schema.names
        if name not in names:
            return None
        index = len(names) - 1 - names[::-1].index(name)
        column = table.column(index)
        # What is longer than its own offsets can say stands in several chunks.
        wide = column.cast(pa.large_string()) if pa.types.is_string(column.type) else column
        leaves = leaves_at(flat(wide), steps)
        return None if leaves is None else cls(index, flat(wide), steps, leaves)

    def in_table(self, table: pa.Table) -> pa.Table:
        """Return ``table`` with this column, of the type that the schema says."""
        field = table.schema.field(self.index)
        return table.set_column(self.index, field, _typed(self.column, field.type))

    def bounds(self) -> tuple[Ints, Ints]:
        """Return which leaves are there, and where each begins in all texts joined, in bytes."""
        _, offsets = strings(self.leaves.values)
        there = numbers(self.leaves.values.is_valid())
        sizes = np.where(there, np.diff(offsets) + _GAP, 0)
        return np.flatnonzero(there), np.append(0, np.cumsum(sizes))

    def without(
        self, file: int, begin: int, spans: Spans, marker: str
    ) -> tuple[TextColumn, pa.Table]:
        """Return the column without spans of its rows, and what was removed."""
        rows, starts, ends, masked = spans
        which, first = np.unique(rows - begin, return_index=True)
        first = np.append(first, len(rows))
        there, _ = self.bounds()
        parts = np.searchsorted(there, self.leaves.first)
        if self.steps:
            mine = [there[parts[row] : parts[row + 1]] for row in which.tolist()]
            counts = np.append(0, np.cumsum([len(each) for each in mine]))
            leaf = np.concatenate(mine)
            first, starts, ends, of = spread(
                counts, _code_points(self.leaves.values, leaf), first, starts, ends
            )
            # Of a masked span in several parts, the marker is in the first.
            rows, masked = rows[of], masked[of] & (np.diff(of, prepend=-1) > 0)
        else:
            leaf = which
        left, begins, stops, added = spliced(
            self.leaves.values, leaf, first, starts, ends, masked, marker
        )
        now = self._replace_values(left)
        data, offsets = strings(self.leaves.values)
        holder = np.repeat(leaf, np.diff(first))
        taken = np.append(0, np.cumsum(stops - begins - added))[:-1]
        before = taken - taken[np.searchsorted(holder, holder)]
        _, joined = now.bounds()
        within = begins - offsets[holder] - before
        at = joined[holder] - joined[self.leaves.first[rows - begin]] + within
        told = removed_table(file, 0, rows, data, begins, stops, added)
        return now, told.set_column(2, "offset", pa.array(at))

    def with_back(self, kept: Ints, taken: Sequence[Removed]) -> TextColumn:
        """Return the column with what was removed from it; ``kept`` is the row of each."""
        data, offsets = strings(self.leaves.values)
        there, joined = self.bounds()
        row = np.searchsorted(kept, [each.row for each in taken])
        at = joined[self.leaves.first[row]] + np.array([each.offset for each in taken])
        leaf = there[np.searchsorted(joined[there], at, "right") - 1]
        where = offsets[leaf] + at - joined[leaf]
        if (where > offsets[leaf + 1]).any():
            raise ValueError("what was removed belongs elsewhere")
        raw = memoryview(data)  # type: ignore[arg-type]
        parts: list[bytes | memoryview] = []
        last = int(offsets[0])
        for each, place in zip(taken, where.tolist(), strict=True):
            parts += [raw[last:place], each.removed]
            last = place + each.added
        parts.append(raw[last : int(offsets[-1])])
        gained = np.zeros(len(offsets), np.int64)
        np.add.at(gained, leaf + 1, [len(each.removed) - each.added for each in taken])
        values = make_strings(
            np.frombuffer(b"".join(parts), np.uint8), offsets - offsets[0] + np.cumsum(gained)
        )
        if self.leaves.values.null_count:
            values = pc.if_else(self.leaves.values.is_valid(), values, None)
        return self._replace_values(values)

    def _replace_values(self, values: pa.Array) -> TextColumn:
        column = replaced(self.column, self.steps, values)
        return replace(self, column=column, leaves=Leaves(values, self.leaves.first))


def _typed(column: pa.Array, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    """Return ``column`` as ``kind``, in several chunks where one cannot hold it."""
    if column.type == kind:
        return column
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:  # more than two gigabytes
        half = len(column) // 2
        if not half:
            raise
        parts = [_typed(part, kind) for part in (column.slice(0, half), column.slice(half))]
        return pa.chunked_array(
            [
                chunk
                for part in parts
                for chunk in (part.chunks if isinstance(part, pa.ChunkedArray) else [part])
            ]
        )


def _code_points(values: pa.Array, leaf: Ints) -> Ints:
    """Return how many code points each of some strings has, broken sequences as U+FFFD."""
    chosen = values.take(pa.array(leaf))
    try:
        chosen.validate(full=True)
    except pa.ArrowInvalid:
        raw = chosen.cast(pa.large_binary()).to_pylist()
        return np.array([len(each.decode("utf-8", "replace")) for each in raw], np.int64)
    lengths: Ints = numbers(pc.utf8_length(chosen)).astype(np.int64)
    return lengths
