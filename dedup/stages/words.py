"""Words: each distinct shadow text becomes the hashes of its words, its slots marked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import I64, U8, make_lists, strings
from dedup.kernels.cut import Dictionary
from dedup.kernels.sentences import sentence_hashes
from dedup.kernels.words import words_of_texts
from dedup.masking import Rules
from dedup.sentences import Marks

__all__ = ["Lexicon", "words"]


class Lexicon(NamedTuple):
    """What words are, which of them a template fills in, and where sentences end."""

    dictionary: Dictionary
    kinds: npt.NDArray[np.uint8]
    """Per slot of the trie, what its word is by its part of speech."""
    rules: Rules
    marks: Marks
    hmm: bool = True


def words(shadows: pa.Array, lexicon: Lexicon, characters: bool) -> pa.Table:
    """Return the words of shadow texts (large_string), one row per text.

    A word is a token of jieba's that holds a letter, a digit or a Han character. A label that a
    text begins with (第108条) ends with a word, as in the unfolded text, where white space follows.

    Parameters
    ----------
    shadows
        Folded texts.
    lexicon
        Dictionary (folded like the text) and rules.
    characters
        Whether each character of a word is a token by itself, for shingles of characters.

    Returns
    -------
    pa.Table
        ``tokens`` (large_list<uint64>: hashes), ``masked`` (large_list<uint64>: the same with one
        token for each run of slots), ``guards`` (large_list<uint64>: hashes of numbers, dates,
        places and denials, in order), ``free`` (int32: words that are no slot), ``sentences``
        (large_list<uint64>: hashes of what the text says, then of its label, if it begins with one,
        and of each sentence), ``cuts`` (large_list<uint16>: length and kind of each token, also of
        those that are no words, see ``kernels.words.CUT_BITS``).
    """
    text, offsets = strings(shadows)
    rows = len(offsets) - 1
    longest = int(np.diff(offsets).max(initial=0)) + 2  # what cut_span asks for
    # Code points: a token holds one at least. They begin with a byte that is no continuation.
    total = int(np.count_nonzero((text[offsets[0] : offsets[-1]] & 0xC0) != 0x80))
    # Filled in part: pages that nothing is written to are never there.
    tokens, masked = np.empty(total, np.uint64), np.empty(2 * total, np.uint64)
    guards = np.empty(total, np.uint64)
    token_starts, masked_starts, guard_starts = np.empty((3, rows + 1), np.int64)
    free = np.empty(rows, np.int32)
    cuts, cut_starts = np.empty(total, np.uint16), np.empty(rows + 1, np.int64)
    rules = lexicon.rules
    words_of_texts(
        text, offsets, lexicon.dictionary, lexicon.hmm, lexicon.kinds, rules.shape,
        rules.never, rules.denies, rules.affirms, characters,
        np.empty(longest, np.uint32), np.empty(longest, np.float64), np.empty(longest, np.uint16),
        np.empty(longest, np.uint8), np.empty(longest, np.int64), np.empty(longest, np.int32),
        tokens, token_starts, masked, masked_starts, guards, guard_starts, free, cuts, cut_starts,
    )  # fmt: skip
    return pa.table(
        {
            "tokens": make_lists(tokens[: token_starts[-1]], token_starts),
            "masked": make_lists(masked[: masked_starts[-1]], masked_starts),
            "guards": make_lists(guards[: guard_starts[-1]].copy(), guard_starts),
            "free": free,
            "sentences": _sentences(text, offsets, lexicon.marks, total, longest),
            "cuts": make_lists(cuts[: cut_starts[-1]].copy(), cut_starts),
        }
    )


def _sentences(text: U8, offsets: I64, marks: Marks, characters: int, longest: int) -> pa.Array:
    values = np.empty(characters + len(offsets) - 1, np.uint64)
    starts = np.empty(len(offsets), np.int64)
    cp, kinds = np.empty(longest + 3, np.uint32), np.empty(longest + 3, np.uint8)
    nowhere = np.empty((0, 2), np.int32)
    sentence_hashes(text, offsets, marks.of, marks.turns, cp, kinds, values, starts, nowhere)
    return make_lists(values[: starts[-1]].copy(), starts)
