"""The exact joins: every pair of sets at or above a Jaccard threshold, without signatures."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U8, U64
from dedup.kernels import kernel

__all__ = ["join_against", "prefix_join"]


@kernel
def prefix_join(
    values: I32,
    starts: I64,
    order: I64,
    post_starts: I64,
    posts: I32,
    threshold: float,
    first: int,
    last: int,
    seen: I32,
    a: I32,
    b: I32,
) -> tuple[int, int]:
    """Fill the pairs of sets ``order[first:last]`` with earlier ones; return ``(written, next)``.

    The prefix filter of Bayardo et al., "Scaling Up All Pairs Similarity Search" (2007): two sets
    of Jaccard ``t`` share an element of their first ``n - ceil(t n) + 1``, in any fixed order of
    elements, rarest first here; with the length filter, and the overlap cut short as soon as the
    rest cannot reach it. Stops before the first set for which ``a`` may be too short.

    Parameters
    ----------
    values : int32[:]
        Elements as ranks of their frequency, rarest 0; each set ascending.
    starts : int64[n + 1]
        Where each set starts.
    order : int64[n]
        Sets by size, ascending.
    post_starts, posts : int64[:], int32[:]
        For each rank the places in ``order`` of the sets that hold it in their prefix, ascending.
    threshold : float64
        Jaccard.
    first, last : int64
        The part of ``order`` to join.
    seen : int32[n]
        Scratch, all -1.
    a, b : int32[:]
        Filled with the pairs (sets, not places); which of the two is which is not said.
    """
    n = np.int64(0)
    for place in range(first, last):
        if n + place > len(a):
            return n, place
        x = order[place]
        begin, end = starts[x], starts[x + 1]
        size = end - begin
        prefix = size - np.int64(np.ceil(threshold * size - 1e-9)) + 1
        for p in range(begin, begin + min(prefix, size)):
            rank = values[p]
            for q in range(post_starts[rank], post_starts[rank + 1]):
                other = posts[q]
                if other >= place:
                    break
                if seen[other] == place:
                    continue
                seen[other] = place
                y = order[other]
                y_begin, y_end = starts[y], starts[y + 1]
                if y_end - y_begin + 1e-9 < threshold * size:
                    continue
                need = np.int64(
                    np.ceil(threshold / (1 + threshold) * (size + y_end - y_begin) - 1e-6)
                )
                i, j = begin, y_begin
                shared = np.int64(0)
                while i < end and j < y_end:
                    if shared + min(end - i, y_end - j) < need:
                        break
                    u, v = values[i], values[j]
                    shared += np.int64(u == v)
                    i += np.int64(u <= v)
                    j += np.int64(v <= u)
                if shared >= need:
                    a[n] = x
                    b[n] = y
                    n += 1
    return n, np.int64(last)


@kernel
def join_against(
    values: U64,
    starts: I64,
    sieve: U8,
    table: U64,
    slots: I32,
    post_starts: I64,
    posts: I32,
    sizes: I32,
    threshold: float,
    counts: I32,
    a: I32,
    b: I32,
) -> int:
    """Fill the pairs of a few query sets with all sets; return how many.

    Every element of every set is looked up once among those of the queries, so the cost is one
    pass over the sets. Stops early, with -1, where ``a`` and ``b`` are too short.

    Parameters
    ----------
    values, starts : uint64[:], int64[n + 1]
        The sets.
    sieve : uint8[2**17]
        Bit ``v >> 44`` is set for each element ``v`` of the queries: most others end here.
    table, slots : uint64[2**k], int32[2**k]
        Open addressing: element (0 is none) and its number.
    post_starts, posts : int64[:], int32[:]
        For each numbered element, the queries that hold it.
    sizes : int32[queries]
        Number of elements of each query.
    threshold : float64
        Jaccard.
    counts : int32[queries]
        Scratch, all 0.
    a, b : int32[:]
        Filled: query, set.
    """
    touched = np.empty(len(counts), np.int32)
    bits = np.uint64(len(table) - 1)
    n = np.int64(0)
    for x in range(len(starts) - 1):
        met = 0
        for p in range(starts[x], starts[x + 1]):
            value = values[p]
            high = value >> np.uint64(44)
            if sieve[high >> np.uint64(3)] >> np.uint8(high & np.uint64(7)) & np.uint8(1) == 0:
                continue
            place = value & bits
            while table[place] != np.uint64(0) and table[place] != value:
                place = (place + np.uint64(1)) & bits
            if table[place] == np.uint64(0):
                continue
            number = slots[place]
            for q in range(post_starts[number], post_starts[number + 1]):
                query = posts[q]
                if counts[query] == 0:
                    touched[met] = query
                    met += 1
                counts[query] += 1
        size = starts[x + 1] - starts[x]
        for i in range(met):
            query = touched[i]
            shared = counts[query]
            counts[query] = 0
            if shared >= threshold * (size + sizes[query] - shared) - 1e-9:
                if n < len(a):
                    a[n] = query
                    b[n] = x
                n += 1
    return n if n <= len(a) else np.int64(-n)
