"""Text files: each is one document, row 0, and its text is all of it but a byte order mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.chunks import Piece
from dedup.corpus.encodings import BOM
from dedup.corpus.fields import text_column
from dedup.corpus.spans import Ints, Places
from dedup.records import DOCUMENTS, QUARANTINE
from dedup.settings import Settings

__all__ = ["SUFFIXES", "cut", "places", "read"]

SUFFIXES = (".txt", ".md")


def cut(stream: BinaryIO, mark: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the one stretch of a file, and that it is one row."""
    del mark
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
            text_column(contents),
        ],
        schema=DOCUMENTS,
    )
    return documents, QUARANTINE.empty_table()


def places(piece: Piece, data: npt.NDArray[np.uint8], rows: Ints, settings: Settings) -> Places:
    """Return where in ``data`` the text of each of ``rows`` starts and ends."""
    del piece, settings
    start = len(BOM) if data[: len(BOM)].tobytes() == BOM else 0
    starts, ends, escapes = np.empty((3, len(rows)), np.int64)
    starts[:], ends[:], escapes[:] = start, len(data), -1
    return Places(starts, ends, escapes)
