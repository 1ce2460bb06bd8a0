"""One text beside another: what was changed on the way, and what is only written differently."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dedup.difference import LONGEST, differences
from dedup.difference import Change as Difference
from dedup.report.views import Change, ChangeKind

__all__ = ["Comparing"]

_WORK = 4_000_000_000
"""Pairs of characters, one of either text, that are looked at for a whole report: about as many
as a processor does in a second or two. Beyond it texts are as if they were too long."""

_READING = re.compile(r"[(\uff08][^()\uff08\uff09]*[)\uff09]")
_EDITS = {"deleted", "inserted", "replaced"}
_DIGIT = re.compile(r"[0-9]")
_LEADING = re.compile(r"[0-9.]*"), re.compile(r"[0-9.]+$")
_HAN = re.compile(r"[\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Comparing:
    """Compares texts for one report, as long as there is time for it."""

    def __init__(self, work: int = _WORK) -> None:
        self._work = work

    def changes(self, pairs: Sequence[tuple[str, str]]) -> list[list[Change] | None]:
        """Return what turns each source into its copy; None for what is too long.

        >>> Comparing().changes([("我县衛(wèi)生", "全县卫生")])
        [[('replaced', 1, '全'), ('equal', 1, ''), ('reading', 6, '卫'), ('equal', 1, '')]]
        """
        near = [pair for pair in pairs if self._has_time(*pair)]
        found = dict(zip(near, differences(near), strict=True))
        return [_told(found.get(pair)) for pair in pairs]

    def _has_time(self, source: str, copy: str) -> bool:
        work = len(source) * len(copy)
        if max(len(source), len(copy)) > LONGEST or work > self._work:
            return False
        self._work -= work
        return True


def _told(found: Sequence[Difference] | None) -> list[Change] | None:
    if found is None:
        return None
    return [(_kind(each), len(each.source), _here(each)) for each in _with_whole_numbers(found)]


def _with_whole_numbers(changes: Sequence[Difference]) -> Sequence[Difference]:
    """Let a number that was changed be changed as a whole: 2450 to 2780, not 45 to 78 in it.

    >>> changes = differences([("约2450元", "约2780元")])[0] or []
    >>> [tuple(each) for each in _with_whole_numbers(changes)]
    [('equal', '约', '约'), ('replaced', '2450', '2780'), ('equal', '元', '元')]
    """
    if not any(_DIGIT.search(each.source + each.copy) for each in changes if each.kind in _EDITS):
        return changes
    told: list[Difference] = []
    for at, change in enumerate(changes):
        if change.kind != "equal":
            _append(told, change)
            continue
        text = change.source
        start, end = 0, len(text)
        if told and told[-1].kind in _EDITS and _ends_in_digit(told[-1]):
            start = _LEADING[0].match(text).end()  # type: ignore[union-attr]
        if at + 1 < len(changes) and (after := changes[at + 1]).kind in _EDITS:
            digits = _LEADING[1].search(text, start)
            if digits and (after.source[:1] + after.copy[:1]).strip(".").isdigit():
                end = digits.start()
        for kind, piece in (("replaced", text[:start]), ("equal", text[start:end])):
            if piece:
                _append(told, Difference(kind, piece, piece))  # type: ignore[arg-type]
        if text[end:]:
            told.append(Difference("replaced", text[end:], text[end:]))
    return told


def _ends_in_digit(change: Difference) -> bool:
    return (change.source[-1:] + change.copy[-1:]).strip(".").isdigit()


def _append(told: list[Difference], change: Difference) -> None:
    """Append a stretch; one that was changed becomes one with a changed one before it."""
    if told and {told[-1].kind, change.kind} <= _EDITS:
        last = told.pop()
        change = Difference("replaced", last.source + change.source, last.copy + change.copy)
    told.append(change)


def _here(change: Difference) -> str:
    return "" if change.kind == "equal" else change.copy


def _kind(change: Difference) -> ChangeKind:
    """Return how two stretches differ that are the same once folded."""
    if change.kind != "written":
        return change.kind
    source, copy = (_READING.sub("", side) for side in (change.source, change.copy))
    if (source, copy) != (change.source, change.copy) and len(source) == len(copy):
        return "reading"
    return "script" if _HAN.search(source) and "".join(source.split()) != copy else "form"
