"""Newcomers: decided for together as if each had come alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from corpora import texts
from hypothesis import example, given, settings
from hypothesis import strategies as st

import dedup
from dedup import Result, Settings
from dedup.newcomers import apart

SAME = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
LONGER = f"{OTHER[:-1]}，并向社会公开。"


def decided(result: Result, first: int) -> Result:
    finding = apart(result.finding, first)
    return Result.of(finding, result.settings)


def fates(result: Result, document: int) -> list[tuple[str, tuple[int, int] | None]]:
    """Return per unit of a document its action and, by document and number, what it went for."""
    units = result.units.to_pylist()
    places = [(unit["document"], unit["paragraph"]) for unit in units]
    return [
        (unit["action"], places[int(target)] if target >= 0 else None)
        for unit, target in zip(units, result.target, strict=True)
        if unit["document"] == document
    ]


def test_worked_example() -> None:
    base = [SAME, "另一篇文章讲的是别的事情，与前面没有关系。"]
    new = [f"{SAME}\n{OTHER}", f"{OTHER}\n{LONGER}\n{OTHER}", LONGER]
    together = dedup.find([*base, *new])
    assert together.cleaned().to_pylist()[2:] == [f"{OTHER}", f"{LONGER}\n", ""]
    result = decided(together, len(base))
    # The copy of the corpus goes, and the second copy in one text; not what another newcomer has.
    assert result.cleaned().to_pylist() == [*base, OTHER, f"{OTHER}\n{LONGER}\n", LONGER]
    assert fates(result, 2) == [("dropped", (0, 0)), ("kept", None)]
    assert [what for what, _ in fates(result, 3)] == ["kept", "tagged", "dropped"]
    assert fates(result, 4) == [("kept", None)]


PRESETS: list[dict[str, Any]] = [
    {},
    {"drop_families": True},
    {"preset": "aggressive", "min_drop": 0},
    {"preset": "aggressive", "drop_families": True},
    {"drop_threshold": 0.7, "min_length": 0},
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(texts(), max_size=3),
    st.lists(texts(), min_size=1, max_size=4),
    st.sampled_from(PRESETS),
)
@example([], [OTHER, f"{LONGER}\n{OTHER}"], {})  # what is first is another text for each
def test_each_newcomer_fares_as_if_it_came_alone(
    base: list[str], new: list[str], values: dict[str, Any]
) -> None:
    chosen = Settings(exact=True, **values)
    result = decided(dedup.find([*base, *new], chosen), len(base))
    for number, text in enumerate(new):
        alone = dedup.find([*base, text], chosen)
        place = len(base) + number
        expected = [
            (action, target and (place if target[0] == len(base) else target[0], target[1]))
            for action, target in fates(alone, len(base))
        ]
        assert fates(result, place) == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(texts(), max_size=4), st.lists(texts(), max_size=3), st.sampled_from(PRESETS))
def test_the_corpus_fares_as_without_newcomers(
    base: list[str], new: list[str], values: dict[str, Any]
) -> None:
    chosen = Settings(exact=True, keep="longest", **values)
    result = decided(dedup.find([*base, *new], chosen), len(base))
    alone = dedup.find(base, chosen)
    count = alone.finding.units.num_rows
    assert np.array_equal(result.target[:count], alone.target)
    assert not np.any(result.target[:count] >= count)


@pytest.mark.parametrize("first", [0, 3])
def test_without_newcomers_or_without_a_corpus(first: int) -> None:
    found = dedup.find([SAME, f"{SAME}\n{OTHER}\n{OTHER}", SAME])
    result = decided(found, first)
    if first:
        assert result.cleaned().equals(found.cleaned())
        assert result.provenance.equals(found.provenance)
    else:
        assert result.cleaned().to_pylist() == [SAME, f"{SAME}\n{OTHER}\n", SAME]


def test_passages_of_newcomers_are_cut_for_each() -> None:
    rest = ["图书馆每周二闭馆，读者可以还书。", "卖豆腐的人推着车从巷口经过，吆喝声传得很远。"]
    base = [f"{rest[1]}{SAME}{OTHER}码头边的仓库改成了书店，傍晚总坐满了人。", "别的。"]
    new = [
        f"{rest[0]}{SAME}{OTHER}她把信读了两遍，放回抽屉里，再没有提起。村口的老槐树今年又发了新枝。"
    ]
    new = [*new * 2, f"新的一段话。\n{new[0]}", f"{SAME}{rest[0] * 3}"]
    for keep in ("first", "longest"):
        chosen = Settings(passage_action="drop", keep=keep)  # type: ignore[arg-type]
        result = decided(dedup.find([*base, *new], chosen), len(base))
        left = result.cleaned().to_pylist()
        assert left[: len(base)] == base
        for number, text in enumerate(new):
            assert left[len(base) + number] == text.replace(SAME, "").replace(OTHER, "")
