"""Time `dedup run` beside the script that everybody writes, and how soon `dedup` is there.

::

    python -m benchmarks.run speed [--corpus laws] [--rounds 3] [--script-mb 5] [--bulk]
    python -m benchmarks.run startup

``speed``: whole processes, from the command line to files on disk, in turn (A B A B). The script
gets a sample of the corpus, as much as it does in a quarter of a minute: its speed hardly depends
on the size, and what it loses on more text is not held against it. ``dedup`` runs on the whole
corpus, which is the figure, with passages and without, and on the script's sample, which shows its
fixed costs. Nothing is compiled while the clock runs: the kernels are in the cache, as from the
second run on.

MB are 1e6 bytes of the UTF-8 text alone, without the JSON around it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import corpora
from benchmarks.corpora import CHECKOUT, WORK
from benchmarks.measure import RESULTS, Process, dedup_command, run_process, shown, write_result

SCRIPT = CHECKOUT / "benchmarks/peers/script.py"


def speed(options: argparse.Namespace) -> None:
    corpus = corpora.unpacked(options.corpus)
    part = corpora.sample(corpus, options.script_mb, options.seed)
    out, groups = WORK / "out", WORK / "groups.jsonl"

    def ours(source: Path) -> list[str | Path]:
        workers = ["--workers", str(options.workers)]
        return [*dedup_command(), "run", source, "-o", out, *workers, "--no-report", "--quiet"]

    idiom = ["--bulk"] if options.bulk else []
    ways: dict[str, tuple[Path, list[str | Path]]] = {
        "dedup": (corpus, ours(corpus)),
        "dedup without passages": (corpus, [*ours(corpus), "--no-passages"]),
        "script": (part, [sys.executable, SCRIPT, part, groups, *idiom]),
        "dedup on the script's sample": (part, ours(part)),
    }
    taken: dict[str, list[Process]] = {name: [] for name in ways}
    stages, found = [], {}
    _clear(out)
    run_process(ours(part))  # the kernels and the dictionary are in the cache from here on
    for number in range(options.rounds):
        for name, (_, command) in ways.items():
            _clear(out)
            taken[name].append(run_process(command))
            if name == "dedup":
                stages.append(_read(out / "timings.json")["seconds"])
                found = _read(out / "run.json")
            print(f"round {number + 1}: {name}: {taken[name][-1].seconds:.2f} s", file=sys.stderr)
    _clear(out)

    sizes = {source: corpora.text_megabytes(source) for source in (corpus, part)}
    processes: dict[str, dict[str, Any]] = {
        name: {
            "command": shown(command),
            "megabytes": round(sizes[source], 3),
            "mb_per_second": round(sizes[source] / _median(taken[name], "seconds"), 3),
            "cpu_seconds": _median(taken[name], "cpu_seconds"),
            "peak_mb": _median(taken[name], "peak_mb"),
            "rounds": taken[name],
        }
        for name, (source, command) in ways.items()
    }
    mine, script = processes["dedup"], processes["script"]
    figures = {
        f"speed.{options.corpus}.times_script": round(
            mine["mb_per_second"] / script["mb_per_second"], 2
        ),
        f"speed.{options.corpus}.units.times_script": round(
            processes["dedup without passages"]["mb_per_second"] / script["mb_per_second"], 2
        ),
        f"speed.{options.corpus}.mb_per_second": mine["mb_per_second"],
        f"speed.{options.corpus}.peak_mb": mine["peak_mb"],
    }
    medians = {
        stage: round(statistics.median(row[stage] for row in stages), 4) for stage in stages[0]
    }
    details = {
        "processes": processes,
        "stage_seconds": medians,
        "dedup_found": {key: found[key] for key in ("counts", "literal", "masked")},
        "script_found": {"groups": len(groups.read_bytes().splitlines())},
    }
    packages = ("numba", "numpy", "pyarrow", "jieba", "datasketch")
    name = f"speed-{options.corpus}{'-bulk' if options.bulk else ''}"
    path = write_result(name, figures, details, packages, options.results)
    for way, row in processes.items():
        print(
            f"{way:30} {row['megabytes']:7.1f} MB {row['mb_per_second']:8.2f} MB/s"
            f" {row['cpu_seconds']:7.1f} s CPU {row['peak_mb']:7.0f} MB at most"
        )
    for stage, seconds in medians.items():
        print(f"    {stage:26} {seconds:7.2f} s")
    print(f"dedup / script: {figures[f'speed.{options.corpus}.times_script']}, written to {path}")


def startup(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="dedup-startup-") as folder:
        cold = {"DEDUP_CACHE_DIR": str(Path(folder) / "cache")}
        fresh = _fresh_folders(Path(folder))
        demo = [*dedup_command(), "demo"]
        run_process([*dedup_command(), "--help"])  # byte code is compiled once
        taken = {
            "help": [run_process([*dedup_command(), "--help"]) for _ in range(10)],
            "first_run": [run_process(demo, fresh(), cold)],
            "warm_run": [run_process(demo, fresh(), cold) for _ in range(5)],
        }
    figures = {f"startup.{name}_seconds": _median(rows, "seconds") for name, rows in taken.items()}
    details = {"rounds": taken, "commands": {"help": "dedup --help", "first_run": "dedup demo"}}
    packages = ("numba", "numpy", "pyarrow", "jieba")
    path = write_result("startup", figures, details, packages, options.results)
    for name, seconds in figures.items():
        print(f"{name:28} {seconds:7.2f} s (median of {len(taken[name.split('.')[1][:-8]])})")
    print(f"written to {path}")


def _fresh_folders(parent: Path) -> Callable[[], Path]:
    return lambda: Path(tempfile.mkdtemp(dir=parent))


def _clear(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)


def _read(path: Path) -> Any:
    return json.loads(path.read_bytes())


def _median(rows: Sequence[Process], field: str) -> float:
    return round(statistics.median(getattr(row, field) for row in rows), 4)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Time dedup.")
    commands = parser.add_subparsers(required=True)
    for name, function in (("speed", speed), ("startup", startup)):
        command = commands.add_parser(name)
        command.set_defaults(function=function)
        command.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
        if name == "speed":
            command.add_argument("--corpus", default="laws")
            command.add_argument("--rounds", type=int, default=3)
            command.add_argument("--workers", type=int, default=2)
            command.add_argument("--script-mb", type=float, default=5, help="size of its sample")
            command.add_argument("--seed", type=int, default=1, help="of the sample")
            command.add_argument("--bulk", action="store_true", help="the script's faster idiom")
    options = parser.parse_args()
    options.function(options)


if __name__ == "__main__":
    main()
