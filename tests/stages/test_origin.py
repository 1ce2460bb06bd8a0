"""Origins and directions: worked by hand, and against every comparison written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import origin as naive
from naive.origin import Clue

from dedup.dating import FOUND
from dedup.records import BLANKED, LOST, OPEN, READINGS
from dedup.stages.origin import EVIDENCE, REASONS, Clues, directions, origins, pair_keys

NOTHING = Clue(0, 0, 0, -1, 0, False, False, False, 0, 50)
SPANS = [
    (0, 0), (20010101, 20011231), (20010101, 20021231), (20020101, 20021231),
    (20010301, 20010331), (20010305, 20010305), (20020305, 20020305), (20010305, 20030305),
]  # fmt: skip
CLUES = st.builds(
    lambda document, span, named, repeats, clean, marked, traces, length: Clue(
        document, *span, -1 if not span[0] else 1, named if not span[0] else 0,
        repeats, clean and not marked, marked, traces, length,
    ),
    st.integers(0, 4), st.sampled_from(SPANS), st.sampled_from([0, 1999, 2001, 2002]),
    st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from([0, 0, READINGS, LOST, BLANKED, OPEN, OPEN | LOST]), st.integers(20, 22),
)  # fmt: skip
VERSIONS = st.sets(st.tuples(st.integers(0, 1), st.integers(2, 4)))


def columns(clues: list[Clue]) -> Clues:
    kinds = [
        np.int64, np.int32, np.int32, np.int8, np.int32, np.bool_, np.bool_, np.bool_, np.uint8,
        np.int64,
    ]  # fmt: skip
    return Clues(
        *(np.array([clue[i] for clue in clues], kind) for i, kind in enumerate(kinds))  # type: ignore[arg-type]
    )


def keys(versions: set[tuple[int, int]]) -> np.ndarray:
    pairs = np.array(sorted(versions), np.int64).reshape(-1, 2)
    return np.sort(pair_keys(pairs[:, 0], pairs[:, 1]))


def said(a: Clue, b: Clue, *versions: tuple[int, int]) -> tuple[int, str | None]:
    signs, why = directions(columns([a]), columns([b]), keys(set(versions)))
    return int(signs[0]), EVIDENCE[why[0]] if why[0] >= 0 else None


A, B = NOTHING, NOTHING._replace(document=1)
OF_2001 = {"first": 20010101, "last": 20021231, "found": 1}
OF_2002 = {"first": 20020101, "last": 20031231, "found": 1}


@pytest.mark.parametrize(
    ("a", "b", "sign", "evidence"),
    [
        (A, B, 0, None),
        (A._replace(**OF_2001), B._replace(**OF_2002), 1, 0),
        (A._replace(**OF_2002), B._replace(**OF_2001), -1, 0),
        (A._replace(**OF_2001), A._replace(**OF_2002), 0, None),  # within one document
        (A._replace(**OF_2001), B._replace(**OF_2001), 0, None),
        # A summary of 2001 may be written in January 2002, or later than a page of that month.
        (A._replace(**OF_2001), B._replace(first=20020105, last=20020105), 0, None),
        (A._replace(**OF_2001), B._replace(first=20030105, last=20030105), 1, 0),
        (A, B._replace(traces=READINGS), 1, 1),
        (A._replace(traces=READINGS), B._replace(traces=READINGS), 0, None),
        (A._replace(traces=LOST), B, -1, 2),
        (A, B._replace(traces=BLANKED), 1, 3),
        (A._replace(traces=LOST), B._replace(traces=BLANKED), 0, None),  # they disagree
        (A._replace(length=60), B._replace(traces=OPEN), 1, 4),
        (A._replace(length=50), B._replace(traces=OPEN), 0, None),  # nothing goes on
        (A._replace(clean=True), B._replace(marked=True), 1, 5),
        (A, B._replace(marked=True), 0, None),
        # Dates tell more than traces.
        (A._replace(**OF_2001, traces=READINGS), B._replace(**OF_2002), 1, 0),
    ],
)
def test_directions_worked_by_hand(a: Clue, b: Clue, sign: int, evidence: int | None):
    assert said(a, b) == (sign, None if evidence is None else EVIDENCE[evidence])
    assert said(b, a) == (-sign, None if evidence is None else EVIDENCE[evidence])


def test_years_tell_if_they_are_repeated_or_of_versions():
    early, late = A._replace(named=2001), B._replace(named=2009)
    assert said(early, late) == (0, None)
    assert said(early, late, (0, 1)) == (1, EVIDENCE[6])
    assert said(early, late._replace(repeats=True)) == (0, None)
    assert said(early._replace(repeats=True), late._replace(repeats=True)) == (1, EVIDENCE[6])


def test_an_undated_document_that_speaks_of_a_later_year_than_a_date_is_the_later_one():
    dated, undated = A._replace(**OF_2001), B._replace(named=2009)
    assert said(dated, undated, (0, 1)) == (1, EVIDENCE[6])
    # That it speaks of an earlier one says nothing.
    assert said(dated, undated._replace(named=1999), (0, 1)) == (0, None)


def told(*groups: list[Clue]) -> list[tuple[int, str, str]]:
    group = np.repeat(np.arange(len(groups)) * 3, [len(each) for each in groups])
    table = origins(group, columns([clue for each in groups for clue in each]), keys(set()))
    assert table["group"].to_pylist() == [3 * number for number in range(len(groups))]
    starts = np.cumsum([0, *(len(each) for each in groups)])
    return [
        (row - start if row >= 0 else -1, status, reason)
        for row, start, status, reason in zip(
            table["row"].to_pylist(), starts.tolist(), table["status"].to_pylist(),
            table["reason"].to_pylist(), strict=False,
        )
    ]  # fmt: skip


def test_origins_worked_by_hand():
    c = NOTHING._replace(document=2)
    assert told(
        [A._replace(**OF_2002), B._replace(**OF_2001), c._replace(**OF_2002)],
        [A._replace(traces=READINGS), B, c._replace(traces=LOST)],
        [A._replace(traces=READINGS), B, c],
        [A._replace(**OF_2001), B._replace(**OF_2001), c._replace(**OF_2002)],
        [A._replace(**OF_2001), B],
        [A._replace(**OF_2001), B._replace(traces=BLANKED), c._replace(**OF_2002)],
        [A, A],
        [A._replace(traces=LOST), B._replace(traces=READINGS)],
    ) == [
        (1, "dated", f"the earliest date, in its {FOUND[1]}"),
        (1, "inferred", EVIDENCE[1]),
        (-1, "unknown", REASONS[-1]),
        (-1, "unknown", REASONS[-2]),
        (-1, "unknown", REASONS[-3]),
        (0, "inferred", EVIDENCE[3]),
        (0, "inferred", "one document alone: its first place there"),
        (-1, "unknown", "the evidence disagrees"),
    ]
    assert told() == []


@given(st.lists(st.tuples(CLUES, CLUES), max_size=20), VERSIONS)
def test_directions_like_the_naive_ones(pairs: list[tuple[Clue, Clue]], versions):
    a, b = columns([a for a, _ in pairs]), columns([b for _, b in pairs])
    sign, why = directions(a, b, keys(versions))
    assert list(zip(sign.tolist(), why.tolist(), strict=True)) == [
        naive.direction(*pair, versions) for pair in pairs
    ]


def of_whole_documents(group: list[Clue]) -> list[Clue]:
    """Let units of one document have what is said of documents in common."""
    first = {clue.document: clue for clue in reversed(group)}
    return [first[clue.document]._replace(traces=clue.traces, length=clue.length) for clue in group]


@given(
    st.lists(st.lists(CLUES, min_size=1, max_size=9).map(of_whole_documents), max_size=5), VERSIONS
)
def test_origins_like_the_naive_ones(groups: list[list[Clue]], versions):
    group = np.repeat(np.arange(len(groups)), [len(each) for each in groups])
    clues = columns([clue for each in groups for clue in each])
    table = origins(group, clues, keys(versions)).to_pylist()
    starts = np.cumsum([0, *(len(each) for each in groups)]).tolist()
    for row, members, start in zip(table, groups, starts, strict=False):
        firsts, status = naive.origin(members, versions)
        if row["status"] == "unknown":
            # Units of the document that is first may stand in each other's way.
            assert not firsts or len({members[each].document for each in firsts}) == 1
            assert row["row"] == -1
        else:
            assert row["row"] - start in firsts
        if row["status"] == "dated" or not firsts:
            assert row["status"] == status
