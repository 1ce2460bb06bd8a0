"""Sections: what two documents share one after another, each stretch beside the one it is like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dedup.columns import Array, Bools, numbers
from dedup.report.comparing import Comparing
from dedup.report.folder import Folder, Row
from dedup.report.register import Register
from dedup.report.spans import DocumentSpans, Gathered
from dedup.report.texts import Text
from dedup.report.views import Aligned, Change, GroupName, Sections
from dedup.stages.origin import DIRECTIONS

__all__ = ["aligned", "longest_sections", "section_table"]

MOST = 600
"""Pairs of stretches among which the best chain is looked for; of more, the longest are taken."""
_EACH = 64
"""Pairs of stretches of one group of which all are tried."""

_NUMBERS = (
    "section", "row", "source_row", "line", "last_line", "source_line", "source_last_line",
    "start", "end", "source_start", "source_end", "units", "passages", "matched",
)  # fmt: skip
_COLUMNS = {
    **dict.fromkeys(_NUMBERS, pa.int64()),
    **dict.fromkeys(("file", "source_file", "direction"), pa.large_string()),
    **dict.fromkeys(("coverage", "source_coverage"), pa.float64()),
}


class _Anchor(NamedTuple):
    start: int
    end: int
    source_start: int
    source_end: int
    group: GroupName | None


def longest_sections(folder: Folder, most: int) -> list[Row]:
    """Return the rows of the longest sections, at most so many, in the order of the corpus."""
    kept = [pa.schema(_COLUMNS).empty_table()]
    for block in folder.lines("sections.jsonl").blocks(_COLUMNS):
        kept.append(block.table)
        if sum(table.num_rows for table in kept) > 4 * most:
            kept = [_longest(pa.concat_tables(kept), most)]
    return _longest(pa.concat_tables(kept), most).to_pylist()  # type: ignore[no-any-return]


def _longest(table: pa.Table, most: int) -> pa.Table:
    order = np.argsort(-numbers(table["matched"]), kind="stable")[:most]
    return table.take(pa.array(np.sort(order)))


def section_table(rows: Sequence[Row], register: Register) -> Sections:
    """Return the sections, but for their texts."""
    return Sections(
        section=[row["section"] for row in rows],
        document=[register.of(row) for row in rows],
        source=[register.of(row, "source_") for row in rows],
        lines=[(row["line"], row["last_line"]) for row in rows],
        source_lines=[(row["source_line"], row["source_last_line"]) for row in rows],
        coverage=[row["coverage"] for row in rows],
        source_coverage=[row["source_coverage"] for row in rows],
        units=[row["units"] for row in rows],
        passages=[row["passages"] for row in rows],
        matched=[row["matched"] for row in rows],
        direction=[DIRECTIONS.index(row["direction"]) for row in rows],
    )


def aligned(
    rows: Iterable[Row],
    register: Register,
    texts: Mapping[int, Text],
    ledger: Gathered,
    comparing: Comparing,
) -> Iterator[Aligned]:
    """Yield the sections of which both documents are in ``texts`` and in ``ledger``."""
    for row in rows:
        document, source = register.of(row), register.of(row, "source_")
        if {document, source} <= texts.keys():
            key = ledger.key(row["source_file"], row["source_row"])
            chain = _chain(_anchors(row, ledger.of(document), ledger.of(source), key))
            yield _blocks(row, texts[document], texts[source], chain, comparing)


def _anchors(
    section: Row, mine: DocumentSpans, others: DocumentSpans, source: int
) -> list[_Anchor]:
    """Return the pairs of stretches of both sides that are linked; ``source`` is a key."""
    here = (mine["start"] >= section["start"]) & (mine["end"] <= section["end"])
    there = (mine["other_start"] >= section["source_start"]) & (
        mine["other_end"] <= section["source_end"]
    )
    passages = here & there & mine["passage"] & (mine["other"] == source)
    columns = [mine[name][passages] for name in ("start", "end", "other_start", "other_end")]
    found = {_Anchor(a, b, c, d, None) for a, b, c, d in zip(*map(_listed, columns), strict=True)}
    units = here & ~mine["passage"]
    theirs = (
        ~others["passage"]
        & (others["start"] >= section["source_start"])
        & (others["end"] <= section["source_end"])
    )
    for kind in ("family", "cluster"):
        standing = _standing(others, theirs, kind)
        for number, ours in _standing(mine, units, kind).items():
            for a, b in _paired(ours, standing.get(number, [])):
                found.add(_Anchor(*a, *b, f"{kind[0]}{number}"))
    best: dict[tuple[int, ...], _Anchor] = {}
    for each in sorted(found, key=lambda anchor: (anchor.group or "z", anchor[:4])):
        best.setdefault(each[:4], each)  # a pair of one cluster is of one family, too
    return sorted(best.values(), key=_length, reverse=True)[:MOST]


def _standing(spans: DocumentSpans, which: Bools, kind: str) -> dict[int, list[tuple[int, int]]]:
    """Return where the units of each group stand, in the order of the text."""
    rows = which & (spans[kind] >= 0)
    told: dict[int, list[tuple[int, int]]] = {}
    columns = (_listed(spans[name][rows]) for name in (kind, "start", "end"))
    for number, start, end in zip(*columns, strict=True):
        told.setdefault(number, []).append((start, end))
    return told


def _paired(
    ours: Sequence[tuple[int, int]], theirs: Sequence[tuple[int, int]]
) -> Iterable[tuple[tuple[int, int], tuple[int, int]]]:
    """Return which stretches of one group may belong together.

    Each with each; but where a text stands often on both sides, the first with the first: a
    thousand lines that are alike would be a million pairs.
    """
    if len(ours) * len(theirs) <= _EACH:
        return product(ours, theirs)
    return zip(ours, theirs, strict=False)


def _listed(values: Array) -> list[int]:
    return values.tolist()  # type: ignore[no-any-return]


def _length(anchor: _Anchor) -> int:
    return min(anchor.end - anchor.start, anchor.source_end - anchor.source_start)


def _chain(anchors: Sequence[_Anchor]) -> list[_Anchor]:
    """Return those that follow each other in both documents and are longest in sum."""
    ordered = sorted(anchors)
    n = len(ordered)
    ends, source_ends = (np.array([each[i] for each in ordered], np.int64) for i in (1, 3))
    length, before = np.zeros(n, np.int64), np.full(n, -1, np.int64)
    for i, anchor in enumerate(ordered):
        follows = (ends[:i] <= anchor.start) & (source_ends[:i] <= anchor.source_start)
        longest = np.where(follows, length[:i], 0)
        if follows.any():
            before[i] = longest.argmax()
            length[i] = longest[before[i]]
        length[i] += _length(anchor)
    at = int(length.argmax()) if n else -1
    chain = []
    while at >= 0:
        chain.append(ordered[at])
        at = int(before[at])
    return chain[::-1]


def _blocks(
    section: Row, copy: Text, original: Text, chain: Sequence[_Anchor], comparing: Comparing
) -> Aligned:
    """Return both stretches, cut at the anchors."""
    text, source = copy.whole, original.whole
    pairs = [
        (source[anchor.source_start : anchor.source_end], text[anchor.start : anchor.end])
        for anchor in chain
    ]
    other = list(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1]))
    changes = dict(zip(other, comparing.changes(other), strict=True))
    told: list[tuple[_Anchor, list[Change] | None, bool]] = []
    at, source_at = section["start"], section["source_start"]

    def gap(end: int, source_end: int) -> None:
        if source[source_at:source_end].strip() or text[at:end].strip():
            told.append((_Anchor(at, end, source_at, source_end, None), None, False))

    for anchor, pair in zip(chain, pairs, strict=True):
        gap(anchor.start, anchor.source_start)
        told.append((anchor, changes.get(pair), True))
        at, source_at = anchor.end, anchor.source_end
    gap(section["end"], section["source_end"])
    bounds = np.array([anchor[:4] for anchor, _, _ in told], np.int64).reshape(-1, 4)
    starts, ends = (copy.as_utf16(bounds[:, i]).tolist() for i in (0, 1))
    source_starts, source_ends = (original.as_utf16(bounds[:, i]).tolist() for i in (2, 3))
    return Aligned(
        section=section["section"],
        start=starts,
        end=ends,
        source_start=source_starts,
        source_end=source_ends,
        changes=[change for _, change, _ in told],
        linked=[linked for _, _, linked in told],
        group=[anchor.group for anchor, _, _ in told],
    )
