"""Clean: which units go, and which kept unit covers each; less than what is found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists, numbers
from dedup.kernels.cover import greedy_keep
from dedup.kernels.sentences import stands_in
from dedup.kernels.verify import subsequence
from dedup.settings import Preset

__all__ = ["DropRule", "covering", "same_facts", "same_sentences"]


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


def same_sentences(
    a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], sentences: pa.Array
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return whether ``a`` says what ``b`` says, and whether its sentences stand in ``b``."""
    values, starts = lists(sentences)
    same, within = np.empty(len(a), bool), np.empty(len(a), bool)
    stands_in(values, starts, a, b, same, within)
    return same, within


def same_facts(
    a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], guards: pa.Array
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return whether ``a`` has its guard words in ``b`` in order, and whether those are all."""
    values, starts = lists(guards)
    within, equal = np.empty(len(a), bool), np.empty(len(a), bool)
    subsequence(values, starts, a, b, within, equal)
    return within, equal


def covering(
    edges: pa.Table,
    texts: pa.Table,
    masked_edges: pa.Table,
    masked_of: npt.NDArray[np.int64],
    rule: DropRule,
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
    """
    long = numbers(texts["length"]) >= rule.min_length
    edges = edges.filter(pa.array(long[numbers(edges["b"])]))
    edges = edges.filter(pa.array(rule.covers(edges, texts)))
    size = texts.num_rows
    a, b = numbers(edges["a"]), numbers(edges["b"])
    score = np.maximum(numbers(edges["similarity"]), numbers(edges["containment_b"]))
    order = np.argsort(b, kind="stable")
    starts = np.searchsorted(b[order], np.arange(size + 1)).astype(np.int64)
    masked = np.where(long, masked_of, -1) if rule.families else np.full(size, -1, np.int64)
    m, n = numbers(masked_edges["a"]), numbers(masked_edges["b"])
    of, to = np.concatenate([m, n]), np.concatenate([n, m])
    by_masked = np.argsort(of, kind="stable")
    masked_starts = np.searchsorted(of[by_masked], np.arange(size + 1)).astype(np.int64)
    cover = np.full(size, -1, np.int64)
    greedy_keep(
        starts, a[order], score[order], masked, masked_starts, to[by_masked],
        np.full(size, -1, np.int64), cover,
    )  # fmt: skip
    return cover
