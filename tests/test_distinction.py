"""Equal texts get one number, in however many parts their hashes are sorted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import distinction
from dedup.engines.local import LocalEngine
from dedup.records import DOCUMENTS
from dedup.settings import Settings
from dedup.stages import distinct
from dedup.work import Work


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(6, 10)), max_size=40),
    st.sampled_from(["first", "longest"]),
    st.integers(0, 6),
)
def test_units_are_told_apart_in_any_number_of_parts(
    rows: list[tuple[int, int]], keep: str, bits: int
) -> None:
    count = len(rows)
    hashes = np.array([text for text, _ in rows], np.uint64)
    units = pa.table(
        {
            "document": np.zeros(count, np.int64),
            "length": np.array([size for _, size in rows], np.int64),
            "own": np.array([size for _, size in rows], np.int32),
            "hash_high": (hashes * np.uint64(0x9E3779B97F4A7C15)),
            "hash_low": hashes,
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(distinct, "SPACE_BITS", bits)
        settings = Settings(keep=keep)  # type: ignore[arg-type]
        found = distinction.tell_apart(
            units, DOCUMENTS.empty_table(), settings, LocalEngine(2), Work()
        )
    first: dict[int, int] = {}  # in keep order, the first unit of each text
    for unit in np.argsort(found.rank).tolist():
        if rows[unit][1] >= settings.min_length:
            first.setdefault(rows[unit][0], unit)
    assert found.unit_of.tolist() == list(first.values())
    number = {text: at for at, text in enumerate(first)}
    told = [number[text] if size >= settings.min_length else -1 for text, size in rows]
    assert found.text_of.tolist() == told
