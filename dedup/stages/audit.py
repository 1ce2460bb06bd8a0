"""Audit: what share of the true pairs the edges hold, measured on a sample with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers

__all__ = ["Audit", "compare", "sample", "wilson_interval"]


@dataclass(frozen=True)
class Audit:
    """Outcome of an audit."""

    sampled: int
    """Texts that were joined exactly against everything."""
    pairs: int
    """True pairs that have one of them in it."""
    found: int
    """Of those, the ones in the edge table."""
    independent: float
    """Pairs drawn one by one that would tell as much as these, which come a text at a time."""

    @property
    def recall(self) -> float | None:
        """``found / pairs``; None where there was no pair to find."""
        return self.found / self.pairs if self.pairs else None

    def interval(self) -> tuple[float, float] | None:
        """Return the recall's interval at 95 %; None where there is no estimate.

        Pairs of one text are found or missed together, so it is that of the ``independent`` ones.

        >>> Audit(sampled=10, pairs=200, found=198, independent=100).interval()
        (0.9455, 0.9982)
        """
        return None if self.recall is None else wilson_interval(self.recall, self.independent)


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


def sample(eligible: npt.NDArray[np.int64], count: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw ``count`` of the ``eligible`` texts, ascending; all if there are fewer."""
    if len(eligible) <= count:
        return eligible
    return np.sort(np.random.default_rng(seed).choice(eligible, count, replace=False))


def compare(true_pairs: pa.Table, edges: pa.Table, sampled: npt.NDArray[np.int64]) -> Audit:
    """Return how many of the distinct ``true_pairs`` (``a``, ``b``) stand in ``edges``.

    The pairs of one sampled text count together, ``(sum of m)^2 / sum of m^2`` for texts of ``m``
    pairs each: L. Kish, "Survey Sampling" (1965), section 11.7.
    """
    true = np.unique(_key(true_pairs))
    found = np.isin(true, _key(edges)).sum()
    a, b = true >> 32, true & 0xFFFFFFFF
    of_text = np.unique(np.where(np.isin(a, sampled), a, b), return_counts=True)[1]
    independent = float(of_text.sum()) ** 2 / max(1.0, float((of_text.astype(float) ** 2).sum()))
    return Audit(len(sampled), len(true), int(found), independent)


def _key(pairs: pa.Table) -> npt.NDArray[np.int64]:
    keys: npt.NDArray[np.int64] = (numbers(pairs["a"]).astype(np.int64) << 32) | numbers(
        pairs["b"]
    ).astype(np.int64)
    return keys
