"""The ``dedup`` command as a process of its own, for tests of what a shell sees of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ARGV = [sys.executable, "-c", "from dedup.cli import main; main()"]

TOLD = """
import sys
from dedup.cli.progress import Progress
shown = Progress.__call__
def say(self, stage, done, total):
    if not done:
        print(stage, flush=True)
    shown(self, stage, done, total)
Progress.__call__ = say
from dedup.cli import program
program()
"""
"""The command as it is, but that it says on standard output which stage has begun."""


def dedup(
    *arguments: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run ``dedup`` to its end, as an argument of ``before``; nothing is a terminal to it."""
    return subprocess.run(
        [*before, *ARGV, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONWARNINGS": "", **(env or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def on_terminal(*arguments: str | Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run ``dedup`` on a terminal; return its exit code and all that it wrote there."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(env or {})
        os.execv(ARGV[0], [*ARGV, *map(str, arguments)])
    written = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        written += data
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), written.decode()


def is_one_sentence(text: str, names: Sequence[str] = ()) -> bool:
    """Say whether ``text`` is what an error should be: one line, no traceback, naming these."""
    return (
        text.count("\n") == 1
        and text.startswith("dedup: ")
        and "Traceback" not in text
        and all(name in text for name in names)
    )
