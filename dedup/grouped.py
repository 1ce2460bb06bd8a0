"""Grouped: clusters and families with all that is told of them before anything is dropped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.classes import Classes, find_classes
from dedup.columns import I64, Array, each_once, numbers
from dedup.finding import Finding, Grouping
from dedup.rules import CLASSES
from dedup.spread import Members
from dedup.stages.ledger import Groups
from dedup.templates import Templates, batches, starts_of
from dedup.templating import find_templates

__all__ = ["Grouped"]

MEMBERS = 1 << 19
"""Of groups that are counted at a time."""


@dataclass(frozen=True)
class Grouped:
    """Tables of the clusters and families, their templates, their classes: each when asked for."""

    finding: Finding
    grouping: Grouping

    @cached_property
    def clusters(self) -> pa.Table:
        """One row per cluster: counts, its representative, its members, its family."""
        return self._groups(self.grouping.cluster, self.grouping.family)

    @cached_property
    def families(self) -> pa.Table:
        """One row per family: counts, its representative, its members."""
        return self._groups(self.grouping.family, None)

    @cached_property
    def templates(self) -> Templates:
        """Per cluster and family, what its texts have in common, and what each has in its slots."""
        return find_templates(self.finding, self.grouping, self.clusters, self.families)

    @cached_property
    def classes(self) -> Classes:
        """What every cluster and family is, why, and from which evidence."""
        return find_classes(self.finding, self.grouping, self.templates)

    @cached_property
    def class_of_unit(self) -> npt.NDArray[np.int8]:
        """Per unit, the class of its cluster, else of its family, an index into ``CLASSES``.

        Boilerplate, if a person decided so. -1 for a unit that is in neither.
        """
        g, finding = self.grouping, self.finding
        cluster, family = (self.classes.by_number(name) for name in ("cluster", "family"))
        decided = np.append(g.boilerplate, False)
        count = len(finding.text_of)
        told = finding.work.array(count, np.int8)
        for low in range(0, count, MEMBERS):
            here = slice(low, low + MEMBERS)
            mine = cluster[g.cluster.of[here]]
            of_group = np.where(mine >= 0, mine, family[g.family.of[here]])
            boilerplate = CLASSES.index("boilerplate")
            told[here] = np.where(decided[finding.text_of[here]], boilerplate, of_group)
        return told

    def _groups(self, groups: Groups, families: Groups | None) -> pa.Table:
        finding = self.finding
        number, members = _members(groups, finding)
        sizes = np.diff(members.starts)
        document = numbers(finding.units["document"])
        of_document, of_text = (finding.work.array(len(sizes), np.int32) for _ in range(2))
        for low, high in batches(sizes, MEMBERS):
            part = members.part(low, high)
            for told, of in ((of_document, document), (of_text, finding.text_of)):
                told[low:high] = _distinct_in(part.group, of[part.units], high - low)
        keep = finding.work.keep
        small = np.int32 if len(groups.of) < 1 << 31 else np.int64
        first = groups.first[number].astype(small)
        columns: dict[str, Any] = {
            "family" if families is None else "cluster": keep(number.astype(small)),
            "units": keep(sizes.astype(small)),
            "documents": of_document,
            "texts": of_text,
            "unit": keep(first),
            "members": pa.LargeListArray.from_arrays(
                pa.array(members.starts), pa.array(members.units)
            ),
        }
        if families is not None:
            of = families.of[first]
            columns["family"] = pa.array(of.astype(small), mask=of < 0)
        return pa.table(columns)


def _members(groups: Groups, finding: Finding) -> tuple[I64, Members]:
    """Return the numbers of groups, ascending, and the units of each in keep order."""
    units = np.flatnonzero(groups.of >= 0)
    units = units.astype(np.int32) if len(groups.of) < 1 << 31 else units
    of = groups.of[units]
    sizes = np.bincount(of)
    order = np.lexsort((finding.rank[units], of))
    held = finding.work.array(len(units), units.dtype)
    np.take(units, order, out=held, mode="clip")
    number = np.flatnonzero(sizes)
    return number, Members(held, finding.work.keep(starts_of(sizes[number])))


def _distinct_in(holder: I64, value: Array, count: int) -> I64:
    """Return how many distinct values each of ``count`` holders has."""
    span = int(value.max(initial=0)) + 1
    return np.bincount(each_once(holder * span + value) // span, minlength=count)
