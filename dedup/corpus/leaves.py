"""Strings inside an Arrow column, below lists and structs, and such a column with other ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import numbers
from dedup.corpus.nested import Steps
from dedup.corpus.spans import Ints

__all__ = ["Leaves", "leaves_at", "replaced"]

_STRINGS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)


class Leaves(NamedTuple):
    """The strings of a column."""

    values: pa.Array
    """``large_string``; null where there is none."""
    first: Ints
    """n + 1 indices: those of row i are from ``first[i]`` to ``first[i + 1]``."""


def leaves_at(column: pa.Array, steps: Steps) -> Leaves | None:
    """Return the strings of ``column`` below ``steps``, ``None`` if there can be none."""
    first = np.arange(len(column) + 1)
    for step in steps:
        if step is None:
            if not _is_list(column.type):
                return None
            first = _offsets(column)[first]
            column = column.flatten()
        else:
            index = _field_index(column.type, step)
            if index < 0:
                return None
            column = column.flatten()[index]
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not any(is_kind(kind) for is_kind in _STRINGS):
        return None
    return Leaves(column.cast(pa.large_string()), first)


def replaced(column: pa.Array, steps: Steps, values: pa.Array) -> pa.Array:
    """Return ``column``, of the same type, with ``values`` for what ``leaves_at`` returns of it."""
    if not steps:
        return values.cast(column.type)
    if steps[0] is None:
        offsets = pa.array(_offsets(column), _offset_type(column.type))
        inner = replaced(column.flatten(), steps[1:], values)
        of_kind = pa.LargeListArray if pa.types.is_large_list(column.type) else pa.ListArray
        return of_kind.from_arrays(offsets, inner, type=column.type, mask=column.is_null())
    children = column.flatten()
    index = _field_index(column.type, steps[0])
    children[index] = replaced(children[index], steps[1:], values)
    return pa.StructArray.from_arrays(children, fields=list(column.type), mask=column.is_null())


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _offset_type(kind: pa.DataType) -> pa.DataType:
    return pa.int64() if pa.types.is_large_list(kind) else pa.int32()


def _offsets(column: pa.Array) -> Ints:
    """Return the offsets of the elements that ``flatten`` returns; a null list has none."""
    lengths = numbers(pc.fill_null(pc.list_value_length(column), 0))
    return np.append(0, np.cumsum(lengths)).astype(np.int64)


def _field_index(kind: pa.DataType, name: str) -> int:
    """Return the index of a struct's field, the last of several, -1 if there is none."""
    if not pa.types.is_struct(kind):
        return -1
    names = [kind.field(i).name for i in range(kind.num_fields)]
    return max((i for i, each in enumerate(names) if each == name), default=-1)
