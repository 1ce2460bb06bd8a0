"""Which distinct texts have something to do with another: near it, in either view, or equal to it.

All texts are sketched; only those that meet another are compared, and only those that are near one,
or equal once masked, or asked for, are known from here on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from dedup.columns import I32, I64, U64, Bools, flat, numbers
from dedup.edges import Candidates, find_candidates, join, renumbered, verified
from dedup.engines import Engine
from dedup.finding import View
from dedup.settings import Settings
from dedup.sketches import MASKED_LEAST, VIEWS, Texts, sketch_texts
from dedup.stages.audit import Audit
from dedup.stages.distinct import first_of_equals, hash_spaces
from dedup.stages.sign import Banding
from dedup.watch import Watch
from dedup.work import Stored, Work

__all__ = ["Near", "find_near", "stored_near"]


@dataclass(frozen=True)
class Near:
    """The texts that are known from here on, and their edges."""

    number: I32
    """Of each text that was looked at, its number from here on; -1 for one that stands alone."""
    texts: pa.Table
    """Their words, by number."""
    literal: View
    masked: View
    masked_of: I64
    """As in ``Finding``."""


def find_near(
    engine: Engine,
    texts: Texts,
    wanted: Bools,
    banding: Banding | None,
    settings: Settings,
    work: Work,
    stored: Stored,
    watch: Watch,
) -> None:
    """Find the texts that are near another one, and keep those that are ``wanted`` anyway.

    Numbers from here on are in the order of the texts' own. Without a banding all are compared
    exactly. What is found is put where ``stored_near`` takes it from.
    """
    with watch.stage("words", len(texts), "texts"):
        sketches = sketch_texts(
            engine, texts, banding, settings.near, settings.audit, settings.seed, work, watch
        )
    with watch.stage("masked", len(texts), "texts"):
        masked_of, near, shared = _masked(
            engine, sketches.hashes.pop("high"), sketches.hashes.pop("low"), sketches.free, work
        )
        known = wanted | shared
    some = np.ones(len(texts), bool)
    found: dict[str, Candidates] = {}
    if banding is not None:
        some = known.copy()
        for view in VIEWS:
            keys, sizes = sketches.keys.pop(view), sketches.sizes.pop(view)
            true = sketches.true.get(view)
            if view == "masked":
                sizes[~near] = 0
                true = None if true is None else _between(true, near)
            met = find_candidates(engine, keys, sizes, banding, settings, work, watch, view)
            found[view] = met.audited(sketches.drawn.get(view), true)
            found[view].mark(some)
            del keys, sizes
    del sketches
    with watch.stage(stage := "words of candidates", int(some.sum()), "texts"):
        gathered = stored.gathering("texts")
        place = work.array(len(texts), np.int32)
        for called, words in texts.last_words(engine, some, partial(watch.count, stage)):
            place[called] = np.arange(gathered.rows, gathered.rows + len(called))
            gathered.append(words.drop_columns(["masked_high", "masked_low"]))
        if banding is None:  # a join names sets by their places
            gathered.take(place.astype(np.int64))
            place[:] = np.arange(len(place))
    told = gathered.table()
    edges = {}
    for view, able in zip(VIEWS, (None, near), strict=True):
        sets = flat(told[view])
        met = (
            found.pop(view)
            if banding is not None
            else join(engine, sets, able, settings.near, watch, view)
        )
        each = verified(engine, met, sets, settings.near, work, watch, view, place)
        edges[view] = each.edges
        for side in ("a", "b"):
            known[numbers(each.edges[side])] = True
        audit = None if each.audit is None else dataclasses.asdict(each.audit)
        facts = {name: getattr(each, name) for name in ("candidates", "met", "capped", "crowded")}
        stored.facts[view] = facts | {"audit": audit}
    del told, sets
    gathered.take(place[known].astype(np.int64))
    number = _numbered(known, work)
    for view in VIEWS:
        stored.put(view, renumbered(edges.pop(view), number))
    first = masked_of[known]
    stored.put("masked_of", pa.table({"masked_of": np.where(first >= 0, number[first], -1)}))
    stored.put("numbers", pa.table({"number": number}))


def _numbered(chosen: Bools, work: Work) -> I32:
    """Return the number of each that is chosen, and -1 of the others."""
    number = work.array(len(chosen), np.int32)
    np.cumsum(chosen, dtype=np.int32, out=number)
    number -= 1
    number[~chosen] = -1
    return number


def _between(pairs: pa.Table, near: Bools) -> pa.Table:
    return pairs.filter(pa.array(near[numbers(pairs["a"])] & near[numbers(pairs["b"])]))


def _masked(engine: Engine, high: U64, low: U64, free: I32, work: Work) -> tuple[I32, Bools, Bools]:
    """Return the first text of the same masked text for each, and what it may be near or equal to.

    The first stands for the masked text from here on; -1 for a text of slots alone. Then which
    texts may be near another one, and which have the masked text of another.
    """
    of = work.array(len(free), np.int32)
    own = np.arange(len(of), dtype=np.int32)
    of[:] = own
    shared = np.zeros(len(of), np.bool_)
    spaces = hash_spaces(high, low, free > 0)
    for table in engine.group(first_of_equals, spaces, ["high", "low"], 2):
        row = numbers(table["row"])
        of[row] = numbers(table["first"])
        shared[row] = True
    near = (of == own) & (free >= MASKED_LEAST)
    of[free <= 0] = -1
    return of, near, shared


def stored_near(work: Work, find: Callable[[Stored], None]) -> Near:
    """Return what was found before, or find it, and store it."""
    stored = work.stored("near", find)
    views = {}
    for view in VIEWS:
        facts = dict(stored.facts[view])
        audit = facts.pop("audit")
        audit = None if audit is None else Audit(**audit)
        views[view] = View(edges=stored.table(view), audit=audit, **facts)
    return Near(
        number=numbers(stored.table("numbers")["number"]),
        texts=stored.table("texts"),
        masked_of=numbers(stored.table("masked_of")["masked_of"]),
        **views,
    )
