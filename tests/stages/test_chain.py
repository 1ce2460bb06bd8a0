"""Chains over years: worked by hand, and against every pair written out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive import origin as naive
from naive.origin import Clue

from dedup.records import EDGES
from dedup.stages.chain import chains

SPANS = st.sampled_from(
    [
        (0, 0), (20010101, 20021231), (20020101, 20031231), (20030101, 20041231),
        (20020305, 20020305), (20030105, 20030105), (20010305, 20030305), (20040101, 20041231),
    ]
)  # fmt: skip


def edge_table(similar: dict[tuple[int, int], float]) -> pa.Table:
    a, b = ([pair[i] for pair in sorted(similar)] for i in range(2))
    near = [similar[pair] for pair in sorted(similar)]
    return pa.table(
        {"a": a, "b": b, "similarity": near, "containment_a": near, "containment_b": near},
        schema=EDGES,
    )


def steps(
    group: list[int], node: list[int], spans: list[tuple[int, int]],
    similar: dict[tuple[int, int], float],
) -> list[tuple[int, int, int, float | None]]:  # fmt: skip
    first, last = (np.array([span[i] for span in spans], np.int32) for i in range(2))
    table = chains(
        np.array(group, np.int64), np.array(node, np.int64), first, last, edge_table(similar)
    )
    return list(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))


def year(number: int) -> tuple[int, int]:
    return number * 10_000 + 101, number * 10_000 + 11_231


def test_each_year_comes_from_the_most_similar_one_before():
    years = [year(number) for number in (2003, 2001, 2002, 2002)]
    similar = {(0, 1): 0.6, (1, 2): 0.7}
    assert steps([5] * 4, [2, 0, 1, 1], years, similar) == [
        (5, 1, -1, None),
        (5, 2, 1, 0.6),
        (5, 3, 1, 0.6),
        (5, 0, 2, 0.7),
    ]
    assert steps([5] * 4, [2, 0, 1, 1], years, similar | {(0, 2): 0.8})[3] == (5, 0, 1, 0.8)


def test_of_equal_ones_the_latest_before():
    years = [year(number) for number in (2001, 2002, 2003, 2003)]
    assert [step[1:3] for step in steps([0] * 4, [7] * 4, years, {})] == [
        (0, -1), (1, 0), (2, 1), (3, 1),
    ]  # fmt: skip


def test_two_days_and_undated_units_make_no_chain():
    years = [year(2001), year(2002), year(2002), (0, 0)]
    assert steps([0] * 4, [7] * 4, years, {}) == []
    assert steps([], [], [], {}) == []


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 3), SPANS), max_size=8), max_size=4),
    st.dictionaries(
        st.tuples(st.integers(0, 2), st.integers(1, 3)).filter(lambda pair: pair[0] < pair[1]),
        st.sampled_from([0.6, 0.7, 0.9]),
    ),
)
def test_like_the_naive_one(members, similar):
    group = [number for number, each in enumerate(members) for _ in each]
    # Groups share no text.
    node = [4 * number + its for number, each in enumerate(members) for its, _ in each]
    spans = [span for each in members for _, span in each]
    everywhere = {
        (4 * number + a, 4 * number + b): near
        for number in range(len(members))
        for (a, b), near in similar.items()
    }
    found = {
        row: (its, source, near) for its, row, source, near in steps(group, node, spans, everywhere)
    }
    start = 0
    expected = {}
    for number, each in enumerate(members):
        clues = [Clue(0, *span, 0, 0, False, False, False, 0, 0) for _, span in each]
        told = naive.chain(clues, [4 * number + its for its, _ in each], everywhere)
        for row, (source, near) in told.items():
            place = source + start if source >= 0 else -1
            expected[row + start] = (number, place, near)
        start += len(each)
    assert found == expected
