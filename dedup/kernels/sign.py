"""MinHash signatures and the keys of their bands, the arithmetic of datasketch's ``affine32``."""

from __future__ import annotations

import numpy as np

from dedup.columns import I64, U32, U64
from dedup.kernels import inner, kernel

__all__ = ["NOWHERE", "band_keys", "minhash"]

NOWHERE = np.uint32(0)
"""The key of no band: who has it meets nobody there."""


@inner
def _finalize(
    value: np.uint64,
) -> np.uint32:
    """Return the low half of a shingle (uint64) through MurmurHash3's 32-bit finalizer."""
    h = np.uint32(value & np.uint64(0xFFFFFFFF))
    h = np.uint32(h ^ (h >> np.uint32(16)))
    h = np.uint32(h * np.uint32(0x85EBCA6B))
    h = np.uint32(h ^ (h >> np.uint32(13)))
    h = np.uint32(h * np.uint32(0xC2B2AE35))
    return np.uint32(h ^ (h >> np.uint32(16)))


@kernel
def minhash(
    values: U64,
    first: int,
    last: int,
    a: U32,
    b: U32,
    signature: U32,
) -> None:
    """Fill ``signature`` (uint32[k]) with the minima of ``a * h + b`` over ``values[first:last]``.

    ``h`` is the finalized low half of a shingle; all arithmetic is modulo 2**32, so that the inner
    loops are vector multiplies, adds and minima. Four shingles go through at once: the signature
    and the parameters are then loaded a quarter as often.
    """
    k = len(signature)
    for j in range(k):
        signature[j] = np.uint32(0xFFFFFFFF)
    i = first
    while i + 4 <= last:
        h, h1, h2, h3 = (
            _finalize(values[i]),
            _finalize(values[i + 1]),
            _finalize(values[i + 2]),
            _finalize(values[i + 3]),
        )
        for j in range(k):
            u, v = a[j], b[j]
            one = min(np.uint32(np.uint32(u * h) + v), np.uint32(np.uint32(u * h1) + v))
            two = min(np.uint32(np.uint32(u * h2) + v), np.uint32(np.uint32(u * h3) + v))
            signature[j] = min(signature[j], one, two)
        i += 4
    while i < last:
        h = _finalize(values[i])
        for j in range(k):
            signature[j] = min(signature[j], np.uint32(np.uint32(a[j] * h) + b[j]))
        i += 1


@kernel
def band_keys(
    values: U64,
    starts: I64,
    a: U32,
    b: U32,
    weights: U64,
    keys: U32,
    signature: U32,
) -> None:
    """Fill the key of every band of every set.

    Parameters
    ----------
    values, starts : uint64[:], int64[n + 1]
        The sets.
    a, b : uint32[bands * rows]
        Parameters of the hash functions.
    weights : uint64[rows]
        Odd multipliers: a key is the high half of the weighted sum of a band's rows, modulo
        2**64, which tells unequal bands apart but for one pair in 2**32.
    keys : uint32[n, bands]
        Filled, never with ``NOWHERE``; two sets meet in a band where their keys are equal.
    signature : uint32[bands * rows]
        Scratch.
    """
    rows = len(weights)
    for unit in range(len(starts) - 1):
        minhash(values, starts[unit], starts[unit + 1], a, b, signature)
        for band in range(keys.shape[1]):
            h = np.uint64(0)
            for row in range(rows):
                h += np.uint64(signature[band * rows + row]) * weights[row]
            keys[unit, band] = np.uint32(max(h >> np.uint64(32), np.uint64(1)))  # 0: NOWHERE
