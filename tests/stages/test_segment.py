"""Segmentation: worked examples, the slow twin, and what dropping units leaves behind."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import segment as naive

from dedup.records import UNITS
from dedup.stages.segment import layout, segment

KINDS = ["line", "blank", "indent", "sentence", "document"]
texts = st.text(
    st.sampled_from("\n\n\n\r\r  \t\u3000\x1c\x85\u2028\0\ufffd甲乙ab15é😀--")
    | st.sampled_from("。！?；;…..．”’」)\"'（《"),
    max_size=60,
)


def batch(*texts: str, unit: str) -> pa.Table:
    return layout(pa.table({"text": pa.array(texts, pa.large_string())}), unit)


def contents(text: str, unit: str) -> list[str]:
    found = segment(batch(text, unit=unit)).to_pylist()
    return [text[row["start"] : row["end"]] for row in found]


def test_lines_are_numbered_and_carry_their_terminator() -> None:
    found = segment(batch("一\r\n\n  二\rc", "", "\n\u3000\n", "三\n", unit="line"))
    assert found.schema == pa.schema(list(UNITS)[:8])
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        # document, paragraph, line, start, end, drop_end, byte_start, byte_end
        (0, 0, 1, 0, 1, 3, 0, 3),
        (0, 1, 3, 4, 7, 8, 6, 11),
        (0, 2, 4, 8, 9, 9, 12, 13),
        (3, 0, 1, 0, 1, 2, 0, 3),
    ]


def test_blocks_lie_between_blank_lines() -> None:
    text = "\n 甲\n乙\r\n \t\n丙"
    assert contents(text, "blank") == [" 甲\n乙", "丙"]
    rows = segment(batch(text, unit="blank")).to_pylist()
    assert [(row["line"], row["drop_end"]) for row in rows] == [(2, 7), (5, 11)]


def test_lines_without_a_letter_part_blocks_and_are_in_none() -> None:
    text = "标题\n====\n甲\n乙\n \n * 丙\n *\n * 丁\n--"
    assert contents(text, "blank") == ["标题", "甲\n乙", " * 丙", " * 丁"]
    assert contents("——\n", "blank") == []


def test_indented_lines_begin_a_unit_if_asked() -> None:
    text = "题\n　　甲\n乙\n　　丙\n\n丁\n\t戊"
    assert contents(text, "indent") == ["题", "　　甲\n乙", "　　丙", "丁", "\t戊"]
    assert contents(text, "blank") == ["题\n　　甲\n乙\n　　丙", "丁\n\t戊"]


def test_a_document_is_one_unit_unless_it_is_blank() -> None:
    rows = segment(batch("\n甲\n\n", " \n", "乙", unit="document")).to_pylist()
    assert [(row["document"], row["start"], row["end"], row["drop_end"]) for row in rows] == [
        (0, 0, 3, 4),
        (2, 0, 1, 1),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("他说：“走。”她没动！？好；", ["他说：“走。”", "她没动！？", "好；"]),
        ("增长3.5%. Then 4. All", ["增长3.5%.", "Then 4. All"]),
        ("１．总则．附则", ["１．总则．", "附则"]),
        ('He said. "Go." Then', ['He said. "Go."', "Then"]),
        ("甲。 ）乙。 丙", ["甲。 ）乙。", "丙"]),
        ("　　一是…二是", ["　　一是…", "二是"]),
        ("a.b.c wait... what", ["a.b.c wait...", "what"]),
        ("。甲", ["。", "甲"]),
        ("无标点", ["无标点"]),
    ],
)
def test_sentences(line: str, expected: list[str]) -> None:
    assert contents(line + "\n", "sentence") == expected


def test_the_terminator_goes_with_a_sentence_that_has_the_line_for_itself() -> None:
    rows = segment(batch("甲。\n乙。 丙。 \n", unit="sentence")).to_pylist()
    assert [(row["start"], row["end"], row["drop_end"]) for row in rows] == [
        (0, 2, 3),
        (3, 5, 6),
        (6, 8, 9),
    ]


@pytest.mark.parametrize("unit", KINDS)
@given(st.lists(texts, max_size=4))
def test_units_are_those_of_the_twin(unit: str, corpus: list[str]) -> None:
    expected = []
    for document, text in enumerate(corpus):
        for paragraph, found in enumerate(naive.units(text, unit)):
            in_bytes = [len(text[:at].encode()) for at in (found.start, found.end)]
            expected.append((document, paragraph, *found, *in_bytes))
    rows = segment(batch(*corpus, unit=unit)).to_pylist()
    assert [tuple(row.values()) for row in rows] == expected


@pytest.mark.parametrize("unit", KINDS)
@given(texts, st.data())
def test_dropping_units_leaves_the_contents_of_the_others(
    unit: str, text: str, data: st.DataObject
) -> None:
    rows = segment(batch(text, unit=unit)).to_pylist()
    dropped = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    rest, at = "", 0
    for row, goes in zip(rows, dropped, strict=True):
        if goes:
            rest, at = rest + text[at : row["start"]], row["drop_end"]
    rest += text[at:]
    kept = [row for row, goes in zip(rows, dropped, strict=True) if not goes]
    assert contents(rest, unit) == [text[row["start"] : row["end"]] for row in kept]


@pytest.mark.parametrize("unit", KINDS)
def test_hard_input(unit: str) -> None:
    long = "字" * 1_000_000 + "a" * 1_000_000
    rows = segment(batch("\0", "\ufffd", long, "\n" * 100_000, unit=unit)).to_pylist()
    expected = [(1, 1), (1, 3), (2_000_000, 4_000_000)]
    if unit in ("blank", "indent"):  # a line without a letter is none
        expected = expected[2:]
    assert [(row["end"], row["byte_end"]) for row in rows] == expected


def test_a_slice_of_a_batch_and_an_empty_one() -> None:
    whole = batch("甲", "乙\n丙", unit="line")
    assert segment(whole.slice(1)).column("byte_end").to_pylist() == [3, 7]
    assert segment(whole.slice(2)).num_rows == 0


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="unit must be auto or one of line, blank"):
        segment(batch("", unit="page"))
