"""A run in words and figures that a person can read: the same bytes for the same run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I8
from dedup.reasons import REASONS
from dedup.result import Result
from dedup.rules import CLASSES
from dedup.slottables import most_substituted
from dedup.stages.ledger import ACTIONS

__all__ = ["headline", "summary_text"]

LISTED = 10
"""Clusters, families and documents that the summary names, of each the largest."""
SHOWN = 120
"""Characters of a text that it quotes."""


def headline(report: Mapping[str, Any]) -> str:
    """Return the figures of a run in lines of at most 60 columns; ``report`` is ``run.json``."""
    counts = report["counts"]
    rows = [
        ("repeated", counts["repeated_units"], _of(counts, "repeated_characters")),
        ("dropped", counts["dropped_units"], _of(counts, "dropped_characters")),
        ("only tagged", counts["tagged_units"], "units: repeated, but left in the text"),
        ("clusters", counts["clusters"], "the same text, or nearly"),
        ("families", counts["families"], "also with other numbers and places"),
        ("passages", counts["passages"], _passages(report)),
        ("sections", counts["sections"], _sections(counts)),
        ("quarantined", counts["quarantined"], "rows that could not be read"),
    ]
    if report["settings"]["drop_document"] is not None:
        whole = ("dropped whole", counts["dropped_documents"], "documents, counted by unit above")
        rows.insert(2, whole)
    settings = report["settings"]
    place = next(n for n, row in enumerate(rows) if row[0] == "only tagged")
    if "mask" in settings["class_action"].values() or settings["passage_action"] == "mask":
        masked = ("masked", counts["masked_units"], _of(counts, "masked_characters"))
        rows.insert(place, masked)
    if settings["passage_action"] != "tag":
        place = next(n for n, row in enumerate(rows) if row[0] == "passages") + 1
        told = _of(counts, "cut_characters").removeprefix("units: ")
        done = "dropped" if settings["passage_action"] == "drop" else "masked"
        rows.insert(place, ("cut", counts["cut_passages"], f"of them: {told}, {done}"))
    decided = report["decisions"]
    if decided is not None:
        rows.append(("decided", sum(of["applied"] for of in decided.values()), _decided(decided)))
    read = (
        f"{_many(counts['documents'], 'document')} in {_many(counts['files'], 'file')}: "
        f"{_many(counts['units'], 'unit')} ({report['settings']['unit']})"
    )
    wrapped = sum(counts["documents_by_unit"].get(unit, 0) for unit in ("blank", "indent"))
    if report["settings"]["unit"] == "auto" and wrapped:
        read += f"\n{_many(wrapped, 'hard-wrapped document')}, cut at blank lines"
    found = report["encodings"]
    if set(found) - {"utf-8"}:
        read += "\nread as " + ", ".join(f"{name}: {found[name]:,}" for name in found)
    missing = []
    if decided is not None and (none := sum(_missing(of) for of in decided.values())):
        of_all = _many(sum(of["decisions"] for of in decided.values()), "decision")
        are = "are about texts that are" if none > 1 else "is about a text that is"
        missing = [f"{none:,} of {of_all} {are} not in this corpus"]
    parts = [[read], _aligned(rows), _classes(report), _recall(report), missing]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def summary_text(report: Mapping[str, Any], result: Result, best: I8) -> str:
    """Return the headline, the rules that fired, and what is largest, with its text.

    ``best`` is per unit the lowest of the ``reason_ranks`` of its rows in the ledger.
    """
    parts = [
        headline(report),
        _section("Why units were dropped", _reasons(result, best, "dropped")),
        _section("Why units were masked", _reasons(result, best, "masked")),
        _section("Why units were only tagged", _reasons(result, best, "tagged")),
        _section("Where the texts of clusters come from", _origins(result)),
        _groups(result, "cluster", result.counted("cluster")),
        _groups(result, "family", _beyond_clusters(result)),
        _section(
            "Places and organisations put in place of others, and how often", _exchanged(result)
        ),
        _longest_sections(result),
        _section("Documents repeated most, by characters", _documents(result)),
    ]
    return "\n".join(part for part in parts if part)


def _classes(report: Mapping[str, Any]) -> list[str]:
    """Return what the repeated units are, those of most characters first."""
    told = {name: each for name, each in report["classes"].items() if each["units"]}
    counts = report["counts"]
    rows = [
        (name, each["units"], _of({**counts, name: each["characters"]}, name))
        for name, each in sorted(told.items(), key=lambda item: -item[1]["characters"])
    ]
    return ["What is repeated is", *_aligned(rows)] if rows else []


def _passages(report: Mapping[str, Any]) -> str:
    if not report["settings"]["passages"]:
        return "not looked for"
    characters = _of(report["counts"], "passage_characters").removeprefix("units: ")
    return f"stretches: {characters}"


def _sections(counts: Mapping[str, int]) -> str:
    return f"between {_many(counts['section_pairs'], 'pair')} of documents"


def _of(counts: Mapping[str, int], key: str) -> str:
    share = 100 * counts[key] / max(1, counts["characters"])
    return f"units: {counts[key]:,} characters, {share:.1f} %"


def _decided(decided: Mapping[str, Mapping[str, int]]) -> str:
    counts = {name: of["applied"] for name, of in decided.items() if of["applied"]}
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return f"decisions applied: {told}" if told else "decisions applied"


def _missing(of: Mapping[str, int]) -> int:
    return of["decisions"] - of["applied"]


def _recall(report: Mapping[str, Any]) -> list[str]:
    near = report["settings"]["threshold"]
    if report["banding"] is None:
        return [f"threshold {near:g}: every pair, by an exact join"]
    expected = report["literal"]["expected_recall_at_threshold"]
    lines = [
        f"threshold {near:g}: at least {expected:.1%} of such pairs expected".replace("%", " %")
    ]
    audit = report["literal"]["measured_recall"]
    if audit is not None and audit["interval_95"] is not None:
        lines.append(
            f"measured on {_many(audit['sampled_texts'], 'text')}: "
            f"{audit['found']:,} of {audit['pairs']:,} pairs found"
        )
    capped = report["literal"]["capped_buckets"] + report["masked"]["capped_buckets"]
    if capped:
        lines.append(f"no recall is promised in {_many(capped, 'bucket')} beyond --bucket-cap")
    return lines


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _aligned(rows: Sequence[tuple[str, int, str]]) -> list[str]:
    first = max(len(row[0]) for row in rows)
    second = max(len(f"{row[1]:,}") for row in rows)
    return [f"  {name:<{first}}  {number:>{second},}  {note}" for name, number, note in rows]


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *lines]) + "\n" if lines else ""


def _reasons(result: Result, best: I8, action: str) -> list[str]:
    """Count the units of an action by the rule that decided."""
    mine = best[(result.action == ACTIONS.index(action)) & (best < 2 * len(REASONS))]
    counts = np.bincount(mine % len(REASONS), minlength=len(REASONS))
    width = len(f"{counts.max():,}")
    return [
        f"  {counts[i]:>{width},}  {REASONS[i].removeprefix('tagged: ')}"
        for i in np.argsort(-counts, kind="stable")
        if counts[i]
    ]


def _origins(result: Result) -> list[str]:
    """Count the clusters by the status of their origin and the evidence for it."""
    counted = result.origins.group_by(["status", "reason"]).aggregate([([], "count_all")])
    rows = [(row["count_all"], row["status"], row["reason"]) for row in counted.to_pylist()]
    rows.sort(key=lambda row: (-row[0], row[1:]))
    width = len(f"{rows[0][0]:,}") if rows else 0
    return [f"  {count:>{width},}  {status}: {reason}" for count, status, reason in rows]


def _beyond_clusters(result: Result) -> pa.Table:
    """Return the families that hold more than the cluster of their first unit."""
    families = result.counted("family")
    first = families["unit"].to_numpy()
    clusters = np.bincount(result.cluster.of[result.cluster.of >= 0], minlength=1)
    of_first = result.cluster.of[first]
    size = np.where(of_first >= 0, clusters[of_first], 0)
    return families.filter(pa.array(families["units"].to_numpy() > size))


def _groups(result: Result, noun: str, groups: pa.Table) -> str:
    numbers = groups[noun].to_numpy()
    classes = result.classes.by_number("cluster" if noun == "cluster" else "family")
    order = np.lexsort((numbers, -groups["units"].to_numpy()))[:LISTED]
    traced = result.tracing.clusters if noun == "cluster" else result.tracing.families
    shown = traced.filter(pc.is_in(traced[noun], pa.array(numbers[order])))
    origin = dict(zip(shown[noun].to_pylist(), shown["unit"].to_pylist(), strict=True))
    lines: list[str] = []
    largest = groups.select([noun, "units", "documents", "dropped", "unit"]).take(order)
    texts = result.texts_of(largest["unit"].to_numpy()).to_pylist()
    for row, text in zip(largest.to_pylist(), texts, strict=True):
        # Who had it first, where that is known; else one of them.
        first = origin[row[noun]]
        dropped = f", {row['dropped']:,} dropped" if row["dropped"] else ""
        size = f"{_many(row['units'], 'unit')} in {_many(row['documents'], 'document')}{dropped}"
        lines += [
            f"  {noun} {row[noun]} ({CLASSES[classes[row[noun]]]}): {size}; "
            f"{'one' if first is None else 'first'} in "
            f"{_place(result, row['unit'] if first is None else first)}",
            f"    {_quoted(text)}",
        ]
    plural = {"cluster": "clusters", "family": "families"}[noun]
    beyond = ", the same but for numbers, dates and places" if noun == "family" else ""
    title = f"Largest {plural}{beyond} ({len(order):,} of {groups.num_rows:,})"
    return _section(title, lines)


def _exchanged(result: Result) -> list[str]:
    told = most_substituted(result.templates, ("place", "organisation"), LISTED)
    rows = told.to_pylist()
    width = max((len(f"{row['count']:,}") for row in rows), default=0)
    return [
        f"  {row['count']:>{width},}  {_quoted(row['from'])} → {_quoted(row['to'])}" for row in rows
    ]


def _place(result: Result, unit: int) -> str:
    row = result.finding.units.slice(unit, 1).select(["document", "line"]).to_pylist()[0]
    return f"{result.documents['doc'][row['document']].as_py()}, line {row['line']}"


def _longest_sections(result: Result) -> str:
    sections = result.sections
    order = np.argsort(-sections["matched"].to_numpy(), kind="stable")[:LISTED]
    line = result.finding.units["line"]
    lines: list[str] = []
    for row in sections.take(order).to_pylist():
        here, there = (
            f"{result.documents['doc'][row[f'{side}document']].as_py()}, lines "
            f"{line[row[f'{side}unit']].as_py()} to {line[row[f'{side}last_unit']].as_py()}"
            for side in ("", "source_")
        )
        shared = f"{_many(row['units'], 'unit')}, {_many(row['passages'], 'passage')}"
        lines += [f"  {here}", f"    with {there}: {row['matched']:,} characters, {shared}"]
    return _section(f"Longest sections ({len(order):,} of {sections.num_rows:,})", lines)


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _documents(result: Result) -> list[str]:
    share: npt.NDArray[np.float64] = result.share_repeated().to_numpy()
    order = [int(i) for i in np.argsort(-share, kind="stable")[:LISTED] if share[i] > 0]
    return [f"  {share[i] * 100:>5.1f} %  {result.documents['doc'][i].as_py()}" for i in order]
