"""How much of each document stands elsewhere, and in which documents most of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I64, Bools, each_once, numbers
from dedup.finding import Decision, Finding
from dedup.growing import Growing
from dedup.records import LINK_KINDS
from dedup.rules import CLASSES
from dedup.sections import Sections
from dedup.templates import batches

__all__ = ["KINDS", "class_shares", "document_shares", "passage_characters", "shared_with"]

I8 = npt.NDArray[np.int8]

KINDS = LINK_KINDS
"""How a character is repeated, the strongest first."""
OTHERS_SHOWN = 10


UNITS = 1 << 18
"""Of documents that are looked at at a time."""
MOST_PARTS = 32
"""Into which links are sorted."""
_NEAR, _MASKED, _ACROSS = 1, 2, 4
"""What a unit is linked by, as bits: by a text that is near, or near once masked; beyond its
document."""


class _Axis:
    """The code points of some documents on one line, one document after the other."""

    def __init__(self, finding: Finding, low: int, high: int) -> None:
        """Lay out documents from ``low`` up to ``high``, which are numbered from 0."""
        document = numbers(finding.units["document"])
        self.low, self.count = low, high - low
        self.units = slice(*np.searchsorted(document, [low, high]).tolist())
        """Those of these documents."""
        self.document = document[self.units] - low
        start, end = (numbers(finding.units[name])[self.units] for name in ("start", "end"))
        ends = np.zeros(self.count + 1, np.int64)
        ends[self.document + 1] = end + 1  # the last of a document stays
        self.base = np.cumsum(ends)
        self.unit_start, self.size = self.base[self.document] + start, end - start

    def at(self, document: I64, place: I64) -> I64:
        """Return where places of documents are on the line."""
        result: I64 = self.base[document] + place
        return result

    def within(self, wanted: Bools) -> Callable[[I64], I64]:
        """Return what tells, of a point of the line, the characters before it in wanted units."""
        sizes = np.append(self.size * wanted, 0)
        before = np.concatenate([[0], np.cumsum(sizes[:-1])])

        def measure(point: I64) -> I64:
            unit = np.searchsorted(self.unit_start, point, "right") - 1
            inside = np.minimum(point - self.unit_start[unit], sizes[unit])
            result: I64 = before[unit] + inside
            return result

        return measure


def _fresh(start: I64, end: I64) -> I64:
    """Return where what is new of each stretch begins, of those that are sorted by their start."""
    before = np.maximum.accumulate(end) if len(end) else end
    result: I64 = start.copy()
    result[1:] = np.minimum(np.maximum(start[1:], before[:-1]), end[1:])
    return result


class _Sides:
    """Both sides of all passages, in the order of the documents."""

    def __init__(self, finding: Finding) -> None:
        document, start, end = (
            np.concatenate([numbers(finding.passages[f"{side}{name}"]) for side in ("", "source_")])
            for name in ("document", "start", "end")
        )
        order = np.lexsort((start, document))
        self._number = order % max(1, finding.passages.num_rows)
        self._document, self._start, self._end = document[order], start[order], end[order]

    def on(self, axis: _Axis) -> tuple[I64, I64, I64, I64]:
        """Return those of an axis: number, document, where they start and end on it."""
        here = slice(*np.searchsorted(self._document, [axis.low, axis.low + axis.count]).tolist())
        document = self._document[here] - axis.low
        start, end = (axis.at(document, each[here]) for each in (self._start, self._end))
        return self._number[here], document, start, end


def _parts(finding: Finding, units: int = UNITS) -> list[tuple[int, int]]:
    """Cut the documents into parts of about so many units."""
    first = np.searchsorted(
        numbers(finding.units["document"]), np.arange(finding.documents.num_rows + 1)
    )
    return batches(np.diff(first) + 1, units) or [(0, 0)]


def _of_parts(finding: Finding, share: Callable[[_Axis], dict[str, I64]]) -> pa.Table:
    """Return what is told of documents, part by part of these."""
    parts = finding.engine.stream(
        lambda part: pa.table(share(_Axis(finding, *part))), _parts(finding)
    )
    return pa.concat_tables(parts).combine_chunks()


def passage_characters(finding: Finding) -> int:
    """Return how many code points are in a passage, of either side."""
    if not finding.passages.num_rows:
        return 0
    sides, total = _Sides(finding), 0
    for part in _parts(finding):
        _, _, start, end = sides.on(_Axis(finding, *part))
        total += int((end - _fresh(start, end)).sum())
    return total


def document_shares(finding: Finding, decision: Decision) -> pa.Table:
    """Return, per document, its characters and how many of them stand elsewhere, by kind.

    Characters are code points of its units. Each counts once: as ``exact`` in a unit whose text
    another unit has, else as ``near`` in one of a cluster, as ``masked`` in one of a family, as
    either in one of no group that the ledger links with another, or as ``passage`` in a passage, on
    either side; ``repeated`` is the sum of these.
    """
    several = np.append(_times(finding) > 1, False)
    linked, sides = _linked(finding, decision), _Sides(finding)

    def share(axis: _Axis) -> dict[str, I64]:
        u = axis.units
        in_cluster, in_family = decision.cluster.of[u] >= 0, decision.family.of[u] >= 0
        exact, by = several[finding.text_of[u]], linked[u]
        alone = ~(in_cluster | in_family)
        near, masked = (by & _NEAR) > 0, (by & _MASKED) > 0
        of_units = {
            "exact": in_cluster & exact,
            "near": (in_cluster & ~exact) | (near & alone),
            "masked": (in_family & ~in_cluster) | (masked & ~near & alone),
        }
        columns = {"characters": _totals(axis.document, axis.size, axis.count)}
        for kind, of in of_units.items():
            columns[kind] = _totals(axis.document, axis.size * of, axis.count)
        _, side, start, end = sides.on(axis)
        measure = axis.within(~np.any(list(of_units.values()), axis=0))
        columns["passage"] = _totals(side, measure(end) - measure(_fresh(start, end)), axis.count)
        columns["repeated"] = np.sum([columns[kind] for kind in KINDS], axis=0)
        return columns

    return _of_parts(finding, share)


def _times(finding: Finding) -> I64:
    """Return how many units have each text."""
    times = np.zeros(finding.texts.num_rows, np.int32)
    for low in range(0, len(finding.text_of), UNITS):
        text = finding.text_of[low : low + UNITS]
        np.add.at(times, text[text >= 0], 1)
    return times


def _linked(finding: Finding, decision: Decision) -> npt.NDArray[np.uint8]:
    """Return by what each unit is linked, or links: ``_NEAR``, ``_MASKED`` and ``_ACROSS``."""
    links, document = decision.links, numbers(finding.units["document"])
    told = finding.work.array(len(document), np.uint8)
    told[:] = 0
    for low in range(0, links.num_rows, UNITS):
        part = links.slice(low, UNITS)
        unit, source, kinds = (numbers(part[name]) for name in ("unit", "source", "kind"))
        chosen = [
            (_NEAR, kinds == KINDS.index("near")),
            (_MASKED, kinds == KINDS.index("masked")),
            (_ACROSS, document[unit] != document[source]),
        ]
        for bit, which in chosen:
            rows = np.flatnonzero(which & (source >= 0))
            for side in (unit, source):
                told[side[rows]] |= bit
    return told


def class_shares(finding: Finding, decision: Decision, of_unit: I8, of_passage: I8) -> pa.Table:
    """Return, per document, how many of the characters that stand elsewhere are of each class.

    A column for each of ``CLASSES``; the sum is ``repeated`` of ``document_shares``. Units of
    clusters and families are of the class ``of_unit``; others that are linked are repeats, if that
    is within their document alone, else copies; the rest is of the class of its passages: of
    several that a character is in, of the one that begins first.
    """
    linked, sides = _linked(finding, decision), _Sides(finding)

    def share(axis: _Axis) -> dict[str, I64]:
        u, by = axis.units, linked[axis.units]
        grouped = (decision.cluster.of[u] >= 0) | (decision.family.of[u] >= 0)
        alone = np.where(by & _ACROSS, CLASSES.index("copy"), CLASSES.index("repeat"))
        mine = np.where(grouped | (of_unit[u] >= 0), of_unit[u], alone).astype(np.int8)
        grouped |= (by & (_NEAR | _MASKED)) > 0
        number, side, start, end = sides.on(axis)
        measure = axis.within(~grouped)
        fresh = measure(end) - measure(_fresh(start, end))
        index = np.concatenate([axis.document[grouped], side]) * len(CLASSES)
        index += np.concatenate([mine[grouped], of_passage[number]])
        characters = np.concatenate([axis.size[grouped], fresh])
        totals = _totals(index, characters, axis.count * len(CLASSES)).reshape(-1, len(CLASSES))
        return dict(zip(CLASSES, totals.T, strict=True))

    return _of_parts(finding, share)


def shared_with(finding: Finding, decision: Decision, sections: Sections) -> pa.Table:
    """Return the documents that each shares most characters with: ``document, other, characters``.

    By document, ``OTHERS_SHOWN`` of each at most, the most first. Characters are code points of its
    units: in those that the ledger links with units of the other, in passages, and in sections.
    """
    parts = _parts(finding, max(UNITS, finding.units.num_rows // MOST_PARTS))
    stretches = _shared_stretches(finding, decision, sections, [high for _, high in parts])

    def share(given: tuple[tuple[int, int], Growing]) -> tuple[I64, I64, I64]:
        axis = _Axis(finding, *given[0])
        of, other, start, end = (column.astype(np.int64) for column in given[1].close())
        across = np.flatnonzero(of != other)
        start, end = (axis.at(of - axis.low, each) for each in (start, end))
        pair = (of - axis.low) * finding.documents.num_rows + other
        across = across[np.lexsort((start[across], pair[across]))]
        pair, start, end = pair[across], start[across], end[across]
        new = np.diff(pair, prepend=-1) > 0
        number = np.cumsum(new) - 1
        # Shifted so far that no stretch of a pair meets one of another.
        shift = number * (axis.base[-1] + 1)
        fresh = _fresh(start + shift, end + shift) - shift
        measure = axis.within(np.ones(len(axis.size), np.bool_))
        first = across[new]
        of, other = of[first], other[first]
        characters = _totals(number, measure(end) - measure(fresh), len(first))
        order = np.lexsort((other, -characters, of))
        shown = order[np.arange(len(of)) - np.searchsorted(of, of[order]) < OTHERS_SHOWN]
        return of[shown], other[shown], characters[shown]

    grown = Growing(finding.work, np.int32, np.int32, np.int64)
    for told in finding.engine.stream(share, zip(parts, stretches, strict=True)):
        grown.append(*told)
    return pa.table(dict(zip(("document", "other", "characters"), grown.close(), strict=True)))


def _shared_stretches(
    finding: Finding, decision: Decision, sections: Sections, ends: Sequence[int]
) -> list[Growing]:
    """Return what documents share with others: document, the other, code points from and to.

    In parts of the documents up to each of ``ends``.
    """
    units, links, passages = finding.units, decision.links, finding.passages
    document, start, end = (numbers(units[name]) for name in ("document", "start", "end"))
    grown = [Growing(finding.work, np.int32, np.int32, np.int64, np.int64) for _ in ends]

    def add(of: I64, other: I64, start: I64, end: I64) -> None:
        part = np.searchsorted(ends, of, "right")
        for number in each_once(part).tolist():
            here = np.flatnonzero(part == number)
            grown[number].append(of[here], other[here], start[here], end[here])

    anchors = sections.anchors.filter(pc.less(sections.anchors["passage"], 0))
    for table, names in ((links, ("unit", "source")), (anchors, ("unit", "source_unit"))):
        for low in range(0, table.num_rows, UNITS):
            one, two = (numbers(table[name].slice(low, UNITS)) for name in names)
            one, two = one[two >= 0], two[two >= 0]
            for unit, beside in ((one, two), (two, one)):
                add(document[unit], document[beside], start[unit], end[unit])
    for mine, theirs in (("", "source_"), ("source_", "")):
        columns = (f"{mine}document", f"{theirs}document", f"{mine}start", f"{mine}end")
        add(*(numbers(passages[name]) for name in columns))
    return grown


def _totals(index: I64, values: I64, count: int) -> I64:
    """Return the sum of the values of each index."""
    result: I64 = np.bincount(index, weights=values, minlength=count).astype(np.int64)
    return result
