"""Arrow columns as JSON lines, a column at a time: no row becomes a Python object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import flat, strings

__all__ = ["Json", "array_of", "objects", "quoted"]


class Json(NamedTuple):
    """A column that holds JSON already, but for what stands around every value."""

    text: pa.Array
    before: str = ""
    after: str = ""


def objects(columns: Mapping[str, pa.Array | pa.ChunkedArray | Json], end: str = "") -> pa.Array:
    r"""Return one JSON object per row (large_string), its keys in the order of ``columns``.

    Numbers, booleans and strings are written as JSON, null as ``null``, values of a dictionary as
    themselves. ``end`` follows each
    object: a line feed, if they are to be the lines of a file.

    >>> objects({"a": pa.array([1, None]), "b": pa.array(["x", 'say "x"'])}).to_pylist()
    ['{"a":1,"b":"x"}', '{"a":null,"b":"say \\"x\\""}']
    """
    pieces: list[pa.Array | pa.Scalar] = []
    literal = "{"  # what stands in every row alike is one piece, however many columns say it
    for number, (name, column) in enumerate(columns.items()):
        literal += f'{"," * (number > 0)}"{name}":'
        before, values, after = _values(column)
        literal += before
        if values is not None:
            pieces += [_text(literal), values]
            literal = after
    if not pieces:
        return pa.repeat(_text(f"{literal}}}{end}"), max(map(_length, columns.values()), default=0))
    return pc.binary_join_element_wise(*pieces, _text(f"{literal}}}{end}"), _text(""))


def array_of(lists: pa.Array) -> Json:
    """Return a column of JSON arrays from a list column of JSON values (large_string)."""
    return Json(pc.binary_join(lists, _text(",")), "[", "]")


def quoted(column: pa.Array) -> pa.Array:
    """Return strings (no nulls) as JSON values (large_string)."""
    return pc.binary_join_element_wise(_text('"'), _escaped(column), _text('"'), _text(""))


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def _length(column: pa.Array | pa.ChunkedArray | Json) -> int:
    return len(column.text if isinstance(column, Json) else column)


def _values(column: pa.Array | pa.ChunkedArray | Json) -> tuple[str, pa.Array | None, str]:
    """Return the JSON of each value (large_string, no nulls), and what goes around every one."""
    if isinstance(column, Json):
        return _around(column.before, column.text, column.after)
    if pa.types.is_null(column.type):
        return "null", None, ""
    column = flat(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return "", column.cast(pa.large_string()).fill_null("null"), ""
    return _around('"', _escaped(column.cast(pa.large_string())), '"')


def _around(before: str, values: pa.Array, after: str) -> tuple[str, pa.Array, str]:
    if not values.null_count:
        return before, values, after
    joined = pc.binary_join_element_wise(_text(before), values, _text(after), _text(""))
    return "", joined.fill_null("null"), ""


def _escaped(column: pa.Array) -> pa.Array:
    """Escape what JSON does not allow within a string."""
    data, offsets = strings(column)
    data = data[offsets[0] : offsets[-1]]
    # Most text has nothing to escape: to look for that is far cheaper than to replace it.
    if (data == ord("\\")).any():
        column = pc.replace_substring(column, "\\", "\\\\")
    if (data == ord('"')).any():
        column = pc.replace_substring(column, '"', '\\"')
    for sign in map(chr, np.flatnonzero(np.bincount(data[data < ord(" ")]))):
        column = pc.replace_substring(column, sign, orjson.dumps(sign).decode()[1:-1])
    return column
