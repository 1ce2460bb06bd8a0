"""Words of each text, cut on where a template fills in, with the kind and the weight of each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.columns import I32, I64, U8, U32, U64
from dedup.kernels import inner, kernel
from dedup.kernels.utf8 import decode
from dedup.kernels.words import (
    CUT_BITS,
    FIGURE,
    LONGEST_CUT,
    NUMBER,
    ORDINAL,
    ORGANISATION,
    PLACE,
    SIGN,
    word_hash,
)

__all__ = ["cut_pieces"]

_NUMERAL, _COUNTED, _ADMIN, _TAIL, _DEICTIC, _POINTING, _ORGAN = 2, 4, 8, 16, 32, 64, 128  # bits
_OTHER, _DATE = 0, 2
_NUMERALS = 6  # mark of a piece of numerals alone
_TELLING = 8  # weight of what says what a number counts
_ORDINAL, _YEAR, _MONTH, _DAY, _NUMBERED = 0x7B2C, 0x5E74, 0x6708, 0x65E5, 0x53F7  # 第年月日号
_DIGITS = (0x3007, 0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D)


@inner
def _bits(cp: U32, at: int, shape: U8) -> int:
    return np.int64(shape[cp[at]]) if cp[at] < len(shape) else 0


@inner
def _part(cp: U32, start: int, stop: int, at: int, kind: int, shape: U8) -> tuple[int, int]:
    """Return where the part of a token ends that begins at ``at``, and of what kind it is.

    我县 and 县内 are cut, and 第, a number, and what it counts are parted: 第三条, 四名.
    """
    if kind == PLACE and stop - start == 2:
        one, two = _bits(cp, start, shape), _bits(cp, start + 1, shape)
        admin = one & _ADMIN and two & _DEICTIC
        if admin or (one & _POINTING and two & _ADMIN):
            return at + 1, PLACE if (at == start) == (admin != 0) else _OTHER
    if kind not in (NUMBER, ORDINAL, FIGURE):
        return stop, kind
    first = start + np.int64(cp[start] == _ORDINAL)
    number = first
    while number < stop and _bits(cp, number, shape) & _NUMERAL:
        number += 1
    counted = number
    while counted < stop and _bits(cp, counted, shape) & _COUNTED:
        counted += 1
    if kind == FIGURE:  # 四名, but 百分之五
        for i in range(number, stop):
            if _bits(cp, i, shape) & _NUMERAL:
                return stop, NUMBER if number > start else _OTHER
        if number == start:
            return stop, _OTHER
        return (number, _NUMERALS) if at < number else (stop, _OTHER)
    if number == first or (kind == NUMBER and counted < stop):
        return stop, NUMBER
    if at < first:
        return first, NUMBER
    if at < number:
        return number, _NUMERALS
    return (counted, NUMBER) if at < counted else (stop, _OTHER)


@inner
def _organised(
    cp: U32, start: int, stop: int, tagged: bool, shape: U8, tails: U64, others: U64
) -> bool:
    """Return whether a word ends as organisations do, or is tagged as one and not as others do."""
    bits = _bits(cp, stop - 1, shape)
    if stop - start > 1:
        tail = np.uint64(cp[stop - 2]) << np.uint64(32) | np.uint64(cp[stop - 1])
        for known in others:
            if known == tail:
                return False
        if bits & _TAIL:
            for known in tails:
                if known == tail:
                    return True
    return tagged or (bits & _ORGAN != 0 and stop - start != 2)


@inner
def _year(cp: U32, start: int, stop: int) -> int:
    """Return 3 for a year of four digits in ASCII, 2 for one in Chinese, 1 for two digits."""
    digits = 0
    for i in range(start, stop):
        if 48 <= cp[i] <= 57:
            digits += 1
        elif cp[i] not in _DIGITS:
            return 0
    if stop - start == 4 and digits == 4:
        century = np.int64(cp[start]) * 256 + cp[start + 1]
        return 3 if century in (49 * 256 + 57, 50 * 256 + 48) else 0
    return 1 if stop - start == 2 else 2 if stop - start == 4 and digits == 0 else 0


@inner
def _settle(
    cp: U32, base: int, first: int, n: int, ends: I64, shape: U8, hashes: U64, kinds: U8,
    weights: I32,
) -> None:  # fmt: skip
    """Tell dates from numbers by what stands beside them; hash and weigh all pieces."""
    begin = base
    before = np.uint32(0)  # the piece before, if it is one character
    numeral = False  # whether it is of numerals
    for p in range(first, n):
        end = ends[p]
        following = cp[end] if p + 1 < n else np.uint32(0)
        weight = 1 if end - begin == 1 and cp[begin] == 32 else 2
        if kinds[p] != SIGN:
            weight = 6
            for i in range(begin, end):
                if cp[i] >= 0x2E80:
                    weight = 4 * (end - begin)
        last = np.int64(kinds[p - 1]) if p > first else SIGN
        here = kinds[p] == _NUMERALS
        if here:
            year = _year(cp, begin, end)
            alone = p + 1 == n or kinds[p + 1] == SIGN
            dashed = before in (45, 47) and p > first + 1 and kinds[p - 2] == _DATE  # 2015-04-01
            day = before == _MONTH and last == _DATE and following in (_DAY, _NUMBERED)
            dated = (following == _YEAR and year > 0) or following == _MONTH
            kinds[p] = _DATE if dashed or day or dated or (year == 3 and alone) else NUMBER
        elif numeral and kinds[p] == NUMBER and _bits(cp, begin, shape) & _COUNTED:
            kinds[p] = last
            weight = _TELLING
        elif numeral and end - begin == 1 and cp[begin] in (41, 0x3001, 46, 58):  # ) 、 . :
            weight = _TELLING
        numeral = here
        before = cp[begin] if end - begin == 1 else np.uint32(0)
        weights[p] = weight
        hashes[p] = word_hash(cp, begin, end)
        begin = end


@kernel
def cut_pieces(
    text: U8,
    offsets: I64,
    cuts: npt.NDArray[np.uint16],
    cut_starts: I64,
    texts: I64,
    shape: U8,
    tails: U64,
    others: U64,
    cp: U32,
    point_starts: I64,
    piece_ends: I64,
    hashes: U64,
    kinds: U8,
    weights: I32,
    piece_starts: I64,
) -> None:
    """Fill the pieces of every text: its tokens, cut on where a template would fill in.

    Parameters
    ----------
    text, offsets : uint8[:], int64[n + 1]
        Shadow texts in valid UTF-8.
    cuts, cut_starts, texts : uint16[:], int64[:], int64[n]
        Tokens of texts, see ``CUT_BITS``, and which of those texts each row is.
    shape, tails, others
        See ``dedup.kinds.KindRules``.
    cp, point_starts : uint32[:], int64[n + 1]
        Filled: the code points of all texts.
    piece_ends : int64[:]
        Filled: where each piece ends in ``cp``; room for one per code point, as in the next three.
    hashes : uint64[:]
        Filled: of what the piece is.
    kinds : uint8[:]
        Filled: index into ``dedup.kinds.KINDS``, or 5 for what is no word.
    weights : int32[:]
        Filled: what it counts for an alignment that two texts share it.
    piece_starts : int64[n + 1]
        Filled.
    """
    size = n = np.int64(0)
    point_starts[0] = 0
    piece_starts[0] = 0
    for row in range(len(offsets) - 1):
        begin = base = size
        i = offsets[row]
        while i < offsets[row + 1]:
            c, i = decode(text, i)
            cp[size] = c
            size += 1
        point_starts[row + 1] = size
        first = n
        for t in range(cut_starts[texts[row]], cut_starts[texts[row] + 1]):
            told = np.int64(cuts[t])
            end = begin + (told & LONGEST_CUT)
            at = begin
            while at < end:
                stop, kind = _part(cp, begin, end, at, told >> CUT_BITS, shape)
                if kind in (_OTHER, ORGANISATION):
                    tagged = kind == ORGANISATION
                    named = _organised(cp, at, stop, tagged, shape, tails, others)
                    kind = ORGANISATION if named else _OTHER
                if kind == _NUMERALS and n > first and kinds[n - 1] == _NUMERALS:
                    n -= 1  # 三百 and 七十四
                piece_ends[n] = stop
                kinds[n] = kind
                n += 1
                at = stop
            begin = end
        _settle(cp, base, first, n, piece_ends, shape, hashes, kinds, weights)
        piece_starts[row + 1] = n
