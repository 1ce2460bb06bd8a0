"""Tracing: who had a text first, of every link and every group that a run found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I8, I32, I64, U8, Array, Bools, each_once, flat, numbers, strings
from dedup.dates import before, written_dates
from dedup.dating import FOUND, HEAD, document_dates
from dedup.excerpts import stretch_texts, unit_texts
from dedup.finding import Decision, Finding
from dedup.growing import Growing
from dedup.records import BLANKED, LOST, READINGS
from dedup.spread import runs
from dedup.stages.chain import chains
from dedup.stages.ledger import Groups
from dedup.stages.origin import DIRECTIONS, REASONS, STATUS, Clues, directions, origins, pair_keys
from dedup.stages.traces import named_years, traces
from dedup.templates import batches

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

ROWS = 1 << 17
"""Units and links that are looked at at a time."""
TEXT_BYTES = 1 << 22
"""Of texts."""


@dataclass(frozen=True)
class Tracing:
    """Dates and traces of the documents that share something, and what those tell."""

    finding: Finding
    decision: Decision

    @cached_property
    def dates(self) -> pa.Table:
        """Per document ``first``, ``last`` and ``found``, as ``dating.document_dates`` has them.

        Documents that share nothing are not looked at, and have none.
        """
        finding = self.finding
        heads = (self._head(part) for part in self._parts(self._shared))
        return document_dates(finding.documents, finding.names, self._shared, heads)

    @property
    def written_dates(self) -> pa.Table:
        """Per document ``date`` (ISO 8601) and where it was ``found``; null for none."""
        found = numbers(self.dates["found"])
        places = pa.array(FOUND, pa.large_string()).take(pa.array(found, mask=found < 0))
        date = self._written(np.arange(len(found))).dictionary_decode()
        return pa.table({"date": date, "found": places})

    @property
    def of_links(self) -> pa.Array:
        """Per link, one of ``DIRECTIONS``; null without a source in another document."""
        return _named(self.signs_of_links)

    @cached_property
    def signs_of_links(self) -> I8:
        """Per link, an index into ``DIRECTIONS``; -1 without a source in another document."""
        unit, source = (numbers(self.decision.links[name]) for name in ("unit", "source"))
        told = self.finding.work.array(len(unit), np.int8)
        for low in range(0, len(unit), ROWS):
            here = slice(low, low + ROWS)
            mine, theirs = unit[here], source[here]
            rows = np.flatnonzero(theirs >= 0)
            signs = np.full(len(mine), -1, np.int8)
            signs[rows] = self._signs(self._of_units(theirs[rows]), self._of_units(mine[rows]))
            told[here] = signs
        return told

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
            for low, high in batches(end - start, TEXT_BYTES):
                here = slice(low, high)
                found[rows[here]] = traces(
                    stretch_texts(
                        self.finding.documents["text"], document[rows[here]], start[here], end[here]
                    )
                )
            sides.append(self._clues(document, found, numbers(pairs[f"{side}length"])))
        return _named(self._signs(sides[1], sides[0]))

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
            self.decision.cluster, "cluster", lambda text: text, finding.literal.edges
        )

    @cached_property
    def family_chains(self) -> pa.Table:
        """Return the same of families, by the similarity of masked texts."""
        masked = self.finding.masked_of
        return self._chains(
            self.decision.family, "family", lambda text: masked[text], self.finding.masked.edges
        )

    def complete(self) -> None:
        """Make all there is to tell."""
        for each in ("signs_of_links", "of_passages", "clusters", "cluster_chains", "families"):
            getattr(self, each)

    @cached_property
    def _document(self) -> I64:
        return numbers(self.finding.units["document"])

    @cached_property
    def _linked(self) -> Array:
        """The units of all links, in the order of the corpus."""
        found = np.zeros(self.finding.units.num_rows, bool)
        for name in ("unit", "source"):
            units = numbers(self.decision.links[name])
            for low in range(0, len(units), ROWS):
                here = units[low : low + ROWS]
                found[here[here >= 0]] = True
        return self.finding.work.keep(np.flatnonzero(found).astype(np.int32))

    @cached_property
    def _shared(self) -> Bools:
        """Per document, whether it shares a unit or a passage."""
        shared = np.zeros(self.finding.documents.num_rows, bool)
        for low in range(0, len(self._linked), ROWS):
            shared[self._document[self._linked[low : low + ROWS]]] = True
        for side in _SIDES:
            shared[numbers(self.finding.passages[f"{side}document"])] = True
        return shared

    def _parts(self, wanted: Bools) -> list[I64]:
        """Return the documents that are wanted, in parts that fit into memory."""
        _, offsets = strings(self.finding.documents["text"])
        which = np.flatnonzero(wanted)
        return [which[a:b] for a, b in batches(np.diff(offsets)[which], TEXT_BYTES)]

    def _texts(self, documents: I64) -> pa.Array:
        """Return the texts of documents, ascending."""
        text = flat(self.finding.documents["text"])
        if documents[-1] - documents[0] == len(documents) - 1:
            return text.slice(documents[0], len(documents))  # no copy
        return text.take(pa.array(documents))

    def _head(self, documents: I64) -> pa.Array:
        return pc.utf8_slice_codeunits(self._texts(documents), 0, HEAD)

    @cached_property
    def _traces(self) -> U8:
        """Per unit its traces; none where it is not linked."""
        finding = self.finding
        linked = self._linked
        start, end = (numbers(finding.units[name]) for name in ("byte_start", "byte_end"))
        told = finding.work.array(finding.units.num_rows, np.uint8)
        told[:] = 0
        cuts = [
            (low + a, low + b)
            for low in range(0, len(linked), ROWS)
            for a, b in batches((end - start)[linked[low : low + ROWS]], TEXT_BYTES)
        ]

        def part(cut: tuple[int, int]) -> U8:
            units = linked[slice(*cut)]
            return traces(unit_texts(finding.documents["text"], finding.units, units))

        for cut, found in zip(cuts, finding.engine.stream(part, cuts), strict=True):
            told[linked[slice(*cut)]] = found
        return told

    @cached_property
    def _of_documents(self) -> tuple[I32, Bools, Bools, Bools]:
        """Per document ``named``, ``repeats``, ``clean`` and ``marked``, as ``Clues`` has them."""
        engine, count = self.finding.engine, self.finding.documents.num_rows
        copied = READINGS | LOST | BLANKED
        bearing = np.zeros(count, np.int64)
        for low in range(0, len(self._linked), ROWS):
            units = self._linked[low : low + ROWS]
            marked = units[(self._traces[units] & copied) > 0]
            bearing += np.bincount(self._document[marked], minlength=count)
        parts = self._parts(self._shared)
        for part, told in zip(
            parts, engine.stream(lambda part: traces(self._head(part)), parts), strict=True
        ):
            bearing[part] += (told & copied) > 0
        named, times = np.zeros((2, count), np.int32)
        parts = self._parts(self._shared & (numbers(self.dates["first"]) == 0))
        for part, years in zip(
            parts, engine.stream(lambda part: named_years(self._texts(part)), parts), strict=True
        ):
            named[part], times[part] = years
        repeats = (times > 1) | (numbers(self.dates["first"]) > 0)
        return named, repeats, bearing == 0, bearing >= _SEVERAL

    @cached_property
    def _versions(self) -> I64:
        """The pairs of documents of which one shares much of its text with the other."""
        finding = self.finding
        size = np.zeros(finding.documents.num_rows, np.int64)
        unit, source = (numbers(self.decision.links[name]) for name in ("unit", "source"))
        for low in range(0, len(finding.compared), ROWS):
            here = slice(low, low + ROWS)
            np.add.at(size, self._document[here][finding.compared[here]], 1)
        pairs = [np.zeros(0, np.int64)]
        for low in range(0, len(unit), ROWS):
            mine, theirs = unit[low : low + ROWS], source[low : low + ROWS]
            a, b = self._document[mine[theirs >= 0]], self._document[theirs[theirs >= 0]]
            pairs.append(pair_keys(a[a != b], b[a != b]))
        keys, count = runs(np.concatenate(pairs))
        smaller = np.minimum(size[keys >> 32], size[keys & 0xFFFFFFFF])
        most: I64 = keys[count >= _VERSION * smaller]
        return most

    def _signs(self, source: Clues, copy: Clues) -> I8:
        """Return an index into ``DIRECTIONS`` per pair; -1 within one document."""
        sign, _ = directions(source, copy, self._versions)
        return np.where(source.document == copy.document, -1, sign + 1).astype(np.int8)

    def _of_units(self, units: Array) -> Clues:
        """Return what is known of units that are linked."""
        length = numbers(self.finding.units["length"])[units]
        return self._clues(self._document[units], self._traces[units], length)

    def _clues(self, document: I64, marks: U8, length: I64) -> Clues:
        """Return what is known of stretches of documents with these traces."""
        first, last, found = (numbers(self.dates[name]) for name in ("first", "last", "found"))
        of_documents = (first, last, found, *self._of_documents)
        return Clues._make([document, *(each[document] for each in of_documents), marks, length])

    def _members(self, groups: Groups) -> tuple[Array, list[tuple[int, int]]]:
        """Return the linked units of groups, group by group, and where to cut them into parts."""
        units = self._linked[groups.of[self._linked] >= 0]
        of = groups.of[units]
        sizes = np.bincount(of)
        units = self.finding.work.keep(units[np.argsort(of, kind="stable")])
        starts = np.append(0, np.cumsum(sizes[sizes > 0]))
        return units, [(int(starts[a]), int(starts[b])) for a, b in batches(np.diff(starts), ROWS)]

    def _origins(self, groups: Groups, name: str) -> pa.Table:
        grown = Growing(self.finding.work, np.int32, np.int32, np.int8, np.int8)
        units, cuts = self._members(groups)
        for low, high in cuts:
            mine = units[low:high]
            told = origins(groups.of[mine], self._of_units(mine), self._versions)
            row = numbers(told["row"])
            codes = (numbers(flat(told[each]).indices) for each in ("status", "reason"))
            grown.append(numbers(told["group"]), np.where(row >= 0, mine[row], -1), *codes)
        group, unit, status, reason = grown.close()
        return pa.table(
            {
                name: group,
                "status": pa.DictionaryArray.from_arrays(status, _strings(STATUS)),
                "reason": pa.DictionaryArray.from_arrays(reason, _strings(REASONS)),
                "date": self._written(self._document[unit], unit >= 0),
                "unit": pa.array(unit, mask=unit < 0),
            }
        )

    def _chains(
        self, groups: Groups, name: str, node: Callable[[Array], Array], edges: pa.Table
    ) -> pa.Table:
        finding = self.finding
        grown = Growing(finding.work, np.int32, np.int32, np.int32, np.float64)
        first, last = (numbers(self.dates[each]) for each in ("first", "last"))
        units, cuts = self._members(groups) if first.any() else (np.zeros(0, np.int32), [])
        for low, high in cuts:
            mine = units[low:high]
            mine = mine[first[self._document[mine]] > 0]
            document = self._document[mine]
            of_text = node(finding.text_of[mine])
            told = chains(groups.of[mine], of_text, first[document], last[document], edges)
            row, source = numbers(told["row"]), numbers(told["source"])
            similarity = numbers(told["similarity"].fill_null(0))
            grown.append(
                numbers(told["group"]), mine[row], np.where(source >= 0, mine[source], -1),
                similarity,
            )  # fmt: skip
        group, unit, source, similarity = grown.close()
        return pa.table(
            {
                name: group,
                "unit": unit,
                "date": self._written(self._document[unit]),
                "source": pa.array(source, mask=source < 0),
                "similarity": pa.array(similarity, mask=source < 0),
            }
        )

    @cached_property
    def _dates(self) -> tuple[I32, pa.Array]:
        """Per document, which of the dates it has; and those, written."""
        first, last = (numbers(self.dates[name]) for name in ("first", "last"))
        both = first.astype(np.int64) * 10**8 + last
        distinct = each_once(both)
        told = written_dates(*(part.astype(np.int32) for part in np.divmod(distinct, 10**8)))
        return np.searchsorted(distinct, both).astype(np.int32), told

    def _written(self, document: I64, known: Bools | None = None) -> pa.DictionaryArray:
        """Return the dates of documents, of those that are known; null where there is none."""
        code, told = self._dates
        codes = code[document]
        missing = ~np.append(numbers(told.is_valid()), False)[codes] if len(told) else codes < 0
        if known is not None:
            missing |= ~known
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), told)


def _named(signs: I8) -> pa.Array:
    return _strings(DIRECTIONS).take(pa.array(signs, mask=signs < 0))


def _strings(values: Sequence[str]) -> pa.Array:
    return pa.array(values, pa.large_string())
