"""What of the wanted documents stands elsewhere, too: columns of the ledger, both of its sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I64, Array, Bools, flat, numbers
from dedup.rules import CLASSES
from dedup.stages.ledger import ACTIONS

__all__ = ["COLUMNS", "DocumentSpans", "Finder", "Gathered", "filled"]

_TEXT, _NUMBER = pa.large_string(), pa.int64()
_PLACED = ("row", "line", "start", "end")
COLUMNS = {
    **dict.fromkeys(("kind", "class", "action", "file", "source_file"), _TEXT),
    **dict.fromkeys(("cluster", "family", *_PLACED), _NUMBER),
    **dict.fromkeys([f"source_{name}" for name in _PLACED], _NUMBER),
}
"""Of the ledger, that ``Gathered`` needs."""

DocumentSpans = Mapping[str, Array]
"""Of one document, a row for each link of a stretch of it: ``start`` and ``end`` (code points);
``cluster`` and ``family``, -1 for none; ``kind``, an index into ``CLASSES``; ``action``, an index
into ``ACTIONS``; ``passage``; ``source``, if the document is the source of a passage; and of the
other side ``other`` (a key of its document, -1 for none), ``line``, ``other_start``, ``other_end``.
"""

_ROWS = 40
"""Bits of a key for the row of a document; above them stands the number of its file."""


def filled(column: pa.ChunkedArray) -> I64:
    """Return whole numbers, -1 for none."""
    numbers_: I64 = numbers(column.fill_null(-1))
    return numbers_


class Finder:
    """Numbers for some documents, found by file and row."""

    def __init__(self, places: Iterable[tuple[str, int]]) -> None:
        known = sorted(set(places))
        self._files = pa.array(sorted({file for file, _ in known}), _TEXT)
        file = {name: i for i, name in enumerate(self._files.to_pylist())}
        self._keys = np.array([file[name] << _ROWS | row for name, row in known], np.int64)
        self.number = {place: i for i, place in enumerate(known)}
        """From 0, without gaps."""

    def of(self, table: pa.Table, side: str) -> I64:
        """Return the number of the document that each row names on a side; -1 if it has none."""
        if not len(self._keys):
            return np.full(table.num_rows, -1, np.int64)
        file = filled(pc.index_in(table[f"{side}file"], self._files).cast(_NUMBER))
        keys = (file << _ROWS) | filled(table[f"{side}row"])
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found: I64 = np.where(self._keys[at] == keys, at, -1)
        return found


class Gathered:
    """The spans of some documents, taken from the ledger block by block."""

    def __init__(self, documents: Mapping[int, tuple[str, int]]) -> None:
        self._finder = Finder(documents.values())
        self._index = np.zeros(len(documents), np.int64)
        for index, place in documents.items():
            self._index[self._finder.number[place]] = index
        self._parts: dict[str, list[Array]] = {}
        self._files: dict[str, int] = {}
        self._of: dict[int, DocumentSpans] | None = None
        self.note(pa.schema(COLUMNS).empty_table(), np.zeros(0, np.bool_))  # columns of no rows

    def note(self, table: pa.Table, passage: Bools) -> None:
        """Take what a block of the ledger, with ``COLUMNS``, says of the documents."""
        known = numbers(table["kind"].is_valid())  # else: like nothing, and dropped with the rest
        for side, other in (("", "source_"), ("source_", "")):
            number = self._finder.of(table, side)
            rows = np.flatnonzero((number >= 0) & (passage if side else known))
            part = table.select(list(COLUMNS)).take(pa.array(rows)).combine_chunks()
            action = filled(pc.index_in(part["action"], pa.array(ACTIONS, _TEXT)))
            columns = {
                "document": self._index[number[rows]],
                "start": filled(part[f"{side}start"]),
                "end": filled(part[f"{side}end"]),
                "cluster": filled(part["cluster"]),
                "family": filled(part["family"]),
                "kind": filled(pc.index_in(part["class"], pa.array(CLASSES, _TEXT))),
                "action": np.full(len(rows), ACTIONS.index("kept")) if side else action,
                "passage": passage[rows],
                "source": np.full(len(rows), bool(side)),
                "other": self._keys(part, other),
                "line": filled(part[f"{other}line"]),
                "other_start": filled(part[f"{other}start"]),
                "other_end": filled(part[f"{other}end"]),
            }
            for name, values in columns.items():
                self._parts.setdefault(name, []).append(values)

    def of(self, document: int) -> DocumentSpans:
        """Return the spans of a document, in the order of the ledger."""
        if self._of is None:
            whole = {name: np.concatenate(parts) for name, parts in self._parts.items()}
            at = whole.pop("document", np.zeros(0, np.int64))
            order = np.argsort(at, kind="stable")
            bounds = np.flatnonzero(np.diff(at[order])) + 1
            split = {name: np.split(values[order], bounds) for name, values in whole.items()}
            each = np.split(at[order], bounds)
            self._of = {
                int(index[0]): {name: parts[i] for name, parts in split.items()}
                for i, index in enumerate(each)
                if len(index)
            }
            self._none = {name: values[:0] for name, values in whole.items()}
        return self._of.get(document, self._none)

    def key(self, file: str, row: int) -> int:
        """Return the key by which a document is ``other``; -2 if it is that nowhere."""
        return self._files.get(file, -1) << _ROWS | row if file in self._files else -2

    def place(self, key: int) -> tuple[str, int]:
        """Return file and row of a document, given its key."""
        return self._names[key >> _ROWS], key & ((1 << _ROWS) - 1)

    @cached_property
    def _names(self) -> list[str]:
        return list(self._files)

    def _keys(self, table: pa.Table, side: str) -> I64:
        files = flat(table[f"{side}file"]).dictionary_encode()
        numbers_ = [
            self._files.setdefault(name, len(self._files)) for name in files.dictionary.to_pylist()
        ]
        number = np.array([*numbers_, 0], np.int64)[numbers(files.indices.fill_null(-1))]
        keys: I64 = np.where(
            numbers(table[f"{side}row"].is_valid()),
            number << _ROWS | filled(table[f"{side}row"]),
            -1,
        )
        return keys
