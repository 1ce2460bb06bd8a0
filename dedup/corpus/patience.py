"""Streams that may keep one waiting for ever: a network, a pipe; whoever waits can be stopped."""

from __future__ import annotations

import io
import select
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, BinaryIO, TypeVar, cast

from dedup.watch import awaited, checkpoint

__all__ = ["patient", "waited_for"]

R = TypeVar("R")

_BLOCK_BYTES = 1 << 20
_POLL_SECONDS = 0.2


def waited_for(work: Callable[[], R]) -> R:
    """Return what ``work`` returns, done in a thread that is left to itself if this one stops."""
    future: Future[R] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    return awaited(future)


def patient(stream: BinaryIO) -> BinaryIO:
    """Return a buffered stream, such as standard input, to read from: it is waited for."""
    return cast(BinaryIO, io.BufferedReader(_Patient(stream), _BLOCK_BYTES))


class _Patient(io.RawIOBase):
    """Reads another stream, which stays open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._wait()
        data = cast(io.BufferedReader, self._stream).read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _wait(self) -> None:
        """Wait for something to read, or the end; a stream without a file has it there."""
        try:
            number = self._stream.fileno()
        except OSError:
            return
        # In no thread of its own: one that holds standard input lets the interpreter fail to end.
        while not select.select([number], [], [], _POLL_SECONDS)[0]:
            checkpoint()
