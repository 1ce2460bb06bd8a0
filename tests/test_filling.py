"""Filling: what fills the slots of templates, worked by hand and by the twin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from corpora import texts
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import classes as naive

import dedup
from dedup import Settings
from dedup.columns import numbers
from dedup.folding import fold_strings, load_tables
from dedup.kinds import KINDS

TABLES = load_tables()
NAMES = ("cluster", "family")


def rows_of(documents: list[str]) -> dict[str, tuple[float, str, float]]:
    """Return, by the first text of each cluster and family, filled, kind and reworded."""
    result = dedup.find(documents, Settings(min_length=4, audit=0, passages=False))
    told = {}
    for name, groups in (("cluster", result.clusters), ("family", result.families)):
        table = result.classes.table(name)  # type: ignore[arg-type]
        for row, text in zip(table.to_pylist(), groups["text"].to_pylist(), strict=True):
            told[text] = row["filled"], row["kind"], row["reworded"]
    return told


@pytest.mark.parametrize(
    ("given", "filled", "kind", "reworded"),
    [
        # Two of three have another figure than most.
        (["全县新建公路42公里和桥梁一座。", "全县新建公路58公里和桥梁一座。",
          "全县新建公路77公里和桥梁一座。"], 2 / 3, "number", 0.0),
        (["截至目前柏杜县的河道已经疏通。", "截至目前望泽县的河道已经疏通。"], 1 / 2, "place", 0.0),
        # Numbers of articles are none, in labels and within.
        (["第三条 养犬人应当按规定办理登记。", "第七条 养犬人应当按规定办理登记。"],
         0.0, "other", 0.0),
        (["违反办法第三条规定的，由县政府责令改正。", "违反办法第九条规定的，由县政府责令改正。"],
         0.0, "other", 0.0),
        # Ranks of places are none; a title is one.
        (["市、县林业主管部门对护林工作进行指导。", "县、乡林业主管部门对护林工作进行指导。"],
         0.0, "other", 0.0),
        (["关于修改《望泽县养犬条例》等法规的决定", "关于修改《望泽县护林条例》等法规的决定"],
         1 / 2, "other", 0.0),
        # Other words are reworded: two of nineteen characters.
        (["养犬人应当定期为犬只接种疫苗并登记造册。", "养犬人应当按时为犬只接种疫苗并登记造册。"],
         0.0, "other", 2 / 20),
    ],
)  # fmt: skip
def test_slots_by_hand(given: list[str], filled: float, kind: str, reworded: float) -> None:
    told = rows_of(given)[given[0]]
    assert told == (pytest.approx(filled), kind, pytest.approx(reworded))


TITLES = "关于修改《望泽县{}条例》等法规的决定，由各级机关负责宣传，今年处理案件{}件，群众满意。"


@pytest.mark.parametrize(
    ("one", "other", "filled", "kind"),
    [
        # What is damaged is neither another filling nor reworded, whichever of two is the first.
        (("养犬管理", 12), ("养犬管?", 12), 0.0, "other"),
        (("养犬\ufffd理", 12), ("养犬管理", 12), 0.0, "other"),
        (("养犬管理", 12), ("护林管□", 12), 1 / 2, "other"),
        # Of slots that are equally filled, one is told that is no other.
        (("养犬管理", 12), ("护林管理", 27), 1 / 2, "number"),
    ],
)
def test_damage_and_kinds_that_say_more(
    one: tuple[str, int], other: tuple[str, int], filled: float, kind: str
) -> None:
    given = [TITLES.format(*one), TITLES.format(*other)]
    assert rows_of(given)[given[0]] == (filled, kind, 0.0)


def test_what_is_not_there_is_reworded() -> None:
    # A date that one of the two has and the other has not is no slot filled in otherwise.
    text = "各乡镇{}完成了河道的疏通工作，沿岸的垃圾也由专人清理，群众比较满意。"
    one, other = text.format("于2031年5月"), text.format("")
    filled, _, reworded = rows_of([one, other])[one]
    assert filled == 0
    assert reworded == pytest.approx(8 / len(one))


def test_one_text_has_no_slots() -> None:
    text = "全县新建公路42公里，改造桥梁三座。"
    assert rows_of([text, text])[text] == (0.0, "other", 0.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(texts(), min_size=2, max_size=8))
def test_filling_is_the_twins(documents: list[str]) -> None:
    result = dedup.find(documents, Settings(threshold=0.3, min_length=2, audit=0, passages=False))
    t, evidence = result.templates, result.classes.evidence
    units = numbers(result.finding.texts["unit"])[t.texts]
    shadows = fold_strings(result.texts_of(units).to_pylist(), TABLES)
    kinds = [KINDS[kind] for kind in t.slot_kinds]
    for row, (first, end) in enumerate(pairwise(t.entry_starts.tolist())):
        slots = []
        for slot in range(t.slot_starts[row], t.slot_starts[row + 1]):
            values = [
                t.value_starts[entry] + slot - t.slot_starts[row] for entry in range(first, end)
            ]
            spans = [(int(t.slots.begin[v]), int(t.slots.end[v])) for v in values]
            slots.append(naive.Slot(kinds[slot], spans))
        filled, reworded = naive.filling(shadows[first:end], t.units[first:end].tolist(), slots)
        assert evidence.filled[row] == pytest.approx(filled)
        assert evidence.reworded[row] == pytest.approx(reworded)
    assert np.all(evidence.filled < 1)
