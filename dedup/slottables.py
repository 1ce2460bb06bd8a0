"""Tables made of templates: what every unit has in every slot, and what stands in place of what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import Array, numbers
from dedup.growing import Growing
from dedup.kinds import KINDS
from dedup.templates import Hashes, Templates, listed, sums, together

__all__ = ["most_substituted", "slot_table", "substitution_table"]

Ints = npt.NDArray[np.int64]


def slot_table(templates: Templates, name: str, group: Ints, row: Ints, unit: Ints) -> pa.Table:
    """Return what units have in each slot of the template of their row.

    ``group``, the number of the cluster or family, is told beside under ``name``. Units of texts
    that are not aligned are left out.
    """
    t = templates.part(0, templates.rows)
    entry = t.entry_of(row, unit)
    order = np.lexsort((unit, entry))
    order = order[entry[order] >= 0]
    starts, begin, end = t.spans_of(entry[order], unit[order])
    counts = np.diff(starts)
    holder = np.repeat(order, counts)
    slot = listed(np.zeros(len(order), np.int64), counts)
    table = pa.table(
        {
            name: group[holder],
            "slot": slot,
            "kind": _kinds(t, t.slot_starts[row[holder]] + slot),
            "unit": unit[holder],
            "value": t.text_at(begin, end),
        }
    )
    return table.take(pa.array(np.lexsort((slot, unit[holder], group[holder]))))


def substitution_table(templates: Templates) -> pa.Table:
    """Return what stands in place of what the first text of its group has, over all groups.

    Columns ``from, to, kind, count, groups``, the most frequent first. Every slot of every unit
    counts; those of a unit that is in a cluster and in a family count once. Of a value that is
    written in several ways the first is told.
    """
    counted = _counted(templates)
    return _told(templates, counted, np.arange(len(counted.units)))


def most_substituted(templates: Templates, kinds: Sequence[str], most: int) -> pa.Table:
    """Return the first rows of ``substitution_table`` of some kinds, in which no value is empty."""
    counted = _counted(templates)
    asked = np.flatnonzero(np.isin(counted.kind, [KINDS.index(kind) for kind in kinds]))
    found = _told(templates, counted, asked[:0])
    for low in range(0, len(asked), 2 * most):
        told = _told(templates, counted, asked[low : low + 2 * most])
        whole = pc.and_(pc.not_equal(told["from"], ""), pc.not_equal(told["to"], ""))
        found = pa.concat_tables([found, told.filter(whole)])
        if found.num_rows >= most:
            break
    return found.slice(0, most)


class _Counted(NamedTuple):
    """What stands in place of what, each once, the most frequent first."""

    first: Ints
    """The first such value."""
    lead: Ints
    """That in whose place it stands."""
    kind: npt.NDArray[np.int8]
    units: Ints
    groups: Ints


def _counted(templates: Templates) -> _Counted:
    grown = Growing(
        templates.finding.work, np.uint64, np.int64, np.int64, np.int8, np.int64, np.int32
    )
    base = 0
    for low, high in templates.cuts:
        t = templates.part(low, high)
        pairs = t.pairs
        held = np.flatnonzero(pairs.fresh)
        value = t.distinct.value[pairs.first[held]]
        slot = t.value_slot[value]
        ones = np.ones(len(held), np.int64)
        grown.append(
            *_summed(
                together(*pairs.hashes[held].T), base + value, base + t.lead_values[slot],
                t.slot_kinds[slot], pairs.fresh[held], ones,
            )
        )  # fmt: skip
        base += len(t.value_entry)
    _, first, lead, kind, count, groups = _summed(*grown.close())
    order = np.lexsort((first, -groups.astype(np.int64), -count))
    return _Counted(*(each[order] for each in (first, lead, kind, count, groups)))


def _summed(
    key: Hashes, first: Array, lead: Array, kind: Array, count: Array, groups: Array
) -> tuple[Array, ...]:
    """Return each key once, with its first values and kind, and the sums of the counts."""
    order = np.argsort(key, kind="stable")
    new = np.ones(len(order), bool)
    new[1:] = key[order[1:]] != key[order[:-1]]
    starts = np.flatnonzero(new)
    once = order[starts]
    summed = (sums(each[order], starts) for each in (count, groups))
    return (*(each[once] for each in (key, first, lead, kind)), *summed)


def _told(t: Templates, counted: _Counted, which: Ints) -> pa.Table:
    names = pa.array(KINDS, pa.large_string())
    return pa.table(
        {
            "from": _written(t, counted.lead[which]),
            "to": _written(t, counted.first[which]),
            "kind": names.take(pa.array(counted.kind[which])),
            "count": counted.units[which],
            "groups": counted.groups[which].astype(np.int64),
        }
    )


def _written(templates: Templates, value: Ints) -> pa.Array:
    """Return values as the first units of their texts have them."""
    starts = np.array([templates.row_values[low] for low, _ in templates.cuts])
    of_part = np.searchsorted(starts, value, "right") - 1
    order = np.argsort(of_part, kind="stable")
    bounds = np.searchsorted(of_part[order], np.arange(len(starts) + 1))
    texts = [pa.array([], pa.large_string())]
    for number, cut in enumerate(templates.cuts):
        mine = value[order[bounds[number] : bounds[number + 1]]] - starts[number]
        if len(mine):
            texts.append(_written_of(templates.part(*cut), mine))
    return pa.concat_arrays(texts).take(pa.array(np.argsort(order)))


def _written_of(t: Templates, value: Ints) -> pa.Array:
    entry = t.value_entry[value]
    entries, item = np.unique(entry, return_inverse=True)
    unit = numbers(t.finding.texts["unit"])[t.texts[entries]]
    starts, begin, end = t.spans_of(entries, unit)
    span = starts[item] + value - t.value_starts[entry]
    return t.text_at(begin[span], end[span])


def _kinds(t: Templates, slot: Ints) -> pa.Array:
    return pa.array(KINDS, pa.large_string()).take(pa.array(t.slot_kinds[slot]))
