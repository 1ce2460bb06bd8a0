"""What a run holds together: units of a cluster or family or linked by a row, and passages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from dedup.errors import OutputError
from dedup.evaluate.plagdet import Aligned, Span

__all__ = ["Document", "Links", "Place"]

Document = tuple[str, int]
"""File, as the run calls it, and row."""
Place = tuple[str, int, int]
"""A unit: file, row, paragraph."""
PASSAGE = "passage"
"""``kind`` of the rows that are about a stretch, which may be a part of a unit or reach beyond."""


class Links:
    """The ledger of a run, as far as it says what belongs together.

    Parameters
    ----------
    rows
        Of the ledger: those of ``provenance.jsonl``, or of ``Result.provenance`` as dicts.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._groups: dict[Place, tuple[tuple[str, int], ...]] = {}
        self._members: dict[tuple[str, int], list[Place]] = defaultdict(list)
        self._linked: dict[Place, set[Place]] = defaultdict(set)
        self._passages: dict[Document, list[Aligned]] = defaultdict(list)
        self._passed: dict[Place, set[Place]] = defaultdict(set)
        self._spans: dict[Document, dict[int, tuple[int, int, int]]] = defaultdict(dict)
        self._labels: dict[str, set[Document]] = defaultdict(set)
        passages = []
        for row in rows:
            if row["kind"] == PASSAGE:
                passages.append(row)
                continue
            place = self._note(row, "")
            groups = tuple(
                (name, row[name]) for name in ("cluster", "family") if row[name] is not None
            )
            if groups and place not in self._groups:
                self._groups[place] = groups
                for group in groups:
                    self._members[group].append(place)
            if row["source_doc"] is not None:
                source = self._note(row, "source_")
                self._linked[place].add(source)
                self._linked[source].add(place)
        for row in passages:  # when the spans of the units are known
            self._note_passage(row)

    @classmethod
    def of_run(cls, out: Path) -> Links:
        """Read the ledger of a finished run.

        Raises
        ------
        OutputError
            If it is missing or damaged.
        """
        path = out / "provenance.jsonl"
        try:
            with path.open("rb") as lines:
                return cls(map(orjson.loads, lines))
        except OSError as error:
            raise OutputError(f"{path} cannot be read: {error.strerror or error}") from error
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise OutputError(f"{path} is damaged: run again to have another") from error

    def _note(self, row: Mapping[str, Any], prefix: str) -> Place:
        file, number, paragraph, start, end, line, doc = (
            row[f"{prefix}{name}"]
            for name in ("file", "row", "paragraph", "start", "end", "line", "doc")
        )
        units = self._spans[file, number]
        known = units.get(paragraph)
        if known is None:
            self._labels[doc].add((file, number))
            units[paragraph] = start, end, line
        else:  # a row may be about a part of the unit
            units[paragraph] = min(known[0], start), max(known[1], end), min(known[2], line)
        return file, number, paragraph

    def _note_passage(self, row: Mapping[str, Any]) -> None:
        sides: list[Span] = []
        touched: list[list[Place]] = []
        for prefix in ("", "source_"):
            document = row[f"{prefix}file"], row[f"{prefix}row"]
            start, end = row[f"{prefix}start"], row[f"{prefix}end"]
            if row[f"{prefix}paragraph"] not in self._spans[document]:
                self._note(row, prefix)  # of the unit no more is known than the passage
            sides.append(Span(document, start, end))
            touched.append(self.overlapping(document, start, end))
        one, other = sides
        self._passages[one.document].append(Aligned(one, other))
        if one.document != other.document:
            self._passages[other.document].append(Aligned(other, one))
        for a in touched[0]:
            for b in touched[1]:
                self._passed[a].add(b)
                self._passed[b].add(a)

    def called(self, doc: str) -> list[Document]:
        """Return the documents in the ledger of a label, of a file, or of a ``file:row``."""
        found = set(self._labels.get(doc, ()))
        found = found or {document for document in self._spans if document[0] == doc}
        file, _, row = doc.rpartition(":")
        if not found and row.isdecimal() and (file, int(row)) in self._spans:
            found = {(file, int(row))}
        return sorted(found)

    def units(self, document: Document) -> Iterator[tuple[Place, int, int, int]]:
        """Yield the units of a document that are in the ledger: place, start, end, line."""
        for paragraph, (start, end, line) in sorted(self._spans.get(document, {}).items()):
            yield (*document, paragraph), start, end, line

    def length(self, place: Place) -> int:
        """Return the code points of a unit that is in the ledger."""
        start, end, _ = self._spans[place[:2]][place[2]]
        return end - start

    def overlapping(self, document: Document, start: int, end: int) -> list[Place]:
        """Return the units in the ledger that a stretch of a document touches."""
        return [place for place, a, b, _ in self.units(document) if a < end and start < b]

    def units_aligned(self, document: Document) -> Iterator[Aligned]:
        """Yield each unit of a document with each one that it is together with."""
        for place, start, end, _ in self.units(document):
            for file, row, paragraph in sorted(self.beside(place)):
                other = Span((file, row), *self._spans[file, row][paragraph][:2])
                yield Aligned(Span(document, start, end), other)

    def passages(self, document: Document) -> Iterator[Aligned]:
        """Yield the stretches of a document that are passages, each with the other side of it."""
        yield from self._passages.get(document, ())

    def sharing(self, place: Place) -> set[Place]:
        """Return the units in the ledger that a passage of one touches on its other side."""
        return self._passed.get(place, set()) - {place}

    def together(self, a: Place, b: Place) -> bool:
        """Say whether two units share a cluster or a family, or are linked by a row.

        Passages do not count here: they are of a part of a unit.
        """
        return b in self._linked.get(a, ()) or not set(self._groups.get(a, ())).isdisjoint(
            self._groups.get(b, ())
        )

    def beside(self, place: Place) -> set[Place]:
        """Return all units that are together with one; passages do not count here, either."""
        found = set(self._linked.get(place, ()))
        for group in self._groups.get(place, ()):
            found.update(self._members[group])
        return found - {place}
