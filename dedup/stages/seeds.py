"""Seeds: few of all places, the same wherever text is the same; those that meet may be passages.

Most seeds occur once, and lead nowhere. So their hashes are noted first, in a few bits each, and
only those are gathered, in another pass, that seem to occur again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I32, I64, U8, U32, U64, Array, Bools, numbers, strings
from dedup.kernels.group import rows_again
from dedup.kernels.passages import RUN_WIDE
from dedup.kernels.seeds import NARROW, WIDE, code_points, winnow
from dedup.places import Places
from dedup.shadows import Part

__all__ = ["KEY_BITS", "Documents", "Filter", "frequencies", "linked", "meet", "note", "sow"]

KEY_BITS = 35
"""Of the hash of a seed, that are compared."""
SIDE = RUN_WIDE - WIDE[0]
"""Characters before a seed, and behind it, that are told by few bits each."""
NIBBLE = 4


@dataclass(frozen=True)
class Documents:
    """Some documents that follow each other, with the shadow texts of their units."""

    first: int
    last: int
    shadows: Part


@dataclass(frozen=True)
class Filter:
    """What is noted of the hashes of all seeds."""

    bits: int
    again: U8

    def rows(self, values: U32) -> I64:
        """Return the rows whose value seems to occur again."""
        rows = np.empty(len(values), np.int64)
        return rows[: rows_again(values, self.bits, self.again, rows)]


def note(part: Documents, places: Places, skipped: Bools) -> tuple[U32, Bools]:
    """Return what is noted of each seed, and which of the units are alphabetic."""
    keys, _, _, narrow = _winnowed(part, places, skipped)
    return _noted(keys), narrow


def sow(part: Documents, places: Places, skipped: Bools, again: Filter | None) -> pa.Table:
    """Return the seeds that may occur again: ``key``, ``place`` and ``around``.

    Within ``skipped`` units there are none; what reaches beyond one has some. ``around`` has a few
    bits of each of the characters before and behind it.
    """
    keys, at, text, narrow = _winnowed(part, places, skipped)
    if again is not None:
        some = again.rows(_noted(keys))
        keys, at = keys[some], at[some]
    base = places.documents[part.first]
    unit = places.holders(at + base) - places.first_unit[part.first]
    behind = at + np.where(narrow[unit], NARROW[0], WIDE[0])
    return pa.table({"key": keys, "place": at + base, "around": _around(text, at, behind)})


def _winnowed(part: Documents, places: Places, skipped: Bools) -> tuple[U64, I64, U32, Bools]:
    """Return keys of seeds and where they are in the text, that text, and its alphabetic units."""
    units = slice(places.first_unit[part.first], places.first_unit[part.last])
    base = places.documents[part.first]
    starts = places.unit_start[units.start : units.stop + 1] - base
    text, wide = np.empty(starts[-1], np.uint32), np.empty(len(starts) - 1, np.int32)
    code_points(*strings(part.shadows.all()), starts[:-1], text, wide)
    narrow = wide * 3 < np.diff(starts)
    keys, at = np.empty(len(text), np.uint64), np.empty(len(text), np.int64)
    count = winnow(
        text,
        places.documents[part.first : part.last + 1] - base,
        places.first_unit[part.first : part.last + 1] - units.start,
        starts,
        narrow,
        np.array(skipped[units]),
        0,
        part.last - part.first,
        keys,
        at,
    )
    # The least of several hashes are no even spread, as a hash should be.
    mixed = keys[:count] * np.uint64(0xFF51AFD7ED558CCD)
    high = mixed >> np.uint64(61) << np.uint64(32)
    return high | (mixed >> np.uint64(20) & np.uint64(0xFFFFFFFF)), at[:count].copy(), text, narrow


def _noted(keys: U64) -> U32:
    """Spread keys over 32 bits."""
    return keys.astype(np.uint32) ^ (keys >> np.uint64(32)).astype(np.uint32) * np.uint32(
        0x9E3779B1
    )


def _around(text: U32, starts: I64, ends: I64) -> U32:
    """Return ``NIBBLE`` bits of each character next to a seed: behind it, and before it above."""
    out = np.zeros(len(starts), np.uint32)
    for step in range(SIDE):
        for at, shift in ((ends + step, step), (starts - 1 - step, SIDE + step)):
            code = text[np.clip(at, 0, len(text) - 1)] * np.uint32(0x9E3779B1)
            out |= code >> np.uint32(32 - NIBBLE) << np.uint32(NIBBLE * shift)
    return out


def meet(rows: pa.Table, places: Places, groups: I32) -> pa.Table:
    """Return of each seed the earlier ones that it is compared with: ``first`` and ``latest``.

    That is the first with its key, and the latest before it if that is another one; -1 where there
    is none, or the two units are in a group together, or the texts differ too near to the seeds.

    Parameters
    ----------
    rows
        ``key``, ``place`` and ``around``, sorted by ``key`` and ``place``.
    groups
        Per unit and kind of group, its group, -1 for none.

    Returns
    -------
    pa.Table
        ``place``, ``first``, ``latest``; ``times``, how many seeds have its key; ``capped``, set
        for one seed of each key of which some are not compared.
    """
    key, place, around = (numbers(rows[name]) for name in ("key", "place", "around"))
    place = place.astype(np.int64)
    at = np.arange(len(key))
    new = np.ones(len(key), np.bool_)
    new[1:] = key[1:] != key[:-1]
    starts = np.flatnonzero(new)
    times = np.diff(starts, append=len(key))
    begin = np.repeat(starts, times)
    units = places.holders(place)

    def partner(rows: I64, other: I64) -> I64:
        """Return the places of others, where a passage of both may be."""
        may = ~linked(units[rows], units[other], groups) & _alike(around[rows], around[other])
        out = np.full(len(key), -1, np.int64)
        out[rows[may]] = place[other[may]]
        return out

    later, third = np.flatnonzero(at > begin), np.flatnonzero(at - 1 > begin)
    return pa.table(
        {
            "place": place,
            "first": partner(later, begin[later]),
            "latest": partner(third, third - 1),
            "times": np.repeat(times, times),
            "capped": at - begin == 3,  # the first with one before it that it passes over
        }
    )


def linked(a: I64, b: I64, groups: I32) -> Bools:
    """Say which pairs of units are in a group together, so that their likeness is told."""
    ours, theirs = groups[a], groups[b]
    together: Bools = ((ours >= 0) & (ours == theirs)).any(axis=1) & (a != b)
    return together


def _alike(a: Array, b: Array) -> Bools:
    """Say where so many of the characters next to two seeds are alike that a run is long enough.

    In alphabetic text more would be needed; nothing that is long enough is left out.
    """
    differing = a ^ b
    alike = np.zeros(len(differing), np.int8)
    for side in (0, SIDE):
        for count in range(1, SIDE + 1):
            bits = (1 << NIBBLE * count) - 1 << NIBBLE * side
            alike += (differing & np.uint32(bits)) == 0
    enough: Bools = alike >= SIDE
    return enough


def frequencies(times: Array) -> npt.NDArray[np.uint16]:
    """Return the logarithm of how often a seed occurs, in 1024ths: a sum of them is exact.

    >>> frequencies(np.array([1, 2, 8])).tolist()
    [0, 1024, 3072]
    """
    logs: npt.NDArray[np.uint16] = np.rint(np.log2(times) * 1024).astype(np.uint16)
    return logs
