"""Other places and other figures, as templates have them."""

from __future__ import annotations

import random
import re

import pytest

from dedup import cut
from dedup.evaluate.slots import other_figures, other_places


def places(text: str, seed: int = 1) -> str | None:
    return other_places(text, cut(text), random.Random(seed))


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("浙江省绍兴市的水利工程", "(?!浙江).+省(?!绍兴).+市的水利工程"),
        ("霍邱县人民政府", "(?!霍邱县).+[县区]人民政府"),
        ("我市今年的工作", "我(?!市).今年的工作"),
        ("上海与北京，上海与天津", "(?!上海)(.+)与(?!北京).+，\\1与(?!天津).+"),
    ],
)
def test_places_become_other_places_and_the_rest_stays(text: str, pattern: str):
    for seed in range(20):
        assert re.fullmatch(pattern, places(text, seed) or "")


@pytest.mark.parametrize("text", ["长治久安", "黄河南岸", "孙中山先生", "没有地名的一句话"])
def test_a_name_within_a_word_is_no_place(text: str):
    assert places(text) is None


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("投资1200万元", "投资(?!1200)[0-9]{3,5}万元"),
        ("增长12.5%", "增长(?!12.5)[0-9]{1,3}[.][0-9]%"),
        ("2015年", "(?!2015)(?:19|20)[0-9]{2}年"),
        ("第三十二条", "第(?!三十二)[一二三四五六七八九十]+条"),
        ("二〇二三年", "(?!二〇二三)[一二三四五六七八九]{4}年"),
        ("三个学校统一管理，一个不少", "(?!三)[一二三四五六七八九]个学校统一管理，一个不少"),
    ],
)
def test_figures_become_other_figures(text: str, pattern: str):
    for seed in range(20):
        assert re.fullmatch(pattern, other_figures(text, random.Random(seed)) or "")


def test_without_a_figure_there_is_none():
    assert other_figures("万一统一十分顺利", random.Random(1)) is None
