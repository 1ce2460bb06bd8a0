"""Where text sits in raw bytes: the value of a key in a line of JSON, and code points of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import inner, kernel

__all__ = ["byte_offsets", "find_values"]

_BROKEN = 0xFFFD
_QUOTE, _BACKSLASH, _COMMA, _COLON = 0x22, 0x5C, 0x2C, 0x3A


@inner
def _hex(data: Any, at: int, end: int) -> int:
    """Return the number that four hexadecimal digits at ``at`` write, or -1."""
    if at + 4 > end:
        return np.int64(-1)
    number = np.int64(0)
    for i in range(at, at + 4):
        digit = np.int64(data[i])
        if digit >= 0x61:
            digit -= 0x57
        elif digit >= 0x41:
            digit -= 0x37
        else:
            digit -= 0x30
        number = number << 4 | digit
    return number


@inner
def _step(data: Any, at: int, end: int, escape: int) -> tuple[int, int]:
    """Return where the next code point starts, and the one at ``at``.

    Broken UTF-8 is cut up as Python's ``errors="replace"`` does it: one U+FFFD for each longest
    start of a well-formed sequence (Unicode 15, section 3.9, "maximal subparts"). If ``escape`` is
    the backslash, it opens an escape of RFC 8259, section 7, and two surrogates in a row are one;
    if it is the quotation mark, it stands doubled.
    """
    first = np.int64(data[at])
    if first < 0x80:
        if first != escape or at + 1 >= end:
            return at + 1, first
        if escape == _QUOTE:
            return at + 2, first
        letter = np.int64(data[at + 1])
        if letter != 0x75:
            if letter == 0x6E:
                letter = np.int64(0x0A)
            elif letter == 0x74:
                letter = np.int64(0x09)
            elif letter == 0x72:
                letter = np.int64(0x0D)
            elif letter == 0x62:
                letter = np.int64(0x08)
            elif letter == 0x66:
                letter = np.int64(0x0C)
            return at + 2, letter
        high = _hex(data, at + 2, end)
        if high < 0:
            return end, np.int64(_BROKEN)
        if (
            0xD800 <= high < 0xDC00
            and at + 12 <= end
            and data[at + 6] == escape
            and data[at + 7] == 0x75
        ):
            low = _hex(data, at + 8, end)
            if 0xDC00 <= low < 0xE000:
                return at + 12, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
        return at + 6, high
    least, most = np.int64(0x80), np.int64(0xBF)
    if 0xC2 <= first <= 0xDF:
        more, point = 1, first & 0x1F
    elif 0xE0 <= first <= 0xEF:
        more, point = 2, first & 0x0F
        if first == 0xE0:
            least = np.int64(0xA0)
        elif first == 0xED:
            most = np.int64(0x9F)
    elif 0xF0 <= first <= 0xF4:
        more, point = 3, first & 0x07
        if first == 0xF0:
            least = np.int64(0x90)
        elif first == 0xF4:
            most = np.int64(0x8F)
    else:
        return at + 1, np.int64(_BROKEN)
    for i in range(at + 1, at + 1 + more):
        if i >= end:
            return i, np.int64(_BROKEN)
        byte = np.int64(data[i])
        if byte < least or byte > most:
            return i, np.int64(_BROKEN)
        point = point << 6 | byte & 0x3F
        least, most = np.int64(0x80), np.int64(0xBF)
    return at + 1 + more, point


@inner
def _equals(data: Any, at: int, end: int, key: Any) -> bool:
    """Say whether the inside of a JSON string is the code points ``key``."""
    for wanted in key:
        if at >= end:
            return False
        at, point = _step(data, at, end, np.int64(_BACKSLASH))
        if point != wanted:
            return False
    return bool(at == end)


@kernel
def find_values(
    data: Any, marks: Any, starts: Any, ends: Any, key: Any, value_starts: Any, value_ends: Any
) -> None:
    """Find the string that each line's object has under ``key``, the last one of several.

    Parameters
    ----------
    data : uint8
        Lines of JSON. Other bytes give other answers and do no harm.
    marks : int64
        Where in ``data`` there is a quote or a backslash: strings are long, and these are few.
    starts, ends : int64
        Bytes of ``data``, one pair for each line, ascending.
    key : int64
        Code points.
    value_starts, value_ends : int64
        Filled: what lies between the quotes, or -1 where there is no such string.
    """
    mark = 0
    for line in range(len(starts)):
        value_start, value_end = np.int64(-1), np.int64(-1)
        at, end = starts[line], ends[line]
        depth = 0
        is_key = matches = False
        while at < end:
            byte = data[at]
            at += 1
            if byte == _QUOTE:
                opened = at
                while True:
                    while mark < len(marks) and marks[mark] < at:
                        mark += 1
                    at = marks[mark] if mark < len(marks) else end
                    if at >= end or data[at] == _QUOTE:
                        break
                    at += 2
                closed = min(at, end)
                at += 1
                if depth == 1:
                    if is_key:
                        matches = _equals(data, opened, closed, key)
                    elif matches:
                        value_start, value_end = opened, closed
            elif byte in (0x7B, 0x5B):  # { [
                depth += 1
                is_key = depth == 1
            elif byte in (0x7D, 0x5D):  # } ]
                depth -= 1
            elif depth == 1:
                if byte == _COMMA:
                    is_key, matches = True, False
                elif byte == _COLON:
                    is_key = False
                    if matches:
                        value_start, value_end = np.int64(-1), np.int64(-1)
        value_starts[line] = value_start
        value_ends[line] = value_end


@kernel
def byte_offsets(
    data: Any, starts: Any, ends: Any, first: Any, points: Any, escapes: Any, out: Any
) -> None:
    """Find the bytes at which code points start.

    Parameters
    ----------
    data : uint8
    starts, ends : int64
        Bytes of ``data``, one pair for each of n texts.
    first : int64
        n + 1 indices: the points of text i are ``points[first[i] : first[i + 1]]``.
    points : int64
        Code points from the start of their text, ascending within it.
    escapes : int64
        For each text: the backslash if it is the inside of a JSON string, the quotation mark if of
        a quoted CSV field, -1 if nothing is escaped.
    out : int64
        Filled for each point: bytes from the start of ``data``, or -1 where the text is shorter.
    """
    for text in range(len(starts)):
        at, end, escape = starts[text], ends[text], escapes[text]
        passed = np.int64(0)
        for i in range(first[text], first[text + 1]):
            while passed < points[i] and at < end:
                byte = data[at]
                if byte < 0x80 and byte != escape:
                    at += 1
                elif (
                    0xE1 <= byte <= 0xEC  # most of Chinese, and nothing to watch in three bytes
                    and at + 2 < end
                    and data[at + 1] & 0xC0 == 0x80
                    and data[at + 2] & 0xC0 == 0x80
                ):
                    at += 3
                else:
                    at, _ = _step(data, at, end, escape)
                passed += 1
            out[i] = at if passed == points[i] and at >= 0 else -1
