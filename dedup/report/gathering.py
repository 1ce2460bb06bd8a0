"""All views of a finished run, within the bytes that the report may have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pyarrow as pa

from dedup.columns import I64
from dedup.original import original_texts
from dedup.reasons import REASONS
from dedup.report.block import block_size
from dedup.report.comparing import Comparing
from dedup.report.folder import Folder, Row
from dedup.report.groups import MEMBERS, Listed, evidence, group_table, listed, similarities
from dedup.report.ledger import read_ledger
from dedup.report.matrix import matrix
from dedup.report.overview import overview
from dedup.report.register import Register
from dedup.report.sections import aligned, longest_sections, section_table
from dedup.report.texts import Text, text_view
from dedup.report.views import Evidence, Page, Shown
from dedup.rules import CLASSES
from dedup.stages.ledger import ACTIONS
from dedup.stages.origin import DIRECTIONS

__all__ = ["HOME", "LARGEST", "Gathering", "gather"]

HOME = "index.html"
"""The first page, where a report is a folder of them."""

LARGEST = 25_000_000
"""Bytes of a report, if nothing else is said: so many can be sent, and open at once."""
_FRAME = 300_000
"""Bytes of the page around the data, at most."""

# Of a report of LARGEST bytes; of others in proportion, but at least _FEWEST.
_GROUPS = 50_000
"""Rows of the table of groups: about two fifths of the bytes."""
_OPENED = 600
"""Groups that are opened: the ones from which there is most to be had."""
_DOCUMENTS = 10_000
"""Documents that are listed; what is shown of others names them, too."""
_SECTIONS = 10_000
"""Sections that are listed."""
_ALIGNED = 600_000
"""Characters, at most, of sections whose texts are compared: it is this that takes time."""
_FEWEST = 200

_BYTES = 3.2
"""Bytes of a character in a document's text, at least: in UTF-8, with its spans."""
_SHARES = (0.45, 0.85)
"""Of the bytes that tables leave: what evidence, and then with it texts, may fill."""
_OTHERS = 0.9
"""Of the bytes of a page beside the first one: what its evidence and texts may fill."""
_MISSES = 20
"""Views that may be too large for what is left, before no other is tried."""

T = TypeVar("T")


def gather(folder: Folder, version: str, largest: int = LARGEST) -> Page:
    """Return all views; evidence is left out from the smallest up, until ``largest`` bytes do."""
    return Gathering(folder, version, largest).page()


class Gathering:
    """The pages of a report: the first one, with all tables, and those of what it leaves out.

    What is to be shown in full is chosen first, by the sizes of things; then it is read, in one
    pass over each file of the run for each page, and of the rest nothing is held.
    """

    def __init__(self, folder: Folder, version: str, largest: int) -> None:
        self._folder, self._version = folder, version
        self._room = largest - _FRAME
        self._names = listed(folder, self._most(_GROUPS))
        self._sections = longest_sections(folder, self._most(_SECTIONS))
        self._register = Register(folder, self._most(_DOCUMENTS))
        self._documents = self._register.longest()
        self._overview = overview(folder)
        self._groups = np.arange(len(self._names))
        self._pages = 0

    @property
    def is_done(self) -> bool:
        """Say whether everything was on a page that could be."""
        return not len(self._groups) and not self._documents

    def page(self) -> Page:
        """Return the first page, or the following one: with what there was no room for before."""
        first = not self._pages
        self._pages += 1
        folder, names, sections = self._folder, self._names, self._sections
        if first:
            register = self._register
            groups, table = group_table(names, register), section_table(sections, register)
            tables = sum(map(block_size, (groups, table, self._overview))) + register.size
            left = float(self._room - tables)
            opened = names.part(_fitting(names.sizes, left * _SHARES[0])[: self._most(_OPENED)])
        else:  # with tables of what is on it alone
            register = Register(folder, 0)
            left = _OTHERS * (self._room - block_size(self._overview))
            self._forget(left)
            waiting = names.part(self._groups)
            opened = waiting.part(_fitting(waiting.sizes, left * _SHARES[0])[: self._most(_OPENED)])
            names, groups = opened, group_table(opened, register)
        rows = opened.rows()
        wanted = self._following(left * _SHARES[1] / _BYTES, register)
        members = {name: row["members"][:MEMBERS] for name, row in rows}
        ledger = read_ledger(folder.lines("provenance.jsonl"), names.table, members, wanted)
        comparing = Comparing()
        shown, used = _within(evidence(rows, ledger, register, comparing), left * _SHARES[0])
        whole = original_texts(folder.path, wanted.values(), folder.run)
        texts = {index: Text(whole[place]) for index, place in wanted.items()}
        views, more = _within(
            (text_view(index, text, ledger.spans, register) for index, text in texts.items()),
            left * _SHARES[1] - used,
        )
        used += more
        kept = {view.document: texts[view.document] for view in views}
        if not first:
            sections = [row for row in self._sections if _both(row, register, kept)]
            table = section_table(sections, register)
        longest = sorted(sections, key=lambda row: -row["matched"])
        matched = np.cumsum([row["matched"] for row in longest])
        longest = longest[: np.searchsorted(matched, self._most(_ALIGNED), "right")]
        beside, _ = _within(aligned(longest, register, kept, ledger.spans, comparing), left - used)
        self._leave(names, shown, [wanted[view.document] for view in views], first=first)
        documents = register.columns()
        return Page(
            version=self._version,
            classes=list(CLASSES),
            actions=list(ACTIONS),
            reasons=list(REASONS),
            directions=list(DIRECTIONS),
            overview=self._overview,
            groups=replace(groups, similarity=similarities(ledger)),
            evidence=shown,
            groups_shown=Shown(len(groups.name), names.all),
            documents=documents,
            texts=views,
            texts_shown=Shown(len(views), self._register.all),
            sections=table,
            aligned=sorted(beside, key=lambda each: each.section),
            sections_shown=Shown(len(beside), self._overview.counts["sections"]),
            matrix=matrix(documents),
            elsewhere=[],
            home=None if first else HOME,
        )

    def _most(self, count: int) -> int:
        return max(count * self._room // (LARGEST - _FRAME), _FEWEST)

    def _following(self, most: float, register: Register) -> dict[int, tuple[str, int]]:
        """Return the next documents whose texts might fit, by their indices."""
        every = list(self._documents)
        characters = np.array(list(self._documents.values()), np.int64)
        chosen = [every[i] for i in _fitting(characters, most).tolist()]
        return {register.index(*place): place for place in chosen}

    def _forget(self, room: float) -> None:
        """Forget what fits on no page."""
        fits = self._names.part(self._groups).sizes <= room * _SHARES[0]
        self._groups = self._groups[fits]
        longest = room * _SHARES[1] / _BYTES
        self._documents = {
            place: characters
            for place, characters in self._documents.items()
            if characters <= longest
        }

    def _leave(
        self,
        names: Listed,
        shown: Sequence[Evidence],
        read: Sequence[tuple[str, int]],
        *,
        first: bool,
    ) -> None:
        """Leave for the next page what was not on this one, unless it would be on none."""
        told = {each.name for each in shown}
        mine = self._names.table["group"].take(pa.array(self._groups)).to_pylist()
        if not told and not first:
            told = set(names.table["group"].to_pylist())
        self._groups = self._groups[[name not in told for name in mine]]
        for place in read or ([] if first else [*self._documents][:1]):
            del self._documents[place]


def _fitting(sizes: I64, room: float) -> I64:
    """Return which of some things to show: the first ones that fit, but none that is too large."""
    small = np.flatnonzero(sizes <= room)
    fitting: I64 = small[np.cumsum(sizes[small]) <= room]
    return fitting


def _both(row: Row, register: Register, texts: Mapping[int, Text]) -> bool:
    places = ((row[f"{side}file"], row[f"{side}row"]) for side in ("", "source_"))
    return all(register.known(*place) in texts for place in places)


def _within(views: Iterable[T], room: float) -> tuple[list[T], int]:
    """Return the first views that take at most so many bytes, and how many they take.

    One that is too large is passed over; after some of those there is no room for others.
    """
    taken, total, missed = [], 0, 0
    for view in views:
        size = block_size(view) + 1
        if total + size <= room:
            taken.append(view)
            total += size
            continue
        missed += 1
        if missed == _MISSES:
            break
    return taken, total
