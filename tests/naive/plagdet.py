"""The measures of the PAN text alignment tasks as the paper has them: over sets of characters."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

Characters = set[tuple[object, int]]
Case = tuple[Characters, Characters]
"""Characters of the copy, and of what it is a copy of."""


def detects(r: Case, s: Case) -> bool:
    return bool(r[0] & s[0]) and bool(r[1] & s[1])


def meet(s: Case, r: Case) -> Characters:
    return (s[0] | s[1]) & (r[0] | r[1]) if detects(r, s) else set()


def union(sets: Sequence[Characters]) -> Characters:
    return set().union(*sets)


def precision(cases: Sequence[Case], detections: Sequence[Case]) -> float:
    shares = [len(union([meet(s, r) for s in cases])) / len(r[0] | r[1]) for r in detections]
    return sum(shares) / len(detections)


def recall(cases: Sequence[Case], detections: Sequence[Case]) -> float:
    shares = [len(union([meet(s, r) for r in detections])) / len(s[0] | s[1]) for s in cases]
    return sum(shares) / len(cases)


def micro(cases: Sequence[Case], detections: Sequence[Case], of: Sequence[Case]) -> float:
    """Precision if ``of`` are the detections, recall if they are the cases."""
    found = union([meet(s, r) for s in cases for r in detections])
    return len(found) / len(union([x[0] | x[1] for x in of]))


def granularity(cases: Sequence[Case], detections: Sequence[Case]) -> float:
    counts = [sum(detects(r, s) for r in detections) for s in cases]
    detected = [count for count in counts if count]
    return sum(detected) / len(detected)


def plagdet(p: float, r: float, granularity: float) -> float:
    return 2 * p * r / (p + r) / log2(1 + granularity)
