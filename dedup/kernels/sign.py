"""MinHash signatures and the keys of their bands, the arithmetic of datasketch's ``affine32``."""

from __future__ import annotations

import numpy as np

from dedup.kernels import kernel
from dedup.kernels.shingle import mix

__all__ = ["band_keys", "minhash"]


@kernel
def minhash(values, first, last, a, b, signature):  # type: ignore[no-untyped-def]
    """Fill ``signature`` (uint32[k]) with the minima of ``a * h + b`` over ``values[first:last]``.

    ``h`` is the low half of a shingle through MurmurHash3's 32-bit finalizer; all arithmetic is
    modulo 2**32, so that the inner loop is one vector multiply, add and minimum.
    """
    k = len(signature)
    for j in range(k):
        signature[j] = np.uint32(0xFFFFFFFF)
    for i in range(first, last):
        h = np.uint32(values[i] & np.uint64(0xFFFFFFFF))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        h = np.uint32(h * np.uint32(0x85EBCA6B))
        h = np.uint32(h ^ (h >> np.uint32(13)))
        h = np.uint32(h * np.uint32(0xC2B2AE35))
        h = np.uint32(h ^ (h >> np.uint32(16)))
        for j in range(k):
            signature[j] = min(signature[j], np.uint32(np.uint32(a[j] * h) + b[j]))


@kernel
def band_keys(values, starts, a, b, rows, keys, signature):  # type: ignore[no-untyped-def]
    """Fill the key of every band of every set.

    Parameters
    ----------
    values, starts : uint64[:], int64[n + 1]
        The sets.
    a, b : uint32[bands * rows]
        Parameters of the hash functions.
    rows : int64
        Rows to a band.
    keys : uint32[n, bands]
        Filled; two sets meet in a band where their keys are equal.
    signature : uint32[bands * rows]
        Scratch.
    """
    for unit in range(len(starts) - 1):
        minhash(values, starts[unit], starts[unit + 1], a, b, signature)
        for band in range(keys.shape[1]):
            h = np.uint64(band + 1)
            for row in range(band * rows, (band + 1) * rows):
                h = (h ^ np.uint64(signature[row])) * np.uint64(0x9FB21C651E98DF25)
                h ^= h >> np.uint64(32)
            keys[unit, band] = np.uint32(mix(h) >> np.uint64(32))
