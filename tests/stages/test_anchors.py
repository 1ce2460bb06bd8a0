"""Anchors: what tells of two documents that they share something, and where they meet."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive import sections as naive

from dedup.stages.anchors import (
    PARTNERS,
    Held,
    counts,
    hold,
    meet,
    steps,
    telling,
    tells,
    unit_anchors,
    weighed,
)  # fmt: skip


def held_of(units: list[naive.Unit], documents: int) -> Held:
    of = np.full((len(units), 3), -1)
    for i, (_, _, groups) in enumerate(units):
        of[i, : len(groups)] = groups
    document, length = (np.array([unit[at] for unit in units], np.int64) for at in (0, 1))
    group, *counted = counts(of, document, length)
    wanted = np.zeros(of.max(initial=-1) + 2, np.bool_)
    wanted[group] = tells(*counted)
    return hold(of, document, wanted, documents)


def keyed(rows: list[tuple[int, int]]) -> pa.Table:
    return pa.table(
        {
            "key": pa.array([key for key, _ in rows], pa.uint64()),
            "document": pa.array([document for _, document in rows], pa.int64()),
        }
    )


@st.composite
def corpora(draw: st.DrawFn) -> list[naive.Unit]:
    """Return units of four documents, each of a text, a cluster, a family, or some of these."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, 3),
                st.integers(1, 20),
                st.tuples(st.integers(-1, 1), st.integers(1, 5), st.integers(5, 11)),
            ),
            max_size=40,
        )
    )
    drawn.sort(key=lambda unit: unit[0])
    # Texts are in the first column (0, 1), then clusters (2 to 5), then families (6 to 11).
    return [
        (document, length, (text, cluster if cluster > 1 else -1, family if family > 5 else -1))
        for document, length, (text, cluster, family) in drawn
    ]


def real(units: list[naive.Unit]) -> list[naive.Unit]:
    """Return the units with the groups they have."""
    return [(d, length, tuple(g for g in groups if g >= 0)) for d, length, groups in units]


def test_a_long_text_may_stand_in_more_places_than_a_short_one():
    assert telling(np.array([3, 3, 30, 31]), np.array([9, 8, 90, 90])).tolist() == [
        True, False, True, False,
    ]  # fmt: skip


def test_alphabetic_text_says_a_third():
    characters, size = np.array([30, 30, 30, 8]), np.array([90, 30, 59, 16])
    assert weighed(characters, size).tolist() == [30, 10, 10, 8]


def test_what_two_documents_hold_by_hand():
    # Group 0 stands in three documents and is too short for it; 1 and 7 are in two; 2 is in one.
    units: list[naive.Unit] = [
        (0, 8, (-1, 0, -1)), (0, 20, (-1, 1, 7)), (0, 20, (-1, 2, -1)),
        (1, 8, (-1, 0, -1)), (1, 22, (-1, 1, 7)), (2, 8, (-1, 0, -1)), (2, 20, (-1, 2, -1)),
    ]  # fmt: skip
    held = held_of(units, 3)
    assert held.group.tolist() == [1, 7, 2, 1, 7, 2]
    assert held.documents.tolist() == [0, 3, 5, 6]
    pair, a, b = unit_anchors(np.array([1, 2, 1]), np.array([0, 0, 2]), held)
    assert (pair.tolist(), a.tolist(), b.tolist()) == ([0, 1], [4, 6], [1, 2])


def test_of_a_text_that_stands_equally_often_the_first_goes_with_the_first():
    six: list[naive.Unit] = [(i // 6, 40, (0, 1, -1)) for i in range(12)]
    _, a, b = unit_anchors(np.array([0]), np.array([1]), held_of(six, 2))
    assert (a.tolist(), b.tolist()) == ([*range(6)], [*range(6, 12)])
    assert len(unit_anchors(np.array([0]), np.array([1]), held_of(six[1:], 2))[0]) == 0


@given(corpora())
def test_units_of_two_documents_are_those_of_the_twin(units: list[naive.Unit]):
    held = held_of(units, 4)
    pairs = [(a, b) for a in range(4) for b in range(4) if a != b]
    pair, a, b = unit_anchors(*np.array(pairs).T, held)
    found = list(zip(pair.tolist(), a.tolist(), b.tolist(), strict=True))
    wanted = [
        (number, i, j)
        for number, (one, other) in enumerate(pairs)
        for i, j in naive.unit_anchors(real(units), one, other, texts=(0, 1))
    ]
    assert found == wanted


@given(corpora())
def test_all_that_share_two_groups_meet(units: list[naive.Unit]):
    rows = steps(held_of(units, 4), 0, 4)
    assert rows["document"].to_pylist() == sorted(rows["document"].to_pylist())
    table = sorted(zip(rows["key"].to_pylist(), rows["document"].to_pylist(), strict=True))
    met = meet(keyed(table))
    weight: dict[tuple[int, int], int] = {}
    for row in met.to_pylist():
        weight[row["a"], row["b"]] = weight.get((row["a"], row["b"]), 0) + row["weight"]
    assert all(a < b for a, b in weight)
    wanted = naive.document_pairs(real(units))
    assert wanted[2] <= {pair for pair, told in weight.items() if told > 1} <= wanted[2] | wanted[1]
    assert not any(met["capped"].to_pylist())


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=90))
def test_documents_meet_the_first_and_the_latest(rows: list[tuple[int, int]]):
    met = meet(keyed(sorted(rows))).to_pylist()
    wanted = naive.meetings(rows, PARTNERS)
    assert len(met) == len(wanted)
    assert {(row["a"], row["b"]) for row in met} == {(a, b) for a, b, _ in wanted}
    # A key that is odd is a step.
    assert sum(row["weight"] for row in met) == sum(1 + key % 2 for _, _, key in wanted)
    count = {key: len({d for each, d in rows if each == key}) for key, _ in rows}
    assert sum(row["capped"] for row in met) == sum(n > PARTNERS + 1 for n in count.values())
