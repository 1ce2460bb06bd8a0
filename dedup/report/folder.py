"""The files that a run left: some columns of all lines, and single lines as a whole."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
from pyarrow import json as arrow_json

from dedup.columns import I64
from dedup.errors import OutputError
from dedup.explanation import finished_report

__all__ = ["Block", "Folder", "Lines", "Row"]

Row: TypeAlias = "dict[str, Any]"

_COUNTED = {"clusters", "documents", "sections"}
"""Files of which ``run.json`` says how many lines they have."""
_BLOCK = 1 << 24
"""Bytes that are parsed at once."""


class Block(NamedTuple):
    """Some lines, one after another."""

    table: pa.Table
    starts: I64
    """Where each line begins in the file, in bytes."""
    ends: I64


class Lines:
    """The lines of a file, never held all at once; ``count`` is how many there are, if known."""

    def __init__(self, path: Path, count: int | None = None) -> None:
        self._path, self._count = path, count
        try:
            if path.stat().st_size:
                with path.open("rb") as file:
                    self._data: mmap.mmap | bytes = mmap.mmap(
                        file.fileno(), 0, access=mmap.ACCESS_READ
                    )
            else:
                self._data = b""
        except OSError as error:
            raise OutputError(
                f"{path} cannot be read ({error.strerror}): run again to have another"
            ) from error

    def row(self, start: int, end: int) -> Row:
        """Return what a line holds."""
        try:
            told: Row = orjson.loads(self._data[start:end])
        except orjson.JSONDecodeError as error:
            raise self._damaged() from error
        return told

    def blocks(self, schema: Mapping[str, pa.DataType]) -> Iterator[Block]:
        """Yield these columns of all lines, so many lines at a time as are worth it."""
        options = arrow_json.ParseOptions(
            explicit_schema=pa.schema(schema), unexpected_field_behavior="ignore"
        )
        start = count = 0
        whole = pa.py_buffer(self._data)
        while start < len(self._data):
            end = self._data.rfind(b"\n", start, start + _BLOCK) + 1
            end = end or self._data.find(b"\n", start + _BLOCK) + 1  # a line longer than that
            if not end:
                raise self._damaged()
            reading = arrow_json.ReadOptions(use_threads=False, block_size=max(end - start + 1, 64))
            part = whole[start:end]
            try:
                table = arrow_json.read_json(pa.BufferReader(part), reading, options)
            except pa.ArrowInvalid as error:
                raise self._damaged() from error
            ends = np.flatnonzero(np.frombuffer(part, np.uint8) == ord("\n")) + (start + 1)
            if table.num_rows != len(ends):
                raise self._damaged()
            count += len(ends)
            yield Block(table, np.append(start, ends[:-1]), ends)
            start = end
        if self._count not in (None, count):
            raise self._damaged()

    def _damaged(self) -> OutputError:
        return OutputError(f"{self._path} is damaged: run again to have another")


class Folder:
    """The finished run in a folder; ``run`` is what its ``run.json`` says, or will say.

    Raises
    ------
    SettingsError
        If it holds none.
    OutputError
        If a file is missing or damaged, when it is read.
    """

    def __init__(self, path: Path, run: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.run = finished_report(path) if run is None else run

    def lines(self, name: str) -> Lines:
        """Return the lines of a file."""
        counts: Mapping[str, int] = self.run["counts"]
        kind = name.removesuffix(".jsonl")
        return Lines(self.path / name, counts[kind] if kind in _COUNTED else None)

    def damaged(self, name: str) -> OutputError:
        """Return what to raise if a file does not hold what others refer to."""
        return OutputError(f"{self.path / name} is damaged: run again to have another")
