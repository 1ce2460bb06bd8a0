"""Shingles: sets of hashes of n words, equal to the twin's."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import shingle as naive

from dedup.kernels.shingle import sort_unique
from dedup.stages.shingle import shingle

tokens = st.lists(st.integers(1, 6) | st.integers(0, 2**64 - 1), max_size=40)
LIST = pa.large_list(pa.uint64())


def shingled(literal: list[list[int]], masked: list[list[int]], size: int) -> pa.Table:
    return shingle(
        pa.table({"tokens": pa.array(literal, LIST), "masked": pa.array(masked, LIST)}), size
    )


def test_worked_example() -> None:
    # 1 2 3 1 2: the pairs 12, 23, 31; one word: itself; none: none.
    found = shingled([[1, 2, 3, 1, 2], [7], [], [7, 7]], [[1], [], [1], [1, 7]], 2)
    sets = found["literal"].to_pylist()
    hashes = [naive.shingle_hash(pair) for pair in ([1, 2], [2, 3], [3, 1])]
    assert sets == [sorted(hashes), [naive.shingle_hash([7])], [], [naive.shingle_hash([7, 7])]]
    high = found["masked_high"].to_pylist()
    assert high[0] == high[2]
    assert len(set(high)) == 3


@given(st.lists(tokens, max_size=6), st.integers(1, 5))
def test_sets_are_those_of_the_twin(units: list[list[int]], size: int) -> None:
    found = shingled(units, units, size)
    assert found["literal"].to_pylist() == [naive.shingles(unit, size) for unit in units]
    assert found["masked"].equals(found["literal"])


@given(st.lists(tokens, min_size=1, max_size=6))
def test_masked_texts_have_one_hash_exactly_where_they_are_equal(units: list[list[int]]) -> None:
    found = shingled(units, units, 2)
    hashes = list(
        zip(found["masked_high"].to_pylist(), found["masked_low"].to_pylist(), strict=True)
    )
    for unit, told in zip(units, hashes, strict=True):
        for other, its in zip(units, hashes, strict=True):
            assert (unit == other) == (told == its)


def test_order_and_number_of_words_make_another_masked_text() -> None:
    units = [[1, 2], [2, 1], [1, 2, 2], [1], [], [0], [0, 0], [1, 2, 0]]
    found = shingled(units, units, 2)
    assert len(set(found["masked_high"].to_pylist())) == len(units)
    assert len(set(found["masked_low"].to_pylist())) == len(units)


@given(st.lists(tokens, max_size=8), st.integers(0, 8), st.integers(1, 4))
def test_a_slice_is_shingled_as_itself(units: list[list[int]], cut: int, size: int) -> None:
    whole = pa.table({"tokens": pa.array(units, LIST), "masked": pa.array(units, LIST)})
    parts = [shingle(whole.slice(0, cut), size), shingle(whole.slice(cut), size)]
    assert pa.concat_tables(parts).combine_chunks().equals(shingle(whole, size).combine_chunks())


@pytest.mark.parametrize("dtype", [np.uint64, np.int32])
@pytest.mark.parametrize("kind", ["equal", "ascending", "descending", "two", "random", "organ"])
@pytest.mark.parametrize("size", [0, 1, 2, 24, 25, 26, 1000, 50_000])
def test_sorting_any_order(size: int, kind: str, dtype: type[np.generic]) -> None:
    n = np.arange(size)
    values = {
        "equal": n * 0,
        "ascending": n,
        "descending": n[::-1],
        "two": n % 2,
        "random": np.random.default_rng(size).integers(0, size + 1, size),
        "organ": np.minimum(n, n[::-1]),
    }[kind].astype(dtype)
    padded = np.concatenate([[7], values, [7]]).astype(dtype)
    end = sort_unique(padded, 1, 1 + size)
    assert np.array_equal(padded[1:end], np.unique(values))
    assert padded[0] == padded[-1] == 7
