"""What decisions make of a corpus, unit after unit and text after text, on lists and sets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from dedup.decisions import Decisions

Groups = set[frozenset[int]]


class Unit(NamedTuple):
    doc: str
    paragraph: int
    hash: str
    length: int
    long: bool
    """Enough to be looked for."""


class Outcome(NamedTuple):
    clusters: Groups
    families: Groups
    dropped: set[int]


def chosen(units: Sequence[Unit], decisions: Decisions) -> list[int]:
    """Return the units that are the ones to keep, of units in keep order."""
    found = []
    for text, doc, paragraph in decisions.keep_this:
        having = [n for n, unit in enumerate(units) if unit.hash == text]
        there = [n for n in having if (units[n].doc, units[n].paragraph) == (doc, paragraph)]
        found += (there or having)[:1]
    return found


def decide(
    units: Sequence[Unit],
    near: Collection[frozenset[str]],
    stands: Collection[tuple[str, str]],
    alike: Collection[frozenset[str]],
    masked: Collection[str],
    decisions: Decisions,
    min_drop: int,
    families: bool,
) -> Outcome:
    """Return what becomes of units that stand in keep order.

    ``near`` has the pairs of hashes with a literal edge, ``alike`` those near or equal once masked,
    ``masked`` the hashes that have a family at all; the first of a pair in ``stands`` may stand for
    the second.
    """
    this = chosen(units, decisions)
    order = this + [n for n in range(len(units)) if n not in this]
    texts = list(dict.fromkeys(units[n].hash for n in order if units[n].long))
    parted = {frozenset(pair) for pair in decisions.not_a_copy}

    def together(pairs: Collection[frozenset[str]]) -> Callable[[str, str], bool]:
        return lambda a, b: frozenset((a, b)) in pairs and frozenset((a, b)) not in parted

    is_near, is_alike = together(near), together(alike)
    gone = set(decisions.drop)
    held = {*decisions.keep, *decisions.boilerplate, *(units[n].hash for n in this)} - gone
    kept: list[str] = []
    for text in texts:
        length = next(unit.length for unit in units if unit.hash == text)
        covered = any((by, text) in stands and is_near(by, text) for by in kept) or (
            families and any(is_alike(by, text) and long_enough(units, by, min_drop) for by in kept)
        )
        if text not in gone and (text in held or length < min_drop or not covered):
            kept.append(text)

    dropped = set()
    for n, unit in enumerate(units):
        first = next(other for other in order if units[other].hash == unit.hash)
        stays = unit.hash in {*decisions.keep, *decisions.boilerplate} or n in this
        repeat = unit.long and unit.length >= min_drop and (unit.hash not in kept or n != first)
        if unit.hash in gone or (repeat and not stays):
            dropped.add(n)
    return Outcome(
        groups(units, cover(texts, is_near)),
        groups(units, cover([text for text in texts if text in masked], is_alike)),
        dropped,
    )


def long_enough(units: Sequence[Unit], text: str, least: int) -> bool:
    return any(unit.hash == text and unit.length >= least for unit in units)


def cover(texts: Sequence[str], beside: Callable[[str, str], bool]) -> dict[str, str]:
    """Return the representative of each text: the first that is free takes the free ones beside."""
    leader: dict[str, str] = {}
    for text in texts:
        if text not in leader:
            leader[text] = text
            leader |= {
                other: text for other in texts if other not in leader and beside(text, other)
            }
    return leader


def groups(units: Sequence[Unit], leader: dict[str, str]) -> Groups:
    found: dict[str, set[int]] = {}
    for n, unit in enumerate(units):
        if unit.hash in leader and unit.long:
            found.setdefault(leader[unit.hash], set()).add(n)
    return {frozenset(group) for group in found.values() if len(group) > 1}
