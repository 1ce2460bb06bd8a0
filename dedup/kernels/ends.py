"""Ends of passages: the units they are in, the marks that are left out there, and their bytes.

Texts are laid out as in ``dedup.kernels.seeds``; rows are those of ``dedup.kernels.passages``.
"""

from __future__ import annotations

import numpy as np

from dedup.columns import I64, U8, U16, Bools
from dedup.kernels import kernel

__all__ = ["MARKS", "bytes_at", "holders", "strip"]

MARKS = 7


@kernel
def holders(places: I64, unit_start: I64, marked: I64, out: I64) -> None:
    """Write the unit that each place is in: a few steps from the one at the mark before it.

    Parameters
    ----------
    places : int64[n]
    unit_start : int64[u + 1]
    marked : int64[m]
        The unit at every ``1 << MARKS``-th place.
    out : int64[n]
    """
    for i in range(len(places)):
        unit = marked[places[i] >> MARKS]
        while unit_start[unit + 1] <= places[i]:
            unit += 1
        out[i] = unit


@kernel
def strip(text: U16, closing: Bools, opening: Bools, rows: I64) -> None:
    """Leave out marks that close something at the start of a passage, and open it at its end.

    ``closing`` and ``opening`` say so of each code point below their length, which is itself in
    ``text``; both spans of a row of ``COLUMNS`` begin and end with the same character.
    """
    for i in range(len(rows)):
        while rows[i, 0] < rows[i, 1] and rows[i, 2] < rows[i, 3]:
            code = np.int64(text[rows[i, 0]])
            if code >= len(closing) or not closing[code] or code != text[rows[i, 2]]:
                break
            rows[i, 0] += 1
            rows[i, 2] += 1
            rows[i, 4] -= 1
        while rows[i, 0] < rows[i, 1] and rows[i, 2] < rows[i, 3]:
            code = np.int64(text[rows[i, 1] - 1])
            if code >= len(opening) or not opening[code] or code != text[rows[i, 3] - 1]:
                break
            rows[i, 1] -= 1
            rows[i, 3] -= 1
            rows[i, 4] -= 1


@kernel
def bytes_at(data: U8, starts: I64, counts: I64, white_goes: bool, out: I64, told: I64) -> None:
    """Write where, in bytes from ``starts[i]``, ``counts[i]`` code points of UTF-8 text end.

    Counts from one start are to follow each other and rise: the text is walked over once. With
    ``white_goes``, white space before that is left out; ``told`` gets the code points that are
    left.
    """
    walked = np.int64(0)
    reached = np.int64(0)
    for i in range(len(starts)):
        if i == 0 or starts[i] != starts[i - 1] or counts[i] < walked:
            walked, reached = np.int64(0), starts[i]
        while walked < counts[i]:
            reached += 1
            while reached < len(data) and data[reached] & 0xC0 == 0x80:
                reached += 1
            walked += 1
        count, at = walked, reached
        if white_goes:
            while count > 0:
                if data[at - 1] <= 0x20:
                    at -= 1
                elif (
                    at - starts[i] >= 3
                    and data[at - 3] == 0xE3
                    and data[at - 2] == 0x80
                    and data[at - 1] == 0x80
                ):  # the ideographic space
                    at -= 3
                else:
                    break
                count -= 1
        out[i] = at - starts[i]
        told[i] = count
