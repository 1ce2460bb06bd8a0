"""Passages: stretches that two documents share, longer or shorter than the units that hold them.

Units tell what is the same as a whole. A passage is what stands within longer text, or across the
breaks of units, in another document too: an alignment grows from where two seeds are equal, and
ends where the texts part. Spans are of places, as ``dedup.places`` counts them, until they are
placed in the documents.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I32, I64, U8, Array, Bools, numbers, strings
from dedup.folding import FoldTables, fold_spans
from dedup.islands import Islands
from dedup.kernels import passages as kernels
from dedup.kernels.ends import bytes_at, strip
from dedup.kernels.neighbours import join_neighbours
from dedup.places import Places
from dedup.records import PASSAGES

__all__ = ["Meetings", "frequency", "grow", "place"]

CLOSING = " ,.;:!?)]}>、。〉》」』】〕〗”’…~·-—"
OPENING = " ([{<〈《「『【〔〖“‘,;:、-—"


@dataclass(frozen=True)
class Meetings:
    """What meets in some documents that follow each other: seeds there, and earlier ones."""

    places: I64
    """Of the later seed, ascending."""
    partners: I64
    """Of the earlier one."""
    again: I64
    """Places of all seeds there that occur again, ascending."""
    logs: Array
    """How often each of those occurs, as ``seeds.frequencies`` has it."""


def grow(
    meetings: Meetings, places: Places, islands: Islands, groups: I32, least: int, share: float
) -> tuple[npt.NDArray[np.int64], I64]:
    """Return the passages of some documents, and the documents that the islands are too small for.

    Parameters
    ----------
    meetings
        Of seeds whose units are in no group together, and are laid out.
    groups
        A row per unit and a column per kind of group (-1: none): two units of one group are told
        to be alike, and not aligned.
    least
        Characters that are equal; three times as many in alphabetic text.
    share
        Of the longer of the two spans, that is equal.

    Returns
    -------
    Rows of ``kernels.COLUMNS`` and what ``frequency`` says of them, by the place of the later span;
    and documents of which there are none in them.
    """
    s, m = places, meetings
    first, second = s.holders(m.places), s.holders(m.partners)
    p, q = islands.places(m.places, first, s), islands.places(m.partners, second, s)
    document = s.documents_of(first)
    columns = (p, q, first, second, islands.numbers(p), islands.numbers(q), document)
    pairs = np.ascontiguousarray(np.column_stack(columns))
    beyond = np.zeros(len(pairs), np.bool_)
    found = [np.empty((0, len(kernels.COLUMNS)), np.int64)]
    room = 1024 + len(pairs) // 8
    low = 0
    while low < len(pairs):
        out = np.empty((room, len(kernels.COLUMNS)), np.int64)
        count, reached = kernels.grow(
            islands.text, islands.bounds, islands.open, islands.unit_start, s.narrow, groups,
            pairs, low, least // 2, out, beyond,
        )  # fmt: skip
        found.append(out[:count].copy())
        if reached == low:
            room *= 4
        low = reached
    rows = np.concatenate(found)
    rows[:, [0, 2]] = _all_places(rows[:, [0, 2]], s, islands)
    rows[:, [1, 3]] = _all_places(rows[:, [1, 3]] - 1, s, islands) + 1
    again = np.unique(document[beyond])
    rows = rows[~np.isin(s.documents_of(s.holders(rows[:, 0])), again)]
    rows = _settled(rows, s, islands, least, share)
    return np.column_stack([rows, frequency(rows, m.again, m.logs)]), again


def _all_places(here: I64, places: Places, islands: Islands) -> I64:
    """Return where, among all places, those of the islands are."""
    units = islands.units(here)
    there: I64 = here - islands.unit_start[units] + places.unit_start[units]
    return there


def _settled(
    rows: npt.NDArray[np.int64], places: Places, islands: Islands, least: int, share: float
) -> npt.NDArray[np.int64]:
    """Join what belongs together, trim the ends, and return what is long and alike enough."""
    s = places
    first, last = _units(rows, s)
    documents = s.documents_of(first)
    pair = documents[:, 0] * len(s.documents) + documents[:, 1]
    # The longer of two that begin in one place first.
    order = np.lexsort((-rows[:, 1], rows[:, 0], pair))
    rows, first, last, documents = rows[order], first[order], last[order], documents[order]
    gone = np.zeros(len(rows), np.bool_)
    join_neighbours(rows, first, last, documents, share, gone)
    rows = rows[~gone]
    _strip(rows, s, islands)
    rows = rows[rows[:, 4] >= least]  # what is left has no empty span
    wanted = np.where(s.narrow[s.holders(rows[:, 0])], 3 * least, least)
    longest = np.maximum(rows[:, 1] - rows[:, 0], rows[:, 3] - rows[:, 2])
    rows = rows[(rows[:, 4] >= wanted) & (rows[:, 4] >= share * longest)]
    return rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]


def _strip(rows: npt.NDArray[np.int64], places: Places, islands: Islands) -> None:
    """Leave out marks at the ends that belong to what is beyond."""
    starts, ends = rows[:, [0, 2]], rows[:, [1, 3]] - 1
    here = rows.copy()
    here[:, [0, 2]] = islands.places(starts, places.holders(starts), places)
    here[:, [1, 3]] = islands.places(ends, places.holders(ends), places) + 1
    before = here.copy()
    strip(islands.text, _table(CLOSING), _table(OPENING), here)
    rows += here - before  # both spans stay in their islands


def frequency(rows: npt.NDArray[np.int64], places: I64, logs: Array) -> I64:
    """Return in how many places what each passage says stands, about: what tells a formula.

    That is the geometric mean over those of its seeds that stand in several places: of what is
    frequent all through, not of what has a frequent run within.

    Parameters
    ----------
    rows
        Of ``kernels.COLUMNS``.
    places, logs
        Of every seed that occurs again, ascending, where it is, and how often, as
        ``seeds.frequencies`` has it.
    """
    sums = np.concatenate([[0], np.cumsum(logs, dtype=np.int64)])
    low, high = np.searchsorted(places, rows[:, 0]), np.searchsorted(places, rows[:, 1])
    mean = (sums[high] - sums[low]) / np.maximum(1, high - low)
    result: I64 = np.maximum(2, np.rint(2 ** (mean / 1024))).astype(np.int64)
    return result


def place(
    rows: npt.NDArray[np.int64], places: Places, text: pa.Array, units: pa.Table,
    rank: npt.NDArray[np.int64], tables: FoldTables,
) -> pa.Table:  # fmt: skip
    """Return passages as ``records.PASSAGES``: placed in the documents, the source the one kept.

    Parameters
    ----------
    rows
        Of ``kernels.COLUMNS``, and what ``frequency`` says of them.
    text
        Of the documents.
    units
        ``records.UNITS`` without their shadows.
    rank
        Per unit, its place in keep order: the earlier of the two is the source.
    """
    first, last = _units(rows, places)
    turned = rank[first[:, 1]] > rank[first[:, 0]]
    sides = [np.where(turned, 1, 0), np.where(turned, 0, 1)]
    at = np.arange(len(rows))
    spans, begins, ends = rows[:, :4].reshape(-1, 2, 2), first, last
    columns: dict[str, npt.NDArray[np.int64]] = {}
    placed = _place_ends(
        np.concatenate([spans[at, side] for side in sides]),
        np.concatenate([begins[at, side] for side in sides]),
        np.concatenate([ends[at, side] for side in sides]),
        places, text, units, tables,
    )  # fmt: skip
    for number, (side, prefix) in enumerate(zip(sides, ("", "source_"), strict=True)):
        half = slice(number * len(rows), (number + 1) * len(rows))
        columns[f"{prefix}unit"] = begins[at, side]
        columns[f"{prefix}offset"] = spans[at, side, 0] - places.unit_start[begins[at, side]]
        columns[f"{prefix}document"] = places.documents_of(begins[at, side])
        columns[f"{prefix}length"] = spans[at, side, 1] - spans[at, side, 0]
        columns |= {f"{prefix}{name}": values[half] for name, values in placed.items()}
    columns["matched"] = rows[:, 4]
    columns["places"] = rows[:, 5]
    return pa.table({name: columns[name] for name in PASSAGES.names}, schema=PASSAGES)


def _units(rows: npt.NDArray[np.int64], s: Places) -> tuple[I64, I64]:
    """Return the units in which both spans of each row begin, and in which they end."""
    return s.holders(rows[:, [0, 2]]), s.holders(rows[:, [1, 3]] - 1)


def _table(marks: str) -> Bools:
    table = np.zeros(0x3100, np.bool_)
    table[[ord(mark) for mark in marks]] = True
    return table


def _place_ends(
    spans: npt.NDArray[np.int64], begins: I64, ends: I64, s: Places, text: pa.Array,
    units: pa.Table, tables: FoldTables,
) -> dict[str, I64]:  # fmt: skip
    """Return where spans of shadow characters start and end in their documents' texts.

    In code points and in bytes; what was folded away at an end, a reading say, is part of it.
    """
    which, where = np.unique(np.concatenate([begins, ends]), return_inverse=True)
    data, offsets = strings(text)
    unit = {
        name: numbers(units[name])[which] for name in ("start", "end", "byte_start", "byte_end")
    }
    base = offsets[s.documents_of(which)]
    byte_start, byte_end = base + unit["byte_start"], base + unit["byte_end"]
    folded = fold_spans(data, byte_start, byte_end, tables, origins=True)
    shadow_start = np.concatenate([[0], np.cumsum(folded.lengths)])
    origins = np.append(folded.origins, 0)
    count = len(spans)
    first, last = where[:count], where[count:]

    start = origins[shadow_start[first] + spans[:, 0] - s.unit_start[begins]]
    final = spans[:, 1] - 1 - s.unit_start[ends]
    here = origins[shadow_start[last] + final]
    following = np.where(
        final + 1 < folded.lengths[last],
        origins[shadow_start[last] + final + 1],
        (unit["end"] - unit["start"])[last],
    )
    end = np.maximum(here + 1, following)
    start_byte, start = _bytes(data, byte_start[first], start, white_goes=False)
    end_byte, end = _bytes(data, byte_start[last], end, white_goes=True)
    return {
        "start": unit["start"][first] + start,
        "end": unit["start"][last] + end,
        "byte_start": unit["byte_start"][first] + start_byte,
        "byte_end": unit["byte_start"][last] + end_byte,
    }


def _bytes(data: U8, starts: I64, counts: I64, *, white_goes: bool) -> tuple[I64, I64]:
    """Return where so many code points from each start end, in bytes from there, and in them."""
    order = np.lexsort((counts, starts))
    out, told = np.empty((2, len(starts)), np.int64)
    bytes_at(data, starts[order], counts[order], white_goes, out, told)
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return out[back], told[back]
