"""Where a run happens: an engine maps over batches, groups by key, and finds components.

An engine knows nothing about text. What it is given are tables and functions from table to
table; what it promises is that the result is the same for any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

import pyarrow as pa

__all__ = ["Engine"]

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """What every engine does; results come in the order of the arguments."""

    def map(self, stage: Callable[[T], R], batches: Iterable[T]) -> list[R]:
        """Apply ``stage`` to every batch by itself."""

    def stream(self, stage: Callable[[T], R], batches: Iterable[T]) -> Iterator[R]:
        """Yield the result of ``stage`` for every batch, few of them made ahead."""

    def group(
        self,
        stage: Callable[[pa.Table], pa.Table],
        tables: Iterable[pa.Table | Callable[[], pa.Table]],
        keys: Sequence[str],
        at_least: int = 1,
    ) -> list[pa.Table]:
        """Apply ``stage`` to each table sorted by ``keys`` (then by its other columns' order).

        Each table is a space of keys of its own, or what makes it where it is sorted, so that
        not all are there at once. ``stage`` may be given a table in parts, but
        always all rows of a key together. Rows whose key occurs fewer than ``at_least`` times
        are left out.
        """

    def components(self, a: pa.Array, b: pa.Array, size: int) -> pa.Array:
        """Return the connected component of each of ``size`` nodes, given edges ``a``-``b``."""
