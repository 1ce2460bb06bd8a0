"""Stretches of the corpus that are read at once, about two megabytes each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from dedup.corpus.files import changed, reading
from dedup.records import SourceFile

__all__ = ["CHUNK_BYTES", "Chunk", "Piece"]

CHUNK_BYTES = 2 << 20
"""Bytes after which a chunk is full: many rows to a call, few calls in memory at a time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole rows of one file: a text file, or lines of a JSONL file."""

    file: int
    """Index into the list of source files."""
    source: SourceFile
    offset: int
    """Bytes from the start of the file."""
    length: int
    """Bytes."""
    row: int
    """Row of the first line."""
    rows: int
    """Lines, blank ones too; 1 for a text file."""

    def load(self) -> bytes:
        """Return the bytes of the piece.

        Raises
        ------
        CorpusError
            If the file cannot be read, or has become shorter.
        """
        path = self.source.path
        with reading(path), path.open("rb", buffering=0) as stream:
            stream.seek(self.offset)
            data = stream.read(self.length)
            while len(data) < self.length and (more := stream.read(self.length - len(data))):
                data += more
        if len(data) != self.length:
            raise changed(path)
        return data


Chunk: TypeAlias = tuple[Piece, ...]
"""One piece of a large file, or small files one after another."""
