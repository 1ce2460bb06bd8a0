"""What is laid out of shadow texts, and where."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from told import Told, places_told, shadows_told, text_told

from dedup import islands
from dedup.columns import U32
from dedup.islands import Islands, characters, lay_out, spread
from dedup.work import Work

letters = "a甲é\U00020000\U00020001\U00020002"
corpora = st.lists(st.lists(st.text(letters, max_size=30), max_size=4), min_size=1, max_size=4)


def laid_out(told: Told, laid: set[int]) -> Islands:
    places = places_told(told)
    units = np.array([unit in laid for unit in range(len(places.narrow))], np.bool_)

    def texts() -> Iterator[U32]:
        for some in np.array_split(np.flatnonzero(units), 2):
            yield characters(shadows_told(told).part(some))

    return lay_out(units, places, texts, Work())


@given(corpora, st.sets(st.integers(0, 15)), st.integers(0, 3))
def test_equal_characters_have_equal_numbers_and_others_do_not(
    told: Told, laid: set[int], slots: int
):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(islands, "SLOTS", slots)
        found = laid_out(told, laid)
    units = [unit for document in told for unit in document]
    text = "".join(unit for number, unit in enumerate(units) if number in laid)
    beyond = {character for character in text if character > "\uffff"}
    assert found.text.dtype == (np.uint32 if len(beyond) > slots else np.uint16)
    assert len(found.text) == len(text)
    assert len(set(zip(text, found.text.tolist(), strict=True))) == len(set(text))
    assert len(set(found.text.tolist())) == len(set(text))
    assert all(
        ord(character) == number
        for character, number in zip(text, found.text.tolist(), strict=True)
        if character not in beyond
    )


@given(corpora, st.sets(st.integers(0, 15)))
def test_places_here_and_there_belong_together(told: Told, laid: set[int]):
    places, found = places_told(told), laid_out(told, laid)
    all_ = np.arange(places.count)
    units = places.holders(all_)
    there = all_[np.isin(units, [*laid])]
    here = found.places(there, places.holders(there), places)
    assert here.tolist() == [*range(len(found.text))]
    assert found.units(here).tolist() == places.holders(there).tolist()
    # An island is of one document, and has all that is between its ends.
    document = places.documents_of(places.holders(there))
    for island in range(len(found.bounds) - 1):
        inside = np.flatnonzero(found.numbers(here) == island)
        if not len(inside):
            continue
        assert len(set(document[inside].tolist())) == 1
        first, last = int(there[inside[0]]), int(there[inside[-1]])
        assert last - first + 1 == len(inside)
        number = int(document[inside[0]])
        assert found.open[island].tolist() == [
            first > places.documents[number],
            last + 1 < places.documents[number + 1],
        ]


@given(corpora, st.sets(st.integers(0, 15)), st.integers(1, 40))
def test_what_is_near_is_laid_out_too(told: Told, touched: set[int], margin: int):
    told = [[unit for unit in document if unit] for document in told]
    places = places_told(told)
    units = np.array([unit in touched for unit in range(len(places.narrow))], np.bool_)
    near = spread(units, places, margin)
    whole = spread(units, places, None)
    of = places.document.tolist()
    for unit in range(len(units)):
        begin, end = places.unit_start[unit : unit + 2].tolist()
        same = [each for each in np.flatnonzero(units).tolist() if of[each] == of[unit]]
        assert whole[unit] == bool(same)
        assert near[unit] == any(
            begin < places.unit_start[each + 1] + margin and end > places.unit_start[each] - margin
            for each in same
        )


def test_characters_of_parts_are_laid_out_one_after_the_other():
    told = [["a甲", ""], [], ["\U00020000é"]]
    part = shadows_told(told).part(np.arange(3))
    assert "".join(map(chr, characters(part))) == text_told(told)
