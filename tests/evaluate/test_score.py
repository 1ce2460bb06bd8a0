"""Links of a ledger, and the scores of planted copies, pairs and groups, counted by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import SettingsError
from dedup.evaluate.links import Links
from dedup.evaluate.pairs import read_labels, score_labels
from dedup.evaluate.plagdet import Aligned, Span
from dedup.evaluate.score import Counts, b_cubed, score_planted


def row(
    at: tuple[int, int],
    source: tuple[int, int] | None = None,
    cluster: int | None = None,
    family: int | None = None,
) -> dict[str, Any]:
    """Return a row of a ledger; units are of 100 characters, documents are called by their row."""
    told: dict[str, Any] = {"cluster": cluster, "family": family, "kind": "near"}
    for prefix, place in (("", at), ("source_", source)):
        number, paragraph = place or (None, None)
        told |= {
            f"{prefix}doc": None if place is None else f"d{number}",
            f"{prefix}file": None if place is None else "f",
            f"{prefix}row": number,
            f"{prefix}paragraph": paragraph,
            f"{prefix}line": None if paragraph is None else 2 * paragraph + 1,
            f"{prefix}start": None if paragraph is None else 101 * paragraph,
            f"{prefix}end": None if paragraph is None else 101 * paragraph + 100,
        }
    return told


def links() -> Links:
    return Links(
        [
            row((0, 0), cluster=1, family=1),
            row((1, 0), (0, 0), cluster=1, family=1),
            row((2, 5), (0, 0), family=1),
            row((3, 1), (4, 1)),
        ]
    )


def test_units_are_together_by_cluster_family_or_row():
    known = links()
    a, b, c, d, e = ("f", 0, 0), ("f", 1, 0), ("f", 2, 5), ("f", 3, 1), ("f", 4, 1)
    for one, other in ((a, b), (b, c), (d, e), (a, c)):
        assert known.together(one, other)
        assert known.together(other, one)
    assert not known.together(a, d)
    assert known.beside(a) == {b, c}
    assert known.beside(e) == {d}
    assert known.overlapping(("f", 2), 600, 700) == [c]
    assert known.overlapping(("f", 2), 0, 505) == []
    assert known.called("d3") == known.called("f:3") == [("f", 3)]
    assert len(known.called("f")) == 5


def passage(at: tuple[int, int, int, int], source: tuple[int, int, int, int]) -> dict[str, Any]:
    """Return a row about a passage: row, paragraph in which it begins, start, end; twice."""
    told = row(at[:2], source[:2]) | {"kind": "passage", "start": at[2], "end": at[3]}
    return told | {"source_start": source[2], "source_end": source[3]}


def test_passages_hold_no_units_together_and_are_told_apart():
    # From the middle of the first unit of 0 into the second; in 7 nothing else is known.
    found = passage((0, 0, 50, 150), (7, 3, 320, 420))
    known = Links([found, row((0, 0), cluster=1), row((1, 0), (0, 0), cluster=1), row((0, 1))])
    first, second, other = ("f", 0, 0), ("f", 0, 1), ("f", 7, 3)
    assert not known.together(first, other)
    assert known.beside(first) == {("f", 1, 0)}
    assert known.sharing(other) == {first, second}
    assert known.sharing(first) == known.sharing(second) == {other}
    assert [(start, end) for _, start, end, _ in known.units(("f", 0))] == [(0, 100), (101, 201)]
    here, there = Span(("f", 0), 50, 150), Span(("f", 7), 320, 420)
    assert list(known.passages(("f", 0))) == [Aligned(here, there)]
    assert list(known.passages(("f", 7))) == [Aligned(there, here)]
    assert list(known.units_aligned(("f", 1))) == [
        Aligned(Span(("f", 1), 0, 100), Span(("f", 0), 0, 100))
    ]


def label(kind: str, donor: tuple[int, int], host: tuple[int, int]) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": kind}
    for end, (number, paragraph) in (("donor", donor), ("host", host)):
        told |= {f"{end}_row": number, f"{end}_start": 101 * paragraph + 10,
                 f"{end}_end": 101 * paragraph + 60}  # fmt: skip
    return told


def test_planted_copies_are_found_missed_and_wrongly_linked():
    labels = [label("cut", (0, 0), (1, 0)), label("cut", (0, 3), (1, 3)),
              label("lost", (5, 0), (3, 1))]  # fmt: skip
    roles = ["donor", "host", "host", "host", "donor", "donor"]
    score = score_planted(labels, roles, links(), "f", shortest=60)
    assert (score.kinds["cut"].true, score.kinds["cut"].missed) == (1, 1)
    assert (score.kinds["lost"].true, score.kinds["lost"].missed) == (0, 1)
    # Right: 1 with 0. Wrong: 2 with 0, 2 with 1, 3 with 4.
    assert (score.links.true, score.links.false, score.unjudged) == (1, 3, 0)
    short = score_planted(labels, roles, links(), "f", shortest=101)
    assert (short.links.false, short.unjudged) == (2, 1)  # 2 with 0 was not planted


def test_measures_of_counts():
    counts = Counts(true=6, false=2, missed=4)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.6, 12 / 18)
    assert (Counts().precision, Counts().recall, Counts().f1) == (None, None, None)


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 3), min_size=1), st.data())
def test_b_cubed_is_one_for_the_groups_themselves_and_falls_with_any_other(
    groups: dict[int, int], data: st.DataObject
):
    same = {a: [b for b in groups if groups[b] == groups[a]] for a in groups}
    assert b_cubed(groups, same.__getitem__) == pytest.approx((1, 1))
    assert b_cubed(groups, lambda _: [])[0] == pytest.approx(1)
    assert b_cubed(groups, lambda _: groups)[1] == pytest.approx(1)


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def test_pairs_are_counted_by_kind(tmp_path: Path):
    file = write(
        tmp_path / "pairs.jsonl",
        {"a": {"doc": "d0", "paragraph": 0}, "b": {"doc": "d1", "line": 1}, "label": True},
        {"a": {"doc": "d2"}, "b": {"doc": "f:1", "start": 0, "end": 9}, "label": False},
        {"a": {"doc": "d3", "line": 3}, "b": {"doc": "d0"}, "label": True, "kind": "hard"},
        {"a": {"doc": "quiet"}, "b": {"doc": "d0"}, "label": False},
    )
    score = score_labels(read_labels(file), links(), ["quiet"])
    assert vars(score.kinds["pairs"]) == {"true": 1, "false": 1, "missed": 0}
    assert vars(score.kinds["hard"]) == {"true": 0, "false": 0, "missed": 1}
    assert vars(score.all) == {"true": 1, "false": 1, "missed": 1}
    assert score.apart == 1
    assert score.b_cubed is None


def test_a_passage_that_lies_in_both_places_holds_them(tmp_path: Path):
    known = Links([passage((0, 0, 50, 150), (7, 3, 320, 420)), row((0, 1))])
    file = write(
        tmp_path / "pairs.jsonl",
        {"a": {"doc": "d0", "paragraph": 1}, "b": {"doc": "d7", "line": 7}, "label": True},
        {"a": {"doc": "d0", "start": 60, "end": 70}, "b": {"doc": "d7"}, "label": True},
        {"a": {"doc": "d0", "start": 0, "end": 50}, "b": {"doc": "d7"}, "label": False},
        {"a": {"doc": "d0", "paragraph": 2}, "b": {"doc": "d7"}, "label": False},
        {"group": "g", "members": [{"doc": "d0", "paragraph": 0}, {"doc": "d7"}]},
    )
    score = score_labels(read_labels(file), known, [])
    assert vars(score.kinds["pairs"]) == {"true": 2, "false": 0, "missed": 0}
    assert vars(score.kinds["groups"]) == {"true": 1, "false": 0, "missed": 0}


def test_groups_are_pairs_too(tmp_path: Path):
    def at(*places: tuple[int, int]) -> list[dict[str, Any]]:
        return [{"doc": f"d{n}", "paragraph": paragraph} for n, paragraph in places]

    file = write(
        tmp_path / "groups.jsonl",
        {"group": "one", "members": at((0, 0), (1, 0), (3, 1))},
        {"group": "two", "members": at((2, 5), (4, 1))},
    )
    score = score_labels(read_labels(file), links(), [])
    # Held: 0-1 (right), 0-2, 1-2, 3-4 (wrong). Missed: 0-3, 1-3, 2-4. Ten pairs in all.
    assert vars(score.all) == {"true": 1, "false": 3, "missed": 3}
    assert score.apart == 3
    precision = (2 / 3 + 2 / 3 + 1 / 2 + 1 / 3 + 1 / 2) / 5
    assert score.b_cubed == pytest.approx((precision, (2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no pair"),
        ([{"a": {"doc": "x"}, "label": True}], "line 1 .*no 'b'"),
        ([{"a": {"doc": "x"}, "b": {"doc": "y"}, "label": "yes"}], "neither true nor false"),
        ([{"a": {"doc": 3}, "b": {"doc": "y"}, "label": True}], "doc that is no string"),
        ([{"a": {"doc": "x", "line": "3"}, "b": {"doc": "y"}, "label": True}], "line that is no"),
        ([{"a": 3, "b": {"doc": "y"}, "label": True}], "line 1 .*dedup schema pairs"),
        ([{"group": "g", "members": 3}], "line 1"),
        (
            [{"group": name, "members": [{"doc": "x"}]} for name in ("g", "h")],
            "line 3 .*group g again",
        ),
        (
            [{"a": {"doc": "x"}, "b": {"doc": "y"}, "label": label} for label in (True, False)],
            "another label",
        ),
        ([3], "line 1"),
    ],
)
def test_labels_that_cannot_be_used_are_named(tmp_path: Path, rows: list[Any], said: str):
    with pytest.raises(SettingsError, match=said):
        read_labels(write(tmp_path / "labels.jsonl", *rows))


def test_a_document_that_is_not_there_or_not_alone_is_named(tmp_path: Path):
    file = write(tmp_path / "p", {"a": {"doc": "d9"}, "b": {"doc": "d0"}, "label": True})
    with pytest.raises(SettingsError, match="no document of the run is called d9"):
        score_labels(read_labels(file), links(), [])
    file = write(tmp_path / "p", {"a": {"doc": "d0"}, "b": {"doc": "f"}, "label": True})
    with pytest.raises(SettingsError, match="5 documents are called f: name one as f:0"):
        score_labels(read_labels(file), links(), [])
    with pytest.raises(SettingsError, match="cannot be read"):
        read_labels(tmp_path / "nowhere")
