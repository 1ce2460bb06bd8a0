"""How long each stage of a run takes, and who is told how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

__all__ = ["Progress", "Watch"]

T = TypeVar("T")
R = TypeVar("R")


class Progress(Protocol):
    """Who wants to know how far a run is; called from several threads, one at a time."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Take note that ``done`` of ``total`` batches of a stage are through."""


@dataclass
class Watch:
    """Seconds of each stage as they pass, and who is told of its progress."""

    progress: Progress | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside, under ``name``."""
        begun = time.perf_counter()
        if self.progress:
            self.progress(name, 0, None)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun

    def count(self, name: str, stage: Callable[[T], R], total: int | None) -> Callable[[T], R]:
        """Return ``stage`` with each call reported as one batch done."""
        if self.progress is None:
            return stage
        progress, lock, done = self.progress, threading.Lock(), [0]

        def counted(batch: T) -> R:
            result = stage(batch)
            with lock:
                done[0] += 1
                progress(name, done[0], total)
            return result

        return counted
