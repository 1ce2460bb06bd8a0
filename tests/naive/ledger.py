"""Groups and links unit after unit, on lists and dicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple


class Link(NamedTuple):
    unit: int
    source: int
    cluster: int
    family: int
    kind: str


def groups(
    leader: Sequence[int], text: Sequence[int], rank: Sequence[int], source: Sequence[int] | None
) -> tuple[list[int], dict[int, int]]:
    """Return the group of each unit (-1: none) and the first unit of each group."""
    members: dict[int, list[int]] = defaultdict(list)
    for unit, its in enumerate(text):
        if its >= 0 and leader[its] >= 0:
            members[leader[its]].append(unit)
    of = [-1] * len(text)
    first = {}
    real = [
        units
        for _, units in sorted(members.items())
        if len(units) > 1 and (source is None or len({source[unit] for unit in units}) > 1)
    ]
    for group, units in enumerate(real):
        first[group] = min(units, key=lambda unit: rank[unit])
        for unit in units:
            of[unit] = group
    return of, first


def links(
    text: Sequence[int],
    cluster: tuple[list[int], dict[int, int]],
    family: tuple[list[int], dict[int, int]],
    target: Sequence[int],
) -> set[Link]:
    (cluster_of, cluster_first), (family_of, family_first) = cluster, family
    found = set()
    for unit in range(len(text)):
        c, f = cluster_of[unit], family_of[unit]
        head = cluster_first.get(c, unit)
        own: list[tuple[int, str]] = []
        if c >= 0 and head == unit:
            own.append((-1, "exact"))
        elif c >= 0:
            near = target[unit] if target[unit] >= 0 else head
            own.append((near, "exact" if text[near] == text[unit] else "near"))
        if f >= 0:
            first = family_first[f]
            by_head = c >= 0 and family_of[head] == f  # then the head's link leads on to the first
            if first == unit:
                if (c < 0 or head != unit) and not by_head:
                    own.append((-1, "masked"))
            elif (not by_head or (head == unit and cluster_of[first] != c)) and (
                first not in [source for source, _ in own]
            ):
                own.append((first, "masked"))
        sources = [source for source, _ in own]
        shared = f >= 0 and target[unit] >= 0 and family_of[target[unit]] == f
        if shared and head == unit and target[unit] not in sources:
            own.append((target[unit], "near"))
        found |= {Link(unit, source, c, f, kind) for source, kind in own}
    return found
