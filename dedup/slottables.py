"""Tables made of templates: what every unit has in every slot, and what stands in place of what."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.kinds import KINDS
from dedup.templates import Templates, listed, sums, together

__all__ = ["slot_table", "substitution_table"]

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
    t = templates.part(0, templates.rows)
    pairs = t.pairs
    held = np.flatnonzero(pairs.fresh)
    both = together(*pairs.hashes[held].T)
    order = np.argsort(both, kind="stable")
    new = np.ones(len(order), bool)
    new[1:] = both[order[1:]] != both[order[:-1]]
    starts = np.flatnonzero(new)
    count = sums(pairs.fresh[held][order], starts)
    groups = np.diff(np.append(starts, len(order)))
    first = t.distinct.value[pairs.first[held[order[starts]]]]
    by_count = np.lexsort((first, -groups, -count))
    first = first[by_count]
    slot = t.value_slot[first]
    return pa.table(
        {
            "from": _written(t, t.lead_values[slot]),
            "to": _written(t, first),
            "kind": _kinds(t, slot),
            "count": count[by_count],
            "groups": groups[by_count],
        }
    )


def _written(t: Templates, value: Ints) -> pa.Array:
    """Return values as the first units of their texts have them."""
    entry = t.value_entry[value]
    entries, item = np.unique(entry, return_inverse=True)
    unit = numbers(t.finding.texts["unit"])[t.texts[entries]]
    starts, begin, end = t.spans_of(entries, unit)
    span = starts[item] + value - t.value_starts[entry]
    return t.text_at(begin[span], end[span])


def _kinds(t: Templates, slot: Ints) -> pa.Array:
    return pa.array(KINDS, pa.large_string()).take(pa.array(t.slot_kinds[slot]))
