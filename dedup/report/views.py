"""What the report shows, as data: every view of it, before a line of HTML is written.

Texts are those of the corpus; ``document`` is always an index into ``Documents``. Lists that stand
side by side (``Groups``, ``Documents``) are columns of one length: fifty thousand rows are a few
megabytes so, and a browser reads them at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "Aligned", "BinCounts", "Change", "ChangeKind", "ClassShare", "Documents", "Elsewhere",
    "Evidence",
    "GroupName", "Groups", "Matrix", "Members", "Origin", "Overview", "Page", "Recall", "Sections",
    "Shown", "Slot", "Spans", "Step", "Substitution", "TextView",
]  # fmt: skip

GroupName: TypeAlias = str
"""``c12`` is cluster 12, ``f3`` family 3."""

ChangeKind: TypeAlias = Literal[
    "equal", "script", "reading", "form", "deleted", "inserted", "replaced"
]
Change: TypeAlias = "tuple[ChangeKind, int, str]"
"""One stretch of a text beside another one: how many code points of the other it stands for, and
what stands here, which is empty where both are equal.

``script`` is the same in other characters, ``reading`` but for a reading in brackets, ``form`` but
for width, case or white space.
"""


@dataclass(frozen=True)
class Shown:
    """How many there are, and of how many the evidence is in the file."""

    shown: int
    all: int


@dataclass(frozen=True)
class ClassShare:
    """How much is of one class."""

    name: str
    groups: int
    units: int
    characters: int


@dataclass(frozen=True)
class Recall:
    """What is promised of pairs at the threshold, and what a sample says of it."""

    expected: float
    found: int | None
    """Of ``pairs``, in the sample; None where there was none."""
    pairs: int | None
    interval: tuple[float, float] | None
    """Of 95 %."""


@dataclass(frozen=True)
class BinCounts:
    """Verified pairs by similarity: how many in each twentieth from 0 to 1."""

    literal: list[int]
    masked: list[int]


@dataclass(frozen=True)
class Overview:
    """What was found, in figures."""

    counts: dict[str, int]
    """As ``run.json`` has them."""
    classes: list[ClassShare]
    """Those of which there is something, most characters first."""
    threshold: float
    drop_threshold: float | None
    bands: int | None
    rows: int | None
    recall: Recall
    capped: int
    """Buckets for which no recall is promised."""
    similarity: BinCounts
    unit: str
    preset: str
    passages: bool
    """Whether they were looked for."""


@dataclass(frozen=True)
class Groups:
    """All clusters, and the families that are no cluster; a row each, the largest first.

    Large is what has most characters beside those of its first member.
    """

    name: list[GroupName]
    kind: list[int]
    """Index of its class in ``Page.classes``."""
    units: list[int]
    documents: list[int]
    texts: list[int]
    dropped: list[int]
    similarity: list[int | None]
    """The least of a member to its source, in thousandths; in families the masked one."""
    characters: list[int]
    """Of the representative."""
    document: list[int]
    """Of the representative."""
    line: list[int]
    origin: list[int]
    """0 dated, 1 inferred, 2 unknown."""
    text: list[str]
    """How the representative begins."""


@dataclass(frozen=True)
class Slot:
    """What stands in one place of a template."""

    kind: str
    values: list[tuple[str, int]]
    """The ones of most units, and how many units those are."""
    more: int


@dataclass(frozen=True)
class Substitution:
    """What stands in place of what the representative has."""

    before: str
    after: str
    kind: str
    count: int


@dataclass(frozen=True)
class Origin:
    """Who had it first."""

    status: str
    reason: str
    date: str | None
    document: int | None
    line: int | None


@dataclass(frozen=True)
class Step:
    """One dated member, and the step that it most likely has its text from."""

    date: str
    document: int
    line: int
    source: int | None
    similarity: float | None


@dataclass(frozen=True)
class Members:
    """Units of a group, the representative before all others: columns."""

    document: list[int]
    line: list[int]
    paragraph: list[int]
    hash: list[int]
    """Index into the hashes of the group."""
    action: list[int]
    """Index into ``Page.actions``."""
    reason: list[int]
    """Index into ``Page.reasons``."""
    similarity: list[float | None]
    """Of the unit to its source; None for one that has none."""
    masked: list[float | None]
    containment: list[float | None]
    direction: list[int | None]
    """Index into ``Page.directions``."""
    changes: list[list[Change] | bool]
    """From the representative's text to this one's; True if it is that, False if too long."""
    values: list[list[str] | None]
    """In each slot of the template; None if the text is not part of it."""


@dataclass(frozen=True)
class Evidence:
    """One group, opened."""

    name: GroupName
    text: str
    """The representative's."""
    reasons: list[str]
    fixed: float
    """Share of the text that all members have."""
    template: list[str | Slot]
    substitutions: list[Substitution]
    origin: Origin
    chain: list[Step]
    members: Members
    """The first ones in keep order."""
    hashes: list[str]
    """Of all members, each once, also of those that are not shown; ``ledger.MOST_TEXTS`` about."""
    clusters: list[GroupName]
    """Of a family: the clusters in it. Of a cluster: none."""
    family: GroupName | None


@dataclass(frozen=True)
class Documents:
    """All documents, in the order of the corpus."""

    doc: list[str]
    file: list[str]
    row: list[int]
    date: list[str | None]
    characters: list[int]
    repeated: list[int]
    classes: list[list[int]]
    """Of its repeated characters, how many are of each of ``Page.classes``."""
    shared: list[list[tuple[int, int]]]
    """The documents that it shares most with, and how many of its characters those have."""


@dataclass(frozen=True)
class Spans:
    """Stretches of a document that stand elsewhere, too: columns."""

    kind: list[int]
    """Index of its class."""
    group: list[GroupName | None]
    """None for a passage, and for a unit that is like one of another cluster."""
    action: list[int]
    """Index into ``Page.actions``."""
    document: list[int | None]
    """Where it has its text from, or for a source of a passage, where that went; None for the first
    of a group."""
    line: list[int | None]
    passage: list[bool]
    source: list[bool]
    """It is the source of a passage, whose copy is there."""


@dataclass(frozen=True)
class TextView:
    """A whole document, cut into pieces of one span each, or of none."""

    document: int
    text: str
    spans: Spans
    ends: list[int]
    """Of each piece, in UTF-16 code units."""
    over: list[int]
    """Which of ``spans`` is shown there; -1 for none."""
    count: list[int]
    """How many spans of the ledger cover the piece, shown or not."""


@dataclass(frozen=True)
class Sections:
    """What two documents share one after another, in the order of the corpus: columns."""

    section: list[int]
    document: list[int]
    source: list[int]
    lines: list[tuple[int, int]]
    source_lines: list[tuple[int, int]]
    coverage: list[float]
    source_coverage: list[float]
    units: list[int]
    passages: list[int]
    matched: list[int]
    direction: list[int]
    """Index into ``Page.directions``."""


@dataclass(frozen=True)
class Aligned:
    """One section, both of its sides cut into stretches that stand beside each other: columns.

    Offsets are in the texts of the two documents, in UTF-16 code units. Of a stretch that only the
    one has, that of the other is empty.
    """

    section: int
    start: list[int]
    end: list[int]
    source_start: list[int]
    source_end: list[int]
    changes: list[list[Change] | None]
    """From the source to the copy, where they are linked, and not the same text; else None."""
    linked: list[bool]
    group: list[GroupName | None]
    """That both are of; None for what stands between, and for passages."""


@dataclass(frozen=True)
class Matrix:
    """Documents by documents: how many characters of the one stand in the other, too."""

    documents: list[int]
    """Ordered so that those that share something stand together."""
    cells: list[tuple[int, int, int]]
    """Two indices into ``documents``, and characters of the first one."""
    all: int
    """Documents that share something."""


@dataclass(frozen=True)
class Elsewhere:
    """What another page has, for which there was no room on the first one."""

    file: str
    groups: list[GroupName]
    documents: list[str]
    """``file:row`` of those whose texts it has."""


@dataclass(frozen=True)
class Page:
    """All views."""

    version: str
    classes: list[str]
    actions: list[str]
    reasons: list[str]
    directions: list[str]
    overview: Overview
    groups: Groups
    evidence: list[Evidence]
    groups_shown: Shown
    documents: Documents
    texts: list[TextView]
    texts_shown: Shown
    sections: Sections
    aligned: list[Aligned]
    sections_shown: Shown
    """How many are aligned, of all."""
    matrix: Matrix
    elsewhere: list[Elsewhere]
    """Where a report is a folder of pages, on the first one: what the others have."""
    home: str | None
    """On the others: the file of the first one, beside them."""
