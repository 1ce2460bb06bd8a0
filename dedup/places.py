"""Places: the characters of all shadow texts are counted, one unit and document after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I64, Array, Bools, numbers
from dedup.kernels.ends import MARKS, holders
from dedup.work import Work

__all__ = ["Places", "places_of"]

STEP = 1 << 16


@dataclass(frozen=True)
class Places:
    """Where each of ``u`` units and ``d`` documents is."""

    unit_start: I64
    """Where each unit starts; one more than there are."""
    document: Array
    """Of each unit."""
    first_unit: I64
    """Of each document; one more than there are."""
    documents: I64
    """Where each document starts; one more than there are."""
    narrow: Bools
    """Of each unit: it is alphabetic, a word takes several characters; filled as texts are read."""
    marked: I64
    """The unit at every ``1 << MARKS``-th place."""

    @property
    def count(self) -> int:
        """Characters, of all documents."""
        return int(self.unit_start[-1])

    @property
    def type(self) -> npt.DTypeLike:
        """The narrowest type that holds every place."""
        return np.uint32 if self.count < 1 << 32 else np.int64

    def holders(self, places: Array) -> I64:
        """Return the unit that each place is in."""
        places = np.ascontiguousarray(places, np.int64)
        out = np.empty(places.size, np.int64)
        holders(places.reshape(-1), self.unit_start, self.marked, out)
        return out.reshape(places.shape)

    def documents_of(self, units: I64) -> I64:
        """Return the document of each unit."""
        of: I64 = self.document[units].astype(np.int64)
        return of

    def cut(self, room: int) -> list[int]:
        """Return where to cut the documents into parts of about ``room`` characters."""
        marks = np.arange(room, self.count, room)
        inside = np.searchsorted(self.documents, marks).tolist()
        return sorted({0, *inside, len(self.documents) - 1})


def places_of(units: pa.Table, documents: int, work: Work) -> Places:
    """Return the places of ``records.UNITS``."""
    length: npt.NDArray[Any] = numbers(units["length"])
    unit_start = work.array(len(length) + 1, np.int64)
    unit_start[0] = 0
    np.cumsum(length, out=unit_start[1:])
    document = numbers(units["document"])
    first_unit, starts = (work.array(documents + 1, np.int64) for _ in range(2))
    for at in range(0, documents + 1, STEP):
        here = np.arange(at, min(at + STEP, documents + 1), dtype=document.dtype)
        first_unit[at : at + STEP] = np.searchsorted(document, here)
        starts[at : at + STEP] = unit_start[first_unit[at : at + STEP]]
    narrow = work.array(len(length), np.bool_)
    narrow[:] = False
    size = 1 << MARKS
    marked = work.array((int(unit_start[-1]) + size - 1) // size, np.int64)
    for at in range(0, len(marked), STEP):
        here = np.arange(at, min(at + STEP, len(marked))) << MARKS
        marked[at : at + STEP] = np.searchsorted(unit_start, here, "right") - 1
    return Places(unit_start, document, first_unit, starts, narrow, marked)
