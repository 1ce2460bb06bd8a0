"""Which stretches of two documents a ledger links, and how that compares with what they share."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import dedup
from benchmarks.alignment import Shadow, blocks, runs
from dedup.settings import Settings

Bools = npt.NDArray[np.bool_]
BLOCK = 16
"""Characters of a block of the alignment that are shared: fewer may be chance."""
RUN = 8
"""Characters of a run without which they are new: fewer are words that any text may have."""
Stretch = tuple[int, int]
"""Start and end, in code points of the text."""


class Link(NamedTuple):
    """A stretch of one document, and the one of another that it is linked with."""

    kind: str
    """As the ledger has it; ``group`` for two units of one cluster or family."""
    a: Stretch
    b: Stretch


class Marks:
    """The links of a run over documents in memory, by pairs of those."""

    def __init__(self, result: dedup.Result) -> None:
        self._lengths = [len(text) for text in result.documents["text"].to_pylist()]
        self._groups: dict[int, dict[tuple[str, int], list[Stretch]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._links: dict[tuple[int, int], list[Link]] = defaultdict(list)
        names = ("kind", "cluster", "family", "row", "start", "end")
        source = ("source_row", "source_start", "source_end")
        rows = result.provenance.select([*names, *source])
        columns: list[list[Any]] = [rows[name].to_pylist() for name in (*names, *source)]
        for kind, cluster, family, row, start, end, other, first, last in zip(
            *columns, strict=True
        ):
            for group in (("cluster", cluster), ("family", family)):
                # A unit has a row for each of its links, one after the other.
                if group[1] is not None and (start, end) not in self._groups[row][group][-1:]:
                    self._groups[row][group].append((start, end))
            if other is not None:
                link = Link(kind, (start, end), (first, last))
                self._links[row, other].append(link)
                if row != other:
                    self._links[other, row].append(Link(kind, link.b, link.a))

    @property
    def passages(self) -> list[tuple[int, int, Link]]:
        """All passages, each once: the numbers of both documents, and what of them."""
        return [
            (a, b, link)
            for (a, b), links in sorted(self._links.items())
            for link in links
            if link.kind == "passage" and a <= b
        ]

    def links(self, a: int, b: int) -> Iterator[Link]:
        """Yield what links two documents: rows of the ledger, and units of common groups."""
        yield from self._links.get((a, b), ())
        if a == b:
            return  # every unit shares its groups with itself
        of_a, of_b = self._groups.get(a, {}), self._groups.get(b, {})
        for group in of_a.keys() & of_b.keys():
            for one in of_a[group]:
                yield from (Link("group", one, other) for other in of_b[group])

    def marked(self, a: int, b: int) -> tuple[Bools, Bools]:
        """Return, per character of two documents, whether a link of the two holds it.

        Given the same document twice, whether a row of the ledger does that links it with itself.
        """
        marks = np.zeros(self._lengths[a], bool), np.zeros(self._lengths[b], bool)
        for link in self.links(a, b):
            for mark, (start, end) in zip(marks, link[1:], strict=True):
                mark[start:end] = True
        return marks


@dataclass
class Corpus:
    """Documents, what a run marks in them, and their shadows."""

    texts: dict[str, str]
    marks: Marks
    seconds: float
    """Of the run."""
    numbers: dict[str, int] = field(init=False)
    shadows: dict[str, Shadow] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = {doc: number for number, doc in enumerate(self.texts)}

    @classmethod
    def of(cls, texts: dict[str, str], workers: int | None) -> Corpus:
        """Run over documents."""
        begun = time.perf_counter()
        result = dedup.find(texts.items(), Settings(audit=0), workers=workers)
        return cls(texts, Marks(result), round(time.perf_counter() - begun, 2))

    def shadow(self, doc: str) -> Shadow:
        """Return the shadow of a document."""
        if doc not in self.shadows:
            self.shadows[doc] = Shadow.of(self.texts[doc])
        return self.shadows[doc]

    def marked(self, a: str, b: str) -> tuple[Bools, Bools]:
        """Return, per character of two shadows, whether it is marked."""
        found = self.marks.marked(self.numbers[a], self.numbers[b])
        return self.shadow(a).within(found[0]), self.shadow(b).within(found[1])

    def links(self, a: str, b: str) -> Iterator[Link]:
        """Yield what links two documents."""
        return self.marks.links(self.numbers[a], self.numbers[b])


@dataclass
class Compared:
    """Characters of two documents, counted."""

    shared: int = 0
    shared_marked: int = 0
    marked: int = 0
    new: int = 0
    new_marked: int = 0

    @classmethod
    def of(cls, shared: Bools, marked: Bools, known: Bools | None = None) -> Compared:
        """Count the characters of one document; ``known`` are those that are not new."""
        new = np.zeros(len(shared), bool) if known is None else ~known
        return cls(
            int(shared.sum()),
            int((shared & marked).sum()),
            int(marked.sum()),
            int(new.sum()),
            int((new & marked).sum()),
        )

    @property
    def covered(self) -> float:
        """Share of what is shared that is marked; 1 where nothing is shared."""
        return self.shared_marked / self.shared if self.shared else 1.0

    def __add__(self, other: Compared) -> Compared:
        """Count two pairs together."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Compared(*(a + b for a, b in pairs))


def compare(corpus: Corpus, a: str, b: str) -> Compared:
    """Compare what is marked of two documents with what they share."""
    shadows = corpus.shadow(a).text, corpus.shadow(b).text
    told = Compared()
    for marked, shared, known in zip(
        corpus.marked(a, b), blocks(*shadows, BLOCK), runs(shadows, RUN), strict=True
    ):
        told += Compared.of(shared, marked, known)
    return told
