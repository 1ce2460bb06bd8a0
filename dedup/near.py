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

from dedup.columns import I64, Bools, flat, numbers
from dedup.edges import Candidates, find_candidates, join, renumbered, verified
from dedup.engines import Engine
from dedup.finding import View
from dedup.settings import Settings
from dedup.sketches import MASKED_LEAST, VIEWS, Sketches, Texts, sketch_texts
from dedup.stages.audit import Audit
from dedup.stages.distinct import first_of_equals
from dedup.stages.sign import Banding
from dedup.watch import Watch
from dedup.work import Stored, Work

__all__ = ["Near", "find_near", "stored_near"]


@dataclass(frozen=True)
class Near:
    """The texts that are known from here on, and their edges."""

    number: I64
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
    watch: Watch,
) -> Near:
    """Find the texts that are near another one, and keep those that are ``wanted`` anyway.

    Numbers from here on are in the order of the texts' own. Without a banding all are compared
    exactly.
    """
    with watch.stage("words", len(texts), "texts"):
        sketches = sketch_texts(
            engine, texts, banding, settings.near, settings.audit, settings.seed, work, watch
        )
    with watch.stage("masked", len(texts), "texts"):
        masked_of, near = _masked(engine, sketches)
        shared = np.bincount(masked_of[masked_of >= 0], minlength=len(texts)) > 1
        wanted = wanted | np.append(shared, False)[masked_of]
    some = np.ones(len(texts), bool)
    found: dict[str, Candidates] = {}
    if banding is not None:
        some = wanted.copy()
        for view in VIEWS:
            keys, sizes = sketches.keys.pop(view), sketches.sizes.pop(view)
            true = sketches.true.get(view)
            if view == "masked":
                sizes[~near] = 0
                true = None if true is None else _between(true, near)
            met = find_candidates(engine, keys, sizes, banding, settings, watch, view)
            found[view] = met.audited(sketches.drawn.get(view), true)
            found[view].mark(some)
            del keys
    with watch.stage(stage := "words of candidates", int(some.sum()), "texts"):
        words = texts.words(engine, some, partial(watch.count, stage))
        texts.forget()
    number = _numbered(some)
    views = {}
    for view, able in zip(VIEWS, (None, near[some]), strict=True):
        sets = flat(words[view])
        met = (
            found.pop(view).renumbered(number)
            if banding is not None
            else join(engine, sets, able, settings.near, watch, view)
        )
        views[view] = verified(engine, met, sets, settings.near, watch, view)

    known = wanted[some]
    for each in views.values():
        for side in ("a", "b"):
            known[numbers(each.edges[side])] = True
    again = _numbered(known)
    views = {
        view: dataclasses.replace(each, edges=renumbered(each.edges, again))
        for view, each in views.items()
    }
    number = np.append(again, -1)[number]
    return Near(
        number=number,
        texts=words.filter(pa.array(known)).drop_columns(["masked_high", "masked_low"]),
        masked_of=np.append(number, -1)[masked_of[number >= 0]],
        **views,
    )


def _numbered(chosen: Bools) -> I64:
    """Return the number of each that is chosen, and -1 of the others."""
    return np.where(chosen, np.cumsum(chosen) - 1, -1)


def _between(pairs: pa.Table, near: Bools) -> pa.Table:
    return pairs.filter(pa.array(near[numbers(pairs["a"])] & near[numbers(pairs["b"])]))


def _masked(engine: Engine, sketches: Sketches) -> tuple[I64, Bools]:
    """Return the first text of the same masked text for each, and which may be near another.

    The first stands for the masked text from here on; -1 for a text of slots alone.
    """
    free = sketches.free
    wanted = np.flatnonzero(free > 0)
    rows = pa.table({"high": sketches.high[wanted], "low": sketches.low[wanted], "row": wanted})
    of = np.full(len(free), -1, np.int64)
    of[wanted] = wanted
    first = pa.concat_tables(engine.group(first_of_equals, [rows], ["high", "low"], 2))
    of[numbers(first["row"])] = numbers(first["first"])
    return of, (of == np.arange(len(of))) & (free >= MASKED_LEAST)


def stored_near(work: Work, find: Callable[[], Near]) -> Near:
    """Return what was found before, or find it, and store it."""

    def put(stored: Stored) -> None:
        near = find()
        stored.put("numbers", pa.table({"number": near.number}))
        stored.put("texts", near.texts.append_column("masked_of", pa.array(near.masked_of)))
        for view in VIEWS:
            each: View = getattr(near, view)
            stored.put(view, each.edges)
            audit = None if each.audit is None else dataclasses.asdict(each.audit)
            told = {
                name: getattr(each, name) for name in ("candidates", "met", "capped", "crowded")
            }
            stored.facts[view] = told | {"audit": audit}

    stored = work.stored("near", put)
    texts = stored.table("texts")
    views = {}
    for view in VIEWS:
        facts = dict(stored.facts[view])
        audit = facts.pop("audit")
        audit = None if audit is None else Audit(**audit)
        views[view] = View(edges=stored.table(view), audit=audit, **facts)
    return Near(
        number=numbers(stored.table("numbers")["number"]),
        texts=texts.drop_columns(["masked_of"]),
        masked_of=numbers(texts["masked_of"]),
        **views,
    )
