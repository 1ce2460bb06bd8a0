"""Copies put between the units of a host or into them, and labels of where each is, and of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.evaluate.alter import WITHIN, Copy, middle
from dedup.records import SCHEMA_VERSION
from dedup.stages.segment import layout, segment

__all__ = ["Made", "Place", "Row", "Unit", "insert", "labels"]

Row = dict[str, Any]


class Unit(NamedTuple):
    """A unit of a document; offsets in code points."""

    document: int
    paragraph: int
    line: int
    start: int
    end: int
    drop_end: int
    length: int
    elsewhere: float
    """Share of it that also stands elsewhere."""


class Made(NamedTuple):
    """A copy and whose it is."""

    kind: str
    number: int
    """The same for the two parts of a split donor."""
    donors: tuple[Unit, ...]
    copy: Copy


class Place(NamedTuple):
    """Where a copy was put."""

    made: Made
    row: int
    """Of the planted corpus."""
    start: int


def insert(
    text: str, units: Sequence[Unit], copies: Sequence[Sequence[Made]], elsewhere: float, unit: str
) -> tuple[str, list[tuple[Made, int]]]:
    """Return a host with copies at its units, and where each of them starts.

    Parameters
    ----------
    text, units
        The host.
    copies
        Per unit, the copies that go in front of it, on lines of their own, and those of the kinds
        ``WITHIN``, one at most, that go into the middle of it.
    elsewhere
        Units of which so much also stands elsewhere are left out, as cleaning would.
    unit
        What a unit is: copies are kept apart from what follows as units are.
    """
    between = Counter(text[one.end : other.start] for one, other in pairwise(units))
    usual = [gap for gap, _ in between.most_common() if "\n" in gap]
    separator = (usual or ["\n\n" if unit == "blank" else "\n"])[0]
    parts: list[str] = []
    starts: list[tuple[Made, int]] = []
    size = at = 0
    last = "\n"

    def add(part: str) -> None:
        nonlocal size, last
        parts.append(part)
        size += len(part)
        last = part[-1:] or last

    def put(made: Made) -> None:
        starts.append((made, size))
        add(made.copy.text)

    for each, some in zip(units, copies, strict=True):
        add(text[at : each.start])
        at = each.start
        for made in some:
            if made.kind in WITHIN:
                continue
            if last not in "\r\n":
                add("\n")
            put(made)
            add(separator)
        for made in some:
            if made.kind not in WITHIN:
                continue
            whole = text[each.start : each.end]
            at = each.start + (middle(whole) or len(whole) // 2)
            add(text[each.start : at])
            add(_space(last, made.copy.text))
            put(made)
            add(_space(last, text[at:]))
        if each.elsewhere >= elsewhere:
            at = each.drop_end
    add(text[at:])
    return "".join(parts), starts


def _space(before: str, after: str) -> str:
    """Return what keeps two words apart that would be one without."""
    ends = before[-1:], after[:1]
    return " " if all(end.isascii() and end.isalnum() for end in ends) else ""


def labels(
    places: Sequence[Place], rows: Sequence[Row], row_of: Mapping[int, int], unit: str
) -> Iterator[Row]:
    """Yield a label for each stretch of each copy, in the order of the hosts.

    Parameters
    ----------
    places
        Of all copies.
    rows
        The planted corpus.
    row_of
        Where each document with a donor stands in it.
    unit
        Hosts are cut into such units, to say which paragraph a copy became.
    """
    held = sorted({place.row for place in places})
    texts = [rows[row]["text"] for row in held]
    units = dict(zip(held, _segmented(texts, unit), strict=True))
    for place in sorted(places, key=lambda place: (place.row, place.start)):
        for stretch in place.made.copy.stretches:
            donor = place.made.donors[stretch.donor]
            source = row_of[donor.document]
            whole = rows[source]["text"][donor.start : donor.end]
            begin = donor.start + len(whole) - len(whole.lstrip())
            start, end = place.start + stretch.start, place.start + stretch.end
            paragraph, line = _unit_at(units[place.row], start, end)
            yield {
                "schema_version": SCHEMA_VERSION,
                "kind": place.made.kind,
                "copy": place.made.number,
                "donor_row": source,
                "donor_doc": rows[source]["id"],
                "donor_paragraph": donor.paragraph,
                "donor_line": donor.line,
                "donor_start": begin + stretch.donor_start,
                "donor_end": begin + stretch.donor_end,
                "host_row": place.row,
                "host_doc": rows[place.row]["id"],
                "host_paragraph": paragraph,
                "host_line": line,
                "host_start": start,
                "host_end": end,
                "text": rows[place.row]["text"][start:end],
            }


def _segmented(texts: Sequence[str], unit: str) -> list[npt.NDArray[np.int64]]:
    """Return, per text, ``start, end, paragraph, line`` of each unit."""
    units = segment(layout(pa.table({"text": pa.array(texts, pa.large_string())}), unit))
    columns = np.array([numbers(units[name]) for name in ("start", "end", "paragraph", "line")])
    cuts = np.searchsorted(numbers(units["document"]), np.arange(len(texts) + 1))
    return [columns[:, a:b].T for a, b in pairwise(cuts)]


def _unit_at(units: npt.NDArray[np.int64], start: int, end: int) -> tuple[int, int]:
    """Return paragraph and line of the unit that most of a stretch stands in."""
    shared = np.minimum(units[:, 1], end) - np.maximum(units[:, 0], start)
    _, _, paragraph, line = units[int(np.argmax(shared))].tolist()
    return paragraph, line
