"""A table that grows batch by batch: in memory, or each buffer of a column in a file, mapped."""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from dedup.columns import I64, Array, flat, lists, make_lists, numbers, strings

__all__ = ["Gathering", "gathered", "mapped"]

ROWS_AT_ONCE = 1 << 12
"""That are moved where some rows of what is in files are left out."""


class Gathering:
    """A table that grows batch by batch."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._folder = folder
        self._name = name
        self._parts: list[pa.Table] = []
        self._columns: dict[str, _Column] = {}
        self.rows = 0

    def append(self, batch: pa.Table) -> None:
        """Take a batch of numbers or strings, with or without nulls, or lists of numbers."""
        self.rows += batch.num_rows
        if self._folder is None:
            self._parts.append(batch)
            return
        batch = batch.cast(pa.schema([_plain(field) for field in batch.schema]))
        for field, values in zip(batch.schema, batch.columns, strict=True):
            if field.name not in self._columns:
                place = self._folder / f"{self._name}.{field.name}"
                self._columns[field.name] = _Column(place, field.type)
            self._columns[field.name].append(values)

    def table(self) -> pa.Table:
        """Return what was gathered so far, each column in one chunk."""
        if self._folder is not None:
            for each in self._columns.values():
                each.flush()
            return gathered(self._folder, self._name, self._layout())
        if len(self._parts) > 1:
            self._parts = [self._by_column(flat)]
        return self._parts[0].combine_chunks()

    def take(self, rows: I64) -> None:
        """Leave these rows alone, in this order.

        What ``table`` returned before is not to be used any more: ascending rows are moved within
        their files, so that these never take more room than they did.
        """
        if len(rows) == self.rows and (rows[1:] > rows[:-1]).all():
            return
        self.rows = len(rows)
        if self._folder is None:
            self._parts = [self._by_column(lambda column: _taken(flat(column), rows))]
            return
        for column in self._columns.values():
            column.take(rows)

    def close(self) -> Any:
        """Close the files of what was gathered there; return how it can be read."""
        for column in self._columns.values():
            column.close()
        return self._layout()

    def _layout(self) -> Any:
        columns = [(name, _told(each.type), each.nulls) for name, each in self._columns.items()]
        return {"rows": self.rows, "columns": columns}

    def _by_column(self, change: Callable[[pa.ChunkedArray], pa.Array]) -> pa.Table:
        """Change the columns one after the other, each let go when the next is begun."""
        columns: dict[str, pa.Array] = {}
        for name in self._parts[0].column_names:
            chunks = [chunk for part in self._parts for chunk in part[name].chunks]
            kind = self._parts[0].schema.field(name).type
            self._parts = [part.drop_columns([name]) for part in self._parts]
            column = pa.chunked_array(chunks, kind)
            del chunks
            columns[name] = change(column)
        return pa.table(columns)


class _Column:
    """One column as it is written, each buffer to a file."""

    def __init__(self, place: Path, kind: pa.DataType) -> None:
        self.type = kind
        self.nulls = 0
        self._place = place
        self._open = ExitStack()
        self._files: dict[str, IO[bytes]] = {}
        if _is_long(kind):
            self._file("ends").write(bytes(8))
        self._rows = self._end = 0

    def append(self, column: pa.ChunkedArray) -> None:
        if column.null_count and not self.nulls:  # the first: all before were there
            self._write("valid", np.ones(self._rows, np.uint8))
        self._rows += len(column)
        self.nulls += column.null_count
        if self.nulls:
            self._write("valid", numbers(column.is_valid()).view(np.uint8))
        if _is_long(self.type):
            offsets = _long(flat(column))[1]
            self._write("ends", offsets[1:] - offsets[0] + self._end)
            self._end += int(offsets[-1] - offsets[0])
        self._write("values", _values(flat(column)))

    def flush(self) -> None:
        self._file("values")
        for file in self._files.values():
            file.flush()

    def close(self) -> None:
        self.flush()
        for file in self._files.values():
            os.fsync(file.fileno())
        self._open.close()
        self._files.clear()

    def take(self, rows: I64) -> None:
        """Leave these rows alone; what is moved to before its place stays in its file."""
        self.close()
        column = _mapped_column(self._place, self.type, self._rows, self.nulls)
        forwards = bool((rows[1:] > rows[:-1]).all())
        parts = _parts(rows)
        if self.nulls:
            there = numbers(column.is_valid())
            self._rewrite("valid", (there[part].view(np.uint8) for part in parts), in_place=False)
            self.nulls = len(rows) - int(np.count_nonzero(there[rows]))
            if not self.nulls:
                Path(f"{self._place}.valid").unlink()
        if _is_long(self.type):
            self._rewrite("ends", self._new_ends(column, parts), in_place=False)
        self._rewrite("values", (_values_of(column, part) for part in parts), forwards)
        self._rows = len(rows)

    def _new_ends(self, column: pa.Array, parts: list[I64]) -> Iterator[Array]:
        """Yield where rows end once others are left out, from 0."""
        starts = _long(column)[1]
        self._end = 0
        yield np.zeros(1, np.int64)
        for part in parts:
            ends = self._end + np.cumsum(starts[part + 1] - starts[part])
            self._end = int(ends[-1])
            yield ends

    def _rewrite(self, name: str, blocks: Iterator[Array], in_place: bool) -> None:
        """Write one file anew; what is read from it meanwhile is never before what is written."""
        path = Path(f"{self._place}.{name}")
        target = path if in_place else Path(f"{path}.new")
        with target.open("r+b" if in_place else "wb") as file:
            for block in blocks:
                file.write(np.ascontiguousarray(block).data)
            file.truncate()
        target.replace(path)

    def _write(self, name: str, values: Array) -> None:
        self._file(name).write(np.ascontiguousarray(values).data)

    def _file(self, name: str) -> IO[bytes]:
        if name not in self._files:
            file = Path(f"{self._place}.{name}").open("ab")  # noqa: SIM115
            self._files[name] = self._open.enter_context(file)
        return self._files[name]


def gathered(folder: Path, name: str, layout: Any) -> pa.Table:
    """Map the columns that a ``Gathering`` wrote."""
    return pa.table(
        {
            column: _mapped_column(folder / f"{name}.{column}", _type(kind), layout["rows"], nulls)
            for column, kind, nulls in layout["columns"]
        }
    )


def mapped(file: IO[bytes]) -> mmap.mmap | bytes:
    """Map a file; one without a byte cannot be."""
    return mmap.mmap(file.fileno(), 0) if os.fstat(file.fileno()).st_size else b""


def _mapped_column(place: Path, kind: pa.DataType, rows: int, nulls: int) -> pa.Array:
    valid = None
    if nulls:
        there = np.frombuffer(_buffer(Path(f"{place}.valid")), np.uint8)
        valid = pa.py_buffer(np.packbits(there, bitorder="little"))
    values = _buffer(Path(f"{place}.values"))
    if not _is_long(kind):
        return pa.Array.from_buffers(kind, rows, [valid, values], nulls)
    buffers, children = [valid, _buffer(Path(f"{place}.ends"))], None
    if pa.types.is_large_list(kind):
        item = kind.value_type
        count = values.size // (item.bit_width // 8)
        children = [pa.Array.from_buffers(item, count, [None, values])]
    else:
        buffers.append(values)
    return pa.Array.from_buffers(kind, rows, buffers, nulls, children=children)


def _buffer(path: Path) -> pa.Buffer:
    with path.open("r+b") as file:
        return pa.py_buffer(mapped(file))


def _is_long(kind: pa.DataType) -> bool:
    """Return whether rows are of different lengths."""
    return bool(pa.types.is_large_string(kind) or pa.types.is_large_list(kind))


def _long(column: pa.Array) -> tuple[Array, I64]:
    return lists(column) if pa.types.is_large_list(column.type) else strings(column)


def _values(column: pa.Array) -> Array:
    """Return all values of a column, those of its rows after one another."""
    if _is_long(column.type):
        data, offsets = _long(column)
        return data[offsets[0] : offsets[-1]]
    return numbers(column.fill_null(0) if column.null_count else column)


def _values_of(column: pa.Array, rows: I64) -> Array:
    """Return the values of some rows.

    Not as Arrow takes them, which for a few of its lists takes as much memory as all of them.
    """
    if not _is_long(column.type):
        return _values(column.take(pa.array(rows)))
    data, offsets = _long(column)
    sizes = offsets[rows + 1] - offsets[rows]
    ends = np.cumsum(sizes)
    taken: Array = data[np.arange(sizes.sum()) + np.repeat(offsets[rows] - ends + sizes, sizes)]
    return taken


def _taken(column: pa.Array, rows: I64) -> pa.Array:
    """Return some rows of a column in memory."""
    if not pa.types.is_large_list(column.type) or column.null_count:
        return column.take(pa.array(rows))
    data, offsets = lists(column)
    ends = np.append(0, np.cumsum(offsets[rows + 1] - offsets[rows]))
    values = np.empty(ends[-1], data.dtype)
    at = 0
    for part in _parts(rows):
        some = _values_of(column, part)
        values[at : at + len(some)] = some
        at += len(some)
    return make_lists(values, ends)


def _parts(rows: I64) -> list[I64]:
    return [rows[at : at + ROWS_AT_ONCE] for at in range(0, len(rows), ROWS_AT_ONCE)]


def _told(kind: pa.DataType) -> str:
    return f"list of {kind.value_type}" if pa.types.is_large_list(kind) else str(kind)


def _type(told: str) -> pa.DataType:
    item = told.removeprefix("list of ")
    return pa.type_for_alias(told) if item == told else pa.large_list(pa.type_for_alias(item))


def _plain(field: pa.Field) -> pa.Field:
    """Return the field without a dictionary, whose values would have to be the same all along."""
    kind = field.type
    return field.with_type(pa.large_string()) if pa.types.is_dictionary(kind) else field
