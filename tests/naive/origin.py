"""Who had a text first, pair after pair: every comparison written out, nothing in columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

READINGS, LOST, BLANKED, OPEN = 1, 2, 4, 8


class Clue(NamedTuple):
    document: int
    first: int
    last: int
    found: int
    named: int
    repeats: bool
    clean: bool
    marked: bool
    traces: int
    length: int


def is_year(clue: Clue) -> bool:
    """Say whether a date is a year, or a year and the next one."""
    first, last = f"{clue.first:08}", f"{clue.last:08}"
    return (
        first.endswith("0101")
        and last.endswith("1231")
        and int(last[:4]) - int(first[:4]) in {0, 1}
    )


def before(a: Clue, b: Clue) -> bool:
    if not a.first or not b.first:
        return False
    if is_year(a) and is_year(b):
        return a.first < b.first or a.last < b.first
    return a.last < b.first


def votes(a: Clue, b: Clue, versions: Collection[tuple[int, int]]) -> list[int]:
    """Return the numbers of the evidence, dates aside, that ``a`` was before ``b``."""
    told = []
    for number, bit in enumerate((READINGS, LOST, BLANKED), 1):
        if not a.traces & bit and b.traces & bit:
            told.append(number)
    if not a.traces & OPEN and b.traces & OPEN and a.length > b.length:
        told.append(4)
    if a.clean and b.marked:
        told.append(5)
    year_of_a = a.last // 10_000 if a.first else a.named
    both = (min(a.document, b.document), max(a.document, b.document)) in versions
    if not b.first and year_of_a and b.named > year_of_a and (both or (a.repeats and b.repeats)):
        told.append(6)
    return told


def direction(a: Clue, b: Clue, versions: Collection[tuple[int, int]]) -> tuple[int, int]:
    """1 if ``a`` was first, -1 if ``b`` was, else 0; and why: -1 nothing, -2 contradiction."""
    if a.document == b.document:
        return 0, -1
    if before(a, b):
        return 1, 0
    if before(b, a):
        return -1, 0
    for_a, for_b = votes(a, b, versions), votes(b, a, versions)
    if for_a and for_b:
        return 0, -2
    if for_a or for_b:
        return (1 if for_a else -1), min(for_a or for_b)
    return 0, -1


def origin(clues: Sequence[Clue], versions: Collection[tuple[int, int]]) -> tuple[set[int], str]:
    """Return the members that were before every member of other documents, and the status."""
    if len({clue.document for clue in clues}) == 1:
        return {0}, "inferred"
    firsts, dated = set(), False
    for number, clue in enumerate(clues):
        others = [other for other in clues if other.document != clue.document]
        told = [direction(clue, other, versions) for other in others]
        if all(sign == 1 for sign, _ in told):
            firsts.add(number)
            dated |= all(why == 0 for _, why in told)
    return firsts, "dated" if dated else "inferred" if firsts else "unknown"


def chain(
    clues: Sequence[Clue], node: Sequence[int], similar: dict[tuple[int, int], float]
) -> dict[int, tuple[int, float | None]]:
    """Return the source (-1: none) and similarity of each dated member of one group."""
    dated = [number for number, clue in enumerate(clues) if clue.first]
    if len({clues[number].first for number in dated}) < 3:
        return {}
    told: dict[int, tuple[int, float | None]] = {}
    for mine in dated:
        best: tuple[float, int, int] | None = None
        for other in dated:
            pair = (min(node[mine], node[other]), max(node[mine], node[other]))
            near = 1.0 if node[mine] == node[other] else similar.get(pair)
            if near is None or not before(clues[other], clues[mine]):
                continue
            found = (near, clues[other].first, -other)
            best = found if best is None else max(best, found)
        told[mine] = (-1, None) if best is None else (-best[2], best[0])
    return told
