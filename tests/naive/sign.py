"""MinHash by its definition over Python integers, and bands as tuples of their rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

LOW = (1 << 32) - 1


def finalized(h: int) -> int:
    h ^= h >> 16
    h = h * 0x85EBCA6B & LOW
    h ^= h >> 13
    h = h * 0xC2B2AE35 & LOW
    return h ^ (h >> 16)


def signature(values: Iterable[int], a: Sequence[int], b: Sequence[int]) -> list[int]:
    hashes = [finalized(value & LOW) for value in values]
    return [
        min([(int(x) * h + int(y)) & LOW for h in hashes], default=LOW)
        for x, y in zip(a, b, strict=True)
    ]


def bands(signature: Sequence[int], rows: int) -> list[tuple[int, ...]]:
    return [tuple(signature[first : first + rows]) for first in range(0, len(signature), rows)]


def solve(threshold: float, recall: float, permutations: int) -> tuple[int, int] | None:
    """Try every banding; the one of most rows, then fewest bands, that reaches the recall."""
    best = None
    for rows in range(1, permutations + 1):
        for bands in range(1, permutations // rows + 1):
            # -expm1(b log1p(-s^r)) is 1 - (1 - s^r)^b without the loss near 1
            reached = -math.expm1(bands * math.log1p(-(threshold**rows)))
            if reached >= recall:
                best = (bands, rows)
                break
    return best
