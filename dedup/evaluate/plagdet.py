"""Precision, recall and granularity of copied stretches, to the character, and one figure of all.

The measures are those of M. Potthast, B. Stein, A. Barrón-Cedeño and P. Rosso, "An Evaluation
Framework for Plagiarism Detection" (COLING 2010), in its section on performance measures, by which
the PAN workshops scored their text alignment tasks. A case *s* is a stretch of a document and the
stretch of another one that it was copied from, a detection *r* a pair of stretches that is reported
as such; both are sets of characters, of the two stretches together. A detection detects a case if
it meets it on both sides; ``s ⊓ r`` is then their intersection, else nothing.

=============  ==================================================================================
precision      mean over all detections of the share of *r* that lies in the ``s ⊓ r`` of any *s*
recall         mean over all cases of the share of *s* that lies in the ``s ⊓ r`` of any *r*
granularity    mean over the cases that were detected of how many detections detect them
plagdet        F1 of precision and recall, divided by log2(1 + granularity)
=============  ==================================================================================

These are the macro-averaged ones, which the tasks and their script report: each detection counts
the same, and so does each case. The micro-averaged ones count each character the same: those in any
``s ⊓ r``, of all that are in any *r*, or in any *s*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any, NamedTuple

__all__ = ["Aligned", "PassageScore", "Span", "score_passages"]


class Span(NamedTuple):
    """A stretch of a document, in code points."""

    document: Any
    """What it is called: anything that can be hashed."""
    start: int
    end: int


class Aligned(NamedTuple):
    """A stretch, and the one that it was, or is said to be, copied from."""

    copy: Span
    source: Span


@dataclass(frozen=True)
class PassageScore:
    """The measures; None where there is nothing to take the mean of."""

    cases: int
    detected: int
    """Cases that a detection detects."""
    detections: int
    precision: float | None
    recall: float | None
    granularity: float | None
    """Of the detected cases; 1 at best."""
    micro_precision: float | None
    micro_recall: float | None

    @property
    def plagdet(self) -> float | None:
        """Of the macro-averaged measures; 0 where nothing is detected, None without a case."""
        return self._plagdet(self.precision, self.recall)

    @property
    def micro_plagdet(self) -> float | None:
        """Of the micro-averaged measures."""
        return self._plagdet(self.micro_precision, self.micro_recall)

    def _plagdet(self, precision: float | None, recall: float | None) -> float | None:
        if recall is None:
            return None
        if not precision or not recall or self.granularity is None:
            return 0.0
        f1 = 2 * precision * recall / (precision + recall)
        return f1 / log2(1 + self.granularity)

    def as_dict(self) -> dict[str, Any]:
        """Return the measures as JSON has them."""
        return {
            "cases": self.cases,
            "detected": self.detected,
            "detections": self.detections,
            "precision": self.precision,
            "recall": self.recall,
            "granularity": self.granularity,
            "plagdet": self.plagdet,
            "micro": {
                "precision": self.micro_precision,
                "recall": self.micro_recall,
                "plagdet": self.micro_plagdet,
            },
        }


def score_passages(cases: Sequence[Aligned], detections: Sequence[Aligned]) -> PassageScore:
    """Score detections by cases.

    Parameters
    ----------
    cases, detections
        Which side is the copy has to be the same for both: a detection of the source as a copy of
        its copy detects nothing. None of the stretches is empty.

    >>> case = Aligned(Span("host", 100, 200), Span("donor", 0, 100))
    >>> found = Aligned(Span("host", 100, 150), Span("donor", 0, 70))
    >>> score = score_passages([case], [found])
    >>> score.precision, score.recall, score.granularity, score.plagdet
    (1.0, 0.6, 1.0, 0.7499999999999999)
    """
    of_pair: dict[tuple[Hashable, Hashable], list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        of_pair[case.copy.document, case.source.document].append(number)
    of_case: list[list[Span]] = [[] for _ in cases]
    times = [0] * len(cases)
    both: list[Span] = []
    precision = 0.0
    for found in detections:
        here: list[Span] = []
        for number in of_pair[found.copy.document, found.source.document]:
            case = cases[number]
            if not all(_shared(one, other) for one, other in zip(case, found, strict=True)):
                continue
            # All four pairs: the two sides may be of one document.
            shared = [each for one in case for other in found for each in _shared(one, other)]
            of_case[number] += shared
            times[number] += 1
            here += shared
        precision += _characters(here) / _characters(found)
        both += here
    recall = sum(
        _characters(shared) / _characters(case) for case, shared in zip(cases, of_case, strict=True)
    )
    detected = sum(map(bool, times))
    right = _characters(both)
    return PassageScore(
        cases=len(cases),
        detected=detected,
        detections=len(detections),
        precision=precision / len(detections) if detections else None,
        recall=recall / len(cases) if cases else None,
        granularity=sum(times) / detected if detected else None,
        micro_precision=right / _characters(_sides(detections)) if detections else None,
        micro_recall=right / _characters(_sides(cases)) if cases else None,
    )


def _shared(one: Span, other: Span) -> list[Span]:
    """Return the stretch that is in both, if there is one."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return [Span(one.document, start, end)] if one[0] == other[0] and start < end else []


def _sides(pairs: Iterable[Aligned]) -> list[Span]:
    return [side for pair in pairs for side in pair]


def _characters(spans: Iterable[Span]) -> int:
    """Count the characters that lie in any of some stretches."""
    of_document: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
    for document, start, end in spans:
        of_document[document].append((start, end))
    count = 0
    for some in of_document.values():
        reached = 0
        for start, end in sorted(some):
            count += max(0, end - max(start, reached))
            reached = max(reached, end)
    return count
