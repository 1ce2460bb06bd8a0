"""The flow, read top to bottom: what ``find`` does, stage after stage, on any engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import dictionary, folding, masking, sentences
from dedup.columns import numbers, strings
from dedup.corpus.memory import documents_table
from dedup.decided import ahead, decided_units
from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.finding import Finding
from dedup.markers import in_markers
from dedup.near import find_near
from dedup.passages import find_passages
from dedup.records import DOCUMENTS, PASSAGES, QUARANTINE
from dedup.result import Result
from dedup.settings import Settings
from dedup.sketches import Texts
from dedup.stages.distinct import first_of_equals, keep_order, number_groups
from dedup.stages.fold import fold
from dedup.stages.passages import lay_out
from dedup.stages.segment import layout, segment
from dedup.stages.shingle import shingle
from dedup.stages.sign import solve
from dedup.stages.words import Lexicon, words
from dedup.watch import LOGGER, Progress, Watch

__all__ = ["Folded", "describing", "find", "find_folded", "find_in", "fold_corpus", "load_lexicon"]

T = TypeVar("T")

BATCH_BYTES = 1 << 19
"""Of text to a batch: large enough that a call costs nothing, small enough for the caches."""


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
        Called as stages advance. To stop a run, raise an exception there: it reaches the caller.

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
    # Loaded while the corpus is read and folded, which leaves the interpreter idle for the most.
    loader = ThreadPoolExecutor(1)
    loading = loader.submit(load_lexicon, settings)
    loader.shutdown(wait=False)
    folded = fold_corpus(batches, read, settings, engine, watch)
    return find_folded(folded, loading.result, names, settings, engine, watch)


@dataclass
class Folded:
    """A corpus once it is read, cut into units and folded."""

    documents: pa.Table
    quarantine: pa.Table
    units: pa.Table
    """``records.UNITS``; the shadows go once they are gathered, being most of what a run holds."""


def fold_corpus(
    batches: Iterable[T],
    read: Callable[[T], tuple[pa.Table, pa.Table]],
    settings: Settings,
    engine: Engine,
    watch: Watch,
) -> Folded:
    """Read every batch, cut it into units and fold those."""
    tables = folding.load_tables()

    def fold_documents(documents: pa.Table) -> tuple[pa.Table, pa.Table]:
        documents = layout(documents, settings.unit)
        return documents, fold(documents, segment(documents), tables)

    def read_and_fold(batch: T) -> tuple[pa.Table, pa.Table, pa.Table]:
        documents, quarantined = read(batch)
        documents, units = fold_documents(documents)
        return documents, quarantined, units

    with watch.stage("fold"):
        batches = list(batches)
        parts = engine.map(watch.count("fold", read_and_fold, len(batches)), batches)
        if not parts:  # files without a row have no batch
            documents, units = fold_documents(DOCUMENTS.empty_table())
            parts = [(documents, QUARANTINE.empty_table(), units)]
        documents = pa.concat_tables([part[0] for part in parts]).combine_chunks()
        quarantine = pa.concat_tables([part[1] for part in parts]).combine_chunks()
        return Folded(documents, quarantine, _gather_units(parts))


def find_folded(
    folded: Folded,
    lexicon: Callable[[], Lexicon],
    names: Sequence[str],
    settings: Settings,
    engine: Engine,
    watch: Watch,
) -> Result:
    """Find what is repeated among the units of a folded corpus; ``lexicon`` is waited for."""
    documents, units = folded.documents, folded.units
    with watch.stage("distinct"):
        order = keep_order(units, documents, settings)
        decided = None
        if settings.decisions:
            decided = decided_units(units, documents, order, settings.decisions)
            order = ahead(order, decided.this)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        length = numbers(units["length"]) - in_markers(units["shadow"], settings.mask_marker)
        wanted = order[length[order] >= settings.min_length]
        text_of, text_unit = _distinct(engine, units, wanted, rank)
        in_corpus_order = np.argsort(text_unit, kind="stable")
        slices = _gather_shadows(units["shadow"], text_unit[in_corpus_order])
        compared = text_of >= 0
        shadows = lay_out(units, documents.num_rows) if settings.passages else None
        units = folded.units = units.drop_columns(["shadow"])

    with watch.stage("dictionary"):
        known = lexicon()
    banding = (
        None if settings.exact else solve(settings.near, settings.recall, settings.permutations)
    )
    repeated = np.bincount(text_of[compared], minlength=len(text_unit)) > 1
    if decided:
        repeated[text_of[compared & decided.touched]] = True
    looked_at = Texts(slices, in_corpus_order, describing(known, settings))
    del slices
    near = find_near(engine, looked_at, repeated, banding, settings, watch)
    text_of = np.append(near.number, -1)[text_of]  # -1 picks what is appended
    number = np.flatnonzero(near.number >= 0)
    text_unit = text_unit[number]
    texts = near.texts.append_column("unit", pa.array(text_unit))
    texts = texts.append_column("number", pa.array(number))
    texts = texts.append_column("length", pa.array(numbers(units["length"])[text_unit]))
    finding = Finding(
        names=tuple(names),
        documents=documents,
        quarantine=folded.quarantine,
        units=units,
        rank=rank,
        compared=compared,
        distinct=len(near.number),
        text_of=text_of,
        texts=texts,
        literal=near.literal,
        masked=near.masked,
        masked_of=near.masked_of,
        decided=decided,
        banding=banding,
        engine=engine,
        passages=PASSAGES.empty_table(),
        capped_seeds=0,
    )
    with watch.stage("cluster"):
        grouping = finding.group(settings)
    if shadows is not None:
        first = np.append(text_unit, -1)[text_of]
        repeated = (text_of >= 0) & (first != np.arange(len(text_of)))
        groups = np.stack([text_of, grouping.cluster.of, grouping.family.of], axis=1)
        passages, capped = find_passages(
            engine, shadows, documents, units, repeated, groups, rank,
            grouping.sources if settings.across_only else None, settings, watch,
        )  # fmt: skip
        if decided:
            parting = decided.parting(text_of, texts.num_rows)
            passages = parting.passages(passages, text_of, numbers(units["length"]))
        finding = dataclasses.replace(finding, passages=passages, capped_seeds=capped)
    with watch.stage("decide"):
        result = Result.of(finding, settings, watch.seconds, grouping)
    LOGGER.info("%r", result)
    if decided and decided.missing:
        told = "%d of %d decisions are about texts that are not in this corpus"
        LOGGER.warning(told, decided.missing, len(settings.decisions or ()))
    return result


def load_lexicon(settings: Settings) -> Lexicon:
    """Load the dictionary, folded like the text, with the rules for slots."""
    tables = folding.load_tables()
    loaded = dictionary.load(
        settings.user_dictionaries,
        fold=partial(folding.fold_strings, tables=tables),
        fold_key=folding.fold_key(),
    )
    kinds = masking.tag_kinds(loaded.tags)[loaded.tag]
    return Lexicon(loaded, kinds, masking.rules(), sentences.marks())


def describing(lexicon: Lexicon, settings: Settings) -> Callable[[pa.Array], pa.Table]:
    """Return what makes of shadow texts all that is told of their words, a row for each."""
    _, size = settings.shingle

    def describe(shadow: pa.Array) -> pa.Table:
        told = words(shadow, lexicon, settings.chars is not None)
        sets = shingle(told, size)
        for name in ("guards", "free", "sentences", "cuts"):
            sets = sets.append_column(name, told[name])
        return sets

    return describe


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
    wanted: npt.NDArray[np.int64],
    rank: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the text of each unit (-1: not wanted), and the first unit of each text.

    ``wanted`` are units in keep order. Texts are numbered like that, so that everywhere below the
    smaller number goes first.
    """
    rows = pa.table(
        {
            "high": numbers(units["hash_high"])[wanted],
            "low": numbers(units["hash_low"])[wanted],
            "row": rank[wanted],
        }
    )
    first = pa.concat_tables(engine.group(first_of_equals, [rows], ["high", "low"]))
    by_rank, leaders = number_groups(first, len(rank))
    order = np.empty(len(rank), np.int64)
    order[rank] = np.arange(len(rank))
    return by_rank[rank], order[leaders]
