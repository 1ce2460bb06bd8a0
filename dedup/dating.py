"""Dating: the day a document is of, by its date field, the name of its file, or its text's head."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I64, Bools, flat, numbers
from dedup.dates import PLAIN, SIGN, YEAR, Dating, Written, dates_in, day

__all__ = ["FOUND", "HEAD", "document_dates", "field_date", "head_date", "name_date"]

FOUND = ("date field", "file name", "text's head")
"""Where a date can be found, what is trusted most first."""

HEAD = 1200
"""Code points of a text that are looked at: the last of a dozen amendments of a law is within."""
_PAGE_LINES = 8
_SHORT = 60
"""Code points of a line that may be a title, or a date with some words beside it."""
_TITLE_LINES = 3
"""Within which a title stands, and within ``_PAGE_LINES`` what a page says of itself."""

_COMPACT = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?![0-9])")
_BARE_YEAR = re.compile(r"(?<![0-9A-Za-z])((?:19|20)[0-9]{2})(?![0-9A-Za-z])")
_YEAR_LAST = re.compile(rf"[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-]({YEAR})(?![0-9])")


def field_date(value: str) -> Dating | None:
    """Return the date that the value of a date field begins with.

    >>> field_date("2019-03-01T08:00:00Z") == field_date("20190301")
    True
    >>> field_date("2019")
    Dating(first=20190101, last=20191231)
    >>> field_date("03/04/2019")  # of which number is the month, nobody says
    Dating(first=20190101, last=20191231)
    >>> field_date("2023-02-30"), field_date("0023-01-01"), field_date("20__-12-28")
    (None, None, None)
    """
    value = value.strip().translate(PLAIN)
    compact = re.match(r"(\d{4})(\d{2})(\d{2})(?:T|\d{6}|\s|$)", value, re.ASCII)
    if compact:
        return day(*map(int, compact.groups()))
    if re.fullmatch(YEAR, value):
        return day(int(value))
    year_last = _YEAR_LAST.match(value)
    if year_last:
        return day(int(year_last[1]))
    found = dates_in(value)
    return found[0].dating if found else None


def name_date(name: str, *, is_file: bool) -> Dating | None:
    """Return the date in the name of a file, or in a document's id, without its folders.

    The most precise one counts, if it is the only one. A year that stands by itself is one in the
    name of a file, but not in an id, which may be a number like any other.

    >>> name_date("年报/2019年度总结.txt", is_file=True)
    Dating(first=20190101, last=20201231)
    >>> name_date("report_20190301.txt", is_file=True)
    Dating(first=20190301, last=20190301)
    >>> name_date("2019", is_file=False), name_date("GR2008.tmx", is_file=True)
    (None, None)
    """
    name = name.rpartition("/")[2].translate(PLAIN)
    found = {each.dating for each in dates_in(name)}
    if is_file or not name.isdecimal():
        days = (day(*map(int, match.groups())) for match in _COMPACT.finditer(name))
        found |= {each for each in days if each is not None}
    if not found and is_file:
        years = (day(int(match[1])) for match in _BARE_YEAR.finditer(name))
        found |= {year for year in years if year is not None}
    if not found:
        return None
    finest = min(last - first for first, last in found)
    [dating, *others] = [each for each in found if each.last - each.first == finest]
    return None if others else _with_next_year(dating)


def is_bare_year(name: str) -> bool:
    """Say whether all that dates the name of a file is a year that stands by itself."""
    name = name.rpartition("/")[2].translate(PLAIN)
    return not dates_in(name) and not _COMPACT.search(name) and bool(_BARE_YEAR.search(name))


def _with_next_year(dating: Dating) -> Dating:
    """Return a year in a title with the next one, in which a summary of it may be written."""
    first, last = dating
    return Dating(first, last + 10_000) if last - first == 1130 else dating


_LABELLED = re.compile(
    r"(?:(?:发布|发表|更新|成文|印发|发文|公开|生成|编辑|录入|刊登|上传|發布|發佈|發表|更新|刊登)?"
    r"(?:时间|日期|時間)|(?:date|time|published|posted|updated|created)(?: on)?)\s?[:：]\s?",
    re.IGNORECASE,
)
_ENACTED = re.compile(r"通过|通過|修正|修订|修訂|[公颁頒发發][布佈]|批准|印发|印發|核准|施行|实施")
_IN_FORCE = re.compile(r"\s?(?:日|起|开始|正式|開始)*(?:施行|实施|實施|生效|执行)")
_NUMBERED = re.compile(
    r"第[〇一二三四五六七八九十百0-9]+[章条條篇节節编編]|[一二三四五六七八九十]+、|[(（][一二三四五六七八九十0-9]+[)）]"
    r"|[0-9]{1,2}[、.．]"
)
_UP_TO = re.compile("[-—–~～至到]")
_SENTENCE_ENDS = "。！？；：，、!?;:,"
_AROUND = " \t\r\u3000\u200b\ufeff#*>-—–_=|·•()（）【】[]"


def head_date(head: str) -> Dating | None:
    r"""Return the date that the head of a text gives to it, its first ``HEAD`` characters.

    Of lines that begin or end with a day, or tell of adoption and amendment, the last day counts:
    that dates this version of a law. Else the year in the title does, and the day after *time:*
    or *published:*, by which a page dates itself. Days of coming into force do not count, nor
    does anything in running text.

    >>> head_date("某市房屋管理条例\n（2003年5月1日通过 2018年3月20日修正）\n第一条 为了")
    Dating(first=20180320, last=20180320)
    >>> head_date("二〇一九年工作总结\n今年以来，我县从2015年起推行的各项工作进展顺利。")
    Dating(first=20190101, last=20201231)
    >>> head_date("XX县20__年工作总结"), head_date("到2020年，全县建成小康社会。")
    (None, None)
    """
    days: list[Dating] = []
    years: set[Dating] = set()
    pages: list[Dating] = []
    seen = 0
    running = False
    for raw in head.split("\n"):
        line = raw.strip(_AROUND)
        if not line or line[0] == "<":
            continue
        seen += 1
        if running and seen > _PAGE_LINES:
            break
        dates = dates_in(line) if not running or len(line) <= _SHORT else []
        if dates and seen <= _PAGE_LINES and (label := _LABELLED.match(line)):
            if dates[0].start <= label.end() + 1:
                pages.append(dates[0].dating)
            continue
        if running:
            continue
        ends = line[-1] in _SENTENCE_ENDS
        enacted = _enactments(line, dates, ends=ends) if dates else None
        if enacted is not None:
            days += enacted
        elif ends or len(line) > _SHORT or _NUMBERED.match(line):
            running = True
        elif dates and seen <= _TITLE_LINES:
            years |= _title_years(line, dates)
    own = max(days) if days else _one_year(years)
    return _combined([date for date in (own, min(pages, default=None)) if date is not None])


def _enactments(line: str, dates: list[Written], *, ends: bool) -> list[Dating] | None:
    """Return the days that a line of dates gives, ``None`` if it is another line."""
    exact = [each for each in dates if each.dating.first == each.dating.last]
    if not exact:
        return None
    edges = dates[0].start <= 2 or dates[-1].end >= len(line) - 1
    if (ends and not line.endswith("）")) or not edges:
        return None
    if len(line) > _SHORT and not _ENACTED.search(line):
        return None
    return [each.dating for each in exact if not _IN_FORCE.match(line, each.end)]


def _title_years(line: str, dates: list[Written]) -> set[Dating]:
    """Return the years, months and days in a title, but for spans of years (2021—2035年)."""
    return {
        each.dating
        for each in dates
        if not (_UP_TO.match(line, each.end) or _UP_TO.match(line, max(0, each.start - 1)))
    }


def _one_year(years: Iterable[Dating]) -> Dating | None:
    """Return what a title's dates say: the one there is, or a year and the next together."""
    told = sorted(years)
    if len(told) == 1:
        return _with_next_year(told[0])
    if len(told) == 2 and told[1].last - told[0].first <= 11_130:
        return Dating(told[0].first, told[1].last)
    return None


def _combined(dates: Sequence[Dating]) -> Dating | None:
    """Return what several dates of one document say together, the most trusted first.

    One that agrees makes it more precise; an earlier one is of something older that the document
    speaks of; a later one contradicts, and the document is of some day between.
    """
    if not dates:
        return None
    first, last = dates[0]
    for date in dates[1:]:
        if date.first > last:
            last = date.last
        elif date.last >= first:
            first, last = max(first, date.first), min(last, date.last)
    return Dating(first, last)


def document_dates(
    documents: pa.Table, names: Sequence[str], which: Bools, heads: Iterable[pa.Array]
) -> pa.Table:
    """Return the dates of documents.

    Parameters
    ----------
    documents
        ``records.DOCUMENTS``.
    names
        Of the source files.
    which
        Per document, whether its date is wanted.
    heads
        Of the texts of those that are wanted, the first ``HEAD`` code points, part by part.

    Returns
    -------
    pa.Table
        Per document ``first`` and ``last`` (int32, ``yyyymmdd``; 0: no date) and ``found`` (int8,
        where the most trusted date was found, an index into ``FOUND``; -1: nowhere).
    """
    count = documents.num_rows
    wanted = np.flatnonzero(which)
    sources = (
        _of_values(flat(documents["date"].take(pa.array(wanted))), field_date),
        _of_names(documents, names, wanted),
        _of_heads(heads),
    )
    first, last = np.zeros((2, count), np.int32)
    found = np.full(count, -1, np.int8)
    for at, told in zip(wanted.tolist(), zip(*sources, strict=True), strict=True):
        there = [date for date in told if date is not None]
        dating = _combined(there)
        if dating is not None:
            first[at], last[at] = dating
            found[at] = told.index(there[0])
    return pa.table({"first": first, "last": last, "found": found})


def _of_values(
    column: pa.Array, read: Callable[[str], Dating | None]
) -> list[Dating | None]:  # fmt: skip
    """Return what is read from each value of a column, each distinct one once."""
    encoded = column.dictionary_encode()
    told = [read(value) for value in encoded.dictionary.to_pylist()]
    return [None if at is None else told[at] for at in encoded.indices.to_pylist()]


def _of_names(documents: pa.Table, names: Sequence[str], wanted: I64) -> list[Dating | None]:
    """Return the dates in the names of text files, and in the ids of other documents."""
    label = flat(documents["doc"])
    file = pa.array(names, pa.large_string()).take(flat(documents["file"]))
    is_file = numbers(pc.equal(label, file))
    # An id that was none is the file's name and the row, which is no year.
    row = pc.binary_join_element_wise(
        file, flat(documents["row"]).cast(pa.large_string()), pa.scalar(":", pa.large_string())
    )
    given = ~numbers(pc.equal(label, row))
    digits = numbers(
        pc.match_substring_regex(label, "[0-9０-９〇○零一二三四五六七八九]{3}|民[国國]")
    )
    counted = _counters(label.filter(pa.array(is_file & digits)))
    dates: list[Dating | None] = [None] * len(wanted)
    chosen = np.flatnonzero((given & digits)[wanted])
    labels = label.take(pa.array(wanted[chosen])).to_pylist()
    for at, name, whole in zip(chosen.tolist(), labels, is_file[wanted[chosen]], strict=True):
        if not (whole and counted and is_bare_year(name) and _template(name) in counted):
            dates[at] = name_date(name, is_file=bool(whole))
    return dates


def _counters(names: pa.Array) -> set[str]:
    """Return the templates of file names that count: 1998, 1999, 2000, … up to what is no year."""
    told = [(name, re.findall(r"\d+", name.rpartition("/")[2])) for name in names.to_pylist()]
    if not any(is_bare_year(name) for name, _ in told):
        return set()
    return {
        _template(name)
        for name, found in told
        if not any(len(each) == 4 and each[:2] in {"19", "20"} for each in found)
    }


def _template(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _of_heads(heads: Iterable[pa.Array]) -> list[Dating | None]:
    """Return the dates in the heads of texts."""
    dates: list[Dating | None] = []
    for part in heads:
        # Most heads of web pages name no year at all: Arrow knows that at once.
        chosen = np.flatnonzero(numbers(pc.match_substring_regex(part, SIGN.pattern)))
        told: list[Dating | None] = [None] * len(part)
        for at, head in zip(chosen.tolist(), part.take(pa.array(chosen)).to_pylist(), strict=True):
            told[at] = head_date(head)
        dates += told
    return dates
