"""The flow, read top to bottom: what ``find`` does, stage after stage, on any engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from dedup import dictionary, folding, masking, sentences
from dedup.columns import I32, I64, numbers, strings
from dedup.corpus.memory import documents_table
from dedup.distinction import Distinct, tell_apart
from dedup.engines import Engine
from dedup.engines.counted import CountedEngine
from dedup.engines.local import LocalEngine
from dedup.finding import Finding, Grouping
from dedup.intake import Folded, fold_corpus
from dedup.near import Near, find_near, stored_near
from dedup.passages import find_passages
from dedup.records import PASSAGES, QUARANTINE
from dedup.result import Result
from dedup.settings import Settings
from dedup.shadows import HeldShadows, parts_of
from dedup.sketches import Texts
from dedup.stages.shingle import shingle
from dedup.stages.sign import Banding, solve
from dedup.stages.words import Lexicon, words
from dedup.watch import LOGGER, Progress, Watch
from dedup.work import Stored, Work

__all__ = [
    "describing",
    "find",
    "find_folded",
    "find_in",
    "load_lexicon",
]

T = TypeVar("T")

KEPT_BYTES = 1 << 28
"""Of words that are kept for those texts that have a partner, where memory is short."""


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
    batches = [table.slice(first, last - first) for first, last in parts_of(offsets)]
    quarantine = QUARANTINE.empty_table()
    return find_in(
        batches,
        lambda batch: (batch, quarantine),
        [""],
        settings,
        LocalEngine(workers),
        Watch(progress, corpus_bytes=int(offsets[-1] - offsets[0])),
    )


def find_in(
    batches: Iterable[T],
    read: Callable[[T], tuple[pa.Table, pa.Table]],
    names: Sequence[str],
    settings: Settings,
    engine: Engine,
    watch: Watch,
    work: Work | None = None,
) -> Result:
    """Run the flow over what ``read`` makes of each batch: documents, and quarantined rows."""
    # Loaded while the corpus is read and folded, which leaves the interpreter idle for the most.
    loader = ThreadPoolExecutor(1)
    loading = loader.submit(load_lexicon, settings)
    loader.shutdown(wait=False)
    work = work or Work()
    folded = fold_corpus(batches, read, settings, engine, watch, work)
    return find_folded(folded, loading.result, names, settings, engine, watch, work)


def find_folded(
    folded: Folded,
    lexicon: Callable[[], Lexicon],
    names: Sequence[str],
    settings: Settings,
    engine: Engine,
    watch: Watch,
    work: Work | None = None,
) -> Result:
    """Find what is repeated among the units of a folded corpus; ``lexicon`` is waited for."""
    work = work or Work()
    documents, units = folded.documents, folded.units
    with watch.stage("distinct", units.num_rows, "units"):
        distinct = tell_apart(units, documents, settings, engine, work)
        units = folded.units = units.drop_columns(["own"])
    near = _near(folded, distinct, lexicon, settings, engine, watch, work)
    decided, known = distinct.decided, near.texts
    number = np.flatnonzero(near.number >= 0)
    unit_of = distinct.unit_of[number]
    columns = {"unit": unit_of, "number": number, "length": numbers(units["length"])[unit_of]}
    for name, values in columns.items():
        known = known.append_column(name, pa.array(work.keep(values)))
    finding = Finding(
        names=tuple(names),
        documents=documents,
        quarantine=folded.quarantine,
        units=units,
        rank=distinct.rank,
        compared=work.keep(distinct.text_of >= 0),
        distinct=len(near.number),
        text_of=_called(near.number, distinct.text_of, work),
        texts=known,
        literal=near.literal,
        masked=near.masked,
        masked_of=near.masked_of,
        decided=decided,
        banding=_banding(settings),
        engine=CountedEngine(engine, watch),  # for all that is asked of the finding
        work=work,
        passages=PASSAGES.empty_table(),
        capped_seeds=0,
    )
    del distinct, near, number, unit_of, columns, values
    edges = finding.literal.edges.num_rows + finding.masked.edges.num_rows
    with watch.stage("cluster", edges, "edges"):
        grouping = finding.group(settings)
    if settings.passages:
        finding = _with_passages(finding, grouping, folded, settings, engine, watch)
    with watch.stage("decide", units.num_rows, "units"):
        result = Result.of(finding, settings, watch.seconds, grouping)
    LOGGER.info("%r", result)
    if decided and decided.missing:
        told = "%d of %d decisions are about texts that are not in this corpus"
        LOGGER.warning(told, decided.missing, len(settings.decisions or ()))
    return result


def _near(
    folded: Folded,
    distinct: Distinct,
    lexicon: Callable[[], Lexicon],
    settings: Settings,
    engine: Engine,
    watch: Watch,
    work: Work,
) -> Near:
    """Return which texts are near others; what is as long as all texts is gone behind it."""
    with watch.stage("distinct", unit="units"):
        in_corpus_order = work.keep(np.argsort(distinct.unit_of, kind="stable"))
        parts = folded.shadows.parts(work.keep(distinct.unit_of[in_corpus_order]))
        if not settings.passages:
            folded.shadows = HeldShadows([])  # those that are held go before the words come
    with watch.stage("dictionary"):
        describe = describing(lexicon(), settings)
    texts = Texts(parts, in_corpus_order, describe, None if work.folder is None else KEPT_BYTES)
    wanted = distinct.wanted()
    del parts, in_corpus_order

    def find(stored: Stored) -> None:
        find_near(engine, texts, wanted, _banding(settings), settings, work, stored, watch)

    return stored_near(work, find)


def _banding(settings: Settings) -> Banding | None:
    """Return the bands of signatures; None: every pair is compared."""
    if settings.exact:
        return None
    return solve(settings.near, settings.recall, settings.permutations)


def _called(number: I32, text_of: I64, work: Work) -> I64:
    """Return the number of each unit's text from here on, -1 for none."""
    called = work.array(len(text_of), np.int64)
    called[:] = number[text_of] if len(number) else -1
    called[text_of < 0] = -1
    return called


def _with_passages(
    finding: Finding, grouping: Grouping, folded: Folded, settings: Settings, engine: Engine,
    watch: Watch,
) -> Finding:  # fmt: skip
    """Return the finding with its passages, and the folded corpus without its shadows."""
    text_of, work = finding.text_of, finding.work

    def look(stored: Stored) -> None:
        repeated = work.array(len(text_of), np.bool_)
        repeated[:] = text_of >= 0
        repeated[numbers(finding.texts["unit"])] = False  # the first of each text
        groups = work.array((len(text_of), 3), np.int32)
        for kind, of in enumerate((text_of, grouping.cluster.of, grouping.family.of)):
            groups[:, kind] = of
        stored.facts["capped"] = find_passages(
            engine, folded.shadows, finding.documents, finding.units, repeated, groups,
            finding.rank, grouping.sources if settings.across_only else None, settings, watch,
            work, stored.gathering("passages"),
        )  # fmt: skip

    stored = work.stored("passages", look)
    folded.shadows = HeldShadows([])
    passages = stored.table("passages")
    if finding.decided:
        parting = finding.decided.parting(text_of, finding.texts.num_rows)
        passages = parting.passages(passages, text_of, numbers(finding.units["length"]))
    return dataclasses.replace(finding, passages=passages, capped_seeds=stored.facts["capped"])


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
