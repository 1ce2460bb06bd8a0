"""Words of each text as hashes, with what the masked view and the drop rule need of each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.columns import F64, I32, I64, U8, U32, U64
from dedup.kernels import inner, kernel
from dedup.kernels.cut import Dictionary, cut_span
from dedup.kernels.shingle import SLOT, mix
from dedup.kernels.utf8 import decode

__all__ = [
    "CUT_BITS", "FIGURE", "LONGEST_CUT", "NUMBER", "ORDINAL", "ORGANISATION", "PLACE", "SIGN",
    "TIME", "word_hash", "words_of_texts",
]  # fmt: skip

_WORD, _NUMERAL, _COUNTED, _ADMIN, _DENIAL, _DEICTIC = 1, 2, 4, 8, 16, 32  # bits of a shape
_NUMBER, _TIME, _PLACE = 1, 2, 3  # kinds of slot
_PERSON = 255  # mark of a tag whose words may be a place before 县, 市, 区, 乡 or 镇
_ORGANISATION = 254  # mark of a tag whose words are names of organisations

CUT_BITS = 13
"""Of a cut the lower bits are the code points of a token, those above its kind, 0 for a word that
is none of the following. A token too long for that is several."""
LONGEST_CUT = (1 << CUT_BITS) - 1
NUMBER, TIME, PLACE, ORGANISATION, SIGN, ORDINAL, FIGURE = 1, 2, 3, 4, 5, 6, 7


@kernel
def word_hash(
    cp: U32,
    start: int,
    stop: int,
) -> np.uint64:
    """Return a 64-bit hash (never 0) of the code points ``cp[start:stop]`` (uint32)."""
    h = np.uint64(0xCBF29CE484222325)
    for i in range(start, stop):
        h = (h ^ np.uint64(cp[i])) * np.uint64(0x9FB21C651E98DF25)
        h ^= h >> np.uint64(32)
    h = mix(h)
    return h if h != np.uint64(0) else np.uint64(1)


@inner
def _among(
    sorted_hashes: U64,
    h: np.uint64,
) -> bool:
    """Return whether a hash is among others, ascending."""
    low, high = 0, len(sorted_hashes)
    while low < high:
        middle = (low + high) >> 1
        if sorted_hashes[middle] < h:
            low = middle + 1
        else:
            high = middle
    return low < len(sorted_hashes) and sorted_hashes[low] == h


@inner
def _slot_kind(
    cp: U32,
    start: int,
    stop: int,
    tag: int,
    shape: U8,
    never: U64,
    h: np.uint64,
) -> int:
    """Return the kind of slot of one word, by its own shape and its tag's kind."""
    every = 255
    some = 0
    placeholder = stop - start >= 2
    for i in range(start, stop):
        bits = shape[cp[i]] if cp[i] < len(shape) else 0
        every &= bits | (_NUMERAL | _COUNTED if bits & (_NUMERAL | _COUNTED) else 0)
        some |= bits
        placeholder = placeholder and cp[i] == 120
    last = shape[cp[stop - 1]] if cp[stop - 1] < len(shape) else 0
    first = shape[cp[start]] if cp[start] < len(shape) else 0
    kind = 0
    if (every & _COUNTED and some & _NUMERAL) or 48 <= cp[start] <= 57:
        kind = _NUMBER
    elif placeholder or last & _ADMIN or (first & _ADMIN and stop - start == 2 and last & _DEICTIC):
        kind = _PLACE
    elif tag == _TIME or (tag == _PLACE and stop - start > 1):
        kind = tag
    if kind != 0 and _among(never, h):
        return 0
    return kind


@inner
def _numerals(
    cp: U32,
    start: int,
    stop: int,
    shape: U8,
    bits: int,
) -> int:
    """Return where the characters from ``start`` on end that all have one of ``bits``."""
    i = start
    while i < stop and cp[i] < len(shape) and shape[cp[i]] & bits:
        i += 1
    return i


@inner
def _filled(
    cp: U32,
    start: int,
    stop: int,
    tag: int,
    before: int,
    shape: U8,
    never: U64,
    h: np.uint64,
) -> int:
    """Return where ends what a template would fill in at the beginning of a word that is no slot.

    十二家 and 五万元 stand in the dictionary as words, and so do 第九届全国人民代表大会 and, of
    第八十四次会议, 四次会议. All of 百分之五十 is filled in.
    """
    ordinal = cp[start] == 0x7B2C  # 第
    first = start + ordinal
    number = _numerals(cp, first, stop, shape, _NUMERAL)
    if number == first:
        return start
    if ordinal or before == _NUMBER:
        counted = _numerals(cp, number, stop, shape, _COUNTED)
        if counted > number and stop - counted >= 2:
            return counted
    if ordinal or tag != _NUMBER or _among(never, h):
        return start
    if stop - number > 2 and cp[number] == 0x5206 and cp[number + 1] == 0x4E4B:  # 分之
        return _numerals(cp, number + 2, stop, shape, _NUMERAL | _COUNTED)
    # 一个 is as often no number as 一些 is none.
    return number if number - start > 1 or cp[start] != 0x4E00 else start


@inner
def _label(
    cp: U32,
    size: int,
    shape: U8,
) -> int:
    """Return where 第3条 or 第3条之一, 第3章 or the like ends that the words begin with, else 0."""
    first = 0
    while first < size and cp[first] < len(shape) and not shape[cp[first]] & _WORD:
        first += 1
    if first == size or cp[first] != 0x7B2C:  # 第
        return 0
    i = _numerals(cp, first + 1, size, shape, _NUMERAL)
    if i == first + 1 or _numerals(cp, i, min(i + 1, size), shape, _COUNTED) == i:
        return 0
    i += 1
    if i < size and cp[i] == 0x4E4B:  # 之
        end = _numerals(cp, i + 1, size, shape, _NUMERAL)
        return end if end > i + 1 else i
    return i


@kernel
def words_of_texts(
    text: U8,
    offsets: I64,
    dictionary: Dictionary,
    hmm: bool,
    slot_kinds: U8,
    shape: U8,
    never: U64,
    denies: U64,
    affirms: U64,
    characters: bool,
    cp: U32,
    route: F64,
    code: npt.NDArray[np.uint16],
    back: U8,
    ends: I64,
    nodes: I32,
    tokens: U64,
    token_starts: I64,
    masked: U64,
    masked_starts: I64,
    guards: U64,
    guard_starts: I64,
    free: I32,
    cuts: npt.NDArray[np.uint16],
    cut_starts: I64,
) -> None:
    """Fill the tokens of every text and what is known of them.

    Parameters
    ----------
    text, offsets : uint8[:], int64[n + 1]
        Shadow texts in valid UTF-8.
    dictionary, hmm
        See ``cut_span``.
    slot_kinds : uint8[:]
        Per slot of the trie, what its word is by its part of speech, or ``_PERSON``.
    shape, never, denies, affirms
        See ``dedup.masking.Rules``.
    characters : bool
        Whether a token is a character of a word, not a word.
    cp, route, code, back, ends, nodes
        Scratch for the longest text, see ``cut_span``; ``cp`` is uint32.
    tokens, token_starts : uint64[:], int64[n + 1]
        Filled: hashes of the tokens; room for one per code point.
    masked, masked_starts : uint64[:], int64[n + 1]
        Filled: the same with ``SLOT`` for each run of slots; room for two per code point.
    guards : uint64[:]
        Filled: hashes, in their order, of the numbers, dates, places and denials of each text.
    guard_starts : int64[n + 1]
        Filled.
    free : int32[n]
        Filled: words that are no slot.
    cuts, cut_starts : uint16[:], int64[n + 1]
        Filled: length and kind of every token, see ``CUT_BITS``; room for one per code point.
    """
    zero = np.int64(0)  # a literal would have its callees compiled for itself
    n = m = g = w = zero
    token_starts[0] = 0
    cut_starts[0] = 0
    masked_starts[0] = 0
    guard_starts[0] = 0
    for unit in range(len(offsets) - 1):
        size = zero
        i = offsets[unit]
        while i < offsets[unit + 1]:
            cp[size], i = decode(text, i)
            size += 1
        cut = cut_span(cp, zero, size, dictionary, hmm, route, code, back, ends, nodes, zero)
        # 第108条 市人民政府: without the space after the label, which the fold takes, 条市 is made
        # up for a word. Where it is none of the dictionary's, the text is cut from there again.
        label = _label(cp, size, shape)
        t = zero
        while t < cut and ends[t] < label:
            t += 1
        if t < cut and ends[t] > label > 0 and nodes[t] < 0:
            ends[t] = label
            cut = cut_span(cp, label, size, dictionary, hmm, route, code, back, ends, nodes, t + 1)

        begin = zero
        count = np.int32(0)
        least = m
        before = 0  # kind of the word before
        before_at = m  # its first token in the masked view
        before_name = False  # whether it may be the name of a place
        before_hash = np.uint64(0)
        for t in range(cut):
            end = ends[t]
            size = end - begin
            while size > LONGEST_CUT:
                cuts[w] = np.uint16(LONGEST_CUT)
                w += 1
                size -= LONGEST_CUT
            cuts[w] = np.uint16(SIGN << CUT_BITS | size)
            w += 1
            some = 0
            denied = False
            for k in range(begin, end):
                some |= shape[cp[k]] if cp[k] < len(shape) else _WORD
            if not some & _WORD:
                # 20__年 is one date still, but 李大嘴、县政府 names no county.
                before_name = False
                begin = end
                continue
            h = word_hash(cp, begin, end)
            entry = nodes[t]
            tag = slot_kinds[entry] if entry >= 0 else np.uint8(0)
            kind = 0
            free_from = begin
            # Most words have nothing in them that a slot could begin or end with.
            if tag != 0 or some & (_NUMERAL | _COUNTED | _ADMIN) or cp[begin] < 128:
                kind = _slot_kind(cp, begin, end, tag, shape, never, h)
                if kind == 0 and some & _NUMERAL:
                    free_from = _filled(cp, begin, end, tag, before, shape, never, h)
                    kind = _NUMBER if free_from == end else 0
            if kind == 0 and before == _NUMBER and some & _COUNTED:
                counted = True
                for k in range(begin, end):
                    counted = counted and cp[k] < len(shape) and shape[cp[k]] & _COUNTED != 0
                if counted:
                    kind = _NUMBER
            if kind == 0 and end - begin == 1 and cp[begin] == 0x7B2C:  # 第, before its number
                kind = _NUMBER
            if kind == _PLACE and end - begin == 1 and before_name:
                # 山阴 县: a name that the dictionary does not know as a place, and what it is.
                m = before_at
                guards[g] = before_hash
                g += 1
                count -= 1
                cuts[w - 2] = np.uint16(PLACE << CUT_BITS | cuts[w - 2] & LONGEST_CUT)
            if kind == 0:
                if some & _DENIAL:
                    denied = not _among(affirms, h)
                elif 97 <= cp[begin] <= 122:
                    denied = _among(denies, h)
                count += 1
            # 五万元 is a word of its own, no slot, and yet a figure.
            figure = some & _NUMERAL and (entry < 0 or tag == _NUMBER)
            if kind != 0 or denied or figure or free_from > begin:
                guards[g] = h
                g += 1
            told = ORDINAL if kind == 0 and free_from > begin else kind
            if told == 0 and (figure or tag == _ORGANISATION):
                told = FIGURE if figure else ORGANISATION
            cuts[w - 1] = np.uint16(told << CUT_BITS | size)
            before, before_at, before_hash = kind, m, h
            before_name = kind == 0 and 2 <= end - begin <= 4 and (entry < 0 or tag == _PERSON)
            before_name = before_name and cp[begin] >= 0x4E00 and not denied and not figure
            if (kind != 0 or free_from > begin) and (m == least or masked[m - 1] != SLOT):
                masked[m] = SLOT
                m += 1
            if characters:
                for k in range(begin, end):
                    tokens[n] = word_hash(cp, k, k + 1)
                    if kind == 0 and k >= free_from:
                        masked[m] = tokens[n]
                        m += 1
                    n += 1
            else:
                tokens[n] = h
                if kind == 0:
                    masked[m] = h if free_from == begin else word_hash(cp, free_from, end)
                    m += 1
                n += 1
            begin = end
        token_starts[unit + 1] = n
        masked_starts[unit + 1] = m
        guard_starts[unit + 1] = g
        cut_starts[unit + 1] = w
        free[unit] = count
