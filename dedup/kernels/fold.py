"""A span of UTF-8 to its shadow text: normalised, without readings, white space settled, hashed."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import inner, kernel
from dedup.kernels.normalise import (
    BUFFER_FULL,
    BUFFER_SIZE,
    CODE,
    HAN,
    OPEN,
    OTHER,
    PLACE_SHIFT,
    QUESTION,
    SPACE,
    class_of,
    fill,
)
from dedup.kernels.reading import reading_end
from dedup.kernels.utf8 import encode, word_at

__all__ = [
    "BUFFER_FULL", "BUFFER_SIZE", "HIGH", "LENGTH", "LOW", "OUT_FULL", "OUT_SLACK", "fold_spans",
]  # fmt: skip

OUT_SLACK = 4 * BUFFER_SIZE + 8
OUT_FULL = -2

LENGTH, HIGH, LOW = range(3)
"""Columns of the digests."""

HIGH_START = np.uint64(0x9E3779B97F4A7C15)
LOW_START = np.uint64(0xC2B2AE3D27D4EB4F)
HIGH_STEP = np.uint64(0xBF58476D1CE4E5B9)
LOW_STEP = np.uint64(0xD6E8FEB86659FD93)
LAST_STEP = np.uint64(0x94D049BB133111EB)
S27, S29, S31, S32 = np.uint64(27), np.uint64(29), np.uint64(31), np.uint64(32)


@inner
def _hash(out: Any, first: int, last: int, digests: Any, k: int) -> None:
    """Hash the bytes ``out[first:last]``, eight at a time, with two chains of multiply and shift.

    A step is that of the finalizer of MurmurHash3 (xor, multiply, xor with the upper half), which
    is a bijection: texts that differ in one word never collide.
    """
    high = HIGH_START
    low = LOW_START
    i = first
    while i < last:
        if i + 8 <= last:
            word = word_at(out, i)
            i += 8
        else:
            word = np.uint64(0)
            shift = np.uint64(0)
            while i < last:
                word |= np.uint64(out[i]) << shift
                shift += np.uint64(8)
                i += 1
        high = (high ^ word) * HIGH_STEP
        high ^= high >> S32
        low = (low ^ word) * LOW_STEP
        low ^= low >> S29
    high ^= np.uint64(last - first)
    high = (high ^ high >> S27) * LAST_STEP
    low ^= np.uint64(last - first)
    low = (low ^ low >> S31) * LAST_STEP
    digests[k, HIGH] = high ^ high >> S31
    digests[k, LOW] = low ^ low >> S27


@kernel
def fold_spans(
    data: Any, starts: Any, ends: Any, table: Any, buf: Any, out: Any, offsets: Any,
    origins: Any, digests: Any, low: int, high: int,
) -> int:  # fmt: skip
    """Fold the UTF-8 spans ``data[starts[k]:ends[k]]``, ``low <= k < high``, to ``out`` (uint8).

    ``offsets`` (int64, one more than spans) gets where each shadow text ends; where the first one
    begins, in bytes of ``out``, it has to say already. Row k of ``digests`` (uint64, 3 columns)
    gets the number of code points of the shadow text and two hashes of its bytes. If ``origins``
    (int64) is not empty, it gets for each code point of a shadow text the offset of its source, in
    code points from the start of the span, those of one span after those of the one before it.

    Return ``high``, or the number of the first span for which ``buf`` (int64) or ``out`` is too
    small: BUFFER_FULL or OUT_FULL stands then in place of its end, and the rest is to be folded
    again with a larger one.
    """
    before = np.int64(0)  # code points of the spans before
    for k in range(low):
        before += np.int64(digests[k, LENGTH])
    for k in range(low, high):
        begin = offsets[k]
        pos = np.int64(begin)
        i = np.int64(starts[k])
        end = np.int64(ends[k])
        place = np.int64(0)
        length = np.int64(0)
        last = np.int64(OTHER)  # class of what was kept last
        gap = np.int64(-1)  # offset of white space that is still to be settled, -1 if none
        while i < end:
            n, i, place = fill(data, i, end, place, table, buf)
            if n < 0 or pos + 4 * n + 4 > len(out):
                offsets[k + 1] = BUFFER_FULL if n < 0 else OUT_FULL
                return k
            j = np.int64(0)
            while j < n:
                entry = buf[j]
                kind = class_of(entry)
                if kind == SPACE:
                    if gap < 0:
                        gap = entry >> PLACE_SHIFT
                    j += 1
                    continue
                if last == HAN and kind in (OPEN, QUESTION):
                    after = reading_end(buf, j, n, table)
                    if after > 0:
                        j = after
                        continue
                if gap >= 0:
                    if length > 0 and HAN not in (last, kind):
                        out[pos] = 0x20
                        pos += 1
                        if len(origins) > 0:
                            origins[before + length] = gap
                        length += 1
                    gap = np.int64(-1)
                pos = encode(entry & CODE, out, pos)
                if len(origins) > 0:
                    origins[before + length] = entry >> PLACE_SHIFT
                length += 1
                last = kind
                j += 1
        digests[k, LENGTH] = np.uint64(length)
        before += length
        _hash(out, begin, pos, digests, k)
        offsets[k + 1] = pos
    return high
