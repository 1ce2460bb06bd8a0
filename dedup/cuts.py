"""Cuts: what goes of each document, taken out of strings of Python, which may hold anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from dedup.corpus.spans import merged
from dedup.result import Result

__all__ = ["Spans", "cut", "spans_of"]

Spans: TypeAlias = dict[int, list[tuple[int, int, str]]]
"""Per row: code points from start to end that go, in order, disjoint, and what is there instead."""


def spans_of(result: Result) -> Spans:
    """Return what a cleaned corpus leaves out of each document, of one file."""
    spans: Spans = {}
    columns = (column.tolist() for column in merged(result.removals))
    for row, start, end, masked in zip(*columns, strict=True):
        marker = result.settings.mask_marker if masked else ""
        spans.setdefault(row, []).append((start, end, marker))
    return spans


def cut(texts: Sequence[str], spans: Spans) -> list[str]:
    """Return the texts with what is new for their spans; ``""`` where white space is left."""
    left = list(texts)
    for row, cuts in spans.items():
        text = texts[row]
        parts, at = [], 0
        for start, end, new in cuts:
            parts += [text[at:start], new]
            at = end
        rest = "".join([*parts, text[at:]])
        left[row] = rest if rest.strip() else ""
    return left
