"""Layout: wrapped documents are found, others keep their lines, by hand and by the twin."""

from __future__ import annotations

import textwrap

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import layout as naive

from dedup.stages.segment import layout

PARAGRAPHS = [
    "今年上半年全县卫生系统认真贯彻落实上级各项部署，扎实推进医药卫生体制改革，任务完成一半。" * 3,
    "三是农村公路养护工作稳步推进，全年完成养护里程三百二十公里，群众出行条件改善，反映很好。" * 2,
    "一是加强食品安全监管，对全县学校食堂进行检查，发现问题及时整改，确保师生安全，没有事故。" * 4,
]
ENGLISH = [
    "The committee shall publish the report within 30 days of the meeting, and every member may "
    "ask for a copy of it; whoever keeps the minutes sends it free of charge. " * 3,
    "No vote is taken on a matter that was not named in the invitation unless all members are "
    "present and none of them objects. " * 4,
]


def kinds(*texts: str) -> list[str]:
    table = layout(pa.table({"text": pa.array(texts, pa.large_string())}), "auto")
    return table["unit"].combine_chunks().to_pylist()  # type: ignore[no-any-return]


def wrapped(paragraph: str, columns: int) -> str:
    if paragraph.isascii():
        return "\n".join(textwrap.wrap(paragraph, columns))
    return "\n".join(textwrap.wrap(paragraph, columns // 2))


@pytest.mark.parametrize("columns", [48, 60, 76, 100, 140])
@pytest.mark.parametrize("paragraphs", [PARAGRAPHS, ENGLISH])
def test_wrapped_paragraphs_are_found(paragraphs: list[str], columns: int) -> None:
    blocks = [wrapped(paragraph, columns) for paragraph in paragraphs * 3]
    text = "\n\n".join(blocks)
    assert kinds(text, text.replace("\n", "\r\n")) == ["blank", "blank"]
    assert kinds("\n *\n".join(" * " + b.replace("\n", "\n * ") for b in blocks)) == ["blank"]


def test_paragraphs_on_lines_stay() -> None:
    assert kinds("\n".join(PARAGRAPHS * 5), "\n\n".join(PARAGRAPHS), "\n".join(ENGLISH * 5)) == [
        "line", "line", "line",
    ]  # fmt: skip
    assert kinds("", "\n\n", "一行", "——\n——\n") == ["line"] * 4


def test_first_lines_that_are_indented_part_wrapped_paragraphs() -> None:
    book = "\n".join(wrapped(f"　　{paragraph}", 70) for paragraph in PARAGRAPHS * 3)
    assert kinds(book, book.replace("　　", "    ")) == ["indent", "indent"]
    # Where lines go on indented, the indentation parts nothing.
    items = [textwrap.indent(wrapped(each, 70), "   ")[2:] for each in ENGLISH * 3]
    assert kinds("\n".join(items), "\n\n".join(items)) == ["blank", "blank"]


def test_a_list_of_titles_is_none() -> None:
    titles = [f"关于进一步加强和改进{'农村' * (n % 3)}公路养护工作的意见" for n in range(20)]
    assert kinds("\n".join(titles)) == ["line"]


@pytest.mark.parametrize(
    "text",
    [
        # Verses, of one length.
        "\n".join(["床前明月光，疑是地上霜。", "举头望明月，低头思故乡。"] * 10),
        # A list, a table, a log: lines that end where they end.
        "\n".join(f"第{n}章 关于进一步加强{'农村' * (n % 7)}工作的意见" for n in range(1, 30)),
        "\n".join(f"| {n:4} | {'x' * (n % 9 + 20):40} | 一百二十元 |" for n in range(30)),
        "\n".join(f"2024-05-{n:02} INFO request served in {n} ms " + "ab" * n for n in range(30)),
        # Clauses, each on a line of its own.
        "\n".join(f"{'各地区各部门不断增强意识' * (n % 6 + 1)}，" for n in range(30)),
    ],
)  # fmt: skip
def test_what_is_no_wrapped_text(text: str) -> None:
    assert kinds(text) == ["line"]


def test_a_wrapped_notice_in_a_document_of_long_lines_decides_nothing() -> None:
    notice = wrapped(ENGLISH[0], 70)
    assert kinds(notice + "\n\n" + "\n".join(PARAGRAPHS * 9)) == ["line"]
    assert kinds(notice + "\n\n" + "\n\n".join(PARAGRAPHS * 12)) == ["line"]
    assert kinds(wrapped(PARAGRAPHS[2], 70) + "\n\n" + PARAGRAPHS[0]) == ["blank"]


def test_two_broken_lines_are_too_few() -> None:
    words = PARAGRAPHS[0].replace("。", "并且")
    assert kinds(*(wrapped(words[:length] + "。", 76) for length in (113, 151))) == [
        "line", "blank",
    ]  # fmt: skip


pieces = st.one_of(
    st.sampled_from(["", " ", "　　", "--", "\t", "x" * 41, "字" * 20 + ",", "字" * 81, "é" * 320]),
    st.builds(wrapped, st.sampled_from(PARAGRAPHS + ENGLISH), st.sampled_from([44, 60, 160, 164])),
    st.builds(
        lambda lead, text: lead + text,
        st.sampled_from(["", "  ", "　　", "\t"]),
        st.text("字词，。.,a1 \t😀", max_size=70),
    ),
)
documents = st.builds(
    lambda parts, end: end.join(parts),
    st.lists(pieces, max_size=12),
    st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\n　　"]),
)


@given(st.lists(documents, max_size=3))
def test_the_layout_is_that_of_the_twin(texts: list[str]) -> None:
    assert kinds(*texts) == [naive.layout(text) for text in texts]
