"""A run against pairs, or groups, of places that a person has labelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson

from dedup.errors import SettingsError
from dedup.evaluate.links import Links, Place
from dedup.evaluate.score import Counts, b_cubed

__all__ = ["Labels", "PairScore", "read_labels", "score_labels"]

Row = Mapping[str, Any]
Wanted = tuple[str, str, tuple[int, ...]]
"""A place as it was named: document, what it goes by (``paragraph``, …), and its numbers."""

_BY: dict[str, tuple[str, ...]] = {
    "paragraph": ("paragraph",),
    "line": ("line",),
    "span": ("start", "end"),
}


@dataclass(frozen=True)
class Labels:
    """What a person says of places."""

    pairs: dict[tuple[Wanted, Wanted], tuple[bool, str]]
    """Two places, the smaller first: whether they belong together, and of what kind they are."""
    groups: dict[Wanted, str]
    """Of places that stand in a group, its name."""


@dataclass
class PairScore:
    """What a run makes of the labels."""

    kinds: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    apart: int = 0
    """Pairs that do not belong together and are not held so."""
    b_cubed: tuple[float, float] | None = None
    """Precision and recall, where there are groups."""
    missed: list[tuple[Wanted, Wanted]] = field(default_factory=list)
    wrong: list[tuple[Wanted, Wanted]] = field(default_factory=list)

    def count(self, pair: tuple[Wanted, Wanted], kind: str, label: bool, held: bool) -> None:
        """Count a pair that does (``label``) or does not belong together."""
        counts = self.kinds[kind]
        if label and held:
            counts.true += 1
        elif label:
            counts.missed += 1
            self.missed.append(pair)
        elif held:
            counts.false += 1
            self.wrong.append(pair)
        else:
            self.apart += 1

    @property
    def all(self) -> Counts:
        """The counts of all kinds together."""
        of = self.kinds.values()
        return Counts(*(sum(getattr(each, name) for each in of) for name in vars(Counts())))


def read_labels(path: Path) -> Labels:
    """Read a file of labels: JSON lines as the schema ``pairs`` describes them.

    A row has two places, ``a`` and ``b``, and ``label``: true if they belong together; or a
    ``group`` and its ``members``, which all belong together, and with those of no other group.

    Raises
    ------
    SettingsError
        If it cannot be read, if a row is none of these, or if two rows contradict each other.
    """
    pairs: dict[tuple[Wanted, Wanted], tuple[bool, str]] = {}
    groups: dict[Wanted, str] = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
            if "members" in row:
                for member in row["members"]:
                    place = _wanted(member)
                    if groups.setdefault(place, str(row["group"])) != str(row["group"]):
                        raise ValueError(f"a place of group {groups[place]} again")
                continue
            if not isinstance(row["label"], bool):
                raise TypeError("a label that is neither true nor false")
            a, b = sorted((_wanted(row["a"]), _wanted(row["b"])))
            told = row["label"], str(row.get("kind", "pairs"))
            if pairs.setdefault((a, b), told)[0] != told[0]:
                raise ValueError("another label for a pair that was there before")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = f"no {error}" if isinstance(error, KeyError) else error
            raise SettingsError(
                f"line {number} of {path} cannot be used ({why}): `dedup schema pairs` says what "
                "a row holds"
            ) from error
    if not pairs and not groups:
        raise SettingsError(f"{path} holds no pair: `dedup schema pairs` says what a row holds")
    return Labels(pairs, groups)


def _wanted(place: Row) -> Wanted:
    doc = place["doc"]
    if not isinstance(doc, str):
        raise TypeError("a doc that is no string")
    for by, names in _BY.items():
        if names[0] in place:
            numbers = tuple(place[name] for name in names)
            if not all(type(number) is int and number >= 0 for number in numbers):
                raise TypeError(f"a {by} that is no number")
            return doc, by, numbers
    return doc, "document", ()


def score_labels(labels: Labels, links: Links, known: Iterable[str]) -> PairScore:
    """Score a run.

    Two places are held together if a unit of one and a unit of the other are, or if a passage lies
    in both, in part at least; a place without paragraph, line or span stands for every unit of its
    document.

    Parameters
    ----------
    labels
        What belongs together.
    links
        What the run holds together.
    known
        What documents of the run are called, those in which nothing is repeated included.

    Raises
    ------
    SettingsError
        If the labels name a document that the run does not know, or that several are called.
    """
    known = set(known)
    units: dict[Wanted, set[Place]] = {}
    for place in [*labels.groups, *(place for pair in labels.pairs for place in pair)]:
        if place not in units:
            units[place] = _units(place, links, known)
    score = PairScore()
    for (a, b), (label, kind) in labels.pairs.items():
        held = any(
            one == other or links.together(one, other) or other in links.sharing(one)
            for one in units[a]
            for other in units[b]
        )
        score.count((a, b), kind, label, held)
    if labels.groups:
        _score_groups(labels.groups, units, links, score)
    return score


def _score_groups(
    groups: Mapping[Wanted, str],
    units: Mapping[Wanted, set[Place]],
    links: Links,
    score: PairScore,
) -> None:
    """Count the pairs of places in groups; those that are neither of one nor held by number."""
    named: dict[Place, set[Wanted]] = defaultdict(set)
    members: dict[str, list[Wanted]] = defaultdict(list)
    for place, group in sorted(groups.items()):
        members[group].append(place)
        for unit in units[place]:
            named[unit].add(place)
    held: dict[Wanted, set[Wanted]] = {
        place: {
            other
            for unit in units[place]
            for beside in (unit, *links.beside(unit), *links.sharing(unit))
            for other in named.get(beside, ())
        }
        - {place}
        for place in groups
    }
    pairs = {pair for some in members.values() for pair in combinations(some, 2)}
    pairs |= {(min(a, b), max(a, b)) for a, others in held.items() for b in others}
    for a, b in sorted(pairs):
        score.count((a, b), "groups", groups[a] == groups[b], b in held[a])
    score.apart += len(groups) * (len(groups) - 1) // 2 - len(pairs)
    score.b_cubed = b_cubed(groups, held.__getitem__)


def _units(place: Wanted, links: Links, known: set[str]) -> set[Place]:
    """Return the units in the ledger that a place names; none if nothing there is repeated."""
    doc, by, numbers = place
    named = links.called(doc)
    if not named and doc not in known:
        raise SettingsError(
            f"no document of the run is called {doc}: name it by its id, its file, or its file "
            "and row"
        )
    if len(named) > 1:
        told = ", ".join(f"{file}:{row}" for file, row in named[:5])
        raise SettingsError(f"{len(named):,} documents are called {doc}: name one as {told}")
    if not named:
        return set()
    if by == "span":
        return set(links.overlapping(named[0], *numbers))
    return {
        unit
        for unit, _, _, line in links.units(named[0])
        if by == "document"
        or (by == "paragraph" and unit[2] == numbers[0])
        or (by == "line" and line == numbers[0])
    }
