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
from dedup.rules import CLASSES
from dedup.settings import Settings
from dedup.stages.anchors import Held, hold, meet, steps, telling, unit_anchors, weighed
from dedup.stages.sections import UNITS_ALONE, chain, place
from dedup.stages.verify import measure

__all__ = ["Sections", "find_sections"]

PAIRS = 1 << 13
"""Of documents, that are looked through at once."""
SPACES = 4
"""Into so many spaces the keys are parted, to be sorted on all threads."""


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
    engine = finding.engine
    units, passages = finding.units, finding.passages
    length = numbers(units["length"])
    document = numbers(units["document"])
    # Of units that resemble many others, their own text tells which goes with which.
    cluster, family = decision.cluster.of, decision.family.of
    of = np.stack([np.where(cluster >= 0, finding.text_of, -1), cluster, family], axis=1)
    of += (of >= 0) * np.arange(3) * (finding.texts.num_rows + 1)  # of each kind its own numbers
    of[class_of_unit == CLASSES.index("boilerplate")] = -1
    held = hold(of, document, _weighed(units, ""), finding.documents.num_rows)
    unit_start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    across = _across(finding)
    keys, capped = _meetings(finding, held, across, unit_start, settings)
    pairs = np.stack(np.divmod(keys, max(1, finding.documents.num_rows)), axis=1)
    sizes = np.diff(held.documents)
    turned = sizes[pairs[:, 0]] > sizes[pairs[:, 1]]
    pairs[turned] = pairs[turned, ::-1]
    of_passage = np.searchsorted(keys, across)
    of_passage[np.append(keys, -1)[of_passage] != across] = -1
    by_pair = np.argsort(of_passage, kind="stable")
    sought = _Sought(finding, held, pairs, by_pair, of_passage[by_pair], unit_start)
    parts = engine.map(sought.sections, list(pairwise([*range(0, len(pairs), PAIRS), len(pairs)])))
    anchors = pa.concat_tables([part[0] for part in parts] or [_NO_ANCHORS])
    sizes = np.concatenate([np.zeros(0, np.int64), *(np.diff(part[1]) for part in parts)])
    covered = np.concatenate([np.zeros((0, 2), np.int64), *(part[2] for part in parts)])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows, anchors = place(anchors, starts, covered, units, passages, unit_start, finding.rank)
    return Sections(rows, anchors, capped)


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
        a, b = self.pairs[low:high].T
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


def _weighed(stretches: pa.Table, side: str) -> I64:
    """Return the characters of units, or of one side of passages, as ``weighed`` has them."""
    length, start, end = (
        numbers(stretches[side + name]) for name in ("length", "byte_start", "byte_end")
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
    finding: Finding, held: Held, across: I64, unit_start: I64, settings: Settings
) -> tuple[I64, int]:
    """Return the pairs of documents to be looked through, each as one number, ascending.

    And how many groups and steps were too frequent for all their documents to be compared.
    """
    met = pa.concat_tables(finding.engine.group(meet, _spaces(steps(held)), ["key"], 2))
    a, b = numbers(met["a"]), numbers(met["b"])
    count = max(1, finding.documents.num_rows)
    pair = np.concatenate([a * count + b, across])
    through = np.zeros(len(across), np.bool_)
    for prefix in ("", "source_"):
        unit, offset, length = (
            numbers(finding.passages[prefix + name]) for name in ("unit", "offset", "length")
        )
        last = np.minimum(unit + UNITS_ALONE - 1, len(unit_start) - 1)
        through |= unit_start[last] < unit_start[unit] + offset + length
    # A section is made of two anchors or more, or of one that goes through many units.
    strong = np.concatenate([numbers(met["weight"]) > 1, through])
    found = 2 * pair + strong
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
    return keys, int(np.count_nonzero(numbers(met["capped"])))


def _spaces(rows: pa.Table) -> Iterator[pa.Table]:
    """Yield the keys of each space, with their documents."""
    key, document = numbers(rows["key"]), numbers(rows["document"])
    space = key >> np.uint64(62)
    for number in range(SPACES):
        here = np.flatnonzero(space == number)
        yield pa.table({"key": key[here], "document": document[here]})
