"""Sections, obviously: every anchor, every one before it, characters in sets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Sequence
from itertools import combinations

FAR, COST, PLACE, TIMES, LEAST, SHARE, ALONE = 2000, 4, 3, 4, 60, 0.3, 5

Span = tuple[int, int, int, int]
"""Start and end in one document, and in the other."""
Unit = tuple[int, int, tuple[int, ...]]
"""Document, shadow characters, groups: of the first kind, its text."""


def telling(units: Sequence[Unit]) -> set[int]:
    """Return the groups that stand in several documents, and in few for their length."""
    members: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for document, length, groups in units:
        for group in groups:
            members[group].append((document, length))
    told = set()
    for group, units_of in members.items():
        documents = len({document for document, _ in units_of})
        mean = sum(length for _, length in units_of) // len(units_of)
        if documents > 1 and documents * PLACE <= mean:
            told.add(group)
    return told


def unit_anchors(
    units: Sequence[Unit], a: int, b: int, texts: Container[int] = ()
) -> list[tuple[int, int]]:
    """Return the pairs of units of two documents that share a group that tells something.

    ``texts`` are the groups that are one text: the n-th goes with the n-th, if both have as many.
    """
    tells = telling(units)
    times = Counter((document, group) for document, _, groups in units for group in set(groups))
    found = []
    for i, (document, _, groups) in enumerate(units):
        for j, (other, _, others) in enumerate(units):
            shared = {
                group
                for group in set(groups) & set(others) & tells
                if (times[a, group] <= TIMES and times[b, group] <= TIMES)
                or (
                    group in texts
                    and times[a, group] == times[b, group]
                    and nth(units, i, group) == nth(units, j, group)
                )
            }
            if (document, other) == (a, b) and shared:
                found.append((i, j))
    return found


def nth(units: Sequence[Unit], unit: int, group: int) -> int:
    """Return how many units of the same document and group come before one."""
    return sum(
        document == units[unit][0] and group in groups for document, _, groups in units[:unit]
    )


def meetings(rows: Sequence[tuple[int, int]], partners: int) -> set[tuple[int, int, int]]:
    """Return the pairs of documents that meet at a key: of each the first and the latest before."""
    found = set()
    for key in {key for key, _ in rows}:
        documents = sorted({document for each, document in rows if each == key})
        for at, document in enumerate(documents):
            earlier = documents[:at]
            chosen = {*earlier[:1], *earlier[1:][::-1][: partners - 1]}
            found |= {(other, document, key) for other in chosen}
    return found


def gain(one: Span, other: Span, matched: int) -> int | None:
    """Return what the second anchor adds to a chain that ends with the first; None: it cannot."""
    gaps = [other[side] - one[side + 1] for side in (0, 2)]
    behind = all(one[at] <= other[at] for at in range(4))
    if not behind or max(gaps) > FAR:
        return None
    new = sum(other[side + 1] - max(other[side], one[side + 1]) for side in (0, 2))
    longest = max(other[1] - other[0], other[3] - other[2])
    return COST * new * matched // longest - sum(max(0, gap) for gap in gaps) if new else None


def chains(spans: Sequence[Span], matched: Sequence[int]) -> list[list[int]]:
    """Return the anchors of each chain, the best chain first, what is used once not used again."""
    score: list[int] = []
    before: list[int | None] = []
    for i, span in enumerate(spans):
        longest = max(span[1] - span[0], span[3] - span[2])
        best, chosen = COST * (span[1] - span[0] + span[3] - span[2]) * matched[i] // longest, None
        for j in reversed(range(i)):
            added = gain(spans[j], span, matched[i])
            if added is not None and score[j] + added > best:
                best, chosen = score[j] + added, j
        score.append(best)
        before.append(chosen)
    used: set[int] = set()
    found = []
    for end in sorted(range(len(spans)), key=lambda i: -score[i]):
        at: int | None = end
        chain = []
        while at is not None and at not in used:
            chain.append(at)
            used.add(at)
            at = before[at]
        if chain:
            found.append(chain[::-1])
    return found


def covered(spans: Sequence[Span], chain: Sequence[int], side: int) -> set[int]:
    return {at for i in chain for at in range(spans[i][2 * side], spans[i][2 * side + 1])}


def is_section(
    spans: Sequence[Span], matched: Sequence[int], chain: list[int], unit_start: Sequence[int]
) -> bool:
    """Say whether a chain is long and dense on both sides, and goes through several units."""
    units = 0
    for side in range(2):
        start, end = spans[chain[0]][2 * side], spans[chain[-1]][2 * side + 1]
        if len(covered(spans, chain, side)) < max(LEAST, SHARE * (end - start)):
            return False
        if (
            len(chain) > 1
            and spans[chain[-1]][2 * side] < (start + spans[chain[0]][2 * side + 1]) / 2
        ):
            return False
        inside = [at for at in unit_start if start < at < end]
        units = max(units, len(inside) + 1)
    return sum(matched[i] for i in chain) >= LEAST and units >= (2 if len(chain) > 1 else ALONE)


def sections(
    spans: Sequence[Span], matched: Sequence[int], unit_start: Sequence[int]
) -> list[list[int]]:
    """Return the sections among the anchors of two documents, the best first, without echoes."""
    real = [
        chain for chain in chains(spans, matched) if is_section(spans, matched, chain, unit_start)
    ]
    kept = []
    for at, chain in enumerate(real):
        echo = True
        for side in range(2):
            told = 0
            for i in chain:
                mine = covered(spans, [i], side)
                told += min(
                    len(mine),
                    sum(len(mine & covered(spans, [j], side)) for one in real[:at] for j in one),
                )
            echo &= 2 * told >= len(covered(spans, chain, side))
        if not echo:
            kept.append(chain)
    return kept


def document_pairs(units: Sequence[Unit]) -> dict[int, set[tuple[int, int]]]:
    """Return the pairs of documents that share two groups that tell something, and just one."""
    tells = telling(units)
    held = {(document, group) for document, _, groups in units for group in groups}
    found: dict[int, set[tuple[int, int]]] = {1: set(), 2: set()}
    for a, b in combinations(sorted({document for document, _, _ in units}), 2):
        shared = sum((a, group) in held and (b, group) in held for group in tells)
        if shared:
            found[min(shared, 2)].add((a, b))
    return found
