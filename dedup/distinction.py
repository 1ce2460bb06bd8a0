"""Which units are of one text, and which comes first: in the order in which they are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.columns import I64, Bools, numbers
from dedup.decided import Decided, ahead, decided_units
from dedup.engines import Engine
from dedup.settings import Settings
from dedup.stages.distinct import first_of_equals, hash_spaces, keep_order, number_groups
from dedup.work import Work

__all__ = ["Distinct", "tell_apart"]


@dataclass(frozen=True)
class Distinct:
    """The distinct texts of those units that are long enough to be looked for."""

    rank: I64
    """Per unit, its place in keep order."""
    decided: Decided | None
    """What a person decided of the units; None: nothing."""
    text_of: I64
    """Per unit, its text, -1 for one that is too short; numbered in keep order, so that everywhere
    below the smaller number goes first."""
    unit_of: I64
    """Per text, its first unit."""

    def wanted(self) -> Bools:
        """Return which texts have several units, or one that a decision is about."""
        compared = self.text_of >= 0
        several = np.bincount(self.text_of[compared], minlength=len(self.unit_of)) > 1
        if self.decided:
            several[self.text_of[compared & self.decided.touched]] = True
        return several


def tell_apart(
    units: pa.Table, documents: pa.Table, settings: Settings, engine: Engine, work: Work
) -> Distinct:
    """Put the units in keep order, and give every distinct text of theirs a number."""
    order = keep_order(units, documents, settings)
    decided = None
    if settings.decisions:
        decided = decided_units(units, documents, order, settings.decisions)
        order = ahead(order, decided.this)
    order = work.keep(order)
    rank = work.array(len(order), np.int64)
    rank[order] = np.arange(len(order))
    compared = (numbers(units["own"]) >= settings.min_length)[order]
    high, low = numbers(units["hash_high"]), numbers(units["hash_low"])
    spaces = hash_spaces(high, low, compared, order)
    repeats = engine.group(first_of_equals, spaces, ["high", "low"], 2)
    by_rank, leaders = number_groups(repeats, compared)
    return Distinct(rank, decided, work.keep(by_rank[rank]), work.keep(order[leaders]))
