"""Rows in buckets, in memory and in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import bucketed
from dedup.bucketed import Bucketed
from dedup.work import Work

batches = st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), max_size=9))


@given(batches, st.integers(0, 6), st.integers(0, 6), st.integers(1, 20))
def test_rows_come_back_by_their_buckets(
    given_: list[list[tuple[int, int]]], first: int, last: int, block: int
):
    first, last = sorted((first, last))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bucketed, "BLOCK_ROWS", block)
        rows = Bucketed(Work(), 6, {"value": np.uint16})
        for batch in given_:
            bucket, value = np.array(batch, np.int64).reshape(-1, 2).T
            rows.append(bucket, value=value)
    which, columns = rows.take(first, last)
    all_ = [row for batch in given_ for row in batch]
    assert rows.rows == len(all_)
    assert columns["value"].dtype == np.uint16
    for each in range(first, last):
        wanted = [value for bucket, value in all_ if bucket == each]
        assert columns["value"][which == each].tolist() == wanted
    assert set(which.tolist()) <= set(range(first, last))


def test_rows_in_files_take_no_memory(tmp_path: Path):
    rows = Bucketed(Work(tmp_path / "work"), 1 << 17, {"value": np.int64})
    for _ in range(2):
        rows.append(np.arange(1 << 17), value=np.arange(1 << 17) * 3)
    which, columns = rows.take(70_000, 70_002)
    assert which.tolist() == [70_000, 70_000, 70_001, 70_001]
    assert columns["value"].tolist() == [210_000, 210_000, 210_003, 210_003]
