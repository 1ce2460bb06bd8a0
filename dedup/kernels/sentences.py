"""Sentences of each text as hashes of what they say, and whether one text stands in another."""

from __future__ import annotations

import numpy as np

from dedup.columns import I64, U8, U32, U64, Bools
from dedup.kernels import inner, kernel
from dedup.kernels.shingle import mix
from dedup.kernels.utf8 import decode
from dedup.kernels.words import word_hash

__all__ = ["sentence_hashes", "stands_in"]

# What a code point is to a sentence, as ``dedup.sentences`` numbers it.
_SYMBOL, _LETTER, _NUMERAL, _SPACED, _DIGIT, _SILENT, _END, _UNCLEAR = range(8)
_BASE = np.uint64(0x9FB21C651E98DF25)


@inner
def _plain(cp: U32, i: int, size: int, marks: U8) -> int:
    """Return the mark of character ``i``, whatever stands around it; silence beyond the text."""
    if i < 0 or i >= size:
        return _SILENT
    return np.int64(marks[cp[i]]) if cp[i] < len(marks) else _LETTER


@inner
def _mark(cp: U32, i: int, size: int, marks: U8) -> int:
    """Return the mark of character ``i``, what is unclear told by its neighbours."""
    mark = _plain(cp, i, size, marks)
    if mark != _UNCLEAR:
        return mark
    before, after = _plain(cp, i - 1, size, marks), _plain(cp, i + 1, size, marks)
    space = i + 1 >= size or cp[i + 1] == 32
    if cp[i] == 46:  # a full stop, unless of a decimal or a number in a list
        if after == _DIGIT:
            return _SYMBOL
        return _END if space and before != _DIGIT else _SILENT
    if cp[i] == 63:  # a question, unless a character was lost here
        return _SYMBOL if before < _SILENT and after < _SILENT else _END
    if cp[i] == 45:  # a hyphen, unless a minus
        return _SYMBOL if after == _DIGIT else _SILENT
    if cp[i] == 42:  # two before or after what they make bold, unless for something left out
        first, last = i, i
        while _plain(cp, first - 1, size, marks) == _UNCLEAR and cp[first - 1] == 42:
            first -= 1
        while _plain(cp, last + 1, size, marks) == _UNCLEAR and cp[last + 1] == 42:
            last += 1
        one = _plain(cp, first - 1, size, marks) < _SILENT
        other = _plain(cp, last + 1, size, marks) < _SILENT
        return _SILENT if last - first == 1 and one != other else _SYMBOL
    heads = before >= _SILENT and (space or cp[i + 1] == 35)
    return _SILENT if heads else _SYMBOL  # of a heading, unless of C#


@inner
def _is_number(mark: int) -> bool:
    return mark in (_NUMERAL, _DIGIT)


@inner
def _label(cp: U32, size: int, marks: U8) -> int:
    """Return where the label ends that a text begins with (第三条, 一、, (2), 3.), else 0."""
    i = 0
    while i < size and _plain(cp, i, size, marks) >= _SILENT:
        i += 1
    article = i < size and cp[i] == 0x7B2C  # 第
    i += article
    j = i
    while _is_number(_plain(cp, j, size, marks)):
        j += 1
    if j == i or j >= size:
        return 0
    if article:
        if cp[j] != 0x6761:  # 条
            return 0
        j += 1
        if j < size and cp[j] == 0x4E4B and _is_number(_plain(cp, j + 1, size, marks)):  # 之
            j += 1
            while _is_number(_plain(cp, j, size, marks)):
                j += 1
        return j
    listed = cp[j] in (0x3001, 41, 46)  # 、 ) .
    return j + 1 if listed and not _is_number(_plain(cp, j + 1, size, marks)) else 0


@inner
def _turns(cp: U32, i: int, size: int, marks: U8, turns: U64) -> bool:
    """Return whether a word that turns begins at character ``i``."""
    stop = min(i + 2, size)
    if _plain(cp, i, size, marks) == _SPACED:
        while _plain(cp, stop, size, marks) == _SPACED:
            stop += 1
    one, more = word_hash(cp, i, i + 1), word_hash(cp, i, stop)
    found = False
    for turn in turns:
        found |= turn in (one, more)
    return found


@kernel
def sentence_hashes(
    text: U8,
    offsets: I64,
    marks: U8,
    turns: U64,
    cp: U32,
    values: U64,
    starts: I64,
) -> None:
    """Fill what every text says: a hash of the whole, of its label if any, of each sentence.

    Parameters
    ----------
    text, offsets : uint8[:], int64[n + 1]
        Shadow texts in valid UTF-8.
    marks, turns
        See ``dedup.sentences.Marks``.
    cp : uint32[:]
        Scratch for the longest text.
    values, starts : uint64[:], int64[n + 1]
        Filled; room for one per code point and one more per text.
    """
    n = np.int64(0)
    starts[0] = 0
    for unit in range(len(offsets) - 1):
        size = np.int64(0)
        at = offsets[unit]
        while at < offsets[unit + 1]:
            code, at = decode(text, at)
            cp[size] = code
            size += 1
        head = n
        n += 1
        label = _label(cp, size, marks)
        # Polynomials in _BASE: of all that was said before this sentence, and of this one, which
        # the power moves that one up by.
        whole = part = np.uint64(0)
        power = np.uint64(1)
        before = np.int64(_SILENT)  # what the last character that speaks was
        gap = np.int64(-1)  # where the silence after it began
        ended = False  # whether a sentence ended in it
        for i in range(size):
            c = cp[i]
            mark = np.int64(marks[c]) if c < len(marks) else _LETTER
            if mark == _UNCLEAR:
                mark = _mark(cp, i, size, marks)
            if mark >= _SILENT:
                if gap < 0:
                    gap = i
                ended |= mark == _END
                continue
            if gap >= 0 or label > 0:
                labelled = 0 < label <= i
                close = labelled or (ended and not _turns(cp, i, size, marks, turns))
                if close and power != np.uint64(1):
                    values[n] = mix(part)
                    n += 1
                    whole = whole * power + part
                    part, power = np.uint64(0), np.uint64(1)
                if labelled:
                    label = 0
                # Silence parts two numbers as it stands, two words however it is written.
                numbers = gap >= 0 and _is_number(before) and _is_number(mark)
                words = before in (_SPACED, _DIGIT) and mark in (_SPACED, _DIGIT)
                if gap >= 0 and (numbers or words):
                    for k in range(gap, i if numbers else gap + 1):
                        parting = np.uint64(cp[k] if numbers else 32)
                        if power == np.uint64(1):
                            whole = whole * _BASE + parting
                        else:
                            part, power = part * _BASE + parting, power * _BASE
                gap, ended = np.int64(-1), False
            part, power = part * _BASE + np.uint64(c), power * _BASE
            before = mark
        if power != np.uint64(1):
            values[n] = mix(part)
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
    for pair in range(len(a)):
        i, j = starts[a[pair]], starts[b[pair]]
        same[pair] = values[i] == values[j]
        i, j = i + 1, j + 1
        size = starts[a[pair] + 1] - i
        found = False
        while not found and size > 0 and j + size <= starts[b[pair] + 1]:
            k = np.int64(0)
            while k < size and values[i + k] == values[j + k]:
                k += 1
            found = k == size
            j += 1
        within[pair] = found
