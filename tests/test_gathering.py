"""A table that grows is the same in memory and in files, whatever rows of it are left."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import gathering
from dedup.gathering import Gathering, gathered

ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.text(max_size=4),
        st.lists(st.integers(0, 2**64 - 1), max_size=3),
    ),
    max_size=6,
)


def batch(rows: list[tuple[int | None, str | None, list[int]]]) -> pa.Table:
    number, text, values = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "number": pa.array(number, pa.int32()),
            "text": pa.array(text, pa.large_string()),
            "list": pa.array(values, pa.large_list(pa.uint64())),
        }
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    parts=st.lists(ROWS, min_size=1, max_size=4),
    in_files=st.booleans(),
    ascending=st.booleans(),
    at_once=st.integers(1, 4),
    data=st.data(),
)
def test_what_is_left_are_the_rows_taken(
    parts, in_files, ascending, at_once, data, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("work") if in_files else None
    whole = pa.concat_tables([batch(rows) for rows in parts])
    taken = st.lists(st.integers(0, max(0, whole.num_rows - 1)), unique=True)
    which = data.draw(taken if whole.num_rows else st.just([]))
    which = np.array(sorted(which) if ascending else which, np.int64)
    growing = Gathering(folder, "rows")
    for rows in parts:
        growing.append(batch(rows))
    assert growing.table().to_pydict() == whole.to_pydict()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "ROWS_AT_ONCE", at_once)
        growing.take(which)
    whole = whole.take(pa.array(which))
    assert (growing.rows, growing.table().to_pydict()) == (len(which), whole.to_pydict())
    more = batch([(1, None, [3]), (None, "a", [])])
    growing.append(more)
    whole = pa.concat_tables([whole, more])
    assert growing.table().to_pydict() == whole.to_pydict()
    layout = growing.close()
    if folder is not None:
        assert gathered(folder, "rows", layout).to_pydict() == whole.to_pydict()
        assert not [*folder.glob("*.new")]
