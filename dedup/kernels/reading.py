"""Bracketed readings of Han characters: Pinyin with a tone, Bopomofo or Hiragana."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import inner
from dedup.kernels.normalise import (
    BOPOMOFO,
    CODE,
    HIRAGANA,
    LETTER,
    LONGEST_READING,
    MARK,
    SEPARATOR,
    SPACE,
    SYLLABLES,
    TONE,
    TONED,
    class_of,
)

__all__ = ["reading_end"]

# What a pair of brackets holds, as a set of bits.
PINYIN, BOPOMOFOS, TONES, HIRAGANAS, SEPARATORS = 1, 2, 4, 8, 16


@inner
def _is_pinyin(buf: Any, first: int, last: int, table: Any) -> bool:
    """Say whether the letters and marks of ``buf[first:last]`` are one or more whole syllables."""
    reached = np.int64(1)
    length = last - first
    for p in range(length):
        if reached >> p & 1 == 0:
            continue
        node = np.int64(0)
        for q in range(p, length):
            kind = class_of(buf[first + q])
            if kind >= LETTER:
                node = np.int64(table[SYLLABLES + 27 * node + (kind & 31)])
                if node == 0:
                    break
            if table[SYLLABLES + 27 * node + 26] != 0:
                reached |= np.int64(1) << (q + 1)
    return (reached >> length & 1) != 0


@inner
def reading_end(buf: Any, opening: int, n: int, table: Any) -> int:
    """Return where the reading that opens at ``opening`` ends, or 0 if there is none."""
    code = buf[opening] & CODE
    lost = code == 0x3F
    close = np.int64(0x5D) if code == 0x5B else np.int64(0x29) if lost else code + 1
    holds = 0
    toned = False
    length = 0
    i = opening + 1
    while i < n:
        code = buf[i] & CODE
        if code == close:
            if holds & ~SEPARATORS == PINYIN:
                return i + 1 if toned else 0
            return i + 1 if holds & ~TONES == BOPOMOFOS or holds == HIRAGANAS else 0
        kind = class_of(buf[i])
        end = i + 1
        if kind >= LETTER or kind == MARK:
            while end < n and end - i <= LONGEST_READING:
                following = class_of(buf[end])
                if following < LETTER and following != MARK:
                    break
                end += 1
            if end - i > LONGEST_READING or not _is_pinyin(buf, i, end, table):
                return 0
            for j in range(i, end):
                following = class_of(buf[j])
                toned = toned or following == MARK or following >= TONED
            holds |= PINYIN
        elif lost:
            return 0
        elif kind == BOPOMOFO:
            holds |= BOPOMOFOS
        elif kind == TONE:
            holds |= TONES
        elif kind == HIRAGANA:
            holds |= HIRAGANAS
        elif kind == SEPARATOR:
            holds |= SEPARATORS
        elif kind != SPACE:
            return 0
        if kind != SPACE:
            length += end - i
            if length > LONGEST_READING:
                return 0
        i = end
    return 0
