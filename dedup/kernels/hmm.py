"""Looks for words in characters that the dictionary leaves single, by a hidden Markov model.

Characters are tagged B, M, E or S (a word's beginning, inside and end, or a word by itself) by
Viterbi's algorithm (L. R. Rabiner, "A tutorial on hidden Markov models", Proceedings of the IEEE
77(2), 1989, section III.B). Sums are made in jieba's order, so that ties fall as they do there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.kernels import inner
from dedup.kernels.dictionary import HAN_FIRST, HAN_LAST, entry_at, slot_of

__all__ = ["is_alphanumeric", "recognise"]

_B, _M, _E, _S = 0, 1, 2, 3
_DOT, _PERCENT, _ZERO, _NINE = 46, 37, 48, 57


@inner
def is_alphanumeric(c: int) -> bool:
    """Say whether a code point is an ASCII letter or digit."""
    return _ZERO <= c <= _NINE or 65 <= c <= 90 or 97 <= c <= 122


@inner
def _states(
    cp: npt.NDArray[np.uint32],
    first: int,
    last: int,
    start: npt.NDArray[np.float64],
    trans: npt.NDArray[np.float64],
    emit: npt.NDArray[np.float64],
    back: npt.NDArray[np.uint8],
) -> None:
    """Write the most probable states of the Han characters ``cp[first:last]`` to ``back[0:]``.

    A state has two possible predecessors: E or S before B and S, B or M before M and E. Of two
    equal sums the later letter wins, as in jieba, which compares pairs of sum and letter.
    """
    row = cp[first] - HAN_FIRST
    b, m = start[_B] + emit[row, _B], start[_M] + emit[row, _M]
    e, s = start[_E] + emit[row, _E], start[_S] + emit[row, _S]
    eb, sb, bm, mm = trans[_E, _B], trans[_S, _B], trans[_B, _M], trans[_M, _M]
    be, me, es, ss = trans[_B, _E], trans[_M, _E], trans[_E, _S], trans[_S, _S]
    for i in range(first + 1, last):
        row = cp[i] - HAN_FIRST
        b_e, b_s = e + eb + emit[row, _B], s + sb + emit[row, _B]
        m_b, m_m = b + bm + emit[row, _M], m + mm + emit[row, _M]
        e_b, e_m = b + be + emit[row, _E], m + me + emit[row, _E]
        s_e, s_s = e + es + emit[row, _S], s + ss + emit[row, _S]
        # A bit per state: whether it came from the later letter.
        links = 1 if b_s >= b_e else 0
        links |= 2 if m_m >= m_b else 0
        links |= 4 if e_m >= e_b else 0
        links |= 8 if s_s >= s_e else 0
        back[i - first] = links
        b, m, e, s = max(b_e, b_s), max(m_b, m_m), max(e_b, e_m), max(s_e, s_s)
    state = _S if s >= e else _E
    for i in range(last - first - 1, -1, -1):
        later = (back[i] >> state) & 1
        back[i] = state
        inner, outer = (_M, _S) if later else (_B, _E)
        state = inner if _M <= state <= _E else outer


@inner
def _must_split(slot: np.int64, split: npt.NDArray[np.uint32]) -> bool:
    low, high = 0, len(split)
    while low < high:
        middle = (low + high) // 2
        if split[middle] < slot:
            low = middle + 1
        else:
            high = middle
    return low < len(split) and split[low] == slot


@inner
def recognise(
    cp: npt.NDArray[np.uint32],
    offset: int,
    first: int,
    last: int,
    cell: npt.NDArray[np.uint64],
    split: npt.NDArray[np.uint32],
    start: npt.NDArray[np.float64],
    trans: npt.NDArray[np.float64],
    emit: npt.NDArray[np.float64],
    code: npt.NDArray[np.uint16],
    back: npt.NDArray[np.uint8],
    ends: npt.NDArray[np.int64],
    nodes: npt.NDArray[np.int32],
    n: int,
) -> int:
    """Cut the characters ``first:last`` of a block into words; return the new ``n``.

    Han characters by the HMM; ASCII letters and digits, with decimals and a percent sign, run
    together, and so do the other characters a block can hold. The block begins at ``cp[offset]``
    and its codes at ``code[0]``; ``back`` is scratch of one element per character; ``ends`` and
    ``nodes`` are filled from ``n`` on, see ``cut_span``.
    """
    at = first
    while at < last:
        c = cp[offset + at]
        end = at + 1
        if HAN_FIRST <= c <= HAN_LAST:
            while end < last and HAN_FIRST <= cp[offset + end] <= HAN_LAST:
                end += 1
            _states(cp, offset + at, offset + end, start, trans, emit, back)
            begin = at
            for i in range(at, end):
                if back[i - at] < _E:  # the word goes on; a path ends in E or S
                    continue
                slot = slot_of(code, begin, i + 1, cell)
                if slot >= 0 and len(split) > 0 and _must_split(slot, split):
                    for k in range(begin, i):
                        ends[n] = offset + k + 1
                        nodes[n] = entry_at(np.int64(code[k]), cell)
                        n += 1
                    slot = np.int64(code[i])
                ends[n] = offset + i + 1
                nodes[n] = entry_at(slot, cell)
                n += 1
                begin = i + 1
        else:
            if is_alphanumeric(c):
                while end < last and is_alphanumeric(cp[offset + end]):
                    end += 1
                if end + 1 < last and cp[offset + end] == _DOT:
                    decimals = end + 1
                    while decimals < last and _ZERO <= cp[offset + decimals] <= _NINE:
                        decimals += 1
                    end = decimals if decimals > end + 1 else end
                if end < last and cp[offset + end] == _PERCENT:
                    end += 1
            else:
                while end < last and not (
                    is_alphanumeric(cp[offset + end]) or HAN_FIRST <= cp[offset + end] <= HAN_LAST
                ):
                    end += 1
            ends[n] = offset + end
            nodes[n] = entry_at(slot_of(code, at, end, cell), cell)
            n += 1
        at = end
    return n
