"""Texts aligned to the first of their group, piece by piece, and where they differ from it."""

from __future__ import annotations

import numpy as np

from dedup.columns import I32, I64, U8, U64
from dedup.kernels import inner, kernel

__all__ = ["OPENING", "align_groups"]

OPENING = 7
"""What it costs to begin a difference: a lone 的 between two differences is part of one."""
_NEVER = -(1 << 29)
_NUMBER, _ORGANISATION = 1, 4
# Of a piece in a slot, beside bits 1 and 2: some text has another, and a slot of its own begins.
_OTHERS, _CUT = 4, 8
# Of a cell, how a difference came to it; beside that bit 1: a pair here follows a pair.
_UP, _LEFT, _UP_BEGUN, _LEFT_BEGUN = 0, 2, 4, 6


@inner
def _table(
    hashes: U64, weights: I32, a: int, n: int, b: int, m: int, whole: bool,
    same: I32, other: I32, cells: U8,
) -> tuple[int, int, bool]:  # fmt: skip
    """Fill the table of pieces ``a`` to ``a + n`` by ``b`` to ``b + m``, and return where to end.

    ``same[j]`` is the most that an alignment weighs whose last two pieces are a pair, ``other[j]``
    of one that ends in a difference, less ``OPENING`` for each difference: Gotoh, "An improved
    algorithm for matching biological sequences" (1982), with gaps in both texts as one. The end is
    the last cell if ``whole``, else the best of the last row and column; True if it is a pair.
    """
    width = m + 1
    best, best_i, best_j, best_same = np.int64(2 * _NEVER), n, m, False
    for j in range(m + 1):
        same[j] = other[j] = _NEVER
    for i in range(n + 1):
        diagonal_same = diagonal_other = left_same = left_other = np.int32(_NEVER)
        for j in range(m + 1):
            up_same, up_other = same[j], other[j]
            here_same = np.int32(_NEVER)
            cell = np.int64(0)
            if i == 0 and j == 0:
                here_same = np.int32(0)
            elif i > 0 and j > 0 and hashes[a + i - 1] == hashes[b + j - 1]:
                cell = np.int64(diagonal_same > diagonal_other)
                here_same = diagonal_same if diagonal_same > diagonal_other else diagonal_other
                here_same += weights[a + i - 1]
            here_other = up_other
            if left_other > here_other:
                here_other = left_other
                cell = cell & 1 | _LEFT
            if up_same - OPENING > here_other:
                here_other = np.int32(up_same - OPENING)
                cell = cell & 1 | _UP_BEGUN
            if left_same - OPENING > here_other:
                here_other = np.int32(left_same - OPENING)
                cell = cell & 1 | _LEFT_BEGUN
            cells[i * width + j] = cell
            diagonal_same, diagonal_other = up_same, up_other
            same[j], other[j] = here_same, here_other
            left_same, left_other = here_same, here_other
            if not whole and (i == n or j == m) and max(here_same, here_other) > best:
                best, best_i, best_j = np.int64(max(here_same, here_other)), i, j
                best_same = here_same > here_other
    if whole:
        return n, m, same[m] > other[m]
    return best_i, best_j, best_same


@inner
def _trace(
    matched: I32, row: int, a: int, i: int, b: int, j: int, width: int, in_same: bool, cells: U8
) -> None:
    """Follow the table back from cell ``i``, ``j``; ``matched[row + k]`` is of the k-th piece."""
    while i > 0 or j > 0:
        cell = np.int64(cells[i * width + j])
        if in_same:
            i -= 1
            j -= 1
            matched[row + a + i] = b + j
            in_same = cell & 1 != 0
        else:
            way = cell & 6
            in_same = way >= _UP_BEGUN
            if way in (_UP, _UP_BEGUN):
                i -= 1
            else:
                j -= 1


@inner
def _align(
    hashes: U64, weights: I32, first_a: int, size_a: int, first_b: int, size_b: int,
    matched: I32, row: int, window: int, same: I32, other: I32, cells: U8,
) -> None:  # fmt: skip
    """Fill ``matched[row:row + size_a]`` with the piece of b that stands for each of a, or -1.

    What both begin and end with is a pair in some best alignment and goes first. What is left is
    aligned whole, if it is no longer than the window; else the first window of it, of which the
    first three quarters stay and the rest is aligned again.
    """
    for k in range(size_a):
        matched[row + k] = -1
    while (
        size_a > 0 and size_b > 0 and hashes[first_a + size_a - 1] == hashes[first_b + size_b - 1]
    ):
        size_a -= 1
        size_b -= 1
        matched[row + size_a] = size_b
    a = b = np.int64(0)
    while a < size_a and b < size_b:
        if hashes[first_a + a] == hashes[first_b + b]:
            matched[row + a] = b
            a += 1
            b += 1
            continue
        n = window if size_a - a > window else size_a - a
        m = window if size_b - b > window else size_b - b
        whole = n == size_a - a and m == size_b - b
        i, j, in_same = _table(
            hashes, weights, first_a + a, n, first_b + b, m, whole, same, other, cells
        )
        _trace(matched, row, a, i, b, j, m + 1, in_same, cells)
        if whole:
            return
        # The last pair, and the last of the first three quarters, if they are far enough along.
        last, kept = np.int64(-1), np.int64(-1)
        for k in range(i):
            along = max(k, matched[row + a + k] - b)
            if matched[row + a + k] >= 0 and 4 * along >= window:
                last = k
                if 4 * along < 3 * window:
                    kept = k
        kept = kept if kept >= 0 else last
        for k in range(kept + 1, i):
            matched[row + a + k] = -1
        if kept < 0:
            return
        a, b = a + kept + 1, np.int64(matched[row + a + kept]) + 1


@inner
def _part(
    hashes: U64, kinds: U8, piece_starts: I64, rows: I64, matched: I32, first: int, last: int,
    start: int, stop: int, n: int, differs: U8,
) -> int:  # fmt: skip
    """Part a slot where texts ``first`` to ``last`` hold the same kinds in the same order.

    Then the pieces of each text stand for those of the first one, in ``matched``, and those at
    which another kind begins are marked in ``differs``. Returned is how many those are.
    """
    base = piece_starts[first] + start
    size = stop - start
    cuts = np.int64(0)
    for p in range(size):
        if kinds[base + p] < _NUMBER or kinds[base + p] > _ORGANISATION:
            return 0
        cuts += p > 0 and kinds[base + p] != kinds[base + p - 1]
    if cuts == 0:
        return 0
    for t in range(first + 1, last):
        low = matched[rows[t] + start - 1] + 1 if start > 0 else 0
        high = matched[rows[t] + stop] if stop < n else piece_starts[t + 1] - piece_starts[t]
        if high - low != size:
            return 0
        for p in range(size):
            if kinds[piece_starts[t] + low + p] != kinds[base + p]:
                return 0
    for t in range(first + 1, last):
        low = matched[rows[t] + start - 1] + 1 if start > 0 else 0
        for p in range(size):
            matched[rows[t] + start + p] = low + p
            if hashes[piece_starts[t] + low + p] != hashes[base + p]:
                differs[start + p] |= _OTHERS
    # What is the same in all texts would be no slot.
    other = False
    for p in range(size):
        other = other or differs[start + p] & _OTHERS != 0
        if p + 1 == size or kinds[base + p] != kinds[base + p + 1]:
            if not other:
                return 0
            other = False
    for p in range(1, size):
        if kinds[base + p] != kinds[base + p - 1]:
            differs[start + p] |= _CUT
    return cuts


@kernel
def align_groups(
    hashes: U64,
    kinds: U8,
    weights: I32,
    piece_starts: I64,
    group_starts: I64,
    rows: I64,
    window: int,
    same: I32,
    other: I32,
    cells: U8,
    differs: U8,
    matched: I32,
    slot_starts: I64,
    slot_begin: I32,
    slot_end: I32,
) -> None:
    """Align the texts of every group to the first, and fill where any differs from it.

    Parameters
    ----------
    hashes, kinds, weights, piece_starts : uint64[:], uint8[:], int32[:], int64[t + 1]
        Pieces of each text, see ``cut_pieces``.
    group_starts : int64[g + 1]
        Where each group's texts begin.
    rows : int64[t]
        Where the row of each text begins in ``matched``.
    window : int
        Most pieces of a text that are aligned at once.
    same, other, cells : int32[window + 1] twice, uint8[(window + 1) ** 2]
        Scratch.
    differs : uint8[:]
        Scratch: two more than pieces of the longest text.
    matched : int32[:]
        Filled, a row for each text: per piece of the group's first text, the piece that stands for
        it, counted from the text's first; -1 if none does.
    slot_starts : int64[g + 1]
        Filled: where each group's slots begin.
    slot_begin, slot_end : int32[:]
        Filled: the pieces of the first text that each slot takes the place of, none if all texts
        but some have nothing there. Room for one more per group than its first text has pieces.
        Where all texts have the same kinds in the same order, each of them has a slot of its own.
    """
    slot_starts[0] = 0
    s = np.int64(0)
    for group in range(len(group_starts) - 1):
        first = group_starts[group]
        begin = piece_starts[first]
        n = piece_starts[first + 1] - begin
        # Bits: 1, the piece differs in some text; 2, something stands before it in some.
        for k in range(n + 1):
            differs[k] = 0
        for k in range(n):
            matched[rows[first] + k] = k
        for t in range(first + 1, group_starts[group + 1]):
            other_begin = piece_starts[t]
            m = piece_starts[t + 1] - other_begin
            row = rows[t]
            _align(
                hashes, weights, begin, n, other_begin, m,
                matched, row, window, same, other, cells,
            )  # fmt: skip
            before = np.int64(-1)
            for k in range(n + 1):
                here = np.int64(matched[row + k]) if k < n else m
                if here < 0:
                    differs[k] |= 1
                if here != before + 1:
                    differs[k] |= 2
                before = here
        base = s
        k = np.int64(0)
        while k <= n:
            inside = k < n and differs[k] & 1
            between = differs[k] & 2 and not inside and (k == 0 or not differs[k - 1] & 1)
            if not inside and not between:
                k += 1
                continue
            start = k
            while k < n and differs[k] & 1:
                k += 1
            held = np.int64(0)
            if s > base:
                for p in range(slot_end[s - 1], start):
                    held += weights[begin + p]
            if s > base and held < OPENING:
                slot_end[s - 1] = k
            else:
                slot_begin[s], slot_end[s] = start, k
                s += 1
            k += np.int64(k == start)
        found, cuts = s, np.int64(0)
        for slot in range(base, found):
            cuts += _part(
                hashes, kinds, piece_starts, rows, matched, first, group_starts[group + 1],
                np.int64(slot_begin[slot]), np.int64(slot_end[slot]), n, differs,
            )  # fmt: skip
        s = w = found + cuts
        # From the last one on: slots move behind those that are parted before them.
        for slot in range(found - 1, base - 1, -1):
            start, stop = slot_begin[slot], slot_end[slot]
            for k in range(stop - 1, start, -1):
                if differs[k] & _CUT:
                    w -= 1
                    slot_begin[w], slot_end[w] = k, stop
                    stop = np.int32(k)
            w -= 1
            slot_begin[w], slot_end[w] = start, stop
        slot_starts[group + 1] = s
