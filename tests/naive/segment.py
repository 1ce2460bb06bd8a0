"""Units of a text, cut with regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
MARKS = re.compile("[。｡！？!?；;….．”’」』）)》〉】〗〕\\]］}｝｣›»＂＇\"']+")
ENDER = re.compile("[。｡！？!?；;…．]")
DIGITS = "0123456789０１２３４５６７８９"


class Unit(NamedTuple):
    line: int
    start: int
    end: int
    drop_end: int


def lines_of(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where each line starts, ends, and ends with its terminator."""
    at = 0
    while at < len(text):
        found = LINE.match(text, at)
        assert found
        yield at, found.end(1), found.end()
        at = found.end()


def has_word(line: str) -> bool:
    return any(sign.isalnum() or ord(sign) > 0xFFFF for sign in line)


def cuts(line: str) -> list[int]:
    """Return where a line is cut, after the white space that follows a sentence."""
    found = []
    for run in MARKS.finditer(line):
        marks = run[0]
        if marks[0] in ".．" and run.start() and line[run.start() - 1] in DIGITS:
            marks = marks[1:]
        body = re.sub("^[^。｡！？!?；;….．]+", "", marks)
        rest = line[run.end() :]
        after = rest.lstrip()
        ends = ENDER.search(body) or (body.startswith(".") and rest[:1].isspace())
        if ends and after and not MARKS.match(after):
            found.append(len(line) - len(after))
    return found


def units(text: str, unit: str) -> list[Unit]:
    found: list[Unit] = []
    after_part = True
    for number, (start, end, drop_end) in enumerate(lines_of(text), 1):
        line = text[start:end]
        parts = not has_word(line) if unit in ("blank", "indent") else not line.strip()
        begins = after_part or (unit == "indent" and line[:1].isspace())
        if parts:
            pass
        elif unit == "line" or (unit in ("blank", "indent") and begins):
            found.append(Unit(number, start, end, drop_end))
        elif unit in ("blank", "indent"):
            found[-1] = found[-1]._replace(end=end, drop_end=drop_end)
        elif unit == "sentence":
            borders = [0, *cuts(line), len(line)]
            for first, last in pairwise(borders):
                length = len(line[first:last].rstrip())
                found.append(Unit(number, start + first, start + first + length, start + last))
            if len(borders) == 2:
                found[-1] = found[-1]._replace(drop_end=drop_end)
        after_part = parts
    if unit == "document" and text.strip():
        found.append(Unit(1, 0, len(re.sub(r"(\r\n|\r|\n)\Z", "", text)), len(text)))
    return found
