"""Clusters and families: a row for each, the largest first, and what is known of the first ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I64, numbers
from dedup.reasons import REASONS
from dedup.report.comparing import Comparing
from dedup.report.folder import Folder, Lines, Row
from dedup.report.ledger import Ledger, place_of
from dedup.report.register import Register
from dedup.report.views import (
    Change,
    Evidence,
    GroupName,
    Groups,
    Members,
    Origin,
    Slot,
    Step,
    Substitution,
)
from dedup.rules import CLASSES
from dedup.stages.ledger import ACTIONS
from dedup.stages.origin import DIRECTIONS

__all__ = ["MEMBERS", "STATUSES", "Listed", "evidence", "group_table", "listed", "similarities"]

STATUSES = ("dated", "inferred", "unknown")
MEMBERS = 10
"""Members of a group that are shown: the others are among its hashes."""
SNIPPET = 50
"""Characters of a representative that the table shows."""

_FILES = {"c": "clusters.jsonl", "f": "families.jsonl"}
_COLUMNS = {
    "units": pa.int64(),
    "documents": pa.int64(),
    "texts": pa.int64(),
    "dropped": pa.int64(),
    "class": pa.large_string(),
    "text": pa.large_string(),
    "origin": pa.struct({"status": pa.large_string()}),
    "representative": pa.struct({"file": pa.large_string(), "row": pa.int64(), "line": pa.int64()}),
}


@dataclass(frozen=True)
class Listed:
    """The largest clusters, and families that have rows of their own, the largest first."""

    table: pa.Table
    """``group`` (``c12``, ``f3``), ``number`` (12, 3), what the table of the report needs, and
    where the whole row stands: ``start`` and ``end``, in bytes."""
    files: Mapping[str, Lines]
    """By the first letter of the group."""
    all: int
    """How many there are."""

    def __len__(self) -> int:
        """Return how many are listed."""
        return int(self.table.num_rows)

    @property
    def sizes(self) -> I64:
        """Of the whole rows, in bytes."""
        sizes: I64 = numbers(pc.subtract(self.table["end"], self.table["start"]))
        return sizes

    def part(self, rows: I64) -> Listed:
        """Return some of them."""
        return replace(self, table=self.table.take(pa.array(rows)))

    def rows(self) -> list[tuple[GroupName, Row]]:
        """Return the whole rows."""
        columns = (self.table[name].to_pylist() for name in ("group", "start", "end"))
        told = zip(*columns, strict=True)
        return [(name, self.files[name[0]].row(start, end)) for name, start, end in told]


def listed(folder: Folder, most: int) -> Listed:
    """Return the largest groups, at most so many."""
    files = {letter: folder.lines(name) for letter, name in _FILES.items()}
    kept: list[pa.Table] = []
    count = held = 0
    for letter, number in (("c", "cluster"), ("f", "family")):
        for block in files[letter].blocks({number: pa.int64(), **_COLUMNS}):
            table = block.table
            length = pc.utf8_length(table["text"]).cast(pa.int64())
            names = pc.binary_join_element_wise(letter, table[number].cast(pa.string()), "")
            columns = {
                "group": names,
                "number": table[number],
                "size": pc.multiply(pc.subtract(table["units"], 1), length),
                "characters": length,
                "snippet": pc.utf8_slice_codeunits(table["text"], 0, 2 * SNIPPET),
                "status": pc.struct_field(table["origin"], "status"),
                "start": pa.array(block.starts),
                "end": pa.array(block.ends),
                **{name: table[name] for name in _COLUMNS if name not in ("text", "origin")},
            }
            kept.append(pa.table(columns))
            count += table.num_rows
            held += table.num_rows
            if held > 4 * most:
                kept = [_largest(pa.concat_tables(kept), most)]
                held = kept[0].num_rows
    return Listed(_largest(pa.concat_tables(kept), most) if kept else _NONE, files, count)


def _largest(table: pa.Table, most: int) -> pa.Table:
    """Return the largest rows, the largest first; of equal ones those that come first."""
    order = np.argsort(-numbers(table["size"]), kind="stable")[:most]
    return table.take(pa.array(order))


_NONE = pa.table(
    {name: pa.array([], pa.int64()) for name in ("number", "size", "characters", "start", "end")}
    | {name: pa.array([], pa.large_string()) for name in ("group", "snippet", "status")}
    | {name: pa.array([], of) for name, of in _COLUMNS.items() if name not in ("text", "origin")}
)


def group_table(groups: Listed, register: Register) -> Groups:
    """Return the rows of the table, but for the similarities."""
    table = groups.table
    places = table["representative"].to_pylist()
    return Groups(
        name=table["group"].to_pylist(),
        kind=[CLASSES.index(name) for name in table["class"].to_pylist()],
        units=table["units"].to_pylist(),
        documents=table["documents"].to_pylist(),
        texts=table["texts"].to_pylist(),
        dropped=table["dropped"].to_pylist(),
        similarity=[None] * table.num_rows,
        characters=table["characters"].to_pylist(),
        document=[register.of(place) for place in places],
        line=[place["line"] for place in places],
        origin=[STATUSES.index(status) for status in table["status"].to_pylist()],
        text=[" ".join(text.split())[:SNIPPET] for text in table["snippet"].to_pylist()],
    )


def similarities(ledger: Ledger) -> list[int | None]:
    """Return the column of the table that only the ledger tells."""
    return [None if least > 1 else round(1000 * least) for least in ledger.least.tolist()]


def evidence(
    rows: Sequence[tuple[GroupName, Row]], ledger: Ledger, register: Register, comparing: Comparing
) -> Iterator[Evidence]:
    """Yield all that is known of groups, given their whole rows."""
    for name, row in rows:
        origin, members = row["origin"], ledger.members[name]
        first = [members[place_of(place)] for place in row["members"][:MEMBERS]]
        hashes = list(dict.fromkeys([each["hash"] for each in first]) | ledger.hashes[name])
        placed = origin["file"] is not None
        family = row.get("family") if name.startswith("c") else None
        yield Evidence(
            name=name,
            text=row["text"],
            reasons=row["reasons"],
            fixed=row["fixed_share"],
            template=[part["text"] if "text" in part else _slot(part) for part in row["template"]],
            substitutions=[
                Substitution(pair["from"], pair["to"], pair["kind"], pair["count"])
                for pair in row["substitutions"]
            ],
            origin=Origin(
                origin["status"], origin["reason"], origin["date"],
                register.of(origin) if placed else None, origin["line"],
            ),
            chain=[
                Step(step["date"], register.of(step), step["line"], step["from"],
                     step["similarity"])
                for step in row["chain"] or []
            ],
            members=_members(row, first, hashes, register, comparing),
            hashes=hashes,
            clusters=list(ledger.clusters.get(name, ())),
            family=None if family is None else f"f{family}",
        )  # fmt: skip


def _slot(part: Row) -> Slot:
    values = [(value["value"], value["count"]) for value in part["values"]]
    return Slot(part["kind"], values, part["more"])


def _members(
    group: Row, shown: list[Row], hashes: list[str], register: Register, comparing: Comparing
) -> Members:
    number = {text: at for at, text in enumerate(hashes)}

    def measured(name: str) -> list[float | None]:
        return [row[name] if row["source_doc"] is not None else None for row in shown]

    return Members(
        document=[register.of(row) for row in shown],
        line=[row["line"] for row in shown],
        paragraph=[row["paragraph"] for row in shown],
        hash=[number[row["hash"]] for row in shown],
        action=[ACTIONS.index(row["action"]) for row in shown],
        reason=[REASONS.index(row["reason"]) for row in shown],
        similarity=measured("similarity"),
        masked=measured("masked_similarity"),
        containment=measured("containment"),
        direction=[
            None if row["direction"] is None else DIRECTIONS.index(row["direction"])
            for row in shown
        ],
        changes=_changes(group["text"], [row["text"] for row in shown], comparing),
        values=[place["values"] for place in group["members"][:MEMBERS]],
    )


def _changes(source: str, copies: Sequence[str], comparing: Comparing) -> list[list[Change] | bool]:
    """Return the changes of each copy, True for the text itself, False for one that is too long."""
    others = [(source, copy) for copy in dict.fromkeys(copies) if copy != source]
    found = dict(zip(others, comparing.changes(others), strict=True))
    return [True if copy == source else found[source, copy] or False for copy in copies]
