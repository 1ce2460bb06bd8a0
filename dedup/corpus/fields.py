"""The fields of rows as columns of strings."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dedup.columns import flat, make_strings
from dedup.corpus.chunks import Piece
from dedup.corpus.spans import Ints
from dedup.records import QUARANTINE

__all__ = [
    "as_string",
    "as_strings",
    "quarantined",
    "string_column",
    "text_column",
    "valid_strings",
]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def as_string(value: object) -> str | None:
    """Return a field's value as the string that stands for it; ``None`` where there is none.

    A number is written as ``str`` does it, a list, an object or a truth value as JSON; a lone
    surrogate becomes U+FFFD.

    >>> as_string(2020), as_string({"$oid": "5f"}), as_string(None)
    ('2020', '{"$oid":"5f"}', None)
    """
    if value is None:
        return None
    if isinstance(value, (bool, list, dict)):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_spelled)
    return _LONE_SURROGATE.sub("\ufffd", str(value))


def string_column(values: Sequence[object]) -> pa.Array:
    """Return ``values`` as a ``large_string`` column, each as ``as_string`` has it."""
    if set(map(type, values)) <= {str, type(None)}:
        try:
            return pa.array(values, pa.large_string())
        except UnicodeEncodeError:  # a lone surrogate somewhere
            pass
    return pa.array([as_string(value) for value in values], pa.large_string())


def as_strings(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return an Arrow column as strings, null where there is nothing; broken UTF-8 as U+FFFD."""
    try:
        column = flat(values.cast(pa.large_string()))
    except pa.ArrowException:  # lists and structs, and views in a dictionary
        try:
            return string_column(values.to_pylist())
        except UnicodeDecodeError:  # a string inside is broken
            return string_column(values.cast(_raw(values.type)).to_pylist())
    return valid_strings(column)


def _raw(kind: pa.DataType) -> pa.DataType:
    """Return a type of lists and structs with bytes for the strings in it."""
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _raw(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(_raw(kind.key_type), _raw(kind.item_type))
    if pa.types.is_list(kind):
        return pa.list_(_raw(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(_raw(kind.value_type))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pa.large_binary()
    return kind


def _spelled(value: object) -> str:
    """Return what JSON has no word for as a string."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def valid_strings(column: pa.Array) -> pa.Array:
    """Return a ``large_string`` column with U+FFFD for broken UTF-8, which Arrow lets pass."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raw = column.cast(pa.large_binary()).to_pylist()
        return string_column([None if v is None else v.decode("utf-8", "replace") for v in raw])
    return column


def text_column(contents: Sequence[bytes]) -> pa.Array:
    """Return texts as a ``large_string`` column: the bytes as they are, broken ones as U+FFFD."""
    column = _column(contents)
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return _column([data.decode("utf-8", "replace").encode() for data in contents])
    return column


def quarantined(
    piece: Piece, rows: Ints, whys: Sequence[str], data: bytes, starts: Ints, ends: Ints
) -> pa.Table:
    """Return ``records.QUARANTINE`` of rows that stand in ``data``, all of the piece."""
    raw = [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    return pa.Table.from_arrays(
        [
            pa.array(np.full(len(rows), piece.file, np.int32)),
            pa.array(rows),
            string_column(whys),
            pa.array(starts + piece.offset),
            pa.array(raw, pa.large_binary()),
        ],
        schema=QUARANTINE,
    )


def _column(contents: Sequence[bytes]) -> pa.Array:
    offsets = np.zeros(len(contents) + 1, np.int64)
    np.cumsum([len(data) for data in contents], out=offsets[1:])
    # Writable, as the columns are that Arrow makes: kernels are compiled anew for another kind.
    return make_strings(np.frombuffer(bytearray().join(contents), np.uint8), offsets)
