"""Sentences of each text as hashes of what they say, and whether one text stands in another."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U8, U32, U64, Bools
from dedup.kernels import inner, kernel
from dedup.kernels.shingle import mix
from dedup.kernels.utf8 import decode

__all__ = ["BASE", "sentence_hashes", "stands_in"]

# What a code point is to a sentence, as ``dedup.sentences`` numbers it.
_SYMBOL, _LETTER, _NUMERAL, _SPACED, _DIGIT, _SILENT, _END, _UNCLEAR = range(8)
BASE = 0x9FB21C651E98DF25
"""Of the polynomials, over code points and modulo 2**64, that stand for what is said."""
_BASE = np.uint64(BASE)


@inner
def _clear(cp: U32, kinds: U8, size: int) -> None:
    """Replace the kind of each unclear character by what its neighbours make of it."""
    before = _SILENT
    bold = False
    for i in range(1, size + 1):
        kind = np.int64(kinds[i])
        c, after = cp[i], kinds[i + 1]
        space = cp[i + 1] == 32
        if kind == _UNCLEAR:
            if c == 46:  # a full stop, unless of a decimal or a number in a list
                ends = space and before != _DIGIT
                kinds[i] = _SYMBOL if after == _DIGIT else _END if ends else _SILENT
            elif c == 63:  # a question, unless a character was lost here
                kinds[i] = _SYMBOL if before < _SILENT and after < _SILENT else _END
            elif c == 45:  # a hyphen, unless a minus
                kinds[i] = _SYMBOL if after == _DIGIT else _SILENT
            elif c == 35:  # of a heading, unless of C#
                heads = before >= _SILENT and (
                    space or cp[i + 1] == 35 or after in (_LETTER, _NUMERAL)
                )
                kinds[i] = _SILENT if heads else _SYMBOL
            else:  # two stars before and after what they make bold, unless for something left out
                stop = i + 1
                while cp[stop] == 42:
                    stop += 1
                pair = stop - i == 2
                ends = pair and before < _SILENT and (bold or kinds[stop] >= _SILENT)
                bold = pair and before >= _SILENT and kinds[stop] < _SILENT
                for k in range(i, stop):
                    kinds[k] = _SILENT if ends or bold else _SYMBOL
        before = _UNCLEAR if c == 42 else kind


@inner
def _is_number(kind: int) -> bool:
    return kind in (_NUMERAL, _DIGIT)


@inner
def _label(cp: U32, kinds: U8, size: int) -> int:
    """Return where the label ends that a text begins with (第三条, 一、, (2), 3.), else 0."""
    i = 1
    while i <= size and kinds[i] >= _SILENT:
        i += 1
    article = cp[i] == 0x7B2C  # 第
    i += article
    j = i
    while _is_number(kinds[j]):
        j += 1
    if j == i:
        return 0
    if not article:
        listed = cp[j] in (0x3001, 41, 46)  # 、 ) .
        return j + 1 if listed and not _is_number(kinds[j + 1]) else 0
    if cp[j] != 0x6761:  # 条
        return 0
    j += 1
    if cp[j] == 0x4E4B and _is_number(kinds[j + 1]):  # 之
        j += 1
        while _is_number(kinds[j]):
            j += 1
    return j


@inner
def _turns(cp: U32, kinds: U8, i: int, turns: U64) -> bool:
    """Return whether a word that turns begins at character ``i``."""
    h = np.uint64(0)
    k = i
    turned = False
    spaced = kinds[i] == _SPACED
    while kinds[k] == _SPACED if spaced else k < i + 2:
        h = h * _BASE + np.uint64(cp[k])
        k += 1
        if not spaced or kinds[k] != _SPACED:
            for turn in turns:
                turned |= h == turn
    return turned


@kernel
def sentence_hashes(
    text: U8,
    offsets: I64,
    marks: U8,
    turns: U64,
    cp: U32,
    kinds: U8,
    values: U64,
    starts: I64,
    spans: I32,
) -> None:
    """Fill what every text says: a hash of the whole, of its label if any, of each sentence.

    Parameters
    ----------
    text, offsets : uint8[:], int64[n + 1]
        Shadow texts in valid UTF-8.
    marks, turns
        See ``dedup.sentences.Marks``.
    cp, kinds : uint32[:], uint8[:]
        Scratch for the longest text, and three more.
    values, starts : uint64[:], int64[n + 1]
        Filled; room for one per code point and one more per text.
    spans : int32[:, 2]
        Filled for each value that is of a sentence or a label: the characters of its text from the
        first to after the last that speaks. Without rows it is left alone.
    """
    n = np.int64(0)
    placed = len(spans) > 0
    starts[0] = 0
    cp[0], kinds[0] = 32, _SILENT
    for unit in range(len(offsets) - 1):
        size = np.int64(0)
        at = offsets[unit]
        unclear = False
        while at < offsets[unit + 1]:
            code, at = decode(text, at)
            size += 1
            cp[size] = code
            kinds[size] = marks[code] if code < len(marks) else _LETTER
            unclear |= kinds[size] == _UNCLEAR
        for k in range(size + 1, size + 3):
            cp[k], kinds[k] = 32, _SILENT
        label = _label(cp, kinds, size)
        if unclear:
            _clear(cp, kinds, size)
        head = n
        n += 1
        # Polynomials in _BASE: of all that was said before this sentence, and of this one, which
        # the power moves that one up by.
        whole = part = np.uint64(0)
        power = np.uint64(1)
        first = np.int64(0)  # of this sentence
        before = _SILENT  # what the last character that speaks was
        gap = np.int64(0)  # where the silence after it began
        ended = False  # whether a sentence ended in it
        for i in range(1, size + 1):
            kind = np.int64(kinds[i])
            if kind >= _SILENT:
                if gap == 0:
                    gap = i
                ended |= kind == _END
                continue
            if gap > 0 or label > 0:
                labelled = 0 < label <= i
                close = labelled or (ended and not _turns(cp, kinds, i, turns))
                if close and power != np.uint64(1):
                    values[n] = mix(part)
                    if placed:
                        spans[n, 0], spans[n, 1] = first - 1, (gap if gap > 0 else i) - 1
                    n += 1
                    whole = whole * power + part
                    part, power = np.uint64(0), np.uint64(1)
                if labelled:
                    label = 0
                # Silence parts two numbers as it stands, two words however it is written.
                stop = gap
                if gap > 0 and _is_number(before) and _is_number(kind):
                    stop = i
                elif gap > 0 and before in (_SPACED, _DIGIT) and kind in (_SPACED, _DIGIT):
                    cp[gap] = 32
                    stop = gap + 1
                for k in range(gap, stop):
                    if power == np.uint64(1):
                        whole = whole * _BASE + np.uint64(cp[k])
                    else:
                        part, power = part * _BASE + np.uint64(cp[k]), power * _BASE
                gap, ended = np.int64(0), False
            if power == np.uint64(1):
                first = np.int64(i)
            part, power = part * _BASE + np.uint64(cp[i]), power * _BASE
            before = kind
        if power != np.uint64(1):
            values[n] = mix(part)
            if placed:
                spans[n, 0], spans[n, 1] = first - 1, (gap if gap > 0 else size + 1) - 1
            n += 1
        values[head] = mix(whole * power + part)
        starts[unit + 1] = n


@kernel
def stands_in(
    values: U64,
    starts: I64,
    a: I64,
    b: I64,
    same: Bools,
    within: Bools,
) -> None:
    """Fill whether text ``a[i]`` says what ``b[i]`` does, and whether it stands in it.

    Parameters
    ----------
    values, starts : uint64[:], int64[n + 1]
        As ``sentence_hashes`` fills them.
    a, b : int64[m]
        Pairs of texts.
    same, within : bool[m]
        Filled: whether all is the same, and whether the sentences of ``a[i]`` (its label too) are
        sentences of ``b[i]``, in one run.
    """
    longest = np.int64(0)
    for text in a:
        longest = max(longest, starts[text + 1] - starts[text])
    back = np.empty(longest, np.int64)
    for pair in range(len(a)):
        i, j = starts[a[pair]], starts[b[pair]]
        same[pair] = values[i] == values[j]
        i, j = i + 1, j + 1
        size = starts[a[pair] + 1] - i
        found = False
        if 0 < size <= starts[b[pair] + 1] - j:
            # Knuth, Morris and Pratt, "Fast Pattern Matching in Strings" (1977): some documents
            # are one sentence over and over.
            k = np.int64(0)
            for p in range(size):
                while k > 0 and values[i + p] != values[i + k]:
                    k = back[k - 1]
                k += p > 0 and values[i + p] == values[i + k]
                back[p] = k
            k = np.int64(0)
            while not found and j < starts[b[pair] + 1]:
                while k > 0 and values[j] != values[i + k]:
                    k = back[k - 1]
                k += values[j] == values[i + k]
                found = k == size
                j += 1
        within[pair] = found
