"""Excerpts: the original texts of units and other stretches of documents, and the units' hashes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import make_strings, numbers, strings
from dedup.kernels.spans import copy_spans

__all__ = ["stretch_texts", "unit_hashes", "unit_texts"]

Ints = npt.NDArray[np.int64]


def unit_texts(text: pa.ChunkedArray, units: pa.Table, which: Ints) -> pa.Array:
    """Return the original text of units numbered ``which``, as a large_string."""
    document, start, end = (
        numbers(units[name])[which] for name in ("document", "byte_start", "byte_end")
    )
    return stretch_texts(text, document, start, end)


def stretch_texts(text: pa.ChunkedArray, document: Ints, start: Ints, end: Ints) -> pa.Array:
    """Return the original text of stretches of documents (bytes), as a large_string."""
    data, offsets = strings(text)
    base = offsets[document]
    return _copied(data, base + start, base + end)


def _copied(data: npt.NDArray[np.uint8], starts: Ints, ends: Ints) -> pa.Array:
    """Return stretches of UTF-8 text as a large_string."""
    out_offsets = np.concatenate([[0], np.cumsum(ends - starts)]).astype(np.int64)
    out = np.empty(out_offsets[-1], np.uint8)
    copy_spans(data, starts, ends, out)
    return make_strings(out, out_offsets)


def unit_hashes(units: pa.Table, which: Ints) -> pa.Array:
    """Return the 128-bit hashes of units as 32 hexadecimal digits."""
    high, low = numbers(units["hash_high"])[which], numbers(units["hash_low"])[which]
    raw = np.stack([high, low], axis=1).astype(">u8").tobytes()
    digits = np.frombuffer(raw.hex().encode("ascii"), np.uint8)
    return make_strings(digits, np.arange(len(which) + 1, dtype=np.int64) * 32)
