"""Spans of code points to be cut out, as spans of bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import make_strings, numbers, strings
from dedup.corpus.nested import SEPARATOR
from dedup.kernels.spans import copy_spans
from dedup.kernels.splice import byte_offsets

__all__ = ["Ints", "Places", "Spans", "byte_spans", "merged", "spliced", "spread"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Spans(NamedTuple):
    """Spans of code points of one file's texts: sorted, disjoint, none empty."""

    rows: Ints
    starts: Ints
    ends: Ints
    masked: Bools
    """Whether a marker stands there instead."""

    def of(self, first: int, end: int) -> Spans:
        """Return those of the rows from ``first`` to before ``end``."""
        part = slice(*np.searchsorted(self.rows, [first, end]))
        return Spans(self.rows[part], self.starts[part], self.ends[part], self.masked[part])


@dataclass(frozen=True)
class Places:
    """Where texts stand in bytes."""

    starts: Ints
    """Of each text, -1 where it is nowhere."""
    ends: Ints
    escapes: Ints
    """Of each of these, the byte that escapes: JSON's backslash, CSV's quotation mark; or -1."""
    parts: Ints | None = None
    """Where texts have several parts each, n + 1 indices: the places of text i are those from
    ``parts[i]`` to ``parts[i + 1]``."""
    lengths: Ints | None = None
    """Of each part, its code points; between two of them the text has ``nested.SEPARATOR``."""
    alone: npt.NDArray[np.bool_] | None = None
    """Of CSV fields, whether each is the only one of its record."""


def merged(removals: pa.Table) -> Spans:
    """Return one file's ``removals``: sorted, disjoint, none empty.

    Spans of a row that overlap or touch are one, but for those that are masked: each is for itself.

    Raises
    ------
    ValueError
        If one that is masked overlaps another one.
    """
    rows, starts, ends = (
        numbers(removals.column(name)).astype(np.int64, copy=False)
        for name in ("row", "start", "end")
    )
    some = np.flatnonzero(ends > starts)
    order = some[np.lexsort((starts[some], rows[some]))]
    if not len(order):
        empty = np.empty(0, np.int64)
        return Spans(empty, empty, empty, np.empty(0, np.bool_))
    rows, starts, ends = rows[order], starts[order], ends[order]
    masked = numbers(removals.column("masked"))[order]
    # One axis for all rows, far enough apart that the furthest end so far is one of the same row.
    rank = np.cumsum(np.append(0, np.diff(rows) != 0))
    base = rank * (int(ends.max()) + 2)
    furthest = np.maximum.accumulate(base + ends)
    beyond = base[1:] + starts[1:] - furthest[:-1]
    by_itself = masked[1:] | masked[:-1]
    if (by_itself & (beyond < 0)).any():
        raise ValueError("a span to mask overlaps another one")
    opens = np.append(True, (beyond > 0) | by_itself)
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(opens)) - 1
    return Spans(rows[first], starts[first], furthest[last] - base[last], masked[first])


def spread(
    parts: Ints, lengths: Ints, first: Ints, starts: Ints, ends: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return spans of texts of several parts as spans of the parts.

    What falls between two parts, where nothing stands in the file, is left out.

    Parameters
    ----------
    parts, lengths
        As in ``Places``.
    first, starts, ends
        As ``byte_spans`` takes them.

    Returns
    -------
    ``first`` for the parts; starts and ends within them; and of each, which span it is of.

    Raises
    ------
    ValueError
        If a span does not end within its text.
    """
    found: list[tuple[int, int, int]] = []
    counts = np.zeros(len(lengths) + 1, np.int64)
    bounds = list(zip(starts.tolist(), ends.tolist(), strict=True))
    for text in range(len(parts) - 1):
        span, last = int(first[text]), int(first[text + 1])
        if span < last and bounds[span][0] < 0:
            raise ValueError("a span to remove is not inside the text it names")
        begin = end = 0
        for part in range(int(parts[text]), int(parts[text + 1])):
            end = begin + int(lengths[part])
            while span < last and bounds[span][0] < end:
                start, stop = max(bounds[span][0], begin), min(bounds[span][1], end)
                if start < stop:
                    found.append((start - begin, stop - begin, span))
                    counts[part + 1] += 1
                if bounds[span][1] > end:
                    break
                span += 1
            begin = end + len(SEPARATOR)
        if last > first[text] and bounds[last - 1][1] > end:
            raise ValueError("a span to remove is not inside the text it names")
    table = np.array(found, np.int64).reshape(-1, 3)
    starts, ends, which = (np.ascontiguousarray(table[:, i]) for i in range(3))
    return np.cumsum(counts), starts, ends, which


def byte_spans(
    data: npt.NDArray[np.uint8],
    text_starts: Ints,
    text_ends: Ints,
    *,
    first: Ints,
    starts: Ints,
    ends: Ints,
    escapes: Ints | None = None,
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
    escapes
        As in ``Places``; ``None`` where no text has any.

    Raises
    ------
    ValueError
        If a text is not there (its start is -1) or ends before a span does.
    """
    points = np.stack([starts, ends], axis=1).ravel()
    found = np.empty(len(points), np.int64)
    if escapes is None:
        escapes = np.full(len(text_starts), -1, np.int64)
    byte_offsets(data, text_starts, text_ends, first * 2, points, escapes, found)
    if len(points) and (points.min() < 0 or found.min() < 0):
        raise ValueError("a span to remove is not inside the text it names")
    pairs = found.reshape(-1, 2)
    return np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])


def spliced(
    column: pa.Array, which: Ints, first: Ints, starts: Ints, ends: Ints, masked: Bools, marker: str
) -> tuple[pa.Array, Ints, Ints, Ints]:
    """Return a ``large_string`` column without spans, those in bytes of its data, and what is new.

    That is how many bytes of a marker stand there instead of each.

    Parameters
    ----------
    which
        Ascending: the texts that ``first``, ``starts`` and ``ends`` are of, as ``byte_spans``
        takes them.
    masked, marker
        Instead of which of them there is a marker, and what.

    Raises
    ------
    ValueError
        If a text ends before a span does.
    """
    data, offsets = strings(column)
    written = marker.encode() if masked.any() else b""
    added = np.where(masked, len(written), 0)
    begins, stops = byte_spans(
        data, offsets[which], offsets[which + 1], first=first, starts=starts, ends=ends
    )
    lost = np.zeros(len(offsets), np.int64)
    np.add.at(lost, np.repeat(which, np.diff(first)) + 1, stops - begins - added)
    left = offsets - np.cumsum(lost) - offsets[0]
    kept = np.empty(left[-1], np.uint8)
    sources, after, before = data, np.append(offsets[0], stops), np.append(begins, offsets[-1])
    if written:  # copied from behind the data, between what stands before it and what after
        sources = np.concatenate([data, np.frombuffer(written, np.uint8)])
        mark = np.full(len(added), len(data))
        after = np.insert(after, np.arange(1, len(after)), mark)
        before = np.insert(before, np.arange(1, len(before)), mark + added)
    copy_spans(sources, after, before, kept)
    values = make_strings(kept, left)
    if column.null_count:
        values = pc.if_else(column.is_valid(), values, None)
    return values, begins, stops, added
