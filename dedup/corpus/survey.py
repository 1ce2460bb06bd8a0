"""What files hold before they are read: size, digest and where to cut them, from one pass."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from dedup.corpus import parquet
from dedup.corpus.chunks import CHUNK_BYTES, Chunk, Content, Piece
from dedup.corpus.detect import HEAD_BYTES, find_encoding
from dedup.corpus.encodings import BOM, UTF8, WIDE, raw_length, utf8_stream
from dedup.corpus.fetch import fetch
from dedup.corpus.files import digest_of, reading
from dedup.corpus.formats import TEXT_FORMATS
from dedup.records import SourceFile
from dedup.settings import Settings
from dedup.watch import checkpoint

__all__ = ["Mapper", "Survey", "fingerprint", "plan", "survey", "survey_content"]

Mapper: TypeAlias = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""What ``map`` does: a function applied to each of many jobs, results in order."""

_PIECE_COST = 1024
"""Bytes that a piece counts for beyond its own, so that a million empty files are many chunks."""


@dataclass(frozen=True, slots=True)
class Survey:
    """One file at the start of the run."""

    content: Content
    size: int
    """Bytes, decompressed; so is what the digest is of."""
    sha256: str
    pieces: tuple[Piece, ...]

    @property
    def source(self) -> SourceFile:
        """The file as it was found."""
        return self.content.source

    @property
    def encoded(self) -> bool:
        """Whether the file is text in some encoding."""
        return self.source.format in TEXT_FORMATS

    @property
    def rows(self) -> int:
        """Rows of the file, blank lines counted."""
        return self.pieces[-1].row + self.pieces[-1].rows if self.pieces else 0


def survey(
    files: Sequence[SourceFile],
    mapper: Mapper = map,
    *,
    settings: Settings,
    copies: Path | None = None,
) -> list[Survey]:
    """Survey each of ``files``.

    Parameters
    ----------
    files
        As ``discover`` lists them.
    mapper
        Stands in for ``map``, and keeps the order: an engine's, to work on several files at a time.
    settings
        Of the run: its encoding, and the fields to take from Parquet.
    copies
        Folder for the plain bytes of files that are compressed, remote or piped in, and for the
        fields of Parquet; it is made if need be, and has to last as long as the survey is of use.

    Raises
    ------
    CorpusError
        If a file cannot be read.
    OutputError
        If a copy cannot be written.
    """
    return list(mapper(partial(_survey_file, settings=settings, copies=copies), enumerate(files)))


def _survey_file(
    numbered: tuple[int, SourceFile], settings: Settings, copies: Path | None
) -> Survey:
    file, source = numbered
    path = fetch(file, source, copies)
    if source.format == "parquet":
        fields = None if copies is None else copies / f"{file}.arrow"
        return survey_content(Content(file, source, path, UTF8, fields), settings)
    with reading(source.place), path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
        content = Content(file, source, path, find_encoding(head, stream, settings.encoding))
        if len(head) < HEAD_BYTES:
            return _survey(content, io.BytesIO(head))
        stream.seek(0)
        return _survey(content, stream)


def survey_content(content: Content, settings: Settings) -> Survey:
    """Read what a file holds once, from end to end."""
    with reading(content.source.place), content.path.open("rb") as stream:
        if content.source.format != "parquet":
            return _survey(content, stream)
        digest, size = digest_of(stream)
        return Survey(content, size, digest, tuple(parquet.pieces_of(content, settings)))


def _survey(content: Content, stream: BinaryIO) -> Survey:
    digest = hashlib.sha256()
    pieces: list[Piece] = []
    offset = row = 0
    wide = content.encoding in WIDE
    text = utf8_stream(stream, content.encoding) if wide else stream
    mark = BOM if wide else "\ufeff".encode(content.encoding, "ignore")
    for data, rows in TEXT_FORMATS[content.source.format].cut(text, mark):
        checkpoint()
        if not wide:
            digest.update(data)
        length = raw_length(data) if wide else len(data)
        pieces.append(Piece(content, offset, length, row, rows))
        offset += length
        row += rows
    if wide:
        stream.seek(0)
        told, offset = digest_of(stream)
        if pieces:  # the last one may end in the middle of a character
            pieces[-1] = replace(pieces[-1], length=offset - pieces[-1].offset)
        return Survey(content, offset, told, tuple(pieces))
    return Survey(content, offset, digest.hexdigest(), tuple(pieces))


def plan(surveys: Iterable[Survey]) -> list[Chunk]:
    """Return the chunks to read, in the order of the files; they depend on the files alone."""
    return list(_chunks(surveys))


def _chunks(surveys: Iterable[Survey]) -> Iterator[Chunk]:
    waiting: list[Piece] = []
    held = 0
    for each in surveys:
        for piece in each.pieces:
            if waiting and held + piece.length > CHUNK_BYTES:
                yield tuple(waiting)
                waiting, held = [], 0
            waiting.append(piece)
            held += piece.length + _PIECE_COST
    if waiting:
        yield tuple(waiting)


def fingerprint(surveys: Iterable[Survey]) -> str:
    """Return the identity of a corpus, as hex: its names and bytes, not its order, place or age."""
    digest = hashlib.sha256()
    for name, sha256 in sorted((each.source.name, each.sha256) for each in surveys):
        digest.update(f"{len(name.encode())} {name} {sha256}\n".encode())
    return digest.hexdigest()
