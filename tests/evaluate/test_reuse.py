"""How much of each unit stands elsewhere."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from naive import reuse as naive

from dedup.columns import make_lists
from dedup.corpus.memory import documents_table
from dedup.engines.local import LocalEngine
from dedup.evaluate.reuse import shares_elsewhere, units_with_reuse
from dedup.settings import Settings

TEXT = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"


@given(st.lists(st.sets(st.integers(0, 9)), max_size=6))
def test_is_what_the_obvious_count_says(sets: list[set[int]]):
    values = np.array([each for some in sets for each in sorted(some)], np.uint64)
    starts = np.cumsum([0, *map(len, sets)])
    assert shares_elsewhere(make_lists(values, starts)).tolist() == naive.shares_elsewhere(sets)


def test_the_same_text_with_other_places_and_figures_stands_elsewhere():
    texts = [
        f"{TEXT}\n{OTHER}",
        TEXT.replace("我县", "霍邱县"),
        "在甲、乙两地，第三十二次会议通过了2015年的预算草案。",
        "在甲、乙两地，第五次会议通过了2021年的预算草案。",
    ]
    documents = documents_table(texts, Settings())
    units = units_with_reuse(documents, Settings(), LocalEngine(1))
    assert units["document"].to_pylist() == [0, 0, 1, 2, 3]
    share = units["elsewhere"].to_pylist()
    assert share[1] == 0
    assert min(share[0], *share[2:]) > 0.5


def test_one_long_run_that_stands_elsewhere_is_enough():
    draw = random.Random(1)
    own = [" ".join("".join(draw.choices("bdfgklmn", k=9)) for _ in range(200)) for _ in range(2)]
    run = "各级农业农村主管部门应当会同有关部门每年定期检查"
    for shared, expected in ((run, [1, 1]), (run[:10], [0, 0])):
        documents = documents_table([f"{text}。{shared}。" for text in own], Settings())
        units = units_with_reuse(documents, Settings(), LocalEngine(1))
        assert units["elsewhere"].to_pylist() == expected
