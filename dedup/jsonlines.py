"""Arrow columns as JSON lines, a column at a time: no row becomes a Python object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import orjson
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Json", "array_of", "objects"]

_CONTROL = re.compile("[\x00-\x1f]")


class Json(NamedTuple):
    """A column that holds JSON already."""

    text: pa.Array


def objects(columns: Mapping[str, pa.Array | pa.ChunkedArray | Json]) -> pa.Array:
    r"""Return one JSON object per row (large_string), its keys in the order of ``columns``.

    Numbers, booleans and strings are written as JSON, null as ``null``.

    >>> objects({"a": pa.array([1, None]), "b": pa.array(["x", 'say "x"'])}).to_pylist()
    ['{"a":1,"b":"x"}', '{"a":null,"b":"say \\"x\\""}']
    """
    pieces: list[pa.Array | pa.Scalar] = []
    before = "{"
    for name, column in columns.items():
        pieces += [_text(f'{before}"{name}":'), _values(column)]
        before = ","
    return pc.binary_join_element_wise(*pieces, _text("}"), _text(""))


def array_of(lists: pa.Array) -> Json:
    """Return a column of JSON arrays from a list column of JSON values (large_string)."""
    joined = pc.binary_join(lists, _text(","))
    return Json(pc.binary_join_element_wise(_text("["), joined, _text("]"), _text("")))


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def _values(column: pa.Array | pa.ChunkedArray | Json) -> pa.Array:
    """Return the JSON of each value (large_string, no nulls)."""
    if isinstance(column, Json):
        return column.text.fill_null("null")
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_null(column.type):
        return pa.repeat(_text("null"), len(column))
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        quoted = pc.binary_join_element_wise(
            _text('"'), _escaped(column.cast(pa.large_string())), _text('"'), _text("")
        )
        return quoted.fill_null("null")
    return column.cast(pa.large_string()).fill_null("null")


def _escaped(column: pa.Array) -> pa.Array:
    """Escape what JSON does not allow within a string."""
    column = pc.replace_substring(column, "\\", "\\\\")
    column = pc.replace_substring(column, '"', '\\"')
    control = pc.match_substring_regex(column, _CONTROL.pattern)
    if not pc.any(control).as_py():
        return column
    places = pc.indices_nonzero(control.fill_null(False))
    escaped = [
        _CONTROL.sub(lambda match: orjson.dumps(match[0]).decode()[1:-1], text)
        for text in column.take(places).to_pylist()
    ]
    return pc.replace_with_mask(
        column, control.fill_null(False), pa.array(escaped, pa.large_string())
    )
