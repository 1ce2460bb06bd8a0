"""Whether a document is hard-wrapped, margin after margin, on lists of lines."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from naive.segment import has_word, lines_of

CLOSERS = "”’」』）)》〉】〗〕]］}｝｣›»＂＇\"'"
ENDS = "。｡！？!?；;….．"


class Line(NamedTuple):
    text: str

    @property
    def size(self) -> int:
        return len(self.text.encode())

    @property
    def width(self) -> int:
        columns = 0
        for sign in self.text.rstrip():
            columns += 8 - columns % 8 if sign == "\t" else wide(sign)
        return columns

    @property
    def is_open(self) -> bool:
        last = self.text.rstrip()[-1]
        return has_word(last) or last in ",，、"

    @property
    def ends_sentence(self) -> bool:
        bare = self.text
        while bare and (bare[-1].isspace() or bare[-1] in CLOSERS):
            bare = bare[:-1]
        return bool(bare) and bare[-1] in ENDS

    @property
    def first_word(self) -> int:
        """Columns the first word takes with the space in front of it; a Han character has none."""
        start = next(at for at, sign in enumerate(self.text) if has_word(sign))
        word = 1
        for sign in self.text[start:]:
            if wide(sign) == 2:
                return word if word > 1 else 2
            if sign.isspace():
                break
            word += 1
        return word


def wide(sign: str) -> int:
    return 2 if ord(sign) >= 0x2E80 else 1


def layout(text: str) -> str:
    lines = [Line(text[start:end]) for start, end, _ in lines_of(text)]
    blocks = sum(
        has_word(line.text) and (at == 0 or not has_word(lines[at - 1].text))
        for at, line in enumerate(lines)
    )
    pairs = [
        (line, following)
        for line, following in pairwise(lines)
        if has_word(line.text) and has_word(following.text)
    ]
    may_be_wrapped = sum(
        line.size for line, _ in pairs if line.size > 640 or (line.size >= 40 and line.width >= 40)
    )
    broken = [
        (line, following)
        for line, following in pairs
        if 40 <= line.size <= 640 and 40 <= line.width <= 160 and line.is_open
    ]
    best = agreeing = 0
    for margin in range(161):
        agree = [
            line.size
            for line, following in broken
            if line.width <= margin < line.width + following.first_word + 6
        ]
        if sum(agree) > best:
            best, agreeing = sum(agree), len(agree)
    sentences = sum(has_word(line.text) and line.ends_sentence for line in lines)
    if agreeing < 3 or agreeing > 12 * sentences:
        return "line"
    if best * 4 < may_be_wrapped or best * 12 < len(text.encode()):
        return "line"
    indented = [pair for pair in pairs if pair[1].text[0].isspace()]
    hanging = sum(pair in broken for pair in indented)
    parting = sum(line.ends_sentence for line, _ in indented)
    return "indent" if parting > blocks and parting >= 4 * hanging else "blank"
