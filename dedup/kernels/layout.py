"""Line ends of a document told apart: those of its paragraphs, or breaks at a margin."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import inner, kernel
from dedup.kernels.segment import (
    BLANK,
    CLOSER,
    DIGIT,
    ENDER,
    INDENT,
    LETTER,
    LINE,
    SPACE,
    after_line,
)
from dedup.kernels.utf8 import decode

__all__ = [
    "AGREEING",
    "HANGING",
    "LEAST",
    "MOST",
    "SENTENCE",
    "SHARE",
    "SLACK",
    "WHOLE",
    "WIDE",
    "layouts",
]

LEAST, MOST = 40, 160
"""Columns of a line that says something of a margin, and the widest margin that is looked for.

Text is wrapped at 60 to 100 columns nearly always. Shorter lines (headings, verses, lists, code)
end where they end in either kind of document.
"""
SLACK = 6
"""Columns that a line may stay behind the margin, beside the word that did not fit.

People do not fill lines to the last column. Of 150 wrapped manual pages 131 are found; with 0, 2,
4 and 12 columns it is 116, 121, 127 and 132, and what is no wrapped text speaks the more for some
margin by chance, the more columns there are.
"""
AGREEING = 3
"""Lines at least that have to be broken at the margin: one or two are so by chance."""
SHARE = 4
"""One part in this many of the text that may be wrapped has to be, at that margin.

Of the 4,812 documents of six corpora whose lines are paragraphs (laws, reports, chapters,
translations) none reaches it, and with their blank lines taken out 3 do. The 19 manual pages that
stay below it are lists and tables, with hardly a paragraph in them.
"""
WHOLE = 12
"""One part in this many of the whole document, too.

So the wrapped notice at the end of a licence that is not wrapped decides nothing. Of the wrapped
licences that the rules above find, the share of 19 is below .084, and of the next .101; of the
manual pages, the smallest is .098.
"""
SENTENCE = 12
"""Lines broken off, at most, for each line that a sentence ends with.

Headlines are of much the same length, and no mark ends them: of 400 lists of 20 titles of laws 80
to 400 would be taken for wrapped text, by the columns of slack, and none is. It costs 60 of 2,138
wrapped licences, most of which have lost their marks.
"""
HANGING = 4
"""Indented lines after the end of a sentence, for each that may go on with the line before.

First lines of paragraphs are indented, with no blank lines between, in 2 of the wrapped licences:
15 such lines for none, and 28 for 2. Lists, whose items hang, have 3.5 for one at most.
"""
WIDE = 0x2E80
"""Code points from here on take two columns: Han and what is set with it."""


@inner
def _extent(data: Any, i: int, end: int, classes: Any) -> tuple[int, bool]:
    """Return the columns up to the last sign of a line, and whether it may be a break there.

    It may after a letter, a digit or a comma: nothing else leaves a sentence open for sure.
    """
    column = np.int64(0)
    width = np.int64(0)
    is_open = False
    while i < end:
        code, i = decode(data, i)
        kind = np.int64(classes[code]) if code <= 0xFFFF else np.int64(LETTER)
        if code == 9:
            column += 8 - column % 8
        else:
            column += 2 if code >= WIDE else 1
        if kind != SPACE:
            width = column
            is_open = LETTER <= kind <= DIGIT or code in (0x2C, 0xFF0C, 0x3001)
    return width, is_open


@inner
def _ends_sentence(data: Any, begin: int, end: int, classes: Any) -> bool:
    """Say whether the last sign of a line ends a sentence, closing marks and white space aside."""
    while end > begin:
        end -= 1
        while data[end] & 0xC0 == 0x80:
            end -= 1
        code, _ = decode(data, end)
        if code > 0xFFFF:
            return False
        if classes[code] != SPACE and classes[code] != CLOSER:
            return bool(classes[code] >= ENDER)
    return False


@inner
def _first_word(data: Any, i: int, hi: int, classes: Any) -> int:
    """Return the columns that the word at byte ``i`` would have taken on the line before."""
    columns = np.int64(1)  # and the space in front of it
    while i < hi:
        code, i = decode(data, i)
        if code >= WIDE:
            return columns if columns > 1 else np.int64(2)
        if classes[code] == SPACE:
            break
        columns += 1
    return columns


@inner
def _next_line(data: Any, end: int, hi: int) -> int:
    """Return where the line after the one that ends at byte ``end`` begins."""
    if end >= hi:
        return end
    return end + 2 if data[end] == 13 and end + 1 < hi and data[end + 1] == 10 else end + 1


@inner
def _is_wrapped(data: Any, i: int, hi: int, classes: Any, votes: Any) -> int:
    """Return how many lines are broken off at one margin, 0 if the text is not wrapped there.

    A line that another one follows directly speaks for every margin at which it fits and the first
    word of the next does not: a range of columns. The margin that most of the text speaks for is
    the one at which it is wrapped, if it is. Text is weighed in bytes.
    """
    whole = hi - i
    total = np.int64(0)
    votes[:] = 0
    before = np.int64(-1)  # where the line before begins and ends, -1 if it parts blocks
    before_end = np.int64(-1)
    while i < hi:
        word, end, _ = after_line(data, i, hi, classes)
        size = before_end - before
        if word < end and before >= 0 and size > 4 * MOST:
            total += size
        elif word < end and before >= 0 and size >= LEAST:
            width, is_open = _extent(data, before, before_end, classes)
            if width >= LEAST:
                total += size
            if is_open and LEAST <= width <= MOST:
                last = min(width + _first_word(data, word, end, classes) + SLACK, MOST + 1)
                votes[0, width] += size
                votes[0, last] -= size
                votes[1, width] += 1
                votes[1, last] -= 1
        before = i if word < end else np.int64(-1)
        before_end = end
        i = _next_line(data, end, hi)
    weight = np.int64(0)
    lines = np.int64(0)
    best = np.int64(0)
    agreeing = np.int64(0)
    for column in range(MOST + 1):
        weight += votes[0, column]
        lines += votes[1, column]
        if weight > best:
            best = weight
            agreeing = lines
    if agreeing < AGREEING or best * SHARE < total or best * WHOLE < whole:
        agreeing = np.int64(0)
    return agreeing


@inner
def _ends_and_starts(data: Any, i: int, hi: int, classes: Any) -> tuple[int, bool]:
    """Return how many lines end a sentence, and whether indentation parts paragraphs."""
    sentences = np.int64(0)
    blocks = np.int64(0)
    parting = np.int64(0)  # lines that are indented after the end of a sentence,
    hanging = np.int64(0)  # and after what may be a break
    before = np.int64(-1)
    before_end = np.int64(-1)
    while i < hi:
        word, end, indented = after_line(data, i, hi, classes)
        ended = before >= 0 and _ends_sentence(data, before, before_end, classes)
        sentences += ended
        blocks += before < 0 and word < end
        if word < end and before >= 0 and indented:
            parting += ended
            if LEAST <= before_end - before <= 4 * MOST:
                width, is_open = _extent(data, before, before_end, classes)
                hanging += is_open and LEAST <= width <= MOST
        before = i if word < end else np.int64(-1)
        before_end = end
        i = _next_line(data, end, hi)
    sentences += before >= 0 and _ends_sentence(data, before, before_end, classes)
    return sentences, parting > blocks and parting >= HANGING * hanging


@kernel
def layouts(data: Any, starts: Any, classes: Any, votes: Any, kinds: Any) -> None:
    """Fill ``kinds`` (uint8) with the mode of segmentation of each document.

    ``data`` (uint8) and ``starts`` (int64, one more than documents) are the texts; ``classes``
    (uint8, 65536) is that of segmentation; ``votes`` (int64, 2 × (``MOST`` + 2)) is scratch.
    """
    for document in range(len(starts) - 1):
        lo = np.int64(starts[document])
        hi = np.int64(starts[document + 1])
        kinds[document] = LINE
        agreeing = _is_wrapped(data, lo, hi, classes, votes)
        if agreeing > 0:
            sentences, parted = _ends_and_starts(data, lo, hi, classes)
            if agreeing <= SENTENCE * sentences:
                kinds[document] = INDENT if parted else BLANK
