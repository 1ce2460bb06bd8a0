"""Reading and cleaning of files, one character at a time."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable

BOM = b"\xef\xbb\xbf"


def code_points(raw: bytes, *, escaped: bool) -> list[bytes]:
    """Cut ``raw`` into the bytes of each code point, those of a JSON string if ``escaped``."""
    pieces = _characters(raw)
    if not escaped:
        return pieces
    points = []
    while pieces:
        size = 1
        if pieces[0] == b"\\":
            size = 6 if pieces[1] == b"u" else 2
            if b"".join(pieces[:2]) == b"\\u" and b"".join(pieces[6:8]) == b"\\u":
                both = b"".join(pieces[:12]).decode("utf-8", "replace")
                if len(json.loads(f'"{both}"')) == 1:
                    size = 12
        points.append(b"".join(pieces[:size]))
        del pieces[:size]
    return points


def _characters(raw: bytes) -> list[bytes]:
    broken = []

    def note(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        broken.append((error.start, error.end))
        return "\ufffd", error.end

    codecs.register_error("note", note)
    raw.decode("utf-8", "note")
    pieces = []
    at = 0
    for start, end in [*broken, (len(raw), len(raw))]:
        pieces += [character.encode() for character in raw[at:start].decode()]
        if end > start:
            pieces.append(raw[start:end])
        at = end
    return pieces


def without(raw: bytes, spans: Iterable[tuple[int, int]], *, escaped: bool) -> bytes:
    """Leave the code points of ``spans`` out of ``raw``."""
    gone = {i for start, end in spans for i in range(start, end)}
    points = code_points(raw, escaped=escaped)
    return b"".join(point for i, point in enumerate(points) if i not in gone)


def row_value(line: bytes) -> object:
    """Return what a line of JSON says; ``ValueError`` if nothing."""
    # Numbers don't matter here, and Python refuses to convert thousands of digits.
    return json.loads(line.decode("utf-8", "replace"), parse_int=len)


def text_span(line: bytes, field: str) -> tuple[int, int]:
    """Return the bytes between the quotes of the last string that a line has as ``field``."""
    text = line.decode("utf-8", "surrogateescape")
    space = json.decoder.WHITESPACE.match
    decoder = json.JSONDecoder(parse_int=len)
    at = space(text, 0).end() + 1
    span = (-1, -1)
    while True:
        at = space(text, at).end()
        key, at = decoder.raw_decode(text, at)
        at = space(text, at).end() + 1
        start = space(text, at).end()
        _, at = decoder.raw_decode(text, start)
        if key == field:
            span = tuple(
                len(text[:i].encode("utf-8", "surrogateescape")) for i in (start + 1, at - 1)
            )
        at = space(text, at).end()
        if text[at] == "}":
            return span
        at += 1


def read_jsonl(data: bytes, field: str) -> tuple[dict[int, str], dict[int, bytes]]:
    """Return the texts and the raw quarantined lines, by row."""
    texts, quarantine = {}, {}
    for row, line in enumerate(_lines(data)[1]):
        if not line.strip():
            continue
        try:
            value = row_value(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and isinstance(value.get(field), str):
            texts[row] = value[field]
        else:
            quarantine[row] = line
    return texts, quarantine


def clean_jsonl(data: bytes, spans: dict[int, list[tuple[int, int]]], field: str) -> bytes:
    """Return a JSONL file without the quarantined rows, and without ``spans`` of the others."""
    bom, lines = _lines(data)
    _, quarantine = read_jsonl(data, field)
    kept = [bom]
    for row, line in enumerate(lines):
        if row in quarantine:
            continue
        if row in spans:
            start, end = text_span(line, field)
            text = without(line[start:end], spans[row], escaped=True)
            kept.append(line[:start] + text + line[end:])
        else:
            kept.append(line)
    return b"".join(kept)


def _lines(data: bytes) -> tuple[bytes, list[bytes]]:
    bom = BOM if data.startswith(BOM) else b""
    parts = data[len(bom) :].split(b"\n")
    return bom, [*(part + b"\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]
