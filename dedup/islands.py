"""Islands: of the shadow texts the stretches around what meets, laid out one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I64, U32, Array, Bools, strings
from dedup.kernels.seeds import code_points
from dedup.places import Places
from dedup.shadows import Part
from dedup.work import Work

__all__ = ["Islands", "characters", "lay_out", "spread"]

STEP = 1 << 20
"""Units, or characters of them, of which numbers are held at once."""
SURROGATES = 0xD800
SLOTS = 0x800
"""Code points that no text has, and that fit into 16 bits."""


@dataclass(frozen=True)
class Islands:
    """Characters of some units of ``u``, in ``i`` islands, each of units that follow each other."""

    text: Array
    """Characters: in 16 bits code points, but numbers of those beyond; or code points in 32."""
    unit_start: I64
    """Where each unit starts; one more than there are. Those that are not laid out are empty."""
    bounds: I64
    """Where each island starts; one more than there are."""
    open: Bools
    """``[i, 2]``: whether the document goes on before and behind it."""

    def places(self, places: I64, units: I64, all_: Places) -> I64:
        """Return where, among all places, those in these units are here."""
        here: I64 = places - all_.unit_start[units] + self.unit_start[units]
        return here

    def units(self, here: I64) -> I64:
        """Return the units of places here."""
        return np.searchsorted(self.unit_start, here, "right") - 1

    def numbers(self, here: I64) -> I64:
        """Return the island that each place here is in."""
        return np.searchsorted(self.bounds, here, "right") - 1


def spread(units: Bools, places: Places, margin: int | None) -> Bools:
    """Return these units with those of their documents that are at most ``margin`` characters off.

    With all of their documents if it is None.
    """
    s = places
    near = np.empty(len(units), np.bool_)
    for begin, end in pairwise(s.first_unit[s.cut(STEP)].tolist()):
        which = np.flatnonzero(units[begin:end]) + begin
        document = s.documents_of(which)
        if margin is None:
            first, last = s.first_unit[document], s.first_unit[document + 1]
        else:
            before = np.maximum(s.documents[document], s.unit_start[which] - margin)
            behind = np.minimum(s.documents[document + 1], s.unit_start[which + 1] + margin)
            first, last = s.holders(before), s.holders(behind - 1) + 1
        steps = np.zeros(end - begin + 1, np.int32)
        np.add.at(steps, first - begin, 1)
        np.add.at(steps, last - begin, -1)
        near[begin:end] = np.cumsum(steps[:-1]) > 0
    return near


def lay_out(laid: Bools, places: Places, texts: Callable[[], Iterable[U32]], work: Work) -> Islands:
    """Lay out some units; ``texts`` has the code points of all of them, in parts, each time."""
    s = places
    unit_start = work.array(len(laid) + 1, np.int64)
    unit_start[0] = total = 0
    for low, high in pairwise([*range(0, len(laid), STEP), len(laid)]):
        lengths = np.where(laid[low:high], np.diff(s.unit_start[low : high + 1]), 0)
        unit_start[low + 1 : high + 1] = total + np.cumsum(lengths)
        total = unit_start[high]
    begins, ends = laid.copy(), laid.copy()
    parted = s.document[1:] != s.document[:-1]
    begins[1:] &= ~laid[:-1] | parted
    ends[:-1] &= ~laid[1:] | parted
    first, last = np.flatnonzero(begins), np.flatnonzero(ends)
    document = s.documents_of(first)
    open_ = np.column_stack(
        [
            s.unit_start[first] > s.documents[document],
            s.unit_start[last + 1] < s.documents[document + 1],
        ]
    )
    bounds = np.append(unit_start[first], unit_start[-1])

    text: Array = np.empty(0, np.uint16)
    for kind in (np.uint16, np.uint32):
        text = work.array(int(unit_start[-1]), kind)
        if _fill(text, texts()):
            break
    return Islands(text, unit_start, bounds, np.ascontiguousarray(open_))


def characters(part: Part) -> U32:
    """Return the code points of texts, one after the other."""
    shadow: pa.Array = part.all()
    data, offsets = strings(shadow)
    # A continuation byte is no character.
    inside = np.cumsum((data[offsets[0] : offsets[-1]] & 0xC0) != 0x80)
    starts = np.append(0, inside)[offsets - offsets[0]]
    text = np.empty(starts[-1], np.uint32)
    code_points(data, offsets, starts[:-1], text, np.empty(len(shadow), np.int32))
    return text


def _fill(text: Array, parts: Iterable[U32]) -> bool:
    """Write characters; say whether the type of ``text`` has numbers enough for them."""
    shorten = _Shortened() if text.dtype == np.uint16 else None
    at = 0
    for part in parts:
        numbers: Array | None = part if shorten is None else shorten(part)
        if numbers is None:
            return False
        text[at : at + len(part)] = numbers
        at += len(part)
    return True


class _Shortened:
    """Code points in 16 bits: those beyond get the numbers of surrogates, as they come."""

    def __init__(self) -> None:
        self._known: npt.NDArray[np.uint32] = np.empty(0, np.uint32)
        self._number: npt.NDArray[np.uint16] = np.empty(0, np.uint16)

    def __call__(self, text: U32) -> Array | None:
        """Return the numbers of characters, None if there are too many different ones."""
        out = text.astype(np.uint16)
        beyond = np.flatnonzero(text > 0xFFFF)
        if len(beyond):
            codes = text[beyond]
            new = np.setdiff1d(codes, self._known)
            number = SURROGATES + len(self._known) + np.arange(len(new))
            known = np.append(self._known, new)
            if len(known) > SLOTS:
                return None
            order = np.argsort(known)
            self._known = known[order]
            self._number = np.append(self._number, number.astype(np.uint16))[order]
            out[beyond] = self._number[np.searchsorted(self._known, codes)]
        return out
