"""JSON lines from columns: byte for byte what the standard library writes of the same rows."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.jsonlines import Json, array_of, objects

NASTY = [
    *('say "x"', "back\\slash", '\\"', "\\u0041", "a\nb\r\tc\b\f", "\\", '"', "\\n", "/", "", "\0"),
    *("".join(map(chr, range(32))), "\x7f\x80\x9f", "\u2028\u2029", "\ufffd\ufeff", "e\u0301"),
    *("😀𠀀", "我县", "</script>"),
]


def dumped(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_nasty_strings(kind: pa.DataType) -> None:
    for values in (NASTY, [*NASTY, None], [None, None], []):
        found = objects(
            {"text": pa.array(values, kind), "n": pa.array(range(len(values)), pa.int64())}
        )
        assert found.type == pa.large_string()
        assert found.to_pylist() == [
            dumped({"text": value, "n": n}) for n, value in enumerate(values)
        ]


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]))), st.integers(0, 9))
def test_any_string(values: list[str | None], first: int) -> None:
    column = pa.array(values, pa.large_string()).slice(first)
    assert objects({"a": column}).to_pylist() == [dumped({"a": value}) for value in values[first:]]
    parts = pa.chunked_array([column.slice(0, 2), column.slice(2)])
    assert objects({"a": parts}).equals(objects({"a": column}))


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.integers(0, 2**64 - 1),
            st.none() | st.booleans(),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
        )
    )
)
def test_numbers_and_truth_values(rows: list[tuple[Any, ...]]) -> None:
    kinds = {"i": pa.int64(), "u": pa.uint64(), "b": pa.bool_(), "f": pa.float64()}
    columns = {
        name: pa.array([row[i] for row in rows], kind)
        for i, (name, kind) in enumerate(kinds.items())
    }
    lines = objects(columns).to_pylist()
    assert [tuple(json.loads(line).values()) for line in lines] == rows
    assert all(
        line == dumped(json.loads(line))
        for line in objects({**columns, "f": columns["i"]}).to_pylist()
    )


def test_columns_of_nulls_and_of_json() -> None:
    nested = objects({"x": pa.array([1, 2]), "y": pa.array(["a", '"'])})
    lists = pa.LargeListArray.from_arrays(pa.array([0, 0, 2], pa.int64()), nested)
    found = objects(
        {
            "none": pa.nulls(2),
            "list": array_of(lists),
            "one": Json(pa.array([None, "[1]"], pa.large_string())),
        }
    )
    assert [json.loads(line) for line in found.to_pylist()] == [
        {"none": None, "list": [], "one": None},
        {"none": None, "list": [{"x": 1, "y": "a"}, {"x": 2, "y": '"'}], "one": [1]},
    ]
    assert list(json.loads(found[0].as_py())) == ["none", "list", "one"]
    assert objects({"none": pa.nulls(0)}).to_pylist() == []
