"""Compressed files as streams of what they hold, and such streams written compressed."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import pyarrow as pa

from dedup.corpus.files import reading
from dedup.errors import CorpusError

__all__ = ["COMPRESSIONS", "DAMAGE", "LeftOpen", "compressing", "decompressing", "intact"]

COMPRESSIONS = ("gz", "zst", "bz2", "xz")
"""Ends of file names, in lower case, and the words that ``SourceFile.compression`` holds."""

DAMAGE = (EOFError, zlib.error, lzma.LZMAError, UnicodeError, pa.ArrowException)
"""What libraries raise of bytes that are not what they should be, beside ``OSError``."""

# What a cleaned corpus is written with: near each format's own default in size, but for xz, whose
# default takes half a minute for what the others write in seconds.
_GZIP_LEVEL = 6
_XZ_LEVEL = 2
_BLOCK_BYTES = 1 << 18


def decompressing(stream: BinaryIO, compression: str) -> BinaryIO:
    """Return what ``stream`` holds as a stream; several members one after another are one.

    A file of no bytes holds nothing, whatever its format says of that.
    """
    if not compression:
        return stream
    ahead = io.BufferedReader(cast(io.RawIOBase, stream), _BLOCK_BYTES)
    stream = cast(BinaryIO, ahead)
    if not ahead.peek(1):
        return stream
    if compression == "gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
    if compression == "bz2":
        return cast(BinaryIO, bz2.BZ2File(stream, "rb"))
    if compression == "xz":
        return cast(BinaryIO, lzma.LZMAFile(stream, "rb"))
    return cast(BinaryIO, pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd"))


@contextmanager
def compressing(stream: BinaryIO, compression: str) -> Iterator[BinaryIO]:
    """Give a stream that writes to ``stream`` compressed, all of it when the block ends.

    The same bytes written give the same bytes, whenever and wherever; plain without a compression.
    """
    packed: Any
    if compression == "gz":
        packed = gzip.GzipFile("", "wb", _GZIP_LEVEL, stream, mtime=0)
    elif compression == "bz2":
        packed = bz2.BZ2File(stream, "wb")
    elif compression == "xz":
        packed = lzma.LZMAFile(stream, "wb", preset=_XZ_LEVEL)  # noqa: SIM115  closed below
    elif compression == "zst":
        packed = pa.CompressedOutputStream(pa.PythonFile(LeftOpen(stream), "w"), "zstd")
    else:
        yield stream
        return
    with packed:
        yield packed


@contextmanager
def intact(place: object) -> Iterator[None]:
    """Turn what a library finds wrong with compressed bytes into a ``CorpusError`` naming them."""
    try:
        with reading(place):
            try:
                yield
            except OSError as error:
                if error.errno:  # the system's, not a library's
                    raise
                raise EOFError from error
    except DAMAGE as error:
        raise CorpusError(
            f"{place} is damaged or not whole: make it again, or leave it out"
        ) from error


class LeftOpen(io.RawIOBase):
    """A stream that Arrow may close without closing the one below."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:  # noqa: D102
        return True

    def write(self, data: Any) -> int:  # noqa: D102
        return self._stream.write(data)
