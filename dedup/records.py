"""The nouns every stage hands on: the schemas of the tables between stages, and what a source is.

Offsets named ``start`` and ``end`` count code points, as a Python ``str`` does; names with
``byte`` in them count bytes of the UTF-8 text in the ``text`` column. A lone surrogate or a
broken byte sequence is one U+FFFD there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

__all__ = [
    "BLANKED",
    "DOCUMENTS",
    "EDGES",
    "LINK_KINDS",
    "LOST",
    "OPEN",
    "PASSAGES",
    "QUARANTINE",
    "READINGS",
    "REMOVALS",
    "SCHEMA_VERSION",
    "SECTIONS",
    "UNITS",
    "SourceFile",
]

LINK_KINDS = ("exact", "near", "masked", "passage")
"""Of links between units, as their codes count them; -1 is of none."""
SCHEMA_VERSION = 1
"""Of every row that is written for others to read; raised when a field changes its meaning."""

DOCUMENTS = pa.schema(
    [
        ("file", pa.int32()),  # index into the list of source files, which is sorted by name
        ("row", pa.int64()),  # 0-based line, record or row of its file; 0 for a text file
        ("doc", pa.large_string()),  # label: the id field, or the name of the file (and row)
        ("date", pa.large_string()),  # as given, null where there is none
        ("source", pa.large_string()),  # value of the source field, null where there is none
        ("text", pa.large_string()),
    ]
)

UNITS = pa.schema(
    [
        ("document", pa.int64()),  # index into the documents of the batch, later of the run
        ("paragraph", pa.int32()),  # 0-based number of the unit in its document
        ("line", pa.int32()),  # 1-based
        ("start", pa.int64()),
        ("end", pa.int64()),  # without the line terminator
        ("drop_end", pa.int64()),  # with it: what goes when the unit goes
        ("byte_start", pa.int64()),
        ("byte_end", pa.int64()),
        ("length", pa.int64()),  # shadow characters
        ("hash_high", pa.uint64()),  # of the shadow text, 128 bits in two halves
        ("hash_low", pa.uint64()),
        ("shadow", pa.large_string()),
    ]
)

EDGES = pa.schema(
    [
        ("a", pa.int64()),  # two indices into the distinct texts, a < b
        ("b", pa.int64()),
        ("similarity", pa.float64()),  # exact Jaccard of the two shingle sets
        ("containment_a", pa.float64()),  # share of a's shingles that b has too
        ("containment_b", pa.float64()),
    ]
)

_SPAN = [
    ("unit", pa.int64()),  # in which it begins; it may reach beyond it
    ("offset", pa.int64()),  # shadow characters of that unit before it
    ("document", pa.int64()),
    ("start", pa.int64()),
    ("end", pa.int64()),
    ("byte_start", pa.int64()),
    ("byte_end", pa.int64()),
    ("length", pa.int64()),  # shadow characters
]

PASSAGES = pa.schema(
    [
        *_SPAN,
        *(
            (f"source_{name}", kind) for name, kind in _SPAN
        ),  # the one that is earlier in keep order
        ("matched", pa.int64()),  # shadow characters that the alignment has equal
        ("places", pa.int64()),  # in which its short runs stand, about: a geometric mean
    ]
)

_STRETCH = [
    ("unit", pa.int64()),  # the first and the last of it
    ("last_unit", pa.int64()),
    ("document", pa.int64()),
    ("start", pa.int64()),
    ("end", pa.int64()),
    ("byte_start", pa.int64()),
    ("byte_end", pa.int64()),
    ("length", pa.int64()),  # shadow characters
    ("covered", pa.int64()),  # of those, in what is shared
]

SECTIONS = pa.schema(
    [
        *_STRETCH,
        *((f"source_{name}", kind) for name, kind in _STRETCH),  # the earlier in keep order
        ("units", pa.int64()),  # pairs of units of one cluster or family
        ("passages", pa.int64()),
        ("matched", pa.int64()),  # shadow characters that are equal, about
    ]
)

REMOVALS = pa.schema(
    [
        ("file", pa.int32()),
        ("row", pa.int64()),
        ("start", pa.int64()),  # code points of the document's text
        ("end", pa.int64()),
        ("masked", pa.bool_()),  # a marker stands there instead
    ]
)

QUARANTINE = pa.schema(
    [
        ("file", pa.int32()),
        ("row", pa.int64()),
        ("why", pa.large_string()),  # one sentence
        ("offset", pa.int64()),  # bytes from the start of the file; null in Parquet
        ("raw", pa.large_binary()),  # the row as it stands, line terminator included
    ]
)


READINGS, LOST, BLANKED, OPEN = 1, 2, 4, 8
"""Traces of copying in a text, as bits.

``READINGS``: Pinyin with a tone in brackets behind a Han character, 衛(wèi). ``LOST``: characters
lost, as U+FFFD, 锟斤拷, or ``?`` between two Han characters where nothing is asked. ``BLANKED``:
names or figures blanked out, as XX, ××, ``***`` or 某县 beside Han characters, ``20__``, ``__%``.
``OPEN``: broken off, the last character is a comma, 、 or an ellipsis.
"""


@dataclass(frozen=True)
class SourceFile:
    """One file of the corpus: where it is, what it is called in every output, how it is read."""

    path: Path
    """On this machine; of what comes from elsewhere, its name there."""
    name: str
    """POSIX path relative to the deepest common folder of all arguments."""
    format: str
    """``text``, ``jsonl``, …: a key of ``corpus.formats.FORMATS``."""
    compression: str = ""
    """``gz``, ``zst``, ``bz2`` or ``xz``; empty for a plain file."""
    url: str = ""
    """Where it is if not on this machine's disks; ``-`` for standard input."""

    @property
    def place(self) -> str:
        """What a person calls it."""
        return "standard input" if self.url == "-" else self.url or str(self.path)
