"""Documents told as lists of units, as what finds passages is given them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pyarrow as pa

from dedup.columns import I32, Bools
from dedup.places import Places, places_of
from dedup.shadows import HeldShadows
from dedup.stages.seeds import Documents, note
from dedup.work import Work

__all__ = [
    "Told", "documents_told", "no_groups", "none", "places_told", "shadows_told", "text_told",
    "units_told",
]  # fmt: skip

Told: TypeAlias = list[list[str]]
"""Of each document its units."""


def text_told(told: Told) -> str:
    return "".join(unit for document in told for unit in document)


def shadows_told(told: Told) -> HeldShadows:
    """Return shadows in several chunks, of which one is empty."""
    texts = pa.array([unit for document in told for unit in document], pa.large_string())
    return HeldShadows([texts.slice(0, 1), texts.slice(1, 0), texts.slice(1, 2), texts.slice(3)])


def units_told(told: Told) -> pa.Table:
    units = [(number, unit) for number, document in enumerate(told) for unit in document]
    return pa.table(
        {
            "document": pa.array([number for number, _ in units], pa.int64()),
            "length": pa.array([len(unit) for _, unit in units], pa.int64()),
        }
    )


def documents_told(told: Told, first: int, last: int) -> Documents:
    """Return some of the documents as the stages are given them."""
    starts = np.cumsum([0, *map(len, told)])
    return Documents(first, last, shadows_told(told).part(np.arange(starts[first], starts[last])))


def places_told(told: Told) -> Places:
    """Return the places, with the alphabetic units told."""
    places = places_of(units_told(told), len(told), Work())
    if told:
        places.narrow[:] = note(documents_told(told, 0, len(told)), places, none(places))[1]
    return places


def none(places: Places) -> Bools:
    return np.zeros(len(places.narrow), np.bool_)


def no_groups(places: Places) -> I32:
    return np.full((len(places.narrow), 1), -1, np.int32)
