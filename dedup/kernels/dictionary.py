"""A dictionary as the kernels read it: a trie in one array of cells, word weights, and an HMM."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels import kernel

__all__ = [
    "BASE_MASK",
    "BASE_SHIFT",
    "HAN_FIRST",
    "HAN_LAST",
    "MOST_SLOTS",
    "MOST_WEIGHTS",
    "WEIGHT_SHIFT",
    "Dictionary",
    "entry_at",
    "slot_of",
]

HAN_FIRST, HAN_LAST = 0x4E00, 0x9FD5
"""What jieba takes for a Han character; others are tokens of their own."""

MOST_SLOTS, MOST_WEIGHTS = 2**28, 2**20
"""What a cell has bits for."""

BASE_SHIFT, WEIGHT_SHIFT = np.uint64(16), np.uint64(44)
BASE_MASK = np.uint64(MOST_SLOTS - 1)


class Dictionary(NamedTuple):
    """A dictionary and an HMM; ``dedup.dictionary.load`` makes one.

    A *slot* is a node of the trie (see ``kernels/trie.py``); an *entry* is the slot of a word with
    a frequency above 0.
    """

    alphabet: npt.NDArray[np.uint16]
    """Per code point below its length, its code in the trie, or 0 where no word may hold it."""
    cell: npt.NDArray[np.uint64]
    """Per slot, together so that a step of a walk touches memory once: from the lowest bit on, 16
    bits of ``check``, 28 of ``base``, 20 of the index of its word's ``weight``."""
    weight: npt.NDArray[np.float64]
    """The log probabilities that words have; the first, minus infinity, is that of no word."""
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
def slot_of(
    code: npt.NDArray[np.uint16], first: int, last: int, cell: npt.NDArray[np.uint64]
) -> np.int64:
    """Return the slot of the codes in ``first:last``, or -1 if no word begins with them."""
    slot = np.uint64(code[first])
    for i in range(first + 1, last):
        under = (cell[slot] >> BASE_SHIFT) & BASE_MASK
        slot = under + code[i]
        if under == 0 or np.uint16(cell[slot]) != code[i]:
            return np.int64(-1)
    return np.int64(slot)


@kernel
def entry_at(slot: np.int64, cell: npt.NDArray[np.uint64]) -> np.int64:
    """Return ``slot`` if a word ends there, else -1; -1 for -1."""
    return slot if slot >= 0 and cell[slot] >> WEIGHT_SHIFT != 0 else np.int64(-1)
