"""Verify: similarity and containment to the last bit as Python sets give them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive import clean as naive_clean
from naive import verify as naive

from dedup.kernels.verify import subsequence
from dedup.records import EDGES
from dedup.stages.verify import measure, verify

Sets = list[set[int]]
some_sets = st.lists(
    st.sets(st.integers(0, 20) | st.integers(2**64 - 9, 2**64 - 1), max_size=15),
    min_size=2,
    max_size=9,
)


def column(sets: Sets) -> pa.Array:
    return pa.array([sorted(values) for values in sets], pa.large_list(pa.uint64()))


def every_pair(sets: Sets) -> pa.Table:
    both = list(combinations(range(len(sets)), 2))
    a, b = (pa.array([pair[side] for pair in both], pa.int32()) for side in (0, 1))
    return pa.table({"a": a, "b": b})


def test_worked_example() -> None:
    sets = [{1, 2, 3, 4}, {2, 3, 4, 5, 6}, set(), {9}]
    edges = verify(every_pair(sets), column(sets), 0.5)
    assert edges.schema == EDGES
    assert edges.to_pylist() == [
        {"a": 0, "b": 1, "similarity": 0.5, "containment_a": 0.75, "containment_b": 0.6}
    ]
    assert verify(every_pair(sets), column(sets), 0.51).num_rows == 0
    empty = measure(np.array([2, 2]), np.array([2, 3]), column(sets))
    assert empty["similarity"].to_pylist() == [0.0, 0.0]
    assert empty["containment_a"].to_pylist() == [0.0, 0.0]


@given(some_sets, st.sampled_from([0.1, 0.3, 0.5, 0.6, 2 / 3, 0.75, 0.9, 1.0]))
def test_edges_are_those_of_the_twin(sets: Sets, threshold: float) -> None:
    edges = verify(every_pair(sets), column(sets), threshold)
    found = {(row["a"], row["b"]): row["similarity"] for row in edges.to_pylist()}
    assert found == naive.all_pairs(sets, threshold)
    for row in edges.to_pylist():
        a, b = sets[row["a"]], sets[row["b"]]
        assert row["containment_a"] == naive.containment(a, b)
        assert row["containment_b"] == naive.containment(b, a)


@given(some_sets)
def test_similarity_is_symmetric_and_reads_a_slice(sets: Sets) -> None:
    n = len(sets)
    a, b = (grid.ravel() for grid in np.divmod(np.arange(n * n, dtype=np.int64), n))
    padded = column([{1, 2}, *sets, {3}]).slice(1, n)
    one, other = measure(a, b, padded), measure(b, a, column(sets))
    assert one["similarity"].equals(other["similarity"])
    assert one["containment_a"].equals(other["containment_b"])


words = st.lists(st.integers(1, 3), max_size=6)


@given(st.lists(words, min_size=1, max_size=6))
def test_one_list_within_another(lists: list[list[int]]) -> None:
    values = np.array([word for words in lists for word in words], np.uint64)
    starts = np.cumsum([0, *map(len, lists)])
    n = len(lists)
    a, b = (grid.ravel() for grid in np.divmod(np.arange(n * n, dtype=np.int64), n))
    within, whole = np.empty(n * n, bool), np.empty(n * n, bool)
    subsequence(values, starts, a, b, within, whole)
    for i, j, is_within, is_whole in zip(a, b, within, whole, strict=True):
        assert is_within == naive_clean.within(lists[i], lists[j])
        assert is_whole == (lists[i] == lists[j])
