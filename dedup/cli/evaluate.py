"""``dedup evaluate``: how good a run is on one's own corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.program import Command, debug_option, progress_option, quiet_option
from dedup.cli.run import folder_here
from dedup.cli.settings import settings_from, settings_options

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["command"]

KINDS = (
    "verbatim", "words-5", "words-10", "words-20", "words-30", "cut", "extended", "split",
    "merged", "inside", "across", "reordered", "traditional", "readings", "lost", "places",
    "figures", "places-figures",
)  # fmt: skip
"""As ``dedup.evaluate.alter`` has them, which is not loaded for a help text."""

_workers_option = click.option(
    "--workers", type=click.IntRange(min=1), metavar="N",
    help="Threads; changes no result.  [default: one for each core]",
)  # fmt: skip
_json_option = click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")


@click.group("evaluate", short_help="Measure how much is found, on your own corpus.")
def command() -> None:
    """Measure how much of what is copied a run finds, and whether what it finds is right.

    Without labels, plant copies and look for them; with labels, score a run against them.
    """


@command.command("plant", cls=Command, short_help="Plant copies in a corpus and look for them.")
@click.argument("corpus", nargs=-1, required=True, type=str)
@click.option(
    "-o", "--out", required=True, metavar="OUT", callback=folder_here,
    help="Folder for the planted corpus, the labels, the run and the scores: a new one.",
)  # fmt: skip
@click.option(
    "--hosts", multiple=True, type=str, metavar="CORPUS",
    help="Documents to plant into; may be repeated.  [default: a third of CORPUS]",
)  # fmt: skip
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), metavar="KIND",
    help=f"Plant this kind of copies only; may be repeated. One of {', '.join(KINDS)}.",
)  # fmt: skip
@click.option(
    "--copies", type=click.IntRange(min=1), default=100, show_default=True, metavar="N",
    help="Copies of each kind.",
)  # fmt: skip
@click.option(
    "--donor-length", type=click.IntRange(min=1), default=60, show_default=True, metavar="N",
    help="Characters that what is copied has at least.",
)  # fmt: skip
@settings_options
@_workers_option
@_json_option
@progress_option
@quiet_option
@debug_option
def plant(
    corpus: Sequence[str],
    out: Path,
    hosts: Sequence[str],
    kinds: Sequence[str],
    copies: int,
    donor_length: int,
    workers: int | None,
    as_json: bool,
    how: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Plant copies of paragraphs of CORPUS into other documents, and look for them.

    Paragraphs that stand only once are copied: verbatim; with 5, 10, 20 or 30 % of their words
    replaced; cut, extended, split, merged, reordered; a part of them, or of two and the break
    between, inside another paragraph; in the other script, with readings in brackets, with
    characters lost, with other places and figures. --seed changes which. OUT gets the planted
    corpus (planted.jsonl), where each copy is (labels.jsonl), the output of the run (run) and the
    scores (evaluation.json).
    """
    from dedup.cli.progress import Progress
    from dedup.evaluate.trial import try_planted

    with Progress(quiet, how) as progress:
        trial = try_planted(
            corpus, out, settings_from(options), hosts=hosts, kinds=kinds or KINDS, copies=copies,
            shortest=donor_length, workers=workers, progress=progress,
        )  # fmt: skip
    if as_json:
        _print_json(trial.report)
    elif not quiet:
        _print_trial(trial.report, out)


@command.command("pairs", cls=Command, short_help="Score a run against pairs that you labelled.")
@click.argument("pairs", type=click.Path(path_type=Path))
@click.argument("corpus", nargs=-1, type=str)
@click.option(
    "--run", "out", type=click.Path(path_type=Path), metavar="OUT",
    help="Folder of a finished run, instead of CORPUS and settings.",
)  # fmt: skip
@settings_options
@_workers_option
@_json_option
@progress_option
@quiet_option
@debug_option
@click.pass_context
def pairs(
    context: click.Context,
    /,
    pairs: Path,
    corpus: Sequence[str],
    out: Path | None,
    workers: int | None,
    as_json: bool,
    how: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Score a run against the labels in PAIRS.

    PAIRS holds JSON lines: two places and whether they belong together, or a group of places
    (`dedup schema pairs`). The run is that of `--run OUT`, or one over CORPUS, which leaves
    nothing behind.
    """
    from dedup.cli.progress import Progress
    from dedup.evaluate.judgement import judge_corpus, judge_run

    if out is None and not corpus:
        raise click.UsageError("Nothing to score: give CORPUS, or a finished run with --run OUT.")
    if out is not None:
        given = click.core.ParameterSource.COMMANDLINE
        others = [
            max(parameter.opts, key=len)
            for parameter in context.command.params
            if parameter.name in {*options, "workers"}
            and context.get_parameter_source(parameter.name) == given
        ]
        if corpus or others:
            other = "CORPUS" if corpus else others[0]
            raise click.UsageError(f"--run is of a finished run: leave out {other}.")
        report = judge_run(pairs, out)
    else:
        with Progress(quiet, how) as progress:
            report = judge_corpus(
                pairs, corpus, settings_from(options), workers=workers, progress=progress
            )
    if as_json:
        _print_json(report)
    elif not quiet:
        _print_pairs(report)


def _print_json(report: Mapping[str, Any]) -> None:
    import orjson

    click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())


def _print_trial(report: Mapping[str, Any], out: Path) -> None:
    table = _table("kind", "planted", "found", "recall", "95 %", "by units")
    for kind, row in report["kinds"].items():
        low, high = row["interval_95"] or (None, None)
        within = "" if low is None else f"{low:.3f} to {high:.3f}"
        counts = f"{row['planted']:,}", f"{row['found']:,}"
        table.add_row(kind, *counts, _share(row["recall"]), within, _share(row["recall_by_units"]))
    _print(table)
    links = report["links"]
    click.echo(
        f"\nlinks of paragraphs of the {report['hosts']:,} hosts: {links['true']:,} right, "
        f"{links['false']:,} wrong: precision {_share(links['precision'])}"
    )
    if links["unjudged"]:
        click.echo(f"not judged: {links['unjudged']:,} between short paragraphs of the hosts")
    _print_passages(report["passages"])
    click.echo("\nLook at")
    for name, holds in (
        ("evaluation.json", "the scores, and some of what was missed"),
        ("labels.jsonl", "where each copy is, and what it is of"),
        ("planted.jsonl", "the corpus with the copies"),
        ("run", "what dedup made of it"),
    ):
        click.echo(f"  {out / name}: {holds}")


def _print_passages(passages: Mapping[str, Any]) -> None:
    """Print how exactly copies are marked, of all kinds and of each."""
    names = "precision", "recall", "granularity", "plagdet"
    table = _table("kind", *names)
    left_out = passages["all"]["without"]
    everything = f"all but {', '.join(left_out)}" if left_out else "all"
    rows = {everything: passages["all"], **passages["kinds"]}
    for kind, row in rows.items():
        table.add_row(kind, *(_share(row[name]) for name in names))
    click.echo("\ncharacters marked, of copies and originals (the measures of PAN):")
    _print(table)


def _print_pairs(report: Mapping[str, Any]) -> None:
    table = _table("kind", "right", "wrong", "missed", "precision", "recall", "F1")
    rows = report["kinds"] | ({"all": report["all"]} if len(report["kinds"]) > 1 else {})
    for kind, row in rows.items():
        counts = (f"{row[name]:,}" for name in ("true", "false", "missed"))
        measures = (_share(row[name]) for name in ("precision", "recall", "f1"))
        table.add_row(kind, *counts, *measures)
    _print(table)
    if report["b_cubed"]:
        told = (f"{name} {_share(value)}" for name, value in report["b_cubed"].items())
        click.echo(f"\nB-cubed: {', '.join(told)}")
    for name, what in (("missed", "Not held together"), ("wrong", "Wrongly held together")):
        if report[name]:
            click.echo(f"\n{what}:")
        for pair in report[name][:5]:
            click.echo(f"  {_place(pair['a'])} and {_place(pair['b'])}")


def _place(place: Mapping[str, Any]) -> str:
    where = ", ".join(f"{name} {value}" for name, value in place.items() if name != "doc")
    return f"{place['doc']} ({where})" if where else str(place["doc"])


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _table(*names: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="")
    for name in names:
        table.add_column(name, justify="left" if name == "kind" else "right")
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False, markup=False, emoji=False).print(table)
