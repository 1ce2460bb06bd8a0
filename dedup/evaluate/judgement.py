"""A finished run, or a corpus that is run over first, judged by a file of labels."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dedup.corpus.patch import source_files
from dedup.evaluate.links import Links
from dedup.evaluate.pairs import PairScore, Wanted, read_labels, score_labels
from dedup.explanation import finished_report
from dedup.original import known_labels
from dedup.records import SCHEMA_VERSION
from dedup.run import run
from dedup.settings import Settings
from dedup.watch import Progress

__all__ = ["judge_corpus", "judge_run"]

SHOWN = 20


def judge_corpus(
    pairs: Path,
    paths: Sequence[Path | str],
    settings: Settings | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run over a corpus, keeping nothing, and judge that; as ``judge_run`` has it."""
    read_labels(pairs)  # what is wrong with them is said before the run
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run(paths, out, settings, workers=workers, progress=progress)
        return judge_run(pairs, out)


def judge_run(pairs: Path, out: Path) -> dict[str, Any]:
    """Return how a finished run in ``out`` fares with the labels in ``pairs``, as JSON has it.

    Raises
    ------
    SettingsError
        If there is no finished run, or the labels cannot be used.
    OutputError
        If the output of the run is damaged.
    """
    labels = read_labels(pairs)
    report = finished_report(out)
    files = {file.name for file in source_files(out)}
    known = files | known_labels(out, report)
    score = score_labels(labels, Links.of_run(out), known)
    return {
        "schema_version": SCHEMA_VERSION,
        "dedup": report["dedup"],
        "settings": report["settings"],
        **_told(score),
    }


def _told(score: PairScore) -> dict[str, Any]:
    kinds = {kind: counts.as_dict() for kind, counts in sorted(score.kinds.items())}
    precision, recall = score.b_cubed or (None, None)
    return {
        "kinds": kinds,
        "all": {**score.all.as_dict(), "apart": score.apart},
        "b_cubed": None
        if precision is None or recall is None
        else {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / (precision + recall),
        },
        "missed": [_pair(pair) for pair in score.missed[:SHOWN]],
        "wrong": [_pair(pair) for pair in score.wrong[:SHOWN]],
    }


def _pair(pair: tuple[Wanted, Wanted]) -> dict[str, Any]:
    told = {}
    for name, (doc, by, at) in zip("ab", pair, strict=True):
        fields = {"document": (), "span": ("start", "end")}.get(by, (by,))
        told[name] = {"doc": doc, **dict(zip(fields, at, strict=True))}
    return told
