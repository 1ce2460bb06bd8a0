"""Anchors: which documents share something, and which of their units are alike.

Two units of one text, cluster or family are an anchor, and so are the two sides of a passage,
unless what they say stands in so many places that it tells of no two of them that they share
something.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.columns import I64, U64, Array, Bools, numbers
from dedup.partners import earlier_rows

__all__ = ["Held", "counts", "hold", "meet", "steps", "telling", "tells", "unit_anchors", "weighed"]

CHARACTERS_TO_A_PLACE = 3
"""Of a text that stands in many places: it tells of two of them that they share something if it has
so many characters to each.

A heading of nine may stand in three documents, a paragraph of ninety in thirty. Less, and what
everybody writes (其他违反法律、法规的行为) begins to join what has nothing to do with each other;
more, and what was copied by many is lost. (Of passages of laws that were read, below 2.5 formulas
begin to mix in, and below 1.5 there is little else.)
"""
PARTNERS = 16
"""Earlier documents that one is compared with for what all of them share: the first, the latest."""
TIMES = 4
"""A group that stands in a document more often than this tells no place in it.

But for a text that stands in both documents equally often: then the first goes with the first.
"""
TEXT = 0
"""The kind of group that is one text; clusters and families follow."""
_MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_ONE = np.uint64(1)


def telling(places: I64, characters: I64) -> Bools:
    """Return which texts tell of two places that they share something, and are no boilerplate.

    Parameters
    ----------
    places
        How many each stands in.
    characters
        Of its shadow text, as ``weighed`` has them.
    """
    result: Bools = places * CHARACTERS_TO_A_PLACE <= characters
    return result


def weighed(characters: I64, size: I64) -> I64:
    """Return characters with those of alphabetic text, of which a word has several, as a third.

    ``size`` is in bytes, of the original: alphabetic text has fewer than two to a character.
    """
    result: I64 = np.where(size < 2 * characters, characters // 3, characters)
    return result


@dataclass(frozen=True)
class Held:
    """The groups that the units of ``d`` documents hold: ``n`` rows, by unit."""

    unit: Array
    group: Array
    kind: Array
    """0 of a text, 1 of a cluster, 2 of a family."""
    documents: I64
    """Where the rows of each document begin; one more than there are."""
    keys: I64
    """Of each row its document and its group, as ``document * groups + group``, sorted."""
    rows: Array
    """The row of each key."""
    times: Array
    """Of each row, how many of its document have its group."""
    nth: Array
    """Of each row, how many of those come before it."""
    groups: int


def counts(of: I64, document: I64, length: I64) -> tuple[Array, Array, Array, Array]:
    """Return of some documents each group that their units are in, and what it is counted by.

    Those are its units, their characters, and the documents it stands in.

    Parameters
    ----------
    of
        A row per unit and a column per kind of group (-1: none); no two groups of one number.
    document, length
        Per unit, its document and its shadow characters, as ``weighed`` has them.
    """
    unit, kind = np.nonzero(of >= 0)
    group = of[unit, kind]
    order = np.lexsort((document[unit], group))
    group, unit = group[order], unit[order]
    place = np.ones(len(order), np.int64)
    place[1:] = (group[1:] != group[:-1]) | (document[unit[1:]] != document[unit[:-1]])
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    if not len(starts):
        return group, group, group, group
    counted = (np.ones_like(place), length[unit], place)
    units, characters, places = (np.add.reduceat(values, starts) for values in counted)
    return group[starts], units, characters, places


def tells(units: Array, characters: Array, places: Array) -> Bools:
    """Return which groups tell something, by their units, the characters of those, and documents.

    By its mean a group has so many characters.
    """
    return (places > 1) & telling(places, characters // np.maximum(1, units))


def hold(of: I64, document: I64, wanted: Bools, documents: int) -> Held:
    """Return what units hold of groups, of those that are ``wanted``.

    Parameters
    ----------
    of, document
        As ``counts`` has them, of whole documents.
    wanted
        Of each group.
    documents
        How many there are.
    """
    unit, kind = np.nonzero((of >= 0) & wanted[of])
    group = of[unit, kind]
    groups = len(wanted)
    key = document[unit] * groups + group
    rows = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[rows], prepend=-1))
    sizes = np.diff(starts, append=len(rows))
    times = np.empty(len(rows), np.int64)
    times[rows] = np.repeat(sizes, sizes)
    nth = np.empty(len(rows), np.int64)
    nth[rows] = np.arange(len(rows)) - np.repeat(starts, sizes)
    firsts = np.searchsorted(document[unit], np.arange(documents + 1))
    return Held(unit, group, kind, firsts, key[rows], rows, times, nth, groups)


def steps(held: Held, low: int, high: int) -> pa.Table:
    """Return what two documents may meet at: ``key`` (uint64), and ``document``.

    A group, and a step from one to the next or to the one after that: where many documents share a
    group, few share a step. Keys of steps are odd; rows are by document, of those from ``low`` up
    to ``high``.
    """
    document = np.repeat(np.arange(low, high), np.diff(held.documents[low : high + 1]))
    here = slice(held.documents[low], held.documents[high])
    group, kind = held.group[here], held.kind[here]
    keys = [_mixed(group, np.zeros_like(group)) & ~_ONE]
    holders = [document]
    for each in range(int(kind.max(initial=-1)) + 1):
        row = np.flatnonzero(kind == each)
        for far in (1, 2):
            within = document[row[far:]] == document[row[:-far]]
            first, second = row[:-far][within], row[far:][within]
            keys.append(_mixed(group[first], group[second]) | _ONE)
            holders.append(document[first])
    of = np.concatenate(holders)
    order = np.argsort(of, kind="stable")
    return pa.table({"key": np.concatenate(keys)[order], "document": of[order]})


def _mixed(a: Array, b: Array) -> U64:
    value = a.astype(np.uint64) * _MIX[0] + b.astype(np.uint64)
    value = (value ^ value >> np.uint64(32)) * _MIX[1]
    return value ^ value >> np.uint64(29)


def meet(rows: pa.Table) -> pa.Table:
    """Return the pairs of documents that meet: ``a, b`` (a < b), ``weight`` and ``capped``.

    ``rows`` has ``key`` and ``document``, sorted by both. A document meets the first of its key and
    the latest before it, ``PARTNERS`` in all; ``capped`` marks one pair of each key of which some
    are not compared. A step weighs 2: it is made of two anchors.
    """
    key, document = numbers(rows["key"]), numbers(rows["document"])
    again = np.zeros(len(key), np.bool_)
    again[1:] = (key[1:] == key[:-1]) & (document[1:] == document[:-1])
    key, document = key[~again], document[~again]
    later, earlier, capped = earlier_rows(key, PARTNERS)
    return pa.table(
        {
            "a": document[earlier],
            "b": document[later],
            "weight": 1 + (key[later] & _ONE).astype(np.int64),
            "capped": capped,
        }
    )


def unit_anchors(a: I64, b: I64, held: Held) -> tuple[I64, I64, I64]:
    """Return the pairs of units that pairs of documents share: the pair's number, and both units.

    Parameters
    ----------
    a, b
        Of each pair, both documents; ``a`` is the one to be gone through, better the shorter.
    held
        Of all documents.

    Returns
    -------
    By pair, unit of ``a`` and unit of ``b``; none twice.
    """
    sizes = np.diff(held.documents)[a]
    pair = np.repeat(np.arange(len(a)), sizes)
    row = _ranges(held.documents[a], sizes)
    may = (held.times[row] <= TIMES) | (held.kind[row] == TEXT)
    pair, row = pair[may], row[may]
    wanted = b[pair] * held.groups + held.group[row]
    low = np.searchsorted(held.keys, wanted)
    inside = np.minimum(low, max(len(held.keys) - 1, 0))
    found = np.flatnonzero(held.keys[inside] == wanted) if len(held.keys) else low[:0]
    pair, row, low = pair[found], row[found], low[found]
    times = held.times[held.rows[low]]
    often = np.maximum(times, held.times[row]) > TIMES
    low = low + np.where(often, held.nth[row], 0)
    times = np.where(often, times == held.times[row], times)
    other = held.unit[held.rows[_ranges(low, times)]]
    pair, row = np.repeat(pair, times), np.repeat(row, times)
    unit = held.unit[row]
    # In the order of both units; a family may say what a cluster says, and that what a text says.
    new = np.ones(len(pair), np.bool_)
    new[1:] = (unit[1:] != unit[:-1]) | (pair[1:] != pair[:-1])
    size = int(held.unit.max(initial=0)) + 1
    both = (np.cumsum(new) - 1) * size + other
    both.sort()
    both = both[np.flatnonzero(np.diff(both, prepend=-1))]
    which = np.flatnonzero(new)[both // size]
    return pair[which], unit[which].astype(np.int64), both % size


def _ranges(starts: I64, sizes: I64) -> I64:
    """Return the numbers from each start on, as many as its size, one range after the other."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    result: I64 = np.arange(total) + np.repeat(starts - ends + sizes, sizes)
    return result
