"""Dates as they are written, read back: in every form that is known, and not in others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.dates import Dating, before, dates_in, written, written_dates

NUMERALS = "〇一二三四五六七八九"
DAYS = st.dates(dt.date(1800, 1, 1), dt.date(2099, 12, 31))


def numeral(number: int) -> str:
    """Return a number up to 39 in Chinese."""
    tens, ones = divmod(number, 10)
    ahead = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return ahead + (NUMERALS[ones] if ones else "")


def spelled(year: int) -> str:
    return "".join(NUMERALS[int(digit)] for digit in str(year))


def wide(text: str) -> str:
    return text.translate({ord("0") + i: ord("０") + i for i in range(10)})


FORMS: dict[str, Callable[[dt.date], str]] = {
    "chinese": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "spaced": lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
    "wide": lambda day: wide(f"{day.year}年{day.month}月{day.day}日"),
    "numerals": lambda day: f"{spelled(day.year)}年{numeral(day.month)}月{numeral(day.day)}日",
    "circle": lambda day: f"{spelled(day.year).replace('〇', '○')}年{day.month}月{day.day}號",
    "iso": lambda day: day.isoformat(),
    "slashes": lambda day: f"{day.year}/{day.month}/{day.day}",
    "dots": lambda day: f"{day.year}.{day.month:02}.{day.day:02}",
    "american": lambda day: f"{day:%B} {day.day}, {day.year}",
    "british": lambda day: f"{day.day} {day:%b} {day.year}",
}


@pytest.mark.parametrize("form", FORMS)
@given(DAYS, st.sampled_from(["", "（", "于", "发布 "]), st.sampled_from(["", "）", "在", " 发布"]))
def test_every_form_is_read_back(form: str, day: dt.date, ahead: str, behind: str):
    number = int(day.strftime("%Y%m%d"))
    text = FORMS[form](day)
    (found,) = dates_in(ahead + text + behind)
    assert found.dating == Dating(number, number)
    assert (found.start, found.end) == (len(ahead), len(ahead) + len(text))
    assert written(found.dating) == day.isoformat()


@given(DAYS)
def test_the_republic_counts_from_1912(day: dt.date):
    if day.year > 1911:
        (found,) = dates_in(f"中華民國{day.year - 1911}年{day.month}月{day.day}日")
        assert written(found.dating) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2019年", ["2019"]),
        ("二零一九年三月", ["2019-03"]),
        ("2019-03", ["2019-03"]),
        ("2019/3/", ["2019-03"]),
        ("March 2019", ["2019-03"]),
        ("2010-11", ["2010"]),  # November, or to 2011
        ("2024-01-__ 10:11", ["2024-01"]),
        ("2019年2月29日", []),
        ("2020年2月29日", ["2020-02-29"]),
        ("2019年13月", []),
        ("2019-04-31", []),
        ("1750年", []),
        ("9999年1月1日", []),
        ("0023-01-01", []),
        ("12019年", []),
        ("20__年", []),
        ("20XX年", []),
        ("2019-2020", []),
        ("第3.2019.5版", []),
        ("1.2019.3.4", []),
        ("2019.3", []),
        ("电话2019-12345", []),
        ("三年", []),
        ("一九四九年十月一日和2019年", ["1949-10-01", "2019"]),
        ("廿一日", []),
        ("2021年廿月", ["2021"]),
        ("", []),
    ],
)
def test_other_forms(text: str, told: list[str]):
    assert [written(each.dating) for each in dates_in(text)] == told


@given(st.text("0123456789年月日-/. 一二三十廿〇民國", max_size=20))
def test_no_text_is_too_odd(text: str):
    for found in dates_in(text):
        assert 0 <= found.start < found.end <= len(text)
        assert 18000101 <= found.dating.first <= found.dating.last <= 20991231


def test_which_is_before():
    year, title, month, day = (
        (20190101, 20191231), (20190101, 20201231), (20190301, 20190331), (20190305, 20190305),
    )  # fmt: skip
    pairs = [
        (year, (20200101, 20201231), True),
        (title, (20200101, 20211231), True),  # two titles compare as years
        (title, (20200105, 20200105), False),  # a summary of 2019 may be of January 2020
        (title, (20210105, 20210105), True),
        (year, day, False),
        (month, day, False),
        (day, (20190306, 20190306), True),
        (day, day, False),
        (day, (0, 0), False),
        ((0, 0), day, False),
        ((20100105, 20180305), (20150101, 20161231), False),
    ]
    columns = (
        np.array([pair[i][j] for pair in pairs], np.int32) for i in range(2) for j in range(2)
    )
    assert before(*columns).tolist() == [pair[2] for pair in pairs]


def test_written():
    assert written_dates(
        np.array([20190101, 0, 20190305, 20100105], np.int32),
        np.array([20201231, 0, 20190305, 20180305], np.int32),
    ).to_pylist() == ["2019", None, "2019-03-05", "2010-01-05/2018-03-05"]
