"""``dedup schema``: print the JSON Schema of an output."""

from __future__ import annotations

import click

from dedup import schemas
from dedup.cli.program import Command, debug_option

__all__ = ["command"]


@click.command("schema", cls=Command, short_help="Print the JSON Schema of an output.")
@click.argument("name", type=click.Choice(schemas.NAMES), metavar="NAME")
@debug_option
def command(name: str) -> None:
    """Print the JSON Schema of an output, of labels, or of decisions.

    NAME is provenance, clusters, families, sections, documents or quarantine, for a row of that
    .jsonl file; run or timings, for run.json and timings.json; progress, for a line that
    `--progress json` writes; forecast, for what `tune --json` prints; planted, for a row of the
    labels that `evaluate plant` writes; pairs, for one that `evaluate pairs` reads; or decisions,
    for the file that `run --decisions` reads.
    """
    click.echo(schemas.schema_text(name), nl=False)
