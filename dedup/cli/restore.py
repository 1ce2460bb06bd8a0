"""``dedup restore``: rebuild the input of a run from its output."""

from __future__ import annotations

from pathlib import Path

import click

from dedup.cli.program import Command, debug_option, quiet_option

__all__ = ["command"]


@click.command("restore", cls=Command, short_help="Rebuild the input of a run, byte for byte.")
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("dest", type=click.Path(path_type=Path))
@quiet_option
@debug_option
def command(out: Path, dest: Path, quiet: bool) -> None:
    """Rebuild the input of the run in OUT, byte for byte, in the empty or new folder DEST."""
    from dedup.corpus.patch import restore

    count = restore(out, dest)
    if not quiet:
        click.echo(f"{count:,} file{'' if count == 1 else 's'} restored to {dest}")
