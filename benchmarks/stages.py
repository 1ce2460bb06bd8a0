"""What each stage of a run takes, beside what it would take if only the machine set the limit.

::

    python -m benchmarks.stages [--corpus laws] [--rounds 3] [--no-publish]

Whole processes of ``dedup run``, the kernels compiled before; of each stage the median of the
rounds. The limits of the machine are measured in the same command, between the rounds: how fast
memory is copied on as many threads as the run has, how fast a file is written and synced where OUT
is, and how fast SHA-256 is, which every byte of a corpus goes through.

A stage's limit is the time to move, once, what it cannot do without: what it reads and what it
hands on (``_moved``); the survey's is the digest, that of what is written the disk. No stage is to
get there: a sort reads more than once, a dictionary is looked up at random. It says what more
threads, wider instructions or a better layout could ever give.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import corpora
from benchmarks.corpora import CHECKOUT, WORK
from benchmarks.measure import RESULTS, dedup_command, run_process, write_result

DOCS = CHECKOUT / "docs/stages.md"
COPIED = 256 << 20
WRITTEN = 256 << 20
SHINGLE_BYTES = 8 / 6
"""Of hashes for a byte of folded Chinese: a word is two characters of three bytes, about."""


def _moved(stage: str, handled: int, facts: Mapping[str, float]) -> float | None:
    """Return the bytes that a stage has to move in memory, at least; None where nobody can say."""
    view = re.sub(r" \(.*", "", stage)
    keys = 4 * facts["bands"]
    shingles = SHINGLE_BYTES * facts["shadow_bytes"]
    rules: dict[str, Callable[[], float]] = {
        "fold": lambda: 3 * handled,  # bytes in, a column of texts and one of shadows out
        "distinct": lambda: 24 * handled + 2 * facts["shadow_bytes"],  # two hashes, a rank
        "words": lambda: facts["shadow_bytes"] + 2 * shingles + 2 * keys * handled,  # both views
        "candidates": lambda: 2 * keys * handled,  # a sort reads and writes them once at least
        "verify": lambda: 2 * handled * shingles / facts["texts"],  # two sets of mean size
        "passages (sow)": lambda: 4 * handled,
        "passages (meet)": lambda: 2 * 12 * handled,  # a key and its place
        "passages (grow)": lambda: 2 * 4 * 12 * handled,  # the run that met, on both sides
    }
    rule = rules.get(stage) or rules.get(view)
    return None if rule is None else rule()


def copy_speed(threads: int) -> float:
    """Return bytes a second that ``threads`` read and write together, each counted once."""
    parts = [(np.ones(COPIED, np.uint8), np.empty(COPIED, np.uint8)) for _ in range(threads)]
    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(4):
            begun = time.perf_counter()
            list(pool.map(lambda pair: np.copyto(pair[1], pair[0]), parts))
            best = max(best, 2 * threads * COPIED / (time.perf_counter() - begun))
    return best


def write_speed(folder: Path) -> float:
    """Return bytes a second that one file is written with, until it is on the disk."""
    path, block = folder / "written", os.urandom(1 << 20)
    begun = time.perf_counter()
    with path.open("wb") as file:
        for _ in range(WRITTEN >> 20):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    seconds = time.perf_counter() - begun
    path.unlink()
    return WRITTEN / seconds


def digest_speed() -> float:
    """Return bytes a second of SHA-256, on one thread."""
    data = bytes(64 << 20)
    begun = time.perf_counter()
    hashlib.sha256(data).digest()
    return len(data) / (time.perf_counter() - begun)


def measure(corpus: Path, rounds: int, workers: int) -> tuple[dict[str, Any], dict[str, float]]:
    """Run ``rounds`` times; return the stages with their limits, and the machine's limits."""
    out = WORK / "out"
    command = [
        *dedup_command(), "run", corpus, "-o", out, "--no-report",
        "--workers", str(workers), "--quiet",
    ]  # fmt: skip
    timings, limits, walls = [], [], []
    for number in range(-1, rounds):  # the first is thrown away: the kernels come into the cache
        shutil.rmtree(out, ignore_errors=True)
        wall = run_process(command).seconds
        if number < 0:
            continue
        walls.append(wall)
        timings.append(json.loads((out / "timings.json").read_bytes()))
        limits.append((copy_speed(workers), write_speed(WORK), digest_speed()))
        print(f"round {number + 1}: {wall:.2f} s", file=sys.stderr)
    report = json.loads((out / "run.json").read_bytes())
    shutil.rmtree(out, ignore_errors=True)
    copy, disk, digest = (max(row[at] for row in limits) for at in range(3))
    stages = timings[0]["stages"]
    facts = {
        "bands": (report["banding"] or {"bands": 0})["bands"],
        "texts": max(1, report["counts"]["distinct_texts"]),
        "shadow_bytes": stages["words"]["handled"],
    }
    whole = statistics.median(walls)
    rows: dict[str, Any] = {}
    for name, stage in stages.items():
        seconds = statistics.median(each["stages"][name]["seconds"] for each in timings)
        cpu = statistics.median(each["stages"][name]["cpu_seconds"] for each in timings)
        handled = stage["handled"] or 0
        moved = _moved(name, handled, facts)
        limit, by = (None, None) if moved is None else (moved / copy, "memory")
        if name == "survey":
            limit, by = handled / digest, "SHA-256"
        elif name == "clean and ledger":
            limit, by = handled / disk, "disk"
        rows[name] = {
            "seconds": round(seconds, 4),
            "share": round(seconds / whole, 4),
            "cpu_seconds": round(cpu, 4),
            "handled": stage["handled"],
            "unit": stage["unit"],
            "peak_anonymous_bytes": stage["peak_anonymous_bytes"],
            "limit_seconds": None if limit is None else round(limit, 5),
            "limit": by,
            "times_limit": None if not limit else round(seconds / limit, 1),
        }
    rest = whole - sum(row["seconds"] for row in rows.values())
    rows["start and end"] = {"seconds": round(rest, 4), "share": round(rest / whole, 4)}
    machine = {
        "copy_bytes_per_second": round(copy),
        "disk_bytes_per_second": round(disk),
        "sha256_bytes_per_second": round(digest),
        "seconds": round(whole, 4),
    }
    return rows, machine


def table(result: Mapping[str, Any]) -> str:
    """Return the table of the documentation."""
    lines = ["| stage | seconds | share | processor seconds | given | limit, s | set by | times |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for name, row in result["stages"].items():
        given = "" if not row.get("handled") else f"{row['handled']:,} {row['unit']}"
        limit, times = row.get("limit_seconds"), row.get("times_limit")
        cells = [
            name, f"{row['seconds']:.2f}", f"{100 * row['share']:.1f} %",
            f"{row['cpu_seconds']:.2f}" if "cpu_seconds" in row else "", given,
            "" if limit is None else f"{limit:.3f}", row.get("limit") or "",
            "" if times is None else f"{times:,.0f}" if times >= 10 else f"{times:.1f}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    speeds = result["machine_limits"]
    copy, disk, digest = (
        speeds[f"{name}_bytes_per_second"] / 1e9 for name in ("copy", "disk", "sha256")
    )
    lines += [
        "",
        f"{result['corpus']}, {result['megabytes']:.0f} MB, {speeds['seconds']:.1f} s for the "
        f"whole process on {result['workers']} threads. Memory is copied at {copy:.1f} GB/s (bytes "
        f"read and written), files are written at {disk:.2f} GB/s, SHA-256 does {digest:.2f} GB/s.",
    ]
    return "\n".join(lines) + "\n"


def publish(result: Mapping[str, Any], path: Path = DOCS) -> None:
    """Put the table between its marks."""
    text = path.read_text(encoding="utf-8")
    marks = r"(<!-- stages -->\n).*?(<!-- /stages -->)"
    told = table(result)
    text, times = re.subn(marks, lambda m: m[1] + told + m[2], text, flags=re.DOTALL)
    if times != 1:
        raise ValueError(f"{path.name} needs one place marked stages, not {times}")
    path.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages")
    parser.add_argument("--corpus", default="laws")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--no-publish", action="store_true", help="leave docs/stages.md as it is")
    options = parser.parse_args()
    corpus = corpora.unpacked(options.corpus)
    stages, machine = measure(corpus, options.rounds, options.workers)
    details = {
        "corpus": options.corpus,
        "megabytes": round(corpora.text_megabytes(corpus), 3),
        "workers": options.workers,
        "machine_limits": machine,
        "stages": stages,
    }
    figures = {f"stages.{options.corpus}.seconds": machine["seconds"]}
    packages = ("numba", "numpy", "pyarrow")
    path = write_result("stages", figures, details, packages, options.results)
    print(table(details), f"\nwritten to {path}")
    if not options.no_publish:
        publish(json.loads(path.read_bytes()))


if __name__ == "__main__":
    main()
