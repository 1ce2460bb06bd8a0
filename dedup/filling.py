"""Filling: in how many of a template's units a slot has something else, and what else differs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup import masking
from dedup.columns import F64, I64, U32, Bools
from dedup.kinds import KINDS
from dedup.templates import ORDER, Templates

__all__ = ["Filling", "filling"]

LEVELS = (
    "省市县区乡镇州盟旗级以上下及和或、()设的自治地各直辖城街道办事处人民政府代表大会常务委员会"
)
"""市、县(区) in place of 县级以上: which places are meant, by their rank and not by name."""
PROVISIONS = "条款项章节编篇目"
"""Counted by numbers that an amended law has others of."""
OPENING, CLOSING = "《〈", "》〉"

_TYPED = [KINDS.index(kind) for kind in ("number", "date", "place")]
_COUNTS = [KINDS.index(kind) for kind in ("number", "date")]


class Filling(NamedTuple):
    """Of each row of templates."""

    filled: F64
    """Of the slots for figures, dates, places, organisations and titles, that with the most units
    that have something else in it than most have: the share of those."""
    kind: npt.NDArray[np.int64]
    """Its kind, an index into ``KINDS``: of several, that which says most."""
    reworded: F64
    """Shadow characters in which the other texts differ beside such slots, of the first one's."""


def filling(templates: Templates, text: U32, starts: I64, labels: I64) -> Filling:
    """Return what stands in the slots of each row, and how much differs beside them.

    No slots are numbers of articles and chapters, labels, and ranks of places (``LEVELS``).

    Parameters
    ----------
    templates
        Of clusters and families.
    text, starts
        Code points of the first texts of the rows, and where each begins; one more than there are.
    labels
        Code points of the label that each of those begins with.
    """
    t = templates
    row = np.repeat(np.arange(t.rows), t.slots.counts)
    lead = t.lead_values
    begin, end = t.slots.begin[lead], t.slots.end[lead]
    kinds, place = t.slot_kinds, starts[row]
    empty = begin == end

    def character(at: I64) -> U32:
        """Return what stands at a place of each row's text, 0 before and after it."""
        inside = (at >= 0) & (at < starts[row + 1] - place)
        return np.where(inside, text[np.minimum(place + at, len(text) - 1)], 0).astype(np.uint32)

    def counted(characters: Bools) -> I64:
        """Return how many of the marked characters stand before each place."""
        return np.concatenate([[0], np.cumsum(characters)]).astype(np.int64)

    digits = counted((text >= ord("0")) & (text <= ord("9")))
    levels = counted(_among(text, LEVELS))
    titles = counted(_among(text, OPENING)) - counted(_among(text, CLOSING))
    in_title = (titles[place + begin] > titles[place]) & (titles[place + end] > titles[place])
    digit = digits[place + end] > digits[place + begin]
    counts = np.isin(kinds, _COUNTS) | digit

    before, first = character(begin - 1), character(begin)
    last, after = character(end - 1), character(end)
    numbered = _among(last, PROVISIONS) | _among(after, PROVISIONS)
    provision = (_among(before, "第") | (_among(first, "第") & ~empty)) & numbered
    numerals = counted(_among(text, masking.NUMERALS))
    wordless = numerals[place + end] == numerals[place + begin]
    label = (begin < labels[row]) | ((begin == 0) & wordless & (kinds == KINDS.index("number")))
    rank = ~empty & (levels[place + end] - levels[place + begin] == end - begin)
    typed = np.isin(kinds, _TYPED) | in_title | digit
    slot = typed & ~rank & ~(counts & (provision | label))

    # What is there or not there is no slot that is filled in: only values are compared.
    distinct = t.distinct
    there = t.slots.begin[distinct.value] < t.slots.end[distinct.value]
    of = t.value_slot[distinct.value]
    # The first value of a slot is the first text's, and so are those that are damaged.
    damaged = t.slots.damaged[distinct.value]
    units = distinct.units * there
    np.add.at(units, distinct.slot_starts[of[damaged]], units[damaged])
    units[damaged] = 0
    total = np.bincount(of, units, len(row))
    most = np.zeros(len(row))
    np.maximum.at(most, of, units)
    other = np.where(slot, 1 - most / np.maximum(total, 1), 0.0)
    other[total == 0] = 0
    filled, kind = np.zeros(t.rows), np.zeros(t.rows, np.int64)
    np.maximum.at(filled, row, other)
    fullest = np.flatnonzero((other > 0) & (other == filled[row]))
    rank_of = np.argsort(ORDER)
    fullest = fullest[np.argsort(-rank_of[kinds[fullest]], kind="stable")]
    kind[row[fullest]] = kinds[fullest]  # the last written stays

    mine = lead[t.value_slot]
    sizes = t.slots.end - t.slots.begin
    either = (sizes == 0) | (sizes[mine] == 0)
    told = typed[t.value_slot] & ~(either & slot[t.value_slot])
    differs = (t.slots.hashes != t.slots.hashes[mine]) & ~told & ~t.slots.damaged
    weight = t.units[t.value_entry] * differs
    entry_row = t.entry_row
    characters = np.bincount(
        entry_row[t.value_entry], weight * np.maximum(sizes, sizes[mine]), t.rows
    )
    units = np.bincount(entry_row, t.units, t.rows) - t.units[t.entry_starts[:-1]]
    lengths = np.diff(starts)
    reworded = characters / np.maximum(units, 1) / np.maximum(lengths, 1)
    return Filling(filled, kind, reworded)


def _among(text: U32, characters: str) -> Bools:
    """Return which code points are one of some characters."""
    found: Bools = np.isin(text, [ord(character) for character in characters])
    return found
