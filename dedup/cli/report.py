"""``dedup report``: make the report of a finished run again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.program import Command, debug_option, quiet_option

if TYPE_CHECKING:
    from dedup.report.views import Shown

__all__ = ["command"]


@click.command("report", cls=Command, short_help="Write the report of a finished run again.")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--size", type=click.IntRange(min=1, max=1000), default=25, show_default=True, metavar="MB",
    help="Megabytes that it may have: what is smallest is left out first.",
)  # fmt: skip
@click.option(
    "--report-dir", type=click.Path(path_type=Path), metavar="DIR",
    help="Write DIR/index.html instead, and beside it pages with what one has no room for, "
    "--size MB each.",
)  # fmt: skip
@quiet_option
@debug_option
def command(out: Path, size: int, report_dir: Path | None, quiet: bool) -> None:
    """Write OUT/report.html again, from what the finished run in OUT wrote.

    It is one file that needs no network: open it in any browser.
    """
    from dedup.report import write_pages, write_report

    largest = size * 1_000_000
    if report_dir is not None:
        pages = write_pages(out, report_dir, largest=largest)
        if not quiet:
            megabytes = sum(page.size for page in pages) / 1e6
            beside = f", with {len(pages) - 1} more pages beside it" if len(pages) > 1 else ""
            click.echo(f"{pages[0].path}: {megabytes:.1f} MB{beside}")
            opened = sum(page.groups.shown for page in pages)
            texts = sum(page.texts.shown for page in pages)
            click.echo(f"  {opened:,} of {pages[0].groups.all:,} clusters and families opened")
            click.echo(f"  {texts:,} of {pages[0].texts.all:,} documents with their texts")
        return
    written = write_report(out, largest=largest)
    if quiet:
        return
    click.echo(f"{written.path}: {written.size / 1e6:.1f} MB")
    for what, shown in (
        ("clusters and families opened", written.groups),
        ("documents with their texts", written.texts),
        ("sections", written.sections),
    ):
        click.echo(f"  {_of(shown)} {what}")
    if not written.whole:
        click.echo("The rest is left out for its size: --size MB takes more in, --report-dir all")


def _of(shown: Shown) -> str:
    return f"{shown.shown:,}" if shown.shown == shown.all else f"{shown.shown:,} of {shown.all:,}"
