"""Ledger: one row for each unit and link: what was copied from where, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers

__all__ = [
    "ACTIONS", "Groups", "actions", "group_units", "link_units", "links_across", "links_of_dropped",
]  # fmt: skip

Ints = npt.NDArray[np.int64]

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
    of = np.append(leader, -1)[text]
    size = len(leader) + 1
    members = np.flatnonzero(of >= 0)
    real = np.bincount(of[members], minlength=size) > 1
    if source is not None:
        low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
        np.minimum.at(low, of[members], source[members])
        np.maximum.at(high, of[members], source[members])
        real &= low < high
    number = np.append(np.where(real[:-1], np.cumsum(real[:-1]) - 1, -1), -1)
    of = number[of]
    members = np.flatnonzero(of >= 0)
    members = members[np.argsort(-rank[members], kind="stable")]
    first = np.full(int(number.max(initial=-1)) + 2, -1, np.int64)
    first[of[members]] = members  # the last written, of the lowest rank, stays
    return Groups(of.astype(np.int64), first)


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
        ``unit``, ``source`` (-1: none), ``cluster``, ``family`` (-1: none), ``kind`` (string).
    """
    units = np.arange(len(text))
    in_cluster, in_family = clusters.of >= 0, families.of >= 0
    head = np.where(in_cluster, clusters.first[clusters.of], units)
    family_head = np.where(in_family, families.first[families.of], -1)

    member = np.flatnonzero(in_cluster)
    source = np.where(target[member] >= 0, target[member], head[member])
    source = np.where(head[member] == member, -1, source)
    exact = (source == -1) | (text[member] == text[source])
    by_cluster = _links(
        member, source, clusters, families, np.where(exact, "exact", "near").astype(object)
    )

    # The family's own link is new where the way by the cluster does not lead to its first unit.
    leads = (head == units) & (clusters.of[family_head] != clusters.of)
    differs = families.of != families.of[head]
    member = np.flatnonzero(in_family & (~in_cluster | leads | differs))
    said = _by_source(by_cluster, len(text))[member]
    member = member[(said == -1) | (said != family_head[member])]
    source = np.where(family_head[member] == member, -1, family_head[member])
    by_family = _links(member, source, clusters, families, np.full(len(member), "masked", object))

    # What was dropped for a unit of another cluster has its link by the edge across, unless the
    # family that both share hides it.
    shared = in_family & (families.of == families.of[target])
    member = np.flatnonzero((target >= 0) & (head == units) & shared)
    member = member[target[member] != _by_source(by_family, len(text))[member]]
    by_drop = _links(
        member, target[member], clusters, families, np.full(len(member), "near", object)
    )
    return pa.concat_tables([by_cluster, by_family, by_drop])


def _by_source(links: pa.Table, size: int) -> Ints:
    """Return, per unit, the source of its link (-1: none) where it has one link at most."""
    sources = np.full(size, -1, np.int64)
    sources[numbers(links["unit"])] = numbers(links["source"])
    return sources


def links_across(
    edges: pa.Table, text_unit: Ints, clusters: Groups, families: Groups, kind: str
) -> pa.Table:
    """Return a link for each edge whose two units share neither cluster nor family.

    ``text_unit`` gives the first unit of each text of the edges. Cluster and family are -1: the
    link is of two units, not of a group.
    """
    source, unit = text_unit[numbers(edges["a"])], text_unit[numbers(edges["b"])]
    together = np.zeros(len(unit), bool)
    for groups in (clusters, families):
        together |= (groups.of[unit] >= 0) & (groups.of[unit] == groups.of[source])
    unit, source = unit[~together], source[~together]
    none = np.full(len(unit), -1, np.int64)
    return _table(unit, source, none, none, np.full(len(unit), kind, object))


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
    kind = np.where(text[member] == text[other], "exact", "near").astype(object)
    kind[other < 0] = None
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
    return np.select([dropped, masked, repeats & ~first], [2, 3, 1], 0).astype(np.int8)


def _links(
    unit: Ints, source: Ints, clusters: Groups, families: Groups, kind: npt.NDArray[np.object_]
) -> pa.Table:
    return _table(unit, source, clusters.of[unit], families.of[unit], kind)


def _table(
    unit: Ints, source: Ints, cluster: Ints, family: Ints, kind: npt.NDArray[np.object_]
) -> pa.Table:
    return pa.table(
        {
            "unit": pa.array(unit, pa.int64()),
            "source": pa.array(source, pa.int64()),
            "cluster": pa.array(cluster, pa.int64()),
            "family": pa.array(family, pa.int64()),
            "kind": pa.array(kind, pa.string()),
        }
    )
