"""How long each stage of a run takes, and who is told how far it is: a callback, and the log."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

__all__ = ["LOGGER", "Progress", "Stopped", "Watch", "awaited", "checkpoint", "stoppable"]

LOGGER = logging.getLogger("dedup")
"""INFO: each stage with its seconds, and what was found; DEBUG: each batch."""
LOGGER.addHandler(logging.NullHandler())  # silent until the program that uses us wants to hear it

T = TypeVar("T")
R = TypeVar("R")


_POLL_SECONDS = 0.2
_work = threading.local()


class Stopped(BaseException):  # not to be taken for a failure of what was being done
    """Raised in a thread whose work nobody waits for any more."""


@contextmanager
def stoppable(stop: threading.Event) -> Iterator[None]:
    """Let ``checkpoint`` end what this thread does in the block, once ``stop`` is set."""
    before = getattr(_work, "stop", None)
    _work.stop = stop
    try:
        yield
    finally:
        _work.stop = before


def checkpoint() -> None:
    """Raise ``Stopped`` if what this thread does is not wanted any more.

    For whatever takes long and is no batch: a file that is read or written from end to end.
    """
    stop = getattr(_work, "stop", None)
    if stop is not None and stop.is_set():
        raise Stopped


def awaited(future: Future[R]) -> R:
    """Return the result of ``future``; raise ``Stopped`` once this thread is not to wait for it."""
    while not wait([future], _POLL_SECONDS).done:
        checkpoint()
    return future.result()


class Progress(Protocol):
    """Who wants to know how far a run is; called from several threads, one at a time.

    What it raises ends the run: batches that were begun are finished, no thread goes on, and the
    caller of the run gets the exception. That is how a run is cancelled.
    """

    def __call__(self, stage: str, done: int, total: int | None, /) -> None:
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
        yield
        passed = time.perf_counter() - begun
        self.seconds[name] = self.seconds.get(name, 0.0) + passed
        LOGGER.info("%s: %.3f s", name, passed)

    def count(
        self, name: str, stage: Callable[[T], R], total: int | None, before: int = 0
    ) -> Callable[[T], R]:
        """Return ``stage`` with each call reported as one batch done, ``before`` it so many."""
        if self.progress is None and not LOGGER.isEnabledFor(logging.DEBUG):
            return stage
        lock, done = threading.Lock(), [before]

        def counted(batch: T) -> R:
            result = stage(batch)
            with lock:
                done[0] += 1
                LOGGER.debug("%s: batch %d of %s", name, done[0], total)
                if self.progress:
                    self.progress(name, done[0], total)
            return result

        return counted
