"""How far a run is, on standard error: stage by stage on a terminal; a notice on the first run."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

__all__ = ["Progress"]

FIRST_RUN = "First run: the kernels are being compiled, once; that takes about half a minute."


class Progress:
    """Called by a run as its stages advance; ``quiet`` shows nothing."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bars: Bars | None = None
        self._stage: str | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(bar_width=20),
                TextColumn("{task.fields[count]}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show ``done`` of ``total`` batches of a stage."""
        if self._quiet:
            return
        if stage == "compile":
            self._notice()
        if self._bars is None:
            return
        if stage != self._stage or self._task is None:
            if self._task is not None:
                self._bars.remove_task(self._task)
            self._stage, self._task = stage, self._bars.add_task(stage, count="")
        count = "" if total is None else f"{done:,} of {total:,}"
        self._bars.update(self._task, completed=done, total=total, count=count)

    def _notice(self) -> None:
        if self._bars is not None:
            self._bars.console.print(FIRST_RUN, highlight=False)
        else:
            click.echo(FIRST_RUN, err=True)
