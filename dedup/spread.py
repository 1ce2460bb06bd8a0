"""Spread: over which documents and works a group of units stands, where in them, beside what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from dedup.columns import F64, I64, Array, Bools

__all__ = [
    "Held", "Kin", "Members", "beside", "documents_of", "joined", "kin_of", "kinship", "runs",
]  # fmt: skip


class Members(NamedTuple):
    """Units of groups, group by group, in keep order: the first of each represents it."""

    units: Array
    starts: I64
    """Where each group begins; one more than there are."""

    @property
    def group(self) -> I64:
        """The group of each member."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def part(self, low: int, high: int) -> Members:
        """Return some of the groups, from one up to another."""
        starts = self.starts[low : high + 1]
        units = self.units[starts[0] : starts[-1]]
        return Members(units.astype(np.int64), starts - starts[0])


class Kin(NamedTuple):
    """Pairs of documents that have units in common."""

    key: I64
    """The smaller number times the documents there are, plus the larger; ascending."""
    shared: I64
    """How many units of either stand in the other, as far as their clusters tell."""
    size: I64
    """Units of the one that has fewer."""
    documents: int

    @property
    def share(self) -> F64:
        """How much of the smaller one that is."""
        share: F64 = self.shared / np.maximum(self.size, 1)
        return share

    def pairs(self, least: float) -> tuple[I64, I64]:
        """Return the pairs of documents that share at least so much."""
        key = self.key[self.share >= least]
        return key // max(self.documents, 1), key % max(self.documents, 1)

    def besides(self, a: I64, b: I64) -> F64:
        """Return the share that two documents have in common beside one unit; 0 without any."""
        if not len(self.key):
            return np.zeros(len(a))
        key = np.minimum(a, b) * self.documents + np.maximum(a, b)
        at = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        share = np.maximum(self.shared[at] - 1, 0) / np.maximum(self.size[at] - 1, 1)
        return np.where(self.key[at] == key, share, 0.0)


class Held(NamedTuple):
    """Every document of every group once, by group."""

    group: I64
    document: I64
    lead: I64
    """The document of the group's first unit."""
    units: I64
    """How many units of the document are in the group."""


def documents_of(members: Members, document: I64, documents: int) -> Held:
    """Return the documents of groups; ``document`` is that of each unit."""
    keys, units = runs(members.group * documents + document[members.units])
    group = keys // max(documents, 1)
    lead = document[members.units[members.starts[group]]]
    return Held(group, keys % max(documents, 1), lead, units)


def runs(values: I64) -> tuple[I64, I64]:
    """Return the distinct values, ascending, and how often each occurs."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(first)
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def kinship(held: Held, sizes: I64) -> Kin:
    """Return how much documents have in common.

    Of the documents of a group, each is paired with that of the first unit, and with the one
    before it in the corpus: all pairs would be too many, and editions of a work share so many
    groups that they meet in some. Of a group that stands several times in both, so many units are
    in common as stand in the one that has fewer: lines that resemble each other are one cluster,
    and are copied one by one.

    Parameters
    ----------
    held
        The documents of clusters.
    sizes
        Per document, how many of its units were looked for.
    """
    count = len(sizes)
    others = held.document != held.lead
    of_lead = np.zeros(int(held.group.max(initial=-1)) + 1, np.int64)
    of_lead[held.group[~others]] = held.units[~others]
    group, mine, lead = held.group[others], held.document[others], held.lead[others]
    units = held.units[others]
    follows = np.flatnonzero(group[1:] == group[:-1]) + 1
    a, b = np.append(mine, mine[follows]), np.append(lead, mine[follows - 1])
    both = np.append(
        np.minimum(units, of_lead[group]), np.minimum(units[follows], units[follows - 1])
    )
    key, shared = _summed(np.minimum(a, b) * count + np.maximum(a, b), both)
    smaller = np.minimum(sizes[key // max(count, 1)], sizes[key % max(count, 1)])
    return Kin(key, shared, smaller, count)


def joined(parts: Iterable[Kin], sizes: I64) -> Kin:
    """Return what the documents of all clusters have in common, given that of some and others."""
    count = len(sizes)
    keys, told = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
    for part in parts:
        keys.append(part.key)
        told.append(part.shared.astype(np.int32))
    key, shared = _summed(np.concatenate(keys), np.concatenate(told))
    smaller = np.minimum(sizes[key // max(count, 1)], sizes[key % max(count, 1)])
    return Kin(key, shared, smaller, count)


def _summed(key: I64, values: Array) -> tuple[I64, I64]:
    """Return the distinct keys, ascending, and the sum of the values of each."""
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(starts):
        return key, np.zeros(0, np.int64)
    return key[starts], np.add.reduceat(values[order], starts, dtype=np.int64)


def kin_of(held: Held, kin: Kin, groups: int) -> F64:
    """Return, per group, what its other documents share with the first beside it, on average."""
    others = held.document != held.lead
    group = held.group[others]
    share = np.bincount(group, kin.besides(held.document[others], held.lead[others]), groups)
    mean: F64 = share / np.maximum(np.bincount(group, minlength=groups), 1)
    return mean


def beside(members: Members, document: I64, of: I64) -> F64:
    """Return, per group, the share of its members that have a neighbour in common with another.

    With the first or the one next in keep order, of another document: the units before both, or
    those after both, are of one group, too. ``of`` is the group of each unit, -1: none.
    """
    units, group = members.units, members.group
    mine = document[units]
    first = members.starts[:-1][group]
    found: Bools = np.zeros(len(units), np.bool_)
    for step in (-1, 1):
        place = np.clip(units + step, 0, max(len(of) - 1, 0))
        inside = (place == units + step) & (document[place] == mine)
        near = np.where(inside, of[place], -1)
        for other in (first, np.maximum(np.arange(len(units)) - 1, first)):
            same = (near >= 0) & (near == near[other]) & (mine != mine[other])
            found |= same
            found[other[same]] = True
    size = len(members.starts) - 1
    share: F64 = np.bincount(group, found, size) / np.maximum(np.diff(members.starts), 1)
    return share
