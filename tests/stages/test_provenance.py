"""Provenance: every figure of a ledger row worked by hand, and every reason met."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dedup.excerpts import unit_texts
from dedup.reasons import REASONS
from dedup.records import DOCUMENTS, LINK_KINDS, PASSAGES, SCHEMA_VERSION, UNITS
from dedup.settings import Settings
from dedup.stages.ledger import ACTIONS, actions
from dedup.stages.provenance import Evidence, in_order, provenance_rows

SETS = pa.large_list(pa.uint64())
NO_STRINGS = pa.array([], pa.large_string())
TEXTS = ["😀甲乙丙丁\n甲乙丙戊", "甲乙丙丁"]
# Unit 0 is 😀甲乙丙丁, unit 1 甲乙丙戊, unit 2 甲乙丙丁 (equal to 0 in its shadow, say).
PLACES = [(0, 0, 0, 0, 5, 0, 16), (0, 1, 1, 6, 10, 17, 29), (1, 0, 0, 0, 4, 0, 12)]


def evidence(**changes: Any) -> Evidence:
    documents = pa.table(
        {
            "file": [0, 1], "row": [0, 7], "doc": ["d0", "d1"], "date": [None, None],
            "source": [None, None], "text": TEXTS,
        },
        schema=DOCUMENTS,
    )  # fmt: skip
    units = pa.table(
        {
            "document": [p[0] for p in PLACES], "paragraph": [p[1] for p in PLACES],
            "line": [p[2] + 1 for p in PLACES], "start": [p[3] for p in PLACES],
            "end": [p[4] for p in PLACES], "drop_end": [p[4] for p in PLACES],
            "byte_start": [p[5] for p in PLACES], "byte_end": [p[6] for p in PLACES],
            "length": [25, 25, 25], "hash_high": [1, 2, 1], "hash_low": [255, 2**64 - 1, 255],
            "shadow": ["a", "b", "a"],
        },
        schema=UNITS,
    )  # fmt: skip
    values: dict[str, Any] = {
        "names": ["a.txt", "b.txt"], "documents": documents, "units": units,
        "text_of": np.array([0, 1, 0]),
        "literal": pa.array([[1, 2, 3], [2, 3, 4, 5]], SETS),
        "masked": pa.array([[1, 2], [2, 3]], SETS),
        "masked_of": np.array([0, 1]),
        "guards": pa.array([[5, 6], [5]], SETS),
        "sentences": pa.array([[1, 2], [3, 4]], SETS),
        "passages": PASSAGES.empty_table().append_column("direction", NO_STRINGS),
        "target": np.array([-1, -1, -1]),
        "action": None, "actions": (), "outcome": np.full(3, -1, np.int8),
        "removed": np.zeros(3, bool), "spared": np.zeros(3, bool), "whole": None, "cuts": None,
        "classes": ("template", "copy", "quote", "boilerplate"),
        "class_of_unit": np.array([1, 1, 1], np.int8),
        "class_of_family": np.array([0, 0, -1], np.int8),
        "class_of_passage": np.empty(0, np.int8), "class_of_pair": np.array([1, 2], np.int8),
        "drop_threshold": None,
        "settings": Settings(threshold=0.3),
    }  # fmt: skip
    return Evidence(**(values | changes))


def link_table(*links: tuple[int, int, int, int, str]) -> pa.Table:
    names = ["unit", "source", "cluster", "family"]
    kinds = [pa.int64()] * 4
    columns = {
        n: pa.array([link[i] for link in links], k)
        for i, (n, k) in enumerate(zip(names, kinds, strict=True))
    }
    columns["kind"] = pa.array(
        [LINK_KINDS.index(link[4]) if link[4] else -1 for link in links], pa.int8()
    )
    return pa.table(columns | {"direction": pa.nulls(len(links), pa.large_string())})


def rows_of(links: pa.Table, given: Evidence) -> pa.Table:
    """Return the ledger's rows, the actions as the links and the targets make them."""
    return provenance_rows(
        in_order(links, given.passages),
        dataclasses.replace(
            given,
            action=actions(links, given.target >= 0, np.zeros(len(given.target), bool)),
            actions=ACTIONS,
        ),
    )


def test_the_ledger_in_parts_is_the_ledger() -> None:
    given = evidence(action=np.array([0, 1, 1]), actions=ACTIONS)
    links = in_order(LINKS, given.passages)
    parts = [provenance_rows(links.slice(row, 1), given) for row in range(3)]
    assert pa.concat_tables(parts).to_pylist() == provenance_rows(links, given).to_pylist()


LINKS = link_table((2, 0, 0, -1, "exact"), (1, 0, 0, -1, "near"), (0, -1, 0, -1, "exact"))


def test_boilerplate_has_no_direction() -> None:
    told = pa.array(["from_source", "to_source", None], pa.large_string())
    links = LINKS.set_column(LINKS.column_names.index("direction"), "direction", told)
    for code, wanted in ((1, [None, "to_source", "from_source"]), (3, [None] * 3)):
        rows = rows_of(links, evidence(class_of_unit=np.full(3, code, np.int8)))
        assert rows["direction"].to_pylist() == wanted


def test_what_is_first_in_one_group_and_like_another_unit_has_both_reasons() -> None:
    links = link_table((1, 0, 0, -1, "near"), (1, -1, -1, 0, "masked"), (2, 1, -1, 0, "masked"))
    rows = rows_of(links, evidence(target=np.array([-1, -1, -1]))).to_pylist()
    told = [row["reason"] for row in rows if row["line"] == rows[0]["line"]]
    assert sorted(told) == [
        "like the source, but the first of a group of its own in keep order",
        "the first of its group in keep order",
    ]


def test_rows_worked_by_hand() -> None:
    first, near, exact = rows_of(LINKS, evidence(target=np.array([-1, -1, 0]))).to_pylist()
    assert first == {
        "schema_version": SCHEMA_VERSION, "cluster": 0, "family": None,
        "hash": "000000000000000100000000000000ff", "kind": "exact", "class": "copy",
        "file": "a.txt", "row": 0, "doc": "d0", "paragraph": 0, "line": 1, "start": 0, "end": 5,
        "source_file": None, "source_row": None, "source_doc": None, "source_paragraph": None,
        "source_line": None, "source_start": None, "source_end": None,
        "similarity": None, "masked_similarity": None, "containment": None, "direction": None,
        "action": "kept", "reason": "the first of its group in keep order", "text": "😀甲乙丙丁",
    }  # fmt: skip
    # {2, 3} of {1, 2, 3} and {2, 3, 4, 5}: 2 of 5 together, 2 of the 4 of this unit.
    assert near == first | {
        "hash": "0000000000000002ffffffffffffffff", "kind": "near", "paragraph": 1, "line": 2,
        "start": 6, "end": 10, "source_file": "a.txt", "source_row": 0, "source_doc": "d0",
        "source_paragraph": 0, "source_line": 1, "source_start": 0, "source_end": 5,
        "similarity": 0.4, "masked_similarity": round(1 / 3, 6), "containment": 0.5,
        "action": "tagged", "reason": "tagged: not word for word in what is kept",
        "text": "甲乙丙戊",
    }  # fmt: skip
    assert exact == near | {
        "hash": first["hash"], "kind": "exact", "file": "b.txt", "row": 7, "doc": "d1",
        "paragraph": 0, "line": 1, "start": 0, "end": 4, "similarity": 1.0,
        "masked_similarity": 1.0, "containment": 1.0, "action": "dropped",
        "reason": "an exact copy of what is kept", "text": "甲乙丙丁",
    }  # fmt: skip
    for row in (first, near, exact):
        assert row["text"] == TEXTS[int(row["doc"][1])][row["start"] : row["end"]]


NEAR = link_table((0, -1, 0, -1, "exact"), (1, 0, 0, -1, "near"))
MASKED = link_table((0, -1, -1, 0, "masked"), (1, 0, -1, 0, "masked"))
DROPPED = np.array([-1, 0, -1])
EAGER = Settings(threshold=0.3, preset="aggressive")
STRICT = Settings(threshold=0.3, preset="careful")
LOOSE = {"drop_threshold": 0.9}
ALIKE, HELD = [[1, 2, 3]] * 2, [[1, 2, 3, 4, 5], [1, 2, 3]]


@pytest.mark.parametrize(
    ("links", "changes", "reason"),
    [
        (NEAR, {"target": DROPPED, "sentences": [[1, 2, 3], [1, 4]]}, "word for word what"),
        (NEAR, {"target": DROPPED, "sentences": [[1, 2, 3], [2, 3]]}, "whole sentences of what"),
        (NEAR, LOOSE | {"target": DROPPED, "literal": ALIKE, "guards": [[5], [5]]}, "similar eno"),
        (NEAR, LOOSE | {"target": DROPPED, "literal": HELD, "guards": [[5, 6], [6]]}, "contained"),
        (NEAR, {"target": DROPPED, "settings": EAGER}, "a near copy of what"),
        (MASKED, {"target": DROPPED}, "the same text but for numbers"),
        # was linked as near, and is near once masked only
        (NEAR, {"target": DROPPED, "settings": Settings(threshold=0.5)}, "the same text but for"),
        (NEAR, {"settings": Settings(threshold=0.3, min_drop=26)}, "tagged: shorter than"),
        (NEAR, {"settings": STRICT}, "tagged: exact copies alone"),
        (NEAR, {}, "tagged: not word for word"),
        (NEAR, {"guards": [[5], [6]]}, "tagged: a number, date"),
        (NEAR, {"sentences": [[1, 2, 3], [2, 3]]}, "tagged: what it repeats"),
        (NEAR, {"settings": EAGER}, "tagged: what it repeats"),
        (NEAR, LOOSE, "tagged: below the drop threshold"),
        (NEAR, LOOSE | {"literal": ALIKE, "guards": [[5], [6]]}, "tagged: a number, date"),
        (NEAR, LOOSE | {"literal": ALIKE, "guards": [[5], [5]]}, "tagged: what it repeats"),
        (NEAR, {"target": np.array([-1, 2, -1])}, "dropped for another unit"),
        (MASKED, {}, "tagged: the same text but for numbers"),
    ],
)
def test_reasons(links: pa.Table, changes: dict[str, Any], reason: str) -> None:
    changes = {
        k: pa.array(v, SETS) if k in ("literal", "guards", "sentences") else v
        for k, v in changes.items()
    }
    _, row = rows_of(links, evidence(**changes)).to_pylist()
    assert row["reason"].startswith(reason)
    assert row["reason"] in REASONS
    assert row["action"] == ("dropped" if "target" in changes else "tagged")


def test_an_exact_copy_from_the_same_source_stays_where_only_others_are_looked_at() -> None:
    rows = rows_of(LINKS, evidence(settings=Settings(threshold=0.3, across_only=True)))
    assert rows["reason"][2].as_py() == "tagged: from the same source"


def test_a_unit_of_slots_has_no_masked_similarity() -> None:
    row = rows_of(NEAR, evidence(masked_of=np.array([0, -1]))).to_pylist()[1]
    assert row["masked_similarity"] is None
    assert row["similarity"] == 0.4


def test_rows_come_in_the_order_of_the_corpus_whatever_that_of_the_links() -> None:
    turned = LINKS.take(pa.array([1, 2, 0]))
    assert rows_of(turned, evidence()).equals(rows_of(LINKS, evidence()))


def test_without_links_there_are_columns_and_no_rows() -> None:
    rows = rows_of(LINKS.slice(0, 0), evidence())
    assert rows.num_rows == 0
    assert rows.column_names == rows_of(LINKS, evidence()).column_names
    assert rows.schema == rows_of(LINKS, evidence()).schema


def test_texts_of_units() -> None:
    e = evidence()
    assert unit_texts(e.documents["text"], e.units, np.array([2, 0, 1])).to_pylist() == [
        "甲乙丙丁", "😀甲乙丙丁", "甲乙丙戊",
    ]  # fmt: skip
    assert unit_texts(e.documents["text"], e.units, np.array([], np.int64)).to_pylist() == []


def test_units_of_a_document_that_is_dropped_whole() -> None:
    # 0 was dropped with its document, and is the first of a cluster; 1 is like no other.
    links = link_table((0, -1, 0, -1, "exact"), (2, 0, 0, -1, "exact"), (1, -1, -1, -1, None))
    for text_of in ([0, 1, 0], [0, -1, 0]):  # 1 may be too short to be looked for
        given = evidence(text_of=np.array(text_of), action=np.array([2, 2, 1]), actions=ACTIONS)
        first, alone, copy = provenance_rows(in_order(links, given.passages), given).to_pylist()
        told = "part of a document that is mostly copied"
        for row in (first, alone):
            assert (row["action"], row["reason"], row["source_doc"]) == ("dropped", told, None)
        assert (first["kind"], first["cluster"]) == ("exact", 0)
        assert (alone["kind"], alone["cluster"], alone["family"]) == (None, None, None)
        assert alone["similarity"] is alone["masked_similarity"] is alone["containment"] is None
        assert (copy["action"], copy["source_doc"]) == ("tagged", "d0")
        assert copy["reason"] == "tagged: what it repeats is not kept itself"


def test_the_class_is_that_of_the_group_that_links() -> None:
    # Unit 0 is in cluster 0, 1 in family 1 alone, 2 in none; 0 and 1 are of one document.
    given = evidence(
        class_of_unit=np.array([1, 0, -1], np.int8), class_of_family=np.array([2, 0, -1], np.int8)
    )
    links = link_table(
        (0, -1, 0, 0, "exact"), (0, 1, 0, 0, "masked"), (1, -1, -1, 1, "masked"),
        (2, 0, -1, -1, "near"), (0, 2, -1, -1, "near"),
    )  # fmt: skip
    told = [
        (row["paragraph"], row["kind"], row["class"]) for row in rows_of(links, given).to_pylist()
    ]
    assert told == [
        (0, "exact", "copy"), (0, "near", "copy"), (0, "masked", "quote"),
        (1, "masked", "template"), (0, "near", "copy"),
    ]  # fmt: skip
    # Two units that are in no group: in one document, and not.
    given = evidence(class_of_unit=np.full(3, -1, np.int8), class_of_pair=np.array([0, 2], np.int8))
    links = link_table((1, 0, -1, -1, "near"), (2, 0, -1, -1, "near"), (0, -1, -1, -1, None))
    told = [row["class"] for row in rows_of(links, given).to_pylist()]
    assert told == [None, "quote", "template"]
