"""Measure dedup beside other tools on much text: MB/s, and how many times theirs it is.

::

    python -m benchmarks.bulk [--rounds 3] [--gigabytes 0.5] [--only KEY ...] [--no-publish]

On a generated corpus (see ``benchmarks.generate``), two cores; dedup without passages and report,
without report, and with everything on; each of the others on as much of the beginning of the corpus
as it does in about a minute, at most all. Whole processes in turn (A B C A B C), all that is
compiled or cached once made before. What a tool wants as its input in another form is prepared
before the clock runs. How many times one is as fast as another is the median over the rounds.

MB are 1e6 bytes of the UTF-8 text alone.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import shutil
import statistics
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import compare, corpora
from benchmarks.compare import Peer, run, speed
from benchmarks.corpora import CHECKOUT, WORK
from benchmarks.environments import environment, installed
from benchmarks.generate import generate
from benchmarks.measure import RESULTS, Process, write_result
from benchmarks.peers.exchange import paragraphs

DOCS = CHECKOUT / "docs/speed.md"
CORES = 2
FILES = 8
"""Of dolma's layout: enough that no process waits long for the other at the end."""
FALSE_POSITIVES = 1e-4
WARMED_MB = 0.5
OURS = "dedup"
"""The run that the others are held against."""


@dataclass(frozen=True)
class Dedup(Peer):
    """dedup, with some options; all of them in one environment."""

    options: tuple[str, ...] = ()

    @property
    def environment(self) -> Path:
        """Return the folder of the one environment."""
        return environment("dedup", self.requirements)

    def command(self, corpus: Path, out: Path, **_: bool) -> list[str | Path]:
        """Return the command line."""
        run = [self.environment / "bin/dedup", "run", corpus, "-o", out / "run"]
        return [*run, *self.options, "--quiet"]


@dataclass(frozen=True)
class Dolma(Peer):
    """dolma's Bloom filter: of paragraphs, those that an equal one stands before."""

    def prepare(self, corpus: Path, out: Path) -> None:
        """Lay out documents in several packed files; attributes are written beside them."""
        # It wants a model of NLTK's at its start, whatever it does; where there is none, and no
        # network, it waits for a download to fail. Its Bloom filter does not use the model.
        (self.environment / "nltk_data/tokenizers/punkt").mkdir(parents=True, exist_ok=True)
        (out / "documents").symlink_to(_packed(corpus))

    def command(self, corpus: Path, out: Path, **_: bool) -> list[str | Path]:
        """Return the command line."""
        return [
            self.environment / "bin/dolma", "dedupe",
            "--documents", out / "documents/*.jsonl.gz",
            "--dedupe.name", "paragraphs", "--dedupe.paragraphs.attribute_name", "repeated",
            "--dedupe.skip_empty", "--bloom_filter.file", out / "bloom.bin",
            "--no-bloom_filter.read_only",
            "--bloom_filter.estimated_doc_count", str(_newlines(corpus)),
            "--bloom_filter.desired_false_positive_rate", str(FALSE_POSITIVES),
            "--processes", str(CORES),
        ]  # fmt: skip


@dataclass(frozen=True)
class Datatrove(Peer):
    """datatrove's MinHash pipeline: paragraphs are its documents."""

    def prepare(self, corpus: Path, out: Path) -> None:
        """Write the paragraphs, a file for each process."""
        rows = [
            json.dumps({"id": f"{row}-{line}", "text": text}, ensure_ascii=False) + "\n"
            for file in corpora.files_of(corpus)
            for (row, line), text in paragraphs(file).items()
        ]
        (out / "paragraphs").mkdir()
        for number in range(CORES):
            path = out / f"paragraphs/{number}.jsonl"
            path.write_text("".join(rows[number::CORES]), encoding="utf-8")

    def command(self, corpus: Path, out: Path, **_: bool) -> list[str | Path]:  # noqa: ARG002
        """Return the command line."""
        script = CHECKOUT / "benchmarks/peers/datatrove_script.py"
        return [self.environment / "bin/python", script, out / "paragraphs", out / "out"]


def _known(name: str, megabytes: float) -> Peer:
    [peer] = (peer for peer in compare.PEERS if peer.name == name)
    return replace(peer, megabytes=megabytes)


TOOLS: Mapping[str, Peer] = {
    OURS: Dedup(
        "dedup, no passages, no report", (CHECKOUT,), None, None,
        ("--no-passages", "--no-report"),
    ),
    "dedup_passages": Dedup("dedup, no report", (CHECKOUT,), None, None, ("--no-report",)),
    "dedup_report": Dedup("dedup, everything on", (CHECKOUT,), None, None),
    # What it asks for beside is what its S3 client can work with: found at once, not by trying.
    "dolma": Dolma(
        "dolma, equal paragraphs only",
        ("dolma==1.2.1", "boto3==1.28.17", "aiobotocore==2.5.4"), None, None,
    ),
    "gaoya": _known("gaoya, characters", 300),
    "rjieba_rensa": _known("rjieba + rensa", 150),
    # Not its extras, which ask for all that any of its steps can use: what these steps import.
    "datatrove": Datatrove(
        "datatrove, jieba",
        (
            "datatrove==0.10.1", "jieba==0.42.1", "spacy==3.8.18", "tokenizers", "orjson", "regex",
            "xxhash<4",
        ),
        None, 20,
    ),
    "script": _known("jieba + datasketch", 20),
}  # fmt: skip
"""By the names that their figures have."""


def _newlines(corpus: Path) -> int:
    """Return how many paragraphs there are at most."""
    return sum(len(json.loads(line)["text"].splitlines()) for line in corpora.lines(corpus))


def _packed(corpus: Path) -> Path:
    """Return the folder with a corpus in several packed files, made at the first call."""
    folder = WORK / f"{corpus.name.removesuffix('.jsonl')}-packed"
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.{os.getpid()}")
        partial.mkdir(parents=True)
        with ExitStack() as stack:
            parts = [
                stack.enter_context(gzip.open(partial / f"{number}.jsonl.gz", "wb", 6))
                for number in range(FILES)
            ]
            for number, line in enumerate(corpora.lines(corpus)):
                parts[number % FILES].write(line)
        partial.rename(folder)
    return folder


def measure(tools: Mapping[str, Peer], corpus: Path, rounds: int) -> dict[str, Any]:
    """Return by key what each took, and how many times as fast the first of ours was."""
    out = WORK / "bulk"
    given = {
        key: corpus if peer.megabytes is None else corpora.beginning(corpus, peer.megabytes)
        for key, peer in tools.items()
    }
    for peer in tools.values():  # whatever is compiled or cached once, is
        run(peer, corpora.beginning(corpus, WARMED_MB), out)
    taken: dict[str, list[Process]] = {key: [] for key in tools}
    for number in range(rounds):
        for key, peer in tools.items():
            taken[key].append(run(peer, given[key], out))
            seconds = taken[key][-1].seconds
            print(f"round {number + 1}: {peer.name}: {seconds:.2f} s", file=sys.stderr, flush=True)
            shutil.rmtree(out / peer.name)
    told: dict[str, Any] = {}
    for key, peer in tools.items():
        megabytes = corpora.text_megabytes(given[key])
        command = peer.command(given[key], out / peer.name)
        told[key] = {
            "name": peer.name,
            "versions": installed(peer.environment),
            **speed(command, megabytes, taken[key]),
        }
    for row in told.values():
        row["times"] = times(told[OURS], row) if OURS in told else None
    return told


def times(ours: Mapping[str, Any], peer: Mapping[str, Any]) -> float:
    """Return how many times as much text a second ours did: the median over the rounds."""
    more = ours["megabytes"] / peer["megabytes"]
    rounds = zip(ours["rounds"], peer["rounds"], strict=True)
    return round(statistics.median(more * b.seconds / a.seconds for a, b in rounds), 3)


def table(told: Mapping[str, Any]) -> str:
    """Return the table of the documentation."""
    head = ["", "MB", "seconds", "MB/s", "CPU s", "memory, MB", "dedup is, times as fast"]
    rows = [
        [
            row["name"], f"{row['megabytes']:.0f}", f"{row['seconds']:.1f}",
            f"{row['mb_per_second']:.2f}", f"{row['cpu_seconds']:.1f}", f"{row['peak_mb']:,.0f}",
            "" if key == OURS or row["times"] is None else f"{row['times']:.3g}",
        ]
        for key, row in told.items()
    ]  # fmt: skip
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def publish(told: Mapping[str, Any], path: Path = DOCS) -> None:
    """Put the table between its marks."""
    text = path.read_text(encoding="utf-8")
    marks = r"(<!-- bulk -->\n).*?(<!-- /bulk -->)"
    text, found = re.subn(marks, lambda m: m[1] + table(told) + m[2], text, flags=re.DOTALL)
    if found != 1:
        raise ValueError(f"{path.name} needs one place marked bulk, not {found}")
    path.write_text(text, encoding="utf-8")


def figures(told: Mapping[str, Any]) -> dict[str, float]:
    """Return what ``benchmarks.goals`` judges."""
    speeds = {f"bulk.{key}.mb_per_second": row["mb_per_second"] for key, row in told.items()}
    return speeds | {
        f"bulk.times.{key}": row["times"]
        for key, row in told.items()
        if row["times"] is not None and not isinstance(TOOLS[key], Dedup)
    }


def _hold_cores() -> None:
    """Let this process, and what it starts, use as many cores as are measured."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bulk", description="Measure dedup beside others on much text."
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gigabytes", type=float, default=0.5, help="of the corpus")
    parser.add_argument("--only", nargs="+", choices=TOOLS, metavar="KEY", help=" ".join(TOOLS))
    parser.add_argument("--most", type=float, help="MB for each tool, at most")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--no-publish", action="store_true", help="leave docs/speed.md as it is")
    options = parser.parse_args(arguments)
    corpus = WORK / f"generated-{options.gigabytes:g}"
    if not (corpus / "truth.json").exists():
        generate(corpus, options.gigabytes)
    tools = {
        key: peer if options.most is None else replace(
            peer, megabytes=min(options.most, peer.megabytes or options.most)
        )
        for key, peer in TOOLS.items()
        if options.only is None or key in options.only
    }  # fmt: skip
    _hold_cores()
    told = measure(tools, corpus, options.rounds)
    details = {"gigabytes": options.gigabytes, "tools": told}
    path = write_result("bulk", figures(told), details, (), options.results)
    print(table(told), f"written to {path}", sep="\n")
    if not options.no_publish:
        publish(json.loads(path.read_bytes())["tools"])


if __name__ == "__main__":
    main()
