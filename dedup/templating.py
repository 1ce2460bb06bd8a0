"""Templating: the texts of every cluster and family gathered, aligned, and told as templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import folding
from dedup.columns import Array, flat, numbers, strings
from dedup.finding import Finding, Grouping
from dedup.growing import Growing
from dedup.kinds import kind_rules
from dedup.spread import Members, runs
from dedup.stages.template import Slots, template
from dedup.templates import PART_CHARACTERS, Templates, batches, listed, starts_of

__all__ = ["find_templates"]

Ints = npt.NDArray[np.int64]

MOST_CHARACTERS = 1 << 24
"""Of a group's first text, once for each text aligned to it: bounds the memory of one template."""
UNIT = 32
"""Characters that a unit weighs beside its own, where rows are parted: there is more of it."""


class _Rows(NamedTuple):
    """Some rows of templates, as ``Templates`` has them."""

    sizes: Ints
    """Entries of each."""
    beyond: Ints
    texts: Ints
    units: Ints
    fresh: Ints
    slots: Slots


def find_templates(
    finding: Finding, grouping: Grouping, clusters: pa.Table, families: pa.Table
) -> Templates:
    """Align the texts of every cluster, and of every family that is not the same as a cluster.

    ``clusters`` and ``families`` are those of ``Grouped``: their numbers, and their members in keep
    order.
    """
    work, of_cluster = finding.work, grouping.cluster.of
    cluster, family = numbers(clusters["cluster"]), numbers(families["family"])
    same = _same_cluster(families, clusters, of_cluster)
    own = np.flatnonzero(same < 0)
    rows = np.where(same >= 0, same, 0)
    rows[own] = len(cluster) + np.arange(len(own))
    rows = work.keep(rows)
    members = _members(finding, clusters, families, own)
    cuts = _cuts(finding, members, len(cluster))
    align = _aligning(finding)

    def part(bounds: tuple[int, int]) -> _Rows:
        low, high = bounds
        told = _entries(finding, of_cluster, members.part(low, high), low >= len(cluster))
        return told._replace(slots=align(told.texts, starts_of(told.sizes)))

    of_rows = Growing(work, np.int32, np.int32, np.int32)
    of_entries = Growing(work, np.int32, np.int32, np.int32)
    of_values = Growing(work, np.int32, np.int32, np.uint64, np.uint8, np.bool_)
    for told in finding.engine.stream(part, cuts):
        of_rows.append(told.sizes, told.beyond, told.slots.counts)
        of_entries.append(told.texts, told.units, told.fresh)
        of_values.append(*told.slots[1:])
    sizes, beyond, counts = of_rows.close()
    texts, units, fresh = of_entries.close()
    slots = Slots(counts, *of_values.close())
    starts = work.keep(starts_of(sizes))
    return Templates(
        finding, cluster, rows, family, members, starts, texts, units, beyond, fresh, slots, cuts
    )


def _members(finding: Finding, clusters: pa.Table, families: pa.Table, own: Ints) -> Members:
    """Return the units of clusters, then of those families that are rows of their own."""
    lists = [flat(clusters["members"]), flat(families["members"]).take(pa.array(own))]
    units = [numbers(each.flatten()) for each in lists]
    sizes = [numbers(each.value_lengths()) for each in lists]
    held = finding.work.array(len(units[0]) + len(units[1]), units[0].dtype)
    np.concatenate(units, out=held)
    return Members(held, finding.work.keep(starts_of(np.concatenate(sizes))))


def _cuts(finding: Finding, members: Members, clusters: int) -> list[tuple[int, int]]:
    """Cut the rows into parts, clusters by themselves."""
    length = numbers(finding.units["length"])
    sizes = np.diff(members.starts)
    weight = np.zeros(len(sizes), np.int64)
    for low, high in batches(sizes, 1 << 19):
        part = members.part(low, high)
        weight[low:high] = np.add.reduceat(length[part.units] + UNIT, part.starts[:-1])
    cuts = batches(weight[:clusters], PART_CHARACTERS)
    beyond = batches(weight[clusters:], PART_CHARACTERS)
    return cuts + [(clusters + low, clusters + high) for low, high in beyond] or [(0, 0)]


def _entries(finding: Finding, of_cluster: Array, members: Members, of_families: bool) -> _Rows:
    """Return the texts of some rows, which are clusters or families."""
    count = len(members.starts) - 1
    size = finding.texts.num_rows + 1
    keys, units = runs(members.group * size + finding.text_of[members.units])
    entry_row, texts = keys // size, keys % size

    # What is too much of one row is left out; all rows keep their first two texts.
    lengths = numbers(finding.texts["length"])
    starts = np.searchsorted(entry_row, np.arange(count + 1))
    most = np.maximum(2, MOST_CHARACTERS // np.maximum(lengths[texts[starts[:-1]]], 1))
    held = np.arange(len(keys)) - starts[entry_row] < most[entry_row]
    beyond = np.bincount(entry_row[~held], minlength=count)
    entry_row, texts, units = entry_row[held], texts[held], units[held]
    starts = np.searchsorted(entry_row, np.arange(count + 1))

    fresh = units
    if of_families:
        mine = of_cluster[numbers(finding.texts["unit"])[texts]]
        counted = (mine >= 0) & (mine == mine[starts[:-1]][entry_row])
        fresh = np.where(counted, 0, units)
    none = np.zeros(0, np.int64)
    return _Rows(
        np.diff(starts), beyond, texts, units, fresh,
        Slots(none, none, none, none.view(np.uint64), none.astype(np.uint8), none.astype(bool)),
    )  # fmt: skip


def _same_cluster(families: pa.Table, clusters: pa.Table, of_cluster: Array) -> Ints:
    """Return, per family, the row of the cluster that has the same units; -1 if none has."""
    cluster = numbers(clusters["cluster"])
    if not len(cluster) or not families.num_rows:
        return np.full(families.num_rows, -1)
    mine = of_cluster[numbers(families["unit"])]
    at = np.minimum(np.searchsorted(cluster, mine), len(cluster) - 1)
    lists = flat(families["members"])
    starts = numbers(lists.offsets)
    units = numbers(lists.values)
    alike = np.empty(len(mine), np.bool_)
    for low, high in batches(np.diff(starts), 1 << 19):
        theirs = of_cluster[units[starts[low] : starts[high]]]
        begin = starts[low:high] - starts[low]
        alike[low:high] = np.minimum.reduceat(theirs, begin) == np.maximum.reduceat(theirs, begin)
    same = (mine >= 0) & alike & (numbers(clusters["units"])[at] == np.diff(starts))
    return np.where(same, at, -1)


def _aligning(finding: Finding) -> Callable[[Ints, Ints], Slots]:
    """Return what aligns the texts of rows, given those and where each row's begin."""
    cuts, rules = flat(finding.texts["cuts"]), kind_rules()
    units = finding.units
    unit = numbers(finding.texts["unit"])
    data, offsets = strings(finding.documents["text"])
    document, byte_start, byte_end = (
        numbers(units[name]) for name in ("document", "byte_start", "byte_end")
    )
    tables = folding.load_tables()

    def align(texts: Ints, starts: Ints) -> Slots:
        sizes = np.diff(starts)
        several = np.flatnonzero(sizes > 1)  # of one text all is fixed
        which = texts[listed(starts[several], starts[several + 1])]
        first = unit[which]
        base = offsets[document[first]]
        folded = folding.fold_spans(data, base + byte_start[first], base + byte_end[first], tables)
        told = template(folded.shadow, cuts, which, starts_of(sizes[several]), rules)
        counts = np.zeros(len(sizes), np.int64)
        counts[several] = told.counts
        return told._replace(counts=counts)

    return align
