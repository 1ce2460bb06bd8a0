"""The lists by which words are slots: that each word of theirs does what its list says."""

from __future__ import annotations

import pytest
from naive import words as naive

from dedup import folding, masking


def test_tags_are_kinds() -> None:
    kinds = masking.tag_kinds(["x", "ns", "nr", "m", "t", "v", "nsf"])
    assert kinds.tolist() == [0, 3, masking.NAME, 1, 2, 0, 3]
    assert kinds.dtype.itemsize == 1


@pytest.mark.parametrize(
    "words",
    [masking.NOT_A_PLACE, masking.NOT_A_NUMBER, masking.NOT_A_DENIAL, masking.DENIALS_IN_LATIN],
    ids=["place", "number", "denial", "latin"],
)
def test_every_listed_word_is_folded(words: str) -> None:
    # A word that the fold changes could never be met.
    listed = words.split()
    assert folding.fold_strings(listed, folding.load_tables()) == listed


@pytest.mark.parametrize(
    "characters",
    [
        masking.NUMERALS,
        masking.SET_APART,
        masking.COUNTED,
        masking.ADMIN,
        masking.DEICTIC,
        masking.DENIALS,
    ],
)
def test_every_listed_character_is_a_letter_or_digit_and_folded(characters: str) -> None:
    assert folding.fold_strings(list(characters), folding.load_tables()) == list(characters)
    assert characters.isalnum()
    assert len(set(characters)) == len(characters)


def test_no_word_on_a_list_is_a_slot() -> None:
    for word in f"{masking.NOT_A_PLACE} {masking.NOT_A_NUMBER}".split():
        assert naive.is_slot(word, "ns") == ""


def test_words_that_affirm_hold_a_character_that_denies() -> None:
    for word in masking.NOT_A_DENIAL.split():
        assert set(word) & set(masking.DENIALS)
    for word in masking.DENIALS_IN_LATIN.split():
        assert not set(word) & set(masking.DENIALS)


def test_rules_are_built_once() -> None:
    assert masking.rules() is masking.rules()
