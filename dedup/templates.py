"""Templates of a finding: per cluster and family what is fixed, and what stands in its slots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import folding
from dedup.columns import Array, make_strings, numbers, strings
from dedup.finding import Finding
from dedup.kernels.spans import copy_spans
from dedup.kinds import KINDS
from dedup.spread import Members
from dedup.stages.template import Slots, in_original

__all__ = [
    "ORDER", "PART_CHARACTERS", "Templates", "batches", "listed", "starts_of", "sums", "together",
]  # fmt: skip

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

PART_CHARACTERS = 1 << 20
"""Of the units of the rows that are looked at at once: more, and it is memory; fewer, and it takes
longer to make every expression ready than to look for it."""
BATCH_BYTES = 1 << 23
"""Of the units of which is asked at once where their values lie: those of a part, about."""
ORDER = [KINDS.index(kind) for kind in ("number", "date", "place", "organisation", "other")]
"""Of two kinds that equally many values have, the first is the slot's."""


@dataclass(frozen=True)
class Templates:
    """Templates of clusters, then of the families that are not the same units as a cluster.

    A *row* is one of them, an *entry* a text of a row, in keep order; rows of one text have no
    slots. A *value* is what an entry has in a slot.
    """

    finding: Finding
    clusters: Ints
    """Number of the cluster of each row that is one; those come first."""
    family_rows: Ints
    """Per family, in the order of their numbers, the row of it."""
    families: Ints
    """Number of each family."""
    members: Members
    """The units of each row."""
    entry_starts: Ints
    """Where the entries of each row begin, and their number."""
    texts: Array
    """Of each entry."""
    units: Array
    """Of each entry: how many units of the row have its text."""
    beyond: Array
    """Per row, the texts that are not aligned: they would make it too large."""
    fresh: Array
    """Of each entry: its units that no cluster's row counts together with the row's first."""
    slots: Slots
    """Of the rows; as small numbers as there can be, which ``part`` makes large ones of."""
    cuts: list[tuple[int, int]]
    """Rows of which the templates fit into memory at once, none of clusters and families."""

    def part(self, low: int, high: int) -> Templates:
        """Return some of the rows, from one up to another, numbered from 0, and no families."""
        first, last = self.entry_starts[low], self.entry_starts[high]
        a, b = self.row_values[low], self.row_values[high]
        none = np.zeros(0, np.int64)
        counts, begin, end, hashes, kinds, damaged = self.slots
        return Templates(
            self.finding, self.clusters[low:high], none, none, self.members.part(low, high),
            self.entry_starts[low : high + 1] - first,
            self.texts[first:last].astype(np.int64), self.units[first:last].astype(np.int64),
            self.beyond[low:high].astype(np.int64), self.fresh[first:last].astype(np.int64),
            Slots(
                counts[low:high].astype(np.int64), begin[a:b].astype(np.int64),
                end[a:b].astype(np.int64), hashes[a:b], kinds[a:b], damaged[a:b],
            ),
            [(0, high - low)],
        )  # fmt: skip

    @cached_property
    def row_values(self) -> Ints:
        """Where the values of each row begin, and their number."""
        values = starts_of(self.slots.counts * np.diff(self.entry_starts))
        return self.finding.work.keep(values)

    @cached_property
    def rows(self) -> int:
        """How many there are."""
        return len(self.entry_starts) - 1

    @cached_property
    def slot_starts(self) -> Ints:
        """Where the slots of each row begin, and their number."""
        return starts_of(self.slots.counts)

    @cached_property
    def entry_row(self) -> Ints:
        """The row of each entry."""
        return np.repeat(np.arange(self.rows), np.diff(self.entry_starts))

    @cached_property
    def value_starts(self) -> Ints:
        """Where the values of each entry begin, and their number."""
        return starts_of(self.slots.counts[self.entry_row])

    @cached_property
    def value_entry(self) -> Ints:
        """The entry of each value."""
        return np.repeat(np.arange(len(self.texts)), np.diff(self.value_starts))

    @cached_property
    def value_slot(self) -> Ints:
        """The slot of each value, counted through all rows."""
        within = np.arange(len(self.value_entry)) - self.value_starts[self.value_entry]
        slot: Ints = self.slot_starts[self.entry_row[self.value_entry]] + within
        return slot

    @cached_property
    def slot_kinds(self) -> npt.NDArray[np.int64]:
        """Per slot the kind, an index into ``KINDS``, that most units have there."""
        told = self.slots.kinds < len(KINDS)
        key = self.value_slot[told] * len(KINDS) + self.slots.kinds[told]
        count = np.bincount(
            key,
            self.units[self.value_entry][told],
            minlength=int(self.slot_starts[-1]) * len(KINDS),
        )
        by_kind = count.reshape(-1, len(KINDS))[:, ORDER]
        kinds = np.array(ORDER)[np.argmax(by_kind, axis=1)] if len(by_kind) else np.empty(0)
        return np.where(by_kind.any(axis=1), kinds, 0).astype(np.int64)

    @cached_property
    def fixed_share(self) -> npt.NDArray[np.float64]:
        """Per row, the shadow characters of fixed text, of the mean of what its texts have."""
        lengths = numbers(self.finding.texts["length"])[self.texts]
        totals = np.add.reduceat(lengths, self.entry_starts[:-1]) if self.rows else lengths
        sizes = np.diff(self.entry_starts)
        first = np.zeros(len(self.texts), bool)
        first[self.entry_starts[:-1]] = True
        mine = first[self.value_entry]
        filled = (self.slots.end - self.slots.begin)[mine]
        in_slots = np.bincount(self.entry_row[self.value_entry[mine]], filled, minlength=self.rows)
        fixed = lengths[self.entry_starts[:-1]] - in_slots
        share: npt.NDArray[np.float64] = fixed * sizes / np.maximum(totals, 1)
        return share

    @cached_property
    def distinct(self) -> Distinct:
        """The values of each slot, each once."""
        order = np.lexsort((self.slots.hashes, self.value_slot))
        slot, hashes = self.value_slot[order], self.slots.hashes[order]
        new = np.ones(len(order), bool)
        new[1:] = (slot[1:] != slot[:-1]) | (hashes[1:] != hashes[:-1])
        starts = np.flatnonzero(new)
        entry = self.value_entry[order]
        counts = sums(self.units[entry], starts)
        fresh = sums(self.fresh[entry], starts)
        value = order[starts]
        other = self.slots.hashes[value] != self.slots.hashes[self.lead_values[slot[starts]]]
        by_count = np.lexsort((value, -counts, other, slot[starts]))
        value, counts, fresh = value[by_count], counts[by_count], fresh[by_count]
        slot_starts = np.searchsorted(self.value_slot[value], np.arange(self.slot_starts[-1] + 1))
        rank = np.arange(len(value)) - slot_starts[self.value_slot[value]]
        return Distinct(value, counts, fresh, rank, slot_starts)

    @cached_property
    def pairs(self) -> Pairs:
        """What stands in place of what the first text of a row has: words, and no damage."""
        distinct = self.distinct
        slot = self.value_slot[distinct.value]
        row = self.entry_row[self.value_entry[distinct.value]]
        theirs = self.slots.hashes[distinct.value]
        mine = self.slots.hashes[self.lead_values[slot]]
        # Neither what is lost nor a mark put in place of another is told as a substitution.
        wordless = self.slots.kinds >= len(KINDS)
        marks = wordless[distinct.value] & wordless[self.lead_values[slot]]
        other = np.flatnonzero((mine != theirs) & ~self.slots.damaged[distinct.value] & ~marks)
        both = together(mine, theirs)
        order = other[np.lexsort((both[other], row[other]))]
        row, mine, theirs, both = row[order], mine[order], theirs[order], both[order]
        new = np.ones(len(order), bool)
        new[1:] = (row[1:] != row[:-1]) | (both[1:] != both[:-1])
        starts = np.flatnonzero(new)
        units, fresh = sums(distinct.units[order], starts), sums(distinct.fresh[order], starts)
        first, row = order[starts], row[starts]
        hashes = np.stack([mine[starts], theirs[starts]], axis=1)
        by_count = np.lexsort((first, -units, row))
        row = row[by_count]
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        return Pairs(row, hashes[by_count], units[by_count], fresh[by_count], first[by_count], rank)

    @cached_property
    def lead_values(self) -> Ints:
        """Per slot, the value of its row's first text."""
        slot_row = np.repeat(np.arange(self.rows), self.slots.counts)
        within = np.arange(len(slot_row)) - self.slot_starts[slot_row]
        values: Ints = self.value_starts[self.entry_starts[slot_row]] + within
        return values

    def entry_of(self, row: Ints, unit: Ints) -> Ints:
        """Return the entries of units in rows, -1 of those that are not aligned."""
        size = self.finding.texts.num_rows + 1
        keys = self.entry_row * size + self.texts
        wanted = row * size + self.finding.text_of[unit]
        at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
        found: Ints = np.where(keys[at] == wanted, at, -1) if len(keys) else np.full(len(row), -1)
        return found

    def spans_of(self, entry: Ints, unit: Ints) -> tuple[Ints, Ints, Ints]:
        """Return where the values of units lie, in bytes of the text column.

        ``entry`` and ``unit`` are ascending together. Returned are where each unit's values begin
        in the other two, which are where each of them begins and ends.
        """
        documents, units = self.finding.documents, self.finding.units
        data, offsets = strings(documents["text"])
        base = offsets[numbers(units["document"])[unit]]
        first = base + numbers(units["byte_start"])[unit]
        last = base + numbers(units["byte_end"])[unit]
        counts = np.diff(self.value_starts)[entry]
        starts = starts_of(counts)
        which = listed(self.value_starts[entry], self.value_starts[entry] + counts)
        begin, end = self.slots.begin[which], self.slots.end[which]
        tables = folding.load_tables()

        def part(low_high: tuple[int, int]) -> tuple[Ints, Ints]:
            low, high = low_high
            a, b = starts[low], starts[high]
            return in_original(
                data, _column(first[low:high]), _column(last[low:high]), entry[low:high],
                starts[low : high + 1] - a, begin[a:b], end[a:b], tables,
            )  # fmt: skip

        cuts = batches(last - first, BATCH_BYTES)
        parts = self.finding.engine.map(part, cuts) if len(cuts) > 1 else [*map(part, cuts)]
        shift = np.repeat(first, counts)
        begin = shift + np.concatenate([np.empty(0, np.int64), *(each[0] for each in parts)])
        end = shift + np.concatenate([np.empty(0, np.int64), *(each[1] for each in parts)])
        return starts, begin, end

    def fixed_spans(self, starts: Ints, begin: Ints, end: Ints, unit: Ints) -> tuple[Ints, Ints]:
        """Return where the fixed text of units lies: one stretch more than each has slots."""
        units = self.finding.units
        base = strings(self.finding.documents["text"])[1][numbers(units["document"])[unit]]
        first = base + numbers(units["byte_start"])[unit]
        last = base + numbers(units["byte_end"])[unit]
        return np.insert(end, starts[:-1], first), np.insert(begin, starts[1:], last)

    def text_at(self, begin: Ints, end: Ints) -> pa.Array:
        """Return what stands between bytes of the text column, as a large_string."""
        offsets = starts_of(end - begin)
        out = np.empty(offsets[-1], np.uint8)
        copy_spans(strings(self.finding.documents["text"])[0], begin, end, out)
        return make_strings(out, offsets)


@dataclass(frozen=True)
class Distinct:
    """The values of each slot, each once: slot by slot, the first text's, then by units."""

    value: Ints
    """The first with it in keep order."""
    units: Ints
    fresh: Ints
    """See ``Templates.fresh``."""
    rank: Ints
    """Within its slot, from 0."""
    slot_starts: Ints


@dataclass(frozen=True)
class Pairs:
    """What stands in place of what the first text has: row by row, the most frequent first."""

    row: Ints
    hashes: Hashes
    """Of the first text's value and of the other one, one row for each pair."""
    units: Ints
    fresh: Ints
    """See ``Templates.fresh``."""
    first: Ints
    """Index into ``Templates.distinct`` of the first such value."""
    rank: Ints
    """Within its row, from 0."""


def starts_of(counts: Array) -> Ints:
    """Return where each of so many begins, and how many there are in all."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def listed(starts: Ints, ends: Ints) -> Ints:
    """Return the numbers from each start up to its end, one range after another."""
    sizes = ends - starts
    begun = np.cumsum(sizes) - sizes
    numbered: Ints = np.arange(int(sizes.sum())) + np.repeat(starts - begun, sizes)
    return numbered


def together(one: Hashes, other: Hashes) -> Hashes:
    """Return one hash for each two, of which either may be 0."""
    mixed: Hashes = one * np.uint64(0x9E3779B97F4A7C15) ^ other
    return mixed


def sums(values: Ints, starts: Ints) -> Ints:
    """Return the sums of values from each start up to the next."""
    return np.add.reduceat(values, starts) if len(starts) else values[:0]


def batches(sizes: Ints, most: int) -> list[tuple[int, int]]:
    """Cut rows of the given sizes into batches of about ``most``, one row at least."""
    if not len(sizes):
        return []
    ends = np.cumsum(sizes)
    cuts = np.unique(np.append(np.searchsorted(ends, np.arange(0, ends[-1], most)), len(sizes)))
    return list(pairwise(cuts.tolist()))


def _column(values: Ints) -> Array:
    """Return the values as a column has them, which cannot be written: kernels know that type."""
    return numbers(pa.array(values))
