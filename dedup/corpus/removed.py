"""What became of a source file when it was cleaned, and the rows that say what went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.kernels.spans import copy_spans

__all__ = ["REMOVED", "Cleaned", "Removed", "removed_table"]

REMOVED = pa.schema(
    [
        ("file", pa.int32()),
        ("row", pa.int64()),
        ("offset", pa.int64()),
        ("removed", pa.large_binary()),
        ("added", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Cleaned:
    """What became of one source file; sizes in bytes, digests in hex."""

    name: str
    size: int
    sha256: str
    clean_size: int
    clean_sha256: str
    removed: pa.Table
    """Rows of ``REMOVED``."""
    format: str = "text"
    compression: str = ""
    encoding: str = "utf-8"
    text_field: str = ""
    """Of Parquet, which alone needs it to be restored."""


class Removed(NamedTuple):
    """A row of ``removed.parquet``."""

    file: int
    row: int
    offset: int
    removed: bytes
    added: int


def removed_table(
    file: int,
    offset: int,
    rows: npt.NDArray[np.int64],
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    added: npt.NDArray[np.int64],
) -> pa.Table:
    """Return rows of ``REMOVED`` for the spans of ``data`` that are not written.

    ``starts`` ascends; what is left of ``data`` begins at byte ``offset`` of the cleaned file;
    ``added`` is how many bytes are written instead of each.
    """
    offsets = np.append(0, np.cumsum(ends - starts))
    removed = np.empty(offsets[-1], np.uint8)
    copy_spans(data, starts, ends, removed)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(removed)]
    return pa.Table.from_arrays(
        [
            pa.array(np.full(len(rows), file, np.int32)),
            pa.array(rows),
            pa.array(starts - offsets[:-1] + np.append(0, np.cumsum(added))[:-1] + offset),
            pa.Array.from_buffers(pa.large_binary(), len(rows), buffers),
            pa.array(added),
        ],
        schema=REMOVED,
    )
