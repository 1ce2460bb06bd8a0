"""What the report costs a run, and how quick one of 50,000 clusters is in a browser.

::

    python -m benchmarks.report [--corpus laws] [--rounds 3]

``cost``: whole processes, with the report and without, in turn. ``browser``: of a corpus of which
every other document stands twice, so that there are more clusters than the table of a report holds,
a headless Chromium opens the table of clusters, asks it questions, sorts it and opens a cluster.
*open* is from the beginning of the navigation until rows are drawn; an answer is from the event
until the frame after it is drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import corpora
from benchmarks.corpora import WORK
from benchmarks.measure import RESULTS, dedup_command, run_process, shown, write_result

OPTIONS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
]  # fmt: skip
ASKED = {
    "text": (".by-text input", "县级以上"),
    "place": (".by-place input", "条例"),
    "units": (".by-units input", "3"),
    "similarity": (".by-least input", "0.8"),
}
_ASK = """([selector, value]) => new Promise((done) => {
  const input = document.querySelector(selector);
  input.value = value;
  const begun = performance.now();
  input.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
})"""
_CLICK = """(element) => new Promise((done) => {
  const begun = performance.now();
  element.click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
})"""


def cost(corpus: Path, rounds: int) -> dict[str, Any]:
    """Return what a run takes with its report and without."""
    out = WORK / "out"
    ours: list[str | Path] = [*dedup_command(), "run", corpus, "-o", out, "--quiet"]
    ways = {"without": [*ours, "--no-report"], "with": ours}
    taken: dict[str, list[Any]] = {name: [] for name in ways}
    stage = []
    size = 0
    for number in range(rounds + 1):
        for name, command in ways.items():
            shutil.rmtree(out, ignore_errors=True)
            process = run_process(command)
            if number:  # the first one compiles
                taken[name].append(process)
            if number and name == "with":
                stage.append(json.loads((out / "timings.json").read_bytes())["seconds"]["report"])
                size = (out / "report.html").stat().st_size
    return {
        "commands": {name: shown(command) for name, command in ways.items()},
        "stage_seconds": stage,
        "report_mb": round(size / 1e6, 1),
        **taken,
    }


def doubled(corpus: Path) -> Path:
    """Return a corpus of every other document of another one, twice."""
    path = WORK / f"{corpus.stem}-doubled.jsonl"
    with corpus.open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as file:
        for number, line in enumerate(lines):
            if number % 2:
                continue
            row = json.loads(line)
            for copy in ("", "-2"):
                kept = {"id": f"{row['id']}{copy}", "text": row["text"]}
                file.write(f"{json.dumps(kept, ensure_ascii=False)}\n")
    return path


def browse(report: Path, rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each thing that a reader does, of each round."""
    from playwright.sync_api import sync_playwright

    found = os.environ.get("DEDUP_CHROMIUM") or shutil.which("chromium")
    taken: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        for _ in range(rounds):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{report.as_uri()}#/groups")
            page.wait_for_selector(".space .row")
            opened = page.evaluate("performance.now()")
            taken.setdefault("open", []).append(opened)
            for name, (selector, value) in ASKED.items():
                taken.setdefault(f"filter {name}", []).append(
                    page.evaluate(_ASK, [selector, value])
                )
                page.evaluate(_ASK, [selector, ""])
            for name in ("class", "units", "similarity"):
                head = page.query_selector(f"[role=columnheader].of-{name} button")
                taken.setdefault(f"sort {name}", []).append(page.evaluate(_CLICK, head))
            row = page.query_selector(".space .row")
            taken.setdefault("open a cluster", []).append(page.evaluate(_CLICK, row))
            page.wait_for_selector(".group h1")
            page.close()
        browser.close()
    return {name: [round(each, 1) for each in values] for name, values in taken.items()}


def main() -> None:
    """Measure, and write ``report-<corpus>.json``."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", default="laws")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    corpus = corpora.unpacked(options.corpus)
    spent = cost(corpus, options.rounds)
    out = WORK / "doubled"
    shutil.rmtree(out, ignore_errors=True)
    begun = time.perf_counter()
    run_process([*dedup_command(), "run", doubled(corpus), "-o", out, "--quiet"])
    print(f"the doubled corpus: {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    report = out / "report.html"
    counts = json.loads((out / "run.json").read_bytes())["counts"]
    taken = browse(report, options.rounds)

    def median(name: str, field: str) -> float:
        return statistics.median(getattr(each, field) for each in spent[name])

    prefix = f"report.{options.corpus}"
    figures = {
        f"{prefix}.cpu_seconds": round(
            median("with", "cpu_seconds") - median("without", "cpu_seconds"), 2
        ),
        f"{prefix}.seconds": round(statistics.median(spent["stage_seconds"]), 2),
        f"{prefix}.peak_mb_more": round(
            median("with", "peak_mb") - median("without", "peak_mb"), 1
        ),
        f"{prefix}.open_ms": max(taken["open"]),
        f"{prefix}.filter_ms": max(v for name in taken if "filter" in name for v in taken[name]),
        f"{prefix}.sort_ms": max(v for name in taken if "sort" in name for v in taken[name]),
    }
    details = {
        "cost": spent,
        "browser": {
            "milliseconds": taken,
            "clusters": counts["clusters"],
            "families": counts["families"],
            "rows": _rows(report),
            "report_mb": round(report.stat().st_size / 1e6, 1),
        },
    }
    path = write_result(
        f"report-{options.corpus}", figures, details, ("playwright",), options.results
    )
    for name, value in figures.items():
        print(f"{name:32} {value:10.1f}")
    print(f"written to {path}")


def _rows(report: Path) -> int:
    """Return how many rows the table of a report has."""
    html = report.read_text(encoding="utf-8")
    data = json.loads(html.partition('id="data">')[2].partition("</script>")[0])
    return len(data["groups"]["name"])


if __name__ == "__main__":
    main()
