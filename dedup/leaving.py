"""Leaving: what a cleaned corpus leaves out of each text, and where markers stand instead."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I64, numbers
from dedup.finding import Decision, Finding
from dedup.records import REMOVALS

__all__ = ["removals"]


def removals(finding: Finding, decision: Decision) -> pa.Table:
    """Return ``records.REMOVALS``.

    Units with their line terminators; of a document that is dropped whole all there is; what is
    masked without terminators, units of one line that follow each other as one; what goes of
    passages.
    """
    units, documents = finding.units, finding.documents
    document = numbers(units["document"])
    single = np.flatnonzero(decision.dropped & ~decision.whole[document])
    whole = np.flatnonzero(decision.whole)
    spans = units.select(["start", "drop_end"]).take(pa.array(single))
    lengths = numbers(pc.utf8_length(documents["text"].take(pa.array(whole))))
    parts = [
        (document[single], numbers(spans["start"]), numbers(spans["drop_end"])),
        (whole, np.zeros(len(whole), np.int64), lengths.astype(np.int64)),
    ]
    excision = decision.excision
    masks = decision.masked.any()
    if excision is not None:
        unit, start, end = (numbers(excision.spans[name]) for name in ("unit", "start", "end"))
        cut = (document[unit], start, end)
        parts.append(cut)
    if masks:
        parts.append(_masked(units, np.flatnonzero(decision.masked)))
    counts = [len(part[0]) for part in parts]
    masked = np.repeat([False] * len(parts), counts)
    if masks:
        masked[len(masked) - counts[-1] :] = True
    if excision is not None and excision.masks:
        masked[sum(counts[:2]) : sum(counts[:3])] = True
    of, start, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    columns = {name: documents[name].take(pa.array(of)) for name in ("file", "row")}
    columns |= {"start": start, "end": end, "masked": masked}
    return pa.table(columns, schema=REMOVALS)


def _masked(units: pa.Table, which: I64) -> tuple[I64, I64, I64]:
    """Return document, start and end of what is masked: units of one line together."""
    document, line, start, end = (
        numbers(units[name])[which] for name in ("document", "line", "start", "end")
    )
    opens = (np.diff(which, prepend=-2) > 1) | (np.diff(document, prepend=-1) != 0)
    opens |= np.diff(line, prepend=-1) != 0
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(which)) - 1
    return document[first], start[first], end[last]
