"""Shingles as a Python set, hashed one by one."""

from __future__ import annotations

from naive.words import MASK, mix

HASH, MULTIPLIER = 0x9E3779B97F4A7C15, 0x9FB21C651E98DF25


def shingle_hash(tokens: list[int]) -> int:
    h = HASH
    for token in tokens:
        h = (h ^ token) * MULTIPLIER & MASK
        h ^= h >> 32
    return mix(h)


def shingles(tokens: list[int], size: int) -> list[int]:
    if not tokens:
        return []
    count = max(1, len(tokens) - size + 1)
    return sorted({shingle_hash(tokens[i : i + size]) for i in range(count)})
