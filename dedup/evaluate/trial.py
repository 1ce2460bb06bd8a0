"""A trial: copies are planted into a corpus, a run looks for them, and what it finds is counted."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from dedup.corpus.discover import discover
from dedup.corpus.read import read
from dedup.corpus.survey import plan, survey
from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.errors import OutputExistsError
from dedup.evaluate.alter import KINDS
from dedup.evaluate.links import Links
from dedup.evaluate.marked import APART, Marked, score_marked
from dedup.evaluate.plagdet import Aligned
from dedup.evaluate.plant import Planted, plant
from dedup.evaluate.score import Counts, PlantScore, score_planted
from dedup.records import DOCUMENTS, SCHEMA_VERSION
from dedup.run import run
from dedup.settings import Settings
from dedup.stages.audit import wilson_interval
from dedup.store import OutputFolder
from dedup.warmup import compile_kernels, is_needed
from dedup.watch import Progress, Watch

__all__ = ["PLANTED", "Trial", "read_documents", "score_report", "try_planted"]

PLANTED = "planted.jsonl"
SHOWN = 10
"""Missed labels of a kind, and wrong links, that the report shows."""


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    out: Path
    report: Mapping[str, Any]
    """What ``evaluation.json`` says."""


def try_planted(
    paths: Sequence[Path | str],
    out: Path,
    settings: Settings | None = None,
    *,
    hosts: Sequence[Path | str] = (),
    kinds: Sequence[str] = tuple(KINDS),
    copies: int = 100,
    shortest: int = 60,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Trial:
    """Plant copies, run over them, score the run, and write all of it to ``out``.

    Parameters
    ----------
    paths, hosts
        As ``run`` takes them: where donors come from, and where copies go (none: the same).
    out
        A new or an empty folder. Gets ``planted.jsonl``, ``labels.jsonl``, ``evaluation.json``
        and the folder ``run`` with the output of the run.
    settings
        Of the run. What it says of fields is used to read, not to run, and so are ``keep`` and
        ``prefer``: the planted corpus has nothing but ``id`` and ``text``.
    kinds, copies, shortest
        As ``plant`` has them.
    workers, progress
        As ``run`` has them.

    Raises
    ------
    CorpusError
        If the corpus cannot be read, or nothing can be planted.
    OutputExistsError
        If ``out`` holds something.
    """
    settings = settings or Settings()
    engine = LocalEngine(workers)
    folder = OutputFolder(out)
    with folder.locked():
        if (out / "evaluation.json").exists():
            raise OutputExistsError(f"{out} holds a finished evaluation: name another folder")
        watch = Watch(progress)
        if is_needed():
            with watch.stage("compile"):
                compile_kernels()
        with watch.stage("plant"):
            corpus = read_documents(paths, settings, engine, leave_out=out)
            planted = plant(
                corpus,
                read_documents(hosts, settings, engine, leave_out=out) if hosts else None,
                settings, engine, kinds=kinds, copies=copies, shortest=shortest,
            )  # fmt: skip
            del corpus
            _write_lines(folder, PLANTED, planted.documents)
            _write_lines(folder, "labels.jsonl", planted.labels)
        shutil.rmtree(out / "run", ignore_errors=True)  # of an evaluation that was broken off
        plain = dataclasses.replace(
            settings, text_field="text", id_field="id", date_field=None, source_field=None,
            encoding="utf-8",
            keep="first", prefer=(),
        )  # fmt: skip
        outcome = run(
            [out / PLANTED],
            out / "run",
            plain,
            workers=workers,
            engine=engine,
            progress=progress,
            report=False,
        )
        roles = [row["role"] for row in planted.documents]
        links = Links.of_run(out / "run")
        known = planted.labels, roles, links, PLANTED, shortest
        report = {
            "schema_version": SCHEMA_VERSION,
            "dedup": outcome.report["dedup"],
            "settings": outcome.report["settings"],
            "donor_length": shortest,
            "documents": len(roles),
            "hosts": roles.count("host"),
            **score_report(score_planted(*known), score_marked(*known), planted, kinds),
        }
        folder.write_json("evaluation.json", report)
    return Trial(out, report)


def read_documents(
    paths: Sequence[Path | str], settings: Settings, engine: Engine, leave_out: Path | None = None
) -> pa.Table:
    """Return the documents of files and folders (``records.DOCUMENTS``), without bad rows."""
    with tempfile.TemporaryDirectory() as copies:
        surveys = survey(
            discover(paths, leave_out=leave_out), engine.map, settings=settings, copies=Path(copies)
        )
        read_chunk = partial(read, settings=settings)
        tables = [table for table, _ in engine.map(read_chunk, plan(surveys))]
    return pa.concat_tables([DOCUMENTS.empty_table(), *tables]).combine_chunks()


def score_report(
    score: PlantScore, marked: Marked, planted: Planted, asked: Sequence[str]
) -> dict[str, Any]:
    """Return the scores as JSON has them, and some of what went wrong."""
    rows = planted.documents
    kinds = {}
    for kind in (kind for kind in KINDS if kind in asked):
        units = score.kinds.get(kind, Counts())
        found, pairs = 0, units.true + units.missed
        if pairs:
            found = marked.kinds[kind].detected
        kinds[kind] = {
            "planted": pairs,
            "found": found,
            "recall": found / pairs if pairs else None,
            "interval_95": wilson_interval(found / pairs, pairs) if pairs else None,
            "found_by_units": units.true,
            "recall_by_units": units.recall,
        }
    missed: list[dict[str, Any]] = []
    for kind in kinds:
        of_kind = [label for label in marked.missed if label["kind"] == kind]
        for label in of_kind[:SHOWN]:
            donor = rows[label["donor_row"]]["text"][label["donor_start"] : label["donor_end"]]
            missed.append({**label, "donor_text": donor})
    return {
        "kinds": kinds,
        "links": {
            "true": score.links.true,
            "false": score.links.false,
            "unjudged": score.unjudged,
            "precision": score.links.precision,
        },
        "passages": {
            "all": {"without": [kind for kind in kinds if kind in APART], **marked.all.as_dict()},
            "kinds": {kind: marked.kinds[kind].as_dict() for kind in kinds if kind in marked.kinds},
            "unjudged": marked.unjudged,
        },
        "missed": missed,
        "wrong": [
            [
                {"row": row, "doc": rows[row]["id"], "paragraph": paragraph}
                for _, row, paragraph in pair
            ]
            for pair in score.wrong[:SHOWN]
        ],
        "wrong_passages": [_told(found, rows) for found in marked.wrong[:SHOWN]],
    }


def _told(found: Aligned, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "doc": rows[row]["id"],
            "start": start,
            "end": end,
            "text": rows[row]["text"][start:end],
        }
        for (_, row), start, end in found
    ]


def _write_lines(folder: OutputFolder, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    with folder.writing(name) as file:
        for row in rows:
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
