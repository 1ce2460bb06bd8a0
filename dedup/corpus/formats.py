"""The formats that are read: which module reads a file, by the end of its name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus import jsonl, parquet, text
from dedup.corpus.chunks import Piece
from dedup.corpus.compression import COMPRESSIONS
from dedup.corpus.separated import Separated
from dedup.corpus.spans import Ints, Places
from dedup.settings import Settings

__all__ = ["FORMATS", "SUFFIXES", "TEXT_FORMATS", "Format", "TextFormat", "format_of"]


class Format(Protocol):
    """What a module of one format has; a new format is such a module and a line below."""

    @property
    def SUFFIXES(self) -> tuple[str, ...]:  # noqa: N802
        """Ends of file names, in lower case."""

    def read(self, pieces: Sequence[Piece], settings: Settings) -> tuple[pa.Table, pa.Table]:
        """Return the documents and the quarantined rows of ``pieces``."""


class TextFormat(Format, Protocol):
    """A format that is text in some encoding, and is cleaned by cutting bytes out of it."""

    def cut(self, stream: BinaryIO, mark: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield stretches of whole rows, and the number of rows in each.

        ``mark`` is how a byte order mark would be written.
        """

    def places(
        self, piece: Piece, data: npt.NDArray[np.uint8], rows: Ints, settings: Settings
    ) -> Places:
        """Return where the text of each of ``rows``, counted in the piece, stands in ``data``."""


TEXT_FORMATS: dict[str, TextFormat] = {
    "text": text,
    "jsonl": jsonl,
    "csv": Separated((".csv",), ","),
    "tsv": Separated((".tsv",), "\t"),
}
FORMATS: dict[str, Format] = {**TEXT_FORMATS, "parquet": parquet}
"""By the word that ``SourceFile.format`` holds."""

_BY_SUFFIX = {suffix: name for name, module in FORMATS.items() for suffix in module.SUFFIXES}
SUFFIXES = tuple(_BY_SUFFIX)


def format_of(name: str) -> tuple[str, str] | None:
    """Return format and compression of a file of that name, ``None`` if it is not one that is read.

    >>> format_of("a/B.TXT"), format_of("b.jsonl.gz"), format_of("c.gz")
    (('text', ''), ('jsonl', 'gz'), None)
    """
    # As strings, not Paths: it is asked for every file of a folder.
    stem, end = os.path.splitext(name)  # noqa: PTH122
    compression = end[1:].lower()
    if compression not in COMPRESSIONS:
        stem, compression = name, ""
    known = _BY_SUFFIX.get(os.path.splitext(stem)[1].lower())  # noqa: PTH122
    return None if known is None else (known, compression)
