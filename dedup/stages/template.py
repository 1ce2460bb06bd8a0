"""Template: the texts of a group aligned to its first: what is fixed, what stands in its slots."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dedup.columns import I32, I64, U8, U32, U64, Bools, lists, strings
from dedup.folding import FoldTables, fold_spans
from dedup.kernels.align import align_groups
from dedup.kernels.pieces import cut_pieces
from dedup.kernels.slots import mark_repeats, original_spans, slot_values
from dedup.kinds import KindRules

__all__ = ["WINDOW", "Pieces", "Slots", "align", "in_original", "pieces", "template"]

WINDOW = 1024
"""Words of a text that are aligned at once; what is longer is aligned stretch by stretch, and a
difference of more words than that ends what is found in common."""


class Pieces(NamedTuple):
    """Texts cut into pieces, as ``kernels.pieces.cut_pieces`` fills them."""

    cp: U32
    point_starts: I64
    ends: I64
    hashes: U64
    kinds: U8
    weights: I32
    starts: I64


class Slots(NamedTuple):
    """Slots of groups, and a value for each text and slot: text by text, in the order of both."""

    counts: I64
    """Slots of each group."""
    begin: I64
    """Of each value, in code points of the text's shadow."""
    end: I64
    hashes: U64
    """Of each value's shadow; 0 for an empty one."""
    kinds: U8
    """Of each value, an index into ``kinds.KINDS``; beyond those, if it holds no word."""
    damaged: Bools
    """Of each value, whether it is the first text's but for lost characters."""


def pieces(shadows: pa.Array, cuts: pa.Array, texts: I64, rules: KindRules) -> Pieces:
    """Cut shadow texts (large_string) into the words that are aligned, with kind and weight.

    ``cuts`` and ``texts`` are tokens as ``words`` gives them, and which of those each shadow is.
    """
    text, offsets = strings(shadows)
    rows = len(shadows)
    total = int(np.count_nonzero((text[offsets[0] : offsets[-1]] & 0xC0) != 0x80))
    cut = Pieces(
        np.empty(total, np.uint32), np.empty(rows + 1, np.int64), np.empty(total, np.int64),
        np.empty(total, np.uint64), np.empty(total, np.uint8), np.empty(total, np.int32),
        np.empty(rows + 1, np.int64),
    )  # fmt: skip
    cut_pieces(
        text, offsets, *lists(cuts), texts, rules.shape, rules.tails, rules.others,
        cut.cp, cut.point_starts, cut.ends, cut.hashes, cut.kinds, cut.weights, cut.starts,
    )  # fmt: skip
    return cut


def template(
    shadows: pa.Array, cuts: pa.Array, texts: I64, group_starts: I64, rules: KindRules,
    window: int = WINDOW,
) -> Slots:  # fmt: skip
    """Align the texts of each group to its first, word by word.

    A slot is a stretch of the first text, or a place in it, where some text of the group differs.
    What all share is fixed; less than two Han characters of it between two slots, but for what says
    what a number counts, is part of one slot with them. But where all texts have the same kinds in
    the same order, place and number, each has a slot of its own.

    Parameters
    ----------
    shadows
        Shadow texts (large_string), group by group.
    cuts, texts
        Tokens of texts as ``words`` gives them, and which of those each shadow is.
    group_starts
        Where the texts of each group begin, and their number.
    rules
        From ``dedup.kinds.kind_rules``.
    window
        Words aligned at once.
    """
    return align(pieces(shadows, cuts, texts, rules), group_starts, window)


def align(cut: Pieces, group_starts: I64, window: int = WINDOW) -> Slots:
    """Align texts in pieces; see ``template``."""
    sizes = np.diff(group_starts)
    first = np.diff(cut.starts)[group_starts[:-1]]
    of_text = np.repeat(first, sizes)
    rows = np.concatenate([[0], np.cumsum(of_text)]).astype(np.int64)
    matched = np.empty(rows[-1], np.int32)
    slot_starts = np.empty(len(sizes) + 1, np.int64)
    slot_begin, slot_end = np.empty((2, int(first.sum()) + len(sizes)), np.int32)
    widest = min(window, int(np.diff(cut.starts).max(initial=0))) + 1
    align_groups(
        cut.hashes, cut.kinds, cut.weights, cut.starts, group_starts, rows, window,
        np.empty(widest, np.int32), np.empty(widest, np.int32), np.empty(widest**2, np.uint8),
        np.empty(int(first.max(initial=0)) + 2, np.uint8),
        matched, slot_starts, slot_begin, slot_end,
    )  # fmt: skip

    counts = np.diff(slot_starts)
    values = int((counts * sizes).sum())
    begin, end = np.empty((2, values), np.int64)
    value_hashes, value_kinds = np.empty(values, np.uint64), np.empty(values, np.uint8)
    damaged = np.empty(values, np.bool_)
    slot_values(
        cut.cp, cut.point_starts, cut.ends, cut.kinds, cut.starts, group_starts, rows,
        matched, slot_starts, slot_begin, slot_end, begin, end, value_hashes, value_kinds,
        damaged,
    )  # fmt: skip
    return Slots(counts, begin, end, value_hashes, value_kinds, damaged)


def in_original(
    data: U8, starts: I64, ends: I64, keys: I64, span_starts: I64, begin: I64, end: I64,
    tables: FoldTables,
) -> tuple[I64, I64]:  # fmt: skip
    """Return where spans of shadow texts lie in the originals, in bytes from each one's start.

    Parameters
    ----------
    data, starts, ends
        UTF-8 text, and the bytes of each original.
    keys
        Of each original: equal for neighbours with the same shadow text and the same spans, of
        which those with the same bytes are folded once.
    span_starts, begin, end
        Spans of each original, ascending and apart: code points of its shadow text.
    tables
        From ``dedup.folding.load_tables``.
    """
    same = np.empty(len(starts), np.bool_)
    mark_repeats(data, starts, ends, keys, same)
    folded = fold_spans(data, starts[~same], ends[~same], tables, origins=True)
    begin, end = begin.copy(), end.copy()
    original_spans(
        data, starts, ends, same, folded.origins, folded.lengths, span_starts, begin, end
    )
    return begin, end
