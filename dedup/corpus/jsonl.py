"""JSON lines: one object to a line, the document in its text field; cleaned inside the raw line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from dedup.corpus.chunks import CHUNK_BYTES, Piece
from dedup.corpus.encodings import BOM
from dedup.corpus.fields import quarantined, string_column
from dedup.corpus.nested import Steps, joined, steps_of, text_spans, texts_at
from dedup.corpus.spans import Ints, Places
from dedup.kernels.splice import find_values
from dedup.records import DOCUMENTS, QUARANTINE
from dedup.settings import Settings

__all__ = ["SUFFIXES", "cut", "places", "read"]

SUFFIXES = (".jsonl", ".ndjson")

_KINDS = {
    str: "a string",
    bool: "true or false",
    type(None): "null",
    list: "a list",
    dict: "an object",
}


@dataclass(frozen=True)
class _Refused:
    """Why a line gives no value; an empty reason for a blank line, which is no row at all."""

    why: str


_BLANK = _Refused("")


def cut(stream: BinaryIO, mark: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield stretches of whole lines and the number of lines in each."""
    del mark
    while data := stream.read(CHUNK_BYTES):
        if not data.endswith(b"\n"):
            data += stream.readline()
        yield data, data.count(b"\n") + (not data.endswith(b"\n"))


def read(pieces: Sequence[Piece], settings: Settings) -> tuple[pa.Table, pa.Table]:
    """Return the documents and the quarantined rows of ``pieces``, in their order.

    A row is the 0-based number of a physical line, ended by LF; a line of white space is counted
    and otherwise passed over, and so is a byte order mark at the start of the file. A row is
    quarantined if it is not JSON, not an object, or has no string in the text field. Where a key
    is given twice, the last one counts. Of a field of several texts, those that are strings are
    the document, a blank line between each two.
    """
    tables = [_read_piece(piece, settings) for piece in pieces]
    return pa.concat_tables([t[0] for t in tables]), pa.concat_tables([t[1] for t in tables])


def places(piece: Piece, data: npt.NDArray[np.uint8], rows: Ints, settings: Settings) -> Places:
    """Return where in ``data`` the text of each of ``rows`` starts and ends, between its quotes.

    Parameters
    ----------
    piece, data
        Whole lines, in UTF-8.
    rows
        Lines of ``data``, ascending.
    """
    newlines = np.flatnonzero(data == ord("\n"))
    line_starts = np.append(0, newlines + 1)
    line_ends = np.append(newlines, len(data))
    if piece.offset == 0 and data[:3].tobytes() == BOM:
        line_starts[0] = 3
    rows = np.minimum(rows, len(newlines))  # a row too far, of a file that has changed
    steps = steps_of(settings.text_field)
    if len(steps) > 1:
        return _nested_places(data, line_starts[rows], line_ends[rows], steps)
    key = np.array([ord(character) for character in steps[0] or ""], np.int64)
    starts, ends = np.empty((2, len(rows)), np.int64)
    marks = np.flatnonzero((data == ord('"')) | (data == ord("\\")))
    find_values(data, marks, line_starts[rows], line_ends[rows], key, starts, ends)
    return Places(starts, ends, np.full(len(rows), ord("\\"), np.int64))


def _nested_places(data: npt.NDArray[np.uint8], begins: Ints, stops: Ints, steps: Steps) -> Places:
    """Return the places of all texts of each line."""
    spans: list[tuple[int, int]] = []
    lengths: list[int] = []
    parts = [0]
    for begin, stop in zip(begins.tolist(), stops.tolist(), strict=True):
        line = data[begin:stop].tobytes()
        [value] = _parsed([line])
        texts = texts_at(value, steps)
        places = text_spans(line, steps) if texts else []
        if len(places) != len(texts):  # a line of a file that has changed
            places = [(-1 - begin, -1 - begin)] * len(texts)
        spans += [(begin + start, begin + end) for start, end in places]
        lengths += map(len, texts)
        parts.append(len(spans))
    table = np.array(spans, np.int64).reshape(-1, 2)
    starts, ends = (np.ascontiguousarray(table[:, i]) for i in range(2))
    escapes = np.full(len(spans), ord("\\"), np.int64)
    return Places(starts, ends, escapes, np.array(parts), np.array(lengths, np.int64))


def _read_piece(piece: Piece, settings: Settings) -> tuple[pa.Table, pa.Table]:
    data = piece.load()
    bom = len(BOM) if piece.offset == 0 and data.startswith(BOM) else 0
    lines = data[bom:].split(b"\n") if bom else data.split(b"\n")
    if not lines[-1]:
        lines.pop()  # what follows the last line feed is no line
    objects = _parsed(lines)
    rows = np.arange(piece.row, piece.row + len(lines), dtype=np.int64)
    quarantine = QUARANTINE.empty_table()
    texts = _texts(objects, steps_of(settings.text_field))
    if None in texts:
        whys = [
            None if text is not None else _refusal(value, settings.text_field)
            for value, text in zip(objects, texts, strict=True)
        ]
        ends = bom + np.cumsum([len(line) + 1 for line in lines])
        starts = np.append(bom, ends)[:-1]
        bad = np.array([i for i, why in enumerate(whys) if why], np.int64)
        quarantine = quarantined(
            piece, rows[bad], [whys[i] or "" for i in bad.tolist()], data, starts[bad], ends[bad]
        )
        good = [i for i, why in enumerate(whys) if why is None]
        lines, objects, rows = [lines[i] for i in good], [objects[i] for i in good], rows[good]
        texts = [texts[i] for i in good]
    return _documents(piece, lines, objects, rows, texts, settings), quarantine


def _texts(objects: list[Any], steps: Steps) -> list[Any]:
    """Return the text of each object, ``None`` where it has none."""
    if len(steps) > 1:
        return [joined(texts_at(value, steps)) for value in objects]
    [key] = steps
    if _all(objects, dict):
        texts: list[Any] = list(map(dict.get, objects, repeat(key)))
        if _all(texts, str):
            return texts
    values = [value.get(key) if isinstance(value, dict) else None for value in objects]
    return [value if isinstance(value, str) else None for value in values]


def _column(objects: list[Any], field: str) -> list[object]:
    return list(map(dict.get, objects, repeat(field)))


def _documents(
    piece: Piece,
    lines: list[bytes],
    objects: list[Any],
    rows: npt.NDArray[np.int64],
    texts: list[str],
    settings: Settings,
) -> pa.Table:
    def column(field: str) -> list[object]:
        column = _column(objects, field)
        if float in set(map(type, column)):
            for i, value in enumerate(column):
                if type(value) is float and abs(value) >= 2.0**63:
                    # The fast parser makes a float of an integer beyond 64 bits.
                    column[i] = _tolerant(lines[i])[field]
        return column

    def optional(field: str | None) -> pa.Array:
        if field is None:
            return pa.nulls(len(objects), pa.large_string())
        return string_column(column(field))

    labels = column(settings.id_field)
    if None in labels:
        name = piece.content.name
        labels = [
            f"{name}:{row}" if label is None else label
            for label, row in zip(labels, rows.tolist(), strict=True)
        ]
    return pa.Table.from_arrays(
        [
            pa.array(np.full(len(objects), piece.file, np.int32)),
            pa.array(rows),
            string_column(labels),
            optional(settings.date_field),
            optional(settings.source_field),
            string_column(texts),
        ],
        schema=DOCUMENTS,
    )


def _parsed(lines: list[bytes]) -> list[Any]:
    """Return the value of each line, or a ``_Refused``."""
    objects: list[Any] = []
    append = objects.append
    waiting = iter(lines)
    while True:
        try:
            for value in map(orjson.loads, waiting):
                append(value)  # not extend: what is there when a line is refused must stay
        except orjson.JSONDecodeError:  # noqa: PERF203  once for each such line
            append(_tolerant(lines[len(objects)]))
        else:
            return objects


def _tolerant(line: bytes) -> Any:
    """Return the value of a line with broken UTF-8, lone surrogates, NaN or any integer."""
    if not line.strip():
        return _BLANK
    try:
        return json.loads(line.decode("utf-8", "replace"), parse_int=_integer)
    except json.JSONDecodeError as error:
        return _Refused(f"The line is not JSON: it goes wrong at character {error.pos + 1}.")
    except RecursionError:
        return _Refused("The line is nested too deeply to be read.")


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # thousands of digits, which Python refuses to convert
        return float(digits)


def _refusal(value: object, field: str) -> str:
    """Say in one sentence why ``value`` is no document; an empty one for a blank line."""
    if isinstance(value, _Refused):
        return value.why
    if not isinstance(value, dict):
        return f"The line is {_kind(value)}, not an object."
    steps = steps_of(field)
    if len(steps) > 1:
        return f"The object has no string in {field!r}."
    [key] = steps
    if key not in value:
        return f"The object has no field {field!r}."
    return f"The field {field!r} is {_kind(value[key])}, not a string."


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a number")


def _all(values: list[Any], kind: type) -> bool:
    return set(map(type, values)) <= {kind}
