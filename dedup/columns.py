"""Arrow columns as NumPy arrays and back, without copying the values."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = [
    "F64",
    "I8",
    "I32",
    "I64",
    "U8",
    "U16",
    "U32",
    "U64",
    "Array",
    "Bools",
    "each_once",
    "flat",
    "lists",
    "make_lists",
    "make_strings",
    "numbers",
    "strings",
]

Array: TypeAlias = npt.NDArray[Any]
"""Of the type that the column has, which only the schema knows."""
Bools: TypeAlias = npt.NDArray[np.bool_]
U8: TypeAlias = npt.NDArray[np.uint8]
U16: TypeAlias = npt.NDArray[np.uint16]
U32: TypeAlias = npt.NDArray[np.uint32]
U64: TypeAlias = npt.NDArray[np.uint64]
I8: TypeAlias = npt.NDArray[np.int8]
I32: TypeAlias = npt.NDArray[np.int32]
I64: TypeAlias = npt.NDArray[np.int64]
F64: TypeAlias = npt.NDArray[np.float64]
N = TypeVar("N", bound=np.generic)


def each_once(values: npt.NDArray[N]) -> npt.NDArray[N]:
    """Return the distinct values, ascending.

    As ``np.unique`` does, which since NumPy 2.3 puts them into a hash table first: twenty times
    slower than this for three million integers.

    >>> each_once(np.array([3, 1, 3, 2])).tolist()
    [1, 2, 3]
    """
    ordered = np.sort(values)
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def flat(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return ``column`` as one array (a copy only where it has several chunks)."""
    if isinstance(column, pa.ChunkedArray):
        return (
            column.chunk(0)
            if column.num_chunks == 1
            else pa.concat_arrays(column.chunks or [pa.array([], column.type)])
        )
    return column


def numbers(column: pa.Array | pa.ChunkedArray) -> Array:
    """Return a numeric column without nulls as a NumPy array of its own type."""
    values: Array = flat(column).to_numpy(zero_copy_only=False)
    return values


def strings(
    column: pa.Array | pa.ChunkedArray,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the UTF-8 bytes (uint8) and the ``n + 1`` offsets (int64) of a ``large_string``.

    Offsets index the returned bytes directly, also for a sliced column.
    """
    array = flat(column)
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    values = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return _read_only(values), _read_only(starts)


def lists(
    column: pa.Array | pa.ChunkedArray,
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return the values and the ``n + 1`` offsets (int64) of a ``large_list`` of numbers.

    Offsets index the returned values directly, also for a sliced column.
    """
    array = flat(column)
    starts = np.frombuffer(array.buffers()[1], np.int64)[
        array.offset : array.offset + len(array) + 1
    ]
    return _read_only(array.values.to_numpy(zero_copy_only=False)), _read_only(starts)


def _read_only(values: npt.NDArray[N]) -> npt.NDArray[N]:
    """Return a view that cannot be written, as columns are not to be.

    Whether Arrow's own memory can be differs from column to column, and a kernel is compiled once
    for either.
    """
    view = values.view()
    view.flags.writeable = False
    return view


def make_strings(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> pa.Array:
    """Wrap UTF-8 bytes and ``n + 1`` offsets as a ``large_string`` column."""
    return pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(data)
    )


def make_lists(values: Array, offsets: npt.NDArray[np.int64]) -> pa.Array:
    """Wrap values and ``n + 1`` offsets as a ``large_list`` column."""
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(values))
