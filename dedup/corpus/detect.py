"""Which encoding a text file is in: the one under which its bytes are the likeliest Chinese."""

from __future__ import annotations

import codecs
import importlib.util
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from dedup import folding
from dedup.columns import numbers, strings
from dedup.corpus.encodings import UTF8, WIDE

__all__ = ["HEAD_BYTES", "find_encoding"]

_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BIG5 = ("cp950", "big5hkscs")
_TOLD = {
    "utf-8": (UTF8,),
    "utf-16": WIDE,
    "gb18030": ("gb18030",),
    "big5": _BIG5,
    "auto": (UTF8, "gb18030", *_BIG5, *WIDE),  # of equal ones the first is taken
}
"""The codecs that an option stands for; of several, the likeliest is taken."""

HEAD_BYTES = 1 << 18
"""Bytes of a file that whoever asks reads first."""
_SAMPLE_BYTES = 1 << 12
"""Bytes to judge by, from the first one on that is not ASCII."""
_BLOCK_BYTES = 1 << 20
_BLOCKS = 16
"""Blocks in which such a byte is looked for; a file without is UTF-8."""
_SPECIAL = re.compile(rb"[^\x01-\x7f]")

# Natural logarithms of probabilities. Of the characters of `laws` and `work_reports`, those in
# jieba's dictionary average -6.0; random ones of GB18030 and Big5 below -11.
_BROKEN = -16.0
_UNLIKELY = -18.0
_IMPOSSIBLE = -22.0
_PLAUSIBLE = -9.5
"""What the characters beyond ASCII must average for anything but UTF-8."""


class _Reading(NamedTuple):
    """A sample under one encoding."""

    encoding: str
    total: float
    """Log probability of all of it."""
    mean: float
    """Of its characters, ASCII left out where it is the same in other encodings."""


def find_encoding(head: bytes, stream: BinaryIO, told: str) -> str:
    """Return the codec of a file, one of Python's names, by its ``HEAD_BYTES`` first and the rest.

    A byte order mark says more than ``told``, which is a value of ``Settings.encoding``. With
    ``auto``, a file is UTF-8 if it is so, without NULs, for 4 kilobytes from its first byte on
    that is not ASCII; and else unless it is more likely to be UTF-16, GB18030 or Big5. Bytes that
    are none of these are UTF-8 with broken sequences.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    codecs_ = _TOLD[told]
    if len(codecs_) == 1:
        return codecs_[0]
    sample, complete = _sample(head, stream)
    if told != "auto":
        return max((_read(sample, codec, complete) for codec in codecs_), key=_total).encoding
    if b"\0" not in sample and _is_utf8(sample, complete):
        return UTF8
    readings = [_read(sample, codec, complete) for codec in codecs_]
    likeliest = max(readings, key=_total)
    return likeliest.encoding if likeliest.mean > _PLAUSIBLE else UTF8


def _total(reading: _Reading) -> float:
    return reading.total


def _sample(head: bytes, stream: BinaryIO) -> tuple[bytes, bool]:
    """Return the bytes to judge by, from an even offset on, and whether the file ends with them."""
    data, complete = head, len(head) < HEAD_BYTES
    for _ in range(_BLOCKS):
        found = _SPECIAL.search(data)
        if found:
            first = found.start() & ~1
            if not complete and len(data) - first < _SAMPLE_BYTES:
                more = stream.read(_SAMPLE_BYTES)
                data, complete = data + more, len(more) < _SAMPLE_BYTES
            return data[first : first + _SAMPLE_BYTES], (
                complete and len(data) - first <= _SAMPLE_BYTES
            )
        if complete:
            break
        data = stream.read(_BLOCK_BYTES)
        complete = len(data) < _BLOCK_BYTES
    return b"", True


def _is_utf8(sample: bytes, complete: bool) -> bool:
    try:
        codecs.utf_8_decode(sample, "strict", complete)
    except UnicodeDecodeError:
        return False
    return True


def _read(sample: bytes, encoding: str, complete: bool) -> _Reading:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(sample, final=complete)
    points = _points(text)
    likely = _likelihoods()[points]
    # In most encodings ASCII is no evidence, as it is the same in all of them.
    told = likely if encoding in WIDE else likely[(points >= 0x80) | (likely <= _BROKEN)]
    return _Reading(encoding, float(likely.sum()), float(told.mean()) if len(told) else 0.0)


@lru_cache(maxsize=1)
def _likelihoods() -> npt.NDArray[np.float64]:
    """Return the log probability of each code point below 65536, and last, of any other.

    Han characters by how often they stand in the words of jieba's dictionary, Traditional ones
    as their Simplified ones; the others by what they are.
    """
    likely = np.full(0x10001, _UNLIKELY)
    for point in range(0x10000):
        kind = unicodedata.category(chr(point))
        if kind in ("Cc", "Co", "Cn", "Cs"):
            likely[point] = _IMPOSSIBLE
    likely[0x20:0x7F] = -5.0
    likely[[0x09, 0x0A, 0x0D]] = -5.0
    likely[[0x0C, 0x1A]] = -10.0
    for first, last, each in (
        (0xA0, 0x24F, -11.0),  # Latin, from here on what texts in Chinese hold now and then
        (0x370, 0x451, -11.0),  # Greek, Cyrillic
        (0x2010, 0x203B, -8.0),  # dashes, quotation marks, dots
        (0x2100, 0x266F, -10.0),  # signs, numbers in circles, boxes
        (0x3000, 0x3017, -7.0),  # punctuation
        (0x3040, 0x30FF, -9.0),  # kana
        (0xAC00, 0xD7A3, -12.0),  # hangul
        (0xFF01, 0xFF5E, -8.0),  # full width
    ):
        likely[first : last + 1] = each
    for character, each in (("，", -3.0), ("。", -3.5), ("、", -4.0), ("\u3000", -5.0)):
        likely[ord(character)] = each
    likely[ord("\ufffd")] = _BROKEN
    likely[ord("\ufeff")] = _UNLIKELY
    han = "".join(map(chr, range(0x4E00, 0xA000)))
    [folded] = folding.fold_strings([han], folding.load_tables())
    counts = _counts()
    likely[0x4E00:0xA000] = np.log((counts[_points(folded)] + 10) / counts.sum())
    likely.flags.writeable = False
    return likely


def _counts() -> npt.NDArray[np.float64]:
    """Return how often each code point stands in the words of jieba's dictionary, by frequency."""
    spec = importlib.util.find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    words, frequencies, _ = csv.read_csv(
        Path(spec.origin).parent / "dict.txt",
        read_options=csv.ReadOptions(column_names=["word", "frequency", "tag"]),
        parse_options=csv.ParseOptions(delimiter=" ", quote_char=False),
        convert_options=csv.ConvertOptions(column_types={"word": pa.large_string()}),
    ).columns
    each = np.repeat(numbers(frequencies), numbers(pc.utf8_length(words)))
    data, offsets = strings(words)
    points = _points(data[offsets[0] : offsets[-1]].tobytes().decode())
    return np.bincount(points, each, 0x10001).astype(np.float64)


def _points(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points, 65536 for all from there on."""
    return np.minimum(np.frombuffer(text.encode("utf-32-le"), np.uint32), 0x10000)
