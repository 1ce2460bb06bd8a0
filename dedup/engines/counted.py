"""An engine that says of each batch that it is done, of whatever stage is current."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import pyarrow as pa

from dedup.engines import Engine
from dedup.watch import Watch

__all__ = ["CountedEngine"]

T = TypeVar("T")
R = TypeVar("R")


class CountedEngine:
    """Runs everything on ``engine``, and counts batches: for stages that are many small maps."""

    def __init__(self, engine: Engine, watch: Watch) -> None:
        self.engine, self._watch = engine, watch

    def map(self, stage: Callable[[T], R], batches: Iterable[T]) -> list[R]:
        """Apply ``stage`` to every batch by itself."""
        return self.engine.map(self._counted(stage), batches)

    def stream(self, stage: Callable[[T], R], batches: Iterable[T]) -> Iterator[R]:
        """Yield the result of ``stage`` for every batch."""
        yield from self.engine.stream(self._counted(stage), batches)

    def group(
        self,
        stage: Callable[[pa.Table], pa.Table],
        tables: Iterable[pa.Table | Callable[[], pa.Table]],
        keys: Sequence[str],
        at_least: int = 1,
    ) -> list[pa.Table]:
        """Apply ``stage`` to each table sorted by ``keys``."""
        return self.engine.group(self._counted(stage), tables, keys, at_least)

    def components(self, a: pa.Array, b: pa.Array, size: int) -> pa.Array:
        """Return the connected component of each node."""
        return self.engine.components(a, b, size)

    def _counted(self, stage: Callable[[T], R]) -> Callable[[T], R]:
        def counted(batch: T) -> R:
            result = stage(batch)
            self._watch.another()
            return result

        return counted

    def __reduce__(self) -> tuple[Callable[[Engine], Engine], tuple[Engine]]:
        """Travel to another process without the watch, which nobody looks at there."""
        return _itself, (self.engine,)


def _itself(engine: Engine) -> Engine:
    return engine
