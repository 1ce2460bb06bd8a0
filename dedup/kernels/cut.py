"""Cuts text into words as jieba does: along the most probable path, then by an HMM what is single.

The path maximises the sum of the words' log probabilities over a dictionary held as a trie. Sums
are made in jieba's order, so that ties fall as they do there, to the last bit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.kernels import inner, kernel
from dedup.kernels.dictionary import (
    BASE_MASK,
    BASE_SHIFT,
    WEIGHT_SHIFT,
    Dictionary,
    entry_at,
    slot_of,
)
from dedup.kernels.hmm import is_alphanumeric, recognise

__all__ = ["Dictionary", "cut_span", "join_tokens"]


@inner
def _path(
    code: npt.NDArray[np.uint16],
    size: int,
    cell: npt.NDArray[np.uint64],
    weight: npt.NDArray[np.float64],
    unknown: float,
    route: npt.NDArray[np.float64],
    ends: npt.NDArray[np.int64],
    nodes: npt.NDArray[np.int32],
    n: int,
) -> None:
    """Find, for each position of a block, the word that begins the best path from there.

    Its end, counted from the block's start, goes to ``ends[n + i]`` and its entry to
    ``nodes[n + i]``. Of two equal sums the longer word wins.
    """
    # No slot has a child by code 0, so no walk leaves the block.
    code[size] = code[size + 1] = 0
    route[size] = route[size + 1] = 0.0
    second = np.uint16(0)
    for i in range(size - 1, -1, -1):
        # Whether two characters begin a word is a toss-up, and a branch on it a missed guess
        # every other time; so that step is made in any case, to a cell of no word if need be.
        single = np.uint64(code[i])
        here = cell[single]
        alone = weight[here >> WEIGHT_SHIFT] + route[i + 1]
        under = (here >> BASE_SHIFT) & BASE_MASK
        entry = under + second
        here = cell[entry]
        here = here if under != 0 and np.uint16(here) == second else np.uint64(0)
        best = weight[here >> WEIGHT_SHIFT] + route[i + 2]
        under = (here >> BASE_SHIFT) & BASE_MASK
        j = i + 2
        end = j
        while under != 0:
            place = under + code[j]
            here = cell[place]
            if np.uint16(here) != code[j]:
                break
            j += 1
            total = weight[here >> WEIGHT_SHIFT] + route[j]
            longer = total >= best
            best = total if longer else best
            end = j if longer else end
            entry = place if longer else entry
            under = (here >> BASE_SHIFT) & BASE_MASK
        longer = best >= alone
        best = best if longer else alone
        ends[n + i] = end if longer else i + 1
        nodes[n + i] = entry if longer else single
        if best == -np.inf:
            best = unknown + route[i + 1]
            ends[n + i] = i + 1
            nodes[n + i] = -1
        route[i] = best
        second = code[i]


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
        Scratch of at least ``stop - start + 2`` elements each.
    ends
        Filled: the end of each token, an index into ``cp``; the first begins at ``start``. Must
        have room for one token per character, ``n + stop - start``: it is scratch, too.
    nodes
        Filled: the entry of each token in ``d``, or -1 for what is no word of the dictionary. As
        long as ``ends``.
    n
        Tokens written before; they stay.
    """
    # Taken out here: each call that is given the whole of ``d`` counts references to all of it.
    alphabet, cell, weight, unknown = d.alphabet, d.cell, d.weight, d.unknown
    split, first, trans, emit = d.split, d.start, d.trans, d.emit
    zero = start - start  # a literal 0 would have the callees compiled once more, for itself
    at = start
    while at < stop:
        size = zero
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
        _path(code, size, cell, weight, unknown, route, ends, nodes, n)
        steps = n
        x = zero
        single = zero  # where a run of single characters began
        while x <= size:
            y = ends[steps + x] if x < size else x
            if y == x + 1 and (hmm or is_alphanumeric(cp[at + x])):
                x = y
                continue
            entry = nodes[steps + x] if x < size else np.int32(-1)
            if x - single == 1:
                nodes[n] = nodes[steps + single]
                ends[n] = at + x
                n += 1
            elif x > single:
                joined = entry_at(slot_of(code, single, x, cell), cell)
                if not hmm:  # a run of letters and digits
                    nodes[n] = joined
                    ends[n] = at + x
                    n += 1
                elif joined < 0:
                    n = recognise(
                        cp, at, single, x, cell, split, first, trans, emit,
                        code, back, ends, nodes, n,
                    )  # fmt: skip
                else:  # what the best path leaves apart although it is a word, is not joined
                    for i in range(single, x):
                        nodes[n] = nodes[steps + i]
                        ends[n] = at + i + 1
                        n += 1
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
    """Copy ``cp`` to ``joined`` with a ``separator`` after each of its ``n`` tokens.

    ``joined`` has 4 elements more than characters and tokens together, which are scratch.
    """
    begin = 0
    for i in range(n):
        end = ends[i]
        # Four at once, what is too many to be overwritten: a loop over so few costs more.
        if end - begin <= 4 <= len(cp) - begin:
            for k in range(4):
                joined[begin + i + k] = cp[begin + k]
        else:
            for k in range(begin, end):
                joined[k + i] = cp[k]
        joined[end + i] = separator
        begin = end
