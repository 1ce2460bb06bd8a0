"""Cuts text into words as jieba does: the most probable path, and an HMM for what it leaves single.

The path maximises the sum of the words' log probabilities over a dictionary held as a double-array
trie (``kernels/trie.py``). Runs of single characters that no dictionary word joins are then tagged
B, M, E or S by Viterbi's algorithm (L. R. Rabiner, "A tutorial on hidden Markov models", Proceedings
of the IEEE 77(2), 1989, section III.B), if wanted. Sums are made in jieba's order, so that ties
fall as they do there, to the last bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels import kernel

__all__ = ["Dictionary", "cut_span", "join_tokens"]

HAN_FIRST, HAN_LAST = 0x4E00, 0x9FD5
"""What jieba takes for a Han character; others are tokens of their own."""

_B, _M, _E, _S = 0, 1, 2, 3  # states of a character: begins, is inside, ends, or is a word


class Dictionary(NamedTuple):
    """A dictionary and an HMM as the kernels read them; ``dedup.dictionary.load`` makes one.

    A *slot* is a node of the trie; an *entry* is the slot of a word with a frequency above 0.
    """

    alphabet: npt.NDArray[np.uint16]
    """Per code point below its length, its code in the trie, or 0 where no word may hold it."""
    base: npt.NDArray[np.uint32]
    """Per slot: where its children are counted from, 0 if it has none."""
    check: npt.NDArray[np.uint32]
    """Per slot: its parent."""
    weight: npt.NDArray[np.float64]
    """Per slot: log probability of the word that ends here, or 1 where none does."""
    tag: npt.NDArray[np.uint16]
    """Per slot: index of the word's part of speech in ``tags``."""
    split: npt.NDArray[np.uint32]
    """Sorted slots of the words that the HMM must not make."""
    unknown: float
    """Log probability of a character that begins no word."""
    start: npt.NDArray[np.float64]
    """Log probabilities (4) of the first state, in the order B, M, E, S."""
    trans: npt.NDArray[np.float64]
    """Log probabilities (4 by 4) of one state after another, ``[before][after]``."""
    emit: npt.NDArray[np.float64]
    """Log probabilities of a Han character in a state, ``[character - HAN_FIRST][state]``."""
    tag_names: npt.NDArray[np.uint8]
    """The parts of speech, ASCII, parted by line feeds."""

    @property
    def tags(self) -> list[str]:
        """The parts of speech that ``tag`` counts; the first, ``x``, is that of unknown words."""
        return self.tag_names.tobytes().decode().split("\n")


@kernel
def _is_alphanumeric(c: int) -> bool:
    return 48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122


@kernel
def _slot(
    code: npt.NDArray[np.uint16],
    first: int,
    last: int,
    base: npt.NDArray[np.uint32],
    check: npt.NDArray[np.uint32],
) -> int:
    """Return the slot of the codes in ``first:last``, or -1 if no word begins with them."""
    slot = np.uint32(code[first])
    for i in range(first + 1, last):
        under = base[slot]
        place = under + code[i]
        if under == 0 or check[place] != slot:
            return -1
        slot = np.uint32(place)
    return np.int64(slot)


@kernel
def _entry(slot: int, weight: npt.NDArray[np.float64]) -> int:
    """Return ``slot`` if a word ends there, else -1."""
    return slot if slot >= 0 and weight[slot] <= 0.0 else -1


@kernel
def _holds(values: npt.NDArray[np.uint32], value: int) -> bool:
    """Say whether ``value`` is among sorted ``values``."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < len(values) and values[low] == value


@kernel
def _path(
    code: npt.NDArray[np.uint16],
    size: int,
    d: Dictionary,
    route: npt.NDArray[np.float64],
    ends: npt.NDArray[np.int64],
    nodes: npt.NDArray[np.int32],
    n: int,
) -> None:
    """Find, for each position of a block, the word that begins the best path from there.

    Its end, counted from the block's start, goes to ``ends[n + i]`` and its entry to
    ``nodes[n + i]``. Of two equal sums the longer word wins.
    """
    base, check, weight, unknown = d.base, d.check, d.weight, d.unknown
    route[size] = 0.0
    for i in range(size - 1, -1, -1):
        slot = np.uint32(code[i])
        j = i + 1
        best = unknown + route[j]
        end = j
        entry = np.int32(-1)
        own = weight[slot]
        if own <= 0.0:
            best = own + route[j]
            entry = np.int32(slot)
        under = base[slot]
        while under != 0 and j < size:
            place = under + code[j]
            if check[place] != slot:
                break
            slot = np.uint32(place)
            j += 1
            own = weight[slot]
            if own <= 0.0:
                total = own + route[j]
                # Without a word of one character, the longer ones have nothing to beat.
                if total >= best or entry < 0:
                    best = total
                    end = j
                    entry = np.int32(slot)
            under = base[slot]
        route[i] = best
        ends[n + i] = end
        nodes[n + i] = entry


@kernel
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

    A state has two possible predecessors. Of two equal sums the later letter wins, as in jieba,
    which compares pairs of sum and letter.
    """
    row = np.int64(cp[first]) - HAN_FIRST
    b, m = start[_B] + emit[row, _B], start[_M] + emit[row, _M]
    e, s = start[_E] + emit[row, _E], start[_S] + emit[row, _S]
    eb, sb = trans[_E, _B], trans[_S, _B]
    bm, mm = trans[_B, _M], trans[_M, _M]
    be, me = trans[_B, _E], trans[_M, _E]
    es, ss = trans[_E, _S], trans[_S, _S]
    for i in range(first + 1, last):
        row = np.int64(cp[i]) - HAN_FIRST
        emit_b, emit_m, emit_e, emit_s = emit[row, _B], emit[row, _M], emit[row, _E], emit[row, _S]
        b_e, b_s = e + eb + emit_b, s + sb + emit_b
        m_b, m_m = b + bm + emit_m, m + mm + emit_m
        e_b, e_m = b + be + emit_e, m + me + emit_e
        s_e, s_s = e + es + emit_s, s + ss + emit_s
        links = 0
        if b_s >= b_e:
            links |= 1
        if m_m >= m_b:
            links |= 2
        if e_m >= e_b:
            links |= 4
        if s_s >= s_e:
            links |= 8
        b, m, e, s = max(b_e, b_s), max(m_b, m_m), max(e_b, e_m), max(s_e, s_s)
        back[i - first] = links
    state = _S if s >= e else _E
    for i in range(last - first - 1, -1, -1):
        links = np.int64(back[i])
        back[i] = state
        second = (links >> state) & 1
        if state == _B or state == _S:
            state = _S if second else _E
        else:
            state = _M if second else _B


@kernel
def _recognise(
    cp: npt.NDArray[np.uint32],
    offset: int,
    first: int,
    last: int,
    d: Dictionary,
    code: npt.NDArray[np.uint16],
    back: npt.NDArray[np.uint8],
    ends: npt.NDArray[np.int64],
    nodes: npt.NDArray[np.int32],
    n: int,
) -> int:
    """Cut the single characters ``first:last`` of a block by the HMM; return the new ``n``."""
    base, check, weight, split = d.base, d.check, d.weight, d.split
    at = first
    while at < last:
        c = cp[offset + at]
        end = at + 1
        if HAN_FIRST <= c <= HAN_LAST:
            while end < last and HAN_FIRST <= cp[offset + end] <= HAN_LAST:
                end += 1
            _states(cp, offset + at, offset + end, d.start, d.trans, d.emit, back)
            begin = at
            for i in range(at, end):
                state = back[i - at]
                if state == _S:
                    begin = i
                if state == _E or state == _S:
                    slot = _slot(code, begin, i + 1, base, check)
                    if slot >= 0 and i > begin and len(split) > 0 and _holds(split, slot):
                        for k in range(begin, i):
                            ends[n] = offset + k + 1
                            nodes[n] = _entry(np.int64(code[k]), weight)
                            n += 1
                        slot = np.int64(code[i])
                    ends[n] = offset + i + 1
                    nodes[n] = _entry(slot, weight)
                    n += 1
                    begin = i + 1
        else:
            if _is_alphanumeric(c):
                while end < last and _is_alphanumeric(cp[offset + end]):
                    end += 1
                if end + 1 < last and cp[offset + end] == 46 and 48 <= cp[offset + end + 1] <= 57:
                    end += 2
                    while end < last and 48 <= cp[offset + end] <= 57:
                        end += 1
                if end < last and cp[offset + end] == 37:
                    end += 1
            else:
                while end < last and not (
                    _is_alphanumeric(cp[offset + end]) or HAN_FIRST <= cp[offset + end] <= HAN_LAST
                ):
                    end += 1
            ends[n] = offset + end
            nodes[n] = _entry(_slot(code, at, end, base, check), weight)
            n += 1
        at = end
    return n


@kernel
def cut_span(
    cp: npt.NDArray[np.uint32],
    start: int,
    stop: int,
    d: Dictionary,
    hmm: bool,
    route: npt.NDArray[np.float64],
    code: npt.NDArray[np.uint16],
    back: npt.NDArray[np.uint8],
    ends: npt.NDArray[np.int64],
    nodes: npt.NDArray[np.int32],
    n: int,
) -> int:
    """Cut ``cp[start:stop]`` into tokens, written from index ``n`` on; return the new ``n``.

    Parameters
    ----------
    cp
        Code points.
    d, hmm
        The dictionary, and whether to look for words it does not hold.
    route, code, back
        Scratch of at least ``stop - start + 1`` elements each.
    ends
        Filled: the end of each token, an index into ``cp``; the first begins at ``start``. Must
        have room for one token per character, ``n + stop - start``: it is scratch, too.
    nodes
        Filled: the entry of each token in ``d``, or -1 for what is no word of the dictionary. As
        long as ``ends``.
    n
        Tokens written before; they stay.
    """
    alphabet, base, check, weight = d.alphabet, d.base, d.check, d.weight
    at = start
    while at < stop:
        size = np.int64(0)
        while at + size < stop:
            c = cp[at + size]
            k = alphabet[c] if c < len(alphabet) else np.uint16(0)
            if k == 0:
                break
            code[size] = k
            size += 1
        if size == 0:
            end = at + 1
            if cp[at] == 13 and end < stop and cp[end] == 10:
                end += 1
            ends[n] = end
            nodes[n] = -1
            n += 1
            at = end
            continue

        # The path is written where the tokens will be: there are never more of them than
        # characters read, so none lands on a step that is still to be read.
        _path(code, size, d, route, ends, nodes, n)
        steps = n
        x = np.int64(0)  # a literal 0 would have the calls below compiled once more
        single = x  # where a run of single characters began
        while x <= size:
            y = ends[steps + x] if x < size else 0
            if y == x + 1 and (hmm or _is_alphanumeric(cp[at + x])):
                x = y
                continue
            entry = nodes[steps + x] if x < size else np.int32(-1)
            if x - single == 1:
                nodes[n] = nodes[steps + single]
                ends[n] = at + x
                n += 1
            elif x > single:
                slot = _slot(code, single, x, base, check)
                if not hmm:
                    ends[n] = at + x
                    nodes[n] = _entry(slot, weight)
                    n += 1
                elif _entry(slot, weight) >= 0:
                    # A word that the best path leaves apart is not looked for again.
                    for i in range(single, x):
                        nodes[n] = nodes[steps + i]
                        ends[n] = at + i + 1
                        n += 1
                else:
                    n = _recognise(cp, at, single, x, d, code, back, ends, nodes, n)
            if x == size:
                break
            ends[n] = at + y
            nodes[n] = entry
            n += 1
            single = x = y
        at += size
    return n


@kernel
def join_tokens(
    cp: npt.NDArray[np.uint32],
    ends: npt.NDArray[np.int64],
    n: int,
    separator: int,
    joined: npt.NDArray[np.uint32],
) -> None:
    """Copy ``cp`` to ``joined`` with a ``separator`` after each but the last of ``n`` tokens.

    The tokens begin at 0; ``joined`` has ``ends[n - 1] + n - 1`` elements.
    """
    begin = 0
    out = 0
    for i in range(n):
        end = ends[i]
        for k in range(begin, end):
            joined[out] = cp[k]
            out += 1
        if i < n - 1:
            joined[out] = separator
            out += 1
        begin = end
