"""One run from the corpus on disk to the output folder: read, find, write."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dedup.corpus.discover import discover
from dedup.corpus.read import read
from dedup.corpus.remote import is_remote
from dedup.corpus.survey import Survey, fingerprint, plan, survey
from dedup.disk import check_room
from dedup.engines import Engine
from dedup.engines.counted import CountedEngine
from dedup.engines.local import LocalEngine
from dedup.errors import OutputExistsError, SettingsError
from dedup.facts import run_report
from dedup.memory import free_memory
from dedup.outputs import write_outputs
from dedup.pipeline import find_in
from dedup.records import SCHEMA_VERSION
from dedup.report import NAME as REPORT
from dedup.report import write_report
from dedup.resuming import difference, fingerprints
from dedup.settings import Settings
from dedup.store import OutputFolder
from dedup.summary import summary_text
from dedup.warmup import compile_kernels, is_needed
from dedup.watch import Progress, Watch
from dedup.work import Work

__all__ = ["Outcome", "run"]

MEMORY_PER_BYTE = 12
"""What a run that keeps everything in memory takes, about, for each byte of the corpus: 14 on 51 MB
of laws, of which 4 are there whatever the corpus, 7 on 0.5 GB of generated text."""


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
    memory: int | None = None,
    update: bool = False,
    keep_work: bool = False,
    progress: Progress | None = None,
    report: bool = True,
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
    memory
        Bytes to do with, half of what is free if it is None. A run that would need more keeps what
        is as long as the corpus in files in ``out`` (see ``work``), and goes on from there if it
        was killed.
    update
        Whether a run of another input or other settings in ``out`` gives way to this one; what its
        files hold, and does not depend on what differs, is used again.
    keep_work
        Whether to keep those files, for the next update.
    progress
        Called as stages advance. To stop a run, raise an exception there: it reaches the caller,
        and the folder is left unfinished.
    report
        Whether to write ``report.html``, too.

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
    with folder.locked(), folder.copies() as copies, watch.sampling():
        with watch.stage("survey", unit="bytes") as surveying:
            counted = CountedEngine(engine, watch)
            surveys = survey(files, counted.map, settings=settings, copies=copies)
            watch.corpus_bytes = surveying.handled = sum(each.size for each in surveys)
            _check_marker(surveys, settings)
        identity = {
            "dedup": version("dedup"),
            "input": fingerprint(surveys),
            "settings": settings.as_dict()
            | {"threshold": settings.near, "user_dictionaries": digests},
        }
        done = folder.finished()
        if done is not None:
            if not update:
                _refuse_other(out, done, identity, "a finished")
            if difference(done, identity) is None:
                if report and not (out / REPORT).exists():
                    with watch.stage("report"):
                        write_report(out)
                return Outcome(out, already=True, report=done, seconds={})
        work = Work()
        most = free_memory() // 2 if memory is None else memory
        # What is there is used, whatever memory there is by now.
        if keep_work or folder.resumable() or watch.corpus_bytes * MEMORY_PER_BYTE > most:
            work = folder.work(fingerprints(identity))
            begun_before = folder.begun()
            if begun_before is not None and not update:
                _refuse_other(out, begun_before, identity, "an unfinished")
            folder.begin(identity)
            watch.frugal = True
        folder.clear()
        check_room(out, surveys, watch, filed=work.folder is not None)
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
            work,
        )
        with watch.stage("classes, origins, sections", result.repeated_units, "units"):
            result.complete()
        with watch.stage("clean and ledger", unit="bytes") as writing:
            cleaned, best = write_outputs(folder, result, surveys, CountedEngine(engine, watch))
            writing.handled = folder.table_bytes() + watch.corpus_bytes - cleaned.removed_bytes
        with watch.stage("summary"):
            told = identity | run_report(result, surveys, cleaned.removed_bytes)
            with folder.writing("summary.txt") as file:
                file.write(summary_text(told, result, best).encode())
        del result, best  # the report is made of what is written: it needs the memory, not these
        if report:
            with watch.stage("report", unit="bytes") as making:
                making.handled = write_report(out, run=told).size
        seconds = {name: round(value, 4) for name, value in watch.seconds.items()}
        total = time.perf_counter() - begun
        folder.write_json(
            "timings.json",
            {
                "schema_version": SCHEMA_VERSION,
                "seconds": seconds,
                "stages": {name: stage.told(total) for name, stage in watch.stages.items()},
                "total_seconds": round(total, 4),
                "cpu_seconds": round(time.process_time(), 4),
                "peak_anonymous_bytes": watch.peak,
                "peak_memory_bytes": _peak_memory(),
                "workers": getattr(engine, "workers", None),
                "engine": type(engine).__name__,
                "reused": work.reused,
                "out": str(out),
                "arguments": [_spelled(path) for path in paths],
                "python": platform.python_version(),
            },
        )
        if not keep_work:  # first: what is finished is not looked through again
            folder.forget()
        folder.write_json("run.json", told)
    return Outcome(out, already=False, report=told, seconds=seconds)


def _check_marker(surveys: Sequence[Survey], settings: Settings) -> None:
    """Raise if there are to be markers in a file whose encoding cannot write them."""
    if not settings.masks:
        return
    marker = settings.mask_marker
    for each in surveys:
        encoding = each.content.encoding
        if marker.encode(encoding, "ignore").decode(encoding) != marker:
            raise SettingsError(
                f"--mask-marker {marker} cannot be written in {each.source.place}, "
                f"which is {encoding}: choose another one"
            )


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


def _refuse_other(out: Path, before: Mapping[str, Any], now: Mapping[str, Any], what: str) -> None:
    """Raise, naming what differs, unless the run that is there is this one."""
    other = difference(before, now)
    if other:
        raise OutputExistsError(
            f"{out} holds {what} run with {other}: name another folder, or redo what depends on "
            "it with --update"
        )


def _peak_memory() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
