"""Where a run keeps what grows with the corpus: in memory, or in files of a folder, mapped.

What is mapped is read and written like any array, and the system moves it between memory and disk
as there is room: it is never anonymous memory, which can only be swapped. What a stage has made is
committed, whole or not at all, under a fingerprint of all that it depends on; so a run that was
killed goes on behind the last stage it finished.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from dedup.columns import Array, flat
from dedup.errors import OutputError
from dedup.gathering import Gathering, gathered, mapped

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
            return np.frombuffer(mapped(file), dtype, size).reshape(shape)

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

    def keep_table(self, table: pa.Table) -> pa.Table:
        """Return the table, its columns where this has room for them.

        They are of fixed width, and without a null.

        Raises
        ------
        OutputError
            If the disk has none.
        """
        if self.folder is None or table.nbytes < SMALLEST:
            return table
        columns = {}
        for name in table.column_names:
            column = flat(table[name])
            if column.offset:
                column = column.take(pa.array(np.arange(len(column))))
            values = self.keep(np.frombuffer(column.buffers()[1], np.uint8))
            columns[name] = pa.Array.from_buffers(
                column.type, len(column), [None, pa.py_buffer(values)]
            )
        return pa.table(columns)

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
            return gathered(self.folder, name, self._layouts[name])
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


def _sync(folder: Path) -> None:
    """Let what a folder says of its files reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
