"""Passages: stretches that two documents share, longer or shorter than the units that hold them.

Units tell what is the same as a whole. A passage is what stands within longer text, or across the
breaks of units, in another document too: seeds are winnowed from the shadow texts, an alignment
grows from where two are equal, and ends where the texts part. Spans are of characters: of the
shadow texts of all units, one after the other, until they are placed in the documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I32, I64, U8, U32, Bools, numbers, strings
from dedup.folding import FoldTables, fold_spans
from dedup.kernels import passages as kernels
from dedup.kernels.ends import MARKS, bytes_at, holders, strip
from dedup.kernels.seeds import code_points, winnow
from dedup.partners import earlier_rows
from dedup.records import PASSAGES

__all__ = [
    "PARTNERS", "Meetings", "Shadows", "frequency", "grow", "lay_out", "meet", "place", "sow",
]  # fmt: skip

PARTNERS = 2
"""Earlier places that a seed is compared with, at most: the first, and the latest before it."""

CLOSING = " ,.;:!?)]}>、。〉》」』】〕〗”’…~·-—"
OPENING = " ([{<〈《「『【〔〖“‘,;:、-—"


@dataclass(frozen=True)
class Shadows:
    """The shadow texts of ``u`` units in ``d`` documents, as one array of ``n`` characters."""

    text: U32
    """Code points, of all units, one after the other."""
    unit_start: I64
    """Where each unit starts; one more than there are."""
    document: I64
    """Of each unit."""
    first_unit: I64
    """Of each document; one more than there are."""
    documents: I64
    """Where each document starts; one more than there are."""
    narrow: Bools
    """Of each unit: it is alphabetic, a word takes several characters."""
    marked: I64
    """The unit at every ``1 << MARKS``-th character."""

    def holders(self, places: I64) -> I64:
        """Return the unit that each place is in."""
        places = np.ascontiguousarray(places)
        out = np.empty(places.size, np.int64)
        holders(places.reshape(-1), self.unit_start, self.marked, out)
        return out.reshape(places.shape)


@dataclass(frozen=True)
class Meetings:
    """Seeds and, of each, the earlier ones with the same characters."""

    places: I64
    units: I32
    starts: I64
    partners: I64


def lay_out(units: pa.Table, shadows: Iterable[pa.Array], documents: int, text: U32) -> Shadows:
    """Fill ``text``, as long as all ``records.UNITS`` are, with the code points of their shadows.

    ``shadows`` are the units' in turn, in parts of any size.
    """
    length = numbers(units["length"])
    unit_start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    wide = np.empty(len(length), np.int32)
    row = 0
    for chunk in shadows:
        rows = slice(row, row + len(chunk))
        code_points(*strings(chunk), unit_start[rows], text, wide[rows])
        row += len(chunk)
    document = numbers(units["document"]).astype(np.int64)
    first_unit = np.searchsorted(document, np.arange(documents + 1)).astype(np.int64)
    marks = np.arange(0, len(text), 1 << MARKS)
    return Shadows(
        text, unit_start, document, first_unit, unit_start[first_unit], wide * 3 < length,
        np.searchsorted(unit_start, marks, "right").astype(np.int64) - 1,
    )  # fmt: skip


def sow(part: tuple[int, int], shadows: Shadows, skipped: Bools) -> pa.Table:
    """Return the seeds of the documents from one number to another: ``key, place, unit``.

    Within ``skipped`` units there are none; what reaches beyond one has some.
    """
    first, last = part
    s = shadows
    room = int(s.documents[last] - s.documents[first])
    keys, places, units = (
        np.empty(room, np.uint64),
        np.empty(room, np.int64),
        np.empty(room, np.int32),
    )
    count = winnow(
        s.text, s.documents, s.first_unit, s.unit_start, s.narrow, skipped, first, last,
        keys, places, units,
    )  # fmt: skip
    # The least of several hashes are no even spread, as a hash should be.
    mixed = keys[:count] * np.uint64(0xFF51AFD7ED558CCD)
    return pa.table({"key": mixed, "place": places[:count].copy(), "unit": units[:count].copy()})


def meet(rows: pa.Table) -> pa.Table:
    """Return the pairs of seeds that are compared: ``seed, partner``, ``capped`` and ``times``.

    ``rows`` has ``key`` and ``seed``, sorted by both. A seed is compared with the first of its key
    and the latest before it, ``PARTNERS`` in all; ``capped`` marks one pair of each key of which
    some are not compared; ``times`` is how many seeds the key has.
    """
    key, seed = numbers(rows["key"]), numbers(rows["seed"])
    which, partner, capped = earlier_rows(key, PARTNERS)
    new = np.ones(len(key), np.bool_)
    new[1:] = key[1:] != key[:-1]
    times = np.diff(np.flatnonzero(new), append=len(key)).astype(np.int32)
    return pa.table(
        {
            "seed": seed[which],
            "partner": seed[partner],
            "capped": capped,
            "times": np.repeat(times, times)[which],
        }
    )


def grow(
    part: tuple[int, int], shadows: Shadows, groups: I64, meetings: Meetings, least: int,
    share: float,
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Return the passages of some documents, of which the seeds from one number to another are.

    Parameters
    ----------
    groups
        A row per unit and a column per kind of group (-1: none): two units of one group are told
        to be alike, and not aligned.
    least
        Characters that are equal; three times as many in alphabetic text.
    share
        Of the longer of the two spans, that is equal.

    Returns
    -------
    Rows of ``kernels.COLUMNS``, by the place of the later span.
    """
    low, high = part
    found = [np.empty((0, len(kernels.COLUMNS)), np.int64)]
    room = 1024 + (high - low) // 8
    s, m = shadows, meetings
    while low < high:
        out = np.empty((room, len(kernels.COLUMNS)), np.int64)
        count, reached = kernels.grow(
            s.text, s.documents, s.document, s.unit_start, s.narrow, groups,
            m.places, m.units, m.starts, m.partners, low, high, least // 2, out,
        )  # fmt: skip
        found.append(out[:count].copy())
        if reached == low:
            room *= 4
        low = reached
    return _settled(np.concatenate(found), shadows, least, share)


def _settled(
    rows: npt.NDArray[np.int64], shadows: Shadows, least: int, share: float
) -> npt.NDArray[np.int64]:
    """Join what belongs together, trim the ends, and return what is long and alike enough."""
    s = shadows
    first, last = _units(rows, s)
    pair = s.document[first[:, 0]] * len(s.documents) + s.document[first[:, 1]]
    # The longer of two that begin in one place first.
    order = np.lexsort((-rows[:, 1], rows[:, 0], pair))
    rows, first, last = rows[order], first[order], last[order]
    gone = np.zeros(len(rows), np.bool_)
    kernels.join_neighbours(rows, first, last, s.document, share, gone)
    rows = rows[~gone]
    strip(s.text, _table(CLOSING), _table(OPENING), rows)
    rows = rows[rows[:, 4] >= least]  # what is left has no empty span
    wanted = np.where(s.narrow[s.holders(rows[:, 0])], 3 * least, least)
    longest = np.maximum(rows[:, 1] - rows[:, 0], rows[:, 3] - rows[:, 2])
    rows = rows[(rows[:, 4] >= wanted) & (rows[:, 4] >= share * longest)]
    return rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]


def frequency(rows: npt.NDArray[np.int64], places: I64, times: I32) -> I64:
    """Return in how many places what each passage says stands, about: what tells a formula.

    That is the geometric mean over those of its seeds that stand in several places: of what is
    frequent all through, not of what has a frequent run within.

    Parameters
    ----------
    rows
        Of ``kernels.COLUMNS``.
    places, times
        Of every seed, where it is, and how many have its characters.
    """
    again = np.flatnonzero(times > 1)
    places, times = places[again], times[again]
    # In whole numbers: the sum of a passage is the same wherever it stands.
    logs = np.rint(np.log2(np.arange(1, times.max(initial=0) + 1)) * 1024).astype(np.int64)
    sums = np.concatenate([[0], np.cumsum(logs[times - 1])])
    low, high = np.searchsorted(places, rows[:, 0]), np.searchsorted(places, rows[:, 1])
    mean = (sums[high] - sums[low]) / np.maximum(1, high - low)
    result: I64 = np.maximum(2, np.rint(2 ** (mean / 1024))).astype(np.int64)
    return result


def place(
    rows: npt.NDArray[np.int64], shadows: Shadows, text: pa.Array, units: pa.Table,
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
    first, last = _units(rows, shadows)
    turned = rank[first[:, 1]] > rank[first[:, 0]]
    sides = [np.where(turned, 1, 0), np.where(turned, 0, 1)]
    at = np.arange(len(rows))
    spans, begins, ends = rows[:, :4].reshape(-1, 2, 2), first, last
    columns: dict[str, npt.NDArray[np.int64]] = {}
    placed = _place_ends(
        np.concatenate([spans[at, side] for side in sides]),
        np.concatenate([begins[at, side] for side in sides]),
        np.concatenate([ends[at, side] for side in sides]),
        shadows, text, units, tables,
    )  # fmt: skip
    for number, (side, prefix) in enumerate(zip(sides, ("", "source_"), strict=True)):
        half = slice(number * len(rows), (number + 1) * len(rows))
        columns[f"{prefix}unit"] = begins[at, side]
        columns[f"{prefix}offset"] = spans[at, side, 0] - shadows.unit_start[begins[at, side]]
        columns[f"{prefix}document"] = shadows.document[begins[at, side]]
        columns[f"{prefix}length"] = spans[at, side, 1] - spans[at, side, 0]
        columns |= {f"{prefix}{name}": values[half] for name, values in placed.items()}
    columns["matched"] = rows[:, 4]
    columns["places"] = rows[:, 5]
    return pa.table({name: columns[name] for name in PASSAGES.names}, schema=PASSAGES)


def _units(rows: npt.NDArray[np.int64], s: Shadows) -> tuple[I64, I64]:
    """Return the units in which both spans of each row begin, and in which they end."""
    return s.holders(rows[:, [0, 2]]), s.holders(rows[:, [1, 3]] - 1)


def _table(marks: str) -> Bools:
    table = np.zeros(0x3100, np.bool_)
    table[[ord(mark) for mark in marks]] = True
    return table


def _place_ends(
    spans: npt.NDArray[np.int64], begins: I64, ends: I64, s: Shadows, text: pa.Array,
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
    base = offsets[s.document[which]]
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
