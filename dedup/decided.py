"""Decided: what a person's decisions say of the units of one corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import I64, Bools, flat, numbers
from dedup.decisions import Decisions, Place
from dedup.parting import Parting
from dedup.stages.ledger import ACTIONS

__all__ = ["OUTCOMES", "Decided", "ahead", "decided_actions", "decided_units", "nothing_decided"]

OUTCOMES = ("keep", "keep_this", "boilerplate", "drop")
"""Decisions that say what becomes of a unit; of several that it has the first."""


@dataclass(frozen=True)
class Decided:
    """What is decided of each unit, and which texts are parted."""

    keep: Bools
    drop: Bools
    boilerplate: Bools
    this: Bools
    """Units that are the one to keep of their copies: one of a hash at most."""
    name: I64
    """Per unit, a number for its hash if that is parted from another one's; else -1."""
    pairs: I64
    """int64[m, 2]: the numbers that are parted."""
    report: Mapping[str, Mapping[str, int]]
    """By kind of decision: how many ``decisions``, how many of them are about this corpus
    (``applied``), and about how many ``units``; of ``keep_this`` also how many are of a unit that
    is not where it is said to be (``moved``)."""

    @property
    def touched(self) -> Bools:
        """Units that some decision is about."""
        return self.keep | self.drop | self.boilerplate | self.this | (self.name >= 0)

    @property
    def held(self) -> Bools:
        """Units that no rule may drop. What is boilerplate is tagged, as are other repeats."""
        return (self.keep | self.this | self.boilerplate) & ~self.drop

    @property
    def outcome(self) -> npt.NDArray[np.int8]:
        """Per unit, what decides its action, as an index into ``OUTCOMES``; -1: the rules."""
        flags = [self.keep, self.this, self.boilerplate & ~self.drop, self.drop]
        first = np.full(len(self.keep), -1, np.int8)
        for number in reversed(range(len(flags))):
            first[flags[number]] = number
        return first

    @property
    def missing(self) -> int:
        """Decisions about texts that are not in this corpus."""
        return sum(each["decisions"] - each["applied"] for each in self.report.values())

    def parting(self, text: I64, count: int) -> Parting:
        """Part the texts of units: ``text`` of each (-1: none), of so many."""
        named = np.full(count, -1, np.int64)
        some = np.flatnonzero((self.name >= 0) & (text >= 0))
        named[text[some]] = self.name[some]
        return Parting.between(named, self.pairs)

    def boilerplate_texts(self, text: I64, count: int) -> Bools:
        """Return which texts are boilerplate: ``text`` of each unit (-1: none), of so many."""
        given = np.zeros(count, np.bool_)
        given[text[self.boilerplate & (text >= 0)]] = True
        return given


def nothing_decided(units: int) -> Decided:
    """Return that of so many units nothing is decided."""
    none = np.zeros(units, bool)
    return Decided(
        keep=none, drop=none, boilerplate=none, this=none,
        name=np.broadcast_to(np.int64(-1), units),
        pairs=np.empty((0, 2), np.int64), report={},
    )  # fmt: skip


def decided_units(
    units: pa.Table, documents: pa.Table, order: I64, decisions: Decisions
) -> Decided:
    """Look up the units that decisions are about.

    Parameters
    ----------
    units
        Columns ``document``, ``paragraph`` and the hash.
    documents
        Column ``doc``.
    order
        The units in keep order. Where the place that a ``keep_this`` names holds another text, or
        none, or several documents are called so, the first is meant.
    decisions
        What was decided.
    """
    d = decisions
    of_places = [place.hash for place in d.keep_this]
    of_pairs = [one for pair in d.not_a_copy for one in pair]
    known = sorted({*d.keep, *d.drop, *d.boilerplate, *of_places, *of_pairs})
    number = {one: place for place, one in enumerate(known)}
    of = numbers(
        pc.index_in(
            _raw_hashes(units), pa.array([bytes.fromhex(one) for one in known], pa.binary(16))
        ).fill_null(-1)
    ).astype(np.int64)
    count = np.bincount(of[of >= 0], minlength=len(known))

    def numbers_of(hashes: Sequence[str]) -> I64:
        return np.array([number[one] for one in hashes], np.int64)

    flags, report = {}, {}
    for kind, hashes in (("keep", d.keep), ("drop", d.drop), ("boilerplate", d.boilerplate)):
        wanted = numbers_of(hashes)
        flags[kind] = _among(of, wanted, len(known))
        report[kind] = _told(count[wanted] > 0, flags[kind])

    wanted = numbers_of(of_places)
    this, moved = _these(units, documents, order, _renumbered(of, wanted, len(known)), d.keep_this)
    report["keep_this"] = _told(count[wanted] > 0, this) | {"moved": moved}

    pairs = numbers_of(of_pairs).reshape(-1, 2)
    there: Bools = (count[pairs[:, 0]] > 0) & (count[pairs[:, 1]] > 0)
    name = np.where(_among(of, pairs[there].ravel(), len(known)), of, -1)
    report["not_a_copy"] = _told(there, name >= 0)
    return Decided(**flags, this=this, name=name, pairs=pairs[there], report=report)


def ahead(order: I64, this: Bools) -> I64:
    """Return the keep order in which the units that are the ones to keep go first."""
    first = this[order]
    return np.concatenate([order[first], order[~first]])


def decided_actions(
    action: npt.NDArray[np.int8], outcome: npt.NDArray[np.int8], links: pa.Table
) -> npt.NDArray[np.int8]:
    """Return what becomes of each unit: kept if that is decided, tagged if it is boilerplate.

    ``action`` is an index into ``ledger.ACTIONS``, as the links have it; what is in no link is no
    repeat, and not tagged.
    """
    told = np.zeros(len(action), bool)
    told[numbers(links["unit"])] = True
    keep, this, boilerplate = (outcome == OUTCOMES.index(name) for name in OUTCOMES[:3])
    stays = action < ACTIONS.index("dropped")  # but for boilerplate, where its class goes
    action = action.copy()
    action[boilerplate & told & stays] = ACTIONS.index("tagged")
    action[keep | this] = ACTIONS.index("kept")
    return action


def _raw_hashes(units: pa.Table) -> pa.Array:
    """Return the hash of each unit as 16 bytes, the high half first."""
    halves = np.stack([numbers(units["hash_high"]), numbers(units["hash_low"])], axis=1)
    data = np.ascontiguousarray(halves, ">u8")
    return pa.Array.from_buffers(pa.binary(16), len(data), [None, pa.py_buffer(data)])


def _among(of: I64, wanted: I64, size: int) -> Bools:
    flag = np.zeros(size + 1, bool)  # the last is what -1 picks
    flag[wanted] = True
    return flag[of]


def _renumbered(of: I64, wanted: I64, size: int) -> I64:
    """Return, for each number, its place among ``wanted``; -1 for others."""
    place = np.full(size + 1, -1, np.int64)
    place[wanted] = np.arange(len(wanted))
    return place[of]


def _told(applied: Bools, units: Bools) -> dict[str, int]:
    return {
        "decisions": len(applied), "applied": int(applied.sum()), "units": int(units.sum())
    }  # fmt: skip


def _these(
    units: pa.Table, documents: pa.Table, order: I64, of: I64, places: Sequence[Place]
) -> tuple[Bools, int]:
    """Return the unit that each place means, and how many are not where they are said to be.

    ``of`` gives, per unit, the place whose text it has, -1 for none.
    """
    rows = np.flatnonzero(of >= 0)
    which = pa.array(of[rows])
    doc = flat(documents["doc"]).take(pa.array(numbers(units["document"])[rows]))
    said = pa.array([place.doc for place in places], pa.large_string()).take(which)
    paragraph = np.array([place.paragraph for place in places], np.int64)
    there = numbers(pc.equal(doc, said).fill_null(False))
    there &= numbers(units["paragraph"])[rows] == paragraph[of[rows]]

    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    best = np.lexsort((rank[rows], ~there, of[rows]))
    best = best[np.flatnonzero(np.diff(of[rows][best], prepend=-1))]
    this = np.zeros(len(of), bool)
    this[rows[best]] = True
    return this, int((~there[best]).sum())
