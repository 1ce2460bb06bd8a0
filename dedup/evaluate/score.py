"""Recall by kind and precision of a run over planted copies; the measures of pairs and groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, TypeVar

from dedup.evaluate.links import Links, Place

__all__ = ["Counts", "PlantScore", "b_cubed", "score_planted"]

Row = Mapping[str, Any]
T = TypeVar("T", bound=Hashable)


@dataclass
class Counts:
    """Pairs by what they are and what a run says."""

    true: int = 0
    """Belong together and are held together."""
    false: int = 0
    """Are held together and do not belong so."""
    missed: int = 0
    """Belong together and are not held so."""

    @property
    def precision(self) -> float | None:
        """``true / (true + false)``; None where nothing is held together."""
        return _share(self.true, self.true + self.false)

    @property
    def recall(self) -> float | None:
        """``true / (true + missed)``; None where nothing belongs together."""
        return _share(self.true, self.true + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where nothing is or belongs together."""
        return _share(2 * self.true, 2 * self.true + self.false + self.missed)

    def as_dict(self) -> dict[str, float | None]:
        """Return counts and measures as JSON has them."""
        return {**vars(self), "precision": self.precision, "recall": self.recall, "f1": self.f1}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass
class PlantScore:
    """What a run found of the planted copies, and what else it linked to units of hosts."""

    kinds: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    """Per kind, labels that were found by units (``true``) and missed."""
    links: Counts = field(default_factory=Counts)
    """Pairs of units, one of a host at least, that are held together: rightly or wrongly."""
    unjudged: int = 0
    """Pairs of short units that were not planted: such are alike by nature, and have no label."""
    wrong: list[tuple[Place, Place]] = field(default_factory=list)
    """Pairs that are held together and no label explains."""


def score_planted(
    labels: Iterable[Row], roles: Sequence[str], links: Links, file: str, shortest: int
) -> PlantScore:
    """Score which units a run holds together in a planted corpus; passages are left to ``marked``.

    A label is found if a unit that its stretch of the host touches is together with one that the
    stretch of its donor touches. A pair of units is right if a chain of labels joins them, else
    wrong, unless neither was planted and one is shorter than donors are.

    Parameters
    ----------
    labels
        As the schema ``planted`` describes them.
    roles
        Of each document, ``donor`` or ``host``.
    links
        What the run holds together.
    file
        What the run calls the planted corpus.
    shortest
        Code points of a unit that is judged though it was not planted.
    """
    score = PlantScore()
    joined: dict[Place, Place] = {}
    planted: set[Place] = set()

    def first(place: Place) -> Place:
        while joined.get(place, place) != place:
            place = joined[place]
        return place

    for label in labels:
        ends = []
        for end in ("donor", "host"):
            where = file, int(label[f"{end}_row"])
            ends.append(links.overlapping(where, label[f"{end}_start"], label[f"{end}_end"]))
        places = [place for some in ends for place in some]
        planted.update(ends[1])
        for a, b in combinations(places, 2):
            joined[first(b)] = first(a)
        if any(links.together(a, b) for a in ends[0] for b in ends[1]):
            score.kinds[label["kind"]].true += 1
        else:
            score.kinds[label["kind"]].missed += 1
    hosts = [row for row, role in enumerate(roles) if role == "host"]
    for place in (place for row in hosts for place, *_ in links.units((file, row))):
        for other in sorted(links.beside(place)):
            if roles[other[1]] == "host" and other < place:
                continue  # counted from its other end
            if first(place) == first(other):
                score.links.true += 1
            elif planted.isdisjoint((place, other)) and min(map(links.length, (place, other))) < (
                shortest
            ):
                score.unjudged += 1
            else:
                score.links.false += 1
                score.wrong.append((place, other))
    return score


def b_cubed(
    groups: Mapping[T, Hashable], together: Callable[[T], Iterable[T]]
) -> tuple[float, float]:
    """Return B-cubed precision and recall over labelled elements.

    Precision of an element is the share of those held together with it, itself included, that are
    of its group; recall the share of its group that is held together with it. Both are averaged
    over all elements: A. Bagga and B. Baldwin, "Entity-based cross-document coreferencing using
    the vector space model" (1998), section 4; what is held together need not be a partition.

    Parameters
    ----------
    groups
        Per element its group.
    together
        The elements that are held together with one; others than those of ``groups`` count for
        nothing.

    >>> groups = {"a": 1, "b": 1, "c": 2}
    >>> b_cubed(groups, {"a": "ab", "b": "abc", "c": "bc"}.__getitem__)
    (0.7222222222222222, 1.0)
    """
    sizes: dict[Hashable, int] = defaultdict(int)
    for group in groups.values():
        sizes[group] += 1
    precision = recall = 0.0
    for element, group in groups.items():
        held = {other for other in together(element) if other in groups} | {element}
        right = sum(groups[other] == group for other in held)
        precision += right / len(held)
        recall += right / sizes[group]
    count = len(groups) or 1
    return precision / count, recall / count
