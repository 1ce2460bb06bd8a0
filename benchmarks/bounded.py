"""Run a process while its anonymous memory is sampled, and end it where it is beyond a bound."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpora import CHECKOUT
from benchmarks.measure import shown

SAMPLED = 0.05
"""Seconds between two samples."""


@dataclass(frozen=True)
class Bounded:
    """What one process took, as far as it was let."""

    seconds: float
    cpu_seconds: float
    """User and system time together: on a machine that does other things, too, the figure."""
    anonymous_mb: float
    """Largest ``RssAnon`` seen: memory of its own, without the files it has mapped."""
    ended: str
    """``done``, or why it was ended: ``memory`` or ``time``."""
    filed_mb: float = 0.0
    """Most that was seen in the folder that it was watched for."""


def run_bounded(
    command: Sequence[str | Path],
    most_mb: float,
    most_seconds: float,
    folder: Path | None = None,
) -> Bounded:
    """Run a command to its end, or until it has more memory or time than it may.

    ``most_seconds`` is of processor time; ``folder`` is one that the process fills, whose files are
    counted, also those that are removed and still mapped. Linux only: the samples are of ``/proc``.

    Raises
    ------
    RuntimeError
        If it fails by itself, with what it wrote to its standard error.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        over, peak, filed, done = [], [0.0], [0.0], threading.Event()

        def sample() -> None:
            while not done.wait(SAMPLED):
                peak[0] = max(peak[0], _anonymous_mb(child.pid))
                if folder is not None:
                    filed[0] = max(filed[0], _filed_mb(child.pid, folder))
                if peak[0] > most_mb:
                    over.append("memory")
                elif _cpu_seconds(child.pid) > most_seconds:
                    over.append("time")
                else:
                    continue
                child.kill()
                return

        sampler = threading.Thread(target=sample)
        sampler.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        done.set()
        sampler.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode and not over:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")[-4000:]
            raise RuntimeError(f"{shown(command)} ended with {child.returncode}:\n{said}")
    return Bounded(
        seconds=round(seconds, 3),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 3),
        anonymous_mb=round(peak[0], 1),
        ended=over[0] if over else "done",
        filed_mb=round(filed[0], 1),
    )


def _anonymous_mb(pid: int) -> float:
    """Return the anonymous memory of a process in MB, 0 once it is gone."""
    for line in _told(pid, "status").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _filed_mb(pid: int, folder: Path) -> float:
    """Return the MB on disk of all files in a folder, and of those removed from it but mapped."""
    size = sum(map(_blocks_bytes, folder.rglob("*")))
    removed: dict[str, int] = {}
    for line in _told(pid, "maps").splitlines():
        span, _, offset, _, number, *path = line.split(maxsplit=5)
        if path and path[0].startswith(f"{folder}{os.sep}") and path[0].endswith(" (deleted)"):
            first, _, last = span.partition("-")
            end = int(last, 16) - int(first, 16) + int(offset, 16)
            removed[number] = max(removed.get(number, 0), end)
    return (size + sum(removed.values())) / 1e6


def _blocks_bytes(path: Path) -> int:
    """Return what a file has of the disk; nothing once it is gone."""
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0


def _cpu_seconds(pid: int) -> float:
    told = _told(pid, "stat").rpartition(")")[2].split()
    return sum(map(int, told[11:13])) / os.sysconf("SC_CLK_TCK") if told else 0.0


def _told(pid: int, what: str) -> str:
    try:
        return Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8")
    except OSError:
        return ""
