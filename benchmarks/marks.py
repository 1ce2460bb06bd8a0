"""Which stretches of two documents a ledger links, whichever mechanism found them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import dedup

Bools = npt.NDArray[np.bool_]
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
