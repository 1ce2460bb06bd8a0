"""Text in other encodings than UTF-8: read as UTF-8, and where its characters stand in the file.

Formats know UTF-8 alone. A piece of a file in another encoding is decoded when it is loaded, broken
bytes as U+FFFD, and what is to be cut out of it is found in the raw bytes again by their offsets.
"""

from __future__ import annotations

import codecs
import io
import threading
from functools import lru_cache
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

__all__ = ["BOM", "UTF8", "WIDE", "raw_length", "raw_offsets", "to_utf8", "utf8_stream"]

UTF8 = "utf-8"
WIDE = ("utf-16-le", "utf-16-be")
"""Encodings in which the bytes of a line feed may be part of something else."""
BOM = codecs.BOM_UTF8
"""The byte order mark, which is of the file and not of its text."""

Ints = npt.NDArray[np.int64]

_NOTE = "dedup.note"
_NO_END = b"   "
_MARK = "\ud800"  # no decoder gives a surrogate of its own
_noted = threading.local()


def _note(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    _noted.widths.append(error.end - error.start)
    return _MARK, error.end


codecs.register_error(_NOTE, _note)


def to_utf8(raw: bytes | bytearray, encoding: str) -> bytes:
    """Return text as UTF-8, broken sequences as U+FFFD; UTF-8 as it is, whatever it is."""
    return bytes(raw) if encoding == UTF8 else _decoded(raw, encoding, "replace").encode()


def utf8_stream(stream: BinaryIO, encoding: str) -> BinaryIO:
    """Return what ``stream`` holds as ``to_utf8`` has it, as a stream."""
    if encoding == UTF8:
        return stream
    return cast(BinaryIO, io.BufferedReader(_Decoded(stream, encoding), 1 << 18))


def raw_length(text: bytes) -> int:
    """Return how many bytes write ``text``, UTF-8, in the encodings of ``WIDE``.

    One or three bytes more may be there where a file ends in the middle of a character.
    """
    data = np.frombuffer(text, np.uint8)
    return 2 * int(np.count_nonzero(data & 0xC0 != 0x80) + np.count_nonzero(data >= 0xF0))


def raw_offsets(raw: bytes | bytearray, encoding: str, offsets: Ints) -> Ints:
    """Return bytes of ``raw`` from bytes of ``to_utf8(raw)``, each the start of a character.

    Parameters
    ----------
    raw
        A piece that no character leads out of, but for what is broken.
    encoding
        As ``detect.find_encoding`` names it, not UTF-8.
    offsets
        From 0 to the length of the text as UTF-8, in any order.
    """
    _noted.widths = []
    text = _decoded(raw, encoding, _NOTE)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    widths = _widths(encoding)[np.minimum(points, 0x10000)].astype(np.int64)
    widths[points == ord(_MARK)] = _noted.widths
    ends = np.append(0, np.cumsum(widths))
    sizes = np.append(0, np.cumsum(_utf8_sizes(points)))
    found: Ints = ends[np.searchsorted(sizes, offsets)]
    return found


def _decoded(raw: bytes | bytearray, encoding: str, errors: str) -> str:
    if encoding in WIDE:
        return raw.decode(encoding, errors)
    # What could begin a sequence takes all with it that stands at the end, line feed or not; so
    # nothing of the piece stands there.
    return (raw + _NO_END).decode(encoding, errors)[: -len(_NO_END)]


def _utf8_sizes(points: npt.NDArray[np.uint32]) -> Ints:
    """Return how many bytes write each code point in UTF-8; three for what U+FFFD stands for."""
    sizes = 1 + (points >= 0x80).astype(np.int64)
    sizes += points >= 0x800
    sizes += points >= 0x10000
    return sizes


@lru_cache
def _widths(encoding: str) -> npt.NDArray[np.uint8]:
    """Return how many bytes write each code point below 65536, and last, any other."""
    widths = np.zeros(0x10001, np.uint8)
    for point in range(0x10000):
        # None where it cannot occur; or where it does in Big5-HKSCS, as the second of two
        # characters that one code stands for, and adds nothing to it.
        widths[point] = len(chr(point).encode(encoding, "ignore"))
    widths[0x10000] = 2 if encoding == "big5hkscs" else 4
    return widths


class _Decoded(io.RawIOBase):
    """A stream of another encoding, read as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            raw = self._stream.read(1 << 18)
            self._ready = self._decoder.decode(raw, final=not raw).encode()
            if not raw:
                break
        data, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
