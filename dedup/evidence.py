"""Evidence: what is known of every cluster and family, gathered from a finding and its templates.

Where their units stand and what is beside them is told by ``spread``, what fills the slots
of their templates by ``filling``, how their first texts are worded by ``formulas``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup import folding, formulas
from dedup.columns import F64, I64, U32, Array, Bools, each_once, flat, numbers, strings
from dedup.filling import filling
from dedup.finding import Finding, Grouping
from dedup.kernels.seeds import code_points
from dedup.kinds import KINDS
from dedup.likeness import similarities
from dedup.rules import FILLED, NOTICE, PLAIN, REWORDED, TITLE, WORK, Evidence
from dedup.spread import Kin, Members, beside, documents_of, joined, kin_of, kinship, runs
from dedup.templates import Templates, batches, starts_of
from dedup.work import Work

__all__ = ["gather"]

EDGE = 3
"""Units at the beginning and at the end of a document that are its head and its foot, at most; of a
short one each is a third."""
UNITS = 1 << 19
"""That are looked at at a time."""
STOPS = "。!?;.…"
CLOSERS = "\"'”’」』)]》>*"
OPENERS = ("《", "〈", "“", "「", "『")


def gather(finding: Finding, grouping: Grouping, templates: Templates) -> Evidence:
    """Return the evidence, a row for each row of the templates; see ``classes.find_classes``."""
    t, work = templates, finding.work
    ground = _ground(finding, grouping, t)
    sets = {name: flat(finding.texts[name]) for name in ("literal", "masked")}

    def part(bounds: tuple[int, int]) -> dict[str, Array]:
        p = t.part(*bounds)
        lead = p.texts[p.entry_starts[:-1]]
        similarity, masked_similarity = _alike(finding, p, lead, sets)
        said = np.zeros(p.rows, np.bool_)
        said[p.entry_row[grouping.boilerplate[p.texts]]] = True
        return {
            "units": np.diff(p.members.starts),
            "similarity": similarity,
            "masked_similarity": masked_similarity,
            "fixed": p.fixed_share,
            "texts": np.diff(p.entry_starts) + p.beyond,
            "decided": said,
            **_standing(finding, grouping, t, p.members, ground),
            **_looks(finding, p, lead),
        }

    told: dict[str, Any] = {}
    for (low, high), columns in zip(t.cuts, finding.engine.stream(part, t.cuts), strict=True):
        for name, values in columns.items():
            if name not in told:
                small = np.int32 if values.dtype == np.int64 else values.dtype
                told[name] = work.array(t.rows, small)
            told[name][low:high] = values
    wider = told.pop("wider")
    # A cluster is a part of its family, which may stand in far more works.
    told["spread"] = np.maximum(told["works"], np.append(told["works"], 0)[wider])
    told["share"] = told["works"] / max(ground.works, 1)
    slotted = (told["filled"] >= FILLED) & (told["reworded"] <= REWORDED)
    told["variant"] = np.append(slotted, False)[wider]
    for name in ("since", "until"):
        told[name] = _coded(told[name], ground.dates)
    told["kind"] = _coded(told["kind"], pa.array(KINDS, pa.large_string()))
    return Evidence(**{name: _kept(work, values) for name, values in told.items()})


def _kept(work: Work, values: Any) -> Any:
    return work.keep(values) if isinstance(values, np.ndarray) else values


def _coded(codes: Array, values: pa.Array) -> pa.DictionaryArray:
    """Return a column of which there are few values; null where the code is negative."""
    mask = codes < 0
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=mask if mask.any() else None), values, safe=False
    )


class _Ground(NamedTuple):
    """What is known of documents and units, on which groups stand."""

    kin: Kin
    work: I64
    """Of each document."""
    works: int
    """How many there are."""
    sizes: I64
    """Per document, its units."""
    groups: Array
    """Per unit its family, or its cluster where it has none; -1: neither."""
    dates: pa.Array
    """All there are, ascending as strings."""
    date: Array
    """Per document, an index into these; -1: none."""


def _ground(finding: Finding, grouping: Grouping, t: Templates) -> _Ground:
    """Look at the documents and units of a finding, before any group is looked at."""
    document = numbers(finding.units["document"])
    documents = finding.documents.num_rows
    looked_for = np.zeros(documents, np.int64)
    groups = finding.work.array(len(document), np.int32)
    for low in range(0, len(document), UNITS):
        here = slice(low, low + UNITS)
        np.add.at(looked_for, document[here][finding.compared[here]], 1)
        cluster, family = grouping.cluster.of[here], grouping.family.of[here]
        of_cluster = np.where(cluster >= 0, cluster + finding.texts.num_rows, -1)
        groups[here] = np.where(family >= 0, family, of_cluster)
    kin = joined(
        (
            kinship(documents_of(t.members.part(low, high), document, documents), looked_for)
            for low, high in batches(np.diff(t.members.starts[: len(t.clusters) + 1]), UNITS)
        ),
        looked_for,
    )
    a, b = kin.pairs(WORK)
    work = numbers(finding.engine.components(pa.array(a), pa.array(b), documents))
    count = np.bincount(document, minlength=documents)
    return _Ground(
        kin, work, len(each_once(work)), count, groups, *_dates(finding.documents["date"])
    )


def _standing(
    finding: Finding, grouping: Grouping, t: Templates, members: Members, ground: _Ground
) -> dict[str, Any]:
    """Return where groups stand: in what documents and works, and at which places of them."""
    document, paragraph = (numbers(finding.units[name]) for name in ("document", "paragraph"))
    rows = len(members.starts) - 1
    held = documents_of(members, document, finding.documents.num_rows)
    since, until = _ends(ground, held.group, held.document, rows)
    group, size = members.group, np.maximum(np.diff(members.starts), 1)
    place, count = paragraph[members.units], ground.sizes[document[members.units]]
    edge = np.minimum(EDGE, (count + 1) // 3)
    head, foot = (np.bincount(group, far < edge, rows) / size for far in (place, count - 1 - place))
    return {
        "documents": np.bincount(held.group, minlength=rows),
        "works": _distinct(group=held.group, value=ground.work[held.document], count=rows),
        "sources": _distinct(group, grouping.sources[members.units], rows),
        "since": since,
        "until": until,
        "kin": kin_of(held, ground.kin, rows),
        "beside": beside(members, document, ground.groups),
        "head": head,
        "foot": foot,
        "wider": _family_rows(t, grouping.family.of[members.units[members.starts[:-1]]]),
    }


def _family_rows(t: Templates, family: I64) -> I64:
    """Return the row of each family by its number; -1 for none."""
    at = np.searchsorted(t.families, family)
    rows: I64 = np.where(family >= 0, np.append(t.family_rows, -1)[at], -1)
    return rows


def _distinct(group: I64, value: I64, count: int) -> I64:
    """Return how many distinct values each of ``count`` groups has."""
    span = int(value.max(initial=0)) + 1
    return np.bincount(runs(group * span + value)[0] // span, minlength=count)


def _dates(column: pa.ChunkedArray) -> tuple[pa.Array, Array]:
    """Return the dates there are, as strings compare, and per document its own; -1: none."""
    if column.null_count == len(column):
        return pa.array([], pa.large_string()), np.full(len(column), -1, np.int32)
    column_codes = flat(column).dictionary_encode()
    known = column_codes.dictionary
    order = numbers(pc.array_sort_indices(known))
    rank = np.empty(len(known) + 1, np.int32)
    rank[order] = np.arange(len(known))
    rank[-1] = -1
    return known.take(pa.array(order)), rank[numbers(column_codes.indices.fill_null(-1))]


def _ends(ground: _Ground, group: I64, document: I64, count: int) -> tuple[Array, Array]:
    """Return the first and the last date of each group's documents; -1: none."""
    mine = ground.date[document]
    dated = mine >= 0
    least, most = np.full(count, len(ground.dates), np.int32), np.full(count, -1, np.int32)
    np.minimum.at(least, group[dated], mine[dated])
    np.maximum.at(most, group[dated], mine[dated])
    return np.where(most < 0, -1, least), most


def _alike(
    finding: Finding, t: Templates, lead: I64, sets: Mapping[str, pa.Array]
) -> tuple[F64, F64]:
    """Return the mean similarity of a row's other units to its first: literal, and masked."""
    a, b = t.texts, lead[t.entry_row]
    masked_a, masked_b = finding.masked_of[a], finding.masked_of[b]
    known = (masked_a >= 0) & (masked_b >= 0)
    others = np.maximum(np.bincount(t.entry_row, t.units, t.rows) - 1, 1)

    def mean(name: str, one: I64, other: I64) -> F64:
        share, _ = similarities(one, other, sets[name])
        share = np.where(one == other, 1.0, share)
        if name == "masked":
            share = np.where(known, share, 0.0)
        total = np.bincount(t.entry_row, t.units * share, t.rows) - share[t.entry_starts[:-1]]
        result: F64 = np.maximum(total, 0.0) / others
        return result

    masked = np.where(known, masked_a, 0), np.where(known, masked_b, 0)
    return mean("literal", a, b), mean("masked", *masked)


def _looks(finding: Finding, t: Templates, lead: I64) -> dict[str, Any]:
    """Return how the first text of each group looks, and what fills the slots of the group."""
    texts = finding.texts
    first, length = numbers(texts["unit"])[lead], numbers(texts["length"])[lead]
    words = numbers(texts["free"])[lead].astype(np.int64)
    shadow = _shadows(finding, first)
    starts = starts_of(length)
    text, wide = np.empty(starts[-1], np.uint32), np.empty(t.rows, np.int32)
    code_points(*strings(shadow), starts, text, wide)
    alphabetic = wide * 3 < length
    size = np.where(alphabetic, length / 3, length)
    labels = _labels(shadow)
    filled = filling(t, text, starts, labels)
    last = _last(text, starts)
    figures = starts_of((text >= ord("0")) & (text <= ord("9")))
    titles = starts_of(_among(text, "《〈"))

    title, short, brief = size <= TITLE, size <= PLAIN, size <= 2 * NOTICE
    asked = {
        "headed": ([formulas.HEADING], short),
        "chapter": ([formulas.CHAPTER], short),
        "dated": ([formulas.DATED], brief),
        "stock": ([formulas.STOCK], title),
        "formula": (list(formulas.FORMULAS.values()), short),
        "standard": ([formulas.STANDARD], brief & alphabetic),
        "notice": ([formulas.NOTICE], brief & alphabetic),
        "page": ([formulas.PAGE], brief),
        "version": ([formulas.VERSION], short & alphabetic),
        "slogan": ([formulas.SLOGAN], title),
        "norm": ([formulas.NORM], title),
    }
    return {
        "filled": filled.filled,
        "kind": filled.kind.astype(np.int8),
        "reworded": filled.reworded,
        "length": length,
        "size": size,
        "words": words,
        "line": ~_among(last, STOPS) | (alphabetic & (words < 5)),
        "labelled": labels > 0,
        "open": _among(last, ";:"),
        "figures": figures[starts[1:]] > figures[starts[:-1] + labels],
        "titled": (titles[starts[1:]] > titles[starts[:-1]]) | _after_opening(finding, first),
        "alphabetic": alphabetic,
        **_matches(shadow, asked),
    }


def _matches(shadow: pa.Array, asked: Mapping[str, tuple[list[str], Bools]]) -> dict[str, Bools]:
    """Return, by name, which texts match one of some patterns, of those that are asked."""
    found = {}
    for name, (patterns, wanted) in asked.items():
        found[name] = np.zeros(len(shadow), np.bool_)
        which = np.flatnonzero(wanted)
        some = shadow.take(pa.array(which))
        for pattern in patterns:
            found[name][which] |= numbers(pc.match_substring_regex(some, pattern))
    return found


def _shadows(finding: Finding, units: I64) -> pa.Array:
    """Return the shadow texts of units, which are not kept."""
    data, offsets = strings(finding.documents["text"])
    base = offsets[numbers(finding.units["document"])[units]]
    start = base + numbers(finding.units["byte_start"])[units]
    end = base + numbers(finding.units["byte_end"])[units]
    return folding.fold_spans(data, start, end, folding.load_tables()).shadow


def _labels(shadow: pa.Array) -> I64:
    """Return the code points of the label that each text begins with."""
    beginning = pc.utf8_slice_codeunits(shadow, 0, 32)
    found = pc.extract_regex(beginning, f"(?P<label>{formulas.LABEL})")
    lengths: I64 = numbers(pc.utf8_length(pc.struct_field(found, "label"))).astype(np.int64)
    return lengths


def _last(text: U32, starts: I64) -> U32:
    """Return the last character of each text but for what closes it; 0 if there is none."""
    at = starts[1:] - 1
    last = np.zeros(len(at), np.uint32)
    for _ in range(3):
        inside = at >= starts[:-1]
        last[inside] = text[at[inside]]
        last[~inside] = 0
        at = at - _among(last, CLOSERS)
    return last


def _among(characters: U32, some: str) -> Bools:
    found: Bools = np.isin(characters, [ord(character) for character in some])
    return found


def _after_opening(finding: Finding, units: I64) -> Bools:
    """Return whether what stands before each unit, in its document, ends with an opening mark."""
    data, offsets = strings(finding.documents["text"])
    document, end = (numbers(finding.units[name]) for name in ("document", "byte_end"))
    before = np.maximum(units - 1, 0)
    stop = offsets[document[before]] + end[before]
    inside = (before < units) & (document[before] == document[units]) & (end[before] >= 3)
    found = np.zeros(len(units), np.bool_)
    for mark in OPENERS:
        same = inside.copy()
        for place, byte in enumerate(mark.encode()):
            same[inside] &= data[stop[inside] - 3 + place] == byte
        found |= same
    return found
