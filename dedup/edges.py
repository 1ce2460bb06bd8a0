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
from dedup.stages.candidates import band_tables, mark_large, pairs, without_large
from dedup.stages.join import prefix_index, prefix_pairs
from dedup.stages.verify import verify
from dedup.watch import Watch

__all__ = ["Candidates", "find_candidates", "join", "renumbered", "verified"]


@dataclass(frozen=True)
class Candidates:
    """Pairs of texts to be compared exactly, and how they came to be."""

    parts: list[pa.Table]
    """``a < b``; no pair is in two parts, unless buckets were capped."""
    met: int | None = None
    """As in ``View``, like the next."""
    capped: int = 0
    drawn: I64 | None = None
    """Texts that an audit compared with all."""
    true: pa.Table | None = None
    """The pairs ``a < b`` that it found, about; None: there was no audit."""

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
    engine: Engine, keys: U32, sizes: I32, settings: Settings, watch: Watch, name: str
) -> Candidates:
    """Return the pairs of texts that meet in a band of their ``keys`` (uint32[n, bands]).

    ``sizes`` of 0 leave a text out.
    """
    with watch.stage(stage := f"candidates ({name})"):
        bands = keys.shape[1]
        mark = watch.count(stage, partial(mark_large, cap=settings.bucket_cap), 2 * bands)
        grouped = engine.group(mark, band_tables(keys, sizes), ["bucket"], 2)
        keys, capped = without_large(keys, grouped)
        take = partial(
            pairs, keys=keys, sizes=sizes, threshold=settings.near, cap=settings.bucket_cap
        )
        counted = watch.count(stage, take, 2 * bands, before=bands)
        taken = engine.map(counted, list(enumerate(grouped)))
        return Candidates([part[0] for part in taken], sum(part[1] for part in taken), capped)


def join(
    engine: Engine, sets: pa.Array, near: Bools | None, threshold: float, watch: Watch, name: str
) -> Candidates:
    """Return all pairs of sets that may reach the threshold, without signatures.

    ``near`` says which sets may be near another (all, if it is None).
    """
    with watch.stage(stage := f"candidates ({name})"):
        joined = sets if near is None else _emptied(sets, near)
        index = prefix_index(joined, threshold)
        parts = _ranges(len(joined), 64)
        joining = watch.count(stage, partial(prefix_pairs, index=index), len(parts))
        return Candidates(engine.map(joining, parts))


def verified(
    engine: Engine, found: Candidates, sets: pa.Array, threshold: float, watch: Watch, name: str
) -> View:
    """Return the candidates that reach the threshold, as edges, and the audit of what was found."""
    with watch.stage(stage := f"verify ({name})"):
        verifying = partial(verify, sets=sets, threshold=threshold)
        parts = engine.map(watch.count(stage, verifying, len(found.parts)), found.parts)
        edges = pa.concat_tables([EDGES.empty_table(), *parts])
        if found.capped:  # leaders of several large buckets may be the same
            edges = _without_repeats(edges)
        edges = edges.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()
        audit = None
        if found.true is not None and found.drawn is not None:
            audit = compare(verify(found.true, sets, threshold), edges, found.drawn)
    return View(
        edges=edges,
        candidates=sum(part.num_rows for part in found.parts),
        met=found.met,
        capped=found.capped,
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
