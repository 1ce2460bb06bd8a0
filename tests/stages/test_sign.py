"""Signatures: bit for bit those of datasketch; banding: solved for the recall that is asked."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st
from naive import sign as naive

from dedup.errors import SettingsError
from dedup.stages.sign import Banding, permutations, sign, signatures, solve

Sets = list[set[int]]
some_sets = st.lists(
    st.sets(st.integers(0, 2**64 - 1) | st.integers(0, 9), max_size=30), max_size=5
)
seeds = st.integers(0, 2**32 - 1)


def column(sets: Sets) -> pa.Array:
    return pa.array([sorted(values) for values in sets], pa.large_list(pa.uint64()))


def reference(values: set[int], count: int, seed: int) -> npt.NDArray[np.uint32]:
    minhash = MinHash(count, seed=seed, hashfunc=lambda value: value, scheme="affine32")
    minhash.update_batch([value & 0xFFFFFFFF for value in sorted(values)])
    return minhash.hashvalues


def test_a_signature_worked_by_hand() -> None:
    # The hash functions 1 h + 0 and 3 h + 5 of the value 0, which the finalizer leaves as it is.
    assert naive.finalized(0) == 0
    assert naive.signature([0], [1, 3], [0, 5]) == [0, 5]
    assert naive.signature([], [1, 3], [0, 5]) == [0xFFFFFFFF] * 2
    a, b = permutations(4, 1)
    assert signatures(column([set(), {0}]), 4, 1).tolist() == [[0xFFFFFFFF] * 4, b.tolist()]
    assert (a % 2 == 1).all()


@given(some_sets, st.integers(1, 300), seeds)
def test_signatures_are_those_of_datasketch(sets: Sets, count: int, seed: int) -> None:
    found = signatures(column(sets), count, seed)
    assert found.dtype == np.uint32
    assert found.shape == (len(sets), count)
    for row, values in zip(found, sets, strict=True):
        assert np.array_equal(row, reference(values, count, seed))


def test_the_signature_of_a_large_set_is_that_of_datasketch() -> None:
    values = set(np.random.default_rng(3).integers(0, 2**64, 20_000, np.uint64).tolist())
    assert np.array_equal(signatures(column([values]), 288, 1)[0], reference(values, 288, 1))


@given(
    st.lists(st.sets(st.integers(0, 6), max_size=6), max_size=6),
    st.integers(1, 6),
    st.integers(1, 5),
    seeds,
)
def test_sets_meet_in_the_bands_where_their_signatures_are_equal(
    sets: Sets, bands: int, rows: int, seed: int
) -> None:
    a, b = permutations(bands * rows, seed)
    made = [naive.bands(naive.signature(values, a.tolist(), b.tolist()), rows) for values in sets]
    keys = sign(column(sets), Banding(bands, rows), seed)
    assert keys.shape == (len(sets), bands)
    assert keys.dtype == np.uint32
    for i, one in enumerate(made):
        for j, other in enumerate(made):
            same = [x == y for x, y in zip(one, other, strict=True)]
            assert (keys[i] == keys[j]).tolist() == same


@given(some_sets, st.integers(0, 5))
def test_batches_sign_like_the_whole(sets: Sets, cut: int) -> None:
    whole, banding = column(sets), Banding(3, 2)
    parts = [sign(whole.slice(0, cut), banding, 1), sign(whole.slice(cut), banding, 1)]
    assert np.array_equal(np.concatenate(parts), sign(whole, banding, 1))


@given(st.integers(1, 400), seeds)
def test_hash_functions_are_drawn_as_datasketch_draws_them(count: int, seed: int) -> None:
    theirs = MinHash(count, seed=seed, scheme="affine32").permutations
    assert np.array_equal(np.array(permutations(count, seed)), theirs)


def test_the_banding_of_the_defaults_worked_by_hand() -> None:
    # .6^5 = .07776: ln .01 / ln(1 - .07776) = 56.9, so 57 bands of 5 rows make 285. Six rows
    # would need ln .01 / ln(1 - .046656) = 96.4, 97 bands, 582 hash functions.
    assert solve(0.6, 0.99, 288) == Banding(57, 5)
    assert Banding(57, 5).recall(0.6) == pytest.approx(0.99009, abs=1e-4)
    assert Banding(1, 1).recall(0.25) == 0.25
    assert solve(1.0, 0.99, 288) == Banding(1, 8)
    assert solve(1.0, 0.99, 3) == Banding(1, 3)
    assert Banding(1, 8).recall(1.0) == 1.0
    assert solve(0.5, 0.75, 2) == Banding(2, 1)


@given(st.floats(0.02, 0.99), st.floats(0.01, 0.999), st.integers(1, 60))
def test_the_banding_is_the_longest_that_reaches_the_recall(
    threshold: float, recall: float, count: int
) -> None:
    # Two answers where one of them reaches the recall as exactly as can be computed.
    answers = {naive.solve(threshold, recall * about, count) for about in (1 - 1e-12, 1 + 1e-12)}
    if answers == {None}:
        with pytest.raises(SettingsError, match="--permutations"):
            solve(threshold, recall, count)
    if None in answers:
        return
    found = solve(threshold, recall, count)
    assert found.bands * found.rows <= count
    assert found.recall(threshold) >= recall - 1e-12
    assert (found.bands, found.rows) in answers


@given(st.floats(0.3, 1), st.floats(0.5, 0.999))
def test_recall_rises_with_similarity(threshold: float, recall: float) -> None:
    banding = solve(threshold, recall, 512)
    told = [banding.recall(s) for s in np.linspace(threshold, 1, 10)]
    assert told == sorted(told)
    assert told[0] >= recall - 1e-12
    assert math.isclose(told[-1], 1)


def test_too_few_permutations_are_refused_naming_the_options() -> None:
    with pytest.raises(SettingsError, match=r"--permutations 10 .*--recall.*--exact"):
        solve(0.1, 0.99, 10)
