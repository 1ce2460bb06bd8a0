"""UTF-8 texts cut into units, counted first and written down in a second walk."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import kernel
from dedup.kernels.utf8 import decode

__all__ = [
    "CLOSER",
    "DIGIT",
    "DOT",
    "ENDER",
    "MODES",
    "OTHER",
    "SPACE",
    "WIDE_DOT",
    "lines",
    "sentences",
]

OTHER, SPACE, ENDER, DOT, WIDE_DOT, CLOSER, DIGIT = range(7)
MODES = ("line", "blank", "document", "sentence")
LINE, BLANK, DOCUMENT, SENTENCE = range(4)

# Rows of the table that the walks fill.
DOC, NUMBER, AT_LINE, START, END, DROP_END, BYTE_START, BYTE_END = range(8)

STRIDE = 32


@kernel
def _after_terminator(data: Any, i: int, hi: int) -> int:
    """Return where the line after the terminator at byte ``i`` begins."""
    if i >= hi:
        return i
    return i + 2 if data[i] == 13 and i + 1 < hi and data[i + 1] == 10 else i + 1


@kernel
def _line_end(data: Any, i: int, hi: int) -> tuple[int, int]:
    """Return where the line that goes on at byte ``i`` ends, and the code points until there."""
    count = np.int64(0)
    while i + STRIDE <= hi:
        found = np.uint8(0)
        leads = np.uint8(0)
        for j in range(STRIDE):
            byte = data[i + j]
            found |= np.uint8(byte == 10) | np.uint8(byte == 13)
            leads += np.uint8((byte & 0xC0) != 0x80)
        if found:
            break
        count += np.int64(leads)
        i += STRIDE
    while i < hi and data[i] != 10 and data[i] != 13:
        count += np.int64((data[i] & 0xC0) != 0x80)
        i += 1
    return i, count


@kernel
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


@kernel
def lines(data: Any, starts: Any, mode: int, classes: Any, rows: Any) -> int:
    """Walk over lines, blocks between blank lines, or documents, and return how many there are.

    ``data`` (uint8) and ``starts`` (int64, one more than documents) are the texts; ``classes``
    (uint8, 65536) knows white space. ``rows`` (int64, 8 × units) is filled unless it is empty.
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
            if blank:
                goes_on = goes_on and mode == DOCUMENT
                continue
            if not goes_on:
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
def sentences(data: Any, starts: Any, mode: int, classes: Any, rows: Any) -> int:
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
            end = np.int64(-1)  # after its last character that is not white space
            byte_end = i
            before = np.int64(SPACE)  # class of the last character
            ended = False  # a run of marks that ends a sentence has been read, or is being read
            waits = False  # such a run, if white space follows
            in_run = False
            while i < hi and data[i] != 10 and data[i] != 13:
                code, after = decode(data, i)
                kind = np.int64(classes[code]) if code <= 0xFFFF else np.int64(OTHER)
                mark = ENDER <= kind <= CLOSER
                if kind == SPACE:
                    ended = ended or (in_run and waits)
                    in_run = False
                elif mark:
                    if not in_run:
                        ended = False
                        waits = kind == DOT and before != DIGIT
                        in_run = waits or kind == ENDER or (kind == WIDE_DOT and before != DIGIT)
                    if in_run and (kind == ENDER or (kind == WIDE_DOT and before != DIGIT)):
                        ended = True
                else:
                    in_run = False
                    if ended:
                        if fill:
                            rows[DOC, units] = document
                            rows[NUMBER, units] = units - first
                            rows[AT_LINE, units] = line
                            rows[START, units] = begin
                            rows[END, units] = end
                            rows[DROP_END, units] = at
                            rows[BYTE_START, units] = byte_begin - lo
                            rows[BYTE_END, units] = byte_end - lo
                        units += 1
                        begin = at
                        byte_begin = i
                        ended = False
                at += 1
                i = after
                if kind != SPACE:
                    end = at
                    byte_end = i
                before = kind
            terminator = i
            i = _after_terminator(data, i, hi)
            if end > begin:  # else the line is blank
                if fill:
                    rows[DOC, units] = document
                    rows[NUMBER, units] = units - first
                    rows[AT_LINE, units] = line
                    rows[START, units] = begin
                    rows[END, units] = end
                    rows[DROP_END, units] = at + (i - terminator if units == first_of_line else 0)
                    rows[BYTE_START, units] = byte_begin - lo
                    rows[BYTE_END, units] = byte_end - lo
                units += 1
            at += i - terminator
    return units
