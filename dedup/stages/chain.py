"""Chain: of units of several years, from which earlier one each most likely has its text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dedup.columns import I32, I64, Array, numbers
from dedup.dates import before

__all__ = ["chains"]

_LEAST_DAYS = 3
"""Days of a chain; two are told by the origin."""


def chains(group: I64, node: I64, first: I32, last: I32, edges: pa.Table) -> pa.Table:
    """Say of each dated unit which earlier one it most likely has its text from.

    That is the most similar one of an earlier day, in another document of the same group; of
    several the latest; of those, the first. Groups of fewer than three days make no chain.

    Parameters
    ----------
    group
        Per unit, its group; equal ones side by side.
    node
        Per unit, the number that its text has in ``edges``; units of one number are equal.
    first, last
        Per unit, the days between which its document is dated, as in ``dates``; 0: undated.
    edges
        ``records.EDGES``: how similar the texts are that are not equal.

    Returns
    -------
    pa.Table
        ``group``, ``row`` and ``source`` (numbers of units; -1: no earlier one is similar) and
        ``similarity`` (null without a source), sorted by group and day.
    """
    new = np.append(True, group[1:] != group[:-1])[: len(group)]
    sizes = np.diff(np.append(np.flatnonzero(new), len(group)))
    dated = np.flatnonzero((first > 0) & (np.repeat(sizes, sizes) >= _LEAST_DAYS))
    # Both sorts find most of their work done: units come group by group.
    order = dated[np.argsort(group[dated] * 10**8 + first[dated], kind="stable")]
    new = np.append(True, np.diff(group[order]) != 0)[: len(order)]
    days = new | np.append(True, np.diff(first[order]) != 0)[: len(order)]
    holder = np.cumsum(new) - 1
    order = order[np.bincount(holder[days], minlength=1)[holder] >= _LEAST_DAYS]
    source, similarity = _sources(group[order], node[order], first[order], last[order], edges)
    return pa.table(
        {
            "group": pa.array(group[order]),
            "row": pa.array(order),
            "source": pa.array(np.where(source >= 0, np.append(order, -1)[source], -1)),
            "similarity": pa.array(similarity, mask=source < 0),
        }
    )


def _sources(group: I64, node: I64, first: I32, last: I32, edges: pa.Table) -> tuple[I64, Array]:
    """Return the unit that each unit most likely comes from (-1: none), and how similar it is."""
    # Units of one text and one date have the same sources: each such kind is looked up once.
    nodes, of = np.unique(node, return_inverse=True)
    holder = np.empty(len(nodes), np.int64)
    holder[of] = group
    by_text = np.argsort(of, kind="stable")
    keys = np.stack([of, first, last])[:, by_text]
    new = np.append(True, (np.diff(keys) != 0).any(0))[: len(of)]
    kind = np.empty(len(of), np.int64)
    kind[by_text] = np.cumsum(new) - 1
    text, first, last = keys[:, new]
    unit = by_text[new]  # the first of each kind
    key = text * 10**8 + first

    def latest(texts: I64, later: I64) -> I64:
        """Return the last kind of each of some texts that is before another kind; -1: none."""
        found = np.searchsorted(key, texts * 10**8 + first[later], "left") - 1
        while True:
            there = (found >= 0) & (text[found] == texts)
            wrong = there & ~before(first[found], last[found], first[later], last[later])
            if not wrong.any():
                result: I64 = np.where(there, found, -1)
                return result
            found[wrong] -= 1

    source = latest(text, np.arange(len(text)))
    similarity = np.where(source >= 0, 1.0, 0.0)

    # What has no equal before it is held against the texts that are near it.
    waiting = np.flatnonzero(source < 0)  # ascending, so sorted by text
    a, b = (_numbered(numbers(edges[name]), nodes) for name in ("a", "b"))
    known = np.flatnonzero((a >= 0) & (b >= 0))
    known = known[holder[a[known]] == holder[b[known]]]
    near = np.tile(numbers(edges["similarity"])[known], 2)
    other, mine = np.append(a[known], b[known]), np.append(b[known], a[known])
    begin = np.searchsorted(text[waiting], mine, "left")
    count = np.searchsorted(text[waiting], mine, "right") - begin
    pair = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    later = waiting[begin[pair] + place]
    found = latest(other[pair], later)
    pair, later, found = pair[found >= 0], later[found >= 0], found[found >= 0]
    best = np.lexsort((-unit[found], first[found], near[pair], later))
    source[later[best]] = found[best]  # the last written, the most similar and latest, stays
    similarity[later[best]] = near[pair][best]
    return np.where(source >= 0, np.append(unit, -1)[source], -1)[kind], similarity[kind]


def _numbered(values: I64, nodes: I64) -> I64:
    """Return the place of each value in ``nodes``, which ascend; -1 if it is not there."""
    if not len(nodes):
        return np.full(len(values), -1, np.int64)
    at = np.minimum(np.searchsorted(nodes, values), len(nodes) - 1)
    return np.where(nodes[at] == values, at, -1)
