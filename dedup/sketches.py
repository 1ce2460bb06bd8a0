"""Sketches: what of every distinct text is enough to tell whom it may be near.

A sketch is small, and all texts have one. Their words are large, and needed again of those alone
that have a partner: they are made part by part, and kept while there is room; what was not kept is
made once more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.columns import I32, I64, U32, U64, Bools, flat, lists, numbers
from dedup.engines import Engine
from dedup.shadows import Part
from dedup.stages.audit import draw
from dedup.stages.join import Queries, few_pairs, queries, query_pairs, told_apart
from dedup.stages.sign import Banding, sign
from dedup.watch import Watch
from dedup.work import Work

__all__ = ["MASKED_LEAST", "VIEWS", "Sketches", "Texts", "sketch_texts"]

VIEWS = ("literal", "masked")
MASKED_LEAST = 3
"""Words beside its slots that a masked text needs to be near another; 1 suffices to be equal."""
PARTS_AT_ONCE = 16
"""Whose sketches are held before they are gathered."""


class Texts:
    """The distinct texts of a corpus, in parts of a batch's size, and their words."""

    def __init__(
        self,
        parts: Sequence[Part],
        number: I64,
        describe: Callable[[pa.Array], pa.Table],
        room: int | None = None,
    ) -> None:
        """Take shadow texts in the order of the corpus.

        Parameters
        ----------
        parts
            Shadow texts.
        number
            What each text is called: its place in keep order.
        describe
            Makes a table of shadow texts: ``literal``, ``masked``, ``masked_high``,
            ``masked_low``, ``free`` and whatever else is wanted of some.
        room
            Bytes of words that may be kept; None: all.
        """
        self._parts: dict[int, Part] = dict(enumerate(parts))
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        self._number = number
        self._describe = describe
        self._kept: dict[int, pa.Table] = {}
        self._room = room

    def __len__(self) -> int:
        """Count the texts."""
        return len(self._number)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self._starts) - 1

    def numbers(self, part: int) -> I64:
        """Return what the texts of a part are called."""
        numbers_: I64 = self._number[self._starts[part] : self._starts[part + 1]]
        return numbers_

    def described(self, part: int) -> pa.Table:
        """Return the words of a part."""
        return self._describe(self._parts[part].all())

    def keep(self, part: int, words: pa.Table) -> None:
        """Keep the words of a part if there is room for them."""
        if self._room is not None:
            if words.nbytes > self._room:
                return
            self._room -= words.nbytes
        self._kept[part] = words
        del self._parts[part]  # the texts are not needed any more

    def words(self, engine: Engine, wanted: Bools) -> pa.Table:
        """Return the words of the texts ``wanted``, in the order of their numbers."""
        called, words = zip(*self._stream(engine, wanted, self._described), strict=True)
        order = np.argsort(np.concatenate(called))
        return pa.concat_tables(words).take(pa.array(order)).combine_chunks()

    def last_words(
        self, engine: Engine, wanted: Bools, count: Callable[..., Any]
    ) -> Iterator[tuple[I64, pa.Table]]:
        """Yield the words of the texts ``wanted`` and what these are called, some at a time.

        They come in the order of the corpus, and are let go meanwhile with all others. ``count`` is
        given the work and how often it is called, and returns it counted.
        """

        def described(parts: list[int], rows: list[I64]) -> pa.Table:
            words = self._described(parts, rows)
            for part in parts:
                self._kept.pop(part, None)
            return words

        yield from self._stream(engine, wanted, described, count)
        self._kept.clear()
        self._parts.clear()

    def _stream(
        self,
        engine: Engine,
        wanted: Bools,
        describe: Callable[[list[int], list[I64]], pa.Table],
        count: Callable[..., Any] | None = None,
    ) -> Iterator[tuple[I64, pa.Table]]:
        def select(parts: list[int]) -> tuple[I64, pa.Table]:
            called = [self.numbers(part) for part in parts]
            rows = [np.flatnonzero(wanted[each]) for each in called]
            chosen = [each[at] for each, at in zip(called, rows, strict=True)]
            return np.concatenate(chosen), describe(parts, rows)

        runs = self._runs(wanted)
        yield from engine.stream(count(select, len(runs)) if count else select, runs)

    def _described(self, parts: list[int], rows: list[I64]) -> pa.Table:
        if parts[0] in self._kept:
            return self._kept[parts[0]].take(pa.array(rows[0]))
        chosen = [self._parts[part].take(at) for part, at in zip(parts, rows, strict=True)]
        return self._describe(pa.concat_arrays(chosen))

    def _runs(self, wanted: Bools) -> list[list[int]]:
        """Return runs of parts: each that is kept alone, of others until there is enough to do."""
        runs: list[list[int]] = []
        enough = len(self) // max(1, self.parts)
        room = 0
        for part in range(self.parts):
            count = int(np.count_nonzero(wanted[self.numbers(part)]))
            if not count and runs:
                continue
            if not runs or part in self._kept or room < count:
                runs.append([part])
                room = 0 if part in self._kept else enough - count
            else:
                runs[-1].append(part)
                room -= count
        return runs


@dataclass
class Sketches:
    """One row per text, by its number."""

    free: I32
    """Words that are no slot."""
    hashes: dict[str, U64]
    """Of the masked text, the ``high`` and the ``low`` half."""
    sizes: dict[str, I32]
    """By view, shingles of each text."""
    keys: dict[str, U32]
    """By view, uint32[n, bands]; without bands where there are no signatures."""
    drawn: dict[str, I64]
    """By view, the texts that an audit compares with all."""
    true: dict[str, pa.Table]
    """By view, the pairs ``a < b`` that those have, about: their exact Jaccard is still to take."""


@dataclass(frozen=True)
class _Sketch:
    """Of one part."""

    part: int
    words: pa.Table
    keys: dict[str, U32]
    true: dict[str, pa.Table]


def sketch_texts(
    engine: Engine,
    texts: Texts,
    banding: Banding | None,
    threshold: float,
    audit: int,
    seed: int,
    work: Work,
    watch: Watch,
) -> Sketches:
    """Sketch all texts, and compare those drawn for an audit with them.

    Parameters
    ----------
    banding
        None: neither keys nor an audit.
    threshold
        Least Jaccard of the audit's pairs.
    audit
        Texts to draw for each view.
    """
    count, bands = len(texts), 0 if banding is None else banding.bands
    wanted = {} if banding is None or not audit else _draw(engine, texts, audit, threshold, seed)

    def sketch(part: int) -> _Sketch:
        words = texts.described(part)
        number = texts.numbers(part)
        keys = {} if banding is None else {
            view: sign(words[view], banding, seed) for view in VIEWS
        }  # fmt: skip
        true = {
            view: query_pairs(words[view], number, asked, threshold)
            for view, asked in wanted.items()
        }
        return _Sketch(part, words, keys, true)

    sketches = Sketches(
        free=work.array(count, np.int32),
        hashes={half: work.array(count, np.uint64) for half in ("high", "low")},
        sizes={view: work.array(count, np.int32) for view in VIEWS},
        keys={view: work.array((count, bands), np.uint32) for view in VIEWS},
        drawn={view: asked.ids for view, asked in wanted.items()},
        true={},
    )
    found: dict[str, list[pa.Table]] = {view: [] for view in wanted}

    def gather(made: list[_Sketch]) -> None:
        for each in made:
            number = _run(texts.numbers(each.part))
            sketches.free[number] = numbers(each.words["free"])
            for half, hashes in sketches.hashes.items():
                hashes[number] = numbers(each.words[f"masked_{half}"])
            for view in VIEWS:
                sketches.sizes[view][number] = np.diff(lists(each.words[view])[1])
            for view, keys in each.keys.items():
                sketches.keys[view][number] = keys
            for view, true in each.true.items():
                found[view].append(true)
            texts.keep(each.part, each.words)

    counted = watch.count("words", sketch, texts.parts)
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1) as gathering:  # of some parts, while the next are cut
        for first in range(0, texts.parts, PARTS_AT_ONCE):
            some = range(first, min(texts.parts, first + PARTS_AT_ONCE))
            waiting.append(gathering.submit(gather, engine.map(counted, some)))
            if len(waiting) > 1:
                waiting.popleft().result()
    for each in waiting:
        each.result()
    for view, asked in wanted.items():
        pairs = few_pairs(pa.concat_tables(found[view]), asked)
        sketches.true[view] = pairs.drop_columns(["query"])
    return sketches


def _run(number: I64) -> I64 | slice:
    """Return ascending numbers without a gap as a slice, which is far quicker to write to."""
    if len(number) and np.array_equal(number, np.arange(number[0], number[0] + len(number))):
        return slice(int(number[0]), int(number[0]) + len(number))
    return number


def _draw(
    engine: Engine, texts: Texts, audit: int, threshold: float, seed: int
) -> dict[str, Queries]:
    """Draw texts for the audit of each view, of those that something may be near to.

    Not those that consist of what many of the texts drawn have: all would have to be compared.
    """
    drawn = draw(len(texts), 4 * audit, seed)
    chosen = np.zeros(len(texts), bool)
    chosen[drawn] = True
    words = texts.words(engine, chosen)
    place = np.searchsorted(np.flatnonzero(chosen), drawn)  # of each, in the order drawn
    wanted = {}
    for view, least in zip(VIEWS, (0, MASKED_LEAST), strict=True):
        able = (np.diff(lists(words[view])[1]) > 0) & (numbers(words["free"]) >= least)
        told, common = told_apart(flat(words[view]), threshold)
        able &= told
        rows = np.sort(place[able[place]][:audit])
        ids = np.flatnonzero(chosen)[rows]
        wanted[view] = queries(words[view].take(pa.array(rows)), ids, threshold, common)
    return wanted
