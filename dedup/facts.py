"""What a run says of itself in ``run.json``: counts, versions, expected and measured recall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.columns import numbers
from dedup.corpus.survey import Survey
from dedup.finding import View
from dedup.records import SCHEMA_VERSION
from dedup.result import Result
from dedup.rules import CLASSES

__all__ = ["run_report"]


def run_report(result: Result, surveys: Sequence[Survey], removed_bytes: int) -> dict[str, Any]:
    """Return ``run.json`` but for what tells this run from others: see its JSON Schema."""
    finding = result.finding
    shares, excision = result.shares(), result.decision.excision
    return {
        "schema_version": SCHEMA_VERSION,
        "versions": {
            name: version(name) for name in ("jieba", "opencc", "numpy", "numba", "pyarrow")
        },
        "counts": {
            "files": len(surveys),
            "documents": result.documents.num_rows,
            "quarantined": finding.quarantine.num_rows,
            "units": finding.units.num_rows,
            "documents_by_unit": _by_unit(result.documents),
            "distinct_texts": finding.distinct,
            "clusters": result.cluster.count,
            "families": result.family.count,
            "passages": result.passages.num_rows,
            "sections": result.sections.num_rows,
            "section_pairs": result.section_pairs(),
            "repeated_units": result.repeated_units,
            "dropped_documents": int(result.dropped_documents.sum()),
            "dropped_units": int((result.action == 2).sum()),
            "masked_units": int((result.action == 3).sum()),
            "tagged_units": int((result.action == 1).sum()),
            "characters": shares["all"],
            "repeated_characters": shares["repeated"],
            "passage_characters": shares["passages"],
            "cut_passages": 0 if excision is None else int(excision.passages.sum()),
            "capped_seeds": finding.capped_seeds,
            "capped_meetings": result.found_sections.capped,
            "dropped_characters": shares["dropped"],
            "masked_characters": shares["masked"],
            "cut_characters": shares["cut"],
            "dropped_bytes": removed_bytes,
        },
        "classes": _classes(result),
        "encodings": dict(
            sorted(Counter(each.content.encoding for each in surveys if each.encoded).items())
        ),
        "decisions": None if finding.decided is None else finding.decided.report,
        "drop_threshold": result.decision.rule.threshold,
        "banding": None
        if finding.banding is None
        else {"bands": finding.banding.bands, "rows": finding.banding.rows},
        "literal": _view_report(finding.literal, result),
        "masked": _view_report(finding.masked, result),
    }


def _classes(result: Result) -> dict[str, dict[str, int]]:
    """Return how much is of each class: groups, their units, and the characters of those.

    A family of the same units as a cluster is one group with it; a unit counts by its cluster, if
    it is in one.
    """
    units = result.finding.units
    size = numbers(units["end"]) - numbers(units["start"])
    codes = result.class_of_unit
    held = codes >= 0
    groups = np.bincount(result.classes.codes, minlength=len(CLASSES))
    counts = np.bincount(codes[held], minlength=len(CLASSES))
    characters = np.bincount(codes[held], size[held], len(CLASSES))
    return {
        name: {"groups": int(groups[i]), "units": int(counts[i]), "characters": int(characters[i])}
        for i, name in enumerate(CLASSES)
    }


def _by_unit(documents: pa.Table) -> dict[str, int]:
    counted = documents["unit"].value_counts().to_pylist()
    return {each["values"]: each["counts"] for each in sorted(counted, key=_most)}


def _most(counted: Mapping[str, Any]) -> tuple[int, str]:
    return -counted["counts"], counted["values"]


def _view_report(view: View, result: Result) -> dict[str, Any]:
    banding = result.finding.banding
    audit = view.audit
    return {
        "edges": view.edges.num_rows,
        "candidates": view.candidates,
        "met": view.met,
        "capped_buckets": view.capped,
        "crowded_texts": view.crowded,
        "expected_recall_at_threshold": 1.0
        if banding is None
        else round(banding.recall(result.settings.near), 6),
        "measured_recall": None
        if audit is None
        else {
            "sampled_texts": audit.sampled,
            "texts_with_pairs": audit.texts,
            "pairs": audit.pairs,
            "found": audit.found,
            "recall": "no estimate" if audit.recall is None else round(audit.recall, 6),
            "interval_95": audit.interval(),
        },
    }
