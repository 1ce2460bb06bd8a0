"""Builds a double-array trie: sorted words in, one slot for each of their prefixes out.

A node is a slot. The child of node ``s`` by code ``c`` is slot ``base[s] + c``, if ``check`` of
that slot says ``c``: no two nodes have the same base, so the code tells whose child it is. The root
is slot 0 with base 0, so the node of a single character is the slot numbered like its code. (J.-I.
Aoe, "An efficient digital search algorithm by using a double-array structure", IEEE Transactions on
Software Engineering 15(9), 1989; the check by code is that of S. Yata's Darts-clone.)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.kernels import kernel

__all__ = ["FREE", "place_words"]

FREE = np.uint16(2**16 - 1)
"""In ``check``: no node is here. No code is as large."""

_PATIENCE = 8192  # slots tried in vain before families of that size are placed further on


@kernel
def place_words(
    codes: npt.NDArray[np.uint16],
    offsets: npt.NDArray[np.int64],
    largest: int,
    base: npt.NDArray[np.uint32],
    check: npt.NDArray[np.uint16],
    slots: npt.NDArray[np.uint32],
    following: npt.NDArray[np.int64],
    preceding: npt.NDArray[np.int64],
    taken: npt.NDArray[np.bool_],
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
    node: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
) -> int:
    """Place distinct words in a double array, breadth first; return the number of slots used.

    Parameters
    ----------
    codes, offsets
        The words, sorted so that those of one prefix stand together and a prefix stands before
        what it begins: word ``i`` is ``codes[offsets[i]:offsets[i + 1]]``, not empty. Codes run
        from 1 to ``largest``, less than ``FREE``.
    base, check
        Filled: per slot, where its children are counted from (0: it has none) and the code that
        leads to it (or ``FREE``). Equally long; at least ``largest`` + 1.
    slots
        Filled: per word, its slot.
    following, preceding
        Scratch, as long as ``base``: the free slots as a list linked both ways.
    taken
        Scratch, as long as ``base``: which bases are in use.
    first, last, node
        Scratch, one element per node: ``len(codes) + 1`` is enough.
    starts
        Scratch: by number of children, where the search for room for them starts. Those that have
        more children than ``starts`` has elements start in the same place, which is slower.

    Returns
    -------
    int
        Slots after which all are free, with room for a lookup by any code from any of them; -1
        if the arrays are too short, and then nothing in them is of use.
    """
    size = len(base)
    for slot in range(size):
        base[slot] = 0
        check[slot] = slot if 0 < slot <= largest else FREE
        taken[slot] = False
        following[slot] = slot + 1
        preceding[slot] = slot - 1
    for family in range(len(starts)):
        starts[family] = largest + 1
    highest = 0

    first[0] = 0
    last[0] = len(offsets) - 1
    node[0] = 0
    done, level_end, filled, depth = 0, 1, 1, 0
    while done < filled:
        if done == level_end:
            level_end = filled
            depth += 1
        low, high, parent = first[done], last[done], node[done]
        done += 1
        if low < high and offsets[low] + depth == offsets[low + 1]:  # the word that is this prefix
            slots[low] = parent
            low += 1
        if low == high:
            continue

        # The children: runs of words with one code at this depth.
        children = filled
        smallest = largest
        begin = low
        while begin < high:
            code = codes[offsets[begin] + depth]
            end = begin + 1
            while end < high and codes[offsets[end] + depth] == code:
                end += 1
            first[filled] = begin
            last[filled] = end
            smallest = min(smallest, int(code))
            filled += 1
            begin = end

        at = 0
        if parent != 0:
            family = min(filled - children, len(starts) - 1)
            slot = starts[family]
            while slot < size and check[slot] != FREE:  # taken since: its link leads onwards
                slot = following[slot]
            starts[family] = slot
            tries = 0
            while True:
                if slot >= size:
                    return -1
                at = slot - smallest
                fits = not taken[at]
                child = children
                while fits and child < filled:
                    place = at + codes[offsets[first[child]] + depth]
                    if place >= size:
                        return -1
                    fits = check[place] == FREE
                    child += 1
                if fits:
                    break
                slot = following[slot]
                tries += 1
            if tries > _PATIENCE:
                starts[family] = slot
        base[parent] = at
        taken[at] = True
        highest = max(highest, at)
        for child in range(children, filled):
            code = codes[offsets[first[child]] + depth]
            place = at + code
            node[child] = place
            if parent == 0:
                continue
            check[place] = code
            after, before = following[place], preceding[place]
            if before > largest:
                following[before] = after
            if after < size:
                preceding[after] = before
    used = highest + largest + 1
    return used if used <= size else -1
