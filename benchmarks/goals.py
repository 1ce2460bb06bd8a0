"""Goals for what the benchmarks measure, and the table of how they are met.

::

    python -m benchmarks.goals RESULTS [--steps STEPS.tsv]

``RESULTS`` is a folder of result files; every goal needs its figure there. ``STEPS.tsv`` adds rows
for programs that pass or fail as a whole: name, seconds, exit code.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Goal:
    """A bound that a figure has to keep."""

    figure: str
    least: float | None = None
    most: float | None = None
    what: str = ""

    def met(self, value: float) -> bool:
        """Say whether a measured value keeps the bound."""
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )

    def __str__(self) -> str:
        """Return the bound as the table shows it."""
        return f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}"


GOALS = (
    Goal("speed.laws.times_script", least=40, what="MB/s of dedup run, in those of the script"),
    *(
        Goal(f"bulk.times.{peer}", least=least, what=f"MB/s of half a GB, in those of {what}")
        for peer, least, what in (
            ("dolma", 2, "dolma's Bloom filter, equal paragraphs only"),
            ("gaoya", 4, "gaoya on characters"),
            ("rjieba_rensa", 5, "rjieba and rensa"),
            ("datatrove", 60, "datatrove's MinHash with jieba"),
            ("script", 100, "the script of jieba and datasketch"),
        )
    ),
    Goal("chain.times_rjieba", least=1.5, what="fold to signatures, in rjieba's cutting alone"),
    Goal("startup.help_seconds", most=0.2, what="dedup --help"),
    Goal("startup.first_run_seconds", most=20, what="dedup demo, nothing compiled"),
    Goal("startup.warm_run_seconds", most=2, what="dedup demo, again"),
    Goal("report.laws.open_ms", most=2000, what="a report of 50,000 rows, opened in Chromium"),
    Goal("report.laws.filter_ms", most=2000, what="the same, filtered"),
    Goal("scale.apart", most=0.25, what="of the mean, the seconds per GB at 0.1, 1 and 5 GB"),
    Goal("scale.anonymous_mb", most=2000, what="memory of a run with --memory 2GB"),
    Goal("scale.filed_times_input", most=2, what="files of a run at work, of the input"),
    Goal("recall.literal", least=0.99, what="share of the exact pairs that are edges"),
    Goal("recall.masked", least=0.99, what="the same in the masked view"),
    Goal("recall.wrong_similarities", most=0, what="edges of another Jaccard than their sets have"),
    Goal("recall.beyond_exact", most=0, what="edges that the exact join does not have"),
    Goal("recall.audit_within", least=1, what="the audit's interval holds the recall"),
    Goal("recall.audit_share", most=0.05, what="of the run's seconds"),
    Goal("labels.P", least=0.99, what="pairs of masked_laws found, only places differ"),
    Goal("labels.PN", least=0.97, what="pairs of masked_laws found, numbers differ too"),
    *(
        Goal(f"quality.planted.{kind}", least=least, what=what)
        for kind, least, what in (
            ("words-5", 0.98, "planted copies found, 5 % of the words replaced"),
            ("traditional", 0.99, "the same, in Traditional characters"),
            ("readings", 0.99, "with readings in brackets"),
            ("places", 0.99, "with other places"),
            ("figures", 0.99, "with other figures"),
            ("places-figures", 0.99, "with both"),
            ("precision", 1, "share of the links of hosts that a planted copy explains"),
            ("linked.words-5", 0.99, "found by paragraph or passage, 5 % of the words replaced"),
            ("linked.words-10", 0.98, "the same, 10 %"),
            ("linked.words-20", 0.9, "the same, 20 %"),
            ("plagdet", 0.95, "how exactly copies are marked, to the character"),
            ("plagdet_micro", 0.95, "the same, each character counting as much"),
        )
    ),
    Goal("passages.chapters.covered", least=0.98, what="shared by two extractions, and marked"),
    Goal("passages.versions.linked", least=0.98, what="pairs of versions of a law"),
    Goal("passages.versions.covered", least=0.98, what="the same in both versions, and marked"),
    Goal("passages.versions.marked_new", most=0.05, what="of what is marked, in one version only"),
    Goal("passages.versions.unread", most=0, what="long stretches that link laws, not read"),
    Goal("passages.seeds.found", least=2, what="copies with text inserted, of the two"),
    Goal("passages.seeds.covered", least=0.95, what="of what they share, marked"),
    Goal("passages.long_lines.passages", least=1, what="found in texts without punctuation"),
    Goal("classes.test.macro", least=0.85, what="F1 of classes by the labels kept for the test"),
    Goal("layouts.lines_kept", least=0.999, what="documents of paragraphs on lines seen as such"),
    Goal("layouts.linux_docs", least=0.87, what="wrapped pages seen as such; the rest are lists"),
    Goal("origin.versions.shown", least=0.99, what="versions of a law whose order dates tell"),
    Goal("origin.versions.hidden", least=0.95, what="right of what is inferred without dates"),
    Goal("origin.work_reports.hidden", least=0.9, what="the same of reports of other years"),
    Goal("origin.laws.hidden", least=0.9, what="the same of all laws that share something"),
    Goal("origin.planted", least=0.98, what="the same of planted copies"),
    Goal("origin.planted.readings_said", least=0.99, what="planted copies with readings told"),
    Goal("labels.same_page", least=1, what="Simplified and Traditional pages that share a cluster"),
)


def judge(
    figures: Mapping[str, float], steps: Sequence[tuple[str, float, int]] = ()
) -> tuple[Table, bool]:
    """Return the table of steps and goals, and whether all are met; a missing figure is not."""
    table = Table("check", "goal", "measured", "", box=None, pad_edge=False)
    good = True
    for name, seconds, code in steps:
        good &= code == 0
        table.add_row(name, "passes", f"{seconds:.0f} s", _verdict(code == 0))
    for goal in GOALS:
        value = figures.get(goal.figure)
        met = value is not None and goal.met(value)
        good &= met
        measured = "not measured" if value is None else f"{value:.5g}"
        table.add_row(f"{goal.figure}: {goal.what}", str(goal), measured, _verdict(met))
    return table, good


def _verdict(met: bool) -> str:
    return "pass" if met else "[bold red]FAIL[/]"


def read_figures(results: Path) -> dict[str, float]:
    """Return the figures of all result files in a folder."""
    figures: dict[str, float] = {}
    for path in sorted(results.glob("*.json")):
        figures |= json.loads(path.read_bytes())["figures"]
    return figures


def read_steps(path: Path) -> list[tuple[str, float, int]]:
    """Return the rows of a table of steps: name, seconds, exit code, parted by tabs."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [(name, float(seconds), int(code)) for name, seconds, code in rows]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.goals")
    parser.add_argument("results", type=Path)
    parser.add_argument("--steps", type=Path)
    options = parser.parse_args()
    steps = read_steps(options.steps) if options.steps else []
    table, good = judge(read_figures(options.results), steps)
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
