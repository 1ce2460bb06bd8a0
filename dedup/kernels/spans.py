"""Copies many short stretches of bytes into one run."""

from __future__ import annotations

from dedup.kernels import kernel

__all__ = ["copy_spans"]


@kernel
def copy_spans(data, starts, ends, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` (uint8[:]) with ``data[starts[i]:ends[i]]`` for all ``i``, one after another."""
    n = 0
    for span in range(len(starts)):
        for i in range(starts[span], ends[span]):
            out[n] = data[i]
            n += 1
