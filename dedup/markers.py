"""Markers of what an earlier run masked: they are nobody's text, and no repeats."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup import folding
from dedup.columns import I64, flat, numbers, strings

__all__ = ["in_markers"]


def in_markers(shadow: pa.ChunkedArray, marker: str) -> I64:
    """Return how many characters of each shadow text are in markers.

    What has nothing else that is long enough is not looked for: markers alone, or with a label
    before them.
    """
    [folded] = folding.fold_strings([marker], folding.load_tables())
    known = re.compile(re.escape(folded.encode()))
    counts = [np.empty(0, np.int64)]
    for chunk in shadow.chunks:
        data, offsets = strings(flat(chunk))
        if folded and known.search(data.data, int(offsets[0]), int(offsets[-1])):
            times = numbers(pc.count_substring(chunk, folded)).astype(np.int64)
        else:
            times = np.zeros(len(chunk), np.int64)
        counts.append(times * len(folded))
    return np.concatenate(counts)
