"""Tracing: who had a text first, of every link and every group that a run found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I32, I64, U8, Bools, flat, numbers
from dedup.dates import before, written_dates
from dedup.dating import FOUND, HEAD, document_dates
from dedup.excerpts import stretch_texts, unit_texts
from dedup.finding import Decision, Finding
from dedup.records import BLANKED, LOST, READINGS
from dedup.stages.chain import chains
from dedup.stages.ledger import Groups
from dedup.stages.origin import DIRECTIONS, Clues, directions, origins, pair_keys
from dedup.stages.traces import named_years, traces

__all__ = ["Tracing"]

_SEVERAL = 2
"""Texts with traces that mark their document: one blank form alone does not."""


_VERSION = 0.3
"""Share of the units of one document, linked to the other, from which they are versions of a text.

For such pairs a year that is named once tells, too. What moves if this moves: of laws without their
dates, 60 pairs were told apart rightly so and 3 wrongly; with less shared, more than a tenth of
the pairs would be told wrongly, from a fifth down a quarter.
"""
_SIDES = ("", "source_")


@dataclass(frozen=True)
class Tracing:
    """Dates and traces of the documents that share something, and what those tell."""

    finding: Finding
    decision: Decision

    @cached_property
    def units(self) -> I64:
        """The units of all links, in the order of the corpus."""
        found = np.zeros(self.finding.units.num_rows, bool)
        for name in ("unit", "source"):
            units = numbers(self.decision.links[name])
            found[units[units >= 0]] = True
        return np.flatnonzero(found)

    @cached_property
    def dates(self) -> pa.Table:
        """Per document ``first``, ``last`` and ``found``, as ``dating.document_dates`` has them.

        Documents that share nothing are not looked at, and have none.
        """
        finding = self.finding
        return document_dates(finding.documents, finding.names, self._shared, self._heads)

    @property
    def written_dates(self) -> pa.Table:
        """Per document ``date`` (ISO 8601) and where it was ``found``; null for none."""
        first, last, found = (numbers(self.dates[name]) for name in ("first", "last", "found"))
        places = pa.array(FOUND, pa.large_string()).take(pa.array(found, mask=found < 0))
        return pa.table({"date": written_dates(first, last), "found": places})

    @cached_property
    def clues(self) -> Clues:
        """What is known of each of ``units``."""
        length = numbers(self.finding.units["length"])[self.units]
        return self._clues(self._document[self.units], self._traces, length)

    @cached_property
    def of_links(self) -> pa.Array:
        """Per link, one of ``DIRECTIONS``; null without a source in another document."""
        unit, source = (numbers(self.decision.links[name]) for name in ("unit", "source"))
        place = np.full(self.finding.units.num_rows, -1)
        place[self.units] = np.arange(len(self.units))
        rows = np.flatnonzero(source >= 0)
        told = self._directions(
            self.clues.take(place[source[rows]]), self.clues.take(place[unit[rows]])
        )
        every = pa.nulls(len(source), told.type)
        return pc.replace_with_mask(every, pa.array(source >= 0), told)

    @cached_property
    def of_passages(self) -> pa.Array:
        """Per passage, one of ``DIRECTIONS``; null if it is within one document."""
        return self.of_stretches(self.finding.passages)

    def of_stretches(self, pairs: pa.Table) -> pa.Array:
        """Per row, one of ``DIRECTIONS``; null if both sides are of one document.

        ``pairs`` has ``document, byte_start, byte_end, length`` of either side, as passages and
        sections have them.
        """
        documents = [numbers(pairs[f"{side}document"]) for side in _SIDES]
        first, last = (numbers(self.dates[name]) for name in ("first", "last"))
        copy, source = ((first[each], last[each]) for each in documents)
        # What dates decide, most of it, has no need of traces.
        dated = before(*copy, *source) | before(*source, *copy) | (documents[0] == documents[1])
        rows = np.flatnonzero(~dated)
        sides = []
        for side, document in zip(_SIDES, documents, strict=True):
            start, end = (numbers(pairs[f"{side}byte_{name}"])[rows] for name in ("start", "end"))
            found = np.zeros(len(document), np.uint8)
            found[rows] = traces(
                stretch_texts(self.finding.documents["text"], document[rows], start, end)
            )
            sides.append(self._clues(document, found, numbers(pairs[f"{side}length"])))
        return self._directions(sides[1], sides[0])

    @cached_property
    def clusters(self) -> pa.Table:
        """Per cluster, in their order, its origin: ``cluster, status, reason, date, unit``."""
        return self._origins(self.decision.cluster, "cluster")

    @cached_property
    def families(self) -> pa.Table:
        """Per family, in their order, its origin: ``family, status, reason, date, unit``."""
        return self._origins(self.decision.family, "family")

    @cached_property
    def cluster_chains(self) -> pa.Table:
        """Per dated unit of a cluster of several days: ``cluster, unit, date, source, similarity``.

        Sorted by cluster and day; ``source`` is the earlier unit that it most likely comes from.
        """
        finding = self.finding
        return self._chains(
            self.decision.cluster, "cluster", finding.text_of, finding.literal.edges
        )

    @cached_property
    def family_chains(self) -> pa.Table:
        """Return the same of families, by the similarity of masked texts."""
        finding = self.finding
        masked = np.append(finding.masked_of, -1)[finding.text_of]
        return self._chains(self.decision.family, "family", masked, finding.masked.edges)

    def complete(self) -> None:
        """Make all there is to tell."""
        for each in ("of_links", "of_passages", "clusters", "cluster_chains", "families"):
            getattr(self, each)

    @cached_property
    def _document(self) -> I64:
        return numbers(self.finding.units["document"])

    @cached_property
    def _shared(self) -> Bools:
        """Per document, whether it shares a unit or a passage."""
        shared = np.zeros(self.finding.documents.num_rows, bool)
        shared[self._document[self.units]] = True
        for side in _SIDES:
            shared[numbers(self.finding.passages[f"{side}document"])] = True
        return shared

    @cached_property
    def _heads(self) -> pa.ChunkedArray:
        """The heads of the documents that are ``_shared``."""
        heads = pc.utf8_slice_codeunits(self.finding.documents["text"], 0, HEAD)
        return heads.filter(pa.array(self._shared))

    @cached_property
    def _traces(self) -> U8:
        """The traces of ``units``."""
        finding = self.finding
        return traces(unit_texts(finding.documents["text"], finding.units, self.units))

    @cached_property
    def _of_documents(self) -> tuple[I32, Bools, Bools, Bools]:
        """Per document ``named``, ``repeats``, ``clean`` and ``marked``, as ``Clues`` has them."""
        finding = self.finding
        count = finding.documents.num_rows
        copied = READINGS | LOST | BLANKED
        bearing = np.bincount(
            self._document[self.units[(self._traces & copied) > 0]], minlength=count
        )
        bearing[self._shared] += (traces(flat(self._heads)) & copied) > 0
        named, times = np.zeros((2, count), np.int32)
        undated = np.flatnonzero(self._shared & (numbers(self.dates["first"]) == 0))
        texts = flat(finding.documents["text"].take(pa.array(undated)))
        named[undated], times[undated] = named_years(texts)
        repeats = (times > 1) | (numbers(self.dates["first"]) > 0)
        return named, repeats, bearing == 0, bearing >= _SEVERAL

    @cached_property
    def _versions(self) -> I64:
        """The pairs of documents of which one shares much of its text with the other."""
        finding = self.finding
        long = finding.compared
        size = np.bincount(self._document[long], minlength=finding.documents.num_rows)
        unit, source = (numbers(self.decision.links[name]) for name in ("unit", "source"))
        a, b = self._document[unit[source >= 0]], self._document[source[source >= 0]]
        keys, count = np.unique(pair_keys(a[a != b], b[a != b]), return_counts=True)
        smaller = np.minimum(size[keys >> 32], size[keys & 0xFFFFFFFF])
        most: I64 = keys[count >= _VERSION * smaller]
        return most

    def _directions(self, source: Clues, copy: Clues) -> pa.Array:
        """Return one of ``DIRECTIONS`` per pair; null within one document."""
        sign, _ = directions(source, copy, self._versions)
        within = pa.array(source.document == copy.document)
        names = pa.array(DIRECTIONS, pa.large_string())
        return pc.if_else(within, None, names.take(pa.array(sign + 1)))

    def _clues(self, document: I64, marks: U8, length: I64) -> Clues:
        """Return what is known of stretches of documents with these traces."""
        first, last, found = (numbers(self.dates[name]) for name in ("first", "last", "found"))
        of_documents = (first, last, found, *self._of_documents)
        return Clues._make([document, *(each[document] for each in of_documents), marks, length])

    def _members(self, groups: Groups) -> tuple[I64, I64]:
        """Return the rows in ``units`` of the members of groups, group by group, and the groups."""
        of = groups.of[self.units]
        rows = np.flatnonzero(of >= 0)
        rows = rows[np.argsort(of[rows], kind="stable")]
        return rows, of[rows]

    def _origins(self, groups: Groups, name: str) -> pa.Table:
        rows, group = self._members(groups)
        told = origins(group, self.clues.take(rows), self._versions)
        row = numbers(told["row"])
        known = row >= 0
        where = rows[np.where(known, row, 0)] if len(rows) else row
        unit = pa.array(self.units[where], mask=~known)
        return pa.table(
            {
                name: told["group"],
                "status": told["status"],
                "reason": told["reason"],
                "date": self._written(where, known),
                "unit": unit,
            }
        )

    def _chains(self, groups: Groups, name: str, node: I64, edges: pa.Table) -> pa.Table:
        rows, group = self._members(groups)
        first, last = self.clues.first[rows], self.clues.last[rows]
        told = chains(group, node[self.units[rows]], first, last, edges)
        row, source = rows[numbers(told["row"])], numbers(told["source"])
        known = source >= 0
        return pa.table(
            {
                name: told["group"],
                "unit": pa.array(self.units[row]),
                "date": self._written(row, np.ones(len(row), bool)),
                "source": pa.array(self.units[rows[np.where(known, source, 0)]], mask=~known),
                "similarity": told["similarity"],
            }
        )

    def _written(self, rows: I64, known: Bools) -> pa.Array:
        """Return the dates of the documents of rows of ``units``; null where there is none."""
        first, last = self.clues.first[rows], self.clues.last[rows]
        return written_dates(np.where(known, first, 0), np.where(known, last, 0))
