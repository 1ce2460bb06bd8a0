"""``dedup demo``: deduplicate the corpus that ships with the package."""

from __future__ import annotations

from pathlib import Path

import click

from dedup.cli.program import Command, debug_option, progress_option, quiet_option
from dedup.cli.run import deduplicate
from dedup.settings import Settings

__all__ = ["command"]


@click.command("demo", cls=Command, short_help="Deduplicate a small corpus that ships with dedup.")
@click.option(
    "-o", "--out", default=Path("dedup-demo"), show_default=True, metavar="OUT",
    type=click.Path(path_type=Path), help="Folder for the results.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print run.json instead of the summary.")
@progress_option
@quiet_option
@debug_option
def command(out: Path, as_json: bool, how: str, quiet: bool) -> None:
    """Deduplicate a small corpus of invented reports that ships with dedup."""
    from dedup.demo import corpus_path

    deduplicate([corpus_path()], out, Settings(), None, quiet=quiet, as_json=as_json, how=how)
    if not quiet and not as_json:
        click.echo(f"\nThe corpus is {corpus_path()}\nTo see one of its copies:")
        click.echo(f"  dedup explain {out} employment/jobs-2023.txt --line 11")
