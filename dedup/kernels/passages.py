"""Passages: what grows from two equal seeds, an alignment that ends where the texts part.

Texts are islands of characters in one array: units of a document that follow each other, and what
is not laid out is between islands. Characters are told apart, and need not be code points. Of two
places the later one is ``p``, the earlier one ``q``.
"""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U16, Bools
from dedup.kernels import inner, kernel

__all__ = ["COLUMNS", "GAP", "PAIRS", "grow"]

COLUMNS = ("p", "p_end", "q", "q_end", "matched")
"""Of a passage: two spans, and how many characters the alignment has equal."""
PAIRS = ("p", "q", "unit_p", "unit_q", "island_p", "island_q", "document")
"""Of two seeds that meet: their places, units and islands, and the document of the later one."""
RUN_WIDE, RUN_NARROW = 12, 36
"""Equal characters in a row around the seeds that something grows from; see ``seeds.WIDE``."""
EDGE_WIDE, EDGE_NARROW = 8, 24
"""Equal characters that an end needs beyond the break of a unit, to reach beyond it."""
GAP = 20
"""Characters of either text that are skipped at most, to where three in a row are equal again."""
LOSS = 40
"""An end is given up where it is worth so much less than what came before it.

An equal character is worth 2, a skipped one costs 1: what stays is at least a third equal, and
what follows a gap is worth more than the gap.
"""
RECENT = 64
FAR = 1 << 30
TRIPLE = (1 << 63) - 1
SPREAD = 0x9E3779B97F4A7C1
BITS = 8


@inner
def _linked(a: int, b: int, groups: I32) -> bool:
    """Say whether two units are in one group of some kind, so that their likeness is told."""
    if a == b:
        return False
    for kind in range(groups.shape[1]):
        if groups[a, kind] >= 0 and groups[a, kind] == groups[b, kind]:
            return True
    return False


@inner
def _triples(text: U16, at: int, step: int, count: int, out: I64) -> None:
    """Pack three code points into one number at each of ``count`` places from ``at`` on."""
    triple = np.int64(text[at]) << 21 | np.int64(text[at + step])
    for k in range(count):
        triple = (triple << 21 | np.int64(text[at + step * (k + 2)])) & TRIPLE
        out[k] = triple


@inner
def _resume(text: U16, i: int, j: int, left_i: int, left_j: int, step: int, scratch: I64) -> int:
    """Return the fewest characters to skip in both texts until three in a row are equal.

    As ``skipped in i * 256 + skipped in j``; FAR if there is nothing. Of equally many the most
    even, then the fewest of ``i``.
    """
    count_i, count_j = min(GAP, left_i - 2), min(GAP, left_j - 2)
    if count_i <= 0 or count_j <= 0:
        return FAR
    _triples(text, i, step, count_i, scratch[0])
    _triples(text, j, step, count_j, scratch[1])
    for k in range(BITS):
        scratch[2, k] = 0
    for b in range(count_j):  # which triples there may be at all: most there are not
        bit = scratch[1, b] * SPREAD >> 56
        scratch[2, bit >> 5 & 7] |= 1 << (bit & 31)
    best = found = FAR
    for a in range(count_i):
        if best >> 8 <= a:
            break
        triple = scratch[0, a]
        bit = triple * SPREAD >> 56
        if scratch[2, bit >> 5 & 7] >> (bit & 31) & 1:
            for b in range(count_j):
                if scratch[1, b] == triple:
                    cost = (a + b) << 8 | abs(a - b)
                    if cost < best:
                        best, found = cost, a << 8 | b
    return found


@inner
def _reach(
    text: U16,
    p: int,
    q: int,
    p_end: int,
    q_end: int,
    p_open: bool,
    q_open: bool,
    step: int,
    unit_p: int,
    unit_q: int,
    unit_start: I64,
    groups: I32,
    edge: int,
    scratch: I64,
) -> tuple[int, int, int, bool]:
    """Align from ``p`` and ``q`` on, forward or backward.

    Return both ends, how many are equal, and whether this came so near to an end of an island that
    is ``open``, for its document goes on there, that it might have gone on otherwise.

    The alignment stops at the breaks before two units that are linked, and goes back to the last
    break if less than ``edge`` characters beyond it are equal.
    """
    off = 0 if step > 0 else -1
    best_p, best_q, best_matched, best = p, q, 0, 0
    break_p, break_q, break_matched = p, q, -FAR
    matched = score = 0
    p_wall, q_wall = p_end, q_end
    near = False
    while True:
        near |= p_open and (p_wall - p) * step < GAP + 2
        near |= q_open and (q_wall - q) * step < GAP + 2
        last_p, last_q, begun = p, q, matched
        if matched > 0:
            skip = _resume(
                text, p + off, q + off, (p_end - p) * step, (q_end - q) * step, step, scratch
            )
            score -= (skip >> 8) + (skip & 255)
            if skip == FAR or score + 6 < best - LOSS:
                break
            p += step * (skip >> 8)
            q += step * (skip & 255)
        while (p_end - p) * step > 0 and (q_end - q) * step > 0 and text[p + off] == text[q + off]:
            crossed = False
            while not unit_start[unit_p] <= p + off < unit_start[unit_p + 1]:
                unit_p += step
                crossed = True
            while not unit_start[unit_q] <= q + off < unit_start[unit_q + 1]:
                unit_q += step
                crossed = True
            if crossed:
                if matched - break_matched >= edge:
                    break_p, break_q = (p, q) if matched > begun else (last_p, last_q)
                    break_matched = matched
                if _linked(unit_p, unit_q, groups):
                    p_end = p
                    break
            p += step
            q += step
            matched += 1
            score += 2
        if matched == begun:
            break
        if score >= best:
            best, best_p, best_q, best_matched = score, p, q, matched
    if 0 < best_matched - break_matched < edge:
        return break_p, break_q, break_matched, near
    return best_p, best_q, best_matched, near


@kernel
def grow(
    text: U16,
    bounds: I64,
    open_: Bools,
    unit_start: I64,
    narrow: Bools,
    groups: I32,
    pairs: I64,
    low: int,
    least: int,
    out: I64,
    beyond: Bools,
) -> tuple[int, int]:
    """Grow passages from pairs ``low`` and following; return how many, and the pair to go on with.

    Parameters
    ----------
    text : uint16[n]
    bounds : int64[i + 1]
        Where each island starts.
    open_ : bool[i, 2]
        Whether the document goes on before and behind it.
    unit_start : int64[u + 1]
        Units that are not laid out are empty.
    narrow : bool[u]
    groups : int32[u, k]
        Per unit and kind of group, its group, -1 for none; units of one group are not compared.
    pairs : int64[m, 7]
        ``PAIRS``, by ``p`` and ``q``, of units that are in no group together.
    least : int64
        Equal characters that a passage needs; three times as many in alphabetic text.
    out : int64[:, 5]
        Filled with ``COLUMNS``. If there is no room left for all of a document, its first pair is
        returned, to go on with.
    beyond : bool[m]
        Set where what grows from a pair might go beyond the islands.
    """
    n = done = 0
    first = low
    current = np.int64(-1)
    recent = np.empty((RECENT, 4), np.int64)
    scratch = np.empty((3, GAP), np.int64)
    held = 0
    for pair in range(low, len(pairs)):
        p, q, unit_p, unit_q = pairs[pair, 0], pairs[pair, 1], pairs[pair, 2], pairs[pair, 3]
        here, there, d = pairs[pair, 4], pairs[pair, 5], pairs[pair, 6]
        if d != current:
            current, held, first, done = d, 0, pair, n
        run = RUN_NARROW if narrow[unit_p] else RUN_WIDE
        edge = EDGE_NARROW if narrow[unit_p] else EDGE_WIDE
        known = False
        for r in range(held):
            if recent[r, 0] <= p < recent[r, 1] and recent[r, 2] <= q < recent[r, 3]:
                known = True
                break
        if known:
            continue
        same = here == there
        q_last = p if same else bounds[there + 1]
        i = 0
        while p + i < bounds[here + 1] and q + i < q_last and text[p + i] == text[q + i]:
            i += 1
        j = 0
        while (
            i + j < run
            and p - j > (q + i if same else bounds[here])
            and q - j > bounds[there]
            and text[p - j - 1] == text[q - j - 1]
        ):
            j += 1
        if i + j < run:
            continue
        matched = 0
        p_begin, q_begin, p_end, q_end = p, q, p, q
        for step in (1, -1):  # one call, for it is compiled once for each
            ahead = step > 0
            side = 1 if ahead else 0
            p_limit = bounds[here + 1] if ahead else q_end if same else bounds[here]
            q_limit = q_last if ahead else bounds[there]
            reached_p, reached_q, equal, near = _reach(
                text, p, q, p_limit, q_limit,
                open_[here, side] and (ahead or not same),
                open_[there, side] and not (ahead and same),
                step, unit_p, unit_q, unit_start, groups, edge, scratch,
            )  # fmt: skip
            matched += equal
            beyond[pair] |= near
            if ahead:
                p_end, q_end = reached_p, reached_q
            else:
                p_begin, q_begin = reached_p, reached_q
        slot = held
        if held == RECENT:  # what ends first is missed least, for places only grow
            slot = 0
            for r in range(1, RECENT):
                if recent[r, 1] < recent[slot, 1]:
                    slot = r
        else:
            held += 1
        recent[slot, 0], recent[slot, 1], recent[slot, 2], recent[slot, 3] = (
            p_begin, p_end, q_begin, q_end,
        )  # fmt: skip
        if matched < (3 * least if narrow[unit_p] else least):
            continue
        if n == len(out):
            return done, first
        out[n, 0], out[n, 1], out[n, 2], out[n, 3] = p_begin, p_end, q_begin, q_end
        out[n, 4] = matched
        n += 1
    return n, len(pairs)
