"""Templates: worked by hand, equal to the twin's, and every text put together again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import template as naive
from naive.words import folded_dictionary

from dedup import folding
from dedup.kinds import KINDS, kind_rules
from dedup.masking import rules, tag_kinds
from dedup.sentences import marks
from dedup.stages.template import WINDOW, template
from dedup.stages.words import Lexicon, words

TABLES = folding.load_tables()
_DICTIONARY = folded_dictionary()
LEXICON = Lexicon(_DICTIONARY, tag_kinds(_DICTIONARY.tags)[_DICTIONARY.tag], rules(), marks())

Told = list[list[tuple[list[str], list[str]]]]  # per group, per slot: values, and their kinds


def told(groups: list[list[str]], window: int = WINDOW) -> Told:
    """Return what stands in the slots of groups of shadow texts."""
    texts = [text for group in groups for text in group]
    column = pa.array(texts, pa.large_string())
    cuts = words(column, LEXICON, False)["cuts"]
    starts = np.cumsum([0, *map(len, groups)])
    found = template(column, cuts, np.arange(len(texts)), starts, kind_rules(), window)
    values = iter(zip(*(column.tolist() for column in found[1:]), strict=True))
    result: Told = []
    for group, count in zip(groups, found.counts.tolist(), strict=True):
        rows = [[next(values) for _ in range(count)] for _ in group]
        slots = []
        for slot in range(count):
            mine = [(text, row[slot]) for text, row in zip(group, rows, strict=True)]
            slots.append(
                (
                    [text[begin:end] for text, (begin, end, *_) in mine],
                    [[*KINDS, ""][kind] for _, (_, _, _, kind, _) in mine],
                )
            )
        assert all(end <= begin for row in rows for (_, end, *_), (begin, *_) in pairwise(row))
        result.append(slots)
    return result


def line(texts: list[str]) -> str:
    """Return a template on one line, of texts that are folded here."""
    texts = folding.fold_strings(texts, TABLES)
    rest, written = texts[0], ""
    for (values, _), (begin, end) in zip(told([texts])[0], spans(texts), strict=True):
        written += texts[0][len(texts[0]) - len(rest) : begin] + "[" + "|".join(values) + "]"
        rest = texts[0][end:]
    return written + rest


def spans(texts: list[str]) -> list[tuple[int, int]]:
    column = pa.array(texts, pa.large_string())
    cuts = words(column, LEXICON, False)["cuts"]
    found = template(column, cuts, np.arange(len(texts)), np.array([0, len(texts)]), kind_rules())
    count = int(found.counts[0])
    return list(zip(found.begin[:count].tolist(), found.end[:count].tolist(), strict=True))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["統一採購了我縣校服面料", "统一采购了我市校服面料"], "统一采购了我[县|市]校服面料"),
        (["衛(wèi)生局今年上半年", "卫生局今年下半年"], "卫生局今年[上半年|下半年]"),
        (["全县推进改革", "全县推进改革"], "全县推进改革"),
        (["第三条本条例自公布之日起施行", "第十二条本条例自公布之日起施行"],
         "第[三|十二]条本条例自公布之日起施行"),
        (["2014年3月5日起施行", "2015年12月5日起施行", "2014年1月5日起施行"],
         "[2014|2015|2014]年[3|12|1]月5日起施行"),
        # Something stands in one text where the other has nothing.
        (["开展专项整治工作", "开展熟食专项整治工作"], "开展[|熟食]专项整治工作"),
        (["坚决开展专项整治工作", "开展专项整治工作"], "[坚决|]开展专项整治工作"),
        (["开展专项整治工作。", "开展专项整治工作"], "开展专项整治工作[。|]"),
        # A lone character between two differences is part of one.
        (["加强公路的养护", "开展桥梁的维修"], "[加强公路的养护|开展桥梁的维修]"),
        (["霍邱县卫生局印发", "金寨县卫生局印发"], "[霍邱县|金寨县]卫生局印发"),
        (["(二)查阅资料", "(三)查阅资料"], "([二|三])查阅资料"),
        (["第九届全国人民代表大会", "第十届全国人民代表大会"], "第[九|十]届全国人民代表大会"),
        (["三百七十四名群众", "五百零二名群众"], "[三百七十四|五百零二]名群众"),
        (["增长百分之五左右", "增长百分之八左右"], "增长[百分之五|百分之八]左右"),
        # The same kinds in the same order: a slot for each.
        (["学校198家受检，均已整改", "我县27家受检，均已整改"], "[学校198|我县27]家受检,均已整改"),
        (["金寨县198家受检", "霍邱县27家受检"], "[金寨县|霍邱县][198|27]家受检"),
        (["本县198家受检", "本市27家受检", "本省27家受检"], "本[县|市|省][198|27|27]家受检"),
        (["本县198家受检", "本市家受检"], "本[县198|市]家受检"),
        (["the red car is here", "the blue car is here"], "the [red|blue] car is here"),
    ],
)  # fmt: skip
def test_worked_examples(texts: list[str], expected: str) -> None:
    assert line(texts) == expected


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("二〇一四年", "date"), ("2014-05-01", "date"), ("5月12日", "date"), ("上半年", "date"),
        ("三十二", "number"), ("61.8%", "number"), ("5公里", "number"), ("第三条", "number"),
        ("霍邱县", "place"), ("市", "place"), ("山阴县", "place"),
        ("卫生局", "organisation"), ("霍邱县人民政府", "organisation"),
        ("省发改委", "organisation"),
        ("加强领导", "other"), ("三是加强农村公路养护", "other"), ("布局", "other"),
        ("统揽全局", "other"), ("新格局", "other"),
        ("我代表国务院，", "other"), ("民政局", "organisation"),
        ("，", ""), ("", ""),
    ],
)  # fmt: skip
def test_kinds_of_values(value: str, kind: str) -> None:
    texts = folding.fold_strings([f"{value}。另行通知", "甲乙丙丁戊己庚辛。另行通知"], TABLES)
    values, kinds = told([texts])[0][0]
    assert (values[0], kinds[0]) == (folding.fold_strings([value], TABLES)[0], kind)


def test_groups_are_apart() -> None:
    groups = [["我县餐饮业", "我市餐饮业"], ["公路养护工作"], ["公路养护", "公路养护工作", "公路"]]
    assert told(groups) == [told([group])[0] for group in groups]
    assert [len(slots) for slots in told(groups)] == [1, 0, 1]
    assert told([]) == []


FRAGMENTS = """我县 我市 全市 卫生局 教育局 加强 加快 推进 改革 的 了 ， 。 、 （ ） 第三条 第 三
十二 条 2014 年 3 月 5 日 61.8% 霍邱县 山阴 县 第九届 全国人民代表大会 餐饮业 市场 the red car 一点
五万元 百分之五 四名 2014-05-01 /"""
TEXT = st.lists(st.sampled_from([" ", *FRAGMENTS.split()]), min_size=1, max_size=14).map("".join)


def folded(texts: list[str]) -> list[str]:
    return [text or "空" for text in folding.fold_strings(texts, TABLES)]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(TEXT, min_size=1, max_size=4).map(folded), max_size=3), st.integers(4, 40))
def test_slots_are_those_of_the_twin(groups: list[list[str]], window: int) -> None:
    for group, slots in zip(groups, told(groups, window), strict=True):
        first, twin = naive.template(group, window)
        assert [values for values, _ in slots] == [slot.values for slot in twin]
        kinds = [[naive.value_kind(value) for value in slot.pieces] for slot in twin]
        assert [named for _, named in slots] == kinds
        fixed = [
            "".join(first[a:b])
            for a, b in pairwise([0, *(at for slot in twin for at in slot[:2]), len(first)])
        ][::2]
        for i, text in enumerate(group):
            pieces = [fixed[0]]
            for (values, _), after in zip(slots, fixed[1:], strict=True):
                pieces += [values[i], after]
            assert "".join(pieces) == text
