"""Gathered batches are the table that concatenating them gives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.columns import make_lists
from dedup.gathering import Gatherer

ROWS = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 9), max_size=4)))


def batch(rows: list[tuple[int, list[int]]]) -> pa.Table:
    values = np.array([value for _, held in rows for value in held], np.uint64)
    starts = np.cumsum([0, *(len(held) for _, held in rows)]).astype(np.int64)
    return pa.table(
        {
            "number": np.array([number for number, _ in rows], np.uint64),
            "list": make_lists(values, starts),
        }
    )


def test_two_batches():
    gatherer = Gatherer(3, {"list": 100})
    gatherer.add(batch([(7, [1, 2]), (8, [])]))
    gatherer.add(batch([(9, [3])]))
    assert gatherer.table().to_pydict() == {"number": [7, 8, 9], "list": [[1, 2], [], [3]]}


@given(st.lists(ROWS, min_size=1), st.integers(0, 3))
def test_equal_to_concatenation(parts: list[list[tuple[int, list[int]]]], skipped: int):
    batches = [batch(rows).slice(skipped) for rows in parts]
    whole = pa.concat_tables(batches).combine_chunks()
    gatherer = Gatherer(whole.num_rows, {"list": 4 * whole.num_rows})
    for each in batches:
        gatherer.add(each)
    assert gatherer.table().to_pydict() == whole.to_pydict()


def test_missing_rows_are_a_fault():
    gatherer = Gatherer(2, {"list": 9})
    gatherer.add(batch([(1, [1])]))
    with pytest.raises(ValueError, match="1 rows came"):
        gatherer.table()
