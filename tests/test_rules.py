"""Rules: each is met by evidence made up for it, before and after the others."""

from __future__ import annotations

import dataclasses
import re
import typing
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.rules import CLASSES, RULES, Evidence
from dedup.stages.classify import because, class_of_pairs, classify

FIELDS = [each.name for each in dataclasses.fields(Evidence)]
FLAGS = {name for name, kind in typing.get_type_hints(Evidence).items() if "bool" in str(kind)}
TEXT = {"kind", "since", "until"}
BASE: dict[str, Any] = {
    "units": 2, "documents": 2, "works": 2, "share": 0.1, "spread": 2, "sources": 2, "since": None,
    "until": None, "kin": 0.0, "beside": 0.0, "head": 0.0, "foot": 0.0, "similarity": 0.8,
    "masked_similarity": 0.8, "fixed": 0.8, "filled": 0.0, "kind": "other", "reworded": 0.2,
    "texts": 2, "length": 60, "size": 60.0, "words": 20,
} | dict.fromkeys(FLAGS, False)  # fmt: skip


def evidence(*rows: dict[str, Any]) -> Evidence:
    """Return evidence of groups: a rewritten sentence in two works, but for what is said."""
    told = [BASE | row for row in rows]
    assert all(set(row) == set(FIELDS) for row in told)
    columns: dict[str, Any] = {}
    for name in FIELDS:
        values = [row[name] for row in told]
        columns[name] = pa.array(values, pa.large_string()) if name in TEXT else np.array(values)
    return Evidence(**columns)


def classes(*rows: dict[str, Any]) -> list[str]:
    return [RULES[rule].name for rule in classify(evidence(*rows)).tolist()]


SHORT = {"length": 12, "size": 12.0, "words": 4}
HEADED = SHORT | {"headed": True, "line": True, "labelled": True}
SLOTS = {"filled": 0.5, "reworded": 0.0, "kind": "number"}
CASES: list[tuple[dict[str, Any], str]] = [
    ({"decided": True, "documents": 1}, "boilerplate"),
    ({"documents": 1, "dated": True}, "repeat"),
    ({"dated": True} | SLOTS, "boilerplate"),
    (SHORT | SLOTS | {"version": True, "alphabetic": True, "works": 1}, "template"),
    (HEADED | SLOTS, "template"),
    (HEADED | {"stock": True, "works": 1, "kin": 0.9}, "boilerplate"),
    (HEADED | {"slogan": True}, "quote"),
    (HEADED | {"slogan": True, "chapter": True}, "boilerplate"),
    (SHORT | {"formula": True, "works": 1, "kin": 0.9}, "boilerplate"),
    ({"notice": True, "alphabetic": True, "length": 450, "size": 150.0}, "boilerplate"),
    ({"page": True, "works": 3, "documents": 3}, "boilerplate"),
    ({"foot": 1.0, "similarity": 1.0, "works": 3, "documents": 3}, "boilerplate"),
    (SHORT | {"alphabetic": True, "line": True}, "boilerplate"),
    (SHORT | {"titled": True, "line": True}, "quote"),
    (SHORT | {"head": 1.0, "line": True}, "template"),
    (SLOTS, "template"),
    (SHORT | {"variant": True, "figures": True}, "template"),
    ({"works": 1, "documents": 3, "kin": 0.8}, "copy"),
    ({"works": 12, "spread": 12, "documents": 12}, "boilerplate"),
    (SHORT, "quote"),
    ({}, "copy"),
]


def test_every_rule_decides_a_case() -> None:
    assert classes(*(row for row, _ in CASES)) == [name for _, name in CASES]
    decided = set(classify(evidence(*(row for row, _ in CASES))).tolist())
    assert decided == set(range(len(RULES)))


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        # A heading of a subject, in editions alone, is content; so is a long one.
        (HEADED | {"works": 1, "kin": 0.9}, "copy"),
        (HEADED | {"words": 9, "length": 30, "size": 30.0}, "copy"),
        # What is short and says what is to be done, or is part of a list, is no slogan.
        (SHORT | {"norm": True}, "copy"),
        (SHORT | {"open": True}, "copy"),
        (SHORT | {"figures": True}, "copy"),
        (SHORT | {"labelled": True}, "copy"),
        (SHORT | {"labelled": True, "slogan": True}, "quote"),
        # It came along with its neighbours; or stands in several works, whatever is beside it.
        (SHORT | {"beside": 1.0}, "copy"),
        (SHORT | {"beside": 0.8, "works": 4, "documents": 4}, "quote"),
        (SHORT | {"kin": 0.3}, "copy"),
        # A formula that is one of many sentences.
        ({"formula": True, "length": 150, "size": 150.0}, "copy"),
        # Slots, and as much reworded beside them.
        (SLOTS | {"reworded": 0.3}, "copy"),
        # Slots in which editions of one work differ.
        (SLOTS | {"works": 1, "kin": 0.9}, "copy"),
        # Many works of one kind.
        ({"works": 12, "spread": 12, "documents": 12, "kin": 0.3}, "copy"),
    ],
)
def test_what_a_rule_does_not_hold_for(changed: dict[str, Any], name: str) -> None:
    assert classes(changed) == [name]


_values = {
    name: st.booleans() if name in FLAGS
    else st.sampled_from(["number", "other"]) if name == "kind"
    else st.sampled_from(["2031", None]) if name in TEXT
    else st.floats(0, 1) if isinstance(BASE[name], float) and name != "size"
    else st.integers(1, 400)
    for name in FIELDS
}  # fmt: skip


@given(st.lists(st.fixed_dictionaries(_values), min_size=1, max_size=5))
def test_the_first_that_holds_decides_and_says_why(rows: list[dict[str, Any]]) -> None:
    given = evidence(*({**row, "size": float(row["size"])} for row in rows))
    rules = classify(given)
    for group, number in enumerate(rules.tolist()):
        held = [bool(rule.holds(given)[group]) for rule in RULES]
        assert held.index(True) == number
    reasons = because(rules, given).to_pylist()
    for row, number, told in zip(rows, rules.tolist(), reasons, strict=True):
        assert told[0] == _filled(RULES[number].because, row)
        dated = row["since"] is not None and row["until"] is not None
        assert len(told) == 3 + dated
        assert f"documents {row['documents']}," in told[1]
        assert f"texts {row['texts']} of {row['length']} characters" in told[2]


def _filled(pattern: str, row: dict[str, Any]) -> str:
    def value(match: re.Match[str]) -> str:
        told = row[match[1]]
        return f"{np.rint(told * 100):.0f} %" if isinstance(told, float) else str(told)

    return re.sub(r"\{(\w+)\}", value, pattern)


def test_reasons_are_worded_with_figures() -> None:
    given = evidence(HEADED | {"works": 7, "documents": 8, "units": 9, "sources": 8, "kin": 0.034})
    assert because(classify(given), given).to_pylist() == [
        [
            "a heading of 4 words, in 7 works",
            "units 9, documents 8, works 7, sources 8; documents 3 % alike, neighbours shared 0 %, "
            "at the head 0 %, at the foot 0 %",
            "texts 2 of 12 characters; similarity 80 %, masked 80 %, fixed 80 %, "
            "filled in otherwise 0 % (other), reworded 20 %",
        ]
    ]


def test_rules_are_told_in_words() -> None:
    assert {rule.name for rule in RULES} == set(CLASSES)
    assert len({rule.when for rule in RULES}) == len(RULES)
    known = set(FIELDS)
    assert all(set(re.findall(r"\{(\w+)\}", rule.because)) <= known for rule in RULES)


def test_pairs_that_are_in_no_group() -> None:
    told = class_of_pairs(
        np.array([True, False, False, False]),
        np.array([10.0, 30.0, 30.0, 90.0]),
        np.array([50, 50, 2, 50]),
    )
    assert [CLASSES[code] for code in told] == ["repeat", "quote", "copy", "copy"]
