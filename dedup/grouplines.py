"""Rows of clusters.jsonl and families.jsonl: counts, template and first members of each group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import each_once, flat, numbers
from dedup.engines import Engine
from dedup.excerpts import unit_hashes
from dedup.jsonlines import Json, array_of, objects, quoted
from dedup.kinds import KINDS
from dedup.records import SCHEMA_VERSION
from dedup.result import Result
from dedup.templates import Templates, listed, starts_of

__all__ = ["MEMBERS_SHOWN", "SUBSTITUTIONS_SHOWN", "VALUES_SHOWN", "group_lines"]

Ints = npt.NDArray[np.int64]

MEMBERS_SHOWN = 20
VALUES_SHOWN = 10
SUBSTITUTIONS_SHOWN = 10


class _Told(NamedTuple):
    """What is told of some rows of the templates, as JSON."""

    template: Json
    substitutions: Json
    members: Json


def group_lines(
    result: Result, engine: Engine, group: Literal["cluster", "family"]
) -> Iterator[pa.Array]:
    """Yield the lines of clusters.jsonl, or of families.jsonl, in parts."""
    t = result.templates
    groups, origins = _groups(result, group)
    chains = result.tracing.cluster_chains if group == "cluster" else result.tracing.family_chains
    chains = chains.filter(pc.is_in(chains[group], flat(groups[group])))
    steps = _Steps(numbers(groups[group]), chains)
    count = len(t.clusters)
    cuts = [cut for cut in t.cuts if (cut[0] >= count) == (group == "family") and cut[0] < cut[1]]
    base = 0 if group == "cluster" else count

    def part(cut: tuple[int, int]) -> pa.Array:
        low, high = cut[0] - base, cut[1] - base
        return _lines(
            result, t.part(*cut), cut, groups.slice(low, high - low),
            origins.slice(low, high - low), _chains(result, *steps.part(low, high)),
        )  # fmt: skip

    yield from engine.stream(part, cuts)


def _groups(result: Result, group: Literal["cluster", "family"]) -> tuple[pa.Table, pa.Table]:
    """Return the table of the groups that are written, and their origins, row by row."""
    groups = result.counted(group).drop_columns(["members"])
    origins = result.tracing.clusters if group == "cluster" else result.tracing.families
    if group == "family":
        rows = result.templates.family_rows
        groups = groups.take(pa.array(np.flatnonzero(rows >= len(result.templates.clusters))))
        origins = origins.filter(pc.is_in(origins[group], flat(groups[group])))
    return groups, origins


def _lines(
    result: Result, t: Templates, cut: tuple[int, int], groups: pa.Table, origins: pa.Table,
    chain: Json,
) -> pa.Array:  # fmt: skip
    """Return the lines of some rows of the templates, whose part ``t`` is."""
    told = _told(result, t)
    names, reasons = result.classes.part(*cut)
    columns: dict[str, Any] = {
        "schema_version": pa.array(np.full(t.rows, SCHEMA_VERSION)),
        **{
            name: groups[name]
            for name in ("cluster", "family", "units", "documents", "texts", "dropped")
            if name in groups.column_names
        },
        "class": names,
        "reasons": array_of(pa.LargeListArray.from_arrays(reasons.offsets, quoted(reasons.values))),
        "fixed_share": pa.array(np.round(t.fixed_share, 4)),
        "aligned": pa.array(np.diff(t.entry_starts)),
        "template": told.template,
        "substitutions": told.substitutions,
        "origin": Json(_origins(result, origins)),
        "chain": chain,
        "representative": Json(_places(result, flat(groups["unit"]))),
        "text": result.texts_of(numbers(groups["unit"])),
        "members": told.members,
    }
    return objects(columns, end="\n")


def _told(result: Result, templates: Templates) -> _Told:
    t, distinct = templates, templates.distinct
    row, unit = _shown(t)
    entry = t.entry_of(row, unit)
    slots = t.slots.counts[row]
    # Units whose values are written: members that are listed, and the first with each value.
    first = t.value_entry[distinct.value]
    texts = numbers(t.finding.texts["unit"])
    size = len(t.finding.text_of)
    keys = each_once(
        np.concatenate(
            [
                (entry * size + unit)[(entry >= 0) & (slots > 0)],
                first * size + texts[t.texts[first]],
            ]
        )
    )
    held_entry, held_unit = keys // size, keys % size
    starts, begin, end = t.spans_of(held_entry, held_unit)
    values = quoted(t.text_at(begin, end))

    def span(entries: Ints, units: Ints, slot: Ints) -> Ints:
        """Return which of ``values`` units have in slots, counted within their rows."""
        return starts[np.searchsorted(keys, entries * size + units)] + slot

    within = t.value_slot - np.repeat(t.slot_starts[t.entry_row], np.diff(t.value_starts))
    own = span(first, texts[t.texts[first]], within[distinct.value])

    # The first text of each row that has slots, in its own characters.
    filled = np.flatnonzero(t.slots.counts)
    lead = t.entry_starts[filled]
    lead_item = np.searchsorted(keys, lead * size + texts[t.texts[lead]])
    spans = starts[lead_item], starts[lead_item + 1]
    which = listed(*spans)
    lead_starts = starts_of(spans[1] - spans[0])
    fixed = t.fixed_spans(lead_starts, begin[which], end[which], held_unit[lead_item])

    template = _template(result, t, values.take(pa.array(own)), fixed, filled)
    substitutions = _substitutions(t, values, own, which)
    known = np.flatnonzero((entry >= 0) & (slots > 0))
    item = np.searchsorted(keys, entry[known] * size + unit[known])
    low, high = np.zeros((2, len(row)), np.int64)
    low[known], high[known] = starts[item], starts[item + 1]
    lists = array_of(_lists(values.take(pa.array(listed(low, high))), high - low))
    beyond = pa.array((entry < 0) & (slots > 0))
    said = lists._replace(text=pc.if_else(beyond, None, lists.text))
    places = _places(result, pa.array(unit), {"values": said})
    members = array_of(_lists(places, np.bincount(row, minlength=t.rows)))
    return _Told(template, substitutions, members)


def _shown(t: Templates) -> tuple[Ints, Ints]:
    """Return the first members of each row, and their rows."""
    starts = t.members.starts
    sizes = np.minimum(np.diff(starts), MEMBERS_SHOWN)
    units = t.members.units[listed(starts[:-1], starts[:-1] + sizes)]
    return np.repeat(np.arange(len(sizes)), sizes), units


def _template(
    result: Result, t: Templates, values: pa.Array, fixed: tuple[Ints, Ints], filled: Ints
) -> Json:
    """Return the parts of each row's template, in their order."""
    distinct = t.distinct
    shown = np.flatnonzero(distinct.rank < VALUES_SHOWN)
    counted = objects(
        {
            "value": Json(values.take(pa.array(shown))),
            "count": pa.array(distinct.units[shown]),
        }
    )
    all_values = np.diff(distinct.slot_starts)
    sizes = np.minimum(all_values, VALUES_SHOWN)
    slot_row = np.repeat(np.arange(t.rows), t.slots.counts)
    number = np.arange(len(slot_row)) - t.slot_starts[slot_row]
    slots = objects(
        {
            "slot": pa.array(number),
            "kind": pa.array(KINDS, pa.large_string()).take(pa.array(t.slot_kinds)),
            "values": array_of(_lists(counted, sizes)),
            "more": pa.array(all_values - sizes),
        }
    )
    # Of a row without slots all its text is fixed.
    whole = np.flatnonzero(t.slots.counts == 0)
    whole_unit = numbers(t.finding.texts["unit"])[t.texts[t.entry_starts[whole]]]
    counts = t.slots.counts[filled] + 1
    text_row = np.concatenate([np.repeat(filled, counts), whole])
    order = np.concatenate(
        [listed(np.zeros(len(filled), np.int64), counts), np.zeros(len(whole), np.int64)]
    )
    begin, end = fixed
    kept = np.concatenate([end > begin, np.ones(len(whole), bool)])
    texts = pa.concat_arrays([t.text_at(begin, end), result.texts_of(whole_unit)])
    told = objects({"text": texts.filter(pa.array(kept))})
    row = np.concatenate([text_row[kept], slot_row])
    place = np.concatenate([2 * order[kept], 2 * number + 1])
    parts = pa.concat_arrays([told, slots]).take(pa.array(np.lexsort((place, row))))
    return array_of(_lists(parts, np.bincount(row, minlength=t.rows)))


def _substitutions(t: Templates, values: pa.Array, own: Ints, lead_value: Ints) -> Json:
    """Return, per row, what most often stands in place of what the first text has."""
    pairs = t.pairs
    shown = np.flatnonzero(pairs.rank < SUBSTITUTIONS_SHOWN)
    slot = t.value_slot[t.distinct.value[pairs.first[shown]]]
    told = objects(
        {
            "from": Json(values.take(pa.array(lead_value[slot]))),
            "to": Json(values.take(pa.array(own[pairs.first[shown]]))),
            "kind": pa.array(KINDS, pa.large_string()).take(pa.array(t.slot_kinds[slot])),
            "count": pa.array(pairs.units[shown]),
        }
    )
    return array_of(_lists(told, np.bincount(pairs.row[shown], minlength=t.rows)))


def _lists(values: pa.Array, sizes: Ints) -> pa.Array:
    return pa.LargeListArray.from_arrays(pa.array(starts_of(sizes)), values)


def _origins(result: Result, told: pa.Table) -> pa.Array:
    """Return, per group, a JSON object that says where its text comes from."""
    unit = flat(told["unit"])
    hashes = unit_hashes(result.finding.units, numbers(unit.fill_null(0)))
    columns = {
        **{name: told[name] for name in ("status", "reason", "date")},
        "hash": pc.if_else(unit.is_valid(), hashes, None),
    }
    return objects(columns | _place_columns(result, unit))


class _Steps:
    """The chains of groups, and where the steps of each are."""

    def __init__(self, groups: Ints, told: pa.Table) -> None:
        of = np.searchsorted(groups, numbers(told.column(0)))
        self.starts = np.searchsorted(of, np.arange(len(groups) + 1))
        self.told = told

    def part(self, low: int, high: int) -> tuple[Ints, pa.Table]:
        """Return the sizes of the chains of some groups, and their steps."""
        starts = self.starts[low : high + 1]
        return np.diff(starts), self.told.slice(starts[0], starts[-1] - starts[0])


def _chains(result: Result, size: Ints, told: pa.Table) -> Json:
    """Return, per group, a JSON array of the first steps of its chain; null where it has none."""
    step = np.arange(len(told)) - np.repeat(np.cumsum(size) - size, size)
    # What a step comes from is earlier, so whatever is shown has its source shown, too.
    told, step = told.filter(pa.array(step < MEMBERS_SHOWN)), step[step < MEMBERS_SHOWN]
    unit, source = numbers(told["unit"]), flat(told["source"])
    by_unit = np.argsort(unit, kind="stable")
    place = np.searchsorted(unit[by_unit], numbers(source.fill_null(0)))
    place = step[by_unit[np.minimum(place, len(unit) - 1)]] if len(unit) else step
    columns = {
        "date": told["date"],
        "from": pa.array(place, mask=numbers(source.is_null())),
        "similarity": pc.round(told["similarity"], 6),
    }
    steps = objects(columns | _place_columns(result, flat(told["unit"])))
    offsets = np.append(0, np.cumsum(np.minimum(size, MEMBERS_SHOWN)))
    return array_of(
        pa.LargeListArray.from_arrays(pa.array(offsets), steps, mask=pa.array(size == 0))
    )


def _places(result: Result, unit: pa.Array, more: dict[str, Any] | None = None) -> pa.Array:
    """Return, per unit, a JSON object that says where it stands."""
    return objects(_place_columns(result, unit) | (more or {}))


def _place_columns(result: Result, unit: pa.Array) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Return the columns that say where units stand; null for none."""
    units = result.finding.units.select(["document", "paragraph", "line", "start", "end"]).take(
        unit
    )
    document = flat(units["document"])
    names = pa.array(list(result.finding.names), pa.large_string())
    return {
        "file": names.take(flat(result.documents["file"]).take(document)),
        "row": result.documents["row"].take(document),
        "doc": result.documents["doc"].take(document),
        **{name: units[name] for name in ("paragraph", "line", "start", "end")},
    }
