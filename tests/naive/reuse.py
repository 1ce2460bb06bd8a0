"""Which share of a set's members another set has, too: asked of each member."""

from __future__ import annotations

from collections.abc import Sequence


def shares_elsewhere(sets: Sequence[set[int]]) -> list[float]:
    shares = []
    for number, mine in enumerate(sets):
        others = set().union(*sets[:number], *sets[number + 1 :])
        shares.append(len(mine & others) / len(mine) if mine else 1.0)
    return shares
