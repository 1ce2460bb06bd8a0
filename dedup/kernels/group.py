"""Which rows of a column have a value that occurs again."""

from __future__ import annotations

import numpy as np

from dedup.columns import I64, U8, U32
from dedup.kernels import kernel

__all__ = ["SPREAD", "note_values", "rows_again"]


SPREAD = np.uint32(0x9E3779B1)
"""The golden ratio of 2**32, odd."""


@kernel
def note_values(values: U32, bits: int, once: U8, again: U8) -> None:
    """Note which values occur, and which do once more.

    Values are told apart by ``bits`` bits of a product alone, so a few more may come than should.
    (Multiplicative hashing: D. E. Knuth, The Art of Computer Programming, volume 3, section 6.4.)

    Parameters
    ----------
    values
        Any; few of them are to be equal that need not be.
    bits
        At most 32.
    once, again
        ``2**bits / 8`` bytes each, all 0 before the first values are noted.
    """
    shift = np.uint32(32 - bits)
    for i in range(len(values)):
        place = np.uint32(values[i] * SPREAD) >> shift
        byte, bit = place >> np.uint32(3), np.uint8(1) << np.uint8(place & np.uint32(7))
        if once[byte] & bit:
            again[byte] |= bit
        else:
            once[byte] |= bit


@kernel
def rows_again(values: U32, bits: int, again: U8, rows: I64) -> int:
    """Fill ``rows``, as long as ``values``, with the rows, ascending, whose value occurs again.

    Return how many. ``again`` is what ``note_values`` noted of all values.
    """
    shift = np.uint32(32 - bits)
    n = 0
    for i in range(len(values)):
        place = np.uint32(values[i] * SPREAD) >> shift
        if again[place >> np.uint32(3)] >> np.uint8(place & np.uint32(7)) & np.uint8(1):
            rows[n] = i
            n += 1
    return n
