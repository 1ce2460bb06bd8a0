"""Comma- and tab-separated values: a header and records, the document in one column of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.chunks import CHUNK_BYTES, Piece
from dedup.corpus.encodings import BOM, utf8_stream
from dedup.corpus.fields import quarantined, string_column, text_column
from dedup.corpus.files import reading
from dedup.corpus.spans import Ints, Places
from dedup.kernels.records import BARE, OPEN, QUOTED, split_records
from dedup.records import DOCUMENTS, QUARANTINE
from dedup.settings import Settings

__all__ = ["Separated", "requoted"]

_QUOTE = ord('"')


class _Records(NamedTuple):
    """The records of some bytes, blank lines left out."""

    starts: Ints
    """Of each field."""
    ends: Ints
    kinds: Ints
    begins: Ints
    """Of each record."""
    stops: Ints
    """Of each record, terminator included."""
    first: Ints
    """Of each record, the index of its first field."""
    counts: Ints
    """Of each record, how many fields it has."""
    whole: int
    """Bytes up to the end of the last record that has a terminator, or the last blank line."""


@dataclass(frozen=True)
class Separated:
    """The format with one delimiter.

    A row is the 0-based number of a record after the header; a line without anything is none. A
    record is quarantined if it has no field in the column of the text, or one that goes on after
    its closing quotation mark, or is never closed.
    """

    SUFFIXES: tuple[str, ...]
    delimiter: str

    def cut(self, stream: BinaryIO, mark: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield stretches of whole records, the first with the header, and the rows in each."""
        data = b""
        header = 1  # records that are still to come before the first row
        while True:
            # More each time, or a field of a hundred megabytes would be gone through fifty times.
            more = stream.read(max(CHUNK_BYTES, len(data)))
            if more.endswith(b"\r"):
                more += stream.read(1)
            data += more
            records = self._records(data, mark=mark if header else b"")
            if not more:
                if data:
                    yield data, max(0, len(records.begins) - header)
                return
            rows = int(np.searchsorted(records.stops, records.whole, "right")) - header
            if rows >= 0:
                yield data[: records.whole], rows
                data, header = data[records.whole :], 0

    def read(self, pieces: Sequence[Piece], settings: Settings) -> tuple[pa.Table, pa.Table]:
        """Return the documents and the quarantined rows of ``pieces``, in their order."""
        tables = [self._read_piece(piece, settings) for piece in pieces]
        return pa.concat_tables([t[0] for t in tables]), pa.concat_tables([t[1] for t in tables])

    def places(
        self, piece: Piece, data: npt.NDArray[np.uint8], rows: Ints, settings: Settings
    ) -> Places:
        """Return where in ``data`` the text of each of ``rows`` stands."""
        names = self._header(piece)
        records = self._records(data, mark=b"" if piece.offset else BOM)
        column = names.get(settings.text_field, -1)
        rows = rows + (piece.offset == 0)
        known = np.flatnonzero((rows < len(records.begins)) & (column >= 0))
        known = known[records.counts[rows[known]] > column]
        fields = records.first[rows[known]] + column
        starts, ends, escapes = np.full((3, len(rows)), -1, np.int64)
        starts[known], ends[known] = records.starts[fields], records.ends[fields]
        escapes[known] = np.where(records.kinds[fields] == QUOTED, _QUOTE, -1)
        alone = np.zeros(len(rows), bool)
        alone[known] = records.counts[rows[known]] == 1
        return Places(starts, ends, escapes, alone=alone)

    def _read_piece(self, piece: Piece, settings: Settings) -> tuple[pa.Table, pa.Table]:
        data = piece.load()
        records = self._records(data, mark=b"" if piece.offset else BOM)
        names = self._header(piece)
        number = np.arange(piece.offset == 0, len(records.begins))
        rows = piece.row + np.arange(len(number))
        column = names.get(settings.text_field, -1)
        has = (column >= 0) & (records.counts[number] > column)
        fields = np.where(has, records.first[number] + column, 0)
        good = has & (records.kinds[fields] <= QUOTED) if len(number) else has
        if not good.all():
            bad = np.flatnonzero(~good)
            whys = [
                _refusal(names, settings.text_field, int(records.counts[number[i]]),
                         int(records.kinds[fields[i]]))
                for i in bad
            ]  # fmt: skip
            starts, ends = records.begins[number[bad]], records.stops[number[bad]]
            refused = quarantined(piece, rows[bad], whys, data, starts, ends)
            number, rows, fields = number[good], rows[good], fields[good]
        else:
            refused = QUARANTINE.empty_table()

        def values(name: str | None) -> list[str | None]:
            index = names.get(name, -1) if name is not None else -1
            known = (records.counts[number] > index) & (index >= 0)
            where = np.where(known, records.first[number] + index, 0)
            found = self._values(data, records, where)
            return [
                value.decode("utf-8", "replace") if there and value else None
                for value, there in zip(found, known.tolist(), strict=True)
            ]

        labels = [
            f"{piece.content.name}:{row}" if label is None else label
            for label, row in zip(values(settings.id_field), rows.tolist(), strict=True)
        ]
        documents = pa.Table.from_arrays(
            [
                pa.array(np.full(len(rows), piece.file, np.int32)),
                pa.array(rows),
                string_column(labels),
                string_column(values(settings.date_field)),
                string_column(values(settings.source_field)),
                text_column(self._values(data, records, fields)),
            ],
            schema=DOCUMENTS,
        )
        return documents, refused

    def _values(self, data: bytes, records: _Records, fields: Ints) -> list[bytes]:
        """Return the bytes of ``fields``, doubled quotation marks single."""
        if not len(fields):
            return []
        return [
            data[start:end].replace(b'""', b'"') if kind != BARE else data[start:end]
            for start, end, kind in zip(
                records.starts[fields].tolist(),
                records.ends[fields].tolist(),
                records.kinds[fields].tolist(),
                strict=True,
            )
        ]

    def _header(self, piece: Piece) -> dict[str | None, int]:
        """Return the columns of the piece's file by name; of equal names the last one counts."""
        content = piece.content
        with reading(content.source.place), content.path.open("rb") as raw:
            stream = utf8_stream(raw, content.encoding)
            data = b""
            while True:
                more = stream.read(max(1 << 16, len(data)))
                data += more
                records = self._records(data, mark=BOM)
                if not more or (len(records.stops) and records.stops[0] < len(data)):
                    break
        if not len(records.begins):
            return {}
        names = self._values(data, records, records.first[0] + np.arange(records.counts[0]))
        return {name.decode("utf-8", "replace").strip(): i for i, name in enumerate(names)}

    def _records(self, data: bytes | npt.NDArray[np.uint8], *, mark: bytes) -> _Records:
        array = data if isinstance(data, np.ndarray) else np.frombuffer(data, np.uint8)
        array = array.view()
        array.flags.writeable = False  # a kernel is compiled once for either kind
        skip = len(mark) if array[: len(mark)].tobytes() == mark else 0
        array = array[skip:]
        delimiter = ord(self.delimiter)
        marks = np.flatnonzero(
            (array == _QUOTE) | (array == delimiter) | (array == 0x0A) | (array == 0x0D)
        )
        starts, ends, kinds, stops, fields = np.empty((5, len(marks) + 1), np.int64)
        count, whole = split_records(array, marks, delimiter, starts, ends, kinds, stops, fields)
        stops, fields = stops[:count], fields[:count]
        first = np.append(0, fields)[:-1]
        begins = np.append(0, stops)[:-1]
        counts = fields - first
        blank = (counts == 1) & (starts[first] == ends[first]) & (kinds[first] == BARE)
        end = int(stops[whole - 1]) + skip if whole else 0
        some = ~blank
        return _Records(
            starts + skip, ends + skip, kinds,
            begins[some] + skip, stops[some] + skip, first[some], counts[some], end,
        )  # fmt: skip


def _refusal(names: dict[str | None, int], field: str, count: int, kind: int) -> str:
    """Say in one sentence why a record is no document."""
    if field not in names:
        there = " and ".join(map(repr, names))
        return f"The file has no column {field!r}: its columns are {there}."
    if count <= names[field]:
        return (
            f"The record ends before the column {field!r}: it has {count} of {len(names)} fields."
        )
    if kind == OPEN:
        return f"The field {field!r} begins with a quotation mark and is never closed."
    return f"The field {field!r} goes on after its closing quotation mark."


def requoted(
    raw: bytearray,
    encoding: str,
    bounds: tuple[Ints, Ints],
    bare: npt.NDArray[np.bool_],
    alone: npt.NDArray[np.bool_],
    rows: Ints,
    first: Ints,
    starts: Ints,
    ends: Ints,
    markers: dict[int, bytes],
) -> tuple[Ints, Ints, Ints, dict[int, bytes]]:
    """Return spans to cut out, so that what is left of a field without quotation marks is a field.

    Where it would begin with one, or be an empty line, all of the field goes, and what is to be
    left of it is written in quotation marks.

    Parameters
    ----------
    raw, encoding
        The bytes that hold the fields.
    bounds, bare
        Bytes from and to which each field goes, and whether it is one without quotation marks.
    alone
        Whether each is the only one of its record.
    rows, starts, ends
        Of the spans, disjoint; those of field i are from ``first[i]`` to ``first[i + 1]``.
    markers
        What is written instead of masked ones, by the start.

    Returns
    -------
    Rows, starts and ends, and what is written instead, by the start.
    """
    quote = '"'.encode(encoding)
    after = ends[first[:-1]]
    emptied = after == bounds[1]
    opens = np.array([raw.startswith(quote, at) for at in after.tolist()])
    wrong = bare & (starts[first[:-1]] == bounds[0]) & np.where(emptied, alone, opens)
    if markers:  # they may stand where it would begin
        marked = np.isin(starts, list(markers))
        wrong |= bare & np.logical_or.reduceat(marked, first[:-1])

    def left(i: int) -> bytes:
        spans = slice(first[i], first[i + 1])
        begins, stops = starts[spans].tolist(), ends[spans].tolist()
        until = [*begins[1:], int(bounds[1][i])]
        return b"".join(
            markers.get(start, b"") + raw[a:b]
            for start, a, b in zip(begins, stops, until, strict=True)
        )

    added = dict(markers)
    keep = np.ones(len(rows), bool)
    for i in np.flatnonzero(wrong).tolist():
        rest = left(i)
        if markers and (starts[first[i]] > bounds[0][i] or (rest and not rest.startswith(quote))):
            continue
        added[int(bounds[0][i])] = quote + _doubled(rest, quote) + quote
        keep[first[i] + 1 : first[i + 1]] = False
        ends[first[i]] = bounds[1][i]
    return rows[keep], starts[keep], ends[keep], added


def _doubled(raw: bytes, quote: bytes) -> bytes:
    """Return ``raw`` with each quotation mark twice; it is no part of another character."""
    size = len(quote)
    if size == 1:
        return raw.replace(quote, quote * 2)
    units = (raw[at : at + size] for at in range(0, len(raw), size))
    return b"".join(unit * 2 if unit == quote else unit for unit in units)
