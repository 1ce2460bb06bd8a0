"""Where two texts are the same, found without the package: what passages are held against.

Only the fold is its own: characters are those of shadow texts, so that script, width and readings
make no difference. Alignment is that of Levenshtein distance, and runs are found as substrings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from dedup.folding import fold_with_offsets, load_tables

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shadow:
    """The shadow of a text."""

    text: str
    origins: Ints
    """Of each character, the offset of its source in the text."""

    @classmethod
    def of(cls, text: str) -> Shadow:
        """Fold a text."""
        return cls(*fold_with_offsets(text, load_tables()))

    def within(self, marked: Bools) -> Bools:
        """Return which characters of the shadow are marked, given those of the text."""
        return marked[self.origins]


def blocks(a: str, b: str, least: int) -> tuple[Bools, Bools]:
    """Return the characters of two texts in blocks of ``least`` that their alignment has equal.

    >>> [each.nonzero()[0].tolist() for each in blocks("abcdxefgh", "abcdyyef", 3)]
    [[0, 1, 2, 3], [0, 1, 2, 3]]
    """
    shared = np.zeros(len(a), bool), np.zeros(len(b), bool)
    for code in Levenshtein.opcodes(a, b):
        if code.tag == "equal" and code.src_end - code.src_start >= least:
            shared[0][code.src_start : code.src_end] = True
            shared[1][code.dest_start : code.dest_end] = True
    return shared


def runs(texts: Sequence[str], size: int) -> list[Bools]:
    """Return the characters of each text in a run of ``size`` that another of the texts has, too.

    >>> [each.nonzero()[0].tolist() for each in runs(["xabcd", "abcabc", "bcd"], 3)]
    [[1, 2, 3, 4], [0, 1, 2, 3, 4, 5], [0, 1, 2]]
    """
    holder: dict[str, int] = {}
    for number, text in enumerate(texts):
        for run in _runs(text, size):
            if holder.setdefault(run, number) != number:
                holder[run] = -1  # more than one
    return [_covered(text, size, lambda run: holder[run] < 0) for text in texts]


def repeats(text: str, size: int) -> Bools:
    """Return the characters in a run of ``size`` that stands twice, at least, in the same text.

    >>> repeats("abcxabcy", 3).nonzero()[0].tolist()
    [0, 1, 2, 4, 5, 6]
    """
    times = Counter(_runs(text, size))
    return _covered(text, size, lambda run: times[run] > 1)


def _runs(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(len(text) - size + 1))


def _covered(text: str, size: int, wanted: Callable[[str], bool]) -> Bools:
    """Return the characters in runs that are wanted."""
    mask = np.zeros(len(text), bool)
    for at, run in enumerate(_runs(text, size)):
        if wanted(run):
            mask[at : at + size] = True
    return mask
