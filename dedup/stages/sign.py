"""Sign: MinHash signatures cut into bands, as many and as long as the wanted recall asks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists
from dedup.errors import SettingsError
from dedup.kernels.sign import band_keys, minhash

__all__ = ["Banding", "permutations", "sign", "signatures", "solve"]


@dataclass(frozen=True)
class Banding:
    """How signatures are cut: ``bands`` times ``rows`` hash functions."""

    bands: int
    rows: int

    def recall(self, similarity: float) -> float:
        """Return the chance that two sets of this Jaccard meet in a band, ``1 - (1 - s^r)^b``.

        Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4.
        """
        return 1.0 - float(1.0 - similarity**self.rows) ** self.bands


def solve(threshold: float, recall: float, permutations: int) -> Banding:
    """Return the banding with the most rows whose recall *at* the threshold is ``recall``.

    More rows let fewer unlike pairs meet, and cost more hash functions; pairs above the threshold
    meet more surely than those at it. (An optimiser that weighs false positives against false
    negatives over all similarities settles near .3 to .6 recall at the threshold.)

    Raises
    ------
    SettingsError
        If even bands of one row need more hash functions than there are.

    >>> solve(0.6, 0.99, 288)
    Banding(bands=57, rows=5)
    """
    if threshold >= 1:
        return Banding(1, min(8, permutations))
    for rows in range(permutations, 0, -1):
        miss = math.log1p(-(threshold**rows))
        if miss == 0:
            continue
        bands = math.ceil(math.log1p(-recall) / miss)
        if bands * rows <= permutations:
            return Banding(bands, rows)
    raise SettingsError(
        f"--permutations {permutations} cannot give a recall of {recall} at a threshold of "
        f"{threshold}: raise it, lower --recall, or use --exact"
    )


def permutations(count: int, seed: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Return the parameters ``a`` (odd) and ``b`` of ``count`` hash functions, uint32[count] each.

    Drawn as datasketch 2 draws those of ``MinHash(num_perm=count, seed=seed, scheme="affine32")``.
    """
    draw = np.random.RandomState(seed)
    a = draw.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return a, draw.randint(0, 1 << 32, count, dtype=np.uint32)


def sign(sets: pa.Array, banding: Banding, seed: int) -> npt.NDArray[np.uint32]:
    """Return the key of every band of every set, uint32[n, bands].

    ``sets`` is a large_list<uint64>; two sets whose keys are equal in a band have equal
    signatures there (but for one pair in 2**32).
    """
    values, starts = lists(sets)
    a, b = permutations(banding.bands * banding.rows, seed)
    odd = np.random.default_rng(seed).integers(0, 1 << 63, banding.rows, np.uint64)
    keys = np.empty((len(starts) - 1, banding.bands), np.uint32)
    band_keys(
        values, starts, a, b, odd * np.uint64(2) + np.uint64(1), keys, np.empty(len(a), np.uint32)
    )
    return keys


def signatures(sets: pa.Array, count: int, seed: int) -> npt.NDArray[np.uint32]:
    """Return the whole signature of every set, uint32[n, count]."""
    values, starts = lists(sets)
    a, b = permutations(count, seed)
    filled = np.empty((len(starts) - 1, count), np.uint32)
    for row in range(len(filled)):
        minhash(values, starts[row], starts[row + 1], a, b, filled[row])
    return filled
