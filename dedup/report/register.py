"""The documents that the report names, each by an index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I64, flat, numbers
from dedup.report.folder import Folder, Row
from dedup.report.views import Documents
from dedup.rules import CLASSES

__all__ = ["Register"]

_SHARED = pa.struct({"file": pa.large_string(), "row": pa.int64(), "characters": pa.int64()})
_COLUMNS = {
    "file": pa.large_string(),
    "row": pa.int64(),
    "doc": pa.large_string(),
    "date": pa.large_string(),
    "characters": pa.int64(),
    "repeated": pa.int64(),
    "by_class": pa.struct(dict.fromkeys(CLASSES, pa.int64())),
    "shared_with": pa.list_(_SHARED),
}
_EMPTY = pa.schema(_COLUMNS).empty_table()


class Register:
    """The documents that the report names: all of a corpus, or the first that repeat most.

    What else is named joins them at the end, so that an index holds from when it is given.
    """

    def __init__(self, folder: Folder, most: int) -> None:
        self._lines = folder.lines("documents.jsonl")
        only = {"repeated": pa.int64()}
        told = [numbers(block.table["repeated"]) for block in self._lines.blocks(only)]
        repeated = np.concatenate([np.zeros(0, np.int64), *told])
        self.all = len(repeated)
        chosen = np.zeros(self.all, bool)
        chosen[np.argsort(-repeated, kind="stable")[:most]] = True
        tables, first = [_EMPTY], 0
        for block in self._lines.blocks(_COLUMNS):
            rows = len(block.starts)
            tables.append(block.table.filter(pa.array(chosen[first : first + rows])))
            first += rows
        self._table = pa.concat_tables(tables)
        self._index = {place: i for i, place in enumerate(_places(self._table))}

    def __len__(self) -> int:
        """Return how many are named by now."""
        return len(self._index)

    @property
    def size(self) -> int:
        """About how many bytes the columns of those will take that are named by now."""
        names = sum(
            pc.sum(pc.binary_length(self._table[name])).as_py() or 0 for name in ("doc", "file")
        )
        shared = pc.sum(pc.list_value_length(self._table["shared_with"])).as_py() or 0
        known = 60 * self._table.num_rows + names + 12 * shared
        return int(known * len(self) / max(1, self._table.num_rows))

    def of(self, row: Row, side: str = "") -> int:
        """Return the index of the document that a row names, on a side of it."""
        return self.index(row[f"{side}file"], row[f"{side}row"])

    def index(self, file: str, row: int) -> int:
        """Return the index of a document."""
        return self._index.setdefault((file, row), len(self._index))

    def known(self, file: str, row: int) -> int | None:
        """Return the index of a document, None if nothing has named it."""
        return self._index.get((file, row))

    def longest(self) -> dict[tuple[str, int], int]:
        """Return file, row and characters of those that are listed, what repeats most first."""
        repeated, characters = (numbers(self._table[name]) for name in ("repeated", "characters"))
        place = list(self._index)
        return {place[i]: int(characters[i]) for i in np.argsort(-repeated, kind="stable").tolist()}

    def columns(self) -> Documents:
        """Return all that were named, as the report has them."""
        self._find_late()
        table = self._table
        by_class = [pc.struct_field(table["by_class"], name) for name in CLASSES]
        shared = flat(table["shared_with"])
        values: Any = shared.flatten()
        files, rows, characters = (values.field(i).to_pylist() for i in range(3))
        with_ = [self._index.get(place, -1) for place in zip(files, rows, strict=True)]
        ends = np.cumsum(numbers(pc.list_value_length(shared))).tolist()
        return Documents(
            doc=table["doc"].to_pylist(),
            file=table["file"].to_pylist(),
            row=table["row"].to_pylist(),
            date=table["date"].to_pylist(),
            characters=table["characters"].to_pylist(),
            repeated=table["repeated"].to_pylist(),
            classes=np.stack([numbers(each) for each in by_class], 1).tolist(),
            shared=[
                [pair for pair in zip(with_[a:b], characters[a:b], strict=True) if pair[0] >= 0]
                for a, b in zip([0, *ends], ends, strict=False)
            ],
        )

    def _find_late(self) -> None:
        """Take in what was named after the first ones, in the order in which it was."""
        late = list(self._index)[self._table.num_rows :]
        if not late:
            return
        files, rows = pa.array({file for file, _ in late}), pa.array({row for _, row in late})
        found, at = [_EMPTY], list[int]()
        for block in self._lines.blocks(_COLUMNS):
            table = block.table
            maybe = pc.and_(
                pc.is_in(table["file"], files.cast(pa.large_string())), pc.is_in(table["row"], rows)
            )
            table = table.filter(maybe)
            index = [self._index.get(place, -1) for place in _places(table)]
            mine = [i >= self._table.num_rows for i in index]
            found.append(table.filter(pa.array(mine, pa.bool_())))
            at += [i for i in index if i >= self._table.num_rows]
        order: I64 = np.argsort(np.array(at, np.int64))
        if len(order) != len(late):
            raise KeyError(late[0])
        self._table = pa.concat_tables([self._table, pa.concat_tables(found).take(order)])


def _places(table: pa.Table) -> list[tuple[str, int]]:
    return list(zip(table["file"].to_pylist(), table["row"].to_pylist(), strict=True))
