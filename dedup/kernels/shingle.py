"""Sets of shingles: hashes of n consecutive tokens, sorted and without repeats, unit by unit."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U64
from dedup.kernels import inner, kernel

__all__ = ["SLOT", "mix", "sequence_hashes", "shingle_sets", "sort_unique"]

SLOT = np.uint64(0x5107_5107_5107_5107)
"""The token that stands for a run of slots in the masked view."""


@inner
def mix(
    h: np.uint64,
) -> np.uint64:
    """Return ``h`` (uint64) through the finalizer of MurmurHash3, a bijection that avalanches."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


@kernel
def sort_unique(
    values: U64,
    start: int,
    stop: int,
) -> int:
    """Sort ``values[start:stop]`` in place, drop repeats, and return where the set ends.

    Quicksort with the middle as pivot and insertion below 24: the values are hashes, so no order
    of theirs is bad for it, and Hoare's partition halves runs of equal ones.
    """
    stack = np.empty(128, np.int64)
    depth = 0
    low, high = start, stop - 1
    while True:
        while high - low > 24:
            pivot = values[(low + high) >> 1]
            i, j = low, high
            while i <= j:
                while values[i] < pivot:
                    i += 1
                while values[j] > pivot:
                    j -= 1
                if i <= j:
                    values[i], values[j] = values[j], values[i]
                    i += 1
                    j -= 1
            # The larger part waits, so that the stack holds at most log2(n) of them.
            if j - low > high - i:
                stack[depth], stack[depth + 1] = low, j
                low = i
            else:
                stack[depth], stack[depth + 1] = i, high
                high = j
            depth += 2
        for i in range(low + 1, high + 1):
            value = values[i]
            j = i - 1
            while j >= low and values[j] > value:
                values[j + 1] = values[j]
                j -= 1
            values[j + 1] = value
        if depth == 0:
            break
        depth -= 2
        low, high = stack[depth], stack[depth + 1]
    n = start
    for i in range(start, stop):
        if i == start or values[i] != values[n - 1]:
            values[n] = values[i]
            n += 1
    return n


@inner
def _sort_hashes(values: U64, start: int, stop: int, spread: U64, counts: I32) -> int:
    """Sort the hashes ``values[start:stop]``, drop repeats, and return where the set ends.

    Hashes are spread evenly, so each goes nearly to its place by its highest bits alone, and
    insertion does the rest: linear, unless many are equal, which ``sort_unique`` is better at.
    """
    size = stop - start
    bits = 1
    while (1 << bits) < size and (1 << bits) < len(counts) - 1:
        bits += 1
    shift = np.uint64(64 - bits)
    for i in range((1 << bits) + 1):
        counts[i] = 0
    for i in range(start, stop):
        counts[np.int64(values[i] >> shift) + 1] += 1
    largest = 0
    for i in range(1, (1 << bits) + 1):
        largest = max(largest, counts[i])
        counts[i] += counts[i - 1]
    if largest > 24:
        return sort_unique(values, start, stop)
    for i in range(start, stop):
        bucket = np.int64(values[i] >> shift)
        spread[counts[bucket]] = values[i]
        counts[bucket] += 1
    n = start
    for i in range(size):
        value = spread[i]
        j = n - 1
        while j >= start and values[j] > value:
            j -= 1
        if j >= start and values[j] == value:
            continue
        for k in range(n, j + 1, -1):
            values[k] = values[k - 1]
        values[j + 1] = value
        n += 1
    return n


@kernel
def shingle_sets(
    tokens: U64,
    offsets: I64,
    size: int,
    values: U64,
    starts: I64,
    spread: U64,
    counts: I32,
) -> int:
    """Fill the set of shingles of every unit; return how many values were written.

    Parameters
    ----------
    tokens : uint64[:]
        Token hashes, unit after unit.
    offsets : int64[n + 1]
        Where the tokens of each unit start in ``tokens``.
    size : int64
        Tokens to a shingle. A unit of fewer (but at least one) is one shingle.
    values : uint64[len(tokens)]
        Filled with the sets, each sorted ascending.
    starts : int64[n + 1]
        Filled with where each set starts in ``values``.
    spread, counts : uint64[:], int32[:]
        Scratch: as long as the longest unit has tokens, and up to twice that.
    """
    n = np.int64(0)
    starts[0] = 0
    for unit in range(len(offsets) - 1):
        first, last = offsets[unit], offsets[unit + 1]
        begin = n
        if last > first:
            for i in range(first, max(first + 1, last - size + 1)):
                h = np.uint64(0x9E3779B97F4A7C15)
                for k in range(i, min(i + size, last)):
                    h = (h ^ tokens[k]) * np.uint64(0x9FB21C651E98DF25)
                    h ^= h >> np.uint64(32)
                values[n] = mix(h)
                n += 1
            n = _sort_hashes(values, begin, n, spread, counts)
        starts[unit + 1] = n
    return n


@kernel
def sequence_hashes(
    tokens: U64,
    offsets: I64,
    high: U64,
    low: U64,
) -> None:
    """Fill two independent hashes (uint64[n]) of the tokens of every unit, in their order.

    ``tokens`` (uint64[:]) and ``offsets`` (int64[n + 1]) are as in ``shingle_sets``.
    """
    for unit in range(len(offsets) - 1):
        one = np.uint64(0x243F6A8885A308D3)
        two = np.uint64(0x13198A2E03707344)
        for i in range(offsets[unit], offsets[unit + 1]):
            one = (one ^ tokens[i]) * np.uint64(0x9FB21C651E98DF25)
            one ^= one >> np.uint64(29)
            two = (two + tokens[i]) * np.uint64(0xD6E8FEB86659FD93)
            two ^= two >> np.uint64(31)
        high[unit], low[unit] = mix(one), mix(two)
