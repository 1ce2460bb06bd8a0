"""Excise: which sentences go, against the obvious way, and where they end in the text."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive import excise as naive

from dedup import folding, sentences
from dedup.stages.excise import (
    Places,
    Sentences,
    Standing,
    cut_sentences,
    in_units,
    runs_of,
    sentences_of,
)

few = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
TABLES = folding.load_tables()
PIECES = [
    "今天开会。", "今天开会!", "明天放假。", "但有的不放。", "他说：“好。”", "(第二点)", "第三条",
    "一、", "3.5元。", "see you. ", "not able", "。", "”", "“", "?", "  ", "，", "《书》",
    "he said: (no). ", "three four",
]  # fmt: skip
_piece = st.sampled_from(PIECES[:3]) | st.sampled_from(PIECES)
texts = st.lists(_piece, max_size=8).map("".join)


def table_of(units: list[str], exact: bool = False) -> Sentences:
    shadow = pa.array(units, pa.large_string())
    found, said = sentences_of(shadow, np.arange(len(units)), sentences.marks(), exact)
    if said is None:
        return found
    codes = said.dictionary_encode().indices.to_numpy().astype(np.uint64)
    return Sentences(found.unit, found.begin, found.end, found.cut, codes)


def test_sentences_worked_by_hand() -> None:
    found = table_of(["他说：“今天好。”(明天)也好。", "第三条 甲乙。但丙", "…"])
    assert found.unit.tolist() == [0, 0, 1, 1]
    #      他说：“今天好 | 明天)也好 | 第三条 | 甲乙。但丙: what takes back is not cut off
    assert found.begin.tolist() == [0, 10, 0, 4]
    assert found.end.tolist() == [7, 15, 3, 9]
    # What opens goes with what follows, all else with what was before.
    assert found.cut.tolist() == [0, 9, 0, 4]


@few
@given(st.lists(texts, max_size=5))
def test_sentences_are_where_the_twin_has_them(units: list[str]) -> None:
    units = folding.fold_strings(units, TABLES)
    wanted = [each for number, unit in enumerate(units) for each in naive.sentences(number, unit)]
    for exact in (False, True):
        found = table_of(units, exact)
        columns = (found.unit, found.begin, found.end, found.cut)
        told = list(zip(*(column.tolist() for column in columns), strict=True))
        assert told == [each[:4] for each in wanted]
        if not exact:
            assert found.key.tolist() == [naive.key(each) for each in wanted]
        else:
            same = [[a.text == b.text for b in wanted] for a in wanted]
            assert (found.key[:, None] == found.key[None]).tolist() == same


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[naive.Unit], list[naive.Passage]]:
    """Draw units, what becomes of them, and passages between them."""
    drawn = draw(st.lists(texts.filter(bool), min_size=2, max_size=5))
    shadows = folding.fold_strings(drawn, TABLES)
    order = st.just(list(range(len(shadows))))
    ranks = draw(order | order | st.permutations(range(len(shadows))))
    units = []
    for number, text in enumerate(shadows):
        stays = draw(st.integers(0, 4)) < 4
        target = draw(st.sampled_from([-1, *range(len(shadows))])) if not stays else -1
        units.append(
            naive.Unit(text, ranks[number], stays, stays and draw(st.integers(0, 5)) < 5, target)
        )
    starts = [0, *accumulate(len(unit.text) for unit in units)]

    def span() -> tuple[int, int]:
        first, last = sorted(draw(st.integers(0, len(units) - 1)) for _ in range(2))
        return (
            starts[first] + draw(st.sampled_from([0, 0, 3, 8])),
            starts[last + 1] - draw(st.sampled_from([0, 0, 2, 7])),
        )

    drawn_spans = [(*span(), *span()) for _ in range(draw(st.integers(0, 5)))]
    passages = [naive.Passage(*each) for each in drawn_spans if each[0] < each[1]]
    passages = [each for each in passages if each.source_begin < each.source_end]
    return units, passages


@few
@given(worlds(), st.sampled_from([0, 5, 9]), st.sampled_from(["careful", "standard", "aggressive"]))
def test_what_goes_is_what_the_twin_takes_and_nothing_is_lost(
    world: tuple[list[naive.Unit], list[naive.Passage]], least: int, preset: str
) -> None:
    units, passages = world
    wanted = naive.excised(units, passages, least, preset)
    table = table_of([unit.text for unit in units], exact=preset == "careful")
    spans = np.array(passages, np.int64).reshape(-1, 4)
    places = Places(
        np.array([0, *accumulate(len(unit.text) for unit in units)]), spans[:, :2], spans[:, 2:]
    )
    standing = Standing(
        np.array([unit.stays for unit in units], bool),
        np.array([unit.cuts for unit in units], bool),
        np.array([unit.target for unit in units], np.int64),
        np.array([unit.rank for unit in units], np.int64),
    )
    passage, sentence = cut_sentences(table, places, standing, least, preset != "aggressive")
    told = [
        each for number, unit in enumerate(units) for each in naive.sentences(number, unit.text)
    ]
    assert [
        (n, told[s]) for n, s in zip(passage.tolist(), sentence.tolist(), strict=True)
    ] == wanted

    goes = {told[s] for s in sentence.tolist()}
    if preset != "aggressive":
        left = [each for each in told if units[each.unit].stays and each not in goes]
        said = {each.text if preset == "careful" else each.said for each in left}
        assert {each.text if preset == "careful" else each.said for each in goes} <= said


def test_runs_stay_within_their_units() -> None:
    goes = np.array([1, 1, 1, 0, 1, 1], bool)
    first, last = runs_of(goes, np.array([0, 0, 1, 1, 1, 2]))
    assert (first.tolist(), last.tolist()) == ([0, 2, 4, 5], [1, 2, 4, 5])
    assert [each.tolist() for each in runs_of(np.zeros(3, bool), np.zeros(3, np.int64))] == [[], []]


@pytest.mark.parametrize(
    ("text", "sentence", "dropped", "masked"),
    [
        ("　甲乙。 丙丁。 戊己。", 0, "　丙丁。 戊己。", "　[] 丙丁。 戊己。"),
        ("　甲乙。 丙丁。 戊己。", 1, "　甲乙。 戊己。", "　甲乙。 [] 戊己。"),
        ("　甲乙。 丙丁。 戊己。", 2, "　甲乙。 丙丁。", "　甲乙。 丙丁。 []"),
        ("說(shuō)。衛(wèi)。\n", 1, "說(shuō)。", "說(shuō)。[]\n"),
    ],
)
def test_where_sentences_end_in_their_unit(
    text: str, sentence: int, dropped: str, masked: str
) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    ends = np.array([len(data)])
    folded = folding.fold_spans(data, np.zeros(1, np.int64), ends, TABLES, origins=True)
    found = table_of(folded.shadow.to_pylist())
    to = np.append(found.cut[1:], folded.lengths[0])[sentence]
    stretch = np.array([[0, found.cut[sentence], to]])
    for masks, wanted in ((False, dropped), (True, masked)):
        [start], [end] = in_units(
            stretch, folded.origins, folded.lengths, data, np.zeros(1, np.int64),
            np.array([len(text)]), masks,
        )  # fmt: skip
        assert text[:start] + "[]" * masks + text[end:] == wanted
