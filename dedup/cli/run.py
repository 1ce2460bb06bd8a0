"""``dedup run``: deduplicate a corpus into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.program import Command, debug_option, quiet_option
from dedup.cli.settings import settings_from, settings_options

if TYPE_CHECKING:
    from dedup.run import Outcome
    from dedup.settings import Settings

__all__ = ["command", "deduplicate"]


def folder_here(_: click.Context, __: click.Parameter, value: str) -> Path:
    """Return the folder for the results; a URL would be taken for a folder of a strange name."""
    if "://" in value:
        raise click.BadParameter(f"{value} is a URL: name a folder of this machine.")
    return Path(value)


@click.command("run", cls=Command, short_help="Deduplicate a corpus into a folder.")
@click.argument("corpus", nargs=-1, required=True, type=str)
@click.option(
    "-o", "--out", required=True, metavar="OUT", callback=folder_here,
    help="Folder for the results: a new one, or an empty one.",
)  # fmt: skip
@settings_options
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N",
    help="Threads; changes no result.  [default: one for each core]",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with 1 if a row was quarantined.")
@click.option("--json", "as_json", is_flag=True, help="Print run.json instead of the summary.")
@quiet_option
@debug_option
def command(
    corpus: Sequence[Path | str],
    out: Path,
    workers: int | None,
    strict: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Deduplicate CORPUS, files and folders, into the folder OUT.

    Folders are searched for .txt, .md, .jsonl, .ndjson, .csv, .tsv and .parquet files, plain or
    compressed (.gz, .zst, .bz2, .xz). URLs are read by way of fsspec (s3://bucket/folder), and - is
    JSONL on standard input. The input is never changed; `dedup restore` rebuilds it from OUT.
    """
    settings = settings_from(options)
    outcome = deduplicate(corpus, out, settings, workers, quiet=quiet, as_json=as_json)
    if strict and outcome.report["counts"]["quarantined"]:
        click.get_current_context().exit(1)


def deduplicate(
    corpus: Sequence[Path | str],
    out: Path,
    settings: Settings,
    workers: int | None,
    *,
    quiet: bool,
    as_json: bool,
) -> Outcome:
    """Run, with progress, and say what came of it."""
    from dedup.cli.progress import Progress
    from dedup.run import run

    with Progress(quiet) as progress:
        outcome = run(corpus, out, settings, workers=workers, progress=progress)
    if outcome.already and not quiet:
        click.echo(f"{out} holds this run already, finished: nothing was done.", err=as_json)
    if as_json:
        _print_json(outcome)
    elif not quiet and not outcome.already:
        _print_summary(outcome)
    return outcome


def _print_json(outcome: Outcome) -> None:
    import orjson

    click.echo(orjson.dumps(outcome.report, option=orjson.OPT_INDENT_2).decode())


def _print_summary(outcome: Outcome) -> None:
    from dedup.summary import headline

    out = outcome.out
    click.echo(headline(outcome.report))
    click.echo(f"Done in {sum(outcome.seconds.values()):.1f} s. Look at")
    for name, holds in (
        ("summary.txt", "what was found, to read"),
        ("clean", "the corpus without what was dropped"),
        ("provenance.jsonl", "every repeated unit, and why"),
    ):
        click.echo(f"  {out / name}: {holds}")
    if outcome.report["counts"]["quarantined"]:
        click.echo(f"  {out / 'quarantine.jsonl'}: what could not be read")
