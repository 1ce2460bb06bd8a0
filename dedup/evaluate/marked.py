"""How well a run marks planted copies, to the character: its links and passages as detections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dedup.evaluate.links import Links
from dedup.evaluate.plagdet import Aligned, PassageScore, Span, score_passages

__all__ = ["APART", "Marked", "score_marked"]

Row = Mapping[str, Any]

APART = ("words-20", "words-30", "reordered")
"""Kinds that are scored by themselves alone: little of them is left as it was, or in its order."""


@dataclass(frozen=True)
class Marked:
    """The scores of what is marked."""

    all: PassageScore
    """Of every kind but those of ``APART``, and of whatever is marked in hosts beside copies."""
    kinds: dict[str, PassageScore]
    """By kind, of the detections that touch a copy of it."""
    missed: list[Row]
    """Labels that no detection detects."""
    wrong: list[Aligned]
    """Detections that detect nothing."""
    unjudged: int
    """Pairs of short units that were not planted, which have no label."""


def score_marked(
    labels: Sequence[Row], roles: Sequence[str], links: Links, file: str, shortest: int
) -> Marked:
    """Score what a run marks in the hosts, whichever mechanism found it.

    Each label is a case. Each link of a unit of a host is a detection: with a unit of its cluster
    or family, or one that a row of the ledger links it to, the two units whole; and so is each
    passage with a side in a host. Nothing in a host stands elsewhere but what was planted, so any
    other detection is wrong. Two are none: a link between two copies of the same donor, which
    follows from theirs; and one between units that were not planted, of which one is shorter than
    donors are, for such are alike by nature.

    Parameters
    ----------
    labels, roles, links, file, shortest
        As ``score.score_planted`` has them.
    """
    cases = [Aligned(_span(label, "host", file), _span(label, "donor", file)) for label in labels]
    planted: dict[Any, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        planted[case.copy.document].append(number)

    def copies(span: Span) -> list[int]:
        return [number for number in planted[span.document] if _meet(cases[number].copy, span)]

    detections: list[Aligned] = []
    kinds_of: list[set[str]] = []
    unjudged = 0
    detected: set[int] = set()
    wrong = []
    for row in (row for row, role in enumerate(roles) if role == "host"):
        document = file, row
        units = list(links.units_aligned(document))
        for at, found in enumerate([*units, *links.passages(document)]):
            # A link between two hosts comes up in both, and is one.
            other_is_host = roles[found.source.document[1]] == "host"
            if other_is_host and found.source < found.copy:
                continue
            here, there = copies(found.copy), copies(found.source)
            if {labels[a]["copy"] for a in here} & {labels[b]["copy"] for b in there}:
                continue
            short = min(span.end - span.start for span in found) < shortest
            if at < len(units) and short and not here and not there:
                unjudged += 1
                continue
            hit = [number for number in here if _meet(cases[number].source, found.source)]
            detected.update(hit)
            if not hit:
                wrong.append(found)
            detections.append(found)
            kinds_of.append({labels[number]["kind"] for number in (*here, *there)})

    def score(kinds: set[str], *, beside: bool) -> PassageScore:
        """Score some kinds, and with ``beside`` what touches no copy, too."""
        return score_passages(
            [case for case, label in zip(cases, labels, strict=True) if label["kind"] in kinds],
            [
                found
                for found, touched in zip(detections, kinds_of, strict=True)
                if touched & kinds or (beside and not touched)
            ],
        )

    kinds = list(dict.fromkeys(label["kind"] for label in labels))
    return Marked(
        all=score(set(kinds) - set(APART), beside=True),
        kinds={kind: score({kind}, beside=False) for kind in kinds},
        missed=[label for number, label in enumerate(labels) if number not in detected],
        wrong=wrong,
        unjudged=unjudged,
    )


def _span(label: Row, end: str, file: str) -> Span:
    return Span((file, label[f"{end}_row"]), label[f"{end}_start"], label[f"{end}_end"])


def _meet(one: Span, other: Span) -> bool:
    return one.document == other.document and max(one[1], other[1]) < min(one[2], other[2])
