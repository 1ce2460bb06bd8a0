"""Audit: what share of the true pairs the edges hold, measured on a sample with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import each_once, numbers

__all__ = ["Audit", "compare", "draw", "wilson_interval"]


@dataclass(frozen=True)
class Audit:
    """Outcome of an audit."""

    sampled: int
    """Texts that were joined exactly against everything."""
    pairs: int
    """True pairs that have one of them in it."""
    found: int
    """Of those, the ones in the edge table."""
    texts: int
    """Sampled texts that have a true pair."""
    recall: float | None
    """Mean over those texts of the share of a text's pairs that was found; None without any."""

    def interval(self) -> tuple[float, float] | None:
        """Return the recall's interval at 95 %; None where there is no estimate.

        Pairs of one text are found or missed together, but texts are drawn one by one: so it is
        that of as many draws as there are texts, and safe, for a share varies no more than a draw.

        >>> Audit(sampled=500, pairs=200, found=198, texts=100, recall=0.99).interval()
        (0.9455, 0.9982)
        """
        return None if self.recall is None else wilson_interval(self.recall, self.texts)


def wilson_interval(share: float, count: float, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of a share seen in ``count`` draws, by default at 95 %.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927).

    >>> wilson_interval(0.99, 100)
    (0.9455, 0.9982)
    """
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    spread = math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    half = z * spread / (1 + z * z / count)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


def draw(size: int, count: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw ``count`` of ``size`` texts, in any order; all if there are fewer."""
    return np.random.default_rng(seed).choice(size, min(size, count), replace=False)


def compare(true_pairs: pa.Table, edges: pa.Table, sampled: npt.NDArray[np.int64]) -> Audit:
    """Return what of the distinct ``true_pairs`` (``a``, ``b``) of ``sampled`` is in ``edges``."""
    true = each_once(_key(true_pairs))
    found = np.isin(true, _key(edges))
    ends = np.concatenate([true >> 32, true & 0xFFFFFFFF])
    drawn = np.isin(ends, sampled)
    held, of = np.unique(ends[drawn], return_inverse=True)
    hits = np.bincount(of, weights=np.tile(found, 2)[drawn], minlength=len(held))
    recall = float((hits / np.bincount(of, minlength=len(held))).mean()) if len(held) else None
    return Audit(len(sampled), len(true), int(found.sum()), len(held), recall)


def _key(pairs: pa.Table) -> npt.NDArray[np.int64]:
    keys: npt.NDArray[np.int64] = (numbers(pairs["a"]).astype(np.int64) << 32) | numbers(
        pairs["b"]
    ).astype(np.int64)
    return keys
