"""How far off `dedup tune` is: forecasts beside the runs that they are of.

::

    python -m benchmarks.forecast [--seeds 3] [--no-publish]

Of each corpus a part is drawn, by several seeds, and forecast from; then it is run on as a whole,
and what each threshold finds is taken from one run at the lowest. What is off by how much is
written down, and how many of the intervals hold what was found.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dedup
from benchmarks import corpora
from benchmarks.corpora import CHECKOUT, WORK
from benchmarks.measure import RESULTS, dedup_command, run_process, write_result
from dedup import Settings
from dedup.engines.local import LocalEngine
from dedup.evaluate.trial import read_documents
from dedup.tuning import THRESHOLDS, tune

DOCS = CHECKOUT / "docs/tuning.md"
DRAWN = {"laws": 8.0, "work_reports": 1.0, "license_docs": 2.5}
"""MB of text to run on, a fifth or less of each."""
NAMES = ("clusters", "families", "repeated_characters")


def found_at(corpus: Path) -> dict[float, dict[str, int]]:
    """Return what a run finds at each threshold."""
    settings = Settings(threshold=min(THRESHOLDS), passages=False)
    result = dedup.find(read_documents([corpus], settings, LocalEngine()), settings)
    told = {}
    for threshold in THRESHOLDS:
        at = result.rethreshold(threshold)
        numbers = at.cluster.count, at.family.count, at.shares()["repeated"]
        told[threshold] = dict(zip(NAMES, numbers, strict=True))
    return told


def taken(corpus: Path) -> dict[str, float]:
    """Return what a whole run takes."""
    out = WORK / "out"
    shutil.rmtree(out, ignore_errors=True)
    run_process([*dedup_command(), "run", corpus, "-o", out, "--quiet"])
    timings = json.loads((out / "timings.json").read_bytes())
    report = json.loads((out / "run.json").read_bytes())
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    shutil.rmtree(out)
    return {
        "seconds": timings["total_seconds"],
        "cpu_seconds": timings["cpu_seconds"],
        "candidates": report["literal"]["candidates"] + report["masked"]["candidates"],
        "peak_anonymous_bytes": timings["peak_anonymous_bytes"],
        "out_bytes": size,
    }


def compare(name: str, seeds: int) -> dict[str, Any]:
    """Forecast by several seeds, and hold it against the run."""
    corpus = corpora.unpacked(name)
    took, found = taken(corpus), found_at(corpus)
    rows, cpu = [], []
    for seed in range(1, seeds + 1):
        before = _processor()
        told = tune([corpus], Settings(seed=seed), megabytes=DRAWN[name]).report
        cpu.append(_processor() - before)
        rows.append(told)
        print(f"{name}, seed {seed}: {told['run']['seconds']} s forecast", file=sys.stderr)
    off = {
        what: [round(row["run"][what] / value - 1, 4) for row in rows]
        for what, value in took.items()
    }
    held = total = 0
    by_threshold = []
    for place, (threshold, values) in enumerate(found.items()):
        line: dict[str, Any] = {"threshold": threshold}
        for what, value in values.items():
            mine = [row["thresholds"][place] for row in rows]
            within = [low <= value <= high for low, high in (row[f"{what}_95"] for row in mine)]
            held, total = held + sum(within), total + len(within)
            line[what] = value
            line[f"{what}_off"] = [round(row[what] / value - 1, 4) for row in mine]
        by_threshold.append(line)
    return {
        "drawn_megabytes": DRAWN[name],
        "took": took,
        "off": off,
        "thresholds": by_threshold,
        "intervals_that_hold": held,
        "intervals": total,
        "tune_cpu_seconds": round(statistics.median(cpu), 2),
    }


def _processor() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in usage)


def table(told: Mapping[str, Any]) -> str:
    """Return the table of the documentation."""
    head = ["off by", *told]
    rows = [
        [name.replace("_", " "), *(_most(each["off"][name]) for each in told.values())]
        for name in ("cpu_seconds", "peak_anonymous_bytes", "out_bytes", "candidates")
    ]
    for what in NAMES:
        off = [
            [share for row in each["thresholds"] for share in row[f"{what}_off"]]
            for each in told.values()
        ]
        rows.append([f"{what.replace('_', ' ')}, all thresholds", *map(_most, off)])
    held = [f"{each['intervals_that_hold']} of {each['intervals']}" for each in told.values()]
    rows.append(["intervals that hold", *held])
    spent = [
        f"{each['tune_cpu_seconds']:.0f}, {each['took']['cpu_seconds']:.0f}"
        for each in told.values()
    ]
    rows.append(["processor seconds of the forecast, of the run", *spent])
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _most(off: list[float]) -> str:
    return f"{100 * min(off):+.0f} to {100 * max(off):+.0f} %"


def publish(told: Mapping[str, Any], path: Path = DOCS) -> None:
    """Put the table between its marks."""
    text = path.read_text(encoding="utf-8")
    marks = r"(<!-- forecast -->\n).*?(<!-- /forecast -->)"
    rows = table(told)
    text, times = re.subn(marks, lambda m: m[1] + rows + m[2], text, flags=re.DOTALL)
    if times != 1:
        raise ValueError(f"{path.name} needs one place marked forecast, not {times}")
    path.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecast")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--no-publish", action="store_true", help="leave docs/tuning.md as it is")
    options = parser.parse_args()
    told = {name: compare(name, options.seeds) for name in DRAWN}
    figures = {
        f"forecast.{name}.repeated_off": max(
            abs(x) for row in each["thresholds"] for x in row["repeated_characters_off"]
        )
        for name, each in told.items()
    }
    packages = ("numba", "numpy", "pyarrow")
    path = write_result("forecast", figures, {"corpora": told}, packages, options.results)
    print(table(told), f"\nwritten to {path}")
    if not options.no_publish:
        publish(json.loads(path.read_bytes())["corpora"])


if __name__ == "__main__":
    main()
