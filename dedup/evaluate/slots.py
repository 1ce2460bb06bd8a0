"""A text with other places, or other figures, as those who fill in a template write it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from dedup.evaluate.names import CITIES, COUNTIES, DEICTIC, PROVINCES

__all__ = ["other_figures", "other_places"]

DIGITS = "〇一二三四五六七八九"
_UNITS = ("", "十", "百")
_COUNTED = "年月日条款项章号次届期名人户件起家所个亿万元亩吨倍天岁"
_FIGURE = re.compile(
    r"\d+(?:\.\d+)?"  # 2,000 is two of them, which does no harm
    rf"|第[{DIGITS}零两十百千]+"
    rf"|[{DIGITS}零两十百千]{{2,}}(?=[{_COUNTED}])|[二三四五六七八九两](?=[{_COUNTED}])"
)


def other_places(text: str, words: Sequence[str], draw: random.Random) -> str | None:
    """Return ``text`` with another place for each one in it; None if it names no place.

    A place is a known name that begins and ends with a word of ``words``, which joined are
    ``text``; or 我市, 全县 and the like. Each occurrence of a name gets the same other name.
    """
    bounds = {0, *accumulate(map(len, words))}
    others: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        if not bounds.issuperset(match.span()):
            return match[0]
        kind = match.lastgroup or ""
        name = match[kind]
        if name not in others:
            others[name] = _another(name, kind, draw)
        return others[name] + match[0][len(name) :]

    changed = _places().sub(other, text)
    return changed if others else None


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    counties, provinces, cities = (
        "|".join(sorted(names.split(), key=len, reverse=True))
        for names in (COUNTIES, PROVINCES, CITIES)
    )
    deictic = "".join(f"[{characters}]" for characters in DEICTIC)
    return re.compile(
        f"(?P<county>{counties})|(?P<province>{provinces})省?|(?P<city>{cities})市?"
        f"|(?P<deictic>{deictic})"
    )


def _another(name: str, kind: str, draw: random.Random) -> str:
    if kind == "deictic":
        return name[0] + draw.choice(DEICTIC[1].replace(name[1], ""))
    names = {"county": COUNTIES, "province": PROVINCES, "city": CITIES}[kind]
    while (other := draw.choice(names.split())) == name:
        pass
    return other


def other_figures(text: str, draw: random.Random) -> str | None:
    """Return ``text`` with another figure for each one in it; None if it has none.

    Figures are digits, ordinals in Chinese numerals, and Chinese numerals that count something.
    """

    def other(match: re.Match[str]) -> str:
        old = match[0]
        while (new := _figure(old, draw)) == old:
            pass
        return new

    changed = _FIGURE.sub(other, text)
    return changed if changed != text else None


def _figure(old: str, draw: random.Random) -> str:
    if old.startswith("第"):
        return "第" + _figure(old[1:], draw)
    if old[0] in DIGITS + "零两十百千":
        if not set(old) & set("十百千"):
            return "".join(draw.choice(DIGITS[2:]) for _ in old)
        return _numeral(draw.randint(2, 99 if "百" not in old and "千" not in old else 999))
    if re.fullmatch(r"(?:19|20)\d\d", old):
        return str(draw.randint(1990, 2029))
    whole, point, part = old.partition(".")
    # A template's figures are of other lengths, too: one digit more or less, now and then.
    size = max(1, len(whole) + draw.choice([-1, 0, 0, 0, 1]))
    return str(draw.randint(10 ** (size - 1), 10**size - 1)) + (
        point + "".join(draw.choice("0123456789") for _ in part)
    )


def _numeral(number: int) -> str:
    """Return a number from 2 to 999 in Chinese numerals.

    >>> [_numeral(number) for number in (7, 10, 12, 30, 105, 218)]
    ['七', '十', '十二', '三十', '一百零五', '二百一十八']
    """
    told, gap = "", False
    for place in (2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            told += ("零" if gap and told else "") + DIGITS[digit] + _UNITS[place]
            gap = False
        elif told:
            gap = True
    return told.removeprefix("一") if told.startswith("一十") else told
