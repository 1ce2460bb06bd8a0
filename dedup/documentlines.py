"""What a run writes of documents: the sections that two of them share, and a line for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.columns import I64, U8, flat, numbers, strings
from dedup.jsonlines import Json, array_of, objects
from dedup.records import SCHEMA_VERSION
from dedup.result import Result
from dedup.rules import CLASSES
from dedup.shares import KINDS

__all__ = ["document_lines", "section_lines"]

DOCUMENTS = 1 << 12
"""Of which the lines are made at a time."""


def section_lines(result: Result) -> pa.Array:
    """Return the lines of ``sections.jsonl``: see its JSON Schema."""
    sections = result.sections
    count = sections.num_rows
    columns: dict[str, Any] = {
        "schema_version": pa.array(np.full(count, SCHEMA_VERSION)),
        "section": pa.array(np.arange(count)),
    }
    units = result.finding.units.select(["paragraph", "line"])
    for side in ("", "source_"):
        first = units.take(flat(sections[f"{side}unit"]))
        last = units.take(flat(sections[f"{side}last_unit"]))
        columns |= _named(result, flat(sections[f"{side}document"]), side)
        columns |= {
            f"{side}paragraph": first["paragraph"],
            f"{side}last_paragraph": last["paragraph"],
            f"{side}line": first["line"],
            f"{side}last_line": _last_lines(result, side),
            f"{side}start": sections[f"{side}start"],
            f"{side}end": sections[f"{side}end"],
            f"{side}coverage": _share(sections[f"{side}covered"], sections[f"{side}length"]),
        }
    columns |= {name: sections[name] for name in ("units", "passages", "matched")}
    columns["direction"] = result.tracing.of_stretches(sections)
    return objects(columns, end="\n")


def document_lines(result: Result) -> Iterator[pa.Array]:
    """Yield the lines of ``documents.jsonl`` in parts: see its JSON Schema."""
    others = result.shared_with
    of_other = numbers(others["document"])
    section = np.tile(np.arange(result.sections.num_rows), 2)
    holder = np.concatenate(
        [numbers(result.sections[name]) for name in ("document", "source_document")]
    )
    order = np.lexsort((section, holder))
    section, holder = section[order], holder[order]
    dates = result.dates["date"]

    def lines(low: int) -> pa.Array:
        shares, classes = (
            table.slice(low, DOCUMENTS) for table in (result.document_shares, result.class_shares)
        )
        count = shares.num_rows
        first, last = np.searchsorted(of_other, [low, low + count])
        mine = others.slice(first, last - first)
        told = objects(_named(result, flat(mine["other"])) | {"characters": mine["characters"]})
        first, last = np.searchsorted(holder, [low, low + count])
        sections = pa.array(section[first:last]).cast(pa.large_string())
        columns: dict[str, Any] = {
            "schema_version": pa.array(np.full(count, SCHEMA_VERSION)),
            **_named(result, pa.array(np.arange(low, low + count))),
            "date": dates.slice(low, count),
            "characters": shares["characters"],
            "repeated": shares["repeated"],
            "share": _share(shares["repeated"], shares["characters"]),
            "by_kind": Json(objects({kind: shares[kind] for kind in KINDS})),
            "by_class": Json(objects({name: classes[name] for name in CLASSES})),
            "sections": array_of(_lists(sections, holder[first:last] - low, count)),
            "shared_with": array_of(_lists(told, numbers(mine["document"]) - low, count)),
        }
        return objects(columns, end="\n")

    return map(lines, range(0, result.documents.num_rows, DOCUMENTS))


def _named(result: Result, document: pa.Array, side: str = "") -> dict[str, pa.Array]:
    """Return the columns that name documents."""
    names = pa.array(list(result.finding.names), pa.large_string())
    return {
        f"{side}file": names.take(flat(result.documents["file"]).take(document)),
        f"{side}row": flat(result.documents["row"]).take(document),
        f"{side}doc": flat(result.documents["doc"]).take(document),
    }


def _last_lines(result: Result, side: str) -> pa.Array:
    """Return the lines on which sections end: a unit may have several."""
    unit, document, end = (
        numbers(result.sections[f"{side}{name}"]) for name in ("last_unit", "document", "byte_end")
    )
    data, offsets = strings(result.documents["text"])
    start = offsets[document] + numbers(result.finding.units["byte_start"])[unit]
    end = offsets[document] + end
    # Each unit is read once, however many sections end in it.
    order = np.lexsort((end, unit))
    firsts = np.flatnonzero(np.diff(unit[order], prepend=-1))
    lasts = np.append(firsts[1:], len(order))[: len(firsts)] - 1
    spans = zip(start[order[firsts]].tolist(), end[order[lasts]].tolist(), strict=True)
    found = [a + _line_ends(data[a:b]) for a, b in spans]
    line_ends = np.concatenate([np.zeros(0, np.int64), *found])
    within = np.searchsorted(line_ends, end) - np.searchsorted(line_ends, start)
    return pa.array(numbers(result.finding.units["line"])[unit] + within.astype(np.int32))


def _line_ends(data: U8) -> I64:
    """Return where lines end in UTF-8 text: at each LF, and at each CR with none behind it."""
    ends = data == ord("\n")
    ends[:-1] |= (data[:-1] == ord("\r")) & ~ends[1:]
    ends[-1:] |= data[-1:] == ord("\r")
    return np.flatnonzero(ends)


def _share(part: pa.ChunkedArray, whole: pa.ChunkedArray) -> pa.Array:
    return pa.array(np.round(numbers(part) / np.maximum(1, numbers(whole)), 6))


def _lists(values: pa.Array, holder: I64, count: int) -> pa.Array:
    """Return the values of each of ``count`` holders, which are sorted."""
    offsets = np.searchsorted(holder, np.arange(count + 1)).astype(np.int64)
    return pa.LargeListArray.from_arrays(pa.array(offsets), values)
