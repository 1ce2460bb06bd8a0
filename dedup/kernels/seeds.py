"""Winnowed seeds: of the short runs of characters in a text a few, the same wherever they stand.

Texts are one array of code points, unit after unit and document after document, without the breaks
between them; places count from its start.
"""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U8, U32, U64, Bools
from dedup.kernels import inner, kernel
from dedup.kernels.utf8 import decode

__all__ = ["NARROW", "WIDE", "code_points", "winnow"]

WIDE = (8, 5)
"""Characters of a seed, and of how many seeds in a row one is taken, in text without spaces.

A run of 12 characters that occurs twice gives a seed for certain, the same in both places.
"""
NARROW = (24, 13)
"""The same of alphabetic text, where a word is several characters: a run of 36."""
RECENT = 16  # a power of 2, no less than the longest window

FIRST_WIDE = 0x2E80  # CJK radicals; everything below is alphabetic, or marks
BASE = np.uint64(0x9E3779B97F4A7C15)
MIX = np.uint64(0xBF58476D1CE4E5B9)
S29, S32 = np.uint64(29), np.uint64(32)
NONE = np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel
def code_points(data: U8, offsets: I64, starts: I64, text: U32, wide: I32) -> None:
    """Write the code points of UTF-8 texts, the i-th from ``text[starts[i]]`` on.

    ``wide`` gets how many of each are of scripts that are written without spaces.
    """
    for i in range(len(offsets) - 1):
        pos = offsets[i]
        at = starts[i]
        count = 0
        while pos < offsets[i + 1]:
            code, pos = decode(data, pos)
            text[at] = code
            at += 1
            count += np.int64(code >= FIRST_WIDE)
        wide[i] = count


@inner
def _hash(text: U32, first: int, size: int) -> np.uint64:
    value = np.uint64(0)
    for i in range(first, first + size):
        value = value * BASE + np.uint64(text[i])
    return value


@kernel
def winnow(
    text: U32,
    documents: I64,
    first_unit: I64,
    unit_start: I64,
    narrow: Bools,
    skipped: Bools,
    low: int,
    high: int,
    keys: U64,
    places: I64,
) -> int:
    """Fill the seeds of documents ``low`` to ``high``, by their places; return how many.

    Of the seeds that begin in as many characters in a row as ``WIDE`` or ``NARROW`` says, the one
    with the least hash is taken, the last of equal ones (Schleimer, Wilkerson & Aiken 2003).

    Parameters
    ----------
    text : uint32[n]
    documents : int64[d + 1]
        Where each document starts.
    first_unit : int64[d + 1]
    unit_start : int64[u + 1]
    narrow : bool[u]
        Whether a unit is alphabetic; a seed is as long as where it begins says.
    skipped : bool[u]
        Units within which there are no seeds; one that reaches beyond such a unit is taken.
    low, high : int64
    keys, places
        Filled: the hash of each seed, and where it begins.
    """
    n = 0
    recent = np.empty(RECENT, np.uint64)
    for document in range(low, high):
        begin, end = documents[document], documents[document + 1]
        unit = first_unit[document]
        size = window = 0
        rolling = leaving = np.uint64(0)
        least, least_at, taken = NONE, np.int64(-1), np.int64(-1)
        for i in range(begin, end):
            while i >= unit_start[unit + 1]:
                unit += 1
            wanted = NARROW[0] if narrow[unit] else WIDE[0]
            if i + wanted > end:
                break
            if wanted != size:
                size, window = NARROW if narrow[unit] else WIDE
                rolling = _hash(text, i, size)
                leaving = np.uint64(1)
                for _ in range(size):
                    leaving *= BASE
            else:
                rolling = (
                    rolling * BASE
                    + np.uint64(text[i + size - 1])
                    - leaving * np.uint64(text[i - 1])
                )
            value = NONE
            if not skipped[unit] or i + size > unit_start[unit + 1]:
                value = (rolling ^ rolling >> S32) * MIX
                value ^= value >> S29
            recent[i & (RECENT - 1)] = value
            oldest = max(begin, i - window + 1)
            if value <= least:
                least, least_at = value, i
            elif least_at < oldest:
                least = NONE
                for j in range(oldest, i + 1):
                    if recent[j & (RECENT - 1)] <= least:
                        least, least_at = recent[j & (RECENT - 1)], j
            if i - begin + 1 >= window and least != NONE and least_at > taken:
                taken = least_at
                keys[n], places[n] = least, taken
                n += 1
    return n
