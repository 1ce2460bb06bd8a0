"""Text files: each is one document, row 0, and its text is all of it but a byte order mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import make_strings
from dedup.corpus.chunks import Piece
from dedup.corpus.encodings import BOM
from dedup.records import DOCUMENTS, QUARANTINE
from dedup.settings import Settings

__all__ = ["ENCODED", "ESCAPED", "SUFFIXES", "cut", "read", "values"]

SUFFIXES = (".txt", ".md")
ENCODED = True
ESCAPED = False


def cut(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield the one stretch of a file, and that it is one row."""
    yield stream.read(), 1


def read(pieces: Sequence[Piece], settings: Settings) -> tuple[pa.Table, pa.Table]:
    """Return the documents of whole files and an empty quarantine; a text file is never refused."""
    del settings
    contents = [piece.load().removeprefix(BOM) for piece in pieces]
    names = [piece.content.name for piece in pieces]
    nothing = pa.nulls(len(pieces), pa.large_string())
    documents = pa.Table.from_arrays(
        [
            pa.array([piece.file for piece in pieces], pa.int32()),
            pa.array(np.zeros(len(pieces), np.int64)),
            pa.array(names, pa.large_string()),
            nothing,
            nothing,
            _decoded(contents),
        ],
        schema=DOCUMENTS,
    )
    return documents, QUARANTINE.empty_table()


def values(
    data: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64], at_start: bool, settings: Settings
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return where in ``data`` the text of each of ``rows`` starts and ends."""
    del at_start, settings
    start = len(BOM) if data[: len(BOM)].tobytes() == BOM else 0
    return np.full(len(rows), start, np.int64), np.full(len(rows), len(data), np.int64)


def _decoded(contents: list[bytes]) -> pa.Array:
    """Return the column of texts: the bytes as they are, broken sequences as U+FFFD."""
    column = _column(contents)
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return _column([data.decode("utf-8", "replace").encode() for data in contents])
    return column


def _column(contents: list[bytes]) -> pa.Array:
    offsets = np.zeros(len(contents) + 1, np.int64)
    np.cumsum([len(data) for data in contents], out=offsets[1:])
    # Writable, as the columns are that Arrow makes: kernels are compiled anew for another kind.
    return make_strings(np.frombuffer(bytearray().join(contents), np.uint8), offsets)
