"""Parting: pairs of texts that are no copies of each other, taken out of the edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.columns import I64, Bools, each_once, numbers
from dedup.records import EDGES

__all__ = ["Parting"]


@dataclass(frozen=True)
class Parting:
    """Which texts are parted from which.

    Texts that are parted from the same ones share a number. Then whether two texts are parted is a
    matter of their numbers alone: who has another's partner for partner is its partner's partner.
    """

    of: I64
    """Per text, its number; 0 for a text that is parted from none. One more 0 at the end."""
    parted: I64
    """Pairs of numbers that are parted, both ways, as first times ``size`` plus second; sorted."""
    size: int

    @classmethod
    def between(cls, name: I64, pairs: I64) -> Parting:
        """Part texts by pairs of names.

        Parameters
        ----------
        name
            Per text, its name, -1 for none; several texts may be called the same.
        pairs
            int64[m, 2]: the names that are parted, no name from itself.
        """
        partners: dict[int, set[int]] = {}
        for one, other in pairs.tolist():
            partners.setdefault(one, set()).add(other)
            partners.setdefault(other, set()).add(one)
        numbered: dict[frozenset[int], int] = {}
        of_name = np.zeros(max(partners, default=-1) + 2, np.int64)  # -1 picks the last
        for each in sorted(partners):
            of_name[each] = numbered.setdefault(frozenset(partners[each]), len(numbered) + 1)
        size = len(numbered) + 1
        one, other = of_name[pairs.reshape(-1, 2)].T
        parted = each_once(np.concatenate([one * size + other, other * size + one]))
        known = np.where(name < len(of_name) - 1, name, -1)
        return cls(np.append(of_name[known], 0), parted, size)

    def parts(self, a: I64, b: I64) -> Bools:
        """Return whether the texts ``a`` and ``b`` are parted; -1 is no text, parted from none."""
        return self._apart(self.of[a], self.of[b])

    def literal(self, edges: pa.Table) -> pa.Table:
        """Return the edges (schema ``EDGES``) between texts that are not parted."""
        if not len(self.parted):
            return edges
        apart = self.parts(numbers(edges["a"]), numbers(edges["b"]))
        return edges.filter(pa.array(~apart))

    def masked(self, edges: pa.Table, masked_of: I64) -> tuple[pa.Table, I64]:
        """Return the masked view in which no parted texts are near, or equal once masked.

        A masked text is split into those of its texts that are parted from the same ones. Of the
        parts, as of the parts of two near masked texts, those are near that are not parted; so
        there are up to as many edges as pairs of parts.

        Parameters
        ----------
        edges
            Edges between masked texts, each named by the first text that has it.
        masked_of
            Per text, the first text that is equal once masked; -1: none.
        """
        held = np.flatnonzero(masked_of >= 0)
        if not self.of[held].any():
            return edges, masked_of
        # A part is known by its masked text and its number, and named by its first text.
        code = masked_of[held] * self.size + self.of[held]
        codes, first, part = np.unique(code, return_index=True, return_inverse=True)
        names = held[first]
        split = masked_of.copy()
        split[held] = names[part.ravel()]
        bounds = np.searchsorted(codes // self.size, np.arange(len(masked_of) + 1))
        count = np.diff(bounds)

        a, b = numbers(edges["a"]), numbers(edges["b"])
        own = np.flatnonzero(count > 1)  # a masked text is near itself, but a part is not
        a, b = np.concatenate([a, own]), np.concatenate([b, own])
        pairs = count[a] * count[b]
        edge = np.repeat(np.arange(len(a)), pairs)
        within = np.arange(len(edge)) - np.repeat(np.cumsum(pairs) - pairs, pairs)
        width = count[b[edge]]
        one, other = bounds[a[edge]] + within // width, bounds[b[edge]] + within % width
        apart = self._apart(codes[one] % self.size, codes[other] % self.size)
        good = ~apart & ((a[edge] != b[edge]) | (one < other))
        edge, new_a, new_b = edge[good], names[one[good]], names[other[good]]

        turned = new_a > new_b
        told = {
            name: np.append(numbers(edges[name]), np.ones(len(own)))[edge]
            for name in ("similarity", "containment_a", "containment_b")
        }
        table = pa.table(
            {
                "a": np.minimum(new_a, new_b),
                "b": np.maximum(new_a, new_b),
                "similarity": told["similarity"],
                "containment_a": np.where(turned, told["containment_b"], told["containment_a"]),
                "containment_b": np.where(turned, told["containment_a"], told["containment_b"]),
            },
            schema=EDGES,
        )
        return table.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks(), split

    def passages(self, passages: pa.Table, text: I64, length: I64) -> pa.Table:
        """Return the passages without those that are mostly of units whose texts are parted.

        Mostly: more than half of the shadow characters on either side. ``text`` and ``length`` give
        the text of each unit (-1: none), and its shadow characters.
        """
        if not len(self.parted):
            return passages
        starts = np.concatenate([[0], np.cumsum(length)])
        held = []
        for side in ("", "source_"):
            unit, offset, size = (
                numbers(passages[f"{side}{name}"]) for name in ("unit", "offset", "length")
            )
            begin = starts[unit] + offset
            # What holds more than half of it holds its middle.
            middle = np.searchsorted(starts, begin + (size - 1) // 2, "right") - 1
            inside = np.minimum(begin + size, starts[middle + 1])
            inside -= np.maximum(begin, starts[middle])
            held.append(np.where(2 * inside > size, text[middle], -1))
        return passages.filter(pa.array(~self.parts(*held)))

    def _apart(self, a: I64, b: I64) -> Bools:
        found = np.zeros(len(a), np.bool_)
        some = np.flatnonzero((a > 0) & (b > 0))
        found[some] = np.isin(a[some] * self.size + b[some], self.parted)
        return found
