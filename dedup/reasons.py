"""Reasons: why a row of the ledger says what became of its unit, in words, and which one tells."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I8, numbers

__all__ = ["REASONS", "reason_ranks"]

REASONS = [
    "decision: keep",
    "decision: keep_this",
    "decision: boilerplate",
    "decision: drop",
    "of a class that is removed",
    "the first of its group in keep order",
    "like the source, but the first of a group of its own in keep order",
    "an exact copy of what is kept",
    "word for word what is kept",
    "whole sentences of what is kept, word for word",
    "similar enough, with the same numbers, dates, places and negations",
    "contained in what is kept, with the same numbers, dates, places and negations",
    "a near copy of what is kept",
    "the same text but for numbers, dates and places",
    "whole sentences of the source, word for word",
    "whole sentences of a passage of the source",
    "all of its sentences stand in passages, as other rows say",
    "part of a document that is mostly copied",
    "tagged: of a class that is only tagged",
    "tagged: shorter than the least length to drop",
    "tagged: from the same source",
    "tagged: exact copies alone are dropped",
    "tagged: below the drop threshold",
    "tagged: a number, date, place or negation differs",
    "tagged: not word for word in what is kept",
    "tagged: the same text but for numbers, dates and places",
    "tagged: what it repeats is not kept itself",
    "tagged: a passage of the source",
    "tagged: no whole sentence of it may go",
    "dropped for another unit, as another row says",
]
(
    KEEP, THIS, BOILERPLATE, DROP, REMOVED,
    FIRST, OWN, EXACT, SAME, STANDS, ALIKE, CONTAINED, NEAR, FAMILY,
    WORD_FOR_WORD, WHOLE, SENTENCES, DOCUMENT, SPARED, SHORT,
    SAME_SOURCE, CAREFUL, BELOW, DIFFERS, WORDS, MASKED, UNKEPT, PASSAGE, UNCUT,
    ELSEWHERE,
) = range(len(REASONS))  # fmt: skip


def reason_ranks(rows: pa.Table) -> I8:
    """Return what the reason of each row of the ledger counts beside other rows of its unit.

    The lowest tells: the row within its group, or else, counted on from the last of ``REASONS``,
    the strongest reason. A passage's, twice their number, says nothing of its unit.
    """
    grouped = pc.or_(rows["cluster"].is_valid(), rows["family"].is_valid())
    rank = pc.index_in(rows["reason"], pa.array(REASONS, pa.large_string()))
    rank = pc.add(rank, pc.if_else(grouped, 0, len(REASONS)))
    of_passage = pc.equal(rows["kind"], "passage").fill_null(False)
    ranks: I8 = numbers(pc.if_else(of_passage, 2 * len(REASONS), rank)).astype(np.int8)
    return ranks
