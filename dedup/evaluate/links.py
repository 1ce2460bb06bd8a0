"""Which units a run holds together: of one cluster or family, or linked by a row of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from dedup.errors import OutputError

__all__ = ["Document", "Links", "Place"]

Document = tuple[str, int]
"""File, as the run calls it, and row."""
Place = tuple[str, int, int]
"""A unit: file, row, paragraph."""


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
        self._spans: dict[Document, dict[int, tuple[int, int, int]]] = defaultdict(dict)
        self._labels: dict[str, set[Document]] = defaultdict(set)
        for row in rows:
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

    def together(self, a: Place, b: Place) -> bool:
        """Say whether two units share a cluster or a family, or are linked by a row."""
        return b in self._linked.get(a, ()) or not set(self._groups.get(a, ())).isdisjoint(
            self._groups.get(b, ())
        )

    def beside(self, place: Place) -> set[Place]:
        """Return all units that are together with one."""
        found = set(self._linked.get(place, ()))
        for group in self._groups.get(place, ()):
            found.update(self._members[group])
        return found - {place}
