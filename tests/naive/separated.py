"""Comma-separated values, read and cleaned one character at a time."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Field:
    raw: str = ""
    text: str = ""
    kind: str = "bare"
    """``bare``, ``quoted``, ``malformed`` or ``open``."""


@dataclass
class Record:
    fields: list[Field] = field(default_factory=list)
    end: str = ""

    @property
    def raw(self) -> str:
        return ",".join(each.raw for each in self.fields) + self.end

    @property
    def blank(self) -> bool:
        return [each.raw for each in self.fields] == [""]


def records(text: str) -> list[Record]:
    """Return all records, blank ones too."""
    found = []
    while text:
        record = Record()
        while True:
            each, text = _field(text)
            record.fields.append(each)
            if not text.startswith(","):
                break
            text = text[1:]
        record.end = next(end for end in ("\r\n", "\r", "\n", "") if text.startswith(end))
        text = text[len(record.end) :]
        found.append(record)
    return found


def _field(text: str) -> tuple[Field, str]:
    at = 0
    value = ""
    kind = "bare"
    if text.startswith('"'):
        at = 1
        kind = "open"
        while at < len(text):
            if text.startswith('""', at):
                value += '"'
                at += 2
            elif text[at] == '"':
                kind = "quoted"
                at += 1
                break
            else:
                value += text[at]
                at += 1
    while at < len(text) and text[at] not in ",\r\n":
        kind = "malformed" if kind == "quoted" else kind
        value += text[at] if kind == "bare" else ""  # a name in a header ends with its quotes
        at += 1
    return Field(text[:at], value, kind), text[at:]


def rows(text: str, column: str) -> tuple[dict[int, str], dict[int, str]]:
    """Return the texts and the quarantined records, by row."""
    texts, refused = {}, {}
    header, *others = [record for record in records(text) if not record.blank] or [Record()]
    names = [each.text.strip() for each in header.fields]
    index = max((i for i, name in enumerate(names) if name == column), default=10**9)
    for row, record in enumerate(others):
        if index < len(record.fields) and record.fields[index].kind in ("bare", "quoted"):
            texts[row] = record.fields[index].text
        else:
            refused[row] = record.raw
    return texts, refused


def cleaned(text: str, spans: dict[int, list[tuple[int, int]]], column: str) -> str:
    """Return a file without the quarantined rows, and without ``spans`` of the others."""
    _, refused = rows(text, column)
    kept = []
    row = -1
    index = -1
    for record in records(text):
        if record.blank:
            kept.append(record.raw)
            continue
        if row < 0:
            names = [each.text.strip() for each in record.fields]
            index = max((i for i, name in enumerate(names) if name == column), default=-1)
            kept.append(record.raw)
        elif row not in refused:
            each = record.fields[index]
            gone = {i for start, end in spans.get(row, []) for i in range(start, end)}
            left = "".join(c for i, c in enumerate(each.text) if i not in gone)
            if left != each.text:
                doubled = left.replace('"', '""')
                if (
                    each.kind == "quoted"
                    or left.startswith('"')
                    or len(record.fields) == 1 > len(left)
                ):
                    each.raw = f'"{doubled}"'
                else:
                    each.raw = left
            kept.append(record.raw)
        row += 1
    return "".join(kept)
