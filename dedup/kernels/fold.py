"""A span of UTF-8 to its shadow text: normalised, without readings, white space settled, hashed.

A span goes through a small buffer in blocks. An entry of the buffer is one int64: the code point
in bits 0-20, its canonical combining class in bits 21-28 (only inside a run that is still to be
composed) and the offset of its source character in the bits above.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import kernel
from dedup.kernels.utf8 import decode, encode

__all__ = [
    "BOPOMOFO",
    "BUFFER_FULL",
    "BUFFER_SIZE",
    "CODE_BITS",
    "HAN",
    "HIRAGANA",
    "JOINS",
    "LETTER",
    "MARK",
    "OPEN",
    "OTHER",
    "OUT_FULL",
    "OUT_SLACK",
    "QUESTION",
    "SEPARATOR",
    "SPACE",
    "SPECIAL",
    "TONE",
    "TONED",
    "fold_span",
    "fold_spans",
    "pair_slot",
]

CODE_BITS = 21
CODE = (1 << CODE_BITS) - 1
SPECIAL = 1 << CODE_BITS
"""In the table of code points: takes part in composition, or is not one code point when folded."""
JOINS = 1 << (CODE_BITS + 1)
"""In the table of code points, with SPECIAL: may compose, or change places, with what precedes."""
ORDER = 0xFF << CODE_BITS
OFFSET_SHIFT = CODE_BITS + 8
LENGTH_BITS = 5

# Classes of folded code points; letters of pinyin are LETTER + 0..25, with a tone TONED + 0..25.
OTHER, SPACE, HAN, OPEN, QUESTION, SEPARATOR, MARK, BOPOMOFO, TONE, HIRAGANA = range(10)
LETTER = 64
TONED = 96

# What a pair of brackets holds, as a set of bits.
PINYIN, BOPOMOFOS, TONES, HIRAGANAS, SEPARATORS = 1, 2, 4, 8, 16
LONGEST_READING = 32

BLOCK = 4096
WIDEST = 32
BUFFER_SIZE = 2 * BLOCK
OUT_SLACK = 4 * BUFFER_SIZE + 8
BUFFER_FULL = -1
OUT_FULL = -2

YPOGEGRAMMENI, IOTA = 0x345, 0x3B9

HIGH_START = np.uint64(0x9E3779B97F4A7C15)
LOW_START = np.uint64(0xC2B2AE3D27D4EB4F)
HIGH_STEP = np.uint64(0xBF58476D1CE4E5B9)
LOW_STEP = np.uint64(0xD6E8FEB86659FD93)
LAST_STEP = np.uint64(0x94D049BB133111EB)
S27, S29, S31, S32 = np.uint64(27), np.uint64(29), np.uint64(31), np.uint64(32)


@kernel
def pair_slot(pair: int, size: int) -> int:
    """Return where the search for two code points begins in a hash table of a power of two."""
    return (pair ^ pair >> 15 ^ pair >> 29) & (size - 1)


@kernel
def _decompose(code: int, place: int, slow: Any, pool: Any, buf: Any, n: int) -> int:
    """Append the decomposition of ``code`` to ``buf`` at ``n``; return the new length."""
    where = np.int64(slow[code])
    if where == 0:
        buf[n] = place << OFFSET_SHIFT | code
        return n + 1
    first = where >> LENGTH_BITS
    count = where & ((1 << LENGTH_BITS) - 1)
    for j in range(count):
        buf[n + j] = place << OFFSET_SHIFT | np.int64(pool[first + j])
    return n + count


@kernel
def _order(buf: Any, first: int, last: int) -> None:
    """Sort ``buf[first:last]`` by combining class, stably, in linear time."""
    if last - first <= 16:
        for i in range(first + 1, last):
            entry = buf[i]
            j = i
            while j > first and (buf[j - 1] & ORDER) > (entry & ORDER):
                buf[j] = buf[j - 1]
                j -= 1
            buf[j] = entry
        return
    places = np.zeros(257, np.int64)
    for i in range(first, last):
        places[((buf[i] & ORDER) >> CODE_BITS) + 1] += 1
    for k in range(256):
        places[k + 1] += places[k]
    held = buf[first:last].copy()
    for i in range(last - first):
        k = (held[i] & ORDER) >> CODE_BITS
        buf[first + places[k]] = held[i]
        places[k] += 1


@kernel
def _compose(buf: Any, first: int, last: int, pairs: Any, composites: Any) -> int:
    """Order and compose the decomposed run ``buf[first:last]``; return its new end.

    The canonical ordering and composition algorithms of the Unicode Standard, section 3.11; the
    iota subscript, which case folding makes a letter, is ordered as the mark it was.
    """
    i = first
    while i < last:
        if buf[i] & ORDER == 0:
            i += 1
            continue
        end = i + 1
        sorted_so_far = True
        while end < last and buf[end] & ORDER != 0:
            if buf[end] & ORDER < buf[end - 1] & ORDER:
                sorted_so_far = False
            end += 1
        if not sorted_so_far:
            _order(buf, i, end)
        i = end
    mask = np.int64(len(pairs) - 1)
    n = first
    starter = np.int64(-1)
    before = np.int64(0)
    for j in range(first, last):
        entry = buf[j]
        code = entry & CODE
        order = entry & ORDER
        if code == YPOGEGRAMMENI:
            entry += IOTA - YPOGEGRAMMENI - order
            code = np.int64(IOTA)
            order = np.int64(0)
        if starter >= 0 and (starter == n - 1 or before < order):
            pair = (buf[starter] & CODE) << CODE_BITS | code
            slot = pair_slot(pair, len(pairs))
            while pairs[slot] != 0 and pairs[slot] != pair:
                slot = (slot + 1) & mask
            if pairs[slot] == pair:
                buf[starter] = buf[starter] >> OFFSET_SHIFT << OFFSET_SHIFT | np.int64(composites[slot])
                continue
        if order == 0:
            starter = n
        before = order
        buf[n] = entry - order
        n += 1
    return n


@kernel
def _fill(data: Any, i: int, end: int, place: int, tables: Any, buf: Any) -> tuple[int, int, int]:
    """Normalise from byte ``i`` on until a block is full, at a place where it may be cut.

    Return the number of entries (or BUFFER_FULL), the next byte and its code point offset. A cut
    comes only before a code point that neither composes with what precedes nor can stand in a
    bracketed reading or be white space.
    """
    fast, slow, pool, pairs, composites, classes = tables[:6]
    n = np.int64(0)
    run = np.int64(-1)
    while i < end:
        code, after = decode(data, i)
        entry = np.int64(fast[code])
        if n >= BLOCK:
            if entry <= CODE:
                kind = classes[entry]
                if kind == OTHER or kind == HAN:
                    break
            if n + WIDEST > len(buf):
                return np.int64(BUFFER_FULL), i, place
        if entry <= CODE:
            if run >= 0:
                n = _compose(buf, run, n, pairs, composites)
                run = np.int64(-1)
            buf[n] = place << OFFSET_SHIFT | entry
            n += 1
        elif slow[code] != 0:  # what is dropped has no decomposition
            if entry & JOINS == 0:
                if run >= 0:
                    n = _compose(buf, run, n, pairs, composites)
                run = n
            elif run < 0:
                run = n
                if n > 0:
                    run = n - 1
                    left = buf[run]
                    n = _decompose(left & CODE, left >> OFFSET_SHIFT, slow, pool, buf, run)
            n = _decompose(code, place, slow, pool, buf, n)
        i = after
        place += 1
    if run >= 0:
        n = _compose(buf, run, n, pairs, composites)
    return n, i, place


@kernel
def _is_pinyin(buf: Any, first: int, last: int, classes: Any, syllables: Any) -> bool:
    """Say whether the letters and marks of ``buf[first:last]`` are one or more whole syllables."""
    reached = np.int64(1)
    length = last - first
    for p in range(length):
        if reached >> p & 1 == 0:
            continue
        node = np.int64(0)
        for q in range(p, length):
            kind = np.int64(classes[buf[first + q] & CODE])
            if kind >= LETTER:
                node = np.int64(syllables[node, kind & 31])
                if node == 0:
                    break
            if syllables[node, 26] != 0:
                reached |= np.int64(1) << (q + 1)
    return (reached >> length & 1) != 0


@kernel
def _reading_end(buf: Any, opening: int, n: int, classes: Any, syllables: Any) -> int:
    """Return where a reading whose opening bracket is at ``opening`` ends, or 0 if none is there."""
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
        kind = np.int64(classes[code])
        end = i + 1
        if kind >= LETTER or kind == MARK:
            while end < n and end - i <= LONGEST_READING:
                following = classes[buf[end] & CODE]
                if following < LETTER and following != MARK:
                    break
                end += 1
            if end - i > LONGEST_READING or not _is_pinyin(buf, i, end, classes, syllables):
                return 0
            for j in range(i, end):
                following = classes[buf[j] & CODE]
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


@kernel
def fold_span(
    data: Any, start: int, end: int, tables: Any, buf: Any, out: Any, pos: int,
    origins: Any, lengths: Any, highs: Any, lows: Any, k: int,
) -> int:  # fmt: skip
    """Fold the UTF-8 bytes ``data[start:end]`` into ``out`` from byte ``pos`` on.

    Returns the byte after the shadow text, or BUFFER_FULL or OUT_FULL where ``buf`` (int64) or
    ``out`` (uint8) is too small: then the span has to be folded again with a larger one. Row
    ``k`` of ``lengths`` (int64) gets the code points of the shadow, and of ``highs`` and ``lows``
    (uint64) two hashes of them. If ``origins`` (int64) is not empty, it gets for each code point
    of the shadow the offset of its source, in code points from ``start``.
    """
    classes = tables[5]
    syllables = tables[6]
    high = HIGH_START
    low = LOW_START
    length = np.int64(0)
    last = np.int64(OTHER)  # class of what was kept last
    gap = np.int64(-1)  # offset of white space that is still to be settled, -1 if none
    i = np.int64(start)
    place = np.int64(0)
    pos = np.int64(pos)
    while i < end:
        n, i, place = _fill(data, i, end, place, tables, buf)
        if n < 0:
            return np.int64(BUFFER_FULL)
        if pos + 4 * n + 4 > len(out):
            return np.int64(OUT_FULL)
        j = np.int64(0)
        while j < n:
            entry = buf[j]
            code = entry & CODE
            kind = np.int64(classes[code])
            if kind == SPACE:
                if gap < 0:
                    gap = entry >> OFFSET_SHIFT
                j += 1
                continue
            if last == HAN and (kind == OPEN or (kind == QUESTION and gap < 0)):
                after = _reading_end(buf, j, n, classes, syllables)
                if after > 0:
                    j = after
                    continue
            if gap >= 0:
                if length > 0 and not (last == HAN and kind == HAN):
                    out[pos] = 0x20
                    pos += 1
                    high = (high ^ np.uint64(0x20)) * HIGH_STEP
                    high ^= high >> S32
                    low = (low ^ np.uint64(0x20)) * LOW_STEP
                    low ^= low >> S29
                    if len(origins) > 0:
                        origins[length] = gap
                    length += 1
                gap = np.int64(-1)
            pos = encode(code, out, pos)
            high = (high ^ np.uint64(code)) * HIGH_STEP
            high ^= high >> S32
            low = (low ^ np.uint64(code)) * LOW_STEP
            low ^= low >> S29
            if len(origins) > 0:
                origins[length] = entry >> OFFSET_SHIFT
            length += 1
            last = kind
            j += 1
    high ^= np.uint64(length)
    high = (high ^ high >> S27) * LAST_STEP
    low ^= np.uint64(length)
    low = (low ^ low >> S31) * LAST_STEP
    lengths[k] = length
    highs[k] = high ^ high >> S31
    lows[k] = low ^ low >> S27
    return pos


@kernel
def fold_spans(
    data: Any, starts: Any, ends: Any, tables: Any, buf: Any, out: Any, offsets: Any,
    origins: Any, lengths: Any, highs: Any, lows: Any, first: int,
) -> int:  # fmt: skip
    """Fold the spans from number ``first`` on, one after another into ``out``.

    ``offsets`` (int64, one more than spans) gets where each shadow text begins and ends. Returns
    the number of the first span that is not done, ``len(starts)`` when all are; its entry in
    ``lengths`` says what was too small.
    """
    for k in range(first, len(starts)):
        pos = fold_span(
            data, starts[k], ends[k], tables, buf, out, offsets[k], origins, lengths, highs, lows, k
        )
        if pos < 0:
            lengths[k] = pos
            return k
        offsets[k + 1] = pos
    return len(starts)
