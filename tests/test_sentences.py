"""What a text says, word for word: worked by hand, and equal to the twin's."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import sentences as naive

from dedup import folding, sentences
from dedup.columns import make_lists, strings
from dedup.kernels.sentences import sentence_hashes, stands_in

NOWHERE = np.empty((0, 2), np.int32)
TABLES = folding.load_tables()


def told(texts: list[str]) -> pa.Array:
    text, offsets = strings(pa.array(texts, pa.large_string()))
    longest = int(np.diff(offsets).max(initial=0))
    values, starts = np.empty(len(text) + len(texts), np.uint64), np.empty_like(offsets)
    marks = sentences.marks()
    cp, kinds = np.empty(longest + 3, np.uint32), np.empty(longest + 3, np.uint8)
    sentence_hashes(text, offsets, marks.of, marks.turns, cp, kinds, values, starts, NOWHERE)
    return make_lists(values[: starts[-1]].copy(), starts)


def compared(a: str, b: str) -> tuple[bool, bool]:
    """Return whether ``a`` says what ``b`` says, and whether it stands in it."""
    column = told([a, b])
    same, within = np.empty(1, bool), np.empty(1, bool)
    values, starts = np.asarray(column.values), np.asarray(column.offsets)
    stands_in(values, starts, np.array([0]), np.array([1]), same, within)
    assert (bool(same[0]), bool(within[0])) == (naive.same(a, b), naive.within(a, b)), (a, b)
    return bool(same[0]), bool(within[0])


def folded(*texts: str) -> list[str]:
    return folding.fold_strings(list(texts), TABLES)


@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("我县的卫生工作。", "我县的卫生工作", "我县的卫生工作"),
        ("修路。架桥！通水？好", "修路架桥通水?好", "修路|架桥|通水?好"),
        ("修路。但不架桥。", "修路但不架桥", "修路但不架桥"),
        ("第三条 违反本条例的，罚款。", "第三条违反本条例的罚款", "第三条|违反本条例的罚款"),
        ("第一百二十条之二 有", "第一百二十条之二有", "第一百二十条之二|有"),
        ("“第三条 罚款。”", "第三条罚款", "第三条|罚款"),
        ("**第三条** 罚款", "第三条罚款", "第三条|罚款"),
        ("第三章总则", "第三章总则", "第三章总则"),
        ("（三）罚款。", "三罚款", "三|罚款"),
        ("一、二审", "一、二审", "一、二审"),
        ("二、修路", "二修路", "二|修路"),
        ("3.5 %", "3.5%", "3.5%"),
        ("3. 修路", "3修路", "3|修路"),
        ("٣、修路", "٣修路", "٣|修路"),
        ("## 第六章 附则", "第六章附则", "第六章附则"),
        ("C#", "c#", "c#"),
        ("三、四月 三四月", "三、四月三四月", "三、四月三四月"),
        ("1,000 元", "1,000元", "1,000元"),
        ("零下 -5 ℃", "零下-5°c", "零下-5°c"),
        ("it is not able. But no", "it is not able but no", "it is not able but no"),
        ("It works. Butter melts.", "it works butter melts", "it works|butter melts"),
        ("e.g. this", "e g this", "e g|this"),
        ("20**年，罚款**元", "20**年罚款**元", "20**年罚款**元"),
        ("{a}", "{a}", "{a}"),
        ("石?桥", "石?桥", "石?桥"),
        ("石\ufffd桥", "石\ufffd桥", "石\ufffd桥"),
        ("，。！", "", ""),
        ("", "", ""),
    ],
)
def test_what_is_said_worked_by_hand(text: str, whole: str, parts: str) -> None:
    shadow = folded(text)[0]
    assert naive.said(shadow) == naive.Said(whole, parts.split("|") if parts else [])
    assert told([shadow]).to_pylist() == [naive.hashes(shadow)]


@pytest.mark.parametrize(
    ("kept", "dropped", "said"),
    [
        ("修路，架桥。", "“修路”、架桥", "same"),
        ("修路、架桥。通水。", "修路 架桥；", "within"),
        ("先通水。修路，架桥。", "修路，架桥。", "within"),
        ("第三条 修路，架桥。", "修路，架桥。", "within"),
        ("（一）修路。架桥。通水。", "修路。架桥。", "within"),
        # a clause, a condition, an exception, a negation, a modal verb, another number, a letter
        ("修路，架桥。", "架桥。", ""),
        ("有钱的，可以修路。", "可以修路。", ""),
        ("必须修路。但是，没钱的除外。", "必须修路。", ""),
        ("不应当修路。", "应当修路。", ""),
        ("可以修路。", "应当修路。", ""),
        ("修路 3.5 公里。", "修路 35 公里。", ""),
        ("修路 10⁵ 米。", "修路 105 米。", ""),
        ("修路 1½ 米。", "修路 1 ½ 米。", ""),
        ("三、四月修路。", "三四月修路。", ""),
        ("第三条 修路。", "第四条 修路。", ""),
        ("修路。", "第三条 修路。", ""),
        ("修路。", "修路。架桥。", ""),
        ("修路。通水。架桥。", "修路。架桥。", ""),
        ("修公路。", "修路。", ""),
        ("气温 5 ℃。", "气温 -5 ℃。", ""),
        ("a > 5", "a < 5", ""),
        ("a notable man", "a not able man", ""),
        ("the e-mail, sent", "the e mail sent", "same"),
        ("It rains. Unless it snows.", "It rains.", ""),
        ("It rains. It snows.", "It rains.", "within"),
        ("石桥镇", "石?桥镇", ""),
    ],
)
def test_one_text_in_another(kept: str, dropped: str, said: str) -> None:
    a, b = folded(dropped, kept)
    same, within = compared(a, b)
    assert ("same" if same else "within" if within else "") == said


CHARACTERS = "修路但不过一二第三条之章 5 8,、。!?.-—#*()“”%<{a b but except\ufffd\u0301가1٣⁵½万"
texts = st.one_of(
    st.text(st.sampled_from(CHARACTERS), max_size=12),
    st.lists(
        st.sampled_from([*"修路。，,.?！-*# x\ufffd", "但", "but", "第三条", "(一)", "3.5", "**"]),
        max_size=8,
    ).map("".join),
    st.text(max_size=12),
)


@given(st.lists(texts, max_size=4))
def test_every_hash_is_that_of_the_twin(drawn: list[str]) -> None:
    shadows = folded(*drawn)
    assert told(shadows).to_pylist() == [naive.hashes(text) for text in shadows]


@given(texts, texts, texts)
def test_what_stands_in_a_text_is_there_letter_for_letter(a: str, before: str, after: str) -> None:
    one, other = folded(a, before + a + after)
    same, within = compared(one, other)
    letters = ["".join(c for c in text if c.isalnum()) for text in (one, other)]
    if same:
        assert letters[0] == letters[1]
    if within:
        assert letters[0] in letters[1]
    assert compared(one, one) == (True, bool(naive.said(one).parts))


def test_every_word_that_turns_is_folded() -> None:
    listed = sentences.TURNS.split()
    assert folded(*listed) == listed


def test_marks_are_built_once_and_not_written_to() -> None:
    assert sentences.marks() is sentences.marks()
    with pytest.raises(ValueError, match="read-only"):
        sentences.marks().of[0] = 1
