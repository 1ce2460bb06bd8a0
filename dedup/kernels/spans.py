"""Copies many short stretches of bytes into one run."""

from __future__ import annotations

from dedup.columns import I64, U8
from dedup.kernels import kernel

__all__ = ["copy_spans"]


@kernel
def copy_spans(
    data: U8,
    starts: I64,
    ends: I64,
    out: U8,
) -> None:
    """Fill ``out`` (uint8[:]) with ``data[starts[i]:ends[i]]`` for all ``i``, one after another."""
    n = 0
    for span in range(len(starts)):
        for i in range(starts[span], ends[span]):
            out[n] = data[i]
            n += 1
