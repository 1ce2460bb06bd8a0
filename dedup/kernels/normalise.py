"""UTF-8 to normalised code points: decomposed, put in order and composed, as one table says.

Code points come out in a buffer of int64, a block at a time. An entry holds the code point in
bits 0-20, a note in bits 21-28 (its canonical combining class while it waits to be composed, the
class that the rules of the fold see afterwards), and in the bits above the offset of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import inner, kernel
from dedup.kernels.utf8 import decode

__all__ = [
    "BLOCK",
    "BOPOMOFO",
    "BUFFER_FULL",
    "BUFFER_SIZE",
    "CLASS_SHIFT",
    "CLOSE",
    "CODE",
    "CODE_BITS",
    "DECOMPOSED",
    "HAN",
    "HIRAGANA",
    "JOINS",
    "LENGTH_BITS",
    "LETTER",
    "LONGEST_READING",
    "MARK",
    "NODES",
    "NOTE",
    "OPEN",
    "OTHER",
    "PAIRS",
    "PLACE_SHIFT",
    "POOL",
    "QUESTION",
    "SEPARATOR",
    "SLOTS",
    "SPACE",
    "SPECIAL",
    "SYLLABLES",
    "TONE",
    "TONED",
    "WIDEST",
    "class_of",
    "fill",
    "pair_slot",
]

CODE_BITS = 21
CODE = (1 << CODE_BITS) - 1
NOTE = 0xFF << CODE_BITS
PLACE_SHIFT = CODE_BITS + 8

# The table, int32. For each code point: what it folds to if that is one code point that composes
# with nothing before it, flags where it is not, and the class of the code point itself.
SPECIAL = 1 << CODE_BITS
JOINS = 1 << (CODE_BITS + 1)
"""With SPECIAL: may compose, or change places, with what precedes."""
CLASS_SHIFT = CODE_BITS + 2
# Then, for each code point, where its decomposition is, with its length in the low LENGTH_BITS,
# or 0 if it has none. Then a hash table of pairs that compose, three int32 to a slot. Then the
# syllables of Pinyin as a trie, 27 to a node: the node after each letter, and whether one ends.
# Then the decompositions: a code point, and its combining class above it.
DECOMPOSED = 0x110000
LENGTH_BITS = 5
PAIRS = 2 * DECOMPOSED
SLOTS = 1 << 15
SYLLABLES = PAIRS + 3 * SLOTS
NODES = 512
POOL = SYLLABLES + 27 * NODES

# Classes of folded code points; letters of Pinyin are LETTER + 0..25, with a tone TONED + 0..25.
OTHER, HAN, CLOSE, OPEN, QUESTION, SPACE, SEPARATOR, MARK, BOPOMOFO, TONE, HIRAGANA = range(11)
LETTER = 64
TONED = 96

LONGEST_READING = 32
"""Signs of a bracketed reading, white space not counted."""
BLOCK = 1024
"""Entries from which on a block ends where it can."""
WIDEST = 32
"""More than one code point and the one before it ever become."""
COUNTS = 257
BUFFER_SIZE = 4 * BLOCK
"""Of the buffer to begin with: one half for the block, the other to sort in."""
BUFFER_FULL = -1

YPOGEGRAMMENI, IOTA = 0x345, 0x3B9


@kernel
def pair_slot(first: int, second: int) -> int:
    """Return the slot where the search for two code points that may compose begins."""
    return (first * 0x9E5 ^ second * 0x3D) & (SLOTS - 1)


@inner
def class_of(entry: int) -> int:
    """Return the class of a finished entry of the buffer."""
    return (entry & NOTE) >> CODE_BITS


@inner
def _decompose(code: int, place: int, table: Any, buf: Any, n: int) -> int:
    """Append the decomposition of ``code`` to ``buf`` at ``n``; return the new length."""
    where = np.int64(table[DECOMPOSED + code])
    if where == 0:
        buf[n] = place << PLACE_SHIFT | code
        return n + 1
    first = where >> LENGTH_BITS
    count = where & ((1 << LENGTH_BITS) - 1)
    for j in range(count):
        buf[n + j] = place << PLACE_SHIFT | np.int64(table[first + j])
    return n + count


@inner
def _order(buf: Any, first: int, last: int) -> None:
    """Sort ``buf[first:last]`` by combining class, stably; long ones by counting."""
    if last - first <= 16:
        for i in range(first + 1, last):
            entry = buf[i]
            j = i
            while j > first and buf[j - 1] & NOTE > entry & NOTE:
                buf[j] = buf[j - 1]
                j -= 1
            buf[j] = entry
        return
    half = len(buf) // 2
    counts = half - COUNTS
    for k in range(COUNTS):
        buf[counts + k] = 0
    for i in range(first, last):
        buf[half + i] = buf[i]
        buf[counts + class_of(buf[i]) + 1] += 1
    for k in range(COUNTS - 1):
        buf[counts + k + 1] += buf[counts + k]
    for i in range(first, last):
        k = counts + class_of(buf[half + i])
        buf[first + buf[k]] = buf[half + i]
        buf[k] += 1


@inner
def _compose(buf: Any, first: int, last: int, table: Any) -> int:
    """Order and compose the decomposed run ``buf[first:last]``; return its new end.

    The canonical ordering and composition algorithms of the Unicode Standard, section 3.11; the
    iota subscript, which case folding makes a letter, is ordered as the mark it was.
    """
    i = first
    while i < last:
        if buf[i] & NOTE == 0:
            i += 1
            continue
        end = i + 1
        sorted_so_far = True
        while end < last and buf[end] & NOTE != 0:
            if buf[end] & NOTE < buf[end - 1] & NOTE:
                sorted_so_far = False
            end += 1
        if not sorted_so_far:
            _order(buf, i, end)
        i = end
    n = first
    starter = np.int64(-1)
    before = np.int64(0)
    for j in range(first, last):
        code = buf[j] & CODE
        place = buf[j] >> PLACE_SHIFT
        order = buf[j] & NOTE
        if code == YPOGEGRAMMENI:
            code = np.int64(IOTA)
            order = np.int64(0)
        if starter >= 0 and (starter == n - 1 or before < order):
            left = buf[starter] & CODE
            slot = pair_slot(left, code)
            at = PAIRS + 3 * slot
            while table[at] != 0 and (table[at] != left or table[at + 1] != code):
                slot = (slot + 1) & (SLOTS - 1)
                at = PAIRS + 3 * slot
            if table[at] != 0:
                code = np.int64(table[at + 2])
                buf[starter] = buf[starter] >> PLACE_SHIFT << PLACE_SHIFT | code
                continue
        if order == 0:
            starter = n
        before = order
        buf[n] = place << PLACE_SHIFT | code
        n += 1
    for j in range(first, n):
        buf[j] |= np.int64(table[buf[j] & CODE]) >> CLASS_SHIFT << CODE_BITS
    return n


@inner
def _may_be_inside(buf: Any, n: int) -> bool:
    """Say whether a bracketed reading may have begun before ``n`` and not ended."""
    signs = 0
    while n > 0 and signs < LONGEST_READING:
        n -= 1
        kind = class_of(buf[n])
        if kind <= CLOSE:
            return False
        if kind <= QUESTION:
            return True
        if kind != SPACE:
            signs += 1
    return False


@inner
def fill(data: Any, i: int, end: int, place: int, table: Any, buf: Any) -> tuple[int, int, int]:
    """Normalise from byte ``i`` on until a block is full, at a place where it may be cut.

    Return the number of entries (or BUFFER_FULL), the next byte and its code point offset. A cut
    comes only before a code point that does not compose with what precedes, and not inside what
    may be a bracketed reading (what opens one is always plain: a code point that unfolds to an
    opening bracket unfolds to the closing one, too). Of a run of white space only the first stays.
    """
    room = len(buf) // 2 - WIDEST - COUNTS
    n = np.int64(0)
    run = np.int64(-1)
    before = np.int64(OTHER)
    while i < end:
        if n > room:
            return np.int64(BUFFER_FULL), i, place
        code, after = decode(data, i)
        entry = np.int64(table[code])
        if entry & SPECIAL == 0:
            if run >= 0:
                n = _compose(buf, run, n, table)
                run = np.int64(-1)
            kind = entry >> CLASS_SHIFT
            if n >= BLOCK and (kind <= HAN or not _may_be_inside(buf, n)):
                break
            buf[n] = place << PLACE_SHIFT | kind << CODE_BITS | entry & CODE
            n += 1 - ((kind == SPACE) & (before == SPACE))  # a branch would be mispredicted
            before = kind
        elif table[DECOMPOSED + code] != 0:  # what is dropped has no decomposition
            if entry & JOINS == 0:
                if run >= 0:
                    n = _compose(buf, run, n, table)
                run = n
            elif run < 0:
                run = n
                if n > 0:
                    run = n - 1
                    left = buf[run]
                    n = _decompose(left & CODE, left >> PLACE_SHIFT, table, buf, run)
            n = _decompose(code, place, table, buf, n)
            before = np.int64(OTHER)
        i = after
        place += 1
    if run >= 0:
        n = _compose(buf, run, n, table)
    return n, i, place
