"""Evidence of groups unit after unit, on lists, sets and Python's own regular expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from dedup import formulas, masking
from dedup.filling import CLOSING, LEVELS, OPENING, PROVISIONS

Document = list[int]
"""The group of each of its units; -1 for none."""


def holders(members: Sequence[int], document: Sequence[int]) -> set[int]:
    return {document[unit] for unit in members}


def kinship(
    clusters: Sequence[Sequence[int]], document: Sequence[int]
) -> dict[frozenset[int], int]:
    """Return how many units of either stand in the other: of a cluster, as many as both have."""
    shared: dict[frozenset[int], int] = {}
    for members in clusters:
        lead = document[members[0]]
        held = sorted(holders(members, document) - {lead})
        pairs = [(lead, other) for other in held] + list(pairwise(held))
        of = [document[unit] for unit in members]
        for pair in map(frozenset, pairs):
            shared[pair] = shared.get(pair, 0) + min(of.count(each) for each in pair)
    return shared


def works(shared: Mapping[frozenset[int], int], sizes: Sequence[int], least: float) -> list[int]:
    """Return the first document of the work of each; ``sizes`` are the units of each document."""
    of = list(range(len(sizes)))
    for _ in sizes:
        for pair, count in shared.items():
            if count / max(1, min(sizes[each] for each in pair)) >= least:
                first = min(of[each] for each in pair)
                for each in pair:
                    of[each] = min(of[each], first)
    return of


def kin_of(
    members: Sequence[int],
    document: Sequence[int],
    shared: Mapping[frozenset[int], int],
    sizes: Sequence[int],
) -> float:
    """Return the mean share that the first document has in common with others beside the group."""
    lead = document[members[0]]
    shares = []
    for other in holders(members, document) - {lead}:
        count = shared.get(frozenset((lead, other)), 1) - 1
        shares.append(count / max(1, min(sizes[lead], sizes[other]) - 1))
    return sum(shares) / len(shares) if shares else 0.0


def beside(members: Sequence[int], document: Sequence[int], of: Sequence[int]) -> float:
    """Return the share of members with a neighbour in common with the first, or with the next."""

    def neighbour(unit: int, step: int) -> int:
        place = unit + step
        if not 0 <= place < len(of) or document[place] != document[unit]:
            return -1
        return of[place]

    found = set()
    pairs = [(members[0], other) for other in members] + list(pairwise(members))
    for one, other in pairs:
        if document[one] == document[other]:
            continue
        for step in (-1, 1):
            if neighbour(one, step) == neighbour(other, step) >= 0:
                found |= {one, other}
    return len(found) / len(members)


def label(shadow: str) -> int:
    found = re.match(formulas.LABEL, shadow[:32])
    return found.end() if found else 0


def last(shadow: str) -> str:
    """Return the last character but for up to two that close something."""
    for character in shadow[:-4:-1] if len(shadow) > 3 else shadow[::-1]:
        if character not in "\"'”’」』)]》>*":
            return character
    return shadow[-3] if len(shadow) >= 3 else ""


def filling(
    texts: Sequence[str], units: Sequence[int], slots: Sequence[Slot]
) -> tuple[float, float]:
    """Return what ``filling.filling`` says of one row: filled, and reworded."""
    lead = texts[0]
    filled, reworded = 0.0, 0
    for slot in slots:
        begin, end = slot.spans[0]
        value = lead[begin:end]
        values = [text[a:b] for text, (a, b) in zip(texts, slot.spans, strict=True)]
        before, after = lead[:begin][-1:], lead[end:][:1]
        in_title = all(_depth(lead[:place]) > 0 for place in (begin, end))
        digit = any("0" <= c <= "9" for c in value)
        typed = slot.kind in {"number", "date", "place"} or in_title or digit
        counts = slot.kind in {"number", "date"} or digit
        numbered = value[-1:] in set(PROVISIONS) or after in set(PROVISIONS)
        provision = numbered and "第" in (before, value[:1])
        at_start = begin == 0 and slot.kind == "number" and not set(value) & set(masking.NUMERALS)
        rank = bool(value) and set(value) <= set(LEVELS)
        is_label = begin < label(lead) or at_start
        real = typed and not rank and not (counts and (provision or is_label))
        if real:
            count: dict[str, int] = {}
            for each, times in zip(values, units, strict=True):
                whole = value if damaged(each, value) else each
                if whole:
                    count[whole] = count.get(whole, 0) + times
            if count:
                filled = max(filled, 1 - max(count.values()) / sum(count.values()))
        for each, times in zip(values[1:], units[1:], strict=True):
            missing = real and not (each and value)
            if each != value and not damaged(each, value) and (not typed or missing):
                reworded += times * max(len(each), len(value))
    return filled, reworded / max(1, sum(units[1:])) / max(1, len(lead))


def damaged(value: str, lead: str) -> bool:
    """Whether a value is another one but for lost characters."""
    return len(value) == len(lead) and all(
        a == b or {a, b} & set("?\ufffd□") for a, b in zip(value, lead, strict=True)
    )


class Slot:
    """A slot: its kind, and where each text has its value."""

    def __init__(self, kind: str, spans: list[tuple[int, int]]) -> None:
        self.kind, self.spans = kind, spans


def _depth(text: str) -> int:
    return sum(c in OPENING for c in text) - sum(c in CLOSING for c in text)
