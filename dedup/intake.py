"""Intake: a corpus is read batch by batch, cut into units, and folded, on any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dedup import folding
from dedup.columns import numbers
from dedup.engines import Engine
from dedup.markers import in_markers
from dedup.records import DOCUMENTS, QUARANTINE
from dedup.settings import Settings
from dedup.shadows import HeldShadows, RemadeShadows
from dedup.stages.fold import fold
from dedup.stages.segment import layout, segment
from dedup.watch import Watch
from dedup.work import Stored, Work

__all__ = ["Folded", "fold_corpus", "fold_documents"]

T = TypeVar("T")

MOST = np.iinfo(np.int32).max


@dataclass
class Folded:
    """A corpus once it is read, cut into units and folded."""

    documents: pa.Table
    quarantine: pa.Table
    units: pa.Table
    """``records.UNITS`` without the shadows, and ``own``: characters that are in no marker."""
    shadows: HeldShadows | RemadeShadows


def fold_documents(
    documents: pa.Table, settings: Settings, tables: folding.FoldTables
) -> tuple[pa.Table, pa.Table]:
    """Cut documents into units, and fold those; return both, the units as ``records.UNITS``.

    And ``own``: shadow characters that are in no marker, as far as int32 goes.
    """
    documents = layout(documents, settings.unit)
    units = fold(documents, segment(documents), tables)
    own = numbers(units["length"]) - in_markers(units["shadow"], settings.mask_marker)
    return documents, units.append_column("own", pa.array(np.minimum(own, MOST).astype(np.int32)))


def fold_corpus(
    batches: Iterable[T],
    read: Callable[[T], tuple[pa.Table, pa.Table]],
    settings: Settings,
    engine: Engine,
    watch: Watch,
    work: Work | None = None,
) -> Folded:
    """Read every batch, cut it into units and fold those."""
    work = work or Work()
    tables = folding.load_tables()

    def read_and_fold(batch: T) -> tuple[pa.Table, pa.Table, pa.Table]:
        documents, quarantined = read(batch)
        documents, units = fold_documents(documents, settings, tables)
        return documents, quarantined, units

    held: list[pa.Array] = []

    def gather(stored: Stored) -> None:
        given = list(batches)
        parts = engine.stream(watch.count("fold", read_and_fold, len(given)), given)
        if not given:  # files without a row have none
            documents, units = fold_documents(DOCUMENTS.empty_table(), settings, tables)
            parts = iter([(documents, QUARANTINE.empty_table(), units)])
        all_documents, all_units = stored.gathering("documents"), stored.gathering("units")
        quarantine = []
        for documents, quarantined, told in parts:
            of = pa.array(numbers(told["document"]) + all_documents.rows)
            if work.folder is None:
                held.extend(told["shadow"].chunks)
            units = told.set_column(told.column_names.index("document"), "document", of)
            all_units.append(units.drop_columns(["shadow"]))
            all_documents.append(documents)
            quarantine.append(quarantined)
        stored.put("quarantine", pa.concat_tables(quarantine))

    with watch.stage("fold", watch.corpus_bytes, "bytes"):
        stored = work.stored("fold", gather)
        documents, units = stored.table("documents"), stored.table("units")
        quarantine = stored.table("quarantine").combine_chunks()
        shadows = (
            HeldShadows(held) if work.folder is None else RemadeShadows(documents, units, tables)
        )
        return Folded(documents, quarantine, units, shadows)
