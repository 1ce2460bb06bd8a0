"""Candidates: each pair once, a superset of what plain banding finds, few in large buckets."""

from __future__ import annotations

from itertools import combinations, islice

import numpy as np
import pyarrow as pa
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st
from naive import candidates as naive
from shared import shared_rows

from dedup.engines.local import LocalEngine
from dedup.stages.candidates import (
    LEADERS,
    band_tables,
    crowded,
    leader_pairs,
    leave_out_large,
    mark_dense,
    mark_large,
    pairs,
)  # fmt: skip
from dedup.stages.sign import Banding, sign

ENGINE = LocalEngine(1)


Pair = tuple[int, int]


def candidates(
    keys: list[list[int]],
    sizes: list[int],
    threshold: float = 0.0,
    cap: int = 400,
    led: set[int] = frozenset(),  # type: ignore[assignment]
) -> tuple[list[Pair], int, int, list[Pair]]:
    """Return the pairs of all bands as the pipeline takes them, how many met, caps hit, leaders."""
    matrix = np.array(keys, np.uint32).reshape(len(sizes), len(keys[0]) if keys else 0)
    amounts = np.array(sizes, np.int32)
    ids = np.flatnonzero(amounts).astype(np.int32)
    grouped = ENGINE.group(
        lambda table: mark_large(table, cap), band_tables(matrix, ids), ["bucket"], 2
    )
    crowd = crowded(grouped, len(sizes))
    grouped = [mark_dense(table, crowd, cap) for table in grouped]
    leading = leader_pairs(grouped, crowd, amounts, threshold)
    capped = leave_out_large(matrix, grouped)
    near = np.isin(np.arange(len(sizes)), list(led))
    taken = [pairs(band, matrix, amounts, threshold, near) for band in enumerate(grouped)]
    found = [pair for table, _ in taken for pair in listed(table)]
    return found, sum(met for _, met in taken), capped, listed(leading)


def listed(table: pa.Table) -> list[Pair]:
    return list(zip(table["a"].to_pylist(), table["b"].to_pylist(), strict=True))


def test_worked_example() -> None:
    # 0 and 1 meet twice, 2 and 3 meet in the second band, 4 is empty and meets nobody.
    keys = [[1, 5], [1, 5], [2, 6], [3, 6], [1, 5]]
    assert candidates(keys, [3, 3, 3, 3, 0]) == ([(0, 1), (2, 3)], 2, 0, [])
    # Sizes 2 and 4 cannot have a Jaccard above .5.
    assert candidates(keys, [4, 2, 4, 2, 0], 0.5) == ([(0, 1), (2, 3)], 2, 0, [])
    assert candidates(keys, [4, 2, 4, 3, 0], 0.6) == ([(2, 3)], 2, 0, [])
    assert candidates([[]] * 3, [1, 1, 1]) == ([], 0, 0, [])
    assert candidates([], []) == ([], 0, 0, [])


@st.composite
def banded(draw: st.DrawFn) -> tuple[list[list[int]], list[int]]:
    bands = draw(st.integers(1, 5))
    row = st.lists(st.integers(1000, 1003), min_size=bands, max_size=bands)
    keys = draw(st.lists(row, min_size=1, max_size=25))
    sizes = draw(st.lists(st.integers(0, 9), min_size=len(keys), max_size=len(keys)))
    return keys, sizes


@given(banded(), st.floats(0, 1))
def test_without_a_cap_each_pair_of_the_twin_comes_once(
    made: tuple[list[list[int]], list[int]], threshold: float
) -> None:
    found, met, capped, leading = candidates(*made, threshold)
    assert len(found) == len(set(found))
    assert all(a < b for a, b in found)
    assert (set(found), capped) == naive.pairs(*made, threshold, 400, set())
    assert met == len(naive.pairs(*made, 0, 400, set())[0])
    assert leading == []


@given(banded(), st.floats(0, 1), st.integers(2, 12), st.sets(st.integers(0, 24)))
def test_beyond_the_cap_each_meets_its_first_leaders_and_led_ones_do_not_meet(
    made: tuple[list[list[int]], list[int]], threshold: float, cap: int, led: set[int]
) -> None:
    found, _, capped, leading = candidates(*made, threshold, cap, led)
    assert (set(found), capped) == naive.pairs(*made, threshold, cap, led)
    assert set(leading) == naive.leader_pairs(*made, threshold, cap)
    for some in (found, leading):
        assert len(some) == len(set(some))
        assert all(a < b for a, b in some)


def test_a_bucket_beyond_the_cap_worked_by_hand() -> None:
    keys, sizes = [[9] for _ in range(20)], [5] * 20
    found, _, capped, leading = candidates(keys, sizes, cap=19)
    assert (found, capped) == ([], 1)
    assert set(leading) == {(a, b) for a, b in combinations(range(20), 2) if a < LEADERS}
    found, _, capped, leading = candidates(keys, sizes, cap=20)
    assert (capped, leading) == (0, [])
    assert len(found) == 190


def test_however_many_large_buckets_a_set_is_in_it_has_so_many_leaders() -> None:
    # Thirty buckets of which each begins with others; the last set is in all of them.
    keys = [[7] * 30 if i == 90 else [7 if i // 3 == band else i + 100 for band in range(30)]
            for i in range(91)]  # fmt: skip
    found, _, capped, leading = candidates(keys, [5] * 91, cap=3)
    assert (found, capped) == ([], 30)
    assert [a for a, b in leading if b == 90] == list(range(LEADERS))


def test_in_a_crowd_the_cap_is_lower_but_not_where_one_is_that_is_in_no_crowd() -> None:
    # All but the last are in a crowd of 40; by fours they meet again, and once with the last.
    keys = [[1, i // 4] for i in range(40)] + [[2, 9]]
    found, _, capped, leading = candidates(keys, [5] * 41, cap=30)
    assert capped == 1 + 9
    assert set(found) == set(combinations(range(36, 41), 2))
    assert [a for a, b in leading if b == 35] == [*range(LEADERS), 32, 33, 34]


def test_two_that_are_led_are_not_compared_where_they_meet_again() -> None:
    keys = [[1, 2], [1, 2], [1, 3], [3, 3]]
    assert candidates(keys, [5] * 4)[0] == [(0, 1), (0, 2), (1, 2), (2, 3)]
    assert candidates(keys, [5] * 4, led={0, 1})[0] == [(0, 2), (1, 2), (2, 3)]


def test_a_pair_lost_in_a_large_bucket_is_found_where_it_meets_again() -> None:
    keys = [[7, i] for i in range(30)]
    keys[28][1] = keys[29][1] = 500
    found, _, capped, leading = candidates(keys, [5] * 30, cap=16)
    assert capped == 1
    assert found == [(28, 29)]
    assert (27, 28) not in leading


def test_no_other_key_is_taken_for_that_of_a_large_bucket() -> None:
    # Numbers of sets, and nothing, as keys of the first band, where 0 to 19 are too many.
    keys = [[77, i] for i in range(20)] + [[i, i] for i in range(1, 20)]
    found, _, capped, _ = candidates(keys, [5] * len(keys), cap=10)
    assert capped == 1
    assert {(i, 19 + i) for i in range(1, 20)} <= set(found)


def lsh_pairs(sets: list[list[int]], banding: Banding, seed: int) -> set[tuple[int, int]]:
    count = banding.bands * banding.rows
    index = MinHashLSH(num_perm=count, params=(banding.bands, banding.rows))
    sketches = []
    for i, values in enumerate(sets):
        sketch = MinHash(
            count, seed=seed, hashfunc=lambda value: value & 0xFFFFFFFF, scheme="affine32"
        )
        sketch.update_batch(values)
        sketches.append(sketch)
        if values:
            index.insert(i, sketch)
    return {
        (min(i, j), max(i, j))
        for i, sketch in enumerate(sketches)
        if sets[i]
        for j in index.query(sketch)
        if i != j
    }


def our_pairs(sets: list[list[int]], banding: Banding, seed: int) -> set[tuple[int, int]]:
    column = pa.array(sets, pa.large_list(pa.uint64()))
    keys = sign(column, banding, seed)
    found, _, capped, _ = candidates(keys.tolist(), [len(values) for values in sets], cap=10**6)
    assert capped == 0
    return set(found)


@given(
    st.lists(st.sets(st.integers(0, 12), max_size=10).map(sorted), max_size=12),
    st.integers(2, 8),
    st.integers(1, 4),
    st.integers(0, 2**32 - 1),
)
def test_candidates_contain_those_of_datasketch(
    sets: list[list[int]], bands: int, rows: int, seed: int
) -> None:
    banding = Banding(bands, rows)
    assert our_pairs(sets, banding, seed) >= lsh_pairs(sets, banding, seed)


def test_candidates_among_real_laws_contain_those_of_datasketch() -> None:
    lines = [
        line
        for row in islice(shared_rows("laws"), 0, 200, 12)
        for line in row["text"].split("\n")
        if len(line) > 12
    ][:600]
    grams = [sorted({hash_of(line[i : i + 4]) for i in range(len(line) - 3)}) for line in lines]
    banding = Banding(20, 3)
    theirs = lsh_pairs(grams, banding, 1)
    assert len(theirs) > 50
    assert our_pairs(grams, banding, 1) >= theirs


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode("utf-32-le"), "little") * 0x9E3779B97F4A7C15 % 2**64
