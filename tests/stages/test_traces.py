"""Traces of copying, and the years that texts name, against regular expressions on strings."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import traces as naive

from dedup.records import BLANKED, LOST, OPEN, READINGS
from dedup.stages.traces import named_years, traces

PIECES = st.sampled_from(
    [*"县我吗某村卫()（）àüç×XＸ*_%?？，、….,。a \n😀\ufffd7", "wè", "zhu", "锟斤拷", "20"]
)
TEXTS = st.lists(st.lists(PIECES, max_size=14).map("".join), max_size=8)


def column(texts: list[str]) -> pa.Array:
    return pa.array(texts, pa.large_string())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("全县卫生工作", 0),
        ("全縣衛(wèi)生工作", READINGS),
        ("装（zhuàng）备", READINGS),
        ("法(law)和××县", BLANKED),
        ("供?工程", LOST),
        ("供??工程", LOST),
        ("好不好?好", LOST),
        ("为什么?因为", 0),
        ("为什么?", 0),
        ("水质\ufffd测", LOST),
        ("锟斤拷", LOST),
        ("XX镇卫生院", BLANKED),
        ("第XX条，Article XX.", BLANKED),
        ("Article XX", 0),
        ("**第一条**", 0),
        ("在***的领导下", BLANKED),
        ("20__年", BLANKED),
        ("增长__%", BLANKED),
        ("姓名____", 0),
        ("某县", BLANKED),
        ("李某某", 0),
        ("一是加强领导，", OPEN),
        ("一是加强领导……", OPEN),
        ("and so on...", OPEN),
        ("", 0),
    ],
)
def test_worked_examples(text: str, told: int):
    assert traces(column([text])).tolist() == [told]
    assert naive.traces(text) == told


@given(TEXTS)
def test_like_the_naive_one(texts: list[str]):
    assert traces(column(texts)).tolist() == [naive.traces(text) for text in texts]
    sliced = column(["县XX", *texts, "？"]).slice(1, len(texts))
    assert traces(sliced).tolist() == [naive.traces(text) for text in texts]


def test_years_worked_by_hand():
    texts = [
        "2019年和2020年，还有2019 年",  # 2019 twice
        "2019年、2020年",  # once each: the later one
        "二〇一九年，一九八三年，２０１９年",
        "12019年，9999年，0023年，年",
        "",
    ]
    years, times = named_years(column(texts))
    assert years.tolist() == [2019, 2020, 2019, 0, 0]
    assert times.tolist() == [2, 1, 2, 0, 0]


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["2019", "1983", "二〇一九", "２０１９", "2", "○", "年", "年", " ", "月", "a"]
            ),
            max_size=12,
        ).map("".join),
        max_size=6,
    )
)
def test_years_like_the_naive_ones(texts: list[str]):
    told = zip(*(each.tolist() for each in named_years(column(texts))), strict=True)
    assert list(told) == [naive.named_year(text) for text in texts]
