"""Evidence: what is known of every cluster and family, gathered from a finding and its templates.

Where their units stand and what is beside them is told by ``spread``, what fills the slots
of their templates by ``filling``, how their first texts are worded by ``formulas``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup import folding, formulas
from dedup.columns import F64, I64, U32, Bools, flat, numbers, strings
from dedup.engines import Engine
from dedup.filling import filling
from dedup.finding import Finding, Grouping
from dedup.kernels.seeds import code_points
from dedup.kinds import KINDS
from dedup.likeness import similarities
from dedup.rules import FILLED, NOTICE, PLAIN, REWORDED, TITLE, WORK, Evidence
from dedup.spread import Members, beside, documents_of, kin_of, kinship, runs
from dedup.templates import BATCH_CHARACTERS, Templates, batches, starts_of

__all__ = ["gather"]

EDGE = 3
"""Units at the beginning and at the end of a document that are its head and its foot, at most; of a
short one each is a third."""
STOPS = "。!?;.…"
CLOSERS = "\"'”’」』)]》>*"
OPENERS = ("《", "〈", "“", "「", "『")


def gather(
    finding: Finding,
    grouping: Grouping,
    templates: Templates,
    clusters: pa.Table,
    families: pa.Table,
) -> Evidence:
    """Return the evidence, a row for each row of the templates; see ``classes.find_classes``."""
    t = templates
    of_clusters, members = _members(t, clusters, families)
    lead = t.texts[t.entry_starts[:-1]]
    similarity, masked_similarity = _alike(finding, t, lead)
    said = np.zeros(t.rows, np.bool_)
    said[t.entry_row[grouping.boilerplate[t.texts]]] = True
    standing = _standing(finding, grouping, t, of_clusters, members)
    looks = _looks(finding, t, lead)
    wider = standing.pop("wider")
    slotted = (looks["filled"] >= FILLED) & (looks["reworded"] <= REWORDED)
    return Evidence(
        units=np.diff(members.starts),
        similarity=similarity,
        masked_similarity=masked_similarity,
        fixed=t.fixed_share,
        texts=np.diff(t.entry_starts) + t.beyond,
        decided=said,
        variant=np.append(slotted, False)[wider],
        **standing,
        **looks,
    )


def _members(t: Templates, clusters: pa.Table, families: pa.Table) -> tuple[Members, Members]:
    """Return the units of clusters, and those of all rows of the templates."""
    own = np.flatnonzero(t.family_rows >= len(t.clusters))
    lists = [flat(clusters["members"]), flat(families["members"]).take(pa.array(own))]
    units = [numbers(each.flatten()).astype(np.int64) for each in lists]
    sizes = [numbers(each.value_lengths()).astype(np.int64) for each in lists]
    return (
        Members(units[0], starts_of(sizes[0])),
        Members(np.concatenate(units), starts_of(np.concatenate(sizes))),
    )


def _standing(
    finding: Finding,
    grouping: Grouping,
    t: Templates,
    of_clusters: Members,
    members: Members,
) -> dict[str, Any]:
    """Return where groups stand: in what documents and works, and at which places of them."""
    units, rows = finding.units, t.rows
    document, paragraph = numbers(units["document"]), numbers(units["paragraph"])
    documents = finding.documents.num_rows
    looked_for = np.bincount(document[finding.compared], minlength=documents)
    kin = kinship(documents_of(of_clusters, document, documents), looked_for)
    a, b = kin.pairs(WORK)
    work = numbers(finding.engine.components(pa.array(a), pa.array(b), documents))
    held = documents_of(members, document, documents)
    works = _distinct(held.group, work[held.document], rows)
    since, until = _dates(finding.documents["date"], held.group, held.document, rows)

    cluster, family = grouping.cluster.of, grouping.family.of
    groups = np.where(
        family >= 0, family, np.where(cluster >= 0, cluster + finding.texts.num_rows, -1)
    )
    count = np.bincount(document, minlength=documents)[document]
    edge = np.minimum(EDGE, (count + 1) // 3)[members.units]
    group, size = members.group, np.maximum(np.diff(members.starts), 1)
    head, foot = (
        np.bincount(group, place[members.units] < edge, rows) / size
        for place in (paragraph, count - 1 - paragraph)
    )
    wider = _family_rows(t, family[members.units[members.starts[:-1]]])
    return {
        "documents": np.bincount(held.group, minlength=rows),
        "works": works,
        "share": works / max(len(runs(work)[0]), 1),
        # A cluster is a part of its family, which may stand in far more works.
        "spread": np.maximum(works, np.append(works, 0)[wider]),
        "sources": _distinct(group, grouping.sources[members.units], rows),
        "since": since,
        "until": until,
        "kin": kin_of(held, kin, rows),
        "beside": beside(members, document, groups),
        "head": head,
        "foot": foot,
        "wider": wider,
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


def _dates(column: pa.ChunkedArray, group: I64, document: I64, count: int) -> tuple[pa.Array, ...]:
    """Return the first and the last date of each group's documents, as strings compare."""
    if column.null_count == len(column):
        return pa.nulls(count, pa.large_string()), pa.nulls(count, pa.large_string())
    coded = flat(column).dictionary_encode()
    known = coded.dictionary
    order = numbers(pc.array_sort_indices(known))
    rank = np.empty(len(known) + 1, np.int64)
    rank[order] = np.arange(len(known))
    rank[-1] = -1
    mine = rank[numbers(coded.indices.fill_null(-1))][document]
    dated = mine >= 0
    least, most = np.full(count, len(known)), np.full(count, -1)
    np.minimum.at(least, group[dated], mine[dated])
    np.maximum.at(most, group[dated], mine[dated])
    names = known.take(pa.array(order))
    return tuple(names.take(pa.array(ends, mask=most < 0)) for ends in (least, most))


def _alike(finding: Finding, t: Templates, lead: I64) -> tuple[F64, F64]:
    """Return the mean similarity of a row's other units to its first: literal, and masked."""
    a, b = t.texts, lead[t.entry_row]
    masked_a, masked_b = finding.masked_of[a], finding.masked_of[b]
    known = (masked_a >= 0) & (masked_b >= 0)
    others = np.maximum(np.bincount(t.entry_row, t.units, t.rows) - 1, 1)

    def mean(sets: str, one: I64, other: I64) -> F64:
        share, _ = similarities(one, other, flat(finding.texts[sets]))
        share = np.where(one == other, 1.0, share)
        if sets == "masked":
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
    shadow = _shadows(finding, first, length)
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
        "kind": pa.array(KINDS, pa.large_string()).take(pa.array(filled.kind)),
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
        **_matches(shadow, asked, finding.engine),
    }


def _matches(
    shadow: pa.Array, asked: Mapping[str, tuple[list[str], Bools]], engine: Engine
) -> dict[str, Bools]:
    """Return, by name, which texts match one of some patterns, of those that are asked."""
    found = {name: np.zeros(len(shadow), np.bool_) for name in asked}
    tasks = [(name, pattern) for name, (patterns, _) in asked.items() for pattern in patterns]
    which = {name: np.flatnonzero(wanted) for name, (_, wanted) in asked.items()}

    def match(task: tuple[str, str]) -> Bools:
        name, pattern = task
        some = shadow.take(pa.array(which[name]))
        told: Bools = numbers(pc.match_substring_regex(some, pattern))
        return told

    for (name, _), told in zip(tasks, engine.map(match, tasks), strict=True):
        found[name][which[name]] |= told
    return found


def _shadows(finding: Finding, units: I64, length: I64) -> pa.Array:
    """Return the shadow texts of units, which are not kept."""
    data, offsets = strings(finding.documents["text"])
    base = offsets[numbers(finding.units["document"])[units]]
    start = base + numbers(finding.units["byte_start"])[units]
    end = base + numbers(finding.units["byte_end"])[units]
    tables = folding.load_tables()

    def part(low_high: tuple[int, int]) -> pa.Array:
        low, high = low_high
        return folding.fold_spans(data, start[low:high], end[low:high], tables).shadow

    parts = finding.engine.map(part, batches(length, BATCH_CHARACTERS))
    return pa.concat_arrays([pa.array([], pa.large_string()), *parts])


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
