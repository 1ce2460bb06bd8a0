"""Cuts: what goes of each document, taken out of strings of Python, which may hold anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from dedup.corpus.spans import merged
from dedup.result import Result

__all__ = ["Spans", "cut", "spans_of"]

Spans: TypeAlias = dict[int, list[tuple[int, int]]]
"""Per row that something goes of: code points from start to end, in order, disjoint."""


def spans_of(result: Result) -> Spans:
    """Return what a cleaned corpus leaves out of each document, of one file."""
    spans: Spans = {}
    columns = (column.tolist() for column in merged(result.removals))
    for row, start, end in zip(*columns, strict=True):
        spans.setdefault(row, []).append((start, end))
    return spans


def cut(texts: Sequence[str], spans: Spans) -> list[str]:
    """Return the texts without their spans; those of which white space is left are ``""``."""
    left = list(texts)
    for row, cuts in spans.items():
        text = texts[row]
        starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
        rest = "".join(text[start:end] for start, end in zip(starts, ends, strict=True))
        left[row] = rest if rest.strip() else ""
    return left
