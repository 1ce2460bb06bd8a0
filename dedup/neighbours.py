"""How many near copies some units have in a whole corpus, at several thresholds, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import folding
from dedup.columns import I64, U64, Bools, flat, numbers
from dedup.corpus.chunks import Chunk
from dedup.engines import Engine
from dedup.intake import fold_documents
from dedup.settings import Settings
from dedup.sketches import MASKED_LEAST
from dedup.stages.join import Queries, queries, query_pairs
from dedup.stages.shingle import shingle
from dedup.stages.verify import verify
from dedup.stages.words import Lexicon, words
from dedup.watch import Watch

__all__ = ["Neighbours", "Texts", "Units", "count_neighbours", "describe", "units_of"]

CROWD = 2000
"""Neighbours after which a unit is looked up no further: how many there are in all is then said by
the share of the corpus that it was looked up in, so that a million near copies cost no more."""
SLICE = 512
"""Texts of the corpus that are compared at once; after each it is seen who has found enough."""
ROUND = 8
"""Chunks that are looked through before those who have found enough in all of them are left out."""


@dataclass(frozen=True)
class Units:
    """Units of some documents that are long enough to be looked for."""

    group: I64
    """Of each, what was drawn with it: its document, or a chunk of the corpus."""
    characters: I64
    """Code points as they stand."""
    key: U64
    """Half the hash of the shadow text, which is enough to tell texts apart here."""
    shadow: pa.ChunkedArray
    others: int = 0
    """Characters of units that are too short."""

    def take(self, which: I64) -> Units:
        """Return some of them."""
        shadow = self.shadow.take(pa.array(which))
        return Units(self.group[which], self.characters[which], self.key[which], shadow)

    @classmethod
    def concat(cls, parts: Sequence[Units], by_document: bool) -> Units:
        """Return all; a group is a document, or else a part."""
        groups, before = [np.empty(0, np.int64)], 0
        for each in parts:
            groups.append((each.group if by_document else np.zeros_like(each.group)) + before)
            before = int(groups[-1].max(initial=before - 1)) + 1
        chunks = [chunk for each in parts for chunk in each.shadow.chunks]
        return cls(
            np.concatenate(groups),
            np.concatenate([np.empty(0, np.int64), *(each.characters for each in parts)]),
            np.concatenate([np.empty(0, np.uint64), *(each.key for each in parts)]),
            pa.chunked_array(chunks, pa.large_string()),
        )


@dataclass(frozen=True)
class Texts:
    """Distinct texts as what they are compared by."""

    key: U64
    literal: pa.Array
    masked: pa.Array
    masked_key: U64
    free: I64
    """Words that are no slot."""


@dataclass(frozen=True)
class Neighbours:
    """Per text and threshold, the units that have it, or a near one, it itself counted once.

    int64[texts, thresholds], or float64 where ``CROWD`` was reached.
    """

    literal: npt.NDArray[np.float64]
    masked: npt.NDArray[np.float64]
    units: int
    """Of the corpus, that are long enough."""
    characters: int
    """Of all units of the corpus."""
    long_characters: int
    documents: int
    crowded: int
    """Texts that were looked up in a part of the corpus only."""


def units_of(documents: pa.Table, settings: Settings, tables: folding.FoldTables) -> Units:
    """Cut documents into units, and fold those."""
    _, units = fold_documents(documents, settings, tables)
    size = numbers(units["end"]) - numbers(units["start"])
    long = np.flatnonzero(numbers(units["own"]) >= settings.min_length)
    return Units(
        numbers(units["document"])[long],
        size[long],
        numbers(units["hash_high"])[long],
        units["shadow"].take(pa.array(long)),
        int(size.sum() - size[long].sum()),
    )


def describe(units: Units, which: I64, settings: Settings, lexicon: Lexicon) -> Texts:
    """Cut the texts of some units into words, and those into shingles."""
    shadow = flat(units.shadow.take(pa.array(which)))
    told = words(shadow, lexicon, settings.chars is not None)
    sets = shingle(told, settings.shingle[1])
    return Texts(
        units.key[which],
        flat(sets["literal"]),
        flat(sets["masked"]),
        numbers(sets["masked_high"]),
        numbers(told["free"]).astype(np.int64),
    )


def count_neighbours(
    chunks: list[Chunk],
    read: Callable[[Chunk], tuple[pa.Table, pa.Table]],
    asked: Texts,
    thresholds: npt.NDArray[np.float64],
    settings: Settings,
    lexicon: Lexicon,
    engine: Engine,
    watch: Watch,
) -> Neighbours:
    """Join the texts that are ``asked`` for with every unit of the corpus, exactly.

    What is read is let go again: memory is that of a few chunks, whatever the corpus.
    ``thresholds`` ascend. The join is that of the audit (``stages.join``).
    """
    tables = folding.load_tables()
    shape = (len(asked.key), len(thresholds))
    literal, masked = np.zeros(shape), np.zeros(shape)
    totals = np.zeros(4, np.int64)
    looked = np.zeros(len(asked.key), np.int64)  # units among which each was looked up
    active = np.arange(len(asked.key))
    with watch.stage(stage := "look up", watch.corpus_bytes, "bytes"):
        for first in range(0, len(chunks), ROUND):
            here = _Asked.of(asked, active, thresholds)
            some = chunks[first : first + ROUND]

            def look(chunk: Chunk, here: _Asked = here) -> tuple[I64, I64, I64, I64]:
                documents, _ = read(chunk)
                units = units_of(documents, settings, tables)
                found = here.found_in(units, settings, lexicon)
                long = int(units.characters.sum())
                sums = [len(units.key), long + units.others, long, documents.num_rows]
                return *found, np.array(sums, np.int64)

            counted = watch.count(stage, look, len(chunks), before=first)
            for in_literal, in_masked, among, sums in engine.map(counted, some):
                literal[active] += in_literal
                masked[active] += in_masked
                looked[active] += among
                totals += sums
            active = active[np.maximum(literal[active, 0], masked[active, 0]) < CROWD]
    scale = (totals[0] / np.maximum(1, looked))[:, None]
    crowded = int(np.count_nonzero(looked < totals[0]))
    # It itself was found for certain, wherever it stands.
    literal, masked = (1 + np.maximum(each - 1, 0) * scale for each in (literal, masked))
    units, characters, long, documents = map(int, totals)
    return Neighbours(literal, masked, units, characters, long, documents, crowded)


@dataclass(frozen=True)
class _Asked:
    """Texts that are looked up, ready for it."""

    texts: Texts
    thresholds: npt.NDArray[np.float64]
    literal: Queries
    masked: Queries

    @classmethod
    def of(cls, asked: Texts, active: I64, thresholds: npt.NDArray[np.float64]) -> _Asked:
        which = pa.array(active)
        texts = Texts(
            asked.key[active], asked.literal.take(which), asked.masked.take(which),
            asked.masked_key[active], asked.free[active],
        )  # fmt: skip
        every, lowest = np.arange(len(active)), float(thresholds[0])
        literal, masked = (queries(each, every, lowest) for each in (texts.literal, texts.masked))
        return cls(texts, thresholds, literal, masked)

    def found_in(self, units: Units, settings: Settings, lexicon: Lexicon) -> tuple[I64, I64, I64]:
        """Return per text and threshold the units here that are equal or near, in either view.

        And among how many units each text was looked up: all, or enough for a crowd.
        """
        shape = (len(self.texts.key), len(self.thresholds))
        literal, masked = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        looked = np.zeros(shape[0], np.int64)
        _, rows, counts = np.unique(units.key, return_index=True, return_counts=True)
        here, active = self, np.arange(shape[0])
        for first in range(0, len(rows), SLICE):
            if not len(active):
                break
            which, times = rows[first : first + SLICE], counts[first : first + SLICE]
            there, mine = describe(units, which, settings, lexicon), here.texts
            literal[active] += here._near(
                here.literal, mine.literal, there.literal, (mine.key, there.key), times,
                np.ones(len(mine.key), np.bool_), np.ones(len(which), np.bool_),
            )  # fmt: skip
            masked[active] += here._near(
                here.masked, mine.masked, there.masked, (mine.masked_key, there.masked_key), times,
                mine.free >= MASKED_LEAST, there.free >= MASKED_LEAST, mine.free > 0,
            )  # fmt: skip
            looked[active] += int(times.sum())
            more = np.maximum(literal[active, 0], masked[active, 0]) < CROWD
            if not more.all():
                active = active[more]
                here = _Asked.of(self.texts, active, self.thresholds)
        return literal, masked, looked

    def _near(
        self,
        prepared: Queries,
        mine: pa.Array,
        there: pa.Array,
        keys: tuple[U64, U64],
        times: I64,
        may_be: Bools,
        may_be_there: Bools,
        equals: Bools | None = None,
    ) -> npt.NDArray[np.int64]:
        size, levels = len(mine), len(self.thresholds)
        both = pa.concat_arrays([mine, there])
        lowest = float(self.thresholds[0])
        called = np.arange(size, len(both))
        edges = verify(query_pairs(there, called, prepared, lowest, len(there)), both, lowest)
        a, b = numbers(edges["a"]), numbers(edges["b"]) - size
        wanted = may_be[a] & may_be_there[b] & (keys[0][a] != keys[1][b])
        a, b, similarity = a[wanted], b[wanted], numbers(edges["similarity"])[wanted]
        level = np.searchsorted(self.thresholds, similarity, "right") - 1
        found = np.bincount(a * levels + level, times[b], size * levels)
        by_level = found.reshape(size, levels)[:, ::-1].cumsum(axis=1)[:, ::-1]
        order = np.argsort(keys[1], kind="stable")
        first, last = (np.searchsorted(keys[1][order], keys[0], side) for side in ("left", "right"))
        summed = np.concatenate([[0], np.cumsum(times[order])])
        equal = summed[last] - summed[first]
        if equals is not None:
            equal = np.where(equals, equal, 0)
        result: npt.NDArray[np.int64] = by_level.astype(np.int64) + equal[:, None]
        return result
