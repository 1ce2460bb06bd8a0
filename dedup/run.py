"""One run from the corpus on disk to the output folder: read, find, write."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dedup.columns import flat, numbers, strings
from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.patch import CleanSummary
from dedup.corpus.read import read
from dedup.corpus.remote import is_remote
from dedup.corpus.survey import Survey, fingerprint, plan, survey
from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.errors import OutputExistsError, SettingsError
from dedup.finding import View
from dedup.jsonlines import Json, array_of, objects
from dedup.pipeline import find_in
from dedup.records import SCHEMA_VERSION
from dedup.result import Result
from dedup.settings import Settings
from dedup.store import OutputFolder
from dedup.summary import summary_text
from dedup.warmup import compile_kernels, is_needed
from dedup.watch import Progress, Watch

__all__ = ["Outcome", "run"]

MEMBERS_SHOWN = 20


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    out: Path
    already: bool
    """Whether the folder held the finished run of the same input and settings before."""
    report: Mapping[str, Any]
    """What ``run.json`` says."""
    seconds: Mapping[str, float]
    """Per stage; empty if nothing was done."""


def run(
    paths: Sequence[Path | str],
    out: Path,
    settings: Settings | None = None,
    *,
    workers: int | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Deduplicate the corpus at ``paths`` into the folder ``out``.

    Parameters
    ----------
    paths
        Files and folders; as strings also URLs of file systems that fsspec knows, and ``-`` for
        JSONL on standard input.
    out
        Folder for everything that is written; must be new, empty, or of an earlier run.
    settings
        What to compare and how.
    workers, engine
        Threads of the local engine, or another engine. Neither changes a byte of the result.
    progress
        Called as stages advance. To stop a run, raise an exception there: it reaches the caller,
        and the folder is left unfinished.

    Raises
    ------
    CorpusError
        If an input cannot be read at all, or changes while it is read.
    SettingsError
        If a user dictionary cannot be read.
    OutputExistsError
        If ``out`` holds something else, or the run of another input or other settings.
    OutputError
        If ``out`` cannot be written.
    """
    begun = time.perf_counter()
    settings = settings or Settings()
    engine = engine or LocalEngine(workers)
    watch = Watch(progress)
    with watch.stage("survey"):
        if any(Path(path).resolve() == out.resolve() for path in paths if not is_remote(path)):
            raise OutputExistsError(
                f"{out} is the corpus itself: name another folder for the output"
            )
        files = discover(paths, leave_out=out)
        digests = _digests(settings.user_dictionaries)
    folder = OutputFolder(out)
    with folder.locked(), folder.copies() as copies:
        with watch.stage("survey"):
            surveys = survey(files, engine.map, settings=settings, copies=copies)
        identity = {
            "dedup": version("dedup"),
            "input": fingerprint(surveys),
            "settings": settings.as_dict()
            | {"threshold": settings.near, "user_dictionaries": digests},
        }
        done = folder.finished()
        if done is not None:
            _refuse_other(out, done, identity)
            return Outcome(out, already=True, report=done, seconds={})
        folder.clear()
        if is_needed():
            with watch.stage("compile"):
                compile_kernels()
        result = find_in(
            plan(surveys),
            partial(read, settings=settings),
            [file.name for file in files],
            settings,
            engine,
            watch,
        )
        with watch.stage("clean and ledger"):
            cleaned = _write_all(folder, result, surveys, engine)
        report = identity | _report(result, surveys, cleaned.removed_bytes)
        with folder.writing("summary.txt") as file:
            file.write(summary_text(report, result).encode())
        seconds = {name: round(value, 4) for name, value in watch.seconds.items()}
        folder.write_json(
            "timings.json",
            {
                "seconds": seconds,
                "total_seconds": round(time.perf_counter() - begun, 4),
                "peak_memory_bytes": _peak_memory(),
                "workers": getattr(engine, "workers", None),
                "engine": type(engine).__name__,
                "out": str(out),
                "arguments": [_spelled(path) for path in paths],
                "python": platform.python_version(),
            },
        )
        folder.write_json("run.json", report)
    return Outcome(out, already=False, report=report, seconds=seconds)


def _spelled(path: Path | str) -> str:
    r"""Return a path as a string that can be written, bytes that are not UTF-8 as ``\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _digests(dictionaries: Sequence[Path]) -> dict[str, str]:
    """Return the SHA-256 of each user dictionary: its words count, not where it lies."""
    try:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in dictionaries}
    except OSError as error:
        raise SettingsError(
            f"the user dictionary {error.filename} cannot be read: {error.strerror or error}"
        ) from error


def _refuse_other(out: Path, done: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """Raise, naming what differs, unless the finished run is this one."""
    if done.get("input") != identity["input"]:
        what = "another input"
    elif done.get("dedup") != identity["dedup"]:
        what = f"version {done.get('dedup')} of dedup"
    else:
        before, now = done.get("settings", {}), identity["settings"]
        other = [name for name in now if before.get(name) != now[name]]
        if not other:
            return
        what = ", ".join(
            f"{name.replace('_', '-')} {_told(before.get(name))} (now {_told(now[name])})"
            for name in other
        )
    raise OutputExistsError(
        f"{out} holds a finished run with {what}: name another folder, or remove that one"
    )


def _told(value: object) -> object:
    return "unset" if value in (None, [], {}) else value


def _write_all(
    folder: OutputFolder, result: Result, surveys: Sequence[Survey], engine: Engine
) -> CleanSummary:
    """Write the cleaned corpus and every table; one waits for the disk while another is made.

    Whatever engine makes the tables, the files are written here.
    """

    def write_corpus() -> CleanSummary:
        return write_clean(
            surveys, result.removals, result.finding.quarantine, folder.path / "clean",
            folder.path / "patch", result.settings, engine.map,
        )  # fmt: skip

    def write_edges() -> None:
        with folder.writing("edges.parquet") as file:
            pq.write_table(_edge_rows(result), file)

    def write_quarantine() -> None:
        _write_lines(folder, "quarantine.jsonl", [_quarantine_lines(result)])

    def write_clusters() -> None:
        _write_lines(folder, "clusters.jsonl", [_cluster_lines(result)])

    def write_provenance() -> None:
        _write_lines(folder, "provenance.jsonl", _provenance_lines(result, engine))

    writers: list[Callable[[], CleanSummary | None]] = [
        write_provenance, write_corpus, write_clusters, write_edges, write_quarantine,
    ]  # fmt: skip
    written = LocalEngine(2).map(lambda write: write(), writers)
    return next(summary for summary in written if summary is not None)


def _write_lines(folder: OutputFolder, name: str, parts: Iterable[pa.Array]) -> None:
    with folder.writing(name) as file:
        for part in parts:
            data, offsets = strings(part)
            file.write(data[offsets[0] : offsets[-1]].data)


def _provenance_lines(result: Result, engine: Engine) -> Iterator[pa.Array]:
    """Yield the lines in parts, a few at a time: the whole is several times the corpus."""
    rows = result.provenance
    parts = [rows.slice(first, 8192) for first in range(0, rows.num_rows, 8192)]
    for first in range(0, len(parts), 8):
        yield from engine.map(
            lambda part: objects(dict(zip(part.column_names, part.columns, strict=True)), end="\n"),
            parts[first : first + 8],
        )


def _cluster_lines(result: Result) -> pa.Array:
    clusters = result.clusters
    starts = numbers(flat(clusters["members"]).offsets)
    members = flat(clusters["members"]).values
    sizes = np.minimum(np.diff(starts), MEMBERS_SHOWN)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    shown = members.take(pa.array(np.repeat(starts[:-1], sizes) + within))
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
    places = pa.LargeListArray.from_arrays(offsets, _places(result, shown))
    count = clusters.num_rows
    columns: dict[str, Any] = {
        "schema_version": pa.array(np.full(count, SCHEMA_VERSION)),
        **{
            name: clusters[name]
            for name in ("cluster", "family", "units", "documents", "texts", "dropped")
        },
        "class": pa.nulls(count, pa.string()),
        "reasons": pa.nulls(count, pa.string()),
        "template": pa.nulls(count, pa.string()),
        "representative": Json(_places(result, flat(clusters["unit"]))),
        "text": clusters["text"],
        "members": array_of(places),
    }
    return objects(columns, end="\n")


def _places(result: Result, unit: pa.Array) -> pa.Array:
    """Return, per unit, a JSON object that says where it stands."""
    units = result.finding.units.select(["document", "paragraph", "line", "start", "end"]).take(
        unit
    )
    document = flat(units["document"])
    names = pa.array(list(result.finding.names), pa.large_string())
    return objects(
        {
            "file": names.take(flat(result.documents["file"]).take(document)),
            "row": result.documents["row"].take(document),
            "doc": result.documents["doc"].take(document),
            **{name: units[name] for name in ("paragraph", "line", "start", "end")},
        }
    )


def _quarantine_lines(result: Result) -> pa.Array:
    rows = result.finding.quarantine
    names = pa.array(list(result.finding.names), pa.large_string())
    raw = [value.decode("utf-8", "backslashreplace") for value in rows["raw"].to_pylist()]
    columns = {
        "schema_version": pa.array(np.full(rows.num_rows, SCHEMA_VERSION)),
        "file": names.take(flat(rows["file"])),
        "row": rows["row"],
        "why": rows["why"],
        "offset": rows["offset"],
        "raw": pa.array(raw, pa.large_string()),
    }
    return objects(columns, end="\n")


def _edge_rows(result: Result) -> pa.Table:
    """Return the edges of both views, between the first units of their texts."""
    finding = result.finding
    unit = numbers(finding.texts["unit"])
    tables = []
    for name, view in (("literal", finding.literal), ("masked", finding.masked)):
        a, b = unit[numbers(view.edges["a"])], unit[numbers(view.edges["b"])]
        columns: dict[str, Any] = {
            "view": pa.array([name]).take(pa.array(np.zeros(len(a), np.int64)))
        }
        for side, which in (("a", a), ("b", b)):
            units = finding.units.select(["document", "paragraph"]).take(pa.array(which))
            document = flat(units["document"])
            columns |= {
                f"file_{side}": flat(finding.documents["file"]).take(document),
                f"row_{side}": flat(finding.documents["row"]).take(document),
                f"paragraph_{side}": flat(units["paragraph"]),
            }
        for measure in ("similarity", "containment_a", "containment_b"):
            columns[measure] = flat(view.edges[measure])
        tables.append(pa.table(columns))
    names = {b"files": "\n".join(finding.names).encode()}
    return pa.concat_tables(tables).replace_schema_metadata(names)


def _report(result: Result, surveys: Sequence[Survey], removed_bytes: int) -> dict[str, Any]:
    finding = result.finding
    shares = result.shares()
    linked = (result.cluster.of >= 0) | (result.family.of >= 0)
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
            "distinct_texts": finding.texts.num_rows,
            "clusters": result.cluster.count,
            "families": result.family.count,
            "repeated_units": int(linked.sum()),
            "dropped_documents": int(result.dropped_documents.sum()),
            "dropped_units": int((result.action == 2).sum()),
            "tagged_units": int((result.action == 1).sum()),
            "characters": shares["all"],
            "repeated_characters": shares["repeated"],
            "dropped_characters": shares["dropped"],
            "dropped_bytes": removed_bytes,
        },
        "encodings": dict(
            sorted(Counter(each.content.encoding for each in surveys if each.encoded).items())
        ),
        "drop_threshold": result.decision.rule.threshold,
        "banding": None
        if finding.banding is None
        else {"bands": finding.banding.bands, "rows": finding.banding.rows},
        "literal": _view_report(finding.literal, result),
        "masked": _view_report(finding.masked, result),
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
        "expected_recall_at_threshold": 1.0
        if banding is None
        else round(banding.recall(result.settings.near), 6),
        "measured_recall": None
        if audit is None
        else {
            "sampled_texts": audit.sampled,
            "pairs": audit.pairs,
            "found": audit.found,
            "recall": "no estimate" if audit.recall is None else round(audit.recall, 6),
            "interval_95": audit.interval(),
        },
    }


def _peak_memory() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
