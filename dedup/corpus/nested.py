"""Texts deep inside a row: ``messages[].content``, several of them joined to one document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

__all__ = ["SEPARATOR", "Steps", "joined", "steps_of", "text_spans", "texts_at"]

Steps: TypeAlias = tuple["str | None", ...]
"""Keys one below the other; ``None`` for each element of a list."""

SEPARATOR = "\n\n"
"""What stands between the texts of one row in its document: a blank line, which parts units."""

_STEP = re.compile(r"((?:\\[.\[\\]|(?!\[\]|\.).)*)((?:\[\])*)(?:\.|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\([.\[\\])")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]', re.DOTALL)
_OPENING, _CLOSING = (b"{", b"["), (b"}", b"]")


def steps_of(field: str) -> Steps:
    r"""Return the way to a field: keys parted by dots, ``[]`` after one whose elements are meant.

    A dot, bracket or backslash that is part of a key has a backslash before it.

    >>> steps_of("messages[].content"), steps_of(r"a\.b"), steps_of("text")
    (('messages', None, 'content'), ('a.b',), ('text',))
    """
    steps: list[str | None] = []
    at = 0
    while True:
        found = _STEP.match(field, at)
        if found is None:  # brackets with something in them or after them are part of a key
            steps.append(_ESCAPE.sub(r"\1", field[at:]))
            return tuple(steps)
        steps.append(_ESCAPE.sub(r"\1", found[1]))
        steps += [None] * (len(found[2]) // 2)
        at = found.end()
        if not found[0].endswith(".") or found.end(2) == found.end():
            return tuple(steps)


def texts_at(value: Any, steps: Steps) -> list[str]:
    """Return the strings that a value of JSON has there, in order, and nothing else."""
    values = [value]
    for step in steps:
        if step is None:
            values = [each for value in values if isinstance(value, list) for each in value]
        else:
            values = [value[step] for value in values if isinstance(value, dict) and step in value]
    return [value for value in values if isinstance(value, str)]


def joined(texts: list[str]) -> str | None:
    """Return the text of a row that has ``texts``; ``None`` if it has none."""
    return SEPARATOR.join(texts) if texts else None


def text_spans(line: bytes, steps: Steps) -> list[tuple[int, int]]:
    """Return where in a line of JSON the strings of ``texts_at`` stand, between their quotes.

    Of a key that is given twice the last value counts.
    """
    tokens = _TOKEN.finditer(line)
    return _value(next(tokens, None), tokens, steps)


def _value(
    token: re.Match[bytes] | None, tokens: Iterator[re.Match[bytes]], steps: Steps
) -> list[tuple[int, int]]:
    """Return the spans in the value that begins with ``token``, and go past it."""
    if token is None:
        return []
    kind = token[0][:1]
    if kind == b'"':
        return [] if steps else [(token.start() + 1, token.end() - 1)]
    if kind not in _OPENING:
        return []
    if not steps or (steps[0] is None) != (kind == b"["):
        _pass_over(token, tokens)
        return []
    found: list[tuple[int, int]] = []
    here, below = steps[0], steps[1:]
    wanted = here is None  # whether the value that comes next is on the way
    is_key = not wanted
    while (token := next(tokens, None)) and token[0] not in _CLOSING:
        if token[0] == b",":
            is_key = here is not None
        elif is_key:
            wanted = _string(token[0]) == here
            is_key = False
            if wanted:
                found = []
        elif wanted:
            found += _value(token, tokens, below) if token[0] != b":" else []
        else:
            _pass_over(token, tokens)
    return found


def _pass_over(token: re.Match[bytes] | None, tokens: Iterator[re.Match[bytes]]) -> None:
    """Go past the value that begins with ``token``, however deep it is."""
    depth = 0
    while token:
        depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
        token = next(tokens, None) if depth else None


def _string(quoted: bytes) -> str:
    text = quoted.decode("utf-8", "replace")
    return str(json.loads(text)) if "\\" in text else text[1:-1]
