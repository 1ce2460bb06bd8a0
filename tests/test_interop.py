"""Signatures that datasketch takes, extends and gives back."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH, WeightedMinHashGenerator
from hypothesis import given
from hypothesis import strategies as st

from dedup import interop
from dedup.errors import SettingsError
from dedup.interop import from_datasketch, shingle_hash, to_datasketch, to_lean
from dedup.stages.sign import signatures

Sets = list[set[int]]
some_sets = st.lists(st.sets(st.integers(0, 2**64 - 1), max_size=20), min_size=1, max_size=4)


def signed(sets: Sets, count: int, seed: int) -> npt.NDArray[np.uint32]:
    column = pa.array([sorted(values) for values in sets], pa.large_list(pa.uint64()))
    return signatures(column, count, seed)


@given(some_sets, st.integers(1, 64), st.integers(0, 2**32 - 1))
def test_what_goes_out_comes_back(sets: Sets, count: int, seed: int) -> None:
    made = signed(sets, count, seed)
    for sketches in (to_datasketch(made, seed), to_lean(made, seed)):
        back, told = from_datasketch(sketches)
        assert np.array_equal(back, made)
        assert back.dtype == np.uint32
        assert told == seed


@given(some_sets, st.sets(st.integers(0, 2**64 - 1), max_size=9), st.integers(0, 99))
def test_a_sketch_takes_further_shingles(sets: Sets, more: set[int], seed: int) -> None:
    sketches = to_datasketch(signed(sets, 16, seed), seed)
    for sketch in sketches:
        sketch.update_batch(sorted(more))
    assert np.array_equal(
        from_datasketch(sketches)[0], signed([values | more for values in sets], 16, seed)
    )


def test_an_index_of_theirs_finds_sets_of_ours() -> None:
    sets: Sets = [set(range(40)), set(range(2, 42)), set(range(500, 540))]
    index = MinHashLSH(threshold=0.5, num_perm=128)
    sketches = to_lean(signed(sets, 128, 7), 7)
    for i, sketch in enumerate(sketches):
        index.insert(i, sketch)
    theirs = MinHash(128, seed=7, hashfunc=shingle_hash)
    theirs.update_batch(sorted(sets[0]))
    assert sorted(index.query(theirs)) == [0, 1]
    assert isinstance(pickle.loads(pickle.dumps(to_datasketch(signed(sets, 8, 7), 7)[0])), MinHash)
    assert isinstance(sketches[0], LeanMinHash)


def test_nothing_gives_nothing() -> None:
    none = np.empty((0, 4), np.uint32)
    assert to_datasketch(none, 1) == to_lean(none, 1) == []


@pytest.mark.parametrize(
    ("sketches", "told"),
    [
        ([], "give one MinHash at least"),
        ([MinHash(4), MinHash(4, scheme="legacy")], "scheme 'legacy'"),
        ([MinHash(4, scheme="affine64")], "scheme 'affine64'"),
        ([WeightedMinHashGenerator(3, 4).minhash([1, 2, 3])], "scheme None"),
        ([MinHash(4, seed=1), MinHash(4, seed=2)], "seed 1 with num_perm 4 and seed 2"),
        ([MinHash(4), MinHash(5)], "num_perm 4 and seed 1 with num_perm 5"),
    ],
    ids=["none", "legacy", "affine64", "weighted", "seeds", "lengths"],
)
def test_other_sketches_are_refused(sketches: list[MinHash], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        from_datasketch(sketches)


@pytest.mark.parametrize(
    "signatures",
    [np.zeros(4, np.uint32), np.zeros((2, 4), np.uint64), np.zeros((2, 0), np.uint32)],
    ids=["flat", "wide", "empty"],
)
def test_other_arrays_are_refused(signatures: npt.NDArray[np.uint32]) -> None:
    for convert in (to_datasketch, to_lean):
        with pytest.raises(SettingsError, match="uint32"):
            convert(signatures, 1)


def test_without_datasketch_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(ModuleNotFoundError, match=r"dedup\[datasketch\]"):
        interop.to_lean(np.zeros((1, 4), np.uint32), 1)
