"""Classes: what every cluster and family is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.evidence import gather
from dedup.finding import Finding, Grouping
from dedup.rules import CLASSES, RULES, Evidence
from dedup.stages.classify import because, classify
from dedup.templates import Templates

__all__ = ["Classes", "find_classes"]

ROWS = 1 << 16
"""That are classified at a time."""


@dataclass(frozen=True)
class Classes:
    """What clusters and families are; a *row* is one of ``Templates``, a cluster or a family."""

    templates: Templates
    evidence: Evidence
    rules: npt.NDArray[np.int8]
    """Per row, the rule that decided, an index into ``RULES``."""

    def part(self, low: int, high: int) -> tuple[pa.Array, pa.Array]:
        """Return ``names`` and ``reasons`` of some rows, from one up to another."""
        names = pa.array(CLASSES, pa.large_string()).take(pa.array(self.codes[low:high]))
        return names, because(self.rules[low:high], self.evidence.part(low, high))

    @cached_property
    def codes(self) -> npt.NDArray[np.int8]:
        """Per row its class, an index into ``CLASSES``."""
        return np.array([CLASSES.index(rule.name) for rule in RULES], np.int8)[self.rules]

    @cached_property
    def names(self) -> pa.Array:
        """Per row its class (large_string)."""
        return pa.array(CLASSES, pa.large_string()).take(pa.array(self.codes))

    @cached_property
    def reasons(self) -> pa.Array:
        """Per row, why: its rule's words, then the evidence (large_list<large_string>)."""
        return because(self.rules, self.evidence)

    def by_number(self, group: Literal["cluster", "family"]) -> npt.NDArray[np.int8]:
        """Return the class of clusters, or of families, by their numbers; -1 at the end."""
        t = self.templates
        codes = np.full(t.finding.texts.num_rows + 1, -1, np.int8)
        if group == "cluster":
            codes[t.clusters] = self.codes[: len(t.clusters)]
        else:
            codes[t.families] = self.codes[t.family_rows]
        return codes

    def table(self, group: Literal["cluster", "family"] = "cluster") -> pa.Table:
        """Return a row per cluster, or family: number, class, reasons, and all the evidence."""
        t = self.templates
        rows = np.arange(len(t.clusters)) if group == "cluster" else t.family_rows
        which = pa.array(rows)
        told = {
            group: pa.array(t.clusters if group == "cluster" else t.families),
            "class": self.names.take(which),
            "reasons": self.reasons.take(which),
        }
        evidence = self.evidence.table().take(which)
        return pa.table(told | dict(zip(evidence.column_names, evidence.columns, strict=True)))


def find_classes(finding: Finding, grouping: Grouping, templates: Templates) -> Classes:
    """Gather the evidence of every cluster and family, and classify them.

    Parameters
    ----------
    finding, grouping
        What was found, and how it was grouped.
    templates
        As ``Grouped`` has them.
    """
    evidence = gather(finding, grouping, templates)
    rules = finding.work.array(len(evidence), np.int8)
    for low in range(0, len(rules), ROWS):
        rules[low : low + ROWS] = classify(evidence.part(low, low + ROWS))
    return Classes(templates, evidence, rules)
