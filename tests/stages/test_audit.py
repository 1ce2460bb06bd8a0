"""Audit: recall on a sample, with its interval or with no estimate."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from dedup.stages.audit import Audit, compare, draw, wilson_interval


def pairs(found: list[tuple[int, int]], kind: str = "int64") -> pa.Table:
    a, b = (pa.array([pair[side] for pair in found], kind) for side in (0, 1))
    return pa.table({"a": a, "b": b})


def test_worked_example() -> None:
    true = pairs([(0, 1), (0, 2), (1, 2), (0, 1)])  # one came from both of its ends
    audit = compare(true, pairs([(0, 1), (1, 2), (5, 6)], "int32"), np.array([0, 1]))
    # Text 0 has the pairs with 1 and 2, of which one was found, and 1 those with 0 and 2, both.
    assert audit == Audit(sampled=2, pairs=3, found=2, texts=2, recall=0.75)
    # Wilson's interval of 2 in 3 at 95 %.
    assert Audit(3, pairs=9, found=6, texts=3, recall=2 / 3).interval() == (0.2077, 0.9385)


def test_without_true_pairs_there_is_no_estimate() -> None:
    audit = compare(pairs([]), pairs([(0, 1)]), np.array([0]))
    assert (audit.recall, audit.interval()) == (None, None)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_the_interval_holds_the_estimate(count: int, share: float) -> None:
    found = round(count * share)
    audit = Audit(count, pairs=count, found=found, texts=count, recall=found / count)
    interval = audit.interval()
    assert audit.recall is not None
    assert interval is not None
    assert 0 <= interval[0] <= round(audit.recall, 4) <= interval[1] <= 1
    assert wilson_interval(audit.recall, count, 2.58)[0] <= interval[0]


def test_numbers_of_texts_beyond_32_bits_do_not_meet() -> None:
    big = 1 << 31
    assert compare(pairs([(1, big)]), pairs([(1, big + 1)]), np.array([1])).found == 0
    assert compare(pairs([(1, big)]), pairs([(1, big)]), np.array([1])).found == 1


@given(st.integers(0, 1000), st.integers(0, 50), st.integers(0, 2**32 - 1))
def test_a_draw_is_fixed_by_its_seed(size: int, count: int, seed: int) -> None:
    drawn = draw(size, count, seed)
    assert np.array_equal(drawn, draw(size, count, seed))
    assert len(set(drawn.tolist())) == len(drawn) == min(count, size)
    assert set(drawn.tolist()) <= set(range(size))
