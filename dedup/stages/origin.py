"""Origin: which of several units had a text first, and what tells: dates, or traces of copying."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I32, I64, U8, Bools
from dedup.dates import before
from dedup.dating import FOUND
from dedup.records import BLANKED, LOST, OPEN, READINGS

__all__ = [
    "DIRECTIONS",
    "EVIDENCE",
    "REASONS",
    "STATUS",
    "Clues",
    "directions",
    "origins",
    "pair_keys",
]

I8 = npt.NDArray[np.int8]

DIRECTIONS = ("to_source", "unknown", "from_source")
"""Of a link: the unit had the text first; nothing tells; the source had it first."""
STATUS = ("dated", "inferred", "unknown")

EVIDENCE = (
    "an earlier date",
    "no readings in brackets, where the others have them",
    "no lost characters, where the others have them",
    "names and figures, where the others have blanks",
    "goes on where the others break off",
    "no traces of copying in its document, where the others have them",
    "its document speaks of an earlier year",
)
"""What tells of two units which had their text first, the strongest first."""
(_DATES, _READINGS, _LOST, _BLANKED, _OPEN, _MARKED, _NAMED) = range(len(EVIDENCE))
_NOTHING, _DISAGREE = -1, -2
REASONS = (
    *(f"the earliest date, in its {place}" for place in FOUND),
    *EVIDENCE[1:],
    "one document alone: its first place there",
    "the evidence disagrees",
    "some documents have no date, and nothing in the texts tells",
    "several documents have the earliest date, and nothing in the texts tells",
    "no dates, and nothing in the texts tells",
)
"""Of an origin; the last four leave it unknown."""
_INFERRED = len(FOUND) - 1
"""What the number of an evidence is raised by, among the reasons."""
_ALONE, _CONTRARY, _MISSING, _TIED, _UNTOLD = range(_INFERRED + len(EVIDENCE), len(REASONS))


class Clues(NamedTuple):
    """What is known of units, or of any spans of documents: a row each."""

    document: I64
    first: I32
    """With ``last`` the days between which the document is dated, as in ``dates``; 0: undated."""
    last: I32
    found: I8
    """Where that was found, an index into ``dating.FOUND``."""
    named: I32
    """The year that an undated document names most often, as in ``traces``; 0: none."""
    repeats: Bools
    """Whether it names that year more than once."""
    clean: Bools
    """Whether no text of the document that was looked at bears such a trace."""
    marked: Bools
    """Whether several do."""
    traces: U8
    """The traces of the unit itself."""
    length: I64
    """Shadow characters."""

    def take(self, rows: I64 | Bools) -> Clues:
        """Return some of the rows."""
        return Clues._make(column[rows] for column in self)


def directions(a: Clues, b: Clues, versions: I64) -> tuple[I8, I8]:
    """Say of each pair of units which had the text first.

    Dates decide where both documents have them and they are of different days. Else the traces of
    copying do, if all that there are agree: a reading, a lost character or a blank stands in one
    and nothing of its kind in the other; one is broken off where the longer one goes on; or
    a document without a date speaks of a later year than the other, or than the other's date, and
    both do so repeatedly, or are versions of one text. That one unit holds more than the other
    decides nothing: in laws and reports the longer one is the earlier one as often as the later.

    Parameters
    ----------
    a, b
        The pairs, a row of each.
    versions
        The pairs of documents that are versions of one text, as ``pair_keys``, ascending.

    Returns
    -------
    Per pair 1 (``a`` had it first), -1 (``b``) or 0 (unknown, or the same document); and the number
    in ``EVIDENCE`` of what decided (negative: nothing, or what disagrees).
    """
    earlier = before(a.first, a.last, b.first, b.last).astype(np.int8)
    later = before(b.first, b.last, a.first, a.last)
    sign = (earlier - later).astype(np.int8)
    why = np.where(sign != 0, _DATES, _NOTHING).astype(np.int8)
    apart = a.document != b.document
    sign[~apart] = 0
    why[~apart] = _NOTHING
    open_ = np.flatnonzero(apart & (sign == 0))
    if len(open_):
        sign[open_], why[open_] = _infer(a.take(open_), b.take(open_), versions)
    return sign, why


def pair_keys(a: I64, b: I64) -> I64:
    """Return a number for each pair of documents, whichever comes first."""
    keys: I64 = (np.minimum(a, b) << 32) | np.maximum(a, b)
    return keys


def _infer(a: Clues, b: Clues, versions: I64) -> tuple[I8, I8]:
    """Return what ``directions`` does where dates tell nothing."""
    votes = np.zeros((len(EVIDENCE), len(a.document)), np.int8)
    for bit, evidence in ((READINGS, _READINGS), (LOST, _LOST), (BLANKED, _BLANKED)):
        without_a: Bools = (a.traces & bit) == 0
        without_b: Bools = (b.traces & bit) == 0
        votes[evidence] = _sign(without_a, without_b)
    votes[_OPEN] = _sign(_goes_on(a, b), _goes_on(b, a))
    votes[_MARKED] = _sign(a.clean & b.marked, b.clean & a.marked)
    telling = a.repeats & b.repeats | _among(pair_keys(a.document, b.document), versions)
    votes[_NAMED] = _sign(telling & _speaks_later(b, a), telling & _speaks_later(a, b))
    for_a: Bools = np.any(votes > 0, axis=0)
    for_b: Bools = np.any(votes < 0, axis=0)
    sign = _sign(for_a & ~for_b, for_b & ~for_a)
    why = np.where(sign != 0, (votes != 0).argmax(0), _NOTHING)
    return sign, np.where(for_a & for_b, _DISAGREE, why).astype(np.int8)


def _among(keys: I64, versions: I64) -> Bools:
    if not len(versions):
        return np.zeros(len(keys), bool)
    found: Bools = versions[np.searchsorted(versions[:-1], keys)] == keys
    return found


def _goes_on(a: Clues, b: Clues) -> Bools:
    """Say of each pair whether ``b`` is broken off where ``a``, longer, is not."""
    result: Bools = ((b.traces & OPEN) > 0) & ((a.traces & OPEN) == 0) & (b.length < a.length)
    return result


def _speaks_later(a: Clues, b: Clues) -> Bools:
    """Say of each pair whether ``a``, undated, speaks of a later year than ``b`` does or is of."""
    year = np.where(b.first > 0, b.last // 10_000, b.named)
    later: Bools = (a.first == 0) & (a.named > year) & (year > 0)
    return later


def _sign(yes: Bools, no: Bools) -> I8:
    return yes.astype(np.int8) - no.astype(np.int8)


def origins(group: I64, clues: Clues, versions: I64) -> pa.Table:
    """Say of each group of units where its text comes from.

    The origin is the unit that had the text before every unit of another document, by
    ``directions``. It is ``dated`` if dates alone say so, else ``inferred``; where there is no
    such unit the origin is ``unknown``.

    Parameters
    ----------
    group
        Per unit, its group; equal ones side by side.
    clues
        Of the units; within a group in the order of the corpus.
    versions
        As ``directions`` has them.

    Returns
    -------
    pa.Table
        A row per group, in their order: ``group``, ``row`` (of the origin in ``clues``, -1 if it is
        unknown), ``status`` and ``reason`` (strings).
    """
    first, sure = _first_by_date(group, clues)
    holder, starts = _holders(group)
    apart = clues.document[first][holder] != clues.document
    several = _any(holder, apart, len(starts))
    status = np.where(several, 0, 1).astype(np.int8)
    reason = np.where(several, clues.found[first], _ALONE).astype(np.int64)
    left = _any(holder, ~sure, len(starts))
    if left.any():
        rows = np.flatnonzero(left[holder])
        told = _inferred(group[rows], clues.take(rows), versions)
        first[left], status[left], reason[left] = rows[told[0]], told[1], told[2]
    return pa.table(
        {
            "group": pa.array(group[starts], pa.int64()),
            "row": pa.array(np.where(status == 2, -1, first), pa.int64()),
            "status": _coded(status, STATUS),
            "reason": _coded(reason, REASONS),
        }
    )


def _coded(codes: npt.NDArray[Any], names: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, pa.int8()), pa.array(names, pa.large_string())
    )


def _first_by_date(group: I64, clues: Clues) -> tuple[I64, Bools]:
    """Return what dates alone say of groups of units.

    Returns
    -------
    Per group the row of the unit that no other one is surely before, if there is such a unit; and
    per unit whether that one is surely before it, or in the same document.
    """
    holder, starts = _holders(group)

    def compare(a: I64, b: I64) -> I8:
        dates = (clues.first[a], clues.last[a], clues.first[b], clues.last[b])
        return _sign(before(*dates), before(*dates[2:], *dates[:2]))

    first = _winner(starts, len(group), compare)
    mine = first[holder]
    sure = before(clues.first[mine], clues.last[mine], clues.first, clues.last)
    sure |= clues.document[mine] == clues.document
    return first, sure


def _inferred(group: I64, clues: Clues, versions: I64) -> tuple[I64, I8, I64]:
    """Return the row, status and reason of the origin of groups that dates leave open."""
    holder, starts = _holders(group)
    count = len(starts)
    first = _winner(
        starts, len(group), lambda a, b: directions(clues.take(a), clues.take(b), versions)[0]
    )
    sign, why = directions(clues.take(first[holder]), clues, versions)
    other = clues.document[first][holder] != clues.document
    # The evidence that decided most often, among that which is not a date.
    told = np.flatnonzero(other & (sign > 0) & (why > 0))
    tally = np.bincount(holder[told] * len(EVIDENCE) + why[told], minlength=count * len(EVIDENCE))
    evidence = tally.reshape(count, len(EVIDENCE)).argmax(1)

    dated = clues.first > 0
    contrary = _any(holder, other & ((sign < 0) | (why == _DISAGREE)), count)
    missing = _any(holder, other & (sign == 0) & ~dated, count) | ~dated[first]
    known = _any(holder, dated, count)
    unknown = np.select([contrary, missing & known, known], [_CONTRARY, _MISSING, _TIED], _UNTOLD)
    found = ~_any(holder, other & (sign <= 0), count)
    reason = np.where(found, _INFERRED + evidence, unknown)
    return first, np.where(found, 1, 2).astype(np.int8), reason


def _holders(group: I64) -> tuple[I64, I64]:
    """Return the number of each row's group, counted from 0, and where each group starts."""
    new = np.append(True, group[1:] != group[:-1])[: len(group)]
    return np.cumsum(new) - 1, np.flatnonzero(new)


def _winner(starts: I64, count: int, compare: Callable[[I64, I64], npt.NDArray[np.int8]]) -> I64:
    """Return, per group, the row that beats every other one, if there is such a row.

    Pairs play until one of each group is left: who beats all is never beaten. So each group takes
    as many comparisons as it has rows. Of two that do not beat each other the first stays.
    """
    size = np.diff(np.append(starts, count))
    left = np.arange(count)
    while (size > 1).any():
        first = np.append(0, np.cumsum(size)[:-1])
        place = np.arange(len(left)) - np.repeat(first, size)
        even = place % 2 == 0
        plays = np.flatnonzero(even & (place + 1 < np.repeat(size, size)))
        beaten = plays[compare(left[plays], left[plays + 1]) < 0]
        left[beaten] = left[beaten + 1]
        left, size = left[even], (size + 1) // 2
    return left


def _any(holder: I64, which: Bools, count: int) -> Bools:
    return np.bincount(holder[which], minlength=count) > 0
