"""Excise: which sentences of passages go, because their sources say them, and where those end.

A sentence is what the drop rule takes for one (``dedup.sentences``); the end of a unit ends it,
too. What stands for one that goes is an earlier one that says the same, in a unit that is not
dropped: so of all that say the same, the first in keep order among such units never goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.columns import I64, U8, U32, U64, Bools, each_once, strings
from dedup.kernels.ends import bytes_at
from dedup.kernels.seeds import code_points
from dedup.kernels.sentences import sentence_hashes
from dedup.kernels.spans import copy_spans
from dedup.sentences import Marks

__all__ = [
    "Places", "Sentences", "Standing", "cut_sentences", "in_units", "runs_of", "sentences_of",
]  # fmt: skip

OPENING = "([{<«‹〈《「『【〔〖“‘"
"""Marks before a sentence that go with it; others go with the sentence before them."""


@dataclass(frozen=True)
class Sentences:
    """The sentences of some units, and labels before them, in the order of the corpus.

    Places are shadow characters from the start of the unit.
    """

    unit: I64
    begin: I64
    """Of the first character that says something."""
    end: I64
    """After the last one."""
    cut: I64
    """Where it is cut off from the one before; 0 for the first of its unit."""
    key: U64
    """The same of two sentences that say the same."""


@dataclass(frozen=True)
class Places:
    """The passages on the line of all shadow characters, and the units along it."""

    unit_start: I64
    """Where each unit begins, and one more."""
    span: I64
    """int64[p, 2]: where each passage begins and ends."""
    source: I64
    """The same of its source."""


@dataclass(frozen=True)
class Standing:
    """What is known of the units: which may be cut, and which stay to stand for others."""

    stays: Bools
    """Per unit, whether it is neither dropped nor masked."""
    cuts: Bools
    """Per unit, whether sentences of it may go."""
    target: I64
    """Per unit, the one it is dropped or masked for, -1 for none: that says what it said."""
    rank: I64
    """Per unit, its place in keep order."""


def sentences_of(
    shadow: pa.Array, units: I64, marks: Marks, exact: bool
) -> tuple[Sentences, pa.Array | None]:
    """Return the sentences of shadow texts, of the units of these numbers.

    With ``exact`` also what each of them is, as a large_string: its key tells what it says alone.
    """
    text, offsets = strings(shadow)
    heads = np.flatnonzero((text[offsets[0] : offsets[-1]] & 0xC0) != 0x80) + offsets[0]
    unit_start = np.searchsorted(heads, offsets).astype(np.int64)
    longest = int(np.diff(unit_start).max(initial=0))
    room = len(heads) + len(units)
    values, spans = np.empty(room, np.uint64), np.empty((room + 1, 2), np.int32)
    starts = np.empty(len(offsets), np.int64)
    cp, kinds = np.empty(longest + 4, np.uint32), np.empty(longest + 4, np.uint8)
    sentence_hashes(text, offsets, marks.of, marks.turns, cp, kinds, values, starts, spans)
    told = np.ones(starts[-1], np.bool_)
    told[starts[:-1]] = False  # the hash of the whole
    at = np.flatnonzero(told)
    of = np.repeat(np.arange(len(units)), np.diff(starts) - 1)
    begin, end = spans[at, 0].astype(np.int64), spans[at, 1].astype(np.int64)
    points = np.empty(len(heads), np.uint32)
    code_points(text, offsets, unit_start, points, np.empty(len(units), np.int32))
    cut = _cuts(points, unit_start[of] + begin, unit_start[of], np.diff(of, prepend=-1) > 0, end)
    found = Sentences(units[of], begin, end, cut, values[at])
    if not exact:
        return found, None
    heads = np.append(heads, offsets[-1])
    first, last = heads[unit_start[of] + begin], heads[unit_start[of] + end]
    sizes = np.concatenate([[0], np.cumsum(last - first)]).astype(np.int64)
    data = np.empty(sizes[-1], np.uint8)
    copy_spans(text, first, last, data)
    return found, pa.LargeStringArray.from_buffers(len(of), pa.py_buffer(sizes), pa.py_buffer(data))


def _cuts(points: U32, place: I64, start: I64, first: Bools, end: I64) -> I64:
    """Return where each sentence is cut off: before the marks that open it; 0 of first ones.

    ``place`` and ``start`` are of the sentence and its unit, among all ``points``.
    """
    opens = np.zeros(0x3100, np.bool_)
    opens[[ord(mark) for mark in OPENING]] = True
    cut = np.where(first, start, place)
    least = start + np.where(first, 0, np.append(0, end[:-1]))
    moving = np.flatnonzero(cut > least)
    while len(moving):
        code = np.minimum(points[cut[moving] - 1], len(opens) - 1)
        moving = moving[opens[code]]
        cut[moving] -= 1
        moving = moving[cut[moving] > least[moving]]
    return cut - start


def cut_sentences(
    sentences: Sentences, places: Places, units: Standing, least: int, word_for_word: bool
) -> tuple[I64, I64]:
    """Return the sentences that go, each once for every passage that says so: passage, sentence.

    Those of a passage go that lie within it whole. Word for word, one goes if its source has one
    that says the same, in a unit that stays, or that was dropped for one that stays and has it; and
    if that one is earlier: in a unit that is earlier in keep order, or earlier in the same unit.
    Else, all of them go if all units of the source stay and are earlier. So nothing goes for what
    goes for it in turn, however passages are chained.

    Sentences in a row that have fewer than ``least`` shadow characters stay.
    """
    s, starts = sentences, places.unit_start
    begin, end = starts[s.unit] + s.begin, starts[s.unit] + s.end
    low, high = _within(places.span, begin, end)
    passage, which = _listed(low, high)
    able = units.cuts[s.unit[which]]
    passage, which = passage[able], which[able]
    if word_for_word:
        order = np.empty(len(s.unit), np.int64)
        order[np.lexsort((s.begin, units.rank[s.unit]))] = np.arange(len(s.unit))
        held, stands = _standing(s, places, begin, end, units)
        _, key = np.unique(s.key, return_inverse=True)
        size = int(key.max(initial=0)) + 1
        known, first = np.unique(held * size + key[stands], return_inverse=True)
        earliest = np.full(len(known) + 1, len(order), np.int64)
        np.minimum.at(earliest, first, order[stands])
        wanted = passage * size + key[which]
        at = np.searchsorted(known, wanted)
        there = np.append(known, -1)[at] == wanted
        may = there & (earliest[at] < order[which])
    else:
        may = _all_earlier(s, places, begin, units, passage, which)
    passage, which = passage[may], which[may]
    goes = np.zeros(len(s.unit), np.bool_)
    goes[which] = True
    first, last = runs_of(goes, s.unit)
    short = end[last] - begin[first] < least
    goes[_listed(first[short], last[short] + 1)[1]] = False
    left = goes[which]
    return passage[left], which[left]


def runs_of(goes: Bools, unit: I64) -> tuple[I64, I64]:
    """Return the first and the last sentence of each run of those that go, within one unit."""
    at = np.flatnonzero(goes)
    opens = (np.diff(at, prepend=-2) > 1) | (np.diff(unit[at], prepend=-1) != 0)
    first = np.flatnonzero(opens)
    return at[first], at[np.append(first[1:], len(at)) - 1] if len(at) else at


def _within(spans: I64, begin: I64, end: I64) -> tuple[I64, I64]:
    """Return which sentences lie within each span: from one to before the other."""
    low = np.searchsorted(begin, spans[:, 0])
    high = np.searchsorted(end, spans[:, 1], "right")
    return low.astype(np.int64), np.maximum(low, high).astype(np.int64)


def _listed(low: I64, high: I64) -> tuple[I64, I64]:
    """Return every number from each ``low`` to before its ``high``, and which pair it is of."""
    counts = high - low
    of = np.repeat(np.arange(len(low)), counts)
    within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    return of, low[of] + within


def _standing(
    s: Sentences, places: Places, begin: I64, end: I64, units: Standing
) -> tuple[I64, I64]:
    """Return the sentences that may stand for others: passage, sentence."""
    passage, which = _listed(*_within(places.source, begin, end))
    there = units.stays[s.unit[which]]
    # Of a unit that was dropped for another one, that one's.
    target = units.target[s.unit[which]]
    moved = ~there & (target >= 0)
    size = len(units.rank)
    pairs = each_once(passage[moved] * size + target[moved])
    gone, first = pairs // size, pairs % size
    gone, first = gone[units.stays[first]], first[units.stays[first]]
    of, more = _listed(np.searchsorted(s.unit, first), np.searchsorted(s.unit, first, "right"))
    return np.concatenate([passage[there], gone[of]]), np.concatenate([which[there], more])


def _all_earlier(
    s: Sentences, places: Places, begin: I64, units: Standing, passage: I64, which: I64
) -> Bools:
    """Return of which sentences the whole source stays, and is earlier."""
    starts, source = places.unit_start, places.source
    first = np.searchsorted(starts, source[:, 0], "right") - 1
    last = np.searchsorted(starts, source[:, 1] - 1, "right") - 1
    of, unit = _listed(first, last + 1)
    latest = np.full(len(source), -1, np.int64)
    np.maximum.at(latest, of, np.where(units.stays[unit], units.rank[unit], len(units.rank)))
    mine = units.rank[s.unit[which]]
    before = source[passage, 1] <= begin[which]
    same = (first[passage] == s.unit[which]) & (last[passage] == s.unit[which])
    earlier: Bools = (latest[passage] < mine) | (same & before & units.stays[s.unit[which]])
    return earlier


def in_units(
    stretches: I64, origins: I64, lengths: I64, data: U8, bytes_: I64, sizes: I64, masks: bool
) -> tuple[I64, I64]:
    """Return where stretches of shadow characters start and end in their units: code points.

    What follows a stretch and is folded away goes with it: readings, white space. White space does
    not if it is to be masked; before the end of a unit, that goes which is before the stretch.

    Parameters
    ----------
    stretches
        int64[k, 3]: the unit, and from where to where.
    origins, lengths
        Of the shadow texts of all units, one after the other, and how long each is.
    data, bytes_, sizes
        The text, where each unit begins in it, and how many code points it has.
    masks
        Whether there is to be a marker.
    """
    unit, begin, end = stretches.T
    base = np.concatenate([[0], np.cumsum(lengths)])[unit]
    origins = np.append(origins, 0)
    final = end == lengths[unit]
    starts = origins[base + begin]
    ends = np.where(final, sizes[unit], origins[base + end])
    if masks:
        ends = _trimmed(data, bytes_[unit], ends)
    else:
        inner = final & (begin > 0)
        starts[inner] = _trimmed(data, bytes_[unit[inner]], starts[inner])
    return starts, ends


def _trimmed(data: U8, starts: I64, counts: I64) -> I64:
    """Return how many code points from each start, without white space at their end."""
    order = np.lexsort((counts, starts))
    out, told = np.empty((2, len(starts)), np.int64)
    bytes_at(data, starts[order], counts[order], True, out, told)
    result = np.empty(len(order), np.int64)
    result[order] = told
    return result
