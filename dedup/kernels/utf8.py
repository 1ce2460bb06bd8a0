"""One code point, or eight bytes at once, read from or written to valid UTF-8."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import inner

__all__ = ["decode", "encode", "word_at"]


@inner
def decode(data: Any, i: int) -> tuple[int, int]:
    """Return the code point at byte ``i`` of ``data`` (uint8), and where the next one starts."""
    lead = np.int64(data[i])
    if lead < 0x80:
        return lead, i + 1
    second = np.int64(data[i + 1]) & 0x3F
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | second, i + 2
    third = np.int64(data[i + 2]) & 0x3F
    if lead < 0xF0:
        return (lead & 0x0F) << 12 | second << 6 | third, i + 3
    fourth = np.int64(data[i + 3]) & 0x3F
    return (lead & 0x07) << 18 | second << 12 | third << 6 | fourth, i + 4


@inner
def word_at(data: Any, i: int) -> np.uint64:
    """Return the eight bytes from byte ``i`` of ``data`` (uint8) on, the first one lowest."""
    word = np.uint64(0)
    for j in range(8):  # unrolled, and made one load, by the compiler: hence the unsigned index
        word |= np.uint64(data[np.uint64(i) + np.uint64(j)]) << np.uint64(8 * j)
    return word


@inner
def encode(code: int, out: Any, pos: int) -> int:
    """Write ``code`` to ``out`` (uint8) at byte ``pos``, and return where the next one goes."""
    if code < 0x80:
        out[pos] = code
        return pos + 1
    if code < 0x800:
        out[pos] = 0xC0 | code >> 6
        out[pos + 1] = 0x80 | code & 0x3F
        return pos + 2
    if code < 0x10000:
        out[pos] = 0xE0 | code >> 12
        out[pos + 1] = 0x80 | code >> 6 & 0x3F
        out[pos + 2] = 0x80 | code & 0x3F
        return pos + 3
    out[pos] = 0xF0 | code >> 18
    out[pos + 1] = 0x80 | code >> 12 & 0x3F
    out[pos + 2] = 0x80 | code >> 6 & 0x3F
    out[pos + 3] = 0x80 | code & 0x3F
    return pos + 4
