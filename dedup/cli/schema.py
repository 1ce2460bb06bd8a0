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
    """Print the JSON Schema of an output.

    NAME is provenance, clusters or quarantine, for a row of that .jsonl file, or run, for
    run.json.
    """
    click.echo(schemas.schema_text(name), nl=False)
