"""``dedup tune``: forecast a run from a sample, and what each threshold would find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from dedup.cli.program import Command, debug_option, progress_option, quiet_option
from dedup.cli.settings import settings_from, settings_options

__all__ = ["command"]


@click.command("tune", cls=Command, short_help="Forecast a run, and what each threshold finds.")
@click.argument("corpus", nargs=-1, required=True, type=str)
@click.option(
    "--thresholds", multiple=True, type=float, metavar="X",
    help="A line of the table; may be repeated.  [default: 0.4 to 0.9]",
)  # fmt: skip
@click.option(
    "--megabytes", type=float, default=8.0, show_default=True, metavar="N",
    help="Text of the documents that are drawn, for a run on them.",
)  # fmt: skip
@click.option(
    "--queries", type=click.IntRange(min=1), default=4000, show_default=True, metavar="N",
    help="Units that are drawn, and looked up in the whole corpus.",
)  # fmt: skip
@settings_options
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N",
    help="Threads.  [default: one for each core]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the forecast as JSON.")
@progress_option
@quiet_option
@debug_option
def command(
    corpus: Sequence[str],
    thresholds: Sequence[float],
    megabytes: float,
    queries: int,
    workers: int | None,
    as_json: bool,
    how: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Forecast what a run on CORPUS would take and find, with the options of `dedup run`.

    Some documents are drawn and run on, for time, memory and disk; some units are drawn and looked
    up in the whole corpus, for what is repeated at each threshold. --seed changes which.
    """
    from dedup.cli.progress import Progress
    from dedup.tuning import THRESHOLDS, tune

    with Progress(quiet, how) as progress:
        forecast = tune(
            corpus, settings_from(options), thresholds=thresholds or THRESHOLDS,
            megabytes=megabytes, queries=queries, workers=workers, progress=progress,
        )  # fmt: skip
    if as_json:
        import orjson

        click.echo(orjson.dumps(forecast.report, option=orjson.OPT_INDENT_2).decode())
    elif not quiet:
        _print(forecast.report)


def _print(report: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    from dedup.disk import spelled_bytes

    corpus, sample, run = (report[name] for name in ("corpus", "sample", "run"))
    click.echo(
        f"{corpus['documents']:,} documents: {corpus['units']:,} units that are long enough, "
        f"{corpus['characters']:,} characters\n"
        f"drawn: {sample['documents']:,} documents to run on, {sample['queries']:,} units to look "
        f"up in all\n\nA run would take about"
    )
    memory = run["peak_anonymous_bytes"]
    copies = run["copies_bytes"]
    for name, told in (
        ("time", f"{_spelled(run['seconds'])}, on this machine as busy as it was"),
        ("memory", "unknown on this system" if memory is None else spelled_bytes(memory)),
        (
            "disk",
            f"{spelled_bytes(run['out_bytes'])}, {spelled_bytes(run['clean_bytes'])} of it the "
            "cleaned corpus" + (f"; {spelled_bytes(copies)} more while it runs" if copies else ""),
        ),
        ("candidates", f"{run['candidates']:,} pairs, compared exactly"),
    ):
        click.echo(f"  {name:<10}  {told}")
    table = Table("threshold", box=None, pad_edge=False)
    for title in ("clusters", "95 %", "families", "95 %", "repeated", "95 %"):
        table.add_column(title, justify="right")
    everything = max(1, corpus["characters"])
    for row in report["thresholds"]:
        cells = [f"{row['threshold']:g}{' *' if row['threshold'] == report['threshold'] else ''}"]
        for name in ("clusters", "families"):
            low, high = row[f"{name}_95"]
            cells += [f"{row[name]:,}", f"{low:,} to {high:,}"]
        low, high = (100 * bound / everything for bound in row["repeated_characters_95"])
        cells += [f"{100 * row['repeated_share']:.1f} %", f"{low:.1f} to {high:.1f}"]
        table.add_row(*cells)
    click.echo("\nand find, of the whole corpus")
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120
    console.print(table)
    click.echo("* the threshold of the settings; repeated: characters in clusters or families")


def _spelled(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
