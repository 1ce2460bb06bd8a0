"""Where a run keeps what grows with the corpus: in memory, or in files of a folder, mapped.

What is mapped is read and written like any array, and the system moves it between memory and disk
as there is room: it is never anonymous memory, which can only be swapped. What a stage has made is
committed, whole or not at all, under a fingerprint of all that it depends on; so a run that was
killed goes on behind the last stage it finished.
"""

from __future__ import annotations

import errno
import mmap
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson
import pyarrow as pa

from dedup.columns import Array, numbers, strings
from dedup.errors import OutputError

__all__ = ["Gathering", "Stored", "Work", "explained"]


SMALLEST = 1 << 16
"""Bytes of an array that is worth a file."""


class Work:
    """Room for arrays and tables that are as long as the corpus."""

    def __init__(self, folder: Path | None = None, prints: Mapping[str, str] | None = None) -> None:
        """Keep everything in memory, or in ``folder``, which is made.

        ``prints`` has the fingerprint of each stage that is committed there.
        """
        if folder is not None:
            folder.mkdir(exist_ok=True)
        self.folder = folder
        self.reused: list[str] = []
        """Stages that were committed before."""
        self._prints = prints or {}

    def array(self, shape: int | tuple[int, ...], dtype: Any) -> Array:
        """Return an array that is not filled yet; its file goes with the process.

        Raises
        ------
        OutputError
            If the disk has no room for it.
        """
        size = int(np.prod(shape))
        room = size * np.dtype(dtype).itemsize
        if self.folder is None or room < SMALLEST:
            return np.empty(shape, dtype)
        with explained(self.folder), tempfile.TemporaryFile(dir=self.folder) as file:
            if hasattr(os, "posix_fallocate"):  # taken now: later a full disk is a signal
                os.posix_fallocate(file.fileno(), 0, room)
            else:
                file.truncate(room)
            return np.frombuffer(_mapped(file), dtype, size).reshape(shape)

    def keep(self, values: Array) -> Array:
        """Return these values where this has room for them; they are not to be changed.

        Raises
        ------
        OutputError
            If the disk has none.
        """
        if self.folder is None:
            return values
        kept = self.array(values.shape, values.dtype)
        kept[...] = values
        return kept

    def stored(self, stage: str, make: Callable[[Stored], None]) -> Stored:
        """Return what a stage made: what is committed, or what ``make`` puts into it now.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        if self.folder is None:
            made = Stored(None)
            make(made)
            return made
        folder, part = self.folder / stage, self.folder / f"{stage}.part"
        wanted = self._prints[stage]
        with explained(folder):
            for path in (folder, part):
                if path.exists() and (path == part or _print(path) != wanted):
                    _discard(path)
            if folder.exists():
                self.reused.append(stage)
                return Stored(folder)
            part.mkdir()
            made = Stored(part)
            make(made)
            made.close(wanted)
            part.rename(folder)
            _sync(self.folder)
        return Stored(folder)

    def discard(self) -> None:
        """Remove the folder with all that is in it."""
        if self.folder is not None and self.folder.exists():
            with explained(self.folder):
                for stage in self.folder.iterdir():
                    if stage.is_dir():
                        _discard(stage)
                shutil.rmtree(self.folder)


def _discard(stage: Path) -> None:
    """Remove a stage so that at no moment it seems to be whole and is not."""
    (stage / "stage.json").unlink(missing_ok=True)
    shutil.rmtree(stage)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that is written into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(
                f"the disk is full, {path} could not be written: free some space and run again, "
                "or name another folder"
            ) from error
        raise OutputError(
            f"{path} cannot be written ({error.strerror or error}): name another folder"
        ) from error


def _print(folder: Path) -> str | None:
    try:
        told = orjson.loads((folder / "stage.json").read_bytes())["fingerprint"]
    except (OSError, orjson.JSONDecodeError, KeyError):
        return None
    return str(told)


class Stored:
    """Tables that a stage made, and what else it says."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.facts: dict[str, Any] = {}
        """Whatever JSON holds."""
        self._tables: dict[str, pa.Table | Gathering] = {}
        self._layouts: dict[str, Any] = {}
        if folder is not None and (folder / "stage.json").exists():
            told = orjson.loads((folder / "stage.json").read_bytes())
            self.facts, self._layouts = told["facts"], told["layouts"]

    def put(self, name: str, table: pa.Table) -> None:
        """Keep a table."""
        if self.folder is None:
            self._tables[name] = table
            return
        with (self.folder / f"{name}.arrow").open("wb") as file:
            with pa.ipc.new_file(file, table.schema) as sink:
                sink.write_table(table.combine_chunks())
            file.flush()
            os.fsync(file.fileno())

    def gathering(self, name: str) -> Gathering:
        """Return what gathers a table batch by batch."""
        self._tables[name] = gathering = Gathering(self.folder, name)
        return gathering

    def table(self, name: str) -> pa.Table:
        """Return a table; mapped ones have one chunk for each column."""
        table = self._tables.get(name)
        if isinstance(table, Gathering):
            return table.table()
        if table is not None:
            return table
        assert self.folder is not None
        if name in self._layouts:
            return _read(self.folder, name, self._layouts[name])
        with pa.memory_map(str(self.folder / f"{name}.arrow")) as source:
            return pa.ipc.open_file(source).read_all()

    def close(self, fingerprint: str) -> None:
        """Write down what is here, behind all that it names."""
        assert self.folder is not None
        layouts = {
            name: table.close()
            for name, table in self._tables.items()
            if isinstance(table, Gathering)
        }
        told = {"fingerprint": fingerprint, "facts": self.facts, "layouts": layouts}
        with (self.folder / "stage.json").open("wb") as file:
            file.write(orjson.dumps(told))
            file.flush()
            os.fsync(file.fileno())
        _sync(self.folder)


class Gathering:
    """A table that grows batch by batch."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._folder = folder
        self._name = name
        self._parts: list[pa.Table] = []
        self._columns: dict[str, _Column] = {}
        self.rows = 0

    def append(self, batch: pa.Table) -> None:
        """Take a batch; its columns are numbers or strings, with or without nulls."""
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
        """Return what was gathered in memory."""
        return pa.concat_tables(self._parts).combine_chunks()

    def close(self) -> Any:
        """Close the files of what was gathered there; return how it can be read."""
        columns = [
            (name, str(column.type), column.close()) for name, column in self._columns.items()
        ]
        return {"rows": self.rows, "columns": columns}


class _Column:
    """One column as it is written, each buffer to a file."""

    def __init__(self, place: Path, kind: pa.DataType) -> None:
        self.type = kind
        self._place = place
        self._open = ExitStack()
        self._files: dict[str, IO[bytes]] = {}
        if pa.types.is_large_string(kind):
            self._file("ends").write(bytes(8))
        self._rows = self._nulls = self._end = 0

    def append(self, column: pa.ChunkedArray) -> None:
        if column.null_count and not self._nulls:  # the first: all before were there
            self._write("valid", np.ones(self._rows, np.uint8))
        self._rows += len(column)
        self._nulls += column.null_count
        if self._nulls:
            self._write("valid", numbers(column.is_valid()).view(np.uint8))
        if pa.types.is_large_string(self.type):
            data, offsets = strings(column)
            self._write("ends", offsets[1:] - offsets[0] + self._end)
            self._write("values", data[offsets[0] : offsets[-1]])
            self._end += int(offsets[-1] - offsets[0])
        else:
            self._write("values", numbers(column.fill_null(0) if column.null_count else column))

    def close(self) -> int:
        """Return how many nulls there are."""
        self._file("values")
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        self._open.close()
        return self._nulls

    def _write(self, name: str, values: Array) -> None:
        self._file(name).write(np.ascontiguousarray(values).data)

    def _file(self, name: str) -> IO[bytes]:
        if name not in self._files:
            file = Path(f"{self._place}.{name}").open("wb")  # noqa: SIM115
            self._files[name] = self._open.enter_context(file)
        return self._files[name]


def _read(folder: Path, name: str, layout: Any) -> pa.Table:
    """Map the columns that a ``Gathering`` wrote."""
    columns = {}
    for column, kind, nulls in layout["columns"]:
        type_ = pa.type_for_alias(kind)
        parts = ["ends", "values"] if pa.types.is_large_string(type_) else ["values"]
        buffers = [_buffer(folder / f"{name}.{column}.{part}") for part in parts]
        valid = None
        if nulls:
            there = np.frombuffer(_buffer(folder / f"{name}.{column}.valid"), np.uint8)
            valid = pa.py_buffer(np.packbits(there, bitorder="little"))
        columns[column] = pa.Array.from_buffers(type_, layout["rows"], [valid, *buffers], nulls)
    return pa.table(columns)


def _buffer(path: Path) -> pa.Buffer:
    with path.open("r+b") as file:
        return pa.py_buffer(_mapped(file))


def _mapped(file: IO[bytes]) -> mmap.mmap | bytes:
    """Map a file; one without a byte cannot be."""
    return mmap.mmap(file.fileno(), 0) if os.fstat(file.fileno()).st_size else b""


def _plain(field: pa.Field) -> pa.Field:
    """Return the field without a dictionary, whose values would have to be the same all along."""
    kind = field.type
    return field.with_type(pa.large_string()) if pa.types.is_dictionary(kind) else field


def _sync(folder: Path) -> None:
    """Let what a folder says of its files reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
