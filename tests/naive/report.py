"""The report's computed views, the slow obvious way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, groupby, pairwise
from typing import Any

Row = Mapping[str, Any]


def pieces(
    length: int, spans: Sequence[tuple[int, int, int]]
) -> tuple[list[int], list[int], list[int]]:
    """Return ends, shown spans and counts of the pieces of a text; spans are start, end, rank."""
    covering = [
        [i for i, (start, end, _) in enumerate(spans) if start <= at < end] for at in range(length)
    ]
    shown = [min(those, key=lambda i: (spans[i][2], i), default=-1) for those in covering]
    ends, over, count = [], [], []
    at = 0
    for number, run in groupby(shown):
        size = len(list(run))
        over.append(number)
        count.append(max(len(covering[i]) for i in range(at, at + size)))
        at += size
        ends.append(at)
    return ends, over, count


def longest_chain(anchors: Sequence[tuple[int, int, int, int]]) -> int:
    """Return the greatest sum of lengths of anchors that follow each other on both sides."""

    def follow(chain: Sequence[tuple[int, int, int, int]]) -> bool:
        return all(one[1] <= other[0] and one[3] <= other[2] for one, other in pairwise(chain))

    chains = (
        chain for size in range(len(anchors) + 1) for chain in combinations(sorted(anchors), size)
    )
    return max(
        sum(min(a[1] - a[0], a[3] - a[2]) for a in chain) for chain in chains if follow(chain)
    )


def least_similarities(rows: Sequence[Row]) -> dict[str, float]:
    """Return the least similarity of a member to its source in each cluster and family."""
    told: dict[str, float] = {}
    for row in rows:
        if row["kind"] == "passage":
            continue
        for name, measure in (("cluster", "similarity"), ("family", "masked_similarity")):
            if row[name] is not None and row[measure] is not None:
                group = f"{name[0]}{row[name]}"
                told[group] = min(row[measure], told.get(group, 1.0))
    return told


def cells(rows: Sequence[Row]) -> Iterator[tuple[tuple[str, int], tuple[str, int], int]]:
    """Yield, of documents.jsonl, which document has how many characters in common with which."""
    for row in rows:
        for other in row["shared_with"]:
            yield (row["file"], row["row"]), (other["file"], other["row"]), other["characters"]


def histogram(similarities: Sequence[float]) -> list[int]:
    """Return how many are in each twentieth from 0 to 1."""
    return [
        sum(i <= 20 * value < i + 1 or (i, value) == (19, 1) for value in similarities)
        for i in range(20)
    ]
