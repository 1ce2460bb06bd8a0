"""Where units and documents are among all characters."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from told import Told, places_told

corpora = st.lists(st.lists(st.text("a甲", max_size=300), max_size=3), min_size=1, max_size=4)


def test_characters_are_counted_one_unit_after_the_other():
    places = places_told([["a甲", ""], [], ["\U00020000é"]])
    assert places.unit_start.tolist() == [0, 2, 2, 4]
    assert places.documents.tolist() == [0, 2, 2, 4]
    assert places.first_unit.tolist() == [0, 2, 2, 3]
    assert places.narrow.tolist() == [False, False, False]
    assert (places.count, places.type) == (4, np.uint32)
    assert places_told([["a plain word 甲"]]).narrow.tolist() == [True]


@given(corpora, st.integers(1, 400))
def test_units_hold_places_and_cuts_part_documents(told: Told, room: int):
    places = places_told(told)
    units = [unit for document in told for unit in document]
    wanted = [number for number, unit in enumerate(units) for _ in unit]
    assert places.holders(np.arange(places.count)).tolist() == wanted
    of = [number for number, document in enumerate(told) for _ in document]
    assert places.documents_of(np.arange(len(units))).tolist() == of
    cuts = places.cut(room)
    assert cuts[0] == 0
    assert cuts[-1] == len(told)
    assert cuts == sorted(set(cuts))
