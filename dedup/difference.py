"""The difference between two texts, character by character, apart from what folding evens out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from dedup.folding import all_with_offsets, load_tables

__all__ = ["LONGEST", "Change", "difference", "differences"]

LONGEST = 100_000
"""Code points of a text that is still compared: time grows with the product of both lengths."""

Kind = Literal["equal", "written", "deleted", "inserted", "replaced"]


class Change(NamedTuple):
    """One stretch of the two texts; the stretches of either, joined, are that text."""

    kind: Kind
    """``written``: other characters, the same shadow text (script, width, spaces, readings)."""
    source: str
    copy: str


def difference(source: str, copy: str) -> list[Change] | None:
    """Return what turns ``source`` into ``copy``, or None if one is longer than ``LONGEST``.

    The shadow texts are aligned by Levenshtein distance and the stretches are carried over to the
    original characters, so that a text in the other script differs only in what it says.

    >>> [tuple(change) for change in difference("我县衛(wèi)", "全县卫")]
    [('replaced', '我', '全'), ('equal', '县', '县'), ('written', '衛(wèi)', '卫')]
    """
    return differences([(source, copy)])[0]


def differences(pairs: Sequence[tuple[str, str]]) -> list[list[Change] | None]:
    """Return what ``difference`` does of each source and copy; each text is folded once."""
    near = {pair: None for pair in pairs if max(map(len, pair)) <= LONGEST}
    texts = list(dict.fromkeys(text for pair in near for text in pair))
    shadow = dict(zip(texts, all_with_offsets(texts, load_tables()), strict=True))
    return [
        _difference(source, shadow[source], copy, shadow[copy]) if (source, copy) in near else None
        for source, copy in pairs
    ]


_Shadow: TypeAlias = "tuple[str, npt.NDArray[np.int64]]"


def _difference(source: str, shadow: _Shadow, copy: str, other: _Shadow) -> list[Change]:
    (shadow_a, origins_a), (shadow_b, origins_b) = shadow, other
    # Where each shadow character begins in its text; the first one takes what was dropped before.
    bounds_a = [0, *origins_a[1:].tolist(), len(source)] if shadow_a else [0]
    bounds_b = [0, *origins_b[1:].tolist(), len(copy)] if shadow_b else [0]
    if not shadow_a or not shadow_b:
        return _whole(source, copy, shadow_a == shadow_b)
    changes: list[Change] = []
    for tag, a, a_end, b, b_end in _without_islands(shadow_a, shadow_b):
        if tag == "equal":
            whole = source[bounds_a[a] : bounds_a[a_end]]
            if whole == copy[bounds_b[b] : bounds_b[b_end]]:
                _add(changes, "equal", whole, whole)
                continue
            for i, j in zip(range(a, a_end), range(b, b_end), strict=True):
                piece = source[bounds_a[i] : bounds_a[i + 1]], copy[bounds_b[j] : bounds_b[j + 1]]
                _add(changes, "equal" if piece[0] == piece[1] else "written", *piece)
            continue
        gone, new = source[bounds_a[a] : bounds_a[a_end]], copy[bounds_b[b] : bounds_b[b_end]]
        _add(changes, "deleted" if not new else "inserted" if not gone else "replaced", gone, new)
    return changes


def _whole(source: str, copy: str, same: bool) -> list[Change]:
    """Return the difference where at least one text folds to nothing."""
    if source == copy:
        return [Change("equal", source, copy)] if source else []
    if not source or not copy:
        return [Change("deleted" if source else "inserted", source, copy)]
    return [Change("written" if same else "replaced", source, copy)]


def _add(changes: list[Change], kind: Kind, source: str, copy: str) -> None:
    """Append a stretch, joined to the last one if that is of the same kind."""
    if not source and not copy:
        return
    if changes and changes[-1].kind == kind:
        last = changes.pop()
        source, copy = last.source + source, last.copy + copy
    changes.append(Change(kind, source, copy))


def _without_islands(a: str, b: str) -> list[tuple[str, int, int, int, int]]:
    """Return the edit operations; a lone equal character between longer edits is part of them.

    Two unrelated stretches share a character here and there; a difference cut up by those is
    shorter and says less.
    """
    merged: list[tuple[str, int, int, int, int]] = []
    codes = [
        (code.tag, code.src_start, code.src_end, code.dest_start, code.dest_end)
        for code in Levenshtein.opcodes(a, b)
    ]
    for at, (tag, i, i_end, j, j_end) in enumerate(codes):
        island = (
            tag == "equal"
            and i_end - i == 1
            and 0 < at < len(codes) - 1
            and all(max(c[2] - c[1], c[4] - c[3]) > 1 for c in (codes[at - 1], codes[at + 1]))
        )
        if merged and merged[-1][0] != "equal" and (island or tag != "equal"):
            _, first_i, _, first_j, _ = merged.pop()
            merged.append(("replace", first_i, i_end, first_j, j_end))
        else:
            merged.append((tag, i, i_end, j, j_end))
    return merged
