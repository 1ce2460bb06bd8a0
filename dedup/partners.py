"""Partners: which rows of one key are compared, where all pairs would be too many."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.columns import I64, Bools

__all__ = ["earlier_rows"]


def earlier_rows(key: npt.NDArray[Any], most: int) -> tuple[I64, I64, Bools]:
    """Return pairs of rows of one key: the later, the earlier, and which pair marks a capped key.

    A row is paired with the first of its key and the latest before it, ``most`` in all. One pair of
    each key of which some are left out is marked.

    Parameters
    ----------
    key
        Of each row, sorted.
    most
        Earlier rows that a row is paired with, at least one.
    """
    at = np.arange(len(key))
    new = np.ones(len(key), np.bool_)
    new[1:] = key[1:] != key[:-1]
    first = np.maximum.accumulate(np.where(new, at, 0))
    laters = [np.flatnonzero(~new)]
    earliers = [first[laters[0]]]
    for back in range(1, most):
        later = np.flatnonzero(at - back > first)
        laters.append(later)
        earliers.append(later - back)
    later, earlier = np.concatenate(laters), np.concatenate(earliers)
    # The first that is one too many: it has the first of its key, and passes over the second.
    return later, earlier, (earlier == first[later]) & (later - earlier == most + 1)
