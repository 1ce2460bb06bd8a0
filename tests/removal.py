"""Tables of what is to be removed, from tuples; some of it masked."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pyarrow as pa

from dedup.records import REMOVALS

Span = tuple[int, int, int, int] | tuple[int, int, int, int, bool]
"""File, row, start, end, and whether a marker stands there instead."""


def removals_table(spans: Iterable[Span]) -> pa.Table:
    rows = [span if len(span) == 5 else (*span, False) for span in spans]
    return pa.table(list(zip(*rows, strict=True)) or [()] * 5, schema=REMOVALS)


def some_masked(spans: Sequence[tuple[int, int, int, int]], seed: int) -> list[Span]:
    """Return the spans, half of those that no other one overlaps to be masked."""
    draw = random.Random(seed)

    def alone(i: int) -> bool:
        file, row, start, end = spans[i]
        return not any(
            (file, row) == other[:2] and start < other[3] and other[2] < end
            for other in (*spans[:i], *spans[i + 1 :])
        )

    return [
        (*span, start_ < end_ and alone(i) and draw.random() < 0.5)
        for i, span in enumerate(spans)
        for start_, end_ in [span[2:]]
    ]
