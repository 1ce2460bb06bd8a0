"""Sections of whole corpora: what a person would mark, by hand, and the same on any engine."""

from __future__ import annotations

import random
from typing import Any

import pytest
from engines.shuffling import ShufflingEngine
from shared import shared_path

import dedup
from dedup import Settings
from dedup.decisions import Decisions
from dedup.engines.local import LocalEngine
from dedup.sections import find_sections

HEADING = "（三）以学校食堂整治为重点，抓好食品安全监管"
FIRST = (
    "检查组先后走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账、消毒记录和从业人员健康证明，"
    "对发现的过期调料当场予以封存。"
)
SECOND = (
    "上半年共发放宣传手册四千余份，举办培训班六期，食堂从业人员的持证率由七成提高到了九成以上。"
)
THIRD = (
    "下一步，要把每季度一次的联合检查坚持下去，检查结果在镇政府门口的公告栏里张贴，接受群众监督。"
)
TRADITIONAL = (
    "上半年共發(fā)放宣傳手冊四千餘份，舉辦培訓班六期，食堂從業人員的持證率由七成提高到了九成以上。"
)
INSPECTED = (
    "检查情况通报：第{}督导组先后走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账、消毒记录和"
    "从业人员健康证明，对过期调料当场予以封存，并约谈了市场开办者和学校食堂的负责人，发现问题{}个。"
)
LONG = [  # of nothing else
    "东湖公园二期工程四月开工，铺设步道两公里，栽种香樟和银杏一千二百棵，年底以前向市民开放。",
    "镇里的图书室添置了八百册新书，每周二、周五的下午开门，由两位退休教师轮流值守。",
    "春旱持续了四十多天，水利站调来抽水机十九台，保住了沿河六个村的秧苗。",
    "养老院的伙食改由三位厨师轮流掌勺，菜单每周一贴在饭厅门口，老人们可以提意见。",
    "县道改线以后，原来的渡口停运，船工老周领到了补偿款，在码头边开了一家面馆。",
]


def lines(result: dedup.Result) -> list[tuple[Any, ...]]:
    """Return of each section both documents with their first and last lines, 1-based."""
    line, doc = (result.finding.units["line"], result.documents["doc"])
    return [
        tuple(
            value.as_py()
            for prefix in ("", "source_")
            for value in (
                doc[row[f"{prefix}document"]],
                line[row[f"{prefix}unit"]],
                line[row[f"{prefix}last_unit"]],
            )
        )
        for row in result.sections.to_pylist()
    ]


def test_paragraphs_in_one_order_are_one_section():
    documents = [
        "\n".join([LONG[0], HEADING, FIRST, SECOND, THIRD, LONG[1]]),
        "\n\n".join([LONG[2], HEADING, FIRST, LONG[3], TRADITIONAL, THIRD + LONG[4]]),
    ]
    result = dedup.find(documents)
    assert lines(result) == [("1", 3, 11, "0", 2, 5)]
    (row,) = result.sections.to_pylist()
    assert (row["units"], row["passages"]) == (3, 1)
    shared = [len(text) for text in (HEADING, FIRST, SECOND, THIRD)]
    assert row["matched"] == row["source_length"] == row["source_covered"] == sum(shared)
    assert row["covered"] == sum(shared)
    assert row["length"] == sum(shared) + len(LONG[3])
    # The passage ends within its paragraph, and so does the section.
    start, end = row["start"], row["end"]
    assert documents[1][start:end].startswith(HEADING)
    assert documents[1][start:end].endswith(TRADITIONAL + "\n\n" + THIRD)
    encoded = documents[1].encode()[row["byte_start"] : row["byte_end"]]
    assert encoded.decode() == documents[1][start:end]
    source = documents[0][row["source_start"] : row["source_end"]]
    assert source == "\n".join([HEADING, FIRST, SECOND, THIRD])


def test_a_copied_document_of_lines_that_resemble_each_other_is_one_section():
    # All are one cluster, but what stands in the middle is not.
    inspected = [INSPECTED.format(i, 3 * i) for i in range(20)]
    text = "\n".join(inspected)
    found = dedup.find([text, text])
    assert found.cluster.count == 1
    assert lines(found) == [("1", 1, 20, "0", 1, 20)]
    again = "\n".join([*inspected[:9], LONG[0], *inspected[9:]])
    assert lines(dedup.find([text, again])) == [("1", 1, 21, "0", 1, 20)]
    repeated = "\n".join(inspected[:4] * 5)
    assert lines(dedup.find([repeated, repeated])) == [("1", 1, 20, "0", 1, 20)]


def test_another_order_or_too_far_apart_is_none():
    far = "".join(chr(0x4E00 + 7 * i) for i in range(2200))
    one = "\n".join([FIRST, SECOND])
    assert lines(dedup.find([one, "\n".join([SECOND, FIRST])])) == []
    assert lines(dedup.find([one, "\n".join([FIRST, far, SECOND])])) == []
    assert lines(dedup.find([one, "\n".join([FIRST, far[:50], SECOND])])) == [
        ("1", 1, 3, "0", 1, 2)
    ]


def test_one_shared_paragraph_or_short_headings_are_none():
    assert lines(dedup.find([FIRST, LONG[0] + "\n" + FIRST])) == []
    headings = "一、上半年的主要工作\n二、存在的问题和不足"
    assert lines(dedup.find([headings, LONG[0] + "\n" + headings])) == []


def test_a_repeat_within_a_document_is_none():
    assert lines(dedup.find(["\n".join([FIRST, SECOND, LONG[0], FIRST, SECOND])])) == []


def test_what_is_kept_first_is_the_source():
    documents = [
        {"text": f"{FIRST}\n{SECOND}", "date": "2024-05-01"},
        {"text": f"{LONG[0]}\n{FIRST}\n{SECOND}", "date": "2023-05-01"},
    ]
    settings = Settings(keep="earliest", date_field="date")
    assert lines(dedup.find(documents, settings)) == [("0", 1, 2, "1", 2, 3)]


def test_across_only_leaves_out_sections_within_a_source():
    documents = [{"text": f"{FIRST}\n{SECOND}", "site": site} for site in "aab"]
    settings = Settings(across_only=True, source_field="site")
    assert lines(dedup.find(documents, settings)) == [
        ("2", 1, 2, "0", 1, 2), ("2", 1, 2, "1", 1, 2),
    ]  # fmt: skip


def sentence(number: int) -> str:
    """Return a paragraph of its own for each number."""
    draw = random.Random(number)
    return "".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(120)) + "。"


def test_two_documents_out_of_many_are_found():
    # Each of the twelve items of a list that two share stands in 38 other documents as well, in no
    # two of them together.
    shared = [sentence(number)[:-1] + "；" for number in range(12)]
    others = [
        "\n".join([sentence(1000 + 10 * i), shared[i % 12], sentence(1001 + 10 * i)])
        for i in range(12 * 38)
    ]
    half = len(others) // 2
    two = ["\n".join([sentence(9000 + i), *shared]) for i in range(2)]
    documents = [*others[:100], two[0], *others[100:half], two[1], *others[half:]]
    result = dedup.find(documents, Settings(audit=0))
    assert lines(result) == [(str(half + 1), 2, 13, "100", 2, 13)]
    assert result.found_sections.capped == 36  # a text, cluster and family of each paragraph


def test_what_everybody_writes_joins_nothing():
    items = [  # of a list: no boilerplate by their class, however many have them
        "每月五日以前把上月的报表送到镇统计站汇总；",
        "每季度末把库存和往来账目逐笔核对一遍；",
        "每年年底把全部台账装订成册并移交档案室；",
    ]
    documents = ["\n".join([sentence(i), *items]) for i in range(12)]
    result = dedup.find(documents, Settings(audit=0))
    assert "boilerplate" not in result.classes.names.to_pylist()
    assert lines(result) == []
    assert len(lines(dedup.find(documents[:2], Settings(audit=0)))) == 1


def test_what_is_decided_to_be_boilerplate_is_no_anchor():
    documents = [f"{LONG[number]}\n{FIRST}\n{SECOND}" for number in range(2)]
    found = dedup.find(documents)
    assert len(lines(found)) == 1
    halves = (found.finding.units[f"hash_{half}"][1].as_py() for half in ("high", "low"))
    called = Decisions(boilerplate=("".join(f"{half:016x}" for half in halves),))
    assert lines(dedup.find(documents, Settings(decisions=called))) == []


def test_what_is_boilerplate_by_its_class_is_no_anchor():
    formulas = [
        "违反本条例规定，构成犯罪的，依法追究刑事责任。",
        "本条例自公布之日起施行，原有规定同时废止。",
        "本条例由市人民政府负责解释，具体办法另行制定。",
    ]
    result = dedup.find(["\n".join([sentence(i), *formulas]) for i in range(2)])
    assert set(result.classes.names.to_pylist()) == {"boilerplate"}
    assert lines(result) == []
    # Between paragraphs that were copied it parts nothing.
    result = dedup.find(["\n".join([sentence(i), FIRST, *formulas, SECOND]) for i in range(2)])
    (row,) = result.sections.to_pylist()
    assert (row["units"], row["covered"]) == (2, len(FIRST) + len(SECOND))


def test_a_section_says_who_had_it_first():
    documents = [
        {"text": f"{FIRST}\n{SECOND}", "date": "2024-05-01"},
        {"text": f"{FIRST}\n{SECOND}", "date": "2023-05-01"},
        {"text": f"{FIRST}\n{LONG[0]}\n{TRADITIONAL}"},
        {"text": f"{FIRST}\n{SECOND}"},
    ]
    result = dedup.find(documents, Settings(date_field="date"))
    told = result.tracing.of_stretches(result.sections).to_pylist()
    pairs = [(row["document"], row["source_document"]) for row in result.sections.to_pylist()]
    assert dict(zip(pairs, told, strict=True)) == {
        (1, 0): "to_source",  # by their dates
        (2, 0): "from_source", (2, 1): "from_source",  # it has readings in brackets
        (3, 0): "unknown", (3, 1): "unknown", (3, 2): "to_source",
    }  # fmt: skip


def test_nothing_is_found_in_nothing():
    for documents in ([], [""], ["县"], [FIRST], ["", FIRST]):
        result = dedup.find(documents)
        assert result.sections.num_rows == result.found_sections.anchors.num_rows == 0


@pytest.mark.parametrize("seed", range(3))
def test_no_engine_changes_a_section(seed: int):
    draw = random.Random(seed)
    texts = [sentence(number) for number in range(30)]
    documents = []
    for number in range(25):
        start = draw.randrange(24)
        parts = [text for text in texts[start : start + 6] if draw.random() < 0.8]
        documents.append("\n".join([sentence(500 + number), *parts, sentence(700 + number)]))
    result = dedup.find(documents, Settings(audit=0))
    assert result.sections.num_rows > 20
    for engine in (LocalEngine(1), LocalEngine(3), ShufflingEngine(seed)):
        object.__setattr__(result.finding, "engine", engine)
        again = find_sections(
            result.finding, result.decision, result.settings, result.class_of_unit
        )
        assert again.rows.equals(result.sections)
        assert again.anchors.equals(result.found_sections.anchors)
        assert again.capped == result.found_sections.capped


def test_the_seeds_share_one_section():
    documents = [
        {"id": path.name[:3], "text": path.read_text(encoding="utf-8")}
        for path in sorted(shared_path("seeds").glob("*.txt"))
    ]
    result = dedup.find(documents)
    assert lines(result) == [("004", 422, 460, "000", 96, 111)]
    (row,) = result.sections.to_pylist()
    assert (row["units"], row["passages"]) == (10, 2)
    assert row["covered"] > 0.4 * row["length"]
    assert row["source_covered"] > 0.7 * row["source_length"]
