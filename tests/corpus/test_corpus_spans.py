"""Spans to be cut out: merged, and found in bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from removal import removals_table

from dedup.corpus.spans import byte_spans, merged


def removals(*spans: tuple[int, int, int]) -> pa.Table:
    return removals_table((0, *span) for span in spans)


def test_spans_that_overlap_or_touch_are_one_and_rows_stay_apart() -> None:
    table = removals((2, 5, 9), (1, 3, 4), (1, 0, 2), (1, 1, 3), (2, 1, 3), (1, 6, 6), (3, 0, 9))
    rows, starts, ends, masked = merged(table)
    assert rows.tolist() == [1, 2, 2, 3]
    assert starts.tolist() == [0, 1, 5, 0]
    assert ends.tolist() == [4, 3, 9, 9]
    assert not masked.any()


def test_nothing_is_nothing() -> None:
    assert [column.tolist() for column in merged(removals())] == [[], [], [], []]
    assert [column.tolist() for column in merged(removals((1, 3, 3)))] == [[], [], [], []]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), st.integers(0, 8)), max_size=12),
    st.randoms(),
)
def test_merged_spans_cover_the_same_positions_once(
    spans: list[tuple[int, int, int]], random: object
) -> None:
    rows, starts, ends, masked = merged(removals(*spans))
    covered = [
        (row, i)
        for row, start, end in zip(rows, starts, ends, strict=True)
        for i in range(start, end)
    ]
    assert len(set(covered)) == len(covered)
    assert set(covered) == {(row, i) for row, start, end in spans for i in range(start, end)}
    assert covered == sorted(covered)
    gaps = [b - a for (r, a), (q, b) in zip(zip(rows, ends), zip(rows[1:], starts[1:])) if r == q]  # noqa: B905
    assert all(gap > 0 for gap in gaps)
    random.shuffle(spans)  # type: ignore[attr-defined]
    again = merged(removals(*spans))
    assert all((a == b).all() for a, b in zip(again, (rows, starts, ends, masked), strict=True))


def test_a_span_that_is_not_inside_its_text_is_refused() -> None:
    data = np.frombuffer("一二".encode(), np.uint8)
    whole = np.array([0]), np.array([6])
    for start, end in [(0, 3), (5, 6), (-1, 1)]:
        with pytest.raises(ValueError, match="not inside the text"):
            byte_spans(
                data, *whole, first=np.array([0, 1]), starts=np.array([start]), ends=np.array([end])
            )
