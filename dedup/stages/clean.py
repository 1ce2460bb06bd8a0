"""Clean: which units go, and which kept unit covers each; less than what is found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists, numbers
from dedup.kernels.cover import greedy_documents, greedy_keep
from dedup.kernels.sentences import stands_in
from dedup.kernels.verify import subsequence
from dedup.settings import Preset

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

__all__ = ["DropRule", "cover_documents", "covering", "same_facts", "same_sentences"]


@dataclass(frozen=True)
class DropRule:
    """What may be dropped for what is kept."""

    preset: Preset
    threshold: float | None
    """From which ``standard`` drops near copies, too; None: none of them."""
    min_length: int
    families: bool

    def covers(self, edges: pa.Table, texts: pa.Table) -> npt.NDArray[np.bool_]:
        """Return, per row, whether ``a`` may stand for ``b``.

        ``careful`` lets no near copy go, ``aggressive`` each one that was found, ``standard`` those
        of which ``a`` says every word: all the same, or as whole sentences in one run. From the
        threshold on also those of enough Jaccard whose numbers, places and negations are the same
        in the same order, and those contained in ``a`` whose numbers, places and negations ``a``
        has in that order. ``texts`` has the columns ``sentences`` and ``guards``.
        """
        if self.preset == "careful":
            return np.zeros(edges.num_rows, bool)
        if self.preset == "aggressive":
            return np.ones(edges.num_rows, bool)
        a, b = numbers(edges["a"]), numbers(edges["b"])
        same, stands = same_sentences(b, a, texts["sentences"])
        result: npt.NDArray[np.bool_] = same | stands
        if self.threshold is not None:
            within, equal = same_facts(b, a, texts["guards"])
            result |= (numbers(edges["similarity"]) >= self.threshold) & equal
            result |= (numbers(edges["containment_b"]) >= self.threshold) & within
        return result


def same_sentences(a: Ints, b: Ints, sentences: pa.Array) -> tuple[Bools, Bools]:
    """Return whether ``a`` says what ``b`` says, and whether its sentences stand in ``b``."""
    same, within = np.empty((2, len(a)), bool)
    stands_in(*lists(sentences), a, b, same, within)
    return same, within


def same_facts(a: Ints, b: Ints, guards: pa.Array) -> tuple[Bools, Bools]:
    """Return whether ``a`` has its guard words in ``b`` in order, and whether those are all."""
    within, equal = np.empty((2, len(a)), bool)
    subsequence(*lists(guards), a, b, within, equal)
    return within, equal


def covering(
    edges: pa.Table,
    texts: pa.Table,
    masked_edges: pa.Table,
    masked_of: npt.NDArray[np.int64],
    rule: DropRule,
    held: Bools,
) -> npt.NDArray[np.int64]:
    """Return for each text the kept one that covers it, or -1 for a text that is kept.

    A greedy cover in keep order: a text goes if an earlier one, itself kept, may stand for it. So
    among what is kept nothing may stand for anything later, and a second pass over documents that
    are cut in the same way (which ``--unit auto`` decides anew) drops nothing.

    Parameters
    ----------
    edges
        Literal edges (schema ``EDGES``); texts are numbered in keep order.
    texts
        Columns ``length`` (shadow characters), ``sentences`` and ``guards``, one row per text.
    masked_edges, masked_of
        Edges between masked texts, each named by its first text, and that of each text (-1: none).
    rule
        What may be dropped.
    held
        Per text, whether it is kept, whatever the rule says.
    """
    long = numbers(texts["length"]) >= rule.min_length
    edges = edges.filter(pa.array(long[numbers(edges["b"])]))
    size = texts.num_rows
    masked = np.where(long, masked_of, -1) if rule.families else np.full(size, -1, np.int64)
    cover = np.full(size, -1, np.int64)
    kept, keeper = np.full((2, size), -1, np.int64)
    greedy_keep(
        held, *_able(edges, texts, rule), masked, *_both_ways(masked_edges, size),
        kept, keeper, cover,
    )  # fmt: skip
    return cover


def cover_documents(
    units: pa.Table,
    edges: pa.Table,
    texts: pa.Table,
    masked_edges: pa.Table,
    masked_of: Ints,
    rule: DropRule,
    share: float,
    apart: bool,
) -> tuple[Ints, Bools]:
    """Return, per unit, the kept one it is dropped for, and per document if it is dropped whole.

    Documents are taken in keep order. One goes if at least ``share`` of its shadow characters are
    in units for which the rule lets a unit stand that is kept, in a document before it, which is
    kept itself: exact copies, near ones if the rule says so, what is equal once masked if families
    are dropped and the kept unit is long enough to be dropped. Units that are too short to be
    dropped by themselves count, those that are too short to be looked for do not; all of them are
    among the characters that they are a share of. Of a document that stays, units are dropped as
    ``covering`` has it. So what anything is dropped for is kept, whole documents or not.

    A unit that is held is kept, and its document is not dropped whole. One that is ahead of its
    document in keep order is the one that is kept of its text from the start.

    Parameters
    ----------
    units
        Columns ``document``, ``text`` (-1: none), ``rank`` (in keep order, in which the units of a
        document follow each other, but for those ahead), ``length`` (shadow characters),
        ``source``, ``held``, ``ahead`` (only units that are held, one of a text).
    edges, texts, masked_edges, masked_of, rule
        As for ``covering``.
    share
        Of a document's characters.
    apart
        Whether nothing is dropped for a unit of its own source.

    Returns
    -------
    target
        Per unit; -1 for one that is not dropped, or for no other reason than its document.
    whole
        Per document, as many as are numbered.
    """
    size = texts.num_rows
    rank, of, ahead = (numbers(units[name]) for name in ("rank", "document", "ahead"))
    place = np.full(int(of.max(initial=-1)) + 1, len(rank))  # of documents, in keep order
    np.minimum.at(place, of[~ahead], rank[~ahead])
    order = np.lexsort((rank, of, place[of]))
    text, length, source, document, held = (
        numbers(units[name])[order] for name in ("text", "length", "source", "document", "held")
    )
    first = np.flatnonzero(np.diff(document, prepend=-1))
    names = {"a": "b", "b": "a", "containment_a": "containment_b", "containment_b": "containment_a"}
    turned = edges.rename_columns([names.get(name, name) for name in edges.column_names])
    edges = pa.concat_tables([edges, turned.select(edges.column_names)])
    kept, keeper, cover = np.full((3, size), -1, np.int64)
    target = np.full(len(order), -1, np.int64)
    gone = np.zeros(len(first), np.bool_)
    long = numbers(texts["length"]) >= rule.min_length
    masked = masked_of if rule.families else np.full(size, -1, np.int64)
    known = np.flatnonzero(ahead[order] & (text >= 0))
    keeper[text[known]] = known
    known = np.sort(text[known])[::-1]
    known = known[long[known] & (masked[known] >= 0)]
    kept[masked[known]] = known  # the last written, the first in keep order, stays
    greedy_documents(
        np.append(first, len(order)), text, length, source, apart, share, held,
        long, *_able(edges, texts, rule), masked,
        *_both_ways(masked_edges, size), kept, keeper, cover, target, gone,
    )  # fmt: skip
    targets = np.full(len(order), -1, np.int64)
    targets[order] = np.append(order, -1)[target]  # -1 picks what is appended
    whole = np.zeros(int(document.max(initial=-1)) + 1, np.bool_)
    whole[document[first]] = gone
    return targets, whole


def _able(
    edges: pa.Table, texts: pa.Table, rule: DropRule
) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Return, row after row of an adjacency, the texts that may cover each, and how well."""
    edges = edges.filter(pa.array(rule.covers(edges, texts)))
    b = numbers(edges["b"])
    score = np.maximum(numbers(edges["similarity"]), numbers(edges["containment_b"]))
    order = np.argsort(b, kind="stable")
    starts = np.searchsorted(b[order], np.arange(texts.num_rows + 1)).astype(np.int64)
    return starts, numbers(edges["a"])[order], score[order]


def _both_ways(edges: pa.Table, size: int) -> tuple[Ints, Ints]:
    """Return the rows of an adjacency that has each edge in both directions."""
    a, b = numbers(edges["a"]), numbers(edges["b"])
    of, to = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.argsort(of, kind="stable")
    return np.searchsorted(of[order], np.arange(size + 1)).astype(np.int64), to[order]
