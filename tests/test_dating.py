"""What date a document is given: by its field, its name and the head of its text, and together."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dedup.dates import written
from dedup.dating import FOUND, HEAD, document_dates, field_date, head_date, name_date
from dedup.records import DOCUMENTS


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("2019-03-01", "2019-03-01"),
        ("2019-03-01T08:00:00+08:00", "2019-03-01"),
        (" 2019/3/1 08:00", "2019-03-01"),
        ("20190301", "2019-03-01"),
        ("20190301080000", "2019-03-01"),
        ("2019", "2019"),
        ("2019-03", "2019-03"),
        ("2019年3月", "2019-03"),
        ("Fri, 01 Mar 2019 08:00:00 GMT", "2019-03-01"),
        ("03/04/2019", "2019"),  # the third of April, or the fourth of March
        ("2023-02-30", None),
        ("2019-13-01", None),
        ("20191301", None),
        ("0023-01-01", None),
        ("9999-12-31", None),
        ("20__-12-28", None),
        ("1646092800", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_fields(value: str, told: str | None):
    dating = field_date(value)
    assert told == (None if dating is None else written(dating))


@pytest.mark.parametrize(
    ("name", "of_file", "of_id"),
    [
        ("2019年度总结.txt", "2019", "2019"),
        ("年报/2019-03-01.txt", "2019-03-01", "2019-03-01"),
        ("report_20190301.txt", "2019-03-01", "2019-03-01"),
        ("物业管理条例(2022-12-07).md", "2022-12-07", "2022-12-07"),
        ("2019年总结_20200105.txt", "2020-01-05", "2020-01-05"),
        ("grain-2021.txt", "2021", None),
        ("2021.txt", "2021", None),
        ("GR2008.txt", None, None),
        ("2019-2020.txt", None, None),
        ("20191332.txt", None, None),
        ("20190301", "2019-03-01", None),
        ("2019/summary.txt", None, None),  # a folder may be of the day of the crawl
        ("000_60a07b2019c945ad.txt", None, None),
        ("20__年总结.txt", None, None),
    ],
)
def test_names(name: str, of_file: str | None, of_id: str | None):
    for told, is_file in ((of_file, True), (of_id, False)):
        dating = name_date(name, is_file=is_file)
        assert told == (None if dating is None else written(dating))


@pytest.mark.parametrize(
    ("head", "told"),
    [
        # Of a law the last amendment counts, not the day it comes into force.
        (
            "# 物业管理条例\n\n2003年5月1日 常务委员会通过\n\n2018年3月20日 《关于修改〈物业管理〉"
            "的决定》第二次修正\n\n2018年5月1日 施行\n\n第一条 为了规范，2020年起，",
            "2018-03-20",
        ),
        (
            "监察法\n（2018年3月20日第十三届全国人民代表大会第一次会议通过 根据2024年12月25日第十四"
            "届全国人民代表大会常务委员会第十三次会议修正）\n第一章 总则",
            "2024-12-25",
        ),
        (
            "政府工作报告\n——2008年3月5日在第十一届人民代表大会上\n各位代表：\n2007年，",
            "2008-03-05",
        ),
        ("工作报告\n国务院总理 某某某\n2010年3月5日\n各位代表，", "2010-03-05"),
        ("2019年工作总结\n今年以来，", "2019"),
        ("县卫健委二〇二三年上半年工作总结\n2022年，", "2023"),
        ("某县2022年工作总结和2023年工作计划\n一、", "2022"),
        ("2021—2035年发展规划\n为了", None),
        ("2016年至2020年总结\n为了", None),
        ("到2020年的目标\n为了", None),
        ("时间:2022-12-03 02:06:36\n序論:好文章", "2022-12-03"),
        ("---\ntitle: x\ndate: 2019-03-01\n---\n正文。", "2019-03-01"),
        ("工作总结\n前言:写好一篇总结。\n发布时间：2023-11-20 07:55\n农作物", "2023-11-20"),
        # A page of the year after makes the year of the title precise; a later one contradicts.
        ("2022年工作总结\n发布时间：2023-01-05\n今年", "2023-01-05"),
        ("2009年工作总结\n发布时间：2023-04-07\n今年", "2009-01-01/2023-04-07"),
        ("20__年工作总结\n20XX年，", None),
        ("时间:20__-12-28 16:40\n总结。", None),
        ("截至2022年12月底，全县有一百人。", None),
        ("关于防汛的通知\n各乡镇：\n2019年汛期", None),
        ("", None),
    ],
)
def test_heads(head: str, told: str | None):
    dating = head_date(head)
    assert told == (None if dating is None else written(dating))


def dates_of(*rows: tuple[str, str, str | None, str]) -> list[tuple[str | None, str | None]]:
    """Return date and place of documents ``(file, label, date, text)``."""
    names = sorted({row[0] for row in rows})
    documents = pa.table(
        {
            "file": [names.index(row[0]) for row in rows],
            "row": list(range(len(rows))),
            "doc": [row[1] for row in rows],
            "date": [row[2] for row in rows],
            "source": [None] * len(rows),
            "text": [row[3] for row in rows],
        },
        schema=DOCUMENTS,
    )
    heads = [pa.array([row[3][:HEAD] for row in rows], pa.large_string())]
    table = document_dates(documents, names, np.ones(len(rows), bool), heads)
    return [
        (written((first, last)) if first else None, FOUND[found] if found >= 0 else None)  # type: ignore[arg-type]
        for first, last, found in zip(
            *(table[n].to_pylist() for n in table.column_names), strict=True
        )
    ]


def test_the_field_goes_before_the_name_and_the_name_before_the_head():
    field, name, head = FOUND
    assert dates_of(
        ("a.jsonl", "条例(2010-12-23)", "2011-01-01", "条例\n2010年12月20日 通过"),
        ("a.jsonl", "条例(2010-12-23)", None, "条例\n2010年12月20日 通过"),
        ("a.jsonl", "条例", None, "条例\n2010年12月20日 通过"),
        ("a.jsonl", "条例", "none", "条例"),
        ("2010年.txt", "2010年.txt", None, "条例\n2010年12月20日 通过"),  # more precise
        ("a.jsonl", "条例", "2010-12-23", "条例\n2018年11月22日 修正"),  # contradicted
    ) == [
        ("2011-01-01", field),
        ("2010-12-23", name),
        ("2010-12-20", head),
        (None, None),
        ("2010-12-20", name),
        ("2010-12-23/2018-11-22", field),
    ]


def test_numbers_of_files_and_rows_are_no_years():
    rows = [(f"{number}.txt", f"{number}.txt", None, "") for number in (1999, 2000, 2001)]
    assert [date for date, _ in dates_of(*rows)] == ["1999", "2000", "2001"]
    # Where others are counted on, they are counted.
    assert {date for date, _ in dates_of(*rows, ("2101.txt", "2101.txt", None, ""))} == {None}
    assert dates_of(("a.jsonl", "a.jsonl:2001", None, ""), ("a.jsonl", "2001", None, "")) == [
        (None, None),
        (None, None),
    ]


def test_documents_that_are_not_asked_for_are_not_dated():
    documents = pa.table(
        {"file": [0, 0], "row": [0, 1], "doc": ["2019-01-01", "2020-01-01"], "date": [None, None],
         "source": [None, None], "text": ["", ""]},
        schema=DOCUMENTS,
    )  # fmt: skip
    heads = [pa.array([""], pa.large_string())]
    told = document_dates(documents, ["a.jsonl"], np.array([False, True]), heads)
    assert told["first"].to_pylist() == [0, 20200101]
