"""Markers of an earlier run: how much of a text they are."""

from __future__ import annotations

import pyarrow as pa

from dedup.markers import in_markers


def test_characters_in_markers_worked_by_hand() -> None:
    shadow = pa.chunked_array([["[...]", "第三条[...][...]"], ["", "[..]"], ["好[...]的"]])
    shadow = shadow.cast(pa.large_string())
    assert in_markers(shadow, "[…]").tolist() == [5, 10, 0, 0, 5]
    assert in_markers(shadow, "[重复]").tolist() == [0] * 5
    # As the text, it is compared in its folded form.
    assert in_markers(pa.chunked_array([["[重复]"]], pa.large_string()), "［重複］").tolist() == [4]
    assert in_markers(pa.chunked_array([], pa.large_string()), "[…]").tolist() == []


def test_slices_are_looked_at_and_nothing_else() -> None:
    column = pa.array(["[...]", "甲乙", "[...]"], pa.large_string())
    assert in_markers(pa.chunked_array([column[1:2]]), "[…]").tolist() == [0]
    assert in_markers(pa.chunked_array([column[1:]]), "[…]").tolist() == [0, 5]
