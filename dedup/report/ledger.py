"""The ledger: a figure of every group, and whole rows of what is shown in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import F64, I64, Bools, numbers
from dedup.report.folder import Block, Lines, Row
from dedup.report.spans import COLUMNS, Finder, Gathered, filled
from dedup.report.views import GroupName

__all__ = ["MOST_TEXTS", "Ledger", "Place", "place_of", "read_ledger"]

Place: TypeAlias = "tuple[str, int, int]"
"""File, row and paragraph of a unit."""

MOST_TEXTS = 1000
"""Distinct texts of a group whose hashes are kept, in the order of the corpus, and clusters of a
family: who judges the whole group judges these, and the page says so where there are more."""

_COLUMNS = {
    **COLUMNS,
    "hash": pa.large_string(),
    "paragraph": pa.int64(),
    "similarity": pa.float64(),
    "masked_similarity": pa.float64(),
}
_NAMES = {"c": "cluster", "f": "family"}
_MEASURES = {"c": "similarity", "f": "masked_similarity"}


@dataclass(frozen=True)
class Ledger:
    """What the report needs of the ledger."""

    least: F64
    """Of each group that is listed: the least similarity of a member to its source, in families the
    masked one; 2 for none."""
    members: dict[GroupName, dict[Place, Row]]
    """Of the wanted groups, a row for each member that is shown."""
    hashes: dict[GroupName, dict[str, None]]
    clusters: dict[GroupName, dict[GroupName, None]]
    """Of each wanted family, the clusters of its units."""
    spans: Gathered
    """Of the wanted documents."""


def place_of(row: Row) -> Place:
    """Return where a unit stands."""
    return row["file"], row["row"], row["paragraph"]


def read_ledger(
    lines: Lines,
    listed: pa.Table,
    groups: Mapping[GroupName, Iterable[Row]],
    documents: Mapping[int, tuple[str, int]],
) -> Ledger:
    """Read the ledger once, from its beginning to its end, and hold nothing but what is wanted.

    Parameters
    ----------
    lines
        Of ``provenance.jsonl``.
    listed
        ``group`` and ``number`` of all groups whose least similarity is asked for.
    groups
        Those that are to be shown in full: the places of the members that are shown.
    documents
        Those whose spans are asked for: file and row, by index.
    """
    told = Ledger(
        least=np.full(listed.num_rows, 2.0),
        members={name: {} for name in groups},
        hashes={name: {} for name in groups},
        clusters={name: {} for name in groups if name.startswith("f")},
        spans=Gathered(documents),
    )
    least = {letter: _Least(listed, letter, told.least) for letter in _NAMES}
    opened = {
        letter: np.array([int(name[1:]) for name in groups if name[0] == letter], np.int64)
        for letter in _NAMES
    }
    members = _Members(lines, groups, told)
    for block in lines.blocks(_COLUMNS):
        table = block.table
        passage = numbers(pc.equal(table["kind"], "passage").fill_null(False))
        number = {letter: filled(table[name]) for letter, name in _NAMES.items()}
        for letter, measure in _MEASURES.items():
            least[letter].note(number[letter], table[measure], ~passage)
        mine = {letter: ~passage & np.isin(number[letter], opened[letter]) for letter in opened}
        _note_texts(told, table, number, mine)
        members.note(block, np.flatnonzero(mine["c"] | mine["f"]))
        told.spans.note(table, passage)
    return told


class _Least:
    """The least similarity in each listed cluster, or in each listed family."""

    def __init__(self, listed: pa.Table, letter: str, least: F64) -> None:
        rows = np.flatnonzero(numbers(pc.starts_with(listed["group"], letter)))
        number = numbers(listed["number"])[rows]
        order = np.argsort(number)
        self._number, self._row, self._least = number[order], rows[order], least

    def note(self, number: I64, measure: pa.ChunkedArray, counts: Bools) -> None:
        if not len(self._number):
            return
        values = numbers(measure.fill_null(2.0))
        at = np.minimum(np.searchsorted(self._number, number), len(self._number) - 1)
        hit = counts & (values <= 1) & (self._number[at] == number)
        np.minimum.at(self._least, self._row[at[hit]], values[hit])


class _Members:
    """The rows of the members that are shown, found by where they stand."""

    def __init__(
        self, lines: Lines, groups: Mapping[GroupName, Iterable[Row]], told: Ledger
    ) -> None:
        self._lines, self._told = lines, told
        self._places = {name: {place_of(each) for each in rows} for name, rows in groups.items()}
        every = {place for places in self._places.values() for place in places}
        self._documents = Finder(place[:2] for place in every)
        number = self._documents.number
        self._keys = np.array(
            sorted(number[place[:2]] << 32 | place[2] for place in every), np.int64
        )

    def note(self, block: Block, rows: I64) -> None:
        table = block.table.select(["file", "row", "paragraph"]).take(pa.array(rows))
        document, paragraph = self._documents.of(table, ""), filled(table["paragraph"])
        found = (document >= 0) & np.isin(document << 32 | paragraph, self._keys)
        for at in rows[found].tolist():
            row = self._lines.row(int(block.starts[at]), int(block.ends[at]))
            for letter, name in _NAMES.items():
                group = f"{letter}{row[name]}"
                if place_of(row) in self._places.get(group, ()):
                    self._told.members[group].setdefault(place_of(row), row)


def _note_texts(
    told: Ledger, table: pa.Table, number: Mapping[str, I64], mine: Mapping[str, Bools]
) -> None:
    """Note the texts of each wanted group, and the clusters of each wanted family."""
    for letter in _NAMES:
        rows = np.flatnonzero(mine[letter])
        hashes = table["hash"].take(pa.array(rows)).to_pylist()
        for one, text in dict.fromkeys(zip(number[letter][rows].tolist(), hashes, strict=True)):
            known = told.hashes[f"{letter}{one}"]
            if len(known) < MOST_TEXTS:
                known.setdefault(text)
    rows = np.flatnonzero(mine["f"] & (number["c"] >= 0))
    pairs = zip(number["f"][rows].tolist(), number["c"][rows].tolist(), strict=True)
    for family, cluster in dict.fromkeys(pairs):
        within = told.clusters[f"f{family}"]
        if len(within) < MOST_TEXTS:
            within.setdefault(f"c{cluster}")
