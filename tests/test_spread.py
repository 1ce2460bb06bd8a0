"""Spread: which documents are one work, and what stands beside what."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import classes as naive

from dedup.spread import Members, beside, documents_of, kin_of, kinship, runs

Groups = list[list[int]]


def members(groups: Groups) -> Members:
    starts = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    return Members(np.array([unit for group in groups for unit in group], np.int64), starts)


def array(values: list[int]) -> np.ndarray:
    return np.array(values, np.int64)


def test_editions_share_most_of_their_units() -> None:
    # Documents 0 and 1 have three of four units in common, document 2 one of two with both.
    document = array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
    groups = [[0, 4], [1, 5], [2, 6, 8]]
    held = documents_of(members(groups), document, 3)
    assert held.group.tolist() == [0, 0, 1, 1, 2, 2, 2]
    assert held.document.tolist() == [0, 1, 0, 1, 0, 1, 2]
    kin = kinship(held, array([4, 4, 2]))
    assert kin.share.tolist() == [0.75, 0.5, 0.5]
    assert [side.tolist() for side in kin.pairs(0.6)] == [[0], [1]]
    # Beside one group, 0 and 1 share two of three, and 2 shares nothing.
    assert kin.besides(array([0, 0, 2]), array([1, 2, 1])).tolist() == pytest.approx([2 / 3, 0, 0])
    assert kin_of(held, kin, 3).tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3])


def test_lines_that_resemble_each_other_are_counted_one_by_one() -> None:
    # One cluster of all four lines of document 0, of three of document 1, of one of document 2.
    document = array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
    held = documents_of(members([[0, 1, 2, 3, 4, 5, 6, 8]]), document, 3)
    assert held.units.tolist() == [4, 3, 1]
    kin = kinship(held, array([4, 4, 2]))
    assert kin.share.tolist() == [0.75, 0.5, 0.5]
    # Beside one of its units, two of three, and nothing.
    assert kin_of(held, kin, 1).tolist() == pytest.approx([1 / 3])


def test_of_many_documents_each_meets_the_first_and_the_one_before() -> None:
    document = array([0, 1, 2, 3])
    kin = kinship(documents_of(members([[2, 0, 1, 3]]), document, 4), array([1, 1, 1, 1]))
    # The first unit is of document 2; 0 and 1, 1 and 3 follow each other. 0 and 3 never meet.
    assert kin.key.tolist() == [1, 2, 6, 7, 11]


def test_neighbours_in_common_are_of_other_documents() -> None:
    document = array([0, 0, 0, 1, 1, 1, 2, 2])
    of = array([5, 6, 7, 5, 6, 8, 6, 7])
    # 1 and 4 have group 5 before them; 1 and 6 have group 7 after them.
    assert beside(members([[1, 4, 6]]), document, of).tolist() == [1.0]
    assert beside(members([[4, 6]]), document, of).tolist() == [0.0]
    # What is beside it in its own document is no neighbour in common, nor what is in no group.
    assert beside(members([[0, 2]]), array([0] * 4), array([1, 2, 1, 2])).tolist() == [0.0]
    assert beside(members([[0, 2]]), array([0, 0, 1, 1]), array([1, -1, 1, -1])).tolist() == [0.0]


def test_nothing_has_no_evidence() -> None:
    none = members([])
    held = documents_of(none, array([]), 0)
    assert len(kinship(held, array([])).key) == 0
    assert kin_of(held, kinship(held, array([])), 0).tolist() == []
    assert beside(none, array([]), array([])).tolist() == []


@given(st.lists(st.integers(-3, 3)))
def test_runs_are_counted_values(values: list[int]) -> None:
    found, counts = runs(array(values))
    assert found.tolist() == sorted(set(values))
    assert counts.tolist() == [values.count(value) for value in sorted(set(values))]


@st.composite
def placed_groups(draw: st.DrawFn) -> tuple[list[int], Groups]:
    sizes = draw(st.lists(st.integers(0, 5), min_size=1, max_size=6))
    document = [number for number, size in enumerate(sizes) for _ in range(size)]
    of = draw(st.lists(st.integers(-1, 4), min_size=len(document), max_size=len(document)))
    groups = [[unit for unit, its in enumerate(of) if its == group] for group in range(5)]
    return document, [draw(st.permutations(group)) for group in groups if len(group) > 1]


@given(placed_groups())
def test_spread_is_the_twins(drawn: tuple[list[int], Groups]) -> None:
    document, groups = drawn
    count = max(document, default=-1) + 1
    sizes = [document.count(number) for number in range(count)]
    held = documents_of(members(groups), array(document), count)
    kin = kinship(held, array(sizes))
    twin = naive.kinship(groups, document)
    assert {
        frozenset(divmod(key, count)): shared
        for key, shared in zip(kin.key.tolist(), kin.shared.tolist(), strict=True)
    } == twin
    assert kin_of(held, kin, len(groups)).tolist() == pytest.approx(
        [naive.kin_of(group, document, twin, sizes) for group in groups]
    )
    of = [-1] * len(document)
    for number, group in enumerate(groups):
        for unit in group:
            of[unit] = number
    assert beside(members(groups), array(document), array(of)).tolist() == pytest.approx(
        [naive.beside(group, document, of) for group in groups]
    )
