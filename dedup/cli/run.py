"""``dedup run``: deduplicate a corpus into a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.program import Command, debug_option, progress_option, quiet_option
from dedup.cli.settings import settings_from, settings_options
from dedup.errors import OutputError

if TYPE_CHECKING:
    from dedup.run import Outcome
    from dedup.settings import Settings

__all__ = ["command", "deduplicate"]


def folder_here(_: click.Context, __: click.Parameter, value: str) -> Path:
    """Return the folder for the results; a URL would be taken for a folder of a strange name."""
    if "://" in value:
        raise click.BadParameter(f"{value} is a URL: name a folder of this machine.")
    return Path(value)


class _Size(click.ParamType):  # type: ignore[type-arg]  # generic in newer ones alone
    """Bytes, as people write them."""

    name = "size"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", str(value).strip(), re.IGNORECASE)
        if not found:
            self.fail(f"{value} is no size: write 500MB or 2GB.", param, ctx)
        return int(float(found[1]) * 1000 ** " KMGT".index(found[2].upper() or " "))


SIZE = _Size()


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
@click.option(
    "--memory", type=SIZE, metavar="SIZE",
    help="Memory to do with (2GB): a run that would take more keeps files in OUT, and can be "
    "resumed.  [default: half of what is free]",
)  # fmt: skip
@click.option(
    "--update", is_flag=True,
    help="Redo a run of another input or other settings in OUT: what depends on those.",
)  # fmt: skip
@click.option(
    "--keep-work", is_flag=True,
    help="Keep what stages made in OUT, two to three times the corpus, for the next --update.",
)  # fmt: skip
@click.option(
    "--no-report", "report", flag_value=False, default=True,
    help="Write no report.html; `dedup report` can still make it.",
)  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit with 1 if a row was quarantined.")
@click.option("--json", "as_json", is_flag=True, help="Print run.json instead of the summary.")
@progress_option
@quiet_option
@debug_option
def command(
    corpus: Sequence[Path | str],
    out: Path,
    workers: int | None,
    memory: int | None,
    update: bool,
    keep_work: bool,
    report: bool,
    strict: bool,
    as_json: bool,
    how: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Deduplicate CORPUS, files and folders, into the folder OUT.

    Folders are searched for .txt, .md, .jsonl, .ndjson, .csv, .tsv and .parquet files, plain or
    compressed (.gz, .zst, .bz2, .xz). URLs are read by way of fsspec (s3://bucket/folder), and - is
    JSONL on standard input. The input is never changed; `dedup restore` rebuilds it from OUT.
    """
    settings = settings_from(options)
    outcome = deduplicate(
        corpus, out, settings, workers, quiet=quiet, as_json=as_json, how=how,
        memory=memory, update=update, keep_work=keep_work, report=report,
    )  # fmt: skip
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
    how: str = "auto",
    memory: int | None = None,
    update: bool = False,
    keep_work: bool = False,
    report: bool = True,
) -> Outcome:
    """Run, with progress, and say what came of it."""
    from dedup.cli.progress import Progress
    from dedup.run import run

    with Progress(quiet, how) as progress, _said_if_resumable(out):
        outcome = run(
            corpus, out, settings, workers=workers, memory=memory, update=update,
            keep_work=keep_work, report=report, progress=progress,
        )  # fmt: skip
    if outcome.already and not quiet:
        click.echo(f"{out} holds this run already, finished: nothing was done.", err=as_json)
    if as_json:
        _print_json(outcome)
    elif not quiet and not outcome.already:
        _print_summary(outcome)
    return outcome


@contextmanager
def _said_if_resumable(out: Path) -> Iterator[None]:
    """Say, if a run is stopped, that it need not begin at the beginning."""
    from dedup.store import OutputFolder

    try:
        yield
    except (KeyboardInterrupt, OutputError):
        if OutputFolder(out).resumable():
            click.echo(f"What was finished is in {out}: the same command goes on there.", err=True)
        raise


def _print_json(outcome: Outcome) -> None:
    import orjson

    click.echo(orjson.dumps(outcome.report, option=orjson.OPT_INDENT_2).decode())


def _print_summary(outcome: Outcome) -> None:
    from dedup.summary import headline

    out = outcome.out
    click.echo(headline(outcome.report))
    click.echo(f"Done in {sum(outcome.seconds.values()):.1f} s. Look at")
    for name, holds in (
        ("report.html", "what was copied where, to open in a browser"),
        ("summary.txt", "what was found, to read"),
        ("clean", "the corpus without what was dropped"),
        ("provenance.jsonl", "every repeated unit, and why"),
    ):
        if (out / name).exists():
            click.echo(f"  {out / name}: {holds}")
    if outcome.report["counts"]["quarantined"]:
        click.echo(f"  {out / 'quarantine.jsonl'}: what could not be read")
