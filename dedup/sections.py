"""The sections that two documents share, on any engine: meet, join, chain, place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I64, flat, numbers
from dedup.finding import Decision, Finding
from dedup.growing import Growing
from dedup.rules import CLASSES
from dedup.settings import Settings
from dedup.stages.anchors import (
    Held,
    counts,
    hold,
    meet,
    steps,
    telling,
    tells,
    unit_anchors,
    weighed,
)
from dedup.stages.sections import UNITS_ALONE, chain, place
from dedup.stages.verify import measure
from dedup.templates import batches

__all__ = ["Sections", "find_sections"]

PAIRS = 1 << 13
"""Of documents, that are looked through at once."""
ROWS = 1 << 18
"""Units that are looked at at a time."""
KEYS = 1 << 19
"""That documents meet at, in a space of those that are sorted at a time, about."""


@dataclass(frozen=True)
class Sections:
    """What pairs of documents share in the same order."""

    rows: pa.Table
    """``records.SECTIONS``, by the place of each."""
    anchors: pa.Table
    """``section``; ``unit`` and ``source_unit``, or ``passage`` (-1: of units)."""
    capped: int
    """Groups, and steps from one to the next, that too many documents share for all to be compared.
    """


def find_sections(
    finding: Finding, decision: Decision, settings: Settings, class_of_unit: npt.NDArray[np.int8]
) -> Sections:
    """Return the sections of a corpus, given what became of its units, and its passages.

    ``class_of_unit`` is as ``Grouped`` has it: what is boilerplate is no anchor, whether evidence
    or a person says so.
    """
    engine, work = finding.engine, finding.work
    units, passages = finding.units, finding.passages
    unit_start = _unit_starts(finding)
    held, parts = _held(finding, decision, class_of_unit)
    across = _across(finding)
    keys, capped = _meetings(finding, held, parts, across, unit_start, settings)
    keys = work.keep(keys)
    pairs = work.array((len(keys), 2), np.int32)
    for low in range(0, len(keys), ROWS):
        both = np.divmod(keys[low : low + ROWS], max(1, finding.documents.num_rows))
        pairs[low : low + ROWS] = np.stack(both, axis=1)
    sizes = np.diff(held.documents)
    for low in range(0, len(keys), ROWS):
        some = pairs[low : low + ROWS]
        turned = sizes[some[:, 0]] > sizes[some[:, 1]]
        some[turned] = some[turned, ::-1]
    of_passage = np.searchsorted(keys, across)
    of_passage[np.append(keys, -1)[of_passage] != across] = -1
    by_pair = np.argsort(of_passage, kind="stable")
    sought = _Sought(finding, held, pairs, by_pair, of_passage[by_pair], unit_start)
    told = engine.map(sought.sections, list(pairwise([*range(0, len(pairs), PAIRS), len(pairs)])))
    anchors = pa.concat_tables([part[0] for part in told] or [_NO_ANCHORS])
    sizes = np.concatenate([np.zeros(0, np.int64), *(np.diff(part[1]) for part in told)])
    covered = np.concatenate([np.zeros((0, 2), np.int64), *(part[2] for part in told)])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows, anchors = place(anchors, starts, covered, units, passages, unit_start, finding.rank)
    return Sections(rows, anchors, capped)


def _unit_starts(finding: Finding) -> I64:
    """Return where each unit starts, in shadow characters of all; one more than there are."""
    length = numbers(finding.units["length"])
    starts = finding.work.array(len(length) + 1, np.int64)
    starts[0] = 0
    np.cumsum(length, out=starts[1:])
    return starts


def _held(
    finding: Finding, decision: Decision, class_of_unit: npt.NDArray[np.int8]
) -> tuple[Held, list[tuple[int, int]]]:
    """Return what documents hold of the groups that tell something, and how to part those."""
    units, work, count = finding.units, finding.work, finding.documents.num_rows
    document = numbers(units["document"])
    first = np.searchsorted(document, np.arange(count + 1))
    parts = batches(np.diff(first), ROWS)
    # Of each kind its own numbers.
    base = np.cumsum([0, finding.texts.num_rows, decision.cluster.count, decision.family.count])

    def grouped(part: tuple[int, int]) -> tuple[I64, I64]:
        """Return units that are in a group, and of each its groups."""
        here = slice(first[part[0]], first[part[1]])
        cluster, family = decision.cluster.of[here], decision.family.of[here]
        some = (cluster >= 0) | (family >= 0)
        some &= class_of_unit[here] != CLASSES.index("boilerplate")
        which = np.flatnonzero(some)
        cluster, family = cluster[which], family[which]
        # Of units that resemble many others, their own text tells which goes with which.
        text = np.where(cluster >= 0, finding.text_of[here][which], -1)
        of = np.stack([text, cluster, family], axis=1).astype(np.int64)
        return which + here.start, of + (of >= 0) * base[:3]

    tallies = [work.array(base[-1], kind) for kind in (np.int32, np.int64, np.int32)]
    for tally in tallies:
        tally[:] = 0
    for part in parts:
        unit, of = grouped(part)
        group, *added = counts(of, document[unit], _weighed(units, "", unit))
        for tally, values in zip(tallies, added, strict=True):
            tally[group] += values.astype(tally.dtype)
    wanted = np.empty(base[-1], np.bool_)
    for low in range(0, len(wanted), ROWS):
        wanted[low : low + ROWS] = tells(*(tally[low : low + ROWS] for tally in tallies))
    del tallies

    grown = Growing(work, np.int32, np.int32, np.int8, np.int64, np.int32, np.int32, np.int32)
    rows, starts = 0, np.zeros(count + 1, np.int64)
    for low, high in parts:
        unit, of = grouped((low, high))
        h = hold(of, document[unit] - low, wanted, high - low)
        starts[low : high + 1] = rows + h.documents
        keys = h.keys + low * h.groups
        grown.append(unit[h.unit], h.group, h.kind, keys, rows + h.rows, h.times, h.nth)
        rows += len(h.unit)
    unit, group, kind, keys, places, times, nth = grown.close()
    return Held(unit, group, kind, starts, keys, places, times, nth, len(wanted)), parts


_NAMES = (
    "unit_a", "unit_b", "passage", "start_a", "end_a", "start_b", "end_b", "matched",
)  # fmt: skip
_NO_ANCHORS = pa.schema([(name, pa.int64()) for name in _NAMES]).empty_table()


@dataclass(frozen=True)
class _Sought:
    """Pairs of documents that may share sections."""

    finding: Finding
    held: Held
    pairs: npt.NDArray[np.int64]
    """The document to go through, and the other one."""
    passages: I64
    """By their pairs."""
    passage_pair: I64
    """Of each of those."""
    unit_start: I64

    def sections(self, part: tuple[int, int]) -> tuple[pa.Table, I64, npt.NDArray[np.int64]]:
        """Return the sections of some pairs: anchors, where each one's begin, what is covered."""
        low, high = part
        start = self.unit_start
        a, b = self.pairs[low:high].T.astype(np.int64)
        pair, *unit = unit_anchors(a, b, self.held)
        columns = {"unit_a": unit[0], "unit_b": unit[1], "matched": self._matched(*unit)}
        columns["passage"] = np.full(len(pair), -1, np.int64)
        for side, which in zip("ab", unit, strict=True):
            columns |= {f"start_{side}": start[which], f"end_{side}": start[which + 1]}
        here = slice(*np.searchsorted(self.passage_pair, [low, high]))
        of_passages = self._of_passages(self.passages[here], self.passage_pair[here])
        pair = np.concatenate([pair, self.passage_pair[here] - low])
        columns = {name: np.concatenate([columns[name], of_passages[name]]) for name in _NAMES}
        # Those of units are in order, those of passages nearly.
        order = np.argsort(pair * (start[-1] + 1) + columns["start_a"], kind="stable")
        pair = pair[order]
        columns = {name: values[order] for name, values in columns.items()}
        spans = np.stack([columns[name] for name in _NAMES[3:7]], axis=1)
        anchors, starts, covered = chain(spans, columns["matched"], pair, start)
        table = pa.table({name: values[anchors] for name, values in columns.items()})
        return table.select(_NAMES), starts, covered

    def _of_passages(self, which: I64, pair: I64) -> dict[str, I64]:
        """Return passages as anchors of their pairs of documents."""
        rows = self.finding.passages.take(pa.array(which))
        copy_first = numbers(rows["document"]) == self.pairs[pair, 0]
        columns = {"passage": which, "matched": numbers(rows["matched"])}
        for side, prefixes in (("a", ("", "source_")), ("b", ("source_", ""))):
            unit, offset, length = (
                np.where(copy_first, *(numbers(rows[prefix + name]) for prefix in prefixes))
                for name in ("unit", "offset", "length")
            )
            columns[f"unit_{side}"] = unit
            columns[f"start_{side}"] = self.unit_start[unit] + offset
            columns[f"end_{side}"] = columns[f"start_{side}"] + length
        return columns

    def _matched(self, a: I64, b: I64) -> I64:
        """Return how many characters of pairs of units are equal, about.

        As large a share of the shorter as the smaller set of shingles shares with the other one.
        """
        finding = self.finding
        text_a, text_b = finding.text_of[a], finding.text_of[b]
        edges = measure(text_a, text_b, flat(finding.texts["literal"]))
        share = np.maximum(numbers(edges["containment_a"]), numbers(edges["containment_b"]))
        share = np.where(text_a == text_b, 1.0, share)
        length = numbers(finding.units["length"])
        result: I64 = np.rint(share * np.minimum(length[a], length[b])).astype(np.int64)
        return result


def _weighed(stretches: pa.Table, side: str, which: I64 | slice = slice(None)) -> I64:
    """Return the characters of units, or of one side of passages, as ``weighed`` has them."""
    length, start, end = (
        numbers(stretches[side + name])[which] for name in ("length", "byte_start", "byte_end")
    )
    return weighed(length, end - start)


def _across(finding: Finding) -> I64:
    """Return the two documents of each passage as one number; -1 of one that tells nothing."""
    a, b = (numbers(finding.passages[name]) for name in ("document", "source_document"))
    count = finding.documents.num_rows
    shorter = np.minimum(*(_weighed(finding.passages, side) for side in ("", "source_")))
    wanted = (a != b) & telling(numbers(finding.passages["places"]), shorter)
    result: I64 = np.where(wanted, np.minimum(a, b) * count + np.maximum(a, b), -1)
    return result


def _meetings(
    finding: Finding,
    held: Held,
    parts: list[tuple[int, int]],
    across: I64,
    unit_start: I64,
    settings: Settings,
) -> tuple[I64, int]:
    """Return the pairs of documents to be looked through, each as one number, ascending.

    And how many groups and steps were too frequent for all their documents to be compared.
    """
    count = max(1, finding.documents.num_rows)

    def pairs(rows: pa.Table) -> pa.Table:
        """Return the pairs of those that meet, and whether at a step; and what is capped."""
        met = meet(rows)
        pair = numbers(met["a"]) * count + numbers(met["b"])
        strong = numbers(met["weight"]) > 1
        return pa.table({"met": 2 * pair + strong, "capped": met["capped"]})

    spaces = _spaces(finding, held, parts)
    told = pa.concat_tables(finding.engine.group(pairs, spaces, ["key"], 2))
    capped = int(np.count_nonzero(numbers(told["capped"])))
    through = np.zeros(len(across), np.bool_)
    for prefix in ("", "source_"):
        unit, offset, length = (
            numbers(finding.passages[prefix + name]) for name in ("unit", "offset", "length")
        )
        last = np.minimum(unit + UNITS_ALONE - 1, len(unit_start) - 1)
        through |= unit_start[last] < unit_start[unit] + offset + length
    # A section is made of two anchors or more, or of one that goes through many units.
    found = np.concatenate([numbers(told["met"]), 2 * across + through])
    del told
    found.sort()
    found = found[np.searchsorted(found, 0) :]
    keys = found >> 1
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    ends = np.append(starts[1:], len(keys))[: len(starts)]
    keys = keys[starts][(ends - starts > 1) | (found[ends - 1] & 1 > 0)]
    if settings.across_only:
        source = np.zeros(count, np.int64)
        source[numbers(finding.units["document"])] = finding.sources(settings)
        keys = keys[source[keys // count] != source[keys % count]]
    return keys, capped


def _spaces(finding: Finding, held: Held, parts: list[tuple[int, int]]) -> Iterator[pa.Table]:
    """Yield the keys of each space, with their documents."""
    bits = min(6, (len(held.unit) * 3 // KEYS).bit_length())
    grown = [Growing(finding.work, np.uint64, np.int32) for _ in range(1 << bits)]
    for low, high in parts:
        rows = steps(held, low, high)
        key, document = numbers(rows["key"]), numbers(rows["document"])
        space = (key >> np.uint64(56)).astype(np.uint8) >> (8 - bits)
        for number, each in enumerate(grown):
            here = np.flatnonzero(space == number)
            each.append(key[here], document[here])
    while grown:
        key, document = grown.pop().close()
        yield pa.table({"key": key, "document": document.astype(np.int64)})
