"""Words, their masked view and their guards: worked by hand, and equal to the twin's."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import words as naive
from shared import shared_rows

from dedup import folding, masking
from dedup.masking import rules, tag_kinds
from dedup.sentences import marks
from dedup.stages.words import Lexicon, words

TABLES = folding.load_tables()
_DICTIONARY = naive.folded_dictionary()
LEXICON = Lexicon(_DICTIONARY, tag_kinds(_DICTIONARY.tags)[_DICTIONARY.tag], rules(), marks())


def told(texts: list[str], characters: bool = False) -> pa.Table:
    return words(pa.array(texts, pa.large_string()), LEXICON, characters)


def folded(text: str) -> str:
    return folding.fold_strings([text], TABLES)[0]


def same_as_twin(texts: list[str], characters: bool = False) -> None:
    rows = told(texts, characters).to_pylist()
    for text, row in zip(texts, rows, strict=True):
        twin = naive.words(text, characters)
        assert row["tokens"] == naive.hashes(list(twin.tokens)), text
        assert row["masked"] == naive.hashes(twin.masked), text
        assert row["guards"] == naive.hashes(list(twin.guards)), text
        assert row["free"] == twin.free, text
        assert row["cuts"] == naive.packed(twin.cuts), text


CONGRESS = "全国人民代表大会常务委员会"


@pytest.mark.parametrize(
    ("text", "masked", "guards"),
    [
        # □ is a run of slots.
        ("2015年4月1日", "□", "2015 年 4 月 1 日"),
        ("20__年", "□", "20 年"),
        ("第三百六十九条", "□", "第三 百 六十九条"),
        ("第 3 条", "□", "第 3 条"),
        ("我县", "□", "我县"),
        ("全市", "□", "全市"),
        ("市级", "□", "市级"),
        ("霍邱县", "□", "霍邱县"),  # a person to the dictionary
        ("山阴县", "□", "山阴县"),
        ("XX县", "□", "xx 县"),
        ("阴沟", "阴沟", ""),  # a place to the dictionary
        ("上市", "上市", ""),
        (f"第九届{CONGRESS}", f"□ {CONGRESS}", f"第九届{CONGRESS}"),
        ("由陈大勇县", "由 □", "陈大勇 县"),  # a name, and what it is the name of
        ("由陈大勇，县", "由 陈大勇 □", "县"),
        ("不得", "不得", "不得"),
        ("未", "未", "未"),
        ("非常", "非常", ""),
        ("人数不少于五十", "人数 不少 于 □", "不少 五十"),
        ("罚款五万元", "罚款 □ 元", "五万元"),
        ("罚款３万元", "罚款 □ 元", "3 万元"),
        ("十二家，九个，四十多名", "□ 家 □ 个 □ 多名", "十二家 九个 四十多名"),
        ("一个", "一个", "一个"),  # as often an article, and yet a figure
        ("零部件", "零部件", "零部件"),
        ("一般一些一定三农五保户十分", "一般 一些 一定 三农 五保户 十分", "一些 十分"),
        ("三个代表，一带一路", "三个代表 一带 一路", "一路"),
        ("第八十四次会议", "□ 会议", "第八十 四次会议"),
        ("第一次世界大战", "□ 世界大战", "第一次世界大战"),
        ("10⁵个½", "□ 个 □", "10 ⁵ ½"),
        ("50m²", "□", "50m ²"),
        ("H₂O", "h □ o", "₂"),
        ("第108条 市人民政府", "□ 人民政府", "第 108 条 市"),
        ("“第108条 市人民政府", "□ 人民政府", "第 108 条 市"),
        ("第3", "□", "第 3"),
        ("第8条件好", "□ 条件 好", "第 8"),
        ("百分之五十", "□", "百分之五十"),
        ("三分之一以上", "□ 以上", "三分之一"),
        ("I don't know", "i don t know", "don t"),
        ("The 3rd of May is not 5 days", "the □ of may is not □ days", "3rd not 5"),
        ("", "", ""),
        ("，。！", "", ""),
        ("卫生", "卫生", ""),
    ],
)  # fmt: skip
def test_masked_views_worked_by_hand(text: str, masked: str, guards: str) -> None:
    row = told([folded(text)]).to_pylist()[0]
    expected: list[str | None] = [None if word == "□" else word for word in masked.split()]
    assert row["masked"] == naive.hashes(expected)
    assert row["guards"] == naive.hashes(list(guards.split()))
    assert row["free"] == sum(word is not None for word in expected)
    twin = naive.words(folded(text))
    assert (twin.masked, twin.guards) == (expected, guards.split())


def test_the_same_text_of_two_counties_has_one_masked_view() -> None:
    one, other, third = told(
        [
            folded("霍邱县2015年共建成第三批学校12所，不得挪用。"),
            folded("山陰縣二〇一六年共建成第十二批學校３所，不得挪用。"),
            folded("山阴县二〇一六年共建成第十二批学校3所，可以挪用。"),
        ]
    ).to_pylist()
    assert one["masked"] == other["masked"] != third["masked"]
    assert one["tokens"] != other["tokens"]
    assert one["guards"] != other["guards"]


def test_an_article_is_the_same_whatever_its_number() -> None:
    text = "第{}条　对符合条件的单位给予补助。"
    articles = [folded(text.format(number)) for number in ("三", "一百一十二", "4")]
    rows = told(articles).to_pylist()
    assert rows[0]["masked"] == rows[1]["masked"] == rows[2]["masked"]
    assert len({tuple(row["tokens"][-6:]) for row in rows}) == 1


def test_a_token_is_a_character_where_characters_are_asked_for() -> None:
    row = told([folded("我县卫生局，WTO")], characters=True).to_pylist()[0]
    assert row["tokens"] == naive.hashes(list("我县卫生局wto"))
    assert row["masked"] == naive.hashes([None, *"卫生局wto"])
    assert row["free"] == naive.words(folded("我县卫生局，WTO")).free


def test_a_batch_a_slice_and_a_text_alone_say_the_same() -> None:
    texts = [folded(text) for text in ("我县卫生局", "", "2015年", "𠀀𠀁县级 x", "不得")]
    column = pa.array(["x" * 9, *texts, "y"], pa.large_string()).slice(1, len(texts))
    whole = words(column, LEXICON, False)
    assert whole.equals(told(texts))
    assert whole.equals(pa.concat_tables([told([text]) for text in texts]).combine_chunks())
    assert told([]).num_rows == 0


TEMPLATES = """霍邱县 山阴 县 市级 我市 上市 第 三 九届 全国人民代表大会 2015 年 4月 日 不得 未
非常 张三丰 李大嘴 ， 、 don't not xx XX __ *** 十万元 百分之五 第二次世界大战 五 旗 卫生 局
阿拉善左旗 食品 安全 𠀀 é か 一年 万一 上海 gb2312 10⁵ ½ m³ 十二家
百分之七点五 四次会议 万元 九个 三中全会 一个 零部件 第十二条 条
之一 第3条 第百二十一条 市 对 章总"""
FRAGMENTS = [" ", *TEMPLATES.split()]
template_text = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=12).map("".join)


@given(st.lists(template_text.map(folded), max_size=5), st.booleans())
def test_words_are_those_of_the_twin(texts: list[str], characters: bool) -> None:
    same_as_twin(texts, characters)


def test_words_of_real_laws_are_those_of_the_twin() -> None:
    lines = [
        line
        for row in islice(shared_rows("laws"), 0, 2954, 150)
        for line in row["text"].split("\n")
        if line.strip()
    ]
    texts = folding.fold_strings(lines[::4], TABLES)
    assert len(texts) > 300
    same_as_twin(texts)
    same_as_twin(texts[::5], characters=True)


def test_rules_hold_what_the_lists_say() -> None:
    found = rules()
    assert found.shape[ord("三")] & masking.IS_NUMERAL
    assert not found.shape[ord("，")]
    for name, expected in (
        ("never", naive.NEVER), ("denies", naive.DENY), ("affirms", naive.AFFIRM),
    ):  # fmt: skip
        hashes = getattr(found, name)
        assert np.all(hashes[1:] > hashes[:-1])
        assert set(hashes.tolist()) == {naive.word_hash(word) for word in expected}
