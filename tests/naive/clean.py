"""What is dropped for what, text after text, on Python lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
) -> list[int]:
    cover = [-1] * len(lengths)
    standing: Mapping[int, set[int]] = neighbours(masked_edges)
    for text, length in enumerate(lengths):
        if length < min_length:
            continue
        able = [
            (-max(e.similarity, e.containment_b), e.a)
            for e in edges
            if e.b == text
            and cover[e.a] == -1
            and may_stand_for(e, preset, threshold, guards, sentences)
        ]
        if able:
            cover[text] = min(able)[1]
        elif families and masked_of[text] >= 0:
            kept = [
                t for t in range(text)
                if cover[t] == -1 and lengths[t] >= min_length and masked_of[t] >= 0
            ]  # fmt: skip
            own = [t for t in kept if masked_of[t] == masked_of[text]]
            near = [t for t in kept if masked_of[t] in standing[masked_of[text]]]
            cover[text] = (own or near or [-1])[0]
    return cover
