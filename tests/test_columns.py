"""Columns to arrays and back: nothing is lost, also of slices, chunks and nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.columns import flat, lists, make_lists, make_strings, numbers, strings

texts = st.lists(st.text(max_size=5), max_size=8)


def chunked(values: list[object], kind: pa.DataType, cut: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values[:cut], kind), pa.array(values[cut:], kind)], kind)


def test_worked_example() -> None:
    data, offsets = strings(pa.array(["我", "", "ab"], pa.large_string()).slice(1))
    assert offsets.tolist() == [3, 3, 5]
    assert bytes(data[3:5]) == b"ab"
    values, starts = lists(pa.array([[1, 2], [], [3]], pa.large_list(pa.uint64())).slice(1))
    assert (values.tolist(), starts.tolist()) == ([1, 2, 3], [2, 2, 3])
    assert numbers(pa.array([1, 2], pa.int32())).dtype == np.int32


@given(texts, st.integers(0, 8), st.integers(0, 8))
def test_strings_come_back(values: list[str], cut: int, first: int) -> None:
    column = chunked(list(values), pa.large_string(), cut).slice(first)
    data, offsets = strings(column)
    assert make_strings(data, offsets).to_pylist() == values[first:]
    assert offsets.dtype == np.int64
    assert data.dtype == np.uint8


@given(
    st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=4), max_size=8),
    st.integers(0, 8),
    st.integers(0, 8),
)
def test_lists_come_back(values: list[list[int]], cut: int, first: int) -> None:
    column = chunked(list(values), pa.large_list(pa.uint64()), cut).slice(first)
    data, starts = lists(column)
    assert data.dtype == np.uint64
    assert make_lists(data, starts).to_pylist() == values[first:]


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint32(), pa.float64(), pa.bool_()])
def test_numbers_of_any_layout(kind: pa.DataType) -> None:
    column = pa.array([1, 0, 1], pa.int64()).cast(kind)
    for layout in (column, pa.chunked_array([column[:1], column[1:]]), pa.chunked_array([column])):
        assert numbers(layout).tolist() == [1, 0, 1]
    assert len(numbers(pa.chunked_array([], kind))) == 0


def test_one_chunk_is_not_copied() -> None:
    column = pa.array([1, 2, 3])
    assert flat(column) is column
    assert flat(pa.chunked_array([column])).buffers()[1].address == column.buffers()[1].address
    assert np.shares_memory(numbers(column), numbers(column[:2]))
