"""What is dropped for what, text after text, on Python lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from naive.cluster import neighbours


class Edge(NamedTuple):
    a: int
    b: int
    similarity: float
    containment_a: float
    containment_b: float


def within(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether ``a`` is a subsequence of ``b``."""
    rest = iter(b)
    return all(word in rest for word in a)


def says(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether ``b`` says what ``a`` says: the whole is first in each, the sentences follow."""
    (whole, *parts), (other, *others) = a, b
    runs = [others[at : at + len(parts)] for at in range(len(others) - len(parts) + 1)]
    return whole == other or (bool(parts) and parts in runs)


def may_stand_for(
    edge: Edge,
    preset: str,
    threshold: float | None,
    guards: Sequence[Sequence[int]],
    sentences: Sequence[Sequence[int]],
) -> bool:
    """Whether the earlier text of an edge may stand for the later one."""
    if preset == "careful":
        return False
    if preset == "aggressive":
        return True
    if says(sentences[edge.b], sentences[edge.a]):
        return True
    if threshold is None:
        return False
    if edge.similarity >= threshold and list(guards[edge.a]) == list(guards[edge.b]):
        return True
    return edge.containment_b >= threshold and within(guards[edge.b], guards[edge.a])


class Unit(NamedTuple):
    document: int
    text: int
    length: int
    source: int
    held: bool = False
    ahead: bool = False


def standing(
    edge: Edge,
    preset: str,
    threshold: float | None,
    guards: Sequence[Sequence[int]],
    sentences: Sequence[Sequence[int]],
) -> list[tuple[int, int, float]]:
    """Return the pairs (text, the one that may stand for it, how well), in both directions."""
    turned = Edge(edge.b, edge.a, edge.similarity, edge.containment_b, edge.containment_a)
    return [
        (e.b, e.a, max(e.similarity, e.containment_b))
        for e in (edge, turned)
        if may_stand_for(e, preset, threshold, guards, sentences)
    ]


def documents(
    units: Sequence[Unit],
    edges: Sequence[Edge],
    lengths: Sequence[int],
    guards: Sequence[Sequence[int]],
    sentences: Sequence[Sequence[int]],
    masked_edges: Sequence[tuple[int, int]],
    masked_of: Sequence[int],
    preset: str,
    threshold: float | None,
    min_length: int,
    families: bool,
    share: float,
    apart: bool,
) -> tuple[list[int], list[bool]]:
    """Return the target of each unit and which documents go; documents are in keep order."""
    able = [pair for edge in edges for pair in standing(edge, preset, threshold, guards, sentences)]
    near = neighbours(masked_edges)
    # Of a text; those ahead are kept before the first document is looked at.
    kept_unit = dict(
        sorted((unit.text, n) for n, unit in enumerate(units) if unit.ahead and unit.text >= 0)
    )
    covered_by: dict[int, int] = {}
    target = [-1] * len(units)
    gone = [False] * (1 + max((unit.document for unit in units), default=-1))

    def stands_for(text: int) -> int | None:
        if text in kept_unit:
            return text
        if text in covered_by:
            return covered_by[text]
        best = [(-score, by) for of, by, score in able if of == text and by in kept_unit]
        if best:
            return min(best)[1]
        if not families or masked_of[text] < 0:
            return None
        long = [t for t in kept_unit if lengths[t] >= min_length and masked_of[t] >= 0]
        # Of each masked text the one that was kept first, whatever its number.
        first = {masked_of[t]: t for t in reversed(long)}
        own = [first[m] for m in first if m == masked_of[text]]
        beside = [first[m] for m in first if m in near[masked_of[text]]]
        return min(own or beside, default=None)

    for document in dict.fromkeys(unit.document for unit in units):
        mine = [n for n, unit in enumerate(units) if unit.document == document]
        copies = {}
        for n in mine:
            by = None if units[n].text < 0 else stands_for(units[n].text)
            if by is not None and not (apart and units[kept_unit[by]].source == units[n].source):
                copies[n] = kept_unit[by]
        copied = sum(units[n].length for n in copies)
        stays = any(units[n].held for n in mine)
        if not stays and copied and copied / sum(units[n].length for n in mine) >= share:
            gone[document] = True
            for n, source in copies.items():
                target[n] = source
            continue
        for n in mine:
            text = units[n].text
            if text < 0:
                continue
            long = lengths[text] >= min_length
            held = units[n].held and text not in covered_by
            by = stands_for(text) if (long and not held) or text in kept_unit else None
            if by is None:
                kept_unit[text] = n
                continue
            if by != text:
                covered_by[text] = by
            if (
                long
                and not units[n].held
                and not (apart and units[kept_unit[by]].source == units[n].source)
            ):
                target[n] = kept_unit[by]
    return target, gone


def covering(
    edges: Sequence[Edge],
    lengths: Sequence[int],
    guards: Sequence[Sequence[int]],
    sentences: Sequence[Sequence[int]],
    masked_edges: Sequence[tuple[int, int]],
    masked_of: Sequence[int],
    preset: str,
    threshold: float | None,
    min_length: int,
    families: bool,
    held: Sequence[bool],
) -> list[int]:
    """Return the cover of each text, taken for a document of its own that never goes whole."""
    units = [Unit(text, text, length, text, held[text]) for text, length in enumerate(lengths)]
    target, _ = documents(
        units, edges, lengths, guards, sentences, masked_edges, masked_of,
        preset, threshold, min_length, families, share=2.0, apart=False,
    )  # fmt: skip
    return target
