"""Growing: the same columns in memory and in files, however many batches they came in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.growing import Growing
from dedup.work import Work

ROWS = st.lists(st.tuples(st.integers(-(2**31), 2**31 - 1), st.booleans()), max_size=6)


@given(parts=st.lists(ROWS, max_size=5), filed=st.booleans())
def test_columns_are_all_that_was_appended(parts: list, filed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown = Growing(Work(Path(folder) / "work" if filed else None), np.int32, np.bool_)
        for rows in parts:
            # Of other types than the columns, which take what fits.
            grown.append(
                np.array([number for number, _ in rows], np.int64),
                np.array([sign for _, sign in rows], np.bool_),
            )
        number, sign = grown.close()
        assert (number.dtype, sign.dtype) == (np.int32, np.bool_)
        rows = [row for part in parts for row in part]
        assert list(zip(number.tolist(), sign.tolist(), strict=True)) == rows
        assert not filed or not any(Path(folder, "work").iterdir())  # they go with the process


def test_columns_come_together() -> None:
    with pytest.raises(ValueError, match="longer"):
        Growing(Work(), np.int32, np.int32).append(np.zeros(2))
