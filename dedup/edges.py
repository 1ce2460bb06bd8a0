"""The verified edges of one view, on any engine: candidates or exact join, verify, audit."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pyarrow as pa

from dedup.columns import I32, I64, U32, Bools, lists, make_lists, numbers
from dedup.engines import Engine
from dedup.finding import View
from dedup.records import EDGES
from dedup.settings import Settings
from dedup.stages.audit import compare
from dedup.stages.candidates import (
    agreeing,
    band_tables,
    crowded,
    leader_pairs,
    mark_dense,
    mark_large,
    pairs,
    without_large,
)
from dedup.stages.join import prefix_index, prefix_pairs
from dedup.stages.sign import Banding
from dedup.stages.verify import verify
from dedup.watch import Watch

__all__ = ["Candidates", "find_candidates", "join", "renumbered", "verified"]

SLICE = 1 << 16
"""Pairs with leaders that are compared in one call."""


@dataclass(frozen=True)
class Candidates:
    """Pairs of texts to be compared exactly, and how they came to be."""

    parts: list[pa.Table]
    """``a < b``; no pair is in two parts, unless buckets were capped."""
    met: int | None = None
    """As in ``View``, like the next."""
    capped: int = 0
    crowd: Bools | None = None
    """Which texts are in capped buckets: of these an audit says nothing."""
    drawn: I64 | None = None
    """Texts that an audit compared with all."""
    true: pa.Table | None = None
    """The pairs ``a < b`` that it found, about; None: there was no audit."""

    def audited(self, drawn: I64 | None, true: pa.Table | None) -> Candidates:
        """Return this with the audit of those texts drawn that are in no capped bucket."""
        if drawn is None or true is None or self.crowd is None:
            return dataclasses.replace(self, drawn=drawn, true=true)
        drawn = drawn[~self.crowd[drawn]]
        asked = np.zeros(len(self.crowd), np.bool_)
        asked[drawn] = True
        either = asked[numbers(true["a"])] | asked[numbers(true["b"])]
        return dataclasses.replace(self, drawn=drawn, true=true.filter(pa.array(either)))

    def mark(self, among: Bools) -> None:
        """Set what is true of every text, by number, that is in a pair."""
        for part in [*self.parts, *([] if self.true is None else [self.true])]:
            for side in ("a", "b"):
                among[numbers(part[side])] = True

    def renumbered(self, number: I64) -> Candidates:
        """Return the pairs of texts that are called otherwise: ``number`` of each."""
        return dataclasses.replace(
            self,
            parts=[renumbered(part, number) for part in self.parts],
            drawn=None if self.drawn is None else number[self.drawn],
            true=None if self.true is None else renumbered(self.true, number),
        )


def find_candidates(
    engine: Engine,
    keys: U32,
    sizes: I32,
    banding: Banding,
    settings: Settings,
    watch: Watch,
    name: str,
) -> Candidates:
    """Return the pairs of texts that meet in a band of their ``keys`` (uint32[n, bands]).

    ``sizes`` of 0 leave a text out. What is in large buckets is compared with its leaders, and
    what is near one of them, as far as keys tell, with no other such text.
    """
    with watch.stage(stage := f"candidates ({name})", len(sizes), "texts"):
        bands = keys.shape[1]
        mark = watch.count(stage, partial(mark_large, cap=settings.bucket_cap), 2 * bands)
        grouped = engine.group(mark, band_tables(keys, sizes), ["bucket"], 2)
        crowd, led = crowded(grouped, len(sizes)), np.zeros(len(sizes), np.bool_)
        parts = []
        if crowd.any():
            dense = partial(mark_dense, crowd=crowd, cap=settings.bucket_cap)
            grouped = engine.map(dense, grouped)
            leading = leader_pairs(grouped, crowd, sizes, settings.near)
            parts = [leading.slice(at, SLICE) for at in range(0, leading.num_rows, SLICE)]
            least = bands * settings.near**banding.rows  # as many as agree of two at the threshold
            for part, bands_alike in zip(
                parts, engine.map(partial(agreeing, keys=keys), parts), strict=True
            ):
                alike = bands_alike >= least
                led[numbers(part["a"])[alike]] = led[numbers(part["b"])[alike]] = True
        keys, capped = without_large(keys, grouped)
        take = partial(pairs, keys=keys, sizes=sizes, threshold=settings.near, led=led)
        counted = watch.count(stage, take, 2 * bands, before=bands)
        taken = engine.map(counted, list(enumerate(grouped)))
        met = sum(part.num_rows for part in parts) + sum(part[1] for part in taken)
        return Candidates([*parts, *(part[0] for part in taken)], met, capped, crowd)


def join(
    engine: Engine, sets: pa.Array, near: Bools | None, threshold: float, watch: Watch, name: str
) -> Candidates:
    """Return all pairs of sets that may reach the threshold, without signatures.

    ``near`` says which sets may be near another (all, if it is None).
    """
    with watch.stage(stage := f"candidates ({name})", len(sets), "texts"):
        joined = sets if near is None else _emptied(sets, near)
        index = prefix_index(joined, threshold)
        parts = _ranges(len(joined), 64)
        joining = watch.count(stage, partial(prefix_pairs, index=index), len(parts))
        return Candidates(engine.map(joining, parts))


def verified(
    engine: Engine, found: Candidates, sets: pa.Array, threshold: float, watch: Watch, name: str
) -> View:
    """Return the candidates that reach the threshold, as edges, and the audit of what was found."""
    candidates = sum(part.num_rows for part in found.parts)
    with watch.stage(stage := f"verify ({name})", candidates, "pairs"):
        verifying = partial(verify, sets=sets, threshold=threshold)
        parts = engine.map(watch.count(stage, verifying, len(found.parts)), found.parts)
        edges = pa.concat_tables([EDGES.empty_table(), *parts])
        if found.capped:  # one that is not like its leader may meet it again
            edges = _without_repeats(edges)
        edges = edges.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()
        audit = None
        if found.true is not None and found.drawn is not None:
            audit = compare(verify(found.true, sets, threshold), edges, found.drawn)
    return View(
        edges=edges,
        candidates=candidates,
        met=found.met,
        capped=found.capped,
        crowded=0 if found.crowd is None else int(found.crowd.sum()),
        audit=audit,
    )


def renumbered(pairs: pa.Table, number: I64) -> pa.Table:
    """Return a table with other names for its ``a`` and ``b``: ``number`` of each."""
    for side in ("a", "b"):
        called = pa.array(number[numbers(pairs[side])], pairs.schema.field(side).type)
        pairs = pairs.set_column(pairs.column_names.index(side), side, called)
    return pairs


def _ranges(size: int, parts: int) -> list[tuple[int, int]]:
    cuts = np.unique(np.linspace(0, size, parts + 1).astype(np.int64)).tolist()
    return list(pairwise(cuts)) or [(0, 0)]


def _emptied(sets: pa.Array, keep: Bools) -> pa.Array:
    """Return the sets with those that are not kept empty."""
    values, starts = lists(sets)
    sizes = np.diff(starts)
    kept = np.repeat(keep, sizes)
    offsets = np.concatenate([[0], np.cumsum(np.where(keep, sizes, 0))])
    return make_lists(values[starts[0] : starts[-1]][kept], offsets)


def _without_repeats(edges: pa.Table) -> pa.Table:
    key = (numbers(edges["a"]) << 32) | numbers(edges["b"])
    return edges.take(pa.array(np.unique(key, return_index=True)[1]))
