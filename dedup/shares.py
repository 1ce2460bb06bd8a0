"""How much of each document stands elsewhere, and in which documents most of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I64, Bools, numbers
from dedup.finding import Decision, Finding
from dedup.records import LINK_KINDS
from dedup.rules import CLASSES
from dedup.sections import Sections

__all__ = ["KINDS", "class_shares", "document_shares", "passage_characters", "shared_with"]

I8 = npt.NDArray[np.int8]

KINDS = LINK_KINDS
"""How a character is repeated, the strongest first."""
OTHERS_SHOWN = 10


class _Axis:
    """The code points of all documents on one line, one document after the other."""

    def __init__(self, finding: Finding) -> None:
        units = finding.units
        document, start, end = (numbers(units[name]) for name in ("document", "start", "end"))
        ends = np.zeros(finding.documents.num_rows + 1, np.int64)
        ends[document + 1] = end + 1  # the last of a document stays
        self.base = np.cumsum(ends)
        self.unit_start, self.size = self.base[document] + start, end - start

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


def _of_passages(finding: Finding, axis: _Axis) -> tuple[I64, I64, I64, I64]:
    """Return both sides of all passages in order: number, document, where they start and end."""
    document, start, end = (
        np.concatenate([numbers(finding.passages[f"{side}{name}"]) for side in ("", "source_")])
        for name in ("document", "start", "end")
    )
    start, end = axis.at(document, start), axis.at(document, end)
    order = np.argsort(start, kind="stable")
    number = order % max(1, finding.passages.num_rows)
    return number, document[order], start[order], end[order]


def passage_characters(finding: Finding) -> int:
    """Return how many code points are in a passage, of either side."""
    _, _, start, end = _of_passages(finding, _Axis(finding))
    return int((end - _fresh(start, end)).sum())


def document_shares(finding: Finding, decision: Decision) -> pa.Table:
    """Return, per document, its characters and how many of them stand elsewhere, by kind.

    Characters are code points of its units. Each counts once: as ``exact`` in a unit whose text
    another unit has, else as ``near`` in one of a cluster, as ``masked`` in one of a family, as
    either in one of no group that the ledger links with another, or as ``passage`` in a passage, on
    either side; ``repeated`` is the sum of these.
    """
    axis = _Axis(finding)
    document = numbers(finding.units["document"])
    count = finding.documents.num_rows
    in_cluster, in_family = decision.cluster.of >= 0, decision.family.of >= 0
    text = finding.text_of
    several = np.append(np.bincount(text[text >= 0]) > 1, False)[text]
    grouped = in_cluster | in_family
    linked = _linked(finding, decision)
    of_units = {
        "exact": in_cluster & several,
        "near": (in_cluster & ~several) | (linked["near"] & ~grouped),
        "masked": (in_family & ~in_cluster) | (linked["masked"] & ~linked["near"] & ~grouped),
    }
    columns = {"characters": _totals(document, axis.size, count)}
    columns |= {kind: _totals(document, axis.size * of, count) for kind, of in of_units.items()}
    _, side, start, end = _of_passages(finding, axis)
    measure = axis.within(~np.any(list(of_units.values()), axis=0))
    columns["passage"] = _totals(side, measure(end) - measure(_fresh(start, end)), count)
    columns["repeated"] = np.sum([columns[kind] for kind in KINDS], axis=0)
    return pa.table(columns)


def _linked(finding: Finding, decision: Decision) -> dict[str, Bools]:
    """Return which units a link names: ``near``, ``masked``, and ``across`` documents."""
    links, document = decision.links, numbers(finding.units["document"])
    unit, source = (numbers(links[name]) for name in ("unit", "source"))
    kinds = numbers(links["kind"])
    chosen = {kind: kinds == KINDS.index(kind) for kind in KINDS[1:3]}
    chosen["across"] = document[unit] != document[source]
    told = {}
    for name, which in chosen.items():
        told[name] = np.zeros(len(document), np.bool_)
        rows = np.flatnonzero(which & (source >= 0))
        told[name][unit[rows]] = told[name][source[rows]] = True
    return told


def class_shares(finding: Finding, decision: Decision, of_unit: I8, of_passage: I8) -> pa.Table:
    """Return, per document, how many of the characters that stand elsewhere are of each class.

    A column for each of ``CLASSES``; the sum is ``repeated`` of ``document_shares``. Units of
    clusters and families are of the class ``of_unit``; others that are linked are repeats, if that
    is within their document alone, else copies; the rest is of the class of its passages: of
    several that a character is in, of the one that begins first.
    """
    axis = _Axis(finding)
    document, count = numbers(finding.units["document"]), finding.documents.num_rows
    grouped = (decision.cluster.of >= 0) | (decision.family.of >= 0)
    linked = _linked(finding, decision)
    alone = np.where(linked["across"], CLASSES.index("copy"), CLASSES.index("repeat"))
    of_unit = np.where(grouped | (of_unit >= 0), of_unit, alone).astype(np.int8)
    grouped |= linked["near"] | linked["masked"]
    number, side, start, end = _of_passages(finding, axis)
    measure = axis.within(~grouped)
    fresh = measure(end) - measure(_fresh(start, end))
    index = np.concatenate([document[grouped], side]) * len(CLASSES)
    index += np.concatenate([of_unit[grouped], of_passage[number]])
    characters = np.concatenate([axis.size[grouped], fresh])
    totals = _totals(index, characters, count * len(CLASSES)).reshape(-1, len(CLASSES))
    return pa.table(dict(zip(CLASSES, totals.T, strict=True)))


def shared_with(finding: Finding, decision: Decision, sections: Sections) -> pa.Table:
    """Return the documents that each shares most characters with: ``document, other, characters``.

    By document, ``OTHERS_SHOWN`` of each at most, the most first. Characters are code points of its
    units: in those that the ledger links with units of the other, in passages, and in sections.
    """
    axis = _Axis(finding)
    of, other, start, end = _shared_stretches(finding, decision, sections)
    start, end = axis.at(of, start), axis.at(of, end)
    across = np.flatnonzero(of != other)
    pair = of * finding.documents.num_rows + other
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
    return pa.table({"document": of[shown], "other": other[shown], "characters": characters[shown]})


def _shared_stretches(
    finding: Finding, decision: Decision, sections: Sections
) -> tuple[I64, I64, I64, I64]:
    """Return what documents share with others: document, the other, code points from and to."""
    units, passages, anchors = finding.units, finding.passages, sections.anchors
    document = numbers(units["document"])
    linked = np.flatnonzero(numbers(decision.links["source"]) >= 0)
    anchored = np.flatnonzero(numbers(anchors["passage"]) < 0)
    one = [numbers(decision.links["unit"])[linked], numbers(anchors["unit"])[anchored]]
    two = [numbers(decision.links["source"])[linked], numbers(anchors["source_unit"])[anchored]]
    unit, beside = np.concatenate([*one, *two]), np.concatenate([*two, *one])
    stretches = [
        (document[unit], document[beside], *(numbers(units[n])[unit] for n in ("start", "end")))
    ]
    for mine, theirs in (("", "source_"), ("source_", "")):
        names = f"{mine}document", f"{theirs}document", f"{mine}start", f"{mine}end"
        stretches.append(tuple(numbers(passages[name]) for name in names))
    of, other, start, end = (np.concatenate(column) for column in zip(*stretches, strict=True))
    return of, other, start, end


def _totals(index: I64, values: I64, count: int) -> I64:
    """Return the sum of the values of each index."""
    result: I64 = np.bincount(index, weights=values, minlength=count).astype(np.int64)
    return result
