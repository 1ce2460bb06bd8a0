"""Progress as JSON lines on standard error: written by a thread that alone waits for the reader."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["JsonLines"]

PAUSE = 0.5
"""Seconds between two lines."""
PATIENCE = 1.0
"""Seconds that the end of a run waits for a reader that does not read."""


class JsonLines:
    """Says every half second what ``state`` returns, and at the end how it ended.

    The run never waits: to a reader that is slow, fewer lines are written, each of them new; to one
    that has gone, none.
    """

    def __init__(self, state: Callable[[], dict[str, Any]]) -> None:
        self._state = state
        self._over = threading.Event()
        self._done = False
        self._warnings: list[str] = []
        self._thread = threading.Thread(target=self._write, name="dedup-progress", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def warn(self, sentence: str) -> None:
        """Have a warning written next."""
        self._warnings.append(sentence)

    def end(self, done: bool) -> None:
        """Write the last line, if somebody reads it."""
        self._done = done
        self._over.set()
        self._thread.join(PATIENCE)

    def _write(self) -> None:
        over = False
        try:
            while not over:
                over = self._over.wait(PAUSE)
                while self._warnings:
                    _put({"event": "warning", "message": self._warnings.pop(0)} | self._state())
                event = ("done" if self._done else "failed") if over else "progress"
                _put({"event": event} | self._state())
        except OSError:
            return  # nobody reads any more; the run is what counts


def _put(row: dict[str, Any]) -> None:
    """Write one line at once, past the buffers of the interpreter, which others wait for."""
    import orjson

    line = orjson.dumps({"schema_version": 1} | row, option=orjson.OPT_APPEND_NEWLINE)
    try:
        os.write(sys.stderr.fileno(), line)
    except BlockingIOError:
        return  # a pipe that is full, and made not to wait: the next line is newer
