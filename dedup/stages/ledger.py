"""Ledger: one row for each unit and link: what was copied from where, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.records import LINK_KINDS

__all__ = [
    "ACTIONS", "Groups", "actions", "group_units", "link_units", "links_across", "links_of_dropped",
]  # fmt: skip

Ints = npt.NDArray[np.int64]

EXACT, NEAR, MASKED, _ = range(len(LINK_KINDS))

ACTIONS = ("kept", "tagged", "dropped", "masked")


@dataclass(frozen=True)
class Groups:
    """A partition of units: the group of each, and the first unit of each group in keep order."""

    of: Ints
    """Per unit, its group, numbered in the order of the texts that lead them; -1: in none."""
    first: Ints
    """Per group, its first unit; one more at the end, -1, for what is in no group."""

    @property
    def count(self) -> int:
        """Groups of two units or more."""
        return len(self.first) - 1


def group_units(leader: Ints, text: Ints, rank: Ints, source: Ints | None = None) -> Groups:
    """Gather units into the groups of their texts; a group of one unit is none.

    Parameters
    ----------
    leader
        Per text, the text that leads its group (-1: no group).
    text
        Per unit, its text (-1: none).
    rank
        Per unit, its place in keep order.
    source
        Per unit, its source, where a group within one source is none; else None.
    """
    # What is appended is what -1 picks: no text has no group, no group no first unit.
    led = np.append(leader, -1)[text]
    size = len(leader) + 1
    members = np.flatnonzero(led >= 0)
    led = led[members]
    real = np.bincount(led, minlength=size) > 1
    if source is not None:
        low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
        np.minimum.at(low, led, source[members])
        np.maximum.at(high, led, source[members])
        real &= low < high
    grouped = real[led]
    members, led = members[grouped], led[grouped]
    number = (np.cumsum(real) - 1)[led]
    of = np.full(len(text), -1, np.int64)
    of[members] = number
    first = np.full(int(np.count_nonzero(real)) + 1, -1, np.int64)
    last_first = np.argsort(-rank[members], kind="stable")
    first[number[last_first]] = members[last_first]  # the last written, of the lowest rank, stays
    return Groups(of, first)


def link_units(text: Ints, clusters: Groups, families: Groups, target: Ints) -> pa.Table:
    """Return the links within clusters and families.

    Every unit of a cluster has one to its first unit, or to the kept unit that it was dropped
    for; every unit of a family has one to the family's first, unless the cluster's says it
    already. The first of each has one with no source. A first unit that was itself dropped, for a
    unit of its family, has one to that, too.

    Parameters
    ----------
    text
        Per unit, its text.
    clusters, families
        The two partitions.
    target
        Per unit, the kept unit that covers a dropped one; -1 for one that is not dropped.

    Returns
    -------
    pa.Table
        ``unit``, ``source`` (-1: none), ``cluster``, ``family`` (-1: none), ``kind`` (int8, an
        index into ``records.LINK_KINDS``).
    """
    of_cluster, of_family = clusters.of, families.of

    def head(unit: Ints) -> Ints:
        """Return the first units of the clusters of units; a unit in none is its own."""
        cluster = of_cluster[unit]
        return np.where(cluster >= 0, clusters.first[cluster], unit)

    member = np.flatnonzero(of_cluster >= 0)
    first, goes_for = head(member), target[member]
    source = np.where(goes_for >= 0, goes_for, first)
    source[first == member] = -1
    exact = (source == -1) | (text[member] == text[source])
    by_cluster = _links(member, source, clusters, families, np.where(exact, EXACT, NEAR))

    # The family's own link is new where the way by the cluster does not lead to its first unit.
    member = np.flatnonzero(of_family >= 0)
    first, family_first = head(member), families.first[of_family[member]]
    leads = (first == member) & (of_cluster[family_first] != of_cluster[member])
    differs = of_family[member] != of_family[first]
    new = (of_cluster[member] < 0) | leads | differs
    said = _source_of(member, by_cluster)
    new &= (said == -1) | (said != family_first)
    member, family_first = member[new], family_first[new]
    source = np.where(family_first == member, -1, family_first)
    by_family = _links(member, source, clusters, families, np.full(len(member), MASKED))

    # What was dropped for a unit of another cluster has its link by the edge across, unless the
    # family that both share hides it.
    member = np.flatnonzero((of_family >= 0) & (target >= 0))
    source = target[member]
    hidden = (head(member) == member) & (of_family[member] == of_family[source])
    hidden &= source != _source_of(member, by_family)
    member, source = member[hidden], source[hidden]
    by_drop = _links(member, source, clusters, families, np.full(len(member), NEAR))
    return pa.concat_tables([by_cluster, by_family, by_drop])


def _source_of(units: Ints, links: pa.Table) -> Ints:
    """Return the sources of units' links (-1: none); links are one a unit at most, ascending."""
    linked = numbers(links["unit"])
    at = np.searchsorted(linked, units)
    found = np.append(linked, -1)[at] == units
    sources: Ints = np.where(found, np.append(numbers(links["source"]), -1)[at], -1)
    return sources


def links_across(
    edges: pa.Table, text_unit: Ints, clusters: Groups, families: Groups, kind: str
) -> pa.Table:
    """Return a link for each edge whose two units share neither cluster nor family.

    ``kind`` is one of ``records.LINK_KINDS``; ``text_unit`` gives the first unit of each text of
    the edges. Cluster and family are -1: the link is of two units, not of a group.
    """
    source, unit = text_unit[numbers(edges["a"])], text_unit[numbers(edges["b"])]
    together = np.zeros(len(unit), bool)
    for groups in (clusters, families):
        together |= (groups.of[unit] >= 0) & (groups.of[unit] == groups.of[source])
    unit, source = unit[~together], source[~together]
    none = np.full(len(unit), -1, np.int64)
    return _table(unit, source, none, none, np.full(len(unit), LINK_KINDS.index(kind)))


def links_of_dropped(
    links: pa.Table, text: Ints, target: Ints, dropped: npt.NDArray[np.bool_]
) -> pa.Table:
    """Return the links that are missing among ``links``, so that every dropped unit has one.

    One to its ``target`` where it has one (of the groups there is none said), else one with no
    source and no kind: it went with its document.
    """
    unit, source = numbers(links["unit"]), numbers(links["source"])
    told, to_target = np.zeros((2, len(target)), bool)
    told[unit] = True
    to_target[unit[source == target[unit]]] = True
    member = np.flatnonzero(dropped & np.where(target >= 0, ~to_target, ~told))
    other = target[member]
    kind = np.where(text[member] == text[other], EXACT, NEAR)
    kind[other < 0] = -1
    none = np.full(len(member), -1, np.int64)
    return _table(member, other, none, none, kind)


def actions(
    links: pa.Table, dropped: npt.NDArray[np.bool_], masked: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int8]:
    """Return what became of each unit, as an index into ``ACTIONS``.

    Dropped or masked, if it is; tagged, if it repeats another unit and is the first of no group;
    else kept.
    """
    unit, source = numbers(links["unit"]), numbers(links["source"])
    repeats, first = np.zeros((2, len(dropped)), bool)
    repeats[unit[source >= 0]] = True
    first[unit[source < 0]] = True
    done = (repeats & ~first).astype(np.int8)
    done[masked] = ACTIONS.index("masked")
    done[dropped] = ACTIONS.index("dropped")
    return done


def _links(unit: Ints, source: Ints, clusters: Groups, families: Groups, kind: Ints) -> pa.Table:
    return _table(unit, source, clusters.of[unit], families.of[unit], kind)


def _table(unit: Ints, source: Ints, cluster: Ints, family: Ints, kind: Ints) -> pa.Table:
    return pa.table(
        {
            "unit": pa.array(unit, pa.int64()),
            "source": pa.array(source, pa.int64()),
            "cluster": pa.array(cluster, pa.int64()),
            "family": pa.array(family, pa.int64()),
            "kind": pa.array(kind.astype(np.int8)),
        }
    )
