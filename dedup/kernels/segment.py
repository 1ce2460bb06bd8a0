"""UTF-8 texts cut into units, counted first and written down in a second walk."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import inner, kernel
from dedup.kernels.utf8 import decode, word_at

__all__ = [
    "BLANK",
    "CLOSER",
    "DIGIT",
    "DOT",
    "ENDER",
    "INDENT",
    "LETTER",
    "LINE",
    "MODES",
    "OTHER",
    "SPACE",
    "WIDE_DOT",
    "after_line",
    "lines",
    "sentences",
]

OTHER, LETTER, DIGIT, SPACE, ENDER, DOT, WIDE_DOT, CLOSER = range(8)
MODES = ("line", "blank", "indent", "document", "sentence")
LINE, BLANK, INDENT, DOCUMENT, SENTENCE = range(5)

# Rows of the table that the walks fill.
DOC, NUMBER, AT_LINE, START, END, DROP_END, BYTE_START, BYTE_END = range(8)

ONES = np.uint64(0x0101010101010101)
TOPS = np.uint64(0x8080808080808080)
NEWLINES = np.uint64(0x0A0A0A0A0A0A0A0A)
RETURNS = np.uint64(0x0D0D0D0D0D0D0D0D)
S6, S7, S56 = np.uint64(6), np.uint64(7), np.uint64(56)


@inner
def _after_terminator(data: Any, i: int, hi: int) -> int:
    """Return where the line after the terminator at byte ``i`` begins."""
    if i >= hi:
        return i
    return i + 2 if data[i] == 13 and i + 1 < hi and data[i + 1] == 10 else i + 1


@inner
def _line_end(data: Any, i: int, hi: int) -> tuple[int, int]:
    """Return where the line that goes on at byte ``i`` ends, and the code points until there."""
    count = np.int64(0)
    while i + 8 <= hi:
        word = word_at(data, i)
        newline = word ^ NEWLINES
        carriage = word ^ RETURNS
        if ((newline - ONES) & ~newline | (carriage - ONES) & ~carriage) & TOPS:
            break  # a byte of one of the two is zero
        following = word >> S7 & ~(word >> S6) & ONES  # bytes 10xxxxxx, which start nothing
        count += 8 - np.int64(following * ONES >> S56)
        i += 8
    while i < hi and data[i] != 10 and data[i] != 13:
        count += np.int64((data[i] & 0xC0) != 0x80)
        i += 1
    return i, count


@inner
def _skip_white(data: Any, i: int, hi: int, classes: Any) -> tuple[int, int]:
    """Return where white space of the line at byte ``i`` ends, and the code points until there."""
    count = np.int64(0)
    while i < hi and data[i] != 10 and data[i] != 13:
        code, after = decode(data, i)
        if code > 0xFFFF or classes[code] != SPACE:
            break
        i = after
        count += 1
    return i, count


@inner
def _word_start(data: Any, i: int, hi: int, classes: Any) -> int:
    """Return where the first letter or digit of the line at byte ``i`` is, or the line's end."""
    while i < hi and data[i] != 10 and data[i] != 13:
        code, after = decode(data, i)
        if code > 0xFFFF or LETTER <= classes[code] <= DIGIT:
            break
        i = after
    return i


@inner
def after_line(data: Any, i: int, hi: int, classes: Any) -> tuple[int, int, bool]:
    """Return where the line at byte ``i`` has its first letter or digit (or ends), where it ends.

    And whether it begins with white space.
    """
    after, white = _skip_white(data, i, hi, classes)
    word = _word_start(data, after, hi, classes)
    end, _ = _line_end(data, word, hi)
    return word, end, white > 0


@kernel
def lines(data: Any, starts: Any, classes: Any, modes: Any, rows: Any) -> int:
    """Walk over lines, blocks of them, or documents, and return how many there are.

    ``data`` (uint8) and ``starts`` (int64, one more than documents) are the texts; ``classes``
    (uint8, 65536) knows white space, letters and digits; ``modes`` (uint8) is of each document.
    ``rows`` (int64, 8 × units) is filled unless it is empty.
    """
    fill = rows.size > 0
    units = np.int64(0)
    for document in range(len(starts) - 1):
        lo = starts[document]
        hi = starts[document + 1]
        mode = modes[document]
        i = np.int64(lo)
        at = np.int64(0)
        line = np.int64(0)
        first = units
        goes_on = False
        end = np.int64(0)
        byte_end = np.int64(lo)
        while i < hi:
            line += 1
            begin = at
            byte_begin = i
            i, white = _skip_white(data, i, hi, classes)
            at += white
            blank = i >= hi or data[i] == 10 or data[i] == 13
            parts = blank
            if not blank and BLANK <= mode <= INDENT:
                word = _word_start(data, i, hi, classes)
                parts = word >= hi or data[word] == 10 or data[word] == 13
            if not blank and (fill or mode != DOCUMENT):
                i, more = _line_end(data, i, hi)
                at += more
            elif not blank:
                units += 1
                break
            end = at
            byte_end = i
            i = _after_terminator(data, i, hi)
            at += i - byte_end
            if parts:
                goes_on = goes_on and mode == DOCUMENT
                continue
            if not goes_on or (mode == INDENT and white > 0):
                if fill:
                    rows[DOC, units] = document
                    rows[NUMBER, units] = units - first
                    rows[AT_LINE, units] = 1 if mode == DOCUMENT else line
                    rows[START, units] = 0 if mode == DOCUMENT else begin
                    rows[BYTE_START, units] = 0 if mode == DOCUMENT else byte_begin - lo
                units += 1
                goes_on = mode != LINE
            if fill:
                rows[END, units - 1] = end
                rows[DROP_END, units - 1] = at
                rows[BYTE_END, units - 1] = byte_end - lo
        if mode == DOCUMENT and fill and units > first:
            rows[END, first] = end
            rows[DROP_END, first] = at
            rows[BYTE_END, first] = byte_end - lo
    return units


@kernel
def sentences(data: Any, starts: Any, classes: Any, rows: Any) -> int:
    """Walk over sentences as ``lines`` does over lines, and return how many there are.

    ``classes`` (uint8, 65536) says of each code point what part it has; those above are OTHER.
    """
    fill = rows.size > 0
    units = np.int64(0)
    for document in range(len(starts) - 1):
        lo = starts[document]
        hi = starts[document + 1]
        i = np.int64(lo)
        at = np.int64(0)
        line = np.int64(0)
        first = units
        while i < hi:
            line += 1
            first_of_line = units
            begin = at  # of the sentence, in code points and bytes
            byte_begin = i
            end = at  # after its last character that is not white space
            byte_end = i
            before = np.int64(SPACE)  # class of the last character
            in_run = False  # a run of marks that may end the sentence is being read
            waits = False  # it does so only if white space follows
            ended = False  # one that does has been read
            stop = False
            while not stop:
                stop = i >= hi or data[i] == 10 or data[i] == 13
                kind = np.int64(OTHER)
                if stop:
                    after = _after_terminator(data, i, hi)
                else:
                    code, after = decode(data, i)
                    if code <= 0xFFFF:
                        kind = np.int64(classes[code])
                if kind <= DIGIT and not (ended or stop):
                    in_run = False
                elif kind == SPACE:
                    ended = ended or (in_run and waits)
                    in_run = False
                elif kind > SPACE:
                    dot = DOT <= kind <= WIDE_DOT and before != DIGIT
                    if not in_run:
                        waits = kind == DOT
                        in_run = kind == ENDER or dot
                        ended = False
                    ended = ended or kind == ENDER or (kind == WIDE_DOT and dot)
                else:
                    if end > begin:  # else the line is blank
                        if fill:
                            alone = stop and units == first_of_line
                            rows[DOC, units] = document
                            rows[NUMBER, units] = units - first
                            rows[AT_LINE, units] = line
                            rows[START, units] = begin
                            rows[END, units] = end
                            rows[DROP_END, units] = at + after - i if alone else at
                            rows[BYTE_START, units] = byte_begin - lo
                            rows[BYTE_END, units] = byte_end - lo
                        units += 1
                    begin = at
                    byte_begin = i
                    in_run = False
                    ended = False
                at += after - i if stop else 1
                i = after
                if kind != SPACE:
                    end = at
                    byte_end = i
                before = kind
    return units
