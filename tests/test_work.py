"""Work is the same in memory and in files, and what is committed is whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import OutputError
from dedup.work import Stored, Work

NUMBERS = st.none() | st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(NUMBERS, st.none() | st.text(max_size=4)), max_size=5)
LISTS = pa.large_list(pa.uint16())
PRINTS = {"fold": "one"}


def batch(rows: list[tuple[int | None, str | None]]) -> pa.Table:
    return pa.table(
        {
            "number": pa.array([number for number, _ in rows], pa.int64()),
            "text": pa.array([text for _, text in rows], pa.large_string()),
            "kind": pa.array(["line"] * len(rows), pa.large_string()).dictionary_encode(),
            "list": pa.array(
                [[7] * len(text or "") for _, text in rows], pa.large_list(pa.uint16())
            ),
        }
    )


@given(parts=st.lists(ROWS, min_size=1, max_size=4), data=st.data())
def test_what_is_gathered_is_all_batches(parts, data, tmp_path_factory) -> None:
    folder = data.draw(st.sampled_from([None, tmp_path_factory.mktemp("work")]))
    whole = pa.concat_tables([batch(rows) for rows in parts])

    def make(stored: Stored) -> None:
        gathering = stored.gathering("rows")
        for rows in parts:
            gathering.append(batch(rows).slice(0))
        stored.put("all", whole)
        stored.facts["count"] = gathering.rows

    stored = Work(folder, PRINTS).stored("fold", make)
    for name in ("rows", "all"):
        table = stored.table(name)
        assert table.to_pydict() == whole.to_pydict()
        assert folder is None or all(column.num_chunks <= 1 for column in table.columns)
    assert stored.facts == {"count": whole.num_rows}


def test_what_is_committed_is_not_made_again(tmp_path: Path) -> None:
    made = []

    def make(stored: Stored) -> None:
        made.append(stored)
        stored.facts["times"] = len(made)

    work = tmp_path / "work"
    assert Work(work, PRINTS).stored("fold", make).facts == {"times": 1}
    again = Work(work, PRINTS)
    assert (again.stored("fold", make).facts, again.reused) == ({"times": 1}, ["fold"])
    other = Work(work, {"fold": "two"})
    assert (other.stored("fold", make).facts, other.reused) == ({"times": 2}, [])
    (work / "fold" / "stage.json").write_bytes(b"{")
    assert Work(work, {"fold": "two"}).stored("fold", make).facts == {"times": 3}


def test_half_a_stage_is_none(tmp_path: Path) -> None:
    def fail(stored: Stored) -> None:
        stored.put("rows", batch([(1, "a")]))
        raise KeyboardInterrupt

    work = tmp_path / "work"
    with pytest.raises(KeyboardInterrupt):
        Work(work, PRINTS).stored("fold", fail)
    assert not (work / "fold").exists()
    found = Work(work, PRINTS).stored("fold", lambda stored: stored.put("rows", batch([])))
    assert found.table("rows").num_rows == 0


@pytest.mark.parametrize("shape", [0, 5, (3, 2), (0, 4)])
def test_arrays_are_there_to_be_written(shape: int | tuple[int, ...], tmp_path: Path) -> None:
    for folder in (None, tmp_path / "work"):
        array = Work(folder).array(shape, np.uint32)
        array[:] = 7
        assert (array.shape, array.dtype) == (np.empty(shape).shape, np.uint32)
        assert (array == 7).all()
    assert [*(tmp_path / "work").iterdir()] == []


def test_an_array_that_no_disk_holds_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot be written|disk is full"):
        Work(tmp_path / "work").array(1 << 60, np.uint8)
