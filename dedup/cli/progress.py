"""How far a run is, on standard error: one line on a terminal, or JSON lines for a program."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.progressjson import JsonLines

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from dedup.watch import Watch

__all__ = ["Progress"]

FIRST_RUN = "First run: the kernels are being compiled, once; that takes about half a minute."
BAR = 20
"""Characters of the bar, where there is room for it."""


class Progress:
    """Called by a run as its stages advance.

    ``how`` is ``auto``, on a terminal and unless ``quiet``; ``json``, which was asked for, always;
    or ``none``.
    """

    def __init__(self, quiet: bool, how: str = "auto") -> None:
        self._quiet = quiet or how == "none"
        self._how = how
        self._live: Live | None = None
        self._lines: JsonLines | None = None
        self._watch: Watch | None = None
        self._stage = ""
        self._begun = time.perf_counter()

    def __enter__(self) -> Progress:
        if self._how == "json":
            self._lines = JsonLines(self.state)
            self._lines.start()
        elif not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            self._live = Live(
                console=Console(stderr=True), transient=True, refresh_per_second=4,
                get_renderable=self._line, redirect_stdout=False, redirect_stderr=False,
            )  # fmt: skip
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()
        if self._lines is not None:
            self._lines.end(error is None)

    def __call__(self, stage: str, *_: int | None) -> None:
        """Take note that a stage has begun; how far it is, its watch says."""
        if stage == self._stage:
            return
        self._stage = stage
        if stage == "compile" and not self._quiet and self._lines is None:
            self._say(FIRST_RUN)
        if self._live is not None:
            self._live.refresh()  # of what is over before the next look, the name at least

    def follow(self, watch: Watch) -> None:
        """Take the watch of the run that begins."""
        self._watch = watch

    def tell(self, sentence: str) -> None:
        """Warn of what does not end the run."""
        if self._lines is not None:
            self._lines.warn(sentence)
        elif not self._quiet:
            self._say(f"dedup: {sentence}")

    def state(self) -> dict[str, Any]:
        """Return what `dedup schema progress` describes, but for what ends a run."""
        from dedup.resident import anonymous_bytes

        now = time.perf_counter()
        stage = self._watch.current if self._watch else None
        passed = now - stage.begun if stage else 0.0
        told: dict[str, Any] = {
            "seconds": round(now - self._begun, 3),
            "stage": stage.name if stage else None if self._watch else self._stage or None,
            "stage_seconds": round(passed, 3) if stage else None,
            "done": None, "total": None, "per_second": None, "unit": None,
            "remaining_seconds": None, "anonymous_bytes": anonymous_bytes(),
        }  # fmt: skip
        if stage is not None:
            rate, left = stage.rate(passed), stage.remaining(passed)
            told |= {"done": stage.done, "total": stage.total, "unit": stage.unit or None}
            told["per_second"] = None if rate is None else round(rate, 1)
            told["remaining_seconds"] = None if left is None else round(left, 1)
        return told

    def _line(self) -> Table:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        told = self.state()
        width = self._live.console.width if self._live else 80
        row = [part for part in _spelled(told) if part]
        while len(row) > 1 and len("  ".join(row)) > width:
            del row[-1]
        grid = Table.grid(padding=(0, 2, 0, 0))
        cells: list[Any] = [Text(part, no_wrap=True) for part in row]
        if told["total"] and len("  ".join(row)) + BAR + 2 <= width:
            done = min(told["done"], told["total"])
            cells.insert(1, ProgressBar(total=told["total"], completed=done, width=BAR))
        grid.add_row(*cells)
        return grid

    def _say(self, sentence: str) -> None:
        if self._live is not None:
            self._live.console.print(sentence, highlight=False, markup=False)
        else:
            click.echo(sentence, err=True)


def _spelled(told: dict[str, Any]) -> list[str]:
    """Return what a line shows, the least needed last."""
    from dedup.disk import spelled_bytes

    done, total, rate, left = (
        told[name] for name in ("done", "total", "per_second", "remaining_seconds")
    )
    unit, held = told["unit"], told["anonymous_bytes"]
    speed = ""
    if rate is not None:
        speed = f"{spelled_bytes(rate)}/s" if unit == "bytes" else f"{rate:,.0f} {unit}/s"
    return [
        f"{told['stage'] or 'start'} ",
        f"{done:,} of {total:,}" if total else f"{done:,} done" if done else "",
        "" if left is None else f"{_clock(left)} left",
        speed,
        "" if held is None else f"{spelled_bytes(held)} memory",
        _clock(told["seconds"]),
    ]


def _clock(seconds: float) -> str:
    """Return seconds as minutes and hours.

    >>> _clock(7.6), _clock(3671)
    ('0:08', '1:01:11')
    """
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
