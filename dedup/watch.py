"""What each stage of a run takes, and who is told how far it is: a callback, and the log."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from dedup.resident import anonymous_bytes, give_back

__all__ = [
    "LOGGER", "Follower", "Progress", "Stage", "Stopped", "Watch", "awaited", "checkpoint",
    "stoppable",
]  # fmt: skip

LOGGER = logging.getLogger("dedup")
"""INFO: each stage with its seconds, and what was found; DEBUG: each batch."""
LOGGER.addHandler(logging.NullHandler())  # silent until the program that uses us wants to hear it

T = TypeVar("T")
R = TypeVar("R")


SAMPLE_SECONDS = 0.02
"""Between two looks at the memory. One takes some 20 µs, so that all of them cost a thousandth."""
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


@runtime_checkable
class Follower(Progress, Protocol):
    """A ``Progress`` that looks up what it wants to know, when it wants to."""

    def follow(self, watch: Watch) -> None:
        """Take the watch of the run that begins; a run within a run has one of its own."""

    def tell(self, sentence: str) -> None:
        """Take note of what the person who waits should know now."""


@dataclass
class Stage:
    """What one stage has done and taken so far; all times that it came are counted together."""

    name: str
    handled: int = 0
    """How much it is given to work on, in all."""
    unit: str = ""
    """Of what: bytes, characters, units, texts, pairs, edges; empty if there is no such number."""
    seconds: float = 0.0
    """Of the times that it has come to its end."""
    cpu_seconds: float = 0.0
    """Of all threads of the process, whatever else they did meanwhile."""
    peak: int | None = None
    """Bytes of anonymous memory of the process while it lasted, as sampled."""
    done: int = 0
    """Batches of this time."""
    total: int | None = None
    begun: float = field(default_factory=time.perf_counter)
    """When this time began, as ``time.perf_counter`` has it."""

    def remaining(self, passed: float) -> float | None:
        """Return the seconds that its other batches will take if they are like those before.

        None without a count of batches, and before one in fifty is done.

        >>> Stage("words", done=10, total=40).remaining(2.0)
        6.0
        """
        if not self.total or self.done * 50 < self.total:
            return None
        return passed * (self.total - self.done) / max(1, self.done)

    def rate(self, passed: float) -> float | None:
        """Return how much of ``handled`` is done in a second, in these ``passed`` seconds."""
        if not self.handled or not self.total or not self.done or passed <= 0:
            return None
        return self.handled * self.done / self.total / passed

    def told(self, whole: float) -> dict[str, Any]:
        """Return what ``timings.json`` says of it, given the seconds of the ``whole`` run."""
        sized = self.unit and self.seconds > 0
        return {
            "seconds": round(self.seconds, 4),
            "share": round(self.seconds / whole, 4) if whole else None,
            "cpu_seconds": round(self.cpu_seconds, 4),
            "handled": self.handled if self.unit else None,
            "unit": self.unit or None,
            "per_second": round(self.handled / self.seconds, 1) if sized else None,
            "peak_anonymous_bytes": self.peak,
        }


@dataclass
class Watch:
    """Seconds of each stage as they pass, and who is told of its progress."""

    progress: Progress | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)
    corpus_bytes: int = 0
    """Of the corpus, decompressed, once it is known."""
    peak: int | None = None
    """Bytes of anonymous memory of the process at most, as sampled."""
    frugal: bool = False
    """Whether memory that is freed goes back to the system after each stage."""
    begun: float = field(default_factory=time.perf_counter)
    _open: list[Stage] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.progress, Follower):
            self.progress.follow(self)

    @property
    def current(self) -> Stage | None:
        """The stage that began last of those that have not ended."""
        return next(reversed(self._open[:]), None)

    @contextmanager
    def stage(self, name: str, handled: int = 0, unit: str = "") -> Iterator[Stage]:
        """Time what happens inside, under ``name``; it is given so many of ``unit`` to work on."""
        stage = self.stages.setdefault(name, Stage(name))
        stage.handled += handled
        stage.unit = unit or stage.unit
        stage.done, stage.total = 0, None
        begun, cpu = time.perf_counter(), time.process_time()
        stage.begun = begun
        self._open.append(stage)
        self._look()
        try:
            if self.progress:
                self.progress(name, 0, None)
            yield stage
            passed = time.perf_counter() - begun
            stage.seconds += passed
            stage.cpu_seconds += time.process_time() - cpu
            self.seconds[name] = stage.seconds
            self._look()
        finally:
            self._open.remove(stage)
            if self.frugal:
                give_back()
        LOGGER.info("%s: %.3f s", name, passed)

    def count(
        self, name: str, stage: Callable[[T], R], total: int | None, before: int = 0
    ) -> Callable[[T], R]:
        """Return ``stage`` with each call reported as one batch done, ``before`` it so many."""
        if self.progress is None and not LOGGER.isEnabledFor(logging.DEBUG):
            return stage
        lock, done = threading.Lock(), [before]
        if name in self.stages:
            self.stages[name].done, self.stages[name].total = before, total

        def counted(batch: T) -> R:
            result = stage(batch)
            with lock:
                done[0] += 1
                self._advance(name, done[0], total)
            return result

        return counted

    def another(self) -> None:
        """Take note of one more batch of the current stage, of nobody knows how many."""
        with self._lock:
            stage = self.current
            if stage is not None:
                self._advance(stage.name, stage.done + 1, None)

    def tell(self, sentence: str) -> None:
        """Warn whoever waits for the run of what does not end it."""
        LOGGER.warning("%s", sentence)
        if isinstance(self.progress, Follower):
            self.progress.tell(sentence)

    @contextmanager
    def sampling(self) -> Iterator[None]:
        """Look at the memory all the while, not only where stages begin and end."""
        over = threading.Event()

        def sample() -> None:
            while not over.wait(SAMPLE_SECONDS):
                self._look()

        thread = threading.Thread(target=sample, name="dedup-memory", daemon=True)
        if anonymous_bytes() is not None:
            thread.start()
        try:
            yield
        finally:
            over.set()
            if thread.ident is not None:
                thread.join()

    def _look(self) -> None:
        held = anonymous_bytes()
        if held is not None:
            self.peak = max(held, self.peak or 0)
            for stage in self._open[:]:
                stage.peak = max(held, stage.peak or 0)

    def _advance(self, name: str, done: int, total: int | None) -> None:
        LOGGER.debug("%s: batch %d of %s", name, done, total)
        if name in self.stages:
            self.stages[name].done, self.stages[name].total = done, total
        if self.progress:
            self.progress(name, done, total)
