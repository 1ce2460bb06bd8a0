"""Data as JSON that may stand in HTML, whatever a hostile corpus holds."""

from __future__ import annotations

import orjson

__all__ = ["block_size", "json_block"]

_ESCAPED = (
    (b"<", rb"\u003c"),
    (b">", rb"\u003e"),
    (b"&", rb"\u0026"),
    ("\u2028".encode(), rb"\u2028"),
    ("\u2029".encode(), rb"\u2029"),
)


def json_block(value: object) -> bytes:
    r"""Return a value as JSON in which no character means anything to an HTML parser.

    >>> json_block(["</script><!--"])
    b'["\\u003c/script\\u003e\\u003c!--"]'
    """
    told = orjson.dumps(value)
    for character, escape in _ESCAPED:
        told = told.replace(character, escape)
    return told


def block_size(value: object) -> int:
    """Return how many bytes it has."""
    return len(json_block(value))
