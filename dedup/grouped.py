"""Grouped: clusters and families with all that is told of them before anything is dropped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.classes import Classes, find_classes
from dedup.columns import I64, each_once, numbers
from dedup.excerpts import unit_texts
from dedup.finding import Finding, Grouping
from dedup.rules import CLASSES
from dedup.stages.ledger import Groups
from dedup.templates import Templates
from dedup.templating import find_templates

__all__ = ["Grouped"]


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
        return find_classes(
            self.finding, self.grouping, self.templates, self.clusters, self.families
        )

    @cached_property
    def class_of_unit(self) -> npt.NDArray[np.int8]:
        """Per unit, the class of its cluster, else of its family, an index into ``CLASSES``.

        Boilerplate, if a person decided so. -1 for a unit that is in neither.
        """
        g = self.grouping
        cluster, family = (self.classes.by_number(name) for name in ("cluster", "family"))
        mine = cluster[g.cluster.of]
        of_group = np.where(mine >= 0, mine, family[g.family.of])
        decided = np.append(g.boilerplate, False)[self.finding.text_of]
        return np.where(decided, CLASSES.index("boilerplate"), of_group).astype(np.int8)

    def _groups(self, groups: Groups, families: Groups | None) -> pa.Table:
        finding = self.finding
        members = np.flatnonzero(groups.of >= 0)
        members = members[np.lexsort((finding.rank[members], groups.of[members]))]
        numbers_, starts = np.unique(groups.of[members], return_index=True)
        sizes = np.diff(np.append(starts, len(members)))
        holder = np.repeat(np.arange(len(sizes)), sizes)
        document = numbers(finding.units["document"])[members]
        first = groups.first[numbers_]
        columns: dict[str, Any] = {
            "family" if families is None else "cluster": numbers_,
            "units": sizes,
            "documents": _distinct_in(holder, document, len(sizes)),
            "texts": _distinct_in(holder, finding.text_of[members], len(sizes)),
            "unit": first,
            "text": unit_texts(finding.documents["text"], finding.units, first),
            "members": pa.LargeListArray.from_arrays(
                pa.array(np.append(starts, len(members)).astype(np.int64)), pa.array(members)
            ),
        }
        if families is not None:
            of = families.of[first]
            columns["family"] = pa.array(of, mask=of < 0)
        return pa.table(columns)


def _distinct_in(holder: I64, value: I64, count: int) -> I64:
    """Return how many distinct values each of ``count`` holders has."""
    span = int(value.max(initial=0)) + 1
    return np.bincount(each_once(holder * span + value) // span, minlength=count)
