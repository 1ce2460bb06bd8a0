"""What a text says, sentence by sentence, on Python strings and with regular expressions."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from dedup.masking import NUMERALS
from naive.words import MASK, mix

SILENT = {"Ps", "Pe", "Pi", "Pf", "Pd", "Zs", "Zl", "Zp", "Cc", "Cf"}
HAN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u312f\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0010ffff]"
)
TURN = re.compile("但|不过|然而|(but|however|except|unless)(?![a-z])")


class Said(NamedTuple):
    whole: str
    parts: list[str]  # the label, if there is one, and every sentence


def speaks(c: str) -> bool:
    """Whether a character that needs no neighbours to tell says something."""
    if c in ",、;:\"'…·•‧。!.?-#*":
        return False
    if c in "{}":
        return True
    return c.isalnum() or ord(c) >= 0x20000 or unicodedata.category(c) not in SILENT


def is_number(c: str) -> bool:
    return c in NUMERALS or (spaced(c) and c.isnumeric())


def spaced(c: str) -> bool:
    return c.isalnum() and not HAN.match(c)


NUMBER = f"[{''.join(filter(is_number, map(chr, range(0x110000))))}]"
LABEL = re.compile(f"(第{NUMBER}+条(之{NUMBER}+)?)|({NUMBER}+[、).](?!{NUMBER}))")


def spoken(text: str, i: int) -> bool:
    """Whether character ``i`` is part of what the text says."""
    c, before, after = text[i], text[:i][-1:], text[i + 1 : i + 2]
    if c in ".-":
        return bool(after) and spaced(after) and after.isnumeric()
    if c == "?":
        return bool(before and after) and speaks(before) and speaks(after)
    if c == "*":
        return i not in bold_marks(text)
    if c == "#":
        heads = after in ("", " ", "#") or bool(HAN.match(after))
        return not heads or (bool(before) and speaks(before))
    return speaks(c)


def bold_marks(text: str) -> set[int]:
    """Return where pairs of stars stand before and after what they make bold."""
    marks: set[int] = set()
    begun = False
    for stars in re.finditer(r"\*+", text):
        left, right = text[: stars.start()][-1:], text[stars.end() :][:1]
        speaking = bool(left) and speaks(left), bool(right) and speaks(right)
        pair = len(stars[0]) == 2
        ends_it = pair and speaking[0] and (begun or not speaking[1])
        begun = pair and speaking == (False, True)
        if ends_it or begun:
            marks.update(range(*stars.span()))
    return marks


def ends(text: str, i: int) -> bool:
    """Whether a sentence ends in the silent character ``i``."""
    if text[i] == ".":
        digit = i > 0 and spaced(text[i - 1]) and text[i - 1].isnumeric()
        return text[i + 1 : i + 2] in ("", " ") and not digit
    return text[i] in "。!?"


def said(text: str) -> Said:
    start = next((i for i, c in enumerate(text) if speaks(c)), len(text))
    label = LABEL.match(text, start)
    stop = label.end() if label else 0
    whole, parts, silence = "", [""], ""
    ended = False
    for i, c in enumerate(text):
        if not spoken(text, i):
            silence += c
            ended = ended or ends(text, i)
            continue
        parted = parting(whole[-1:], silence, c)
        whole += parted + c
        first = bool(stop) and i >= stop
        if parts[-1] and (first or (ended and not TURN.match(text, i))):
            parts.append("")
        parts[-1] += (parted if parts[-1] else "") + c
        stop = 0 if first else stop
        silence, ended = "", False
    return Said(whole, [part for part in parts if part])


def parting(before: str, silence: str, after: str) -> str:
    """Return what of the silence between two characters is not silent."""
    if not before or not silence:
        return ""
    if is_number(before) and is_number(after):
        return silence
    return " " if spaced(before) and spaced(after) else ""


def hashes(text: str) -> list[int]:
    told = said(text)
    return [mix(spelt(part)) for part in (told.whole, *told.parts)]


def spelt(part: str) -> int:
    h = 0
    for c in part:
        h = h * 0x9FB21C651E98DF25 + ord(c) & MASK
    return h


def same(a: str, b: str) -> bool:
    return said(a).whole == said(b).whole


def within(a: str, b: str) -> bool:
    """Whether the sentences of ``a`` are sentences of ``b`` in one run."""
    one, other = said(a).parts, said(b).parts
    return bool(one) and any(
        other[at : at + len(one)] == one for at in range(len(other) - len(one) + 1)
    )
