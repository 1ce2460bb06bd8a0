"""Growing: arrays of which nobody knows how long they get, where a run keeps what is long."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import IO, Any

import numpy as np

from dedup.columns import Array
from dedup.work import Work, explained

__all__ = ["Growing"]


class Growing:
    """Columns that grow batch by batch, and in the end are an array each.

    >>> grown = Growing(Work(), np.int32, np.bool_)
    >>> grown.append(np.array([1, 2]), np.array([True, False]))
    >>> grown.append(np.array([3]), np.array([True]))
    >>> [column.tolist() for column in grown.close()]
    [[1, 2, 3], [True, False, True]]
    """

    def __init__(self, work: Work, *types: Any) -> None:
        """Keep columns of these types in memory, or in files that go with the process."""
        self._folder = work.folder
        self._types = [np.dtype(each) for each in types]
        self._parts: list[list[Array]] = [[] for _ in types]
        self._sizes = [0] * len(types)
        self._open = ExitStack()
        self._files: list[IO[bytes]] = []
        if self._folder is not None:
            with explained(self._folder):
                for _ in types:
                    file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
                    self._files.append(self._open.enter_context(file))

    def append(self, *columns: Array) -> None:
        """Take what comes next in each column.

        Raises
        ------
        OutputError
            If the disk has no room for it.
        """
        for number, (column, type_) in enumerate(zip(columns, self._types, strict=True)):
            values = np.ascontiguousarray(column, type_)
            self._sizes[number] += len(values)
            if self._folder is None:
                self._parts[number].append(values)
            else:
                with explained(self._folder):
                    self._files[number].write(values.data)

    def close(self) -> list[Array]:
        """Return the columns, of which none grows any more."""
        if self._folder is None:
            made = []
            for number, type_ in enumerate(self._types):
                made.append(np.concatenate([np.empty(0, type_), *self._parts[number]]))
                self._parts[number] = []
            return made
        with explained(self._folder), self._open:
            for file in self._files:
                file.flush()
            return [
                np.memmap(file, type_, "r+", shape=(size,)).view(np.ndarray)
                if size
                else np.empty(0, type_)
                for file, type_, size in zip(self._files, self._types, self._sizes, strict=True)
            ]
