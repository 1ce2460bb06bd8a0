"""The passages that documents share, on any engine: sow, meet, grow, place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I64, Bools, flat, numbers
from dedup.engines import Engine
from dedup.folding import load_tables
from dedup.kernels.seeds import by_seed
from dedup.records import PASSAGES
from dedup.settings import Settings
from dedup.stages.passages import Meetings, Shadows, frequency, grow, meet, place, sow
from dedup.watch import Watch

__all__ = ["find_passages"]

PARTS = 16
"""Ranges of documents that are looked through one by one, on all threads."""
SPACES = 8
"""Into so many spaces the hashes of seeds are parted, to be sorted on all threads."""


def find_passages(
    engine: Engine,
    shadows: Shadows,
    documents: pa.Table,
    units: pa.Table,
    skipped: Bools,
    groups: I64,
    rank: npt.NDArray[np.int64],
    sources: I64 | None,
    settings: Settings,
    watch: Watch,
) -> tuple[pa.Table, int]:
    """Return the passages (schema ``PASSAGES``), and the seeds that were too frequent.

    Parameters
    ----------
    shadows
        Of all units.
    documents, units
        Of the run.
    skipped
        Units that are looked for nowhere else: those with the text of another one.
    groups
        Per unit and kind of group, its group (-1: none); units of one group share no passage.
    rank
        Per unit, its place in keep order.
    sources
        Per unit, its source, where a passage within one source is none; else None.
    """
    if not len(shadows.text):
        return PASSAGES.empty_table(), 0
    characters = len(shadows.text)
    cuts = _even_cuts(shadows.documents, PARTS)
    with watch.stage(stage := "passages (sow)", characters, "characters"):
        parts = list(pairwise(cuts))
        sowing = watch.count(stage, partial(sow, shadows=shadows, skipped=skipped), len(parts))
        seeds = pa.concat_tables(engine.map(sowing, parts)).combine_chunks()
    if not seeds.num_rows:
        return PASSAGES.empty_table(), 0
    with watch.stage(stage := "passages (meet)", seeds.num_rows, "seeds"):
        meeting = watch.count(stage, meet, SPACES)
        met = pa.concat_tables(engine.group(meeting, _spaces(numbers(seeds["key"])), ["key"], 2))
        seed, partner = numbers(met["seed"]), numbers(met["partner"])
        starts = np.zeros(seeds.num_rows + 1, np.int64)
        starts[1:] = np.bincount(seed, minlength=seeds.num_rows)
        partners = np.empty(len(seed), np.int64)
        by_seed(seed, partner, starts, partners)
        meetings = Meetings(numbers(seeds["place"]), numbers(seeds["unit"]), starts, partners)
        capped = int(np.count_nonzero(numbers(met["capped"])))
        times = np.zeros(seeds.num_rows, np.int32)
        times[seed] = times[partner] = numbers(met["times"])

    with watch.stage(stage := "passages (grow)", len(partners), "meetings"):
        parts = list(pairwise(np.searchsorted(meetings.places, shadows.documents[cuts]).tolist()))
        growing = partial(
            grow, shadows=shadows, groups=groups, meetings=meetings,
            least=settings.passage_length, share=settings.passage_share,
        )  # fmt: skip
        rows = np.concatenate(engine.map(watch.count(stage, growing, len(parts)), parts))
        if sources is not None:
            copy, source = (sources[shadows.holders(rows[:, at])] for at in (0, 2))
            rows = rows[copy != source]
    if len(rows) == 0:
        return PASSAGES.empty_table(), capped
    with watch.stage(stage := "passages (place)", len(rows), "passages"):
        text = flat(documents["text"])
        placing = partial(
            place, shadows=shadows, text=text, units=units, rank=rank, tables=load_tables()
        )
        rows = np.column_stack([rows, frequency(rows, meetings.places, times)])
        some = [rows[a:b] for a, b in pairwise(range(0, len(rows) + 8192, 8192))]
        placed = pa.concat_tables(engine.map(watch.count(stage, placing, len(some)), some))
        placed = placed.combine_chunks()
        by = ("source_end", "source_start", "end", "start", "unit")
        order = np.lexsort([numbers(placed[name]) for name in by])
        return placed.take(pa.array(order)), capped


def _even_cuts(starts: I64, parts: int) -> list[int]:
    """Return where to cut documents, given where they start, into parts of about one size."""
    marks = np.linspace(0, starts[-1], parts + 1)[1:-1]
    inside = np.searchsorted(starts, marks).tolist()
    return sorted({0, *inside, len(starts) - 1})


def _spaces(keys: npt.NDArray[np.uint64]) -> Iterator[pa.Table]:
    """Yield seeds by the space of their key, with the rest of it: ``key`` (uint32) and ``seed``."""
    space = (keys >> np.uint64(61)).astype(np.uint8)
    short = (keys >> np.uint64(20)).astype(np.uint32)
    for number in range(SPACES):
        seed = np.flatnonzero(space == number)
        yield pa.table({"key": short[seed], "seed": seed})
