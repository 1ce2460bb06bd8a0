"""The passages that documents share, on any engine: note, sow, meet, grow, place.

What is as long as the corpus is handled in parts: shadow texts are made again, part by part, as
often as they are needed; seeds are gathered by ranges of their hashes, to be sorted, and what meets
by ranges of places, to grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.bucketed import Bucketed
from dedup.columns import I32, I64, Array, Bools, each_once, flat, numbers
from dedup.engines import Engine
from dedup.folding import load_tables
from dedup.islands import Islands, characters, lay_out, spread
from dedup.kernels.group import note_values
from dedup.kernels.seeds import WIDE
from dedup.places import Places, places_of
from dedup.records import PASSAGES
from dedup.settings import Settings
from dedup.shadows import HeldShadows, Part, RemadeShadows
from dedup.stages.passages import Meetings, grow, place
from dedup.stages.seeds import KEY_BITS, Documents, Filter, frequencies, meet, note, sow
from dedup.watch import Watch
from dedup.work import Gathering, Work

__all__ = ["find_passages"]

Shadows: TypeAlias = HeldShadows | RemadeShadows
Grown: TypeAlias = tuple[npt.NDArray[np.int64], I64]

PART = 1 << 18
"""Characters of documents that are looked through at once."""
SPACE_SEEDS = 1 << 18
"""Seeds to a range of hashes, about, before those that occur once are left out."""
FEWEST_SPACES, MOST_SPACES = 8, 1 << 16
ABREAST = 8
"""Ranges of hashes that are sorted before what they gave is put away."""
MOST_BITS = 31
WINDOW = 16
"""Bits of a place within its bucket."""
MARGINS = (48, None)
"""Characters that are laid out around a unit where something meets; None: its whole document.

The first is no less than the run that a passage grows from, which is 36 at most. An alignment looks
22 characters ahead: what comes so near to the end of what is laid out (three of a thousand
documents of mixed laws and news) grows once more, with the next.
"""
RANGE = 1 << 22
"""Characters of documents whose passages grow at once."""
ROWS = 4096
"""Passages that are placed at once."""


def find_passages(
    engine: Engine,
    shadows: Shadows,
    documents: pa.Table,
    units: pa.Table,
    skipped: Bools,
    groups: I32,
    rank: npt.NDArray[np.int64],
    sources: I64 | None,
    settings: Settings,
    watch: Watch,
    work: Work,
    found: Gathering,
) -> int:
    """Add the passages (schema ``PASSAGES``) to ``found``; return how many seeds are too frequent.

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
    work
        Room for what is as long as the corpus.
    """
    found.append(PASSAGES.empty_table())
    places = places_of(units, documents.num_rows, work)
    if not places.count:
        return 0
    with watch.stage(stage := "passages (sow)", places.count, "characters"):
        seeds = _seeds(engine, shadows, places, skipped, watch, stage, work)
    if not seeds.rows:
        return 0
    with watch.stage(stage := "passages (meet)", seeds.rows, "seeds"):
        met = _Met(places, work)
        for rows in _meet(engine, seeds, places, groups, partial(watch.count, stage)):
            met.append(rows)
        del seeds
    with watch.stage(stage := "passages (grow)", met.pairs.rows, "meetings"):
        rows = _grown(
            engine, shadows, met, places, groups, settings, partial(watch.count, stage), work
        )
        if sources is not None:
            copy, source = (sources[places.holders(rows[:, at])] for at in (0, 2))
            rows = rows[copy != source]
    with watch.stage(stage := "passages (place)", len(rows), "passages"):
        text = flat(documents["text"])
        placing = partial(
            place, places=places, text=text, units=units, rank=rank, tables=load_tables()
        )
        some = _by_unit(rows, places, rank)
        for placed in engine.stream(watch.count(stage, placing, len(some)), some):
            by = ("source_end", "source_start", "end", "start", "unit")
            order = np.lexsort([numbers(placed[name]) for name in by])
            found.append(placed.take(pa.array(order)))
    return met.capped


def _seeds(
    engine: Engine, shadows: Shadows, places: Places, skipped: Bools,
    watch: Watch, stage: str, work: Work,
) -> Bucketed:  # fmt: skip
    """Return the seeds that may occur again, in buckets of hashes."""
    s = places
    cuts = list(pairwise(s.cut(PART)))

    def parts() -> Iterator[Documents]:
        for a, b in cuts:
            yield Documents(a, b, shadows.part(np.arange(s.first_unit[a], s.first_unit[b])))

    expected = s.count * 2 // (WIDE[1] + 1)  # of text in which no hash is likelier the least
    bits = max(10, min(MOST_BITS, expected.bit_length() + 2))
    once, again = (work.array(1 << (bits - 3), np.uint8) for _ in range(2))
    once[:], again[:] = 0, 0
    noting = watch.count(stage, partial(note, places=s, skipped=skipped), 2 * len(cuts))
    for (a, b), (values, narrow) in zip(cuts, engine.stream(noting, parts()), strict=True):
        note_values(values, bits, once, again)
        s.narrow[s.first_unit[a] : s.first_unit[b]] = narrow
    del once
    space_bits = max(FEWEST_SPACES, min(MOST_SPACES, expected // SPACE_SEEDS)).bit_length() - 1
    types = {"key": np.uint32, "place": s.type, "around": np.uint32}
    seeds = Bucketed(work, 1 << space_bits, types)
    gathering = partial(sow, places=s, skipped=skipped, again=Filter(bits, again))
    sowing = watch.count(stage, gathering, 2 * len(cuts), len(cuts))
    for rows in engine.stream(sowing, parts()):
        key = numbers(rows["key"])  # its highest bits are the bucket, others are enough within it
        columns = {name: numbers(rows[name]) for name in types}
        seeds.append(key >> np.uint64(KEY_BITS - space_bits), **columns)
    return seeds


def _meet(
    engine: Engine, seeds: Bucketed, places: Places, groups: I32,
    counted: Callable[..., Callable[[pa.Table], pa.Table]],
) -> Iterator[pa.Table]:  # fmt: skip
    """Yield what ``stages.seeds.meet`` says of the seeds that do occur again."""
    meeting = partial(meet, places=places, groups=groups)
    for first in range(0, seeds.buckets, ABREAST):
        last = min(first + ABREAST, seeds.buckets)
        spaces = (pa.table(seeds.take(at, at + 1)[1]) for at in range(first, last))
        yield from engine.group(counted(meeting, seeds.buckets, first), spaces, ["key"], 2)


class _Met:
    """What has met: pairs of places, and how often each seed occurs, by ranges of places."""

    def __init__(self, places: Places, work: Work) -> None:
        self._places = places
        buckets = (places.count >> WINDOW) + 1
        self.pairs = Bucketed(work, buckets, {"at": np.uint16, "partner": places.type})
        self._again = Bucketed(work, buckets, {"at": np.uint16, "log": np.uint16})
        self.capped = 0

    def append(self, rows: pa.Table) -> None:
        """Take what ``stages.seeds.meet`` returns."""
        place = numbers(rows["place"])
        self.capped += int(np.count_nonzero(numbers(rows["capped"])))
        logs = frequencies(numbers(rows["times"]))
        self._again.append(place >> WINDOW, at=place, log=logs)
        for name in ("first", "latest"):
            partner = numbers(rows[name])
            there = np.flatnonzero(partner >= 0)
            self.pairs.append(place[there] >> WINDOW, at=place[there], partner=partner[there])

    def pairs_of(self, part: tuple[int, int], wanted: Bools) -> tuple[I64, I64]:
        """Return both places of what met in those documents, of some, that are wanted."""
        if not wanted[slice(*part)].any():
            return np.empty(0, np.int64), np.empty(0, np.int64)
        place, partner = self._of(self.pairs, "partner", part)
        some = wanted[self._places.documents_of(self._places.holders(place))]
        return place[some], partner[some].astype(np.int64)

    def meetings(self, part: tuple[int, int], wanted: Bools) -> Meetings:
        """Return what met in those documents, of some, that are wanted."""
        p, q = self.pairs_of(part, wanted)
        order = np.lexsort((q, p))
        again, logs = self._of(self._again, "log", part)
        back = np.argsort(again)
        return Meetings(p[order], q[order], again[back], logs[back])

    def _of(self, rows: Bucketed, name: str, part: tuple[int, int]) -> tuple[I64, Array]:
        """Return the places in some documents that there are, and the column beside them."""
        low, high = (int(self._places.documents[document]) for document in part)
        bucket, columns = rows.take(low >> WINDOW, min(rows.buckets, (high >> WINDOW) + 1))
        place = bucket << WINDOW | columns["at"]
        inside = (place >= low) & (place < high)
        return place[inside], columns[name][inside]


def _grown(
    engine: Engine, shadows: Shadows, met: _Met, places: Places, groups: I32,
    settings: Settings, counted: Callable[..., Callable[[Meetings], Grown]], work: Work,
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Return passages, by their places: of the islands, and of larger ones where they end there."""
    parts = list(pairwise(places.cut(RANGE)))
    wanted = np.ones(len(places.documents) - 1, np.bool_)
    found = []
    for margin in MARGINS:
        islands = _islands(engine, shadows, met, parts, wanted, places, margin, work)
        growing = partial(
            grow, places=places, islands=islands, groups=groups,
            least=settings.passage_length, share=settings.passage_share,
        )  # fmt: skip
        meetings = (met.meetings(part, wanted) for part in parts if wanted[slice(*part)].any())
        again = np.zeros_like(wanted)
        for rows, beyond in engine.stream(counted(growing, len(parts)), meetings):
            found.append(rows)
            again[beyond] = True
        del islands, growing  # before the next are laid out
        wanted = again
        if not wanted.any():
            break
    rows = np.concatenate(found)
    return rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]


def _islands(
    engine: Engine, shadows: Shadows, met: _Met, parts: list[tuple[int, int]],
    wanted: Bools, places: Places, margin: int | None, work: Work,
) -> Islands:  # fmt: skip
    """Lay out the units where something meets, and what is around them."""
    s = places
    touched = np.zeros(len(s.narrow), np.bool_)
    for part in parts:
        for each in met.pairs_of(part, wanted):
            touched[s.holders(each)] = True
    laid = spread(touched, s, margin)

    def some() -> Iterator[Part]:
        for a, b in pairwise(s.first_unit[s.cut(PART)].tolist()):
            which = np.flatnonzero(laid[a:b]) + a
            if len(which):
                yield shadows.part(which)

    return lay_out(laid, s, lambda: engine.stream(characters, some()), work)


def _by_unit(
    rows: npt.NDArray[np.int64], places: Places, rank: npt.NDArray[np.int64]
) -> list[npt.NDArray[np.int64]]:
    """Return passages by the unit of the copy, in parts; all of a unit are in one."""
    p, q = places.holders(rows[:, 0]), places.holders(rows[:, 2])
    unit = np.where(rank[q] > rank[p], q, p)
    order = np.argsort(unit, kind="stable")
    rows, unit = rows[order], unit[order]
    inside = np.searchsorted(unit, unit[np.arange(ROWS, len(rows), ROWS)])
    cuts = each_once(np.concatenate([[0], inside, [len(rows)]]))
    return [rows[a:b] for a, b in pairwise(cuts.tolist())]
