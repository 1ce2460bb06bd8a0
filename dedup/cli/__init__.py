"""The command line: options to Settings, and an outcome to words and an exit code."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.abc import MetaPathFinder
from typing import NoReturn

import click

from dedup.cli import demo, evaluate, explain, report, restore, run, schema, tune, warmup
from dedup.cli.program import Program

__all__ = ["main", "program"]


_MMAP_THRESHOLD, _TRIM_THRESHOLD, _ARENAS = -3, -1, -8  # as <malloc.h> numbers them


@click.group(
    "dedup", cls=Program, invoke_without_command=True, subcommand_metavar="COMMAND [ARGS]..."
)
@click.version_option(package_name="dedup", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context) -> None:
    """Find what is repeated in a corpus of Chinese or mixed text.

    Repeated paragraphs are clustered, a cleaned corpus is written, and a ledger says what was
    copied where, to the character. Start with `dedup demo`.

    Exit codes: 0 done, 1 rows were quarantined (with --strict), 2 wrong use, 3 failed.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(2)


for each in (run, demo, tune, report, explain, evaluate, restore, schema, warmup):
    main.add_command(each.command)


class LeftOut(MetaPathFinder):
    """Makes packages seem absent from this process, where they are installed.

    Arrow imports pandas to see that a column is none of its own, Numba imports SciPy in case of
    linear algebra, and a reader of settings: they would take longer than all that is needed.
    """

    def find_spec(self, name: str, *_: object) -> None:
        """Raise for these, as Python does for what is not there."""
        if name in {"pandas", "scipy", "yaml"}:
            raise ModuleNotFoundError(f"{name} is of no use to the command", name=name)


def _keep_memory() -> None:
    """Keep memory that a stage has freed for the next, where the C library is GNU's.

    The stages take and free hundreds of megabytes in turn. Given back each time, and taken from
    several heaps, they cost a run on 51 MB most of a second of processor time for page faults, and
    a fifth more memory at its peak.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # the same heap for columns
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for option, value in (
            (_MMAP_THRESHOLD, 1 << 25),
            (_TRIM_THRESHOLD, 2**31 - 1),
            (_ARENAS, 1),
        ):
            mallopt(option, value)


def program() -> NoReturn:
    """Run as a process of its own, and end it when all is written.

    The system takes a gigabyte of columns back at once; taking them apart one by one, as the
    interpreter would, costs a third of a second.
    """
    sys.meta_path.insert(0, LeftOut())
    _keep_memory()
    code: int | str | None = 1
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)
