"""Join: all pairs at or above a threshold, exactly, instead of the candidates of signatures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists, numbers
from dedup.kernels.join import join_against, prefix_join

__all__ = [
    "PrefixIndex",
    "Queries",
    "few_pairs",
    "prefix_index",
    "prefix_pairs",
    "queries",
    "query_pairs",
    "told_apart",
]

COMMON = 0.05
"""Share of the sets drawn for an audit, beyond which an element of them is common: in a template
that a million rows fill in, the words of the template, which every row would be looked up by.
"""
LEAST_COMMON = 16
MOST = 32
"""Pairs of one query."""


@dataclass(frozen=True)
class PrefixIndex:
    """Sets as ranks of their elements' frequency, and which set holds which rank in its prefix."""

    values: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    order: npt.NDArray[np.int64]
    post_starts: npt.NDArray[np.int64]
    posts: npt.NDArray[np.int32]
    threshold: float


def prefix_index(sets: pa.Array, threshold: float) -> PrefixIndex:
    """Index the prefixes of all sets (large_list<uint64>) for the join at ``threshold``."""
    hashes, starts = lists(sets)
    hashes = hashes[starts[0] : starts[-1]]
    starts = starts - starts[0]
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    ranks = np.empty(len(counts), np.int32)
    ranks[np.argsort(counts, kind="stable")] = np.arange(len(counts), dtype=np.int32)
    sizes = np.diff(starts)
    # With its set above it, a rank is sorted within the set: one sort for all.
    holder = np.repeat(np.arange(len(sizes)) << 32, sizes)
    values = np.sort(holder | ranks[inverse.reshape(-1)]).astype(np.int32)
    order = np.argsort(sizes, kind="stable")
    prefix = np.where(sizes > 0, sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1, 0)
    prefix = np.minimum(prefix, sizes)[order]
    place = np.repeat(np.arange(len(order)), prefix)
    ends = np.cumsum(prefix)
    within = np.arange(len(place)) - np.repeat(ends - prefix, prefix)
    held = values[np.repeat(starts[:-1][order], prefix) + within]
    by_rank = np.argsort(held, kind="stable")
    post_starts = np.searchsorted(held[by_rank], np.arange(len(counts) + 1)).astype(np.int64)
    return PrefixIndex(
        values, starts, order, post_starts, place[by_rank].astype(np.int32), threshold
    )


def prefix_pairs(part: tuple[int, int], index: PrefixIndex) -> pa.Table:
    """Return the pairs ``a < b`` of the sets at places ``part`` with those of earlier places."""
    first, last = part
    seen = np.full(len(index.order), -1, np.int32)
    room = max(1 << 16, 2 * last)
    a, b = np.empty(room, np.int32), np.empty(room, np.int32)
    found = [pa.table({"a": a[:0], "b": b[:0]})]
    while first < last:
        written, first = prefix_join(
            index.values, index.starts, index.order, index.post_starts, index.posts,
            index.threshold, first, last, seen, a, b,
        )  # fmt: skip
        low, high = np.minimum(a, b)[:written], np.maximum(a, b)[:written]
        found.append(pa.table({"a": low, "b": high}))
    return pa.concat_tables(found)


@dataclass(frozen=True)
class Queries:
    """A few sets, with a table of their elements to look other sets' elements up in."""

    ids: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int32]
    sieve: npt.NDArray[np.uint8]
    table: npt.NDArray[np.uint64]
    slots: npt.NDArray[np.int32]
    post_starts: npt.NDArray[np.int64]
    posts: npt.NDArray[np.int32]


def told_apart(
    sets: pa.Array, threshold: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint64]]:
    """Return which sets their uncommon elements tell, and the common ones, ascending.

    Common is what more than ``COMMON`` of the sets have. What is near a set at ``threshold`` shares
    an element with it that is not common, unless so many of its own are.
    """
    elements, starts = lists(sets)
    elements, sizes = elements[starts[0] : starts[-1]], np.diff(starts)
    distinct, counts = np.unique(elements, return_counts=True)
    common = distinct[counts > max(LEAST_COMMON, COMMON * len(sizes))]
    held = _held(sizes, _among(elements, common))
    told: npt.NDArray[np.bool_] = held < threshold * sizes - 1e-9
    return told, common


def queries(
    sets: pa.Array,
    ids: npt.NDArray[np.int64],
    threshold: float,
    common: npt.NDArray[np.uint64] | None = None,
) -> Queries:
    """Prepare sets, called ``ids``, to be joined against all at ``threshold``.

    Elements that are ``common`` (ascending) are not looked up: that another set has them, too, is
    taken for granted, and the pairs that are found are those that may reach the threshold.
    """
    elements, starts = lists(sets)
    elements = elements[starts[0] : starts[-1]]
    sizes = np.diff(starts)
    holder = np.repeat(np.arange(len(ids), dtype=np.int32), sizes)
    if common is not None and len(common):
        skipped = _among(elements, common)
        elements, holder = elements[~skipped], holder[~skipped]
        # shared + skipped >= t (size + other - shared - skipped), solved for a size without them.
        sizes = np.floor(sizes - _held(sizes, skipped) * (1 + threshold) / threshold - 1e-9)
    by_element = np.argsort(elements, kind="stable")
    distinct, first = np.unique(elements[by_element], return_index=True)
    size = 1 << max(4, int(np.ceil(np.log2(max(1, len(distinct)) * 4))))
    table, slots = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    waiting = np.arange(len(distinct), dtype=np.int32)
    places = (distinct & np.uint64(size - 1)).astype(np.int64)
    while len(waiting):  # of those that come to a free place the first takes it, the others go on
        free = np.flatnonzero(table[places] == 0)
        taken, one = np.unique(places[free], return_index=True)
        settled = free[one]
        table[taken], slots[taken] = distinct[waiting[settled]], waiting[settled]
        waiting = np.delete(waiting, settled)
        places = (np.delete(places, settled) + 1) & (size - 1)
    sieve = np.zeros(1 << 20, bool)
    sieve[(distinct >> np.uint64(44)).astype(np.int64)] = True
    return Queries(
        ids,
        sizes.astype(np.int32),
        np.packbits(sieve, bitorder="little"),
        table,
        slots,
        np.append(first, len(elements)).astype(np.int64),
        holder[by_element],
    )


def query_pairs(
    sets: pa.Array,
    ids: npt.NDArray[np.int64],
    wanted: Queries,
    threshold: float,
    most: int = MOST,
) -> pa.Table:
    """Return the pairs ``a < b`` of the queries with sets that are called ``ids``, and the query.

    Of a query, with the first ``most`` at most: see ``few_pairs``.
    """
    values, starts = lists(sets)
    counts = np.zeros(len(wanted.ids), np.int32)
    room = 1 << 12
    while True:
        a, b = np.empty(room, np.int32), np.empty(room, np.int32)
        written = join_against(
            values, starts, wanted.sieve, wanted.table, wanted.slots,
            wanted.post_starts, wanted.posts, wanted.sizes, threshold, counts, a, b,
        )  # fmt: skip
        if written >= 0:
            break
        room = -written
    query, other = a[:written].astype(np.int64), ids[b[:written]]
    mine = wanted.ids[query]
    pairs = {"a": np.minimum(mine, other), "b": np.maximum(mine, other), "query": query}
    return few_pairs(pa.table(pairs).filter(pa.array(other != mine)), wanted, most)


def few_pairs(pairs: pa.Table, wanted: Queries, most: int = MOST) -> pa.Table:
    """Return of each query the pairs with the first ``most`` others, by their numbers.

    Of texts that all are near each other the pairs of one would be as many as there are texts.
    ``pairs`` is what ``query_pairs`` returns; of several parts of the sets, all of them.
    """
    query = numbers(pairs["query"])
    other = numbers(pairs["a"]) + numbers(pairs["b"]) - wanted.ids[query]
    order = np.lexsort((other, query))
    query = query[order]
    rank = np.arange(len(query)) - np.searchsorted(query, query)
    return pairs.take(pa.array(order[rank < most]))


def _among(elements: npt.NDArray[np.uint64], some: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Return which elements are among ``some``, ascending."""
    if not len(some):
        return np.zeros(len(elements), np.bool_)
    at = np.minimum(np.searchsorted(some, elements), len(some) - 1)
    found: npt.NDArray[np.bool_] = some[at] == elements
    return found


def _held(sizes: npt.NDArray[np.int64], marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return how many elements of each set are marked."""
    summed = np.concatenate([[0], np.cumsum(marked)])
    ends = np.cumsum(sizes)
    held: npt.NDArray[np.int64] = summed[ends] - summed[ends - sizes]
    return held
