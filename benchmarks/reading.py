"""Draw clusters and families to be read, and write them down with what stands around them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

import dedup
from benchmarks.drops import CONTEXT
from dedup.columns import numbers
from dedup.difference import difference

Ints = npt.NDArray[np.int64]
Group = Literal["cluster", "family"]
Stratum = tuple[str, str, str, str]

SIZES = ((2, "2"), (5, "3-5"), (20, "6-20"))
LENGTHS = ((19, "8-19"), (39, "20-39"), (99, "40-99"))
SHORT, TITLE, SLOTTED = 24, 40, 20
"""Shadow characters of what may be a slogan (at most), a title (at most), a sentence (at least)."""
MEMBERS_SHOWN = 6
LONGEST_SHOWN = 280
"""Characters of a text, or of a difference, that are shown."""
AROUND = 26
"""Characters of the neighbouring units that are shown."""


@dataclass(frozen=True)
class Item:
    """A cluster or a family: what is drawn."""

    group: Group
    number: int
    """As in ``provenance.jsonl`` of the run."""
    hash: str
    """Of its representative's text: what finds the group in another run."""
    members: tuple[int, ...]
    """Units, in keep order; the first is the representative."""
    documents: int
    length: int
    """Shadow characters of the representative."""
    family: int
    """Of the representative; the cluster's own number, below 0, where that is in none."""
    rare: frozenset[str]
    """``cited``, ``short``, ``slots``: what it may be a case of that few are, by its looks."""

    @property
    def stratum(self) -> Stratum:
        """Items are drawn evenly by kind, size, spread and length."""
        spread = "one document" if self.documents == 1 else "documents"
        length = _band(self.length, LENGTHS, "100-") if self.documents > 1 else ""
        return self.group, _band(len(self.members), SIZES, "21-"), spread, length


def _band(value: int, bands: Sequence[tuple[int, str]], above: str) -> str:
    return next((name for most, name in bands if value <= most), above)


def items(result: dedup.Result, years: Sequence[str]) -> list[Item]:
    """Return every cluster, and every family that is not one single cluster, of a run.

    ``years`` has the year of each document, empty where there is none.
    """
    units = result.finding.units
    lengths, document = numbers(units["length"]), numbers(units["document"])
    family_of, cluster_of = result.family.of, result.cluster.of
    found = []
    for group, table in (("cluster", result.clusters), ("family", result.families)):
        for row in table.to_pylist():
            members = np.array(row["members"])
            first = row["unit"]
            single = cluster_of[first] >= 0 and (cluster_of[members] == cluster_of[first]).all()
            if group == "family" and single:
                continue
            family = int(family_of[first])
            rare = set()
            if len({years[number] for number in document[members].tolist()}) > 1:
                rare = _looks(result, group, members, int(lengths[first]))
            found.append(
                Item(
                    group=group,  # type: ignore[arg-type]
                    number=row[group],
                    hash=unit_hash(units, first),
                    members=tuple(row["members"]),
                    documents=row["documents"],
                    length=int(lengths[first]),
                    family=family if family >= 0 else -1 - row[group],
                    rare=frozenset(rare),
                )
            )
    return found


def _looks(result: dedup.Result, group: str, members: Ints, length: int) -> set[str]:
    """Return what a group of documents of several years may be a case of."""
    first = members[:1]
    text, before = result.texts_of(np.concatenate([first, np.maximum(first - 1, 0)])).to_pylist()
    looks = set()
    if length <= SHORT:
        looks.add("short")
    if length <= TITLE and ("《" in text or before.endswith(("《", "“"))):
        looks.add("cited")
    finding = result.finding
    masked = np.unique(finding.masked_of[finding.text_of[members]])
    if group == "family" and length >= SLOTTED and len(masked) == 1:
        looks.add("slots")
    return looks


def unit_hash(units: Any, unit: int) -> str:
    """Return the hash of a unit's shadow text as the ledger has it."""
    return f"{units['hash_high'][unit].as_py():016x}{units['hash_low'][unit].as_py():016x}"


def sample(found: Sequence[Item], count: int, seed: int, before: Sequence[Item] = ()) -> list[Item]:
    """Return ``count`` items, or all there are, the strata by turns, one of a family.

    Nothing is drawn of the families of ``before``. What comes first in its stratum is decided by
    its hash, so that a run that finds a little more has most of the same.
    """
    strata: dict[Stratum, list[Item]] = defaultdict(list)
    for item in sorted(found, key=lambda item: _lot(item, seed), reverse=True):
        strata[item.stratum].append(item)
    drawn: list[Item] = []
    families = {item.family for item in before}
    queues = [strata[name] for name in sorted(strata)]
    while len(drawn) < count and any(queues):
        for queue in queues:
            while queue and queue[-1].family in families:
                queue.pop()
            if queue and len(drawn) < count:
                drawn.append(queue.pop())
                families.add(drawn[-1].family)
    return sorted(drawn, key=lambda item: _lot(item, seed))


def _lot(item: Item, seed: int) -> bytes:
    told = f"{seed} {item.group} {item.hash}".encode()
    return hashlib.blake2b(told, digest_size=16).digest()


def sheet(result: dedup.Result, item: Item, facts: Sequence[str]) -> Iterator[str]:
    """Yield the lines that show an item: counts, and members with what stands around them.

    Parameters
    ----------
    result
        The run.
    item
        One of its clusters or families.
    facts
        Per document, what is to be said of it: label, date, source.
    """
    units = result.finding.units
    document, paragraph = numbers(units["document"]), numbers(units["paragraph"])
    per_document = np.bincount(document, minlength=result.documents.num_rows)
    members = np.array(item.members)
    texts = result.finding.text_of[members]
    distinct = len(np.unique(texts))
    yield (
        f"{item.hash[:8]} {item.group}: {len(members)} units, {item.documents} documents, "
        f"{distinct} texts, {item.length} characters"
    )
    first = result.texts_of(members[:1])[0].as_py()
    for unit in _shown(members, texts, document):
        text = result.texts_of(np.array([unit]))[0].as_py()
        around = [_neighbour(result, document, unit + step, document[unit]) for step in (-1, 1)]
        place = f"{paragraph[unit] + 1}/{per_document[document[unit]]}"
        before, after = around[0][-AROUND:], around[1][:AROUND]
        yield f"  [{facts[document[unit]]} · {place}] ‹{before}› ‹{after}›"
        told = _cut(text) if unit == members[0] else _against(first, text)
        yield f"    {told}".replace("\n", "⏎")


def _shown(members: Ints, texts: Ints, document: Ints) -> list[int]:
    """Return the members to show: other texts first, then other documents, in keep order."""
    _, by_text = np.unique(texts, return_index=True)
    _, by_document = np.unique(document[members], return_index=True)
    rest = np.arange(len(members))
    order: list[int] = []
    for some in (np.sort(by_text), np.sort(by_document), rest):
        new = [place for place in some.tolist() if place not in order]
        free = MEMBERS_SHOWN - len(order)
        if len(new) > free:  # evenly over all there are
            new = [new[place] for place in np.linspace(0, len(new) - 1, free).astype(int)]
        order += new
    return [int(members[place]) for place in sorted(order)]


def _neighbour(result: dedup.Result, document: Ints, unit: int, same: int) -> str:
    if not 0 <= unit < len(document) or document[unit] != same:
        return "¶"
    text: str = result.texts_of(np.array([unit]))[0].as_py()
    return text.replace("\n", "⏎")


def _against(first: str, text: str) -> str:
    """Return what differs from the first text: ``{+…+}`` stands in this one, ``[-…-]`` in that."""
    changes = difference(first, text)
    if changes is None:
        return _cut(text)
    if all(change.kind in {"equal", "written"} for change in changes):
        return "="
    line = ""
    for change in changes:
        if change.kind in {"equal", "written"}:
            stretch = change.copy
            short = len(stretch) <= CONTEXT
            line += stretch if short else f"{stretch[: CONTEXT // 2]}…{stretch[-CONTEXT // 2 :]}"
        else:
            line += f"[-{change.source}-]" if change.source else ""
            line += f"{{+{change.copy}+}}" if change.copy else ""
    return _cut(line, 2 * LONGEST_SHOWN)


def _cut(text: str, longest: int = LONGEST_SHOWN) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]} ⋯ {text[-half:]}"
