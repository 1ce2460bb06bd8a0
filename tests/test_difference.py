"""Differences of two texts: worked examples, and what holds for any two."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.difference import LONGEST, difference
from dedup.folding import fold_strings, load_tables

TEXTS = st.text(st.sampled_from("卫衛生(wèi) 县縣Aａ\u200b。，12"), max_size=30)


def test_script_and_readings_are_no_change_of_content():
    assert difference("我县衛(wèi)生工作", "全县卫生工作") == [
        ("replaced", "我", "全"),
        ("equal", "县", "县"),
        ("written", "衛(wèi)", "卫"),
        ("equal", "生工作", "生工作"),
    ]


def test_inserted_and_deleted():
    assert difference("今年一月开会", "今年开会了") == [
        ("equal", "今年", "今年"),
        ("deleted", "一月", ""),
        ("equal", "开会", "开会"),
        ("inserted", "", "了"),
    ]


def test_a_lone_character_between_longer_edits_is_part_of_them():
    assert difference("甲乙丙丁戊己", "子丑丙寅卯辰") == [
        ("replaced", "甲乙丙丁戊己", "子丑丙寅卯辰")
    ]


def test_texts_that_fold_to_nothing():
    assert difference("", "") == []
    assert difference("\u200b", "\u200b\u200b") == [("written", "\u200b", "\u200b\u200b")]
    assert difference("", "字") == [("inserted", "", "字")]
    assert difference("字", "") == [("deleted", "字", "")]


def test_a_text_beyond_the_limit_is_not_compared():
    assert difference("字" * (LONGEST + 1), "字") is None


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_the_stretches_joined_are_the_texts(source: str, copy: str):
    changes = difference(source, copy)
    assert changes is not None
    assert "".join(change.source for change in changes) == source
    assert "".join(change.copy for change in changes) == copy
    for change in changes:
        assert (change.source == change.copy) == (change.kind == "equal")


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_equal_shadow_texts_differ_in_writing_alone(source: str, copy: str):
    a, b = fold_strings([source, copy], load_tables())
    kinds = {change.kind for change in difference(source, copy) or []}
    if a == b and source and copy:
        assert kinds <= {"equal", "written"}
