"""Units to their shadow texts: the folded form that is compared, with its length and hash."""

from __future__ import annotations

import pyarrow as pa

from dedup.columns import numbers, strings
from dedup.folding import FoldTables, fold_spans

__all__ = ["fold"]


def fold(documents: pa.Table, units: pa.Table, tables: FoldTables) -> pa.Table:
    """Return ``units`` with the shadow text of each.

    Parameters
    ----------
    documents
        A batch with the columns of ``records.DOCUMENTS``; only ``text`` is read.
    units
        What ``segment`` made of the same batch.
    tables
        From ``dedup.folding.load_tables``; what the fold does is said there.

    Returns
    -------
    pyarrow.Table
        The columns of ``records.UNITS``: ``length`` counts code points of the shadow text;
        ``hash_high`` and ``hash_low`` are two independent hashes of it, the same on every machine.
    """
    data, offsets = strings(documents["text"])
    base = offsets[numbers(units["document"])]
    folded = fold_spans(
        data, base + numbers(units["byte_start"]), base + numbers(units["byte_end"]), tables
    )
    return (
        units.append_column("length", pa.array(folded.lengths))
        .append_column("hash_high", pa.array(folded.hash_high))
        .append_column("hash_low", pa.array(folded.hash_low))
        .append_column("shadow", folded.shadow)
    )
