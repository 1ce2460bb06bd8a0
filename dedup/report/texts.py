"""Whole documents, cut where what stands elsewhere begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dedup.columns import I64
from dedup.report.register import Register
from dedup.report.spans import DocumentSpans, Gathered
from dedup.report.views import Spans, TextView

__all__ = ["Text", "text_view"]


@dataclass(frozen=True)
class Text:
    """A document as a whole."""

    whole: str

    def as_utf16(self, at: I64) -> I64:
        """Return offsets in code points as offsets in UTF-16, by which a browser counts."""
        offsets: I64 = at + np.searchsorted(self._wide, at)
        return offsets

    @cached_property
    def _wide(self) -> I64:
        """Where characters stand that are two units."""
        codes = np.frombuffer(self.whole.encode("utf-32-le", "surrogatepass"), np.uint32)
        return np.flatnonzero(codes > 0xFFFF)


def text_view(document: int, text: Text, ledger: Gathered, register: Register) -> TextView:
    """Return a document with its spans.

    Parameters
    ----------
    document
        Its index.
    text
        All of it.
    ledger
        Has its spans.
    register
        Gives the indices of other documents.
    """
    spans = ledger.of(document)
    ends, over, count = pieces(len(text.whole), spans["start"], spans["end"], _ranks(spans))
    # Only what is seen is told: of many passages from one place the first one.
    seen = np.unique(over[over >= 0])
    number = np.full(len(spans["start"]) + 1, -1, np.int64)
    number[seen] = np.arange(len(seen))
    shown = {name: values[seen].tolist() for name, values in spans.items()}
    return TextView(
        document,
        text.whole,
        Spans(
            kind=shown["kind"],
            group=[
                f"c{cluster}" if cluster >= 0 else f"f{family}" if family >= 0 else None
                for cluster, family in zip(shown["cluster"], shown["family"], strict=True)
            ],
            action=shown["action"],
            document=[
                None if key < 0 else register.index(*ledger.place(key)) for key in shown["other"]
            ],
            line=[line if line >= 0 else None for line in shown["line"]],
            passage=shown["passage"],
            source=shown["source"],
        ),
        text.as_utf16(ends).tolist(),
        number[over].tolist(),
        count.tolist(),
    )


def _ranks(spans: DocumentSpans) -> I64:
    """Return the rank of each span: where several cover a character, that of least rank is shown.

    First what is of a cluster, then of a family, then what is like another text, or a passage from
    elsewhere, and last a passage that went elsewhere.
    """
    kinds = (spans["cluster"] >= 0, spans["family"] >= 0, ~spans["source"])
    return np.select(kinds, (0, 1, 2), 3)


def pieces(length: int, starts: I64, ends: I64, ranks: I64) -> tuple[I64, I64, I64]:
    """Cut a text where another span is the one to show: pieces of one span each, or of none.

    Returns
    -------
    ends
        Of each piece, in the units of ``length``.
    over
        Which span is shown there: the one of least rank, the first of those; -1 for none.
    count
        How many spans cover the piece, where most do.
    """
    over, change = np.full(length, -1, np.int64), np.zeros(length + 1, np.int64)
    np.add.at(change, starts, 1)
    np.add.at(change, ends, -1)
    first = np.lexsort((np.arange(len(starts)), ranks, ends, starts))
    another = np.diff(starts[first], prepend=-1) | np.diff(ends[first], prepend=-1)
    first = first[another != 0]  # of those that begin and end together
    for number in first[np.lexsort((-first, -ranks[first]))].tolist():
        over[starts[number] : ends[number]] = number
    if not length:
        return over, over, over
    begins = np.append(0, np.flatnonzero(np.diff(over)) + 1)
    count = np.maximum.reduceat(np.cumsum(change)[:-1], begins)
    return np.append(begins[1:], length), over[begins], count
