"""Kinds of copies: what each changes, and what it says of where its stretches come from."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.evaluate.alter import KINDS, Donor, alter, donors_needed, is_word
from dedup.folding import fold_strings, load_tables

TEXT = (
    "今年上半年，浙江省卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革，完成投资1200万元。"
    "一是加强食品安全监管，对全省学校食堂进行检查；二是改善乡镇卫生院的条件，新建病房32间。"
)
SECOND = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
WORDS = ["水库", "植树", "图书", "养老", "the", "report"]


def make(kind: str, seed: int = 1, text: str = TEXT):
    donors = [Donor.of(text), Donor.of(SECOND)][: donors_needed(kind)]
    if kind == "across":
        donors = [Donor.of(f"{text}\n{SECOND}", (len(text), len(text) + 1))]
    return alter(kind, donors, random.Random(f"{seed}"), WORDS)


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 50))
def test_stretches_lie_within_the_copy_and_the_donor(kind: str, seed: int):
    copies = make(kind, seed)
    assert copies
    for copy in copies:
        assert copy.stretches
        for stretch in copy.stretches:
            donor = f"{TEXT}\n{SECOND}" if kind == "across" else (TEXT, SECOND)[stretch.donor]
            assert 0 <= stretch.donor_start < stretch.donor_end <= len(donor)
            assert 0 <= stretch.start < stretch.end <= len(copy.text)
            if kind in {"verbatim", "cut", "extended", "split", "merged", "inside"}:
                told = donor[stretch.donor_start : stretch.donor_end]
                assert copy.text[stretch.start : stretch.end] == told


@pytest.mark.parametrize(("kind", "share"), [("words-5", 0.05), ("words-30", 0.3)])
def test_so_many_words_are_replaced(kind: str, share: float):
    words = [word for word in Donor.of(TEXT).words if is_word(word)]
    (copy,) = make(kind) or []
    assert sum(copy.text.count(word) for word in WORDS) == round(share * len(words))


def test_a_cut_leaves_out_a_quarter_to_a_half():
    for seed in range(20):
        (copy,) = make("cut", seed) or []
        assert 0.4 <= len(copy.text) / len(TEXT) <= 0.85


def test_two_parts_are_the_whole_and_two_wholes_are_merged():
    first, second = make("split") or []
    assert first.text + second.text == TEXT
    (merged,) = make("merged") or []
    assert merged.text == TEXT + SECOND


def test_what_goes_inside_leaves_out_something_at_both_ends():
    for seed in range(20):
        (copy,) = make("inside", seed) or []
        assert 0.3 <= len(copy.text) / len(TEXT) <= 0.85
        assert copy.stretches[0].donor_start > 0
        assert copy.stretches[0].donor_end < len(TEXT)


def test_what_goes_across_has_an_end_and_a_beginning_and_the_break_or_not():
    breaks = set()
    for seed in range(20):
        (copy,) = make("across", seed) or []
        (stretch,) = copy.stretches
        told = f"{TEXT}\n{SECOND}"[stretch.donor_start : stretch.donor_end]
        assert 0 < stretch.donor_start < len(TEXT) + 1 < stretch.donor_end
        assert copy.text in {told, told.replace("\n", "")}
        breaks.add("\n" in copy.text)
    assert breaks == {True, False}


def test_reordered_sentences_are_the_same_sentences():
    (copy,) = make("reordered") or []
    assert copy.text != TEXT
    assert sorted(copy.text) == sorted(TEXT)


@pytest.mark.parametrize("kind", ["traditional", "readings"])
def test_script_and_readings_fold_back(kind: str):
    (copy,) = make(kind) or []
    assert copy.text != TEXT
    assert fold_strings([copy.text], load_tables()) == fold_strings([TEXT], load_tables())


def test_characters_are_lost():
    (copy,) = make("lost") or []
    assert copy.text != TEXT
    assert len(TEXT) - 3 <= len(copy.text) <= len(TEXT)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("places", SECOND),
        ("figures", SECOND),
        ("places-figures", "浙江省的工作"),
        ("reordered", "只有一句话。"),
        ("split", "没有地方可以分开"),
        ("traditional", "the same in both scripts"),
        ("words-5", "太短"),
        ("inside", "太短"),
    ],
)
def test_what_cannot_be_made_is_not(kind: str, text: str):
    assert make(kind, text=text) is None
