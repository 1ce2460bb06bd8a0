"""Shadow texts of units: held in memory since they were folded, or folded again when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa

from dedup.columns import I64, numbers, strings
from dedup.folding import FoldTables, fold_spans

__all__ = ["BATCH_BYTES", "HeldShadows", "Part", "RemadeShadows", "parts_of"]

BATCH_BYTES = 1 << 19
"""Of text to a batch: large enough that a call costs nothing, small enough for the caches."""


class Part(Protocol):
    """Some shadow texts, of about a batch's size."""

    def __len__(self) -> int:
        """Count them."""

    def all(self) -> pa.Array:
        """Return them."""

    def take(self, rows: I64) -> pa.Array:
        """Return some of them."""


@dataclass(frozen=True)
class HeldShadows:
    """The shadow texts of all units, in chunks."""

    chunks: list[pa.Array]

    def parts(self, which: I64) -> list[Part]:
        """Return the shadow texts of units, ascending, in parts of a batch's size.

        They are copied chunk by chunk.
        """
        parts: list[Part] = []
        start = 0
        for chunk in self.chunks:
            here = which[np.searchsorted(which, start) : np.searchsorted(which, start + len(chunk))]
            taken = chunk.take(pa.array(here - start))
            cuts = parts_of(strings(taken)[1])
            parts += [_Held(taken.slice(a, b - a)) for a, b in cuts]
            start += len(chunk)
        return parts or [_Held(pa.array([], pa.large_string()))]

    def part(self, which: I64) -> Part:
        """Return the shadow texts of units, ascending, in one part, copied when it is asked."""
        return _Chosen(self, which)

    @cached_property
    def starts(self) -> I64:
        """The first unit of each chunk; one more than there are."""
        return np.cumsum([0, *map(len, self.chunks)])


@dataclass(frozen=True)
class RemadeShadows:
    """The shadow texts of all units, made of the documents' texts."""

    documents: pa.Table
    units: pa.Table
    tables: FoldTables

    def parts(self, which: I64) -> list[Part]:
        """Return the shadow texts of units, ascending, in parts of a batch's size."""
        ends = np.cumsum(
            numbers(self.units["byte_end"])[which] - numbers(self.units["byte_start"])[which]
        )
        return [_Remade(self, which[a:b]) for a, b in parts_of(np.append(0, ends))]

    def part(self, which: I64) -> Part:
        """Return the shadow texts of units, ascending, in one part."""
        return _Remade(self, which)

    def of(self, which: I64) -> pa.Array:
        """Fold units once more."""
        data, offsets = strings(self.documents["text"])
        document, start, end = (
            numbers(self.units[name])[which] for name in ("document", "byte_start", "byte_end")
        )
        base = offsets[document]
        return fold_spans(data, base + start, base + end, self.tables).shadow


@dataclass(frozen=True)
class _Held:
    texts: pa.Array

    def __len__(self) -> int:
        return len(self.texts)

    def all(self) -> pa.Array:
        return self.texts

    def take(self, rows: I64) -> pa.Array:
        return self.texts.take(pa.array(rows))


@dataclass(frozen=True)
class _Chosen:
    shadows: HeldShadows
    units: I64

    def __len__(self) -> int:
        return len(self.units)

    def all(self) -> pa.Array:
        return self._of(self.units)

    def take(self, rows: I64) -> pa.Array:
        return self._of(self.units[rows])

    def _of(self, which: I64) -> pa.Array:
        starts = self.shadows.starts
        if not len(which):
            return pa.array([], pa.large_string())
        first, last = np.searchsorted(starts, which[[0, -1]], "right") - 1
        parts = []
        for number in range(first, last + 1):
            low, high = np.searchsorted(which, starts[number : number + 2])
            here, chunk = which[low:high] - starts[number], self.shadows.chunks[number]
            if not len(here):
                continue
            whole = here[-1] - here[0] + 1 == len(here)
            taken = chunk.slice(here[0], len(here)) if whole else chunk.take(pa.array(here))
            parts.append(taken)
        return pa.concat_arrays(parts) if len(parts) > 1 else parts[0]


@dataclass(frozen=True)
class _Remade:
    shadows: RemadeShadows
    units: I64

    def __len__(self) -> int:
        return len(self.units)

    def all(self) -> pa.Array:
        return self.shadows.of(self.units)

    def take(self, rows: I64) -> pa.Array:
        return self.shadows.of(self.units[rows])


def parts_of(offsets: I64) -> list[tuple[int, int]]:
    """Cut rows of the given offsets into parts of about ``BATCH_BYTES``, one at least."""
    rows = len(offsets) - 1
    if rows <= 0:
        return [(0, 0)]
    marks = np.arange(offsets[0] + BATCH_BYTES, offsets[-1], BATCH_BYTES)
    cuts = np.unique(np.concatenate([[0], np.searchsorted(offsets, marks), [rows]]))
    return list(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
