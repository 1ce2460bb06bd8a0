"""The flow, read top to bottom: what ``find`` does, stage after stage, on any engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import dictionary, folding, masking
from dedup.columns import lists, make_lists, numbers, strings
from dedup.corpus.memory import documents_table
from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.finding import Finding, View
from dedup.records import EDGES, QUARANTINE
from dedup.result import Result
from dedup.settings import Settings
from dedup.stages.audit import compare, sample
from dedup.stages.candidates import band_tables, mark_large, pairs, without_large
from dedup.stages.distinct import first_of_equals, keep_order, number_groups
from dedup.stages.fold import fold
from dedup.stages.join import prefix_index, prefix_pairs, queries, query_pairs
from dedup.stages.segment import segment
from dedup.stages.shingle import shingle
from dedup.stages.sign import Banding, sign, solve
from dedup.stages.verify import verify
from dedup.stages.words import Lexicon, words

__all__ = ["Progress", "Watch", "find", "find_in"]

T = TypeVar("T")
R = TypeVar("R")

BATCH_BYTES = 1 << 19
"""Of text to a batch: large enough that a call costs nothing, small enough for the caches."""
MASKED_LEAST = 3
"""Words beside its slots that a masked text needs to be near another; 1 suffices to be equal."""


class Progress(Protocol):
    """Who wants to know how far a run is; called from several threads, one at a time."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note that ``done`` of ``total`` batches of a stage are through."""


@dataclass
class Watch:
    """Seconds of each stage as they pass, and who is told of its progress."""

    progress: Progress | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside, under ``name``."""
        begun = time.perf_counter()
        if self.progress:
            self.progress(name, 0, None)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun

    def count(self, name: str, stage: Callable[[T], R], total: int | None) -> Callable[[T], R]:
        """Return ``stage`` with each call reported as one batch done."""
        if self.progress is None:
            return stage
        progress, lock, done = self.progress, threading.Lock(), [0]

        def counted(batch: T) -> R:
            result = stage(batch)
            with lock:
                done[0] += 1
                progress(name, done[0], total)
            return result

        return counted


def find(
    documents: Any,
    settings: Settings | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Find what is repeated in documents, cluster it, and decide what a clean copy leaves out.

    Parameters
    ----------
    documents
        An iterable of texts, of ``(id, text)`` pairs or of dicts (fields as the settings name
        them), or a table: pyarrow, pandas, Polars.
    settings
        What to compare and how; the defaults suit Chinese.
    workers
        Threads; by default one for each core this process may use. Changes no result.
    progress
        Called as stages advance.

    Returns
    -------
    Result
        Clusters, families, edges and decisions as tables, cleaned texts, and more.

    Raises
    ------
    CorpusError
        If an element is none of the above.

    >>> import dedup
    >>> same = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
    >>> result = dedup.find([same, "另一篇文章讲的是农村公路的养护和管理工作。", same])
    >>> len(result.clusters), result.cleaned().to_pylist()[2]
    (1, '')
    """
    settings = settings or Settings()
    table = documents_table(documents, settings)
    _, offsets = strings(table["text"])
    batches = [table.slice(first, last - first) for first, last in _parts(offsets)]
    quarantine = QUARANTINE.empty_table()
    return find_in(
        batches,
        lambda batch: (batch, quarantine),
        [""],
        settings,
        LocalEngine(workers),
        Watch(progress),
    )


def find_in(
    batches: Iterable[T],
    read: Callable[[T], tuple[pa.Table, pa.Table]],
    names: Sequence[str],
    settings: Settings,
    engine: Engine,
    watch: Watch,
) -> Result:
    """Run the flow over what ``read`` makes of each batch: documents, and quarantined rows."""
    tables = folding.load_tables()
    # Loaded while the corpus is read and folded, which leaves the interpreter idle for the most.
    loader = ThreadPoolExecutor(1)
    loading = loader.submit(_lexicon, settings)
    loader.shutdown(wait=False)

    def read_and_fold(batch: T) -> tuple[pa.Table, pa.Table, pa.Table]:
        documents, quarantined = read(batch)
        return documents, quarantined, fold(documents, segment(documents, settings.unit), tables)

    with watch.stage("fold"):
        batches = list(batches)
        parts = engine.map(watch.count("fold", read_and_fold, len(batches)), batches)
        documents = pa.concat_tables([part[0] for part in parts]).combine_chunks()
        quarantine = pa.concat_tables([part[1] for part in parts]).combine_chunks()
        units = _gather_units(parts)
        del parts

    with watch.stage("distinct"):
        order = keep_order(units, documents, settings)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        text_of, text_unit = _distinct(engine, units, order, rank, settings.min_length)
        in_corpus_order = np.argsort(text_unit, kind="stable")
        slices = _gather_shadows(units["shadow"], text_unit[in_corpus_order])
        lengths = numbers(units["length"])[text_unit]
        units = units.drop_columns(["shadow"])

    with watch.stage("dictionary"):
        lexicon = loading.result()
    banding = (
        None if settings.exact else solve(settings.near, settings.recall, settings.permutations)
    )
    _, size = settings.shingle

    def describe(shadow: pa.Array) -> pa.Table:
        told = words(shadow, lexicon, settings.chars is not None)
        sets = shingle(told, size)
        for name in ("guards", "free"):
            sets = sets.append_column(name, told[name])
        return sets

    with watch.stage("words"):
        described = engine.map(watch.count("words", describe, len(slices)), slices)
        del slices
        texts = pa.concat_tables(described).combine_chunks()
        del described
        if settings.keep != "first":  # which alone has the order of the corpus
            texts = texts.take(pa.array(np.argsort(in_corpus_order))).combine_chunks()
        texts = texts.append_column("length", pa.array(lengths))
        texts = texts.append_column("unit", pa.array(text_unit))

    literal = texts["literal"].combine_chunks()
    edges = _edges(engine, literal, None, banding, settings, watch, "literal")

    with watch.stage("masked"):
        masked_of, near = _masked(engine, texts)
    masked = texts["masked"].combine_chunks()
    masked_view = _edges(engine, masked, near, banding, settings, watch, "masked")

    finding = Finding(
        names=tuple(names),
        documents=documents,
        quarantine=quarantine,
        units=units,
        rank=rank,
        text_of=text_of,
        texts=texts.drop_columns(["masked_high", "masked_low"]),
        literal=edges,
        masked=masked_view,
        masked_of=masked_of,
        banding=banding,
        engine=engine,
    )
    with watch.stage("cluster"):
        return Result(settings, finding, finding.decide(settings), watch.seconds)


def _lexicon(settings: Settings) -> Lexicon:
    """Load the dictionary, folded like the text, with the rules for slots."""
    tables = folding.load_tables()
    loaded = dictionary.load(
        settings.user_dictionaries,
        fold=partial(folding.fold_strings, tables=tables),
        fold_key=folding.fold_key(),
    )
    return Lexicon(loaded, masking.tag_kinds(loaded.tags)[loaded.tag], masking.rules())


def _parts(offsets: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Cut rows of the given offsets into parts of about ``BATCH_BYTES``, one at least."""
    rows = len(offsets) - 1
    if rows <= 0:
        return [(0, 0)]
    marks = np.arange(offsets[0] + BATCH_BYTES, offsets[-1], BATCH_BYTES)
    cuts = np.unique(np.concatenate([[0], np.searchsorted(offsets, marks), [rows]]))
    return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))


def _gather_units(parts: list[tuple[pa.Table, pa.Table, pa.Table]]) -> pa.Table:
    """Concatenate the units of all batches, their documents numbered through."""
    offset = 0
    tables = []
    for documents, _, units in parts:
        moved = pa.array(numbers(units["document"]) + offset)
        tables.append(units.set_column(units.column_names.index("document"), "document", moved))
        offset += documents.num_rows
    return pa.concat_tables(tables)


def _gather_shadows(column: pa.ChunkedArray, which: npt.NDArray[np.int64]) -> list[pa.Array]:
    """Return the shadow texts of the units ``which``, ascending, in parts of a batch's size.

    Chunk by chunk: the texts are most of what a run holds, and are not to be there twice.
    """
    parts = []
    start = 0
    for chunk in column.chunks:
        here = which[np.searchsorted(which, start) : np.searchsorted(which, start + len(chunk))]
        taken = chunk.take(pa.array(here - start))
        parts += [taken.slice(a, b - a) for a, b in _parts(strings(taken)[1])]
        start += len(chunk)
    return parts or [pa.array([], column.type)]


def _distinct(
    engine: Engine,
    units: pa.Table,
    order: npt.NDArray[np.int64],
    rank: npt.NDArray[np.int64],
    least: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the text of each unit (-1: too short), and the first unit of each text.

    Texts are numbered in keep order, so that everywhere below the smaller number goes first.
    """
    wanted = order[numbers(units["length"])[order] >= least]
    rows = pa.table(
        {
            "high": numbers(units["hash_high"])[wanted],
            "low": numbers(units["hash_low"])[wanted],
            "row": rank[wanted],
        }
    )
    first = pa.concat_tables(engine.group(first_of_equals, [rows], ["high", "low"]))
    by_rank, leaders = number_groups(first, len(order))
    return by_rank[rank], order[leaders]


def _masked(engine: Engine, texts: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the first text of the same masked text for each, and which may be near another.

    The first stands for the masked text from here on; -1 for a text of slots alone.
    """
    free = numbers(texts["free"])
    wanted = np.flatnonzero(free > 0)
    rows = pa.table(
        {
            "high": numbers(texts["masked_high"])[wanted],
            "low": numbers(texts["masked_low"])[wanted],
            "row": wanted,
        }
    )
    first = pa.concat_tables(engine.group(first_of_equals, [rows], ["high", "low"]))
    of = np.full(len(free), -1, np.int64)
    of[numbers(first["row"])] = numbers(first["first"])
    return of, (of == np.arange(len(of))) & (free >= MASKED_LEAST)


def _edges(
    engine: Engine,
    sets: pa.Array,
    near: npt.NDArray[np.bool_] | None,
    banding: Banding | None,
    settings: Settings,
    watch: Watch,
    name: str,
) -> View:
    """Return the verified edges of one view, and how they were found.

    ``near`` says which sets may be near another (all, if it is None).
    """
    threshold = settings.near
    sizes = np.diff(lists(sets)[1]).astype(np.int32)
    if near is not None:
        sizes = np.where(near, sizes, 0).astype(np.int32)
    met, capped = None, 0
    if banding is not None:
        with watch.stage(f"sign ({name})"):
            keys = _keys(engine, sets, banding, settings.seed)
    with watch.stage(f"candidates ({name})"):
        if banding is None:
            joined = sets if near is None else _emptied(sets, near)
            index = prefix_index(joined, threshold)
            parts = _ranges(len(joined), 64)
            found = engine.map(watch.count("join", partial(prefix_pairs, index=index), 64), parts)
        else:
            grouped = engine.group(
                partial(mark_large, cap=settings.bucket_cap),
                band_tables(keys, sizes),
                ["bucket"],
                2,
            )
            keys, capped = without_large(keys, grouped)
            take = partial(
                pairs, keys=keys, sizes=sizes, threshold=threshold, cap=settings.bucket_cap
            )
            taken = engine.map(take, list(enumerate(grouped)))
            found, met = [part[0] for part in taken], sum(part[1] for part in taken)
            del keys, grouped, take, taken
    with watch.stage(f"verify ({name})"):
        verified = engine.map(partial(verify, sets=sets, threshold=threshold), found)
        edges = pa.concat_tables([EDGES.empty_table(), *verified])
        if capped:  # leaders of several large buckets may be the same
            edges = _without_repeats(edges)
        edges = edges.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()
    audit = None
    if banding is not None and settings.audit:
        with watch.stage("audit"):
            sampled = sample(np.flatnonzero(sizes), settings.audit, settings.seed)
            wanted = queries(sets, sampled)
            against = partial(query_pairs, sets=sets, wanted=wanted, threshold=threshold)
            true = pa.concat_tables(engine.map(against, _ranges(len(sets), 16)))
            if near is not None:
                both = near[numbers(true["a"])] & near[numbers(true["b"])]
                true = true.filter(pa.array(both))
            true = verify(true, sets, threshold)
            audit = compare(true, edges, sampled)
    return View(
        edges=edges,
        candidates=sum(part.num_rows for part in found),
        met=met,
        capped=capped,
        audit=audit,
    )


def _keys(engine: Engine, sets: pa.Array, banding: Banding, seed: int) -> npt.NDArray[np.uint32]:
    """Sign all sets; the parts are copied as they come, so that they are never there twice."""
    keys = np.empty((len(sets), banding.bands), np.uint32)
    ranges = _ranges(len(sets), 4 + len(sets) // 50_000)
    for some in [ranges[i : i + 4] for i in range(0, len(ranges), 4)]:
        parts = [sets.slice(first, last - first) for first, last in some]
        signed = engine.map(partial(sign, banding=banding, seed=seed), parts)
        for (first, last), part in zip(some, signed, strict=True):
            keys[first:last] = part
    return keys


def _ranges(size: int, parts: int) -> list[tuple[int, int]]:
    cuts = np.unique(np.linspace(0, size, parts + 1).astype(np.int64)).tolist()
    return list(pairwise(cuts)) or [(0, 0)]


def _emptied(sets: pa.Array, keep: npt.NDArray[np.bool_]) -> pa.Array:
    """Return the sets with those that are not kept empty."""
    values, starts = lists(sets)
    sizes = np.diff(starts)
    kept = np.repeat(keep, sizes)
    offsets = np.concatenate([[0], np.cumsum(np.where(keep, sizes, 0))])
    return make_lists(values[starts[0] : starts[-1]][kept], offsets)


def _without_repeats(edges: pa.Table) -> pa.Table:
    key = (numbers(edges["a"]) << 32) | numbers(edges["b"])
    return edges.take(pa.array(np.unique(key, return_index=True)[1]))
