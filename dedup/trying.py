"""A run on a sample, in a process of its own, whose memory is that of the run alone."""

from __future__ import annotations

import dataclasses
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from dedup.errors import DedupError, OutputError
from dedup.report import NAME as REPORT
from dedup.run import run
from dedup.settings import Settings

__all__ = ["Tried", "try_run"]


@dataclass(frozen=True)
class Tried:
    """What a run on a sample took."""

    timings: Mapping[str, Any]
    counts: Mapping[str, int]
    report: Mapping[str, Any]
    table_bytes: int
    """Of all that is written beside the cleaned corpus, without the report."""
    report_bytes: int


def try_run(documents: pa.Table, folder: Path, settings: Settings, workers: int | None) -> Tried:
    """Run on documents (``records.DOCUMENTS``) in a folder, which is made.

    Raises
    ------
    DedupError
        Whatever the run raised; OutputError if its process was killed.
    """
    folder.mkdir()
    names = {"doc": "id", "text": "text", "date": "date", "source": "source"}
    with (folder / "sample.jsonl").open("wb") as file:
        for batch in (
            documents.select(list(names)).rename_columns(list(names.values())).to_batches()
        ):
            for row in batch.to_pylist():
                file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    plain = dataclasses.replace(
        settings, text_field="text", id_field="id", encoding="utf-8",
        date_field="date" if settings.date_field else None,
        source_field="source" if settings.source_field else None,
    )  # fmt: skip
    out = folder / "out"
    asked = pickle.dumps(([folder / "sample.jsonl"], out, plain, workers))
    child = subprocess.Popen(
        [sys.executable, "-m", "dedup.trying"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **_MALLOC},
    )  # fmt: skip
    try:
        told, _ = child.communicate(asked)
    except BaseException:
        child.kill()
        child.wait()
        raise
    error = pickle.loads(told) if told else OutputError("a run on a sample was killed")
    if error is not None:
        raise error
    timings, report = (
        orjson.loads((out / name).read_bytes()) for name in ("timings.json", "run.json")
    )
    tables = sum(path.stat().st_size for path in out.iterdir() if path.is_file())
    page = (out / REPORT).stat().st_size
    return Tried(timings, report["counts"], report, tables - page, page)


_MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1),
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""As the command keeps memory (``dedup.cli``), so that as much is seen."""


def _child() -> None:
    """Run on what standard input says, in a process whose memory is that of the run alone."""
    paths, out, settings, workers = pickle.load(sys.stdin.buffer)
    error = None
    try:
        run(paths, out, settings, workers=workers, memory=sys.maxsize)
    except DedupError as raised:
        error = raised
    sys.stdout.buffer.write(pickle.dumps(error))


if __name__ == "__main__":
    _child()
