"""Dates as they are written: Chinese, in digits or English, read as intervals of days.

A date is an interval of days, each written as a number, ``20190301``: so a year, a month and a day
compare with each other, and what cannot be told apart is not.
"""

from __future__ import annotations

import calendar
import re
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dedup.columns import I32, Bools

__all__ = [
    "PLAIN",
    "SIGN",
    "YEAR",
    "Dating",
    "Written",
    "before",
    "dates_in",
    "day",
    "written",
    "written_dates",
]


class Dating(NamedTuple):
    """The days between which a document is dated, both as ``yyyymmdd``."""

    first: int
    last: int


def before(first_a: I32, last_a: I32, first_b: I32, last_b: I32) -> Bools:
    """Say of each pair whether ``a`` is surely of an earlier day than ``b``; 0 is no date.

    A year that stands in a title or a file's name reaches to the end of the next one (the summary
    of a year is written in January); two such years compare as years.
    """
    known = (first_a > 0) & (first_b > 0)
    years = _is_year(first_a, last_a) & _is_year(first_b, last_b) & (first_a < first_b)
    result: Bools = known & ((last_a < first_b) | years)
    return result


def _is_year(first: I32, last: I32) -> Bools:
    whole: Bools = (first % 10_000 == 101) & (last % 10_000 == 1231) & (last - first <= 11_130)
    return whole


def written(dating: Dating) -> str:
    """Return a date as ISO 8601 has it, as precisely as it is known.

    >>> written(Dating(20190301, 20190301)), written(Dating(20190301, 20190331))
    ('2019-03-01', '2019-03')
    >>> written(Dating(20190101, 20201231)), written(Dating(20101223, 20181122))
    ('2019', '2010-12-23/2018-11-22')
    """
    first, last = dating
    year, month, day = first // 10_000, first // 100 % 100, first % 100
    if first == last:
        return f"{year}-{month:02}-{day:02}"
    if first // 100 == last // 100:
        return f"{year}-{month:02}"
    if first % 10_000 == 101 and last % 10_000 == 1231 and last // 10_000 - year <= 1:
        return f"{year}"
    return "/".join(written(Dating(each, each)) for each in dating)


def written_dates(first: I32, last: I32) -> pa.Array:
    """Return dates as ``written`` has them (large_string), null for none."""
    both = first.astype(np.int64) * 10**8 + last
    distinct, of = np.unique(both, return_inverse=True)
    told = [written(Dating(*divmod(each, 10**8))) if each else None for each in distinct.tolist()]
    return pa.array(told, pa.large_string()).take(pa.array(of))


# Digits of any width as ASCII, and one zero among the numerals.
PLAIN = str.maketrans("０１２３４５６７８９○零－／．", "0123456789〇〇-/.")
_NUMERALS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
YEAR = "(?:1[89]|20)[0-9]{2}"

# What every date has, Chinese, in digits or English. A set of characters comes first in each of
# these expressions, and what must not stand before it is looked for behind it: so most of a text
# is skipped without trying.
SIGN = re.compile(
    "[12１２一二民][089０８９〇○零一二三四五六七八九国國][0-9０-９〇○零一二三四五六七八九 ]"
)
_DAY = re.compile(f"({YEAR})年([0-9]{{1,2}})月([0-9]{{1,2}})日")
_WIDE = re.compile("[０-９○零－／．]")
_ODD = re.compile("[-./A-Za-z０-９○零－／．]")
_WORD = re.compile(r"[A-Za-z]{3}[a-z.,]*[\s-]")
_BEFORE = "(?<![0-9〇一二三四五六七八九.].)"
_CHINESE = re.compile(
    rf"""
    [12一二民]{_BEFORE}(?:
      (?P<year>(?<=1)[89][0-9]{{2}} | (?<=2)0[0-9]{{2}} | (?<=[一二])[〇一二三四五六七八九]{{3}})
      | (?<=民)[国國]\s?(?P<republic>[0-9]{{1,3}}) )
    \s?年 (?: \s?(?P<month>[0-9]{{1,2}} | [一二三四五六七八九十]{{1,2}}) \s?月
      (?: \s?(?P<day>[0-9]{{1,2}} | [一二三四五六七八九十廿卅]{{1,3}}) \s?[日号號] )? )?
    """,
    re.VERBOSE,
)
_ISO = re.compile(
    rf"""
    [12]{_BEFORE}(?P<year>(?<=1)[89][0-9]{{2}} | (?<=2)0[0-9]{{2}})
    (?P<mark>[-/.]) (?P<month>[0-9]{{1,2}}) (?: (?P=mark) (?P<day>[0-9]{{1,2}}) )?
    (?![0-9]|\.[0-9])
    """,
    re.VERBOSE,
)
_ENGLISH = re.compile(
    rf"""
    (?<![0-9A-Za-z]) (?:
      (?P<month>{_MONTH}) \s (?: (?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s )?
      (?P<year>{YEAR})
    | (?P<before>[0-9]{{1,2}})(?:st|nd|rd|th)?[\s-] (?P<month_after>{_MONTH}) ,?[\s-]
      (?P<year_after>{YEAR}) ) (?![0-9A-Za-z])
    """,
    re.VERBOSE | re.IGNORECASE,
)


@cache
def day(year: int, month: int | None = None, of_month: int | None = None) -> Dating | None:
    """Return the days of a year, a month or a day; ``None`` for one that no calendar has."""
    if not 1800 <= year < 2100:
        return None
    if month is None:
        return Dating(year * 10_000 + 101, year * 10_000 + 1231)
    if not 1 <= month <= 12:
        return None
    days = calendar.monthrange(year, month)[1]
    base = year * 10_000 + month * 100
    if of_month is None:
        return Dating(base + 1, base + days)
    return Dating(base + of_month, base + of_month) if 1 <= of_month <= days else None


def _number(text: str | None) -> int | None:
    """Return a number up to 39 in digits or Chinese numerals, ``None`` for no text.

    >>> [_number(text) for text in ("7", "十", "十二", "二十", "三十一", "廿五", None)]
    [7, 10, 12, 20, 31, 25, None]
    """
    if text is None:
        return None
    if text.isdecimal():
        return int(text)
    tens, _, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
    if "十" not in text.replace("廿", "十").replace("卅", "十"):
        return _NUMERALS.get(text, 99)
    return 10 * _NUMERALS.get(tens, 1 if not tens else 9) + (_NUMERALS.get(ones, 9) if ones else 0)


class Written(NamedTuple):
    """A date in a text: where it stands, and what it says."""

    start: int
    end: int
    dating: Dating


def dates_in(text: str) -> list[Written]:
    """Return the dates in a text, in its order; impossible ones are none."""
    if not SIGN.search(text):
        return []
    first = _DAY.match(text)
    if first and text.find("年", first.end()) < 0 and not _ODD.search(text):  # most are like that
        only = day(int(first[1]), int(first[2]), int(first[3]))
        return [] if only is None else [Written(0, first.end(), only)]
    if _WIDE.search(text):
        text = text.translate(PLAIN)
    found: list[tuple[re.Match[str], Dating | None]] = []
    if "年" in text:
        found += [(match, _chinese(match)) for match in _CHINESE.finditer(text)]
    if "-" in text or "/" in text or "." in text:
        found += [(match, _iso(match)) for match in _ISO.finditer(text)]
    if _WORD.search(text):
        found += [(match, _english(match)) for match in _ENGLISH.finditer(text)]
    return sorted(
        Written(match.start(), match.end(), dating) for match, dating in found if dating is not None
    )


def _chinese(match: re.Match[str]) -> Dating | None:
    month, of_month = _number(match["month"]), _number(match["day"])
    if match["republic"]:
        return day(1911 + int(match["republic"]), month, of_month)
    digits = match[0][0] + match["year"]
    if not digits.isdecimal():
        digits = "".join(str(_NUMERALS[digit]) for digit in digits)
    return day(int(digits), month, of_month)


def _iso(match: re.Match[str]) -> Dating | None:
    year, month = int(match[0][0] + match["year"]), int(match["month"])
    if match["day"] is not None:
        return day(year, month, int(match["day"]))
    if match["mark"] == ".":  # a number, or the number of a section
        return None
    if month == year % 100 + 1:  # 2010-11 may as well be from one year to the next
        return day(year)
    return day(year, month)


def _english(match: re.Match[str]) -> Dating | None:
    year = int(match["year"] or match["year_after"])
    month = _MONTHS.index((match["month"] or match["month_after"])[:3].lower()) + 1
    return day(year, month, _number(match["day"] or match["before"]))
