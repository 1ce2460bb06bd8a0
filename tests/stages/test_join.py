"""The exact joins: every pair at or above the threshold, as a look at all pairs finds them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import verify as naive

from dedup.stages.join import (
    MOST,
    Queries,
    few_pairs,
    prefix_index,
    prefix_pairs,
    queries,
    query_pairs,
    told_apart,
)
from dedup.stages.verify import verify

Sets = list[set[int]]
# 0 is no element of a shingle set: the table of a query marks free places with it.
small = st.sets(st.integers(1, 12), max_size=10)
some_sets = st.lists(small | st.sets(st.integers(1, 2**64 - 1), max_size=6), max_size=14)
thresholds = st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 0.6, 2 / 3, 0.75, 0.8, 0.9, 1.0])


def column(sets: Sets) -> pa.Array:
    return pa.array([sorted(values) for values in sets], pa.large_list(pa.uint64()))


def found(pairs: pa.Table) -> list[tuple[int, int]]:
    return list(zip(pairs["a"].to_pylist(), pairs["b"].to_pylist(), strict=True))


def joined(sets: Sets, threshold: float, parts: int = 1) -> list[tuple[int, int]]:
    index = prefix_index(column(sets), threshold)
    cuts = np.linspace(0, len(sets), parts + 1).astype(int).tolist()
    tables = [prefix_pairs(part, index) for part in pairwise(cuts)]
    return found(verify(pa.concat_tables(tables), column(sets), threshold))


def asked(
    sets: Sets,
    chosen: set[int],
    threshold: float,
    common: set[int] = frozenset(),  # type: ignore[assignment]
) -> Queries:
    ids = sorted(chosen)
    some = np.array(sorted(common), np.uint64)
    return queries(column([sets[i] for i in ids]), np.array(ids, np.int64), threshold, some)


def test_worked_example() -> None:
    sets: Sets = [{1, 2, 3, 4}, {1, 2, 3, 5}, {7}, set(), {7}, set()]
    # 3 of 5 elements, .6, for the first two; the equal ones; empty sets are like nothing.
    assert sorted(joined(sets, 0.6)) == [(0, 1), (2, 4)]
    assert joined(sets, 0.61) == [(2, 4)]
    wanted = asked(sets, {1, 3}, 0.6)
    assert found(query_pairs(column(sets), np.arange(6), wanted, 0.6)) == [(0, 1)]


@given(some_sets, thresholds, st.integers(1, 4))
def test_the_prefix_join_finds_every_pair_once(sets: Sets, threshold: float, parts: int) -> None:
    pairs = joined(sets, threshold, parts)
    assert len(pairs) == len(set(pairs))
    assert all(a < b for a, b in pairs)
    assert set(pairs) == set(naive.all_pairs(sets, threshold))


def test_what_is_made_of_what_many_have_is_not_told_apart() -> None:
    # 1 to 6 are in all of forty sets; of ten elements six are .6, and of twenty not.
    short: Sets = [{*range(1, 7), *range(100 * i, 100 * i + 4)} for i in range(1, 21)]
    long: Sets = [{*range(1, 7), *range(100 * i, 100 * i + 14)} for i in range(21, 41)]
    told, common = told_apart(column(short + long), 0.6)
    assert common.tolist() == [1, 2, 3, 4, 5, 6]
    assert told.tolist() == [False] * 20 + [True] * 20
    assert told_apart(column(short[:10]), 0.6)[0].all()


@given(some_sets, thresholds, st.data())
def test_queries_find_every_pair_of_theirs(
    sets: Sets, threshold: float, data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(range(len(sets))) if sets else st.nothing()))
    common = data.draw(st.sets(st.integers(1, 12)))
    # Of what consists of common elements, nothing is promised.
    chosen = {i for i in chosen if len(sets[i] & common) < threshold * len(sets[i]) - 1e-9}
    wanted = asked(sets, chosen, threshold, common)
    cut = data.draw(st.integers(0, len(sets)))
    every = np.arange(len(sets))
    parts = [
        query_pairs(column(sets).slice(first, len(part)), part, wanted, threshold)
        for first, part in ((0, every[:cut]), (cut, every[cut:]))
    ]
    pairs = found(verify(pa.concat_tables(parts), column(sets), threshold))
    assert all(a < b for a, b in pairs)
    every = naive.all_pairs(sets, threshold)
    assert set(pairs) == {pair for pair in every if chosen & set(pair)}


@given(some_sets, thresholds)
def test_a_slice_is_joined_as_itself(sets: Sets, threshold: float) -> None:
    padded = column([{1, 2}, *sets, {1}]).slice(1, len(sets))
    index = prefix_index(padded, threshold)
    pairs = verify(prefix_pairs((0, len(sets)), index), column(sets), threshold)
    assert set(found(pairs)) == set(naive.all_pairs(sets, threshold))


@pytest.mark.parametrize("threshold", [0.1, 0.6, 1.0])
def test_nothing_is_joined_with_nothing(threshold: float) -> None:
    assert joined([], threshold) == []
    assert joined([set(), set()], threshold) == []
    none = np.array([], np.int64)
    assert query_pairs(column([]), none, asked([], set(), threshold), threshold).num_rows == 0


def test_more_pairs_than_the_first_room_holds() -> None:
    # 700 equal sets make 244,650 pairs, and more than 65,536 of one query's kind.
    sets: Sets = [{1, 2, 3}] * 700
    assert len(joined(sets, 0.9)) == 700 * 699 // 2
    pairs = found(query_pairs(column(sets), np.arange(700), asked(sets, set(range(200)), 0.9), 0.9))
    first = {query: [*range(query), *range(query + 1, 700)][:MOST] for query in range(200)}
    assert set(pairs) == {(min(q, x), max(q, x)) for q, some in first.items() for x in some}


@given(st.lists(st.integers(0, 60), max_size=5))
def test_the_pairs_of_a_query_do_not_depend_on_parts(cuts: list[int]) -> None:
    sets: Sets = [{1, 2, 3}] * 60
    ids = np.random.default_rng(1).permutation(60)
    wanted = asked(sets, {3, 40}, 0.9)
    whole = query_pairs(column(sets), ids, wanted, 0.9)
    parts = [
        query_pairs(column(sets[a:b]), ids[a:b], wanted, 0.9)
        for a, b in pairwise(sorted([0, *cuts, 60]))
    ]
    assert few_pairs(pa.concat_tables(parts), wanted).to_pydict() == whole.to_pydict()
    others = [x for x in range(60) if x != 3]
    assert found(whole)[:MOST] == [(min(3, x), max(3, x)) for x in others[:MOST]]
