"""Templates on Python strings: pieces, star alignment in one full table, columns, slots, kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dedup import kinds, masking
from naive import words as naive

NUMBER, DATE, PLACE, ORGANISATION, PLAIN, SIGN = (
    "number", "date", "place", "organisation", "other", "sign",
)  # fmt: skip
NUMERALS = "numerals"  # a number, until it is known whether it is of a date
OPENING = 7
"""What it costs to begin a difference."""
TELLING = 8
"""Weight of what follows a number and says what it counts."""


NO_TAILS = set(kinds.NO_ORGANISATIONS.split())
LABEL = ")、.:"
"""After a number what makes a label of it: (二), 3., 四、."""


class Piece(NamedTuple):
    text: str
    kind: str
    weight: int = 0


def pieces(text: str) -> list[Piece]:
    """Return the words of a shadow text, cut on where a template would cut, with their kinds."""
    found: list[Piece] = []
    for word, told in naive.words(text).cuts:
        for part, kind in _parts(word, told):
            joined = kind == NUMERALS and found and found[-1].kind == NUMERALS
            before = found.pop().text if joined else ""  # 三百 and 七十四
            found.append(Piece(before + part, kind))
    return _in_context(found)


def _parts(word: str, told: str) -> list[tuple[str, str]]:
    if told == PLACE and len(word) == 2:
        if word[0] in masking.ADMIN and word[1] in masking.DEICTIC:
            return [(word[0], PLACE), (word[1], _plain(word[1]))]
        if word[0] in kinds.POINTING and word[1] in masking.ADMIN:
            return [(word[0], _plain(word[0])), (word[1], PLACE)]
    if told in {NUMBER, "ordinal"}:
        first = word[:1] if word[0] == "第" else ""
        rest = word[len(first) :].lstrip(naive.NUMERALS)
        numeral = word[len(first) : len(word) - len(rest)]
        last = rest.lstrip(masking.COUNTED)
        if not numeral or (told == NUMBER and last):
            return [(word, NUMBER)]
        parts = [(first, NUMBER), (numeral, NUMERALS), (rest[: len(rest) - len(last)], NUMBER)]
        return [part for part in (*parts, (last, _plain(last) if last else "")) if part[0]]
    if told == "figure" and word[0] in naive.NUMERALS:
        rest = word.lstrip(naive.NUMERALS)
        if any(c in naive.NUMERALS for c in rest):
            return [(word, NUMBER)]
        return [(word[: len(word) - len(rest)], NUMERALS), (rest, _plain(rest))]
    if told in {"", "figure"}:
        return [(word, _plain(word))]
    if told == ORGANISATION:
        return [(word, PLAIN if word[-2:] in NO_TAILS else told)]
    return [(word, DATE if told == "time" else told)]


def _plain(word: str) -> str:
    tails = {tail[-2:] for tail in kinds.ORGANISATIONS.split()}
    organ = len(word) != 2 and word[-1] in kinds.ORGANS
    named = (organ or word[-2:] in tails) and word[-2:] not in NO_TAILS
    return ORGANISATION if named else PLAIN


def _in_context(found: list[Piece]) -> list[Piece]:
    """Tell dates from numbers by what stands beside them, and weigh every piece."""
    told: list[Piece] = []
    for i, (text, first, _) in enumerate(found):
        kind = first
        weight = _weight(text, kind)
        following = found[i + 1] if i + 1 < len(found) else Piece(" ", SIGN)
        before = told[-1] if told else Piece("", "")
        if kind == NUMERALS:
            year = _is_year(text)
            dashed = len(told) > 1 and before.text in {"-", "/"} and told[-2].kind == DATE
            dated = (
                dashed
                or (following.text[0] == "年" and (year or _is_short_year(text)))
                or following.text[0] == "月"
                or (before.text == "月" and before.kind == DATE and following.text[0] in "日号")
                or (year and text.isascii() and following.kind == SIGN)
            )
            kind = DATE if dated else NUMBER
        elif i and found[i - 1].kind == NUMERALS:
            if kind == NUMBER and text[0] in masking.COUNTED:
                kind, weight = before.kind, TELLING
            elif len(text) == 1 and text in LABEL:
                weight = TELLING
        told.append(Piece(text, kind, weight))
    return told


def _is_year(word: str) -> bool:
    if len(word) != 4:
        return False
    if word.isascii():
        return word.isdigit() and word[:2] in {"19", "20"}
    return all(c in "〇零一二三四五六七八九" for c in word)


def _is_short_year(word: str) -> bool:
    return len(word) == 2 and all(c in "0123456789〇零一二三四五六七八九" for c in word)


def _weight(piece: str, kind: str) -> int:
    if kind == SIGN:
        return 1 if piece == " " else 2
    return 6 if all(ord(c) < 0x2E80 for c in piece) else 4 * len(piece)


def align(a: Sequence[Piece], b: Sequence[Piece], window: int = 1024) -> list[int]:
    """Return, per word of ``a``, the word of ``b`` it stands for, or -1."""
    tail = 0
    while tail < min(len(a), len(b)) and a[-1 - tail].text == b[-1 - tail].text:
        tail += 1
    m = len(b)
    matched = [-1] * (len(a) - tail) + [*range(m - tail, m)]
    a, b = a[: len(a) - tail], b[: m - tail]
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i].text == b[j].text:
            matched[i], i, j = j, i + 1, j + 1
            continue
        whole = max(len(a) - i, len(b) - j) <= window
        pairs = _pairs(a[i : i + window], b[j : j + window], whole)
        if not whole:
            far = [pair for pair in pairs if 4 * max(pair) >= window]
            near = [pair for pair in far if 4 * max(pair) < 3 * window]
            last = (near or far or [(-1, -1)])[-1]
            pairs = [pair for pair in pairs if pair <= last]
        for x, y in pairs:
            matched[i + x] = j + y
        if whole or not pairs:
            break
        i, j = i + pairs[-1][0] + 1, j + pairs[-1][1] + 1
    return matched


def _pairs(a: Sequence[Piece], b: Sequence[Piece], whole: bool) -> list[tuple[int, int]]:
    """Return the pairs of the best alignment: of all, or up to the end of either."""
    n, m = len(a), len(b)
    low = -(1 << 29)
    same = [[low] * (m + 1) for _ in range(n + 1)]
    other = [[low] * (m + 1) for _ in range(n + 1)]
    same[0][0] = 0
    for i in range(n + 1):
        for j in range(m + 1):
            if i and j and a[i - 1].text == b[j - 1].text:
                same[i][j] = a[i - 1].weight + max(same[i - 1][j - 1], other[i - 1][j - 1])
            for i_before, j_before in ((i - 1, j), (i, j - 1)):
                if i_before >= 0 and j_before >= 0:
                    begun = same[i_before][j_before] - OPENING
                    other[i][j] = max(other[i][j], other[i_before][j_before], begun)
    i, j = n, m
    if not whole:
        edge = [(i, j) for i in range(n + 1) for j in range(m + 1) if i == n or j == m]
        i, j = max(edge, key=lambda cell: max(same[cell[0]][cell[1]], other[cell[0]][cell[1]]))
    pairs = []
    in_same = same[i][j] > other[i][j]
    while i or j:
        if in_same:
            i, j = i - 1, j - 1
            pairs.append((i, j))
            in_same = same[i][j] > other[i][j]
        else:
            here = other[i][j]
            if i and here == other[i - 1][j]:
                i -= 1
            elif j and here == other[i][j - 1]:
                j -= 1
            elif i and here == same[i - 1][j] - OPENING:
                i, in_same = i - 1, True
            else:
                j, in_same = j - 1, True
    return pairs[::-1]


def slots(
    rep: Sequence[Piece], rows: Sequence[Sequence[int]], lengths: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the stretches of ``rep`` that differ in some row, ascending and apart."""
    n = len(rep)
    fixed = [all(row[i] >= 0 for row in rows) for i in range(n)]

    def glued(i: int) -> bool:
        """Whether nothing stands between words i - 1 and i in any text."""
        for row, length in zip(rows, lengths, strict=True):
            before = row[i - 1] if i else -1
            after = row[i] if i < n else length
            if after != before + 1:
                return False
        return True

    found: list[tuple[int, int]] = []
    i = 0
    while i <= n:
        # a slot begins at a boundary that is not glued, or at a word that is not fixed
        if (i < n and not fixed[i]) or (
            (i == 0 or fixed[i - 1]) and (i == n or fixed[i]) and not glued(i)
        ):
            start = i
            while i < n and not fixed[i]:
                i += 1
            if found and sum(piece.weight for piece in rep[found[-1][1] : start]) < OPENING:
                found[-1] = (found[-1][0], i)
            else:
                found.append((start, i))
            if i == start:
                i += 1
        else:
            i += 1
    return found


def _parted(
    slot: tuple[int, int], rows: Sequence[list[int]], cut: Sequence[Sequence[Piece]]
) -> list[tuple[int, int]]:
    """Return the slots in place of one, and fill in which pieces stand for which."""
    start, end = slot
    spans = []
    for row, each in zip(rows, cut, strict=True):
        first = row[start - 1] + 1 if start else 0
        spans.append((first, row[end] if end < len(row) else len(each)))
    kinds_of = {
        tuple(piece.kind for piece in each[low:high])
        for (low, high), each in zip(spans, cut, strict=True)
    }
    (told, *others) = kinds_of
    if others or {PLAIN, SIGN} & set(told):
        return [slot]
    edges = [i for i in range(1, len(told)) if told[i] != told[i - 1]]
    parts = [*pairwise([0, *edges, len(told)])]
    for a, b in parts:
        values = [
            [piece.text for piece in each[low + a : low + b]]
            for (low, _), each in zip(spans, cut, strict=True)
        ]
        if all(value == values[0] for value in values):
            return [slot]
    if edges:
        for row, (low, high) in zip(rows, spans, strict=True):
            row[start:end] = range(low, high)
    return [(start + a, start + b) for a, b in parts]


def value_kind(value: Sequence[Piece]) -> str:
    said = [piece.kind for piece in value if piece.kind != SIGN]
    if not said:
        return ""
    if value[-1].kind == ORGANISATION:
        return ORGANISATION
    counts = Counter(said)
    for kind in (NUMBER, DATE, PLACE):
        if 2 * counts[kind] >= len(said) and counts[kind] == max(
            counts[k] for k in (NUMBER, DATE, PLACE)
        ):
            return kind
    return PLAIN


class Slot(NamedTuple):
    start: int
    end: int
    kind: str
    values: list[str]
    pieces: list[list[Piece]]


def template(texts: Sequence[str], window: int = 1024) -> tuple[list[str], list[Slot]]:
    """Return the words of the first text, and the slots with the value of every text."""
    cut = [pieces(text) for text in texts]
    rows = [list(range(len(cut[0])))] + [align(cut[0], other, window) for other in cut[1:]]
    found = slots(cut[0], rows, [len(each) for each in cut])
    told = []
    for start, end in [part for slot in found for part in _parted(slot, rows, cut)]:
        values = []
        for row, each in zip(rows, cut, strict=True):
            first = row[start - 1] + 1 if start else 0
            last = row[end] if end < len(row) else len(each)
            values.append(each[first:last])
        named = Counter(kind for kind in map(value_kind, values) if kind)
        order = (NUMBER, DATE, PLACE, ORGANISATION, PLAIN)
        best = max(order, key=lambda k: (named[k], -order.index(k))) if named else PLAIN
        told.append(Slot(start, end, best, ["".join(p.text for p in v) for v in values], values))
    return [piece.text for piece in cut[0]], told


def rendered(texts: Sequence[str], most: int = 4) -> str:
    words, told = template(texts)
    line, at = "", 0
    for slot in told:
        line += "".join(words[at : slot.start])
        values = list(dict.fromkeys(slot.values))
        more = "…" if len(values) > most else ""
        line += "[" + "|".join([*values[:most], *more]) + "]"
        at = slot.end
    return line + "".join(words[at:])
