"""Stretches of the corpus that are read at once, about two megabytes each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from dedup.corpus.encodings import to_utf8
from dedup.corpus.files import changed, reading
from dedup.records import SourceFile

__all__ = ["CHUNK_BYTES", "Chunk", "Content", "Piece"]

CHUNK_BYTES = 2 << 20
"""Bytes after which a chunk is full: many rows to a call, few calls in memory at a time."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a source file holds, decompressed, and how it is to be understood."""

    file: int
    """Index into the list of source files."""
    source: SourceFile
    path: Path
    """Where these bytes are: the source itself, or a copy."""
    encoding: str
    """Of its text, as ``detect.find_encoding`` names it."""
    fields: Path | None = None
    """Of Parquet, the Arrow file that has the fields of its documents."""

    @property
    def name(self) -> str:
        """What the source is called in every output."""
        return self.source.name


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole rows of one file: a text file, lines of a JSONL file, a batch of Parquet's."""

    content: Content
    offset: int
    """Bytes from the start of the content; of Parquet, the number of the batch."""
    length: int
    """Bytes."""
    row: int
    """The first of its rows."""
    rows: int
    """Lines, blank ones too; 1 for a text file, records and rows of others."""

    @property
    def file(self) -> int:
        """Index into the list of source files."""
        return self.content.file

    def load(self) -> bytes:
        """Return the text of the piece: its bytes, as UTF-8 if they are in another encoding.

        Errors are those of ``raw``.
        """
        return to_utf8(self.raw(), self.content.encoding)

    def raw(self) -> bytes:
        """Return the bytes of the piece.

        Raises
        ------
        CorpusError
            If the file cannot be read, or has become shorter.
        """
        path, place = self.content.path, self.content.source.place
        with reading(place), path.open("rb", buffering=0) as stream:
            stream.seek(self.offset)
            data = stream.read(self.length)
            while len(data) < self.length and (more := stream.read(self.length - len(data))):
                data += more
        if len(data) != self.length:
            raise changed(place)
        return data


Chunk: TypeAlias = tuple[Piece, ...]
"""One piece of a large file, or small files one after another."""
