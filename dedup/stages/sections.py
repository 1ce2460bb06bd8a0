"""Sections: what two documents share one after another, in the same order.

Anchors are chained where both documents have them in one order and not too far apart. Places are
counted in shadow characters, of all units of the run one after another.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I64, Bools, numbers
from dedup.kernels import sections as kernels
from dedup.records import SECTIONS

__all__ = ["UNITS_ALONE", "chain", "place"]

AT_LEAST = 60
"""Shadow characters of either side of a section that are in anchors."""
COVERAGE = 0.3
"""Share of either side of a section that is in anchors, at least."""
UNITS_ALONE = 5
"""Units of either document that a single passage has to go through to be a section by itself.

One that just crosses a break is told well enough by its own row.
"""


def chain(
    spans: npt.NDArray[np.int64], matched: I64, pair: I64, unit_start: I64
) -> tuple[I64, I64, npt.NDArray[np.int64]]:
    """Return the sections among anchors: their anchors, where those of each begin, what they cover.

    Parameters
    ----------
    spans
        ``int64[n, 4]``: start and end in one document, and in the other.
    matched
        Shadow characters that are equal.
    pair
        Which two documents; anchors are sorted by this, and by the start in the first of them.
    unit_start
        Where each unit starts; one more than there are.

    Returns
    -------
    Numbers of anchors, section after section; as many starts as sections and one; and, per section
    and document, the characters that are in an anchor.
    """
    first = _starts(pair)
    score, previous = np.empty(len(pair), np.int64), np.empty(len(pair), np.int64)
    kernels.chain(spans, matched, first, score, previous)
    section = np.full(len(pair), -1, np.int64)
    kernels.trace(np.argsort(-score, kind="stable"), previous, section)

    anchors = np.argsort(section, kind="stable")
    starts = _starts(section[anchors])
    covered = _covered(spans[anchors], starts)
    kept = _is_section(spans[anchors], matched[anchors], starts, covered, unit_start)
    anchors, starts, covered = _of(kept, anchors, starts, covered)
    kept = ~_is_echo(spans[anchors], pair[anchors], starts, covered)
    return _of(kept, anchors, starts, covered)


def _starts(numbered: I64) -> I64:
    """Return where each number starts in an ascending array, and where the last one ends."""
    result: I64 = np.append(np.flatnonzero(np.diff(numbered, prepend=-1)), len(numbered))
    return result


def _of(
    kept: Bools, anchors: I64, starts: I64, covered: npt.NDArray[np.int64]
) -> tuple[I64, I64, npt.NDArray[np.int64]]:
    """Return the sections that are kept alone."""
    sizes = np.diff(starts)
    starts = np.concatenate([[0], np.cumsum(sizes[kept])]).astype(np.int64)
    return anchors[np.repeat(kept, sizes)], starts, covered[kept]


def _covered(spans: npt.NDArray[np.int64], starts: I64) -> npt.NDArray[np.int64]:
    """Return the characters of both sides of each section that are in an anchor."""
    covered = np.zeros((len(starts) - 1, 2), np.int64)
    for side in range(2):
        start, end = spans[:, 2 * side], spans[:, 2 * side + 1]
        before = np.zeros_like(end)  # in a chain an end is no sooner than the one before it
        before[1:] = end[:-1]
        before[starts[:-1]] = 0
        covered[:, side] = _sums(end - np.maximum(start, before), starts)
    return covered


def _sums(values: I64, starts: I64) -> I64:
    """Return the sum of each section's values; no section is empty."""
    if len(starts) == 1:
        return np.zeros(0, np.int64)
    result: I64 = np.add.reduceat(values, starts[:-1])
    return result


def _is_section(
    spans: npt.NDArray[np.int64], matched: I64, starts: I64, covered: npt.NDArray[np.int64],
    unit_start: I64,
) -> Bools:  # fmt: skip
    """Return which chains are long and dense enough, on both sides, and more than units tell."""
    head, tail = starts[:-1], starts[1:] - 1
    dense, units = _sums(matched, starts) >= AT_LEAST, np.zeros(len(head), np.int64)
    for side in range(2):
        first, last = spans[head, 2 * side], spans[tail, 2 * side + 1]
        dense &= covered[:, side] >= np.maximum(AT_LEAST, COVERAGE * (last - first))
        units = np.maximum(units, _units_through(first, last, unit_start))
        # The last is not the first over again, on one side.
        again = 2 * spans[tail, 2 * side] < first + spans[head, 2 * side + 1]
        dense &= (tail == head) | ~again
    result: Bools = dense & (units >= np.where(tail > head, 2, UNITS_ALONE))
    return result


def _units_through(start: I64, end: I64, unit_start: I64) -> I64:
    """Return through how many units stretches go, given in shadow characters."""
    first = np.searchsorted(unit_start, start, "right")
    result: I64 = np.searchsorted(unit_start, end - 1, "right") - first + 1
    return result


def _is_echo(
    spans: npt.NDArray[np.int64], pair: I64, starts: I64, covered: npt.NDArray[np.int64]
) -> Bools:
    """Return which sections pair what a better one of the same documents pairs otherwise.

    The better one has the lower number; most of what is shared is in it, on both sides.
    """
    section = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    echo = np.ones(len(starts) - 1, np.bool_)
    for side in range(2):
        # Of one layout, however few they are: the kernel is compiled once.
        start, end = (np.ascontiguousarray(spans[:, 2 * side + at]) for at in range(2))
        told = np.zeros(len(start), np.int64)
        order = np.argsort(pair * (end.max(initial=0) + 1) + start, kind="stable")
        kernels.told(start, end, pair, section, order, told)
        echo &= 2 * _sums(np.minimum(told, end - start), starts) >= covered[:, side]
    return echo


def place(
    anchors: pa.Table, starts: I64, covered: npt.NDArray[np.int64], units: pa.Table,
    passages: pa.Table, unit_start: I64, rank: npt.NDArray[np.int64],
) -> tuple[pa.Table, pa.Table]:  # fmt: skip
    """Return sections as ``records.SECTIONS``, and their anchors with the number of each.

    Parameters
    ----------
    anchors
        Section after section: ``unit_a, unit_b, passage`` (-1: the units themselves), the shadow
        characters ``start_a, end_a, start_b, end_b``, and ``matched``.
    starts, covered
        As ``chain`` returns them.
    units, passages
        Of the run.
    unit_start
        Where each unit starts, in shadow characters; one more than there are.
    rank
        Per unit, its place in keep order: the source is what begins with the earlier unit.
    """
    values = {name: numbers(anchors[name]) for name in anchors.column_names}
    head, tail = starts[:-1], starts[1:] - 1
    sizes = np.diff(starts)
    at = np.arange(len(head))
    turned = rank[values["unit_b"][head]] > rank[values["unit_a"][head]]
    held = {
        name: np.stack([values[f"{name}_a"], values[f"{name}_b"]], axis=1)
        for name in ("unit", "start", "end")
    }
    columns: dict[str, npt.NDArray[np.int64]] = {}
    for prefix, side in (("", turned.astype(np.int64)), ("source_", 1 - turned)):
        first, final = held["unit"][head, side], held["end"][tail, side]
        last = np.searchsorted(unit_start, final - 1, "right") - 1
        columns |= {f"{prefix}unit": first, f"{prefix}last_unit": last}
        columns[f"{prefix}document"] = numbers(units["document"])[first]
        for name in ("start", "byte_start", "end", "byte_end"):
            which = tail if name.endswith("end") else head
            columns[prefix + name] = _bounds(
                name, held["unit"][which, side], values["passage"][which], units, passages
            )
        columns[f"{prefix}length"] = final - held["start"][head, side]
        columns[f"{prefix}covered"] = covered[at, side]
    of_passages = _sums((values["passage"] >= 0).astype(np.int64), starts)
    columns["passages"] = of_passages
    columns["units"] = sizes - of_passages
    both = np.minimum(covered[:, 0], covered[:, 1])
    columns["matched"] = np.minimum(
        _sums(values["matched"], starts), both
    )  # what stands twice on one side counts once

    by = ("source_end", "source_start", "source_document", "end", "start", "unit")
    order = np.lexsort([columns[name] for name in by])
    rows = pa.table({name: columns[name][order] for name in SECTIONS.names}, schema=SECTIONS)
    # The anchors of each section, in their order, those of the first section first.
    number = np.empty(len(order), np.int64)
    number[order] = at
    anchor = np.argsort(np.repeat(number, sizes), kind="stable")
    side = np.repeat(turned[order], sizes[order]).astype(np.int64)
    told = {
        "section": np.repeat(at, sizes[order]),
        "unit": held["unit"][anchor, side],
        "source_unit": held["unit"][anchor, 1 - side],
        "passage": values["passage"][anchor],
    }
    return rows, pa.table(told)


def _bounds(name: str, unit: I64, passage: I64, units: pa.Table, passages: pa.Table) -> I64:
    """Return where units, or passages that begin in them, start or end."""
    result = numbers(units[name])[unit]
    of_passage = np.flatnonzero(passage >= 0)
    which = passage[of_passage]
    copy = numbers(passages["unit"])[which] == unit[of_passage]
    bounds = [numbers(passages[prefix + name])[which] for prefix in ("", "source_")]
    result = result.copy()
    result[of_passage] = np.where(copy, *bounds)
    return result
