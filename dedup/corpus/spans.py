"""Spans of code points to be cut out, as spans of bytes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.kernels.splice import byte_offsets

__all__ = ["Ints", "byte_spans", "merged"]

Ints = npt.NDArray[np.int64]


def merged(removals: pa.Table) -> tuple[Ints, Ints, Ints]:
    """Return row, start and end of one file's ``removals``: sorted, disjoint, none empty.

    Spans of a row that overlap or touch are one.
    """
    rows, starts, ends = (
        numbers(removals.column(name)).astype(np.int64, copy=False)
        for name in ("row", "start", "end")
    )
    some = np.flatnonzero(ends > starts)
    order = some[np.lexsort((starts[some], rows[some]))]
    if not len(order):
        empty = np.empty(0, np.int64)
        return empty, empty, empty
    rows, starts, ends = rows[order], starts[order], ends[order]
    # One axis for all rows, far enough apart that the furthest end so far is one of the same row.
    rank = np.cumsum(np.append(0, np.diff(rows) != 0))
    base = rank * (int(ends.max()) + 2)
    furthest = np.maximum.accumulate(base + ends)
    opens = np.append(True, base[1:] + starts[1:] > furthest[:-1])
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(opens)) - 1
    return rows[first], starts[first], furthest[last] - base[last]


def byte_spans(
    data: npt.NDArray[np.uint8],
    text_starts: Ints,
    text_ends: Ints,
    *,
    first: Ints,
    starts: Ints,
    ends: Ints,
    escaped: bool,
) -> tuple[Ints, Ints]:
    """Return the spans in bytes of ``data``.

    Parameters
    ----------
    data
        The bytes that hold the texts.
    text_starts, text_ends
        Bytes, for each of n texts.
    first
        n + 1 indices: the spans of text i are those from ``first[i]`` to ``first[i + 1]``.
    starts, ends
        Code points from the start of their text, as ``merged`` returns them.
    escaped
        Whether the texts stand there with JSON's escapes.

    Raises
    ------
    ValueError
        If a text is not there (its start is -1) or ends before a span does.
    """
    points = np.stack([starts, ends], axis=1).ravel()
    found = np.empty(len(points), np.int64)
    escape = ord("\\") if escaped else -1
    byte_offsets(data, text_starts, text_ends, first * 2, points, escape, found)
    if len(points) and (points.min() < 0 or found.min() < 0):
        raise ValueError("a span to remove is not inside the text it names")
    pairs = found.reshape(-1, 2)
    return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
