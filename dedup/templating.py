"""Templating: the texts of every cluster and family gathered, aligned, and told as templates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import folding
from dedup.columns import flat, numbers, strings
from dedup.finding import Finding, Grouping
from dedup.kinds import kind_rules
from dedup.stages.template import Slots, template
from dedup.templates import BATCH_CHARACTERS, Templates, batches, listed, starts_of

__all__ = ["find_templates"]

Ints = npt.NDArray[np.int64]

MOST_CHARACTERS = 1 << 24
"""Of a group's first text, once for each text aligned to it: bounds the memory of one template."""


def find_templates(
    finding: Finding, grouping: Grouping, clusters: pa.Table, families: pa.Table
) -> Templates:
    """Align the texts of every cluster, and of every family that is not the same as a cluster.

    ``clusters`` and ``families`` are those of ``Grouped``: their numbers, and their members in keep
    order.
    """
    of_cluster = grouping.cluster.of
    cluster, family = numbers(clusters["cluster"]), numbers(families["family"])
    same = _same_cluster(families, clusters, of_cluster)
    own = np.flatnonzero(same < 0)
    rows = np.where(same >= 0, same, 0)
    rows[own] = len(cluster) + np.arange(len(own))

    lists = [flat(clusters["members"]), flat(families["members"]).take(pa.array(own))]
    members = np.concatenate([numbers(each.flatten()) for each in lists]).astype(np.int64)
    sizes = np.concatenate([numbers(each.value_lengths()) for each in lists]).astype(np.int64)
    count = len(sizes)
    row = np.repeat(np.arange(count), sizes)
    size = finding.texts.num_rows + 1
    keys, units = np.unique(row * size + finding.text_of[members], return_counts=True)
    entry_row, texts = keys // size, keys % size

    # What is too much of one row is left out; all rows keep their first two texts.
    lengths = numbers(finding.texts["length"])
    starts = np.searchsorted(entry_row, np.arange(count + 1))
    most = np.maximum(2, MOST_CHARACTERS // np.maximum(lengths[texts[starts[:-1]]], 1))
    held = np.arange(len(keys)) - starts[entry_row] < most[entry_row]
    beyond = np.bincount(entry_row[~held], minlength=count)
    entry_row, texts, units = entry_row[held], texts[held], units[held]
    starts = np.searchsorted(entry_row, np.arange(count + 1))

    unit = numbers(finding.texts["unit"])
    mine = of_cluster[unit[texts]]
    counted = (entry_row >= len(cluster)) & (mine >= 0) & (mine == mine[starts[:-1]][entry_row])
    return Templates(
        finding, cluster, rows, family, starts, texts, units, beyond, np.where(counted, 0, units),
        _align(finding, texts, starts, lengths),
    )  # fmt: skip


def _same_cluster(families: pa.Table, clusters: pa.Table, of_cluster: Ints) -> Ints:
    """Return, per family, the row of the cluster that has the same units; -1 if none has."""
    cluster = numbers(clusters["cluster"])
    mine = of_cluster[numbers(families["unit"])]
    at = np.minimum(np.searchsorted(cluster, mine), max(len(cluster) - 1, 0))
    if not len(cluster):
        return np.full(families.num_rows, -1)
    lists = flat(families["members"])
    sizes = numbers(lists.value_lengths())
    holder = np.repeat(np.arange(len(sizes)), sizes)
    alike = of_cluster[numbers(lists.flatten())] == mine[holder]
    shared = np.bincount(holder[alike], minlength=len(sizes))
    same = (mine >= 0) & (shared == sizes) & (numbers(clusters["units"])[at] == sizes)
    return np.where(same, at, -1)


def _align(finding: Finding, texts: Ints, starts: Ints, lengths: Ints) -> Slots:
    """Align the rows of several texts, in batches, and return the slots of all."""
    sizes = np.diff(starts)
    several = np.flatnonzero(sizes > 1)
    cuts, rules = flat(finding.texts["cuts"]), kind_rules()
    units = finding.units
    unit = numbers(finding.texts["unit"])
    data, offsets = strings(finding.documents["text"])
    document, byte_start, byte_end = (
        numbers(units[name]) for name in ("document", "byte_start", "byte_end")
    )
    tables = folding.load_tables()

    def part(low_high: tuple[int, int]) -> Slots:
        rows = several[low_high[0] : low_high[1]]
        group_starts = starts_of(sizes[rows])
        which = texts[listed(starts[rows], starts[rows] + sizes[rows])]
        first = unit[which]
        base = offsets[document[first]]
        folded = folding.fold_spans(data, base + byte_start[first], base + byte_end[first], tables)
        return template(folded.shadow, cuts, which, group_starts, rules)

    summed = np.concatenate([[0], np.cumsum(lengths[texts])])
    parts = finding.engine.map(
        part, batches(summed[starts[several + 1]] - summed[starts[several]], BATCH_CHARACTERS)
    )
    counts = np.zeros(len(sizes), np.int64)
    counts[several] = np.concatenate([np.empty(0, np.int64), *(each.counts for each in parts)])
    types = (np.int64, np.int64, np.uint64, np.uint8, np.bool_)
    columns = [
        np.concatenate([np.empty(0, kind), *(each[number] for each in parts)])
        for number, kind in enumerate(types, 1)
    ]
    return Slots(counts, *columns)
