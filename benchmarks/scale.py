"""Run `dedup` on generated corpora of growing size: is its time linear, and its memory bounded.

::

    python -m benchmarks.scale [--gigabytes 0.1 1 5] [--memory 2GB] [--no-publish]

One after another, each corpus the beginning of the next one (see ``benchmarks.generate``), with
everything on but the report: seconds, the largest anonymous memory, and the files that a run keeps
while it is at work. A line through the seconds tells what a run costs whatever its size, and what
each GB costs; it is drawn, and published in ``docs/scale.md``.

GB and MB are 1e9 and 1e6 bytes of the UTF-8 text alone, without the JSON around it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bounded import run_bounded
from benchmarks.corpora import CHECKOUT, WORK
from benchmarks.generate import generate
from benchmarks.measure import RESULTS, dedup_command, run_process, shown, write_result

DOCS = CHECKOUT / "docs/scale.md"
PLOT = CHECKOUT / "docs/scale.svg"
UNBOUNDED = 1e12


def measure(gigabytes: float, options: argparse.Namespace) -> dict[str, Any]:
    """Generate a corpus, run `dedup` on it, and return what it took."""
    corpus, out = WORK / f"generated-{gigabytes:g}", WORK / "scale-out"
    if not (corpus / "truth.json").exists():
        generate(corpus, gigabytes)
    shutil.rmtree(out, ignore_errors=True)
    command = [
        *dedup_command(), "run", corpus, "-o", out, "--memory", options.memory, "--no-report",
        "--quiet", *options.run,
    ]  # fmt: skip
    took = run_bounded(command, UNBOUNDED, UNBOUNDED, out / ".work")
    told = json.loads((out / "run.json").read_bytes())
    timings = json.loads((out / "timings.json").read_bytes())
    size = sum(file.stat().st_size for file in corpus.glob("*.jsonl"))
    units = told["counts"]["units"]
    row: dict[str, Any] = {
        "command": shown(command),
        "gigabytes": gigabytes,
        "input_bytes": size,
        "units": units,
        **asdict(took),
        "seconds_per_gb": round(took.seconds / gigabytes, 1),
        "filed_times_input": round(took.filed_mb * 1e6 / size, 2),
        "anonymous_bytes_per_unit": round(took.anonymous_mb * 1e6 / units, 1),
        "filed_bytes_per_unit": round(took.filed_mb * 1e6 / units, 1),
        "written_mb": round(
            sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6, 1
        ),
        "stages": {
            name: {key: stage[key] for key in ("seconds", "cpu_seconds", "peak_anonymous_bytes")}
            for name, stage in timings["stages"].items()
        },
    }
    if not options.keep:
        shutil.rmtree(out)
        shutil.rmtree(corpus)
    return row


def fitted(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the line through the seconds, and how far those of a GB are from their mean, at most.

    Each size counts as much as another: what is left is weighed by the size.
    """
    size = np.array([row["gigabytes"] for row in rows], float)
    seconds = np.array([row["seconds"] for row in rows], float)
    each = seconds / size
    slope, fixed = np.polyfit(size, seconds, 1, w=1 / size) if len(rows) > 1 else (each[0], 0.0)
    return {
        "fixed_seconds": round(float(fixed), 2),
        "seconds_per_gb": round(float(slope), 2),
        "apart": round(float(np.abs(each / each.mean() - 1).max()), 3),
    }


def page(rows: Sequence[Mapping[str, Any]], fit: Mapping[str, float], memory: str) -> str:
    """Return what ``docs/scale.md`` says."""
    lines = [
        "# What a run takes, by the size of the corpus",
        "",
        "Made by `python -m benchmarks.scale`: generated corpora, each the beginning of the next,",
        "one unit in five a copy with edits of another; passages and classes are on, two cores,",
        f"`--memory {memory}`. What would take less than that is kept in memory, without files.",
        "",
        "| GB | units | seconds | seconds per GB | anonymous memory, MB | work files, of the input "
        "| memory, bytes per unit | work files, bytes per unit | written, MB |",
        "|---" * 9 + "|",
    ]
    for row in rows:
        cells = [
            f"{row['gigabytes']:g}", f"{row['units']:,}", f"{row['seconds']:.0f}",
            f"{row['seconds_per_gb']:.0f}", f"{row['anonymous_mb']:.0f}",
            f"{row['filed_times_input']:.2f} times", f"{row['anonymous_bytes_per_unit']:.0f}",
            f"{row['filed_bytes_per_unit']:.0f}", f"{row['written_mb']:.0f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        f"A line through them: {fit['fixed_seconds']:.1f} seconds whatever the size, and "
        f"{fit['seconds_per_gb']:.1f} for each GB; the seconds for each GB are at most "
        f"{100 * fit['apart']:.0f} % away from their mean.",
        "",
        "![Seconds and memory by the size of the corpus](scale.svg)",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description="Run dedup on corpora of growing size."
    )
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[0.1, 1, 5])
    parser.add_argument("--memory", default="2GB", help="as for dedup run")
    parser.add_argument("--keep", action="store_true", help="leave the corpora and the outputs")
    parser.add_argument("--run", nargs="*", default=[], help="options of dedup run, without --")
    parser.add_argument("--no-publish", action="store_true", help="leave docs/scale.md as it is")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    options.run = [f"--{option}" for option in options.run]
    run_process([*dedup_command(), "warmup"])  # nothing is compiled while the clock runs
    rows = []
    for gigabytes in options.gigabytes:
        rows.append(measure(gigabytes, options))
        row = rows[-1]
        print(
            f"{gigabytes:g} GB: {row['seconds']:.0f} s, {row['seconds_per_gb']:.1f} s/GB, "
            f"{row['anonymous_mb']:.0f} MB anonymous, work files {row['filed_times_input']:.2f} "
            "times the input",
            flush=True,
        )
    fit = fitted(rows)
    figures = {
        "scale.apart": fit["apart"],
        "scale.seconds_per_gb": fit["seconds_per_gb"],
        "scale.anonymous_mb": max(row["anonymous_mb"] for row in rows),
        "scale.filed_times_input": max(row["filed_times_input"] for row in rows),
    }
    details = {"memory": options.memory, "fit": fit, "sizes": rows}
    path = write_result("scale", figures, details, ("numba", "numpy", "pyarrow"), options.results)
    print(f"written to {path}")
    if not options.no_publish:
        from benchmarks.draw import draw_scale

        DOCS.write_text(page(rows, fit, options.memory), encoding="utf-8")
        draw_scale(rows, fit, PLOT)


if __name__ == "__main__":
    sys.exit(main())
