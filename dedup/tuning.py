"""Forecast a run from a sample: how long, how much memory and disk, and what each threshold finds.

Two samples of different kinds. Of some documents a real run is made, twice, on a quarter and on all
of them: it says how long a stage takes for what it is given, and how what it is given grows. But it
says little of what is repeated: of two near units a share ``f`` of the documents has both with
probability ``f²``, so a small sample looks as if nothing were. So units are drawn from the sample
and looked up, exactly, in the whole corpus, which takes one pass without signatures, passages,
tables or memory: what share of them has a near copy is the share that will be repeated, whatever
the corpus, and what is not sure about it is how many were drawn.
"""

from __future__ import annotations

import dataclasses
import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup import folding
from dedup.columns import I64
from dedup.corpus.chunks import Chunk
from dedup.corpus.discover import discover
from dedup.corpus.read import read
from dedup.corpus.survey import Survey, plan, survey
from dedup.disk import clean_bytes
from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.errors import CorpusError, SettingsError
from dedup.neighbours import Neighbours, Units, count_neighbours, describe, units_of
from dedup.pipeline import load_lexicon
from dedup.records import DOCUMENTS, SCHEMA_VERSION
from dedup.report.gathering import LARGEST
from dedup.settings import Settings
from dedup.trying import Tried, try_run
from dedup.warmup import compile_kernels, is_needed
from dedup.watch import Progress, Watch

__all__ = ["Forecast", "tune"]

THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MEGABYTES = 8.0
"""Of text, of which a real run is made: a second or two."""
QUERIES = 4000
"""Units that are looked up in the whole corpus."""
CHUNKS = 64
"""From which is drawn, at most: of a larger corpus, 130 MB are read and folded twice."""
REPLICATES = 400
"""Of the bootstrap."""
_OF_REPEATS = {
    "cluster", "passages (place)", "classes, origins, sections", "clean and ledger", "report",
}  # fmt: skip
_PAIRS = {"pairs", "meetings"}
LONGEST = 6
"""Of each document at most as many characters are run on as this part of ``MEGABYTES`` has bytes: a
corpus in one file is a sample, too."""
QUARTER = 4
"""The smaller run has this part of the sample's documents."""


@dataclass(frozen=True)
class Forecast:
    """What a run will take and find; figures without an interval are of one sample."""

    report: Mapping[str, Any]
    """As `dedup schema forecast` describes it."""

    @property
    def thresholds(self) -> pa.Table:
        """Per threshold ``clusters``, ``families``, ``repeated_characters`` with their bounds."""
        return pa.Table.from_pylist(self.report["thresholds"])


def tune(
    paths: Sequence[Path | str],
    settings: Settings | None = None,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    megabytes: float = MEGABYTES,
    queries: int = QUERIES,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Forecast:
    """Forecast what ``run`` takes and finds.

    Parameters
    ----------
    paths, workers, progress
        As ``run`` takes them.
    settings
        Of the run. Decisions of a person are left out of account.
    thresholds
        Of the table; the one of the settings is always there.
    megabytes
        Of text in the documents that are drawn, 1e6 bytes.
    queries
        Units that are drawn from those, and looked up in the whole corpus.

    Raises
    ------
    CorpusError
        If an input cannot be read at all, or holds no unit that is long enough.
    SettingsError
        With ``across_only``: repeats within a source are counted, too.
    """
    begun = time.perf_counter()
    settings = dataclasses.replace(settings or Settings(), decisions=None)
    if settings.across_only:
        raise SettingsError("--across-only cannot be forecast: leave it out")
    if not 0 < megabytes < math.inf or queries < 1:
        raise SettingsError("--megabytes must be above 0, and --queries at least 1")
    levels = np.unique([*thresholds, settings.near])
    if not 0 < levels[0] <= levels[-1] <= 1:
        raise SettingsError("--thresholds must be above 0 and at most 1")
    engine, watch = LocalEngine(workers), Watch(progress)
    if is_needed():
        with watch.stage("compile"):
            compile_kernels()
    with tempfile.TemporaryDirectory(prefix="dedup-tune-") as name:
        folder = Path(name)
        with watch.stage("survey"):
            surveys = survey(
                discover(paths), engine.map, settings=settings, copies=folder / "copies"
            )
            watch.corpus_bytes = sum(each.size for each in surveys)
            chunks = plan(surveys)
        with watch.stage("draw"):
            draw = np.random.default_rng(settings.seed)
            documents, units = _drawn(chunks, megabytes, queries, settings, engine, draw)
        with watch.stage("run on a sample"):
            part = _quarter(documents, int(megabytes * 1e6 / LONGEST), draw)
            small = try_run(part, folder / "small", settings, workers)
            large = try_run(documents, folder / "large", settings, workers)
        lexicon = load_lexicon(settings)
        if not len(units.key):
            raise CorpusError("nothing in it is long enough to be compared: lower --min-length")
        _, first, text = np.unique(units.key, return_index=True, return_inverse=True)
        found = count_neighbours(
            chunks, partial(read, settings=settings), describe(units, first, settings, lexicon),
            levels, settings, lexicon, engine, watch,
        )  # fmt: skip
    rows = _table(levels, units, text, found, settings)
    repeated = rows[int(np.flatnonzero(levels == settings.near)[0])]["repeated_characters"]
    report = {
        "schema_version": SCHEMA_VERSION,
        "dedup": version("dedup"),
        "threshold": settings.near,
        "corpus": {
            "files": len(surveys),
            "bytes": watch.corpus_bytes,
            "documents": found.documents,
            "units": found.units,
            "characters": found.characters,
        },
        "sample": {
            "documents": documents.num_rows,
            "characters": large.counts["characters"],
            "queries": len(text),
            "crowded": found.crowded,
            "seconds": round(time.perf_counter() - begun, 3),
        },
        "run": _forecast(small, large, found, repeated, surveys),
        "thresholds": rows,
    }
    return Forecast(report)


def _drawn(
    chunks: Sequence[Chunk],
    megabytes: float,
    queries: int,
    settings: Settings,
    engine: Engine,
    draw: np.random.Generator,
) -> tuple[pa.Table, Units]:
    """Draw documents, each as likely as any, and apart from those units, each as likely as any."""
    chosen = np.sort(draw.permutation(len(chunks))[:CHUNKS])
    held = sum(piece.length for number in chosen for piece in chunks[number])
    share = min(1.0, megabytes * 1e6 / max(1, held))
    seeds = draw.integers(0, 2**63, len(chosen))
    tables = folding.load_tables()

    def part(number: int) -> tuple[pa.Table, Units, npt.NDArray[np.float64]]:
        documents, _ = read(chunks[chosen[number]], settings)
        mine = np.random.default_rng(seeds[number])
        kept = mine.random(documents.num_rows) < share
        units = units_of(documents, settings, tables)
        lot = mine.random(len(units.key))
        low = np.argsort(lot, kind="stable")[:queries]
        return documents.filter(pa.array(kept)), units.take(np.sort(low)), lot[np.sort(low)]

    parts = engine.map(part, range(len(chosen)))
    documents = pa.concat_tables([DOCUMENTS.empty_table(), *(each[0] for each in parts)])
    units = Units.concat([each[1] for each in parts], len(chosen) == len(chunks))
    lot = np.concatenate([np.empty(0), *(each[2] for each in parts)])
    units = units.take(np.sort(np.argsort(lot, kind="stable")[:queries]))
    if not documents.num_rows and len(chosen):  # a few long ones, of which none was drawn
        documents = read(chunks[chosen[0]], settings)[0].slice(0, 1)
    return _cut(documents.combine_chunks(), int(megabytes * 1e6 / LONGEST)), units


def _quarter(documents: pa.Table, longest: int, draw: np.random.Generator) -> pa.Table:
    """Return a quarter of the documents, or, where they are few, of their lengths."""
    count = documents.num_rows
    if count < 2 * QUARTER:
        return _cut(documents, longest // QUARTER)
    return documents.take(pa.array(np.sort(draw.permutation(count)[: -(-count // QUARTER)])))


def _cut(documents: pa.Table, longest: int) -> pa.Table:
    """Return documents with no more than the first ``longest`` code points of each."""
    text = pc.utf8_slice_codeunits(documents["text"], 0, longest)
    return documents.set_column(documents.column_names.index("text"), "text", text)


def _forecast(
    small: Tried, large: Tried, found: Neighbours, repeated: float, surveys: Sequence[Survey]
) -> dict[str, Any]:
    """Take what the two runs took to the size of the corpus.

    A stage takes a time of its own and one for what it is given, as the two runs have it. Bytes,
    characters, units and texts grow with the corpus. How many repeats there are, and what is
    written of them, grows with ``repeated``, the characters that the whole corpus is forecast to
    repeat. Pairs and meetings grow as they did from the smaller run to the larger one, with a power
    of the characters between 1 and 2.
    """
    before, now = (each.counts["characters"] for each in (small, large))
    times = found.characters / max(1, now)
    of_repeats = max(times, repeated / max(1, large.counts["repeated_characters"]))

    def of_pairs(earlier: float, later: float) -> float:
        if now <= before or not earlier or not later:
            return times
        power = math.log(later / earlier) / math.log(now / before)
        return float(times ** min(2.0, max(1.0, power)))

    stages = {}
    for name, stage in large.timings["stages"].items():
        if name == "compile":
            continue
        handled, ratio = stage["handled"], times
        if name in _OF_REPEATS:
            ratio = of_repeats
        elif stage["unit"] in _PAIRS:
            earlier = small.timings["stages"].get(name, {}).get("handled")
            ratio = of_pairs(earlier or 0, handled)
        earlier = small.timings["stages"].get(name, stage)
        if handled and earlier["handled"]:
            part = earlier["handled"] / handled
        else:
            part = before / max(1, now)
        stages[name] = {
            "seconds": round(_extended(earlier["seconds"], stage["seconds"], part, ratio), 3),
            "cpu_seconds": round(
                _extended(earlier["cpu_seconds"], stage["cpu_seconds"], part, ratio), 3
            ),
            "handled": None if handled is None else round(handled * ratio),
            "unit": stage["unit"],
        }
    candidates = [
        sum(each.report[view]["candidates"] for view in ("literal", "masked"))
        for each in (small, large)
    ]
    peaks = [each.timings["peak_anonymous_bytes"] for each in (small, large)]
    memory = None
    if None not in peaks:
        slope = max(0, peaks[1] - peaks[0]) / max(1, now - before)
        if now < 1.5 * before:  # they tell nothing of how it grows
            slope = peaks[1] / max(1, now)
        memory = round(peaks[1] + slope * max(0, found.characters - now))
    clean = clean_bytes(surveys)
    plain = sum(each.size for each in surveys if each.source.compression or each.source.url)
    tables = round(large.table_bytes * of_repeats)
    page = min(LARGEST, round(large.report_bytes * of_repeats))
    return {
        "seconds": round(sum(stage["seconds"] for stage in stages.values()), 1),
        "cpu_seconds": round(sum(stage["cpu_seconds"] for stage in stages.values()), 1),
        "candidates": round(candidates[1] * of_pairs(*candidates)),
        "peak_anonymous_bytes": memory,
        "out_bytes": clean + tables + page,
        "clean_bytes": clean,
        "copies_bytes": plain,
        "stages": stages,
    }


def _extended(earlier: float, later: float, part: float, ratio: float) -> float:
    """Return the time for ``ratio`` of what took ``later``, ``part`` of which took ``earlier``.

    >>> _extended(1.0, 1.6, 0.25, 10), _extended(2.0, 1.0, 0.25, 10), _extended(0.1, 1.0, 0.25, 10)
    (8.8, 1.0, 10.0)
    """
    if part >= 1:
        return later * ratio
    for_each = max(0.0, (later - earlier) / (1 - part))
    if for_each >= later:
        return later * ratio
    return later + for_each * (ratio - 1)


def _table(
    levels: npt.NDArray[np.float64],
    units: Units,
    text: I64,
    found: Neighbours,
    settings: Settings,
) -> list[dict[str, Any]]:
    """Return, per threshold, what is found in the whole corpus, with intervals at 95 %.

    A unit with ``d`` neighbours is in a cluster of about ``d + 1``, and is that part of one. The
    bootstrap draws what was drawn together, documents or chunks, with all their units (Efron and
    Tibshirani, "An Introduction to the Bootstrap", 1993, section 8).
    """
    literal, masked = found.literal[text], found.masked[text]
    size = units.characters[:, None]
    of = np.unique(units.group, return_inverse=True)[1]
    columns = np.hstack(
        [
            np.where(literal > 1, 1 / literal, 0),
            np.where(masked > 1, 1 / masked, 0),
            np.where((literal > 1) | (masked > 1), size, 0),
            np.ones((len(text), 1)),
            size,
        ]
    )
    sums = np.zeros((int(of.max()) + 1, columns.shape[1]))
    np.add.at(sums, of, columns)
    draw = np.random.default_rng(settings.seed)
    picked = draw.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), REPLICATES)
    every = np.vstack([sums.sum(axis=0, keepdims=True), picked @ sums])
    count = len(levels)
    by_unit = found.units / np.maximum(every[:, -2:-1], 1)
    by_size = found.long_characters / np.maximum(every[:, -1:], 1)
    told = {
        "clusters": every[:, :count] * by_unit,
        "families": every[:, count : 2 * count] * by_unit,
        "repeated_characters": every[:, 2 * count : 3 * count] * by_size,
    }
    rows = []
    for at, level in enumerate(levels.tolist()):
        row: dict[str, Any] = {"threshold": round(level, 6)}
        for name, values in told.items():
            bounds = np.percentile(values[1:, at], [2.5, 97.5])
            row[name] = round(float(values[0, at]))
            row[f"{name}_95"] = [math.floor(bounds[0]), math.ceil(bounds[1])]
        row["repeated_share"] = round(row["repeated_characters"] / max(1, found.characters), 4)
        rows.append(row)
    return rows
