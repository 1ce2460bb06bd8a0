"""Shingle: the tokens of each text become sets, as they are and with their slots masked."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dedup.columns import lists, make_lists
from dedup.kernels.shingle import sequence_hashes, shingle_sets

__all__ = ["shingle"]


def shingle(words: pa.Table, size: int) -> pa.Table:
    """Return the shingle sets of a table of words, one row per text.

    Parameters
    ----------
    words
        Columns ``tokens`` and ``masked`` (large_list<uint64>), as ``words`` makes them.
    size
        Tokens to a shingle; a text of fewer (but one at least) is one shingle, of none, none.

    Returns
    -------
    pa.Table
        ``literal`` and ``masked`` (large_list<uint64>, each ascending without repeats), and
        ``masked_high``, ``masked_low`` (uint64): a hash of the masked text, equal for equal ones.
    """
    masked, offsets = lists(words["masked"])
    high, low = np.empty((2, words.num_rows), np.uint64)
    sequence_hashes(masked, offsets, high, low)
    return pa.table(
        {
            "literal": _sets(words["tokens"], size),
            "masked": _sets(words["masked"], size),
            "masked_high": high,
            "masked_low": low,
        }
    )


def _sets(column: pa.ChunkedArray, size: int) -> pa.Array:
    tokens, offsets = lists(column)
    values = np.empty(len(tokens), np.uint64)
    starts = np.empty(len(offsets), np.int64)
    longest = int(np.diff(offsets).max(initial=0))
    spread, counts = np.empty(longest, np.uint64), np.empty(2 * longest + 3, np.int32)
    used = shingle_sets(tokens, offsets, size, values, starts, spread, counts)
    return make_lists(values[:used], starts)
