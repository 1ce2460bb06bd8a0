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
    leave_out_large,
    mark_dense,
    mark_large,
    pairs,
)
from dedup.stages.join import prefix_index, prefix_pairs
from dedup.stages.sign import Banding
from dedup.stages.verify import verify
from dedup.watch import Watch
from dedup.work import Work

__all__ = ["Candidates", "find_candidates", "join", "renumbered", "verified"]

SLICE = 1 << 15
"""Pairs that are compared in one call."""


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


def find_candidates(
    engine: Engine,
    keys: U32,
    sizes: I32,
    banding: Banding,
    settings: Settings,
    work: Work,
    watch: Watch,
    name: str,
) -> Candidates:
    """Return the pairs of texts that meet in a band of their ``keys`` (uint32[n, bands]).

    ``sizes`` of 0 leave a text out. What is in large buckets is compared with its leaders, and
    what is near one of them, as far as keys tell, with no other such text. The keys are used up.
    """
    with watch.stage(stage := f"candidates ({name})", len(sizes), "texts"):
        bands = keys.shape[1]

        def mark(table: pa.Table) -> pa.Table:
            return work.keep_table(mark_large(table, settings.bucket_cap))

        marking = watch.count(stage, mark, 2 * bands)
        ids = work.keep(np.flatnonzero(sizes).astype(np.int32))
        grouped = engine.group(marking, band_tables(keys, ids), ["bucket"], 2)
        del ids
        crowd, led = crowded(grouped, len(sizes)), np.zeros(len(sizes), np.bool_)
        parts = []
        if crowd.any():
            dense = partial(mark_dense, crowd=crowd, cap=settings.bucket_cap)
            grouped = engine.map(lambda table: work.keep_table(dense(table)), grouped)
            leading = work.keep_table(leader_pairs(grouped, crowd, sizes, settings.near))
            parts = [leading.slice(at, SLICE) for at in range(0, leading.num_rows, SLICE)]
            least = bands * settings.near**banding.rows  # as many as agree of two at the threshold
            for part, bands_alike in zip(
                parts, engine.stream(partial(agreeing, keys=keys), parts), strict=True
            ):
                alike = bands_alike >= least
                led[numbers(part["a"])[alike]] = led[numbers(part["b"])[alike]] = True
        capped = leave_out_large(keys, grouped)

        def take(numbered: tuple[int, pa.Table]) -> tuple[pa.Table, int]:
            found, met = pairs(numbered, keys, sizes, settings.near, led)
            return work.keep_table(found), met

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
    engine: Engine,
    found: Candidates,
    sets: pa.Array,
    threshold: float,
    work: Work,
    watch: Watch,
    name: str,
    place: I32 | None = None,
) -> View:
    """Return the candidates that reach the threshold, as edges, and the audit of what was found.

    ``place`` is where the set of each text is, if that is not its own number.
    """
    candidates = sum(part.num_rows for part in found.parts)
    with watch.stage(stage := f"verify ({name})", candidates, "pairs"):
        verifying = partial(verify, sets=sets, threshold=threshold, place=place)
        parts = [
            part.slice(at, SLICE)
            for part in found.parts
            for at in range(0, max(1, part.num_rows), SLICE)
        ]
        counted = watch.count(stage, verifying, len(parts))
        measured = [work.keep_table(part) for part in engine.stream(counted, parts)]
        edges = _in_order(measured, work, once=found.capped > 0)
        audit = None
        if found.true is not None and found.drawn is not None:
            audit = compare(verify(found.true, sets, threshold, place), edges, found.drawn)
    return View(
        edges=edges,
        candidates=candidates,
        met=found.met,
        capped=found.capped,
        crowded=0 if found.crowd is None else int(found.crowd.sum()),
        audit=audit,
    )


def renumbered(pairs: pa.Table, number: I32) -> pa.Table:
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


def _in_order(parts: list[pa.Table], work: Work, once: bool) -> pa.Table:
    """Return the edges of all parts by ``a`` and ``b``, if ``once`` then each pair once.

    One that is not like its leader may meet it again.
    """
    key = np.concatenate(
        [
            np.empty(0, np.int64),
            *((numbers(part["a"]) << 32) | numbers(part["b"]) for part in parts),
        ]
    )
    order = np.argsort(key, kind="stable")
    if once:
        key = key[order]
        order = order[np.append(True, key[1:] != key[:-1])] if len(key) else order
    del key
    columns = {}
    for field in EDGES:
        column = np.concatenate(
            [
                np.empty(0, field.type.to_pandas_dtype()),
                *(numbers(part[field.name]) for part in parts),
            ]
        )
        columns[field.name] = work.keep(column[order])
    return pa.table(columns, schema=EDGES)
