"""Measure dedup beside other tools, each in an environment of its own, and publish the figures.

::

    python -m benchmarks.compare [--rounds 3] [--only NAME ...] [--no-publish]

On ``laws``, each on as much as it does in about a minute, and on copies planted into ``control``:
seconds, processor time, memory, and what it finds. Whole processes, from the command line to files
on disk, in turn (A B C A B C). On a sample of ``laws`` that is the same for all, the pairs each
reports are held against the exact join of its own shingles at its own threshold. MB are 1e6 bytes
of the UTF-8 text alone.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import audit, corpora, publish
from benchmarks.corpora import CHECKOUT, WORK
from benchmarks.environments import environment, installed
from benchmarks.measure import RESULTS, Process, run_process, shown, write_result
from dedup.evaluate.alter import KINDS

AUDIT_MB = 10
THRESHOLD = 0.6
DONORS_MB, HOSTS_MB, COPIES = 6, 4, 100


@dataclass(frozen=True)
class Peer:
    """A tool, and how it is run."""

    name: str
    requirements: tuple[str | Path, ...]
    script: str | None
    """In ``benchmarks/peers``; None for dedup."""
    megabytes: float | None
    """Of laws that it does in about a minute; None: all."""

    @property
    def environment(self) -> Path:
        """Return the folder of its environment, made at the first call."""
        return environment(self.name, self.requirements)

    def prepare(self, corpus: Path, out: Path) -> None:
        """Lay out in ``out`` what it reads instead of the corpus, before the clock runs."""

    def command(
        self, corpus: Path, out: Path, *, audited: bool = False, exact: bool = False
    ) -> list[str | Path]:
        """Return the command line over a corpus, which writes into the folder ``out``."""
        programs = self.environment / "bin"
        if self.script is None:
            options = ["--no-report", "--quiet", *(["--exact"] if exact else [])]
            return [programs / "dedup", "run", corpus, "-o", out / "run", *options]
        script = CHECKOUT / "benchmarks/peers" / self.script
        folder = [out / "audit"] if audited else []
        return [programs / "python", script, corpus, out / "groups.jsonl", *folder]


PEERS = (
    Peer("dedup", (CHECKOUT,), None, None),
    Peer("jieba + datasketch", ("jieba==0.42.1", "datasketch==2.0.0"), "script.py", 12),
    Peer("rjieba + rensa", ("rjieba==0.2.2", "rensa==0.5.0"), "rensa_script.py", None),
    Peer("gaoya, characters", ("gaoya==0.2.2",), "gaoya_script.py", 25),
)


def measure(peers: Sequence[Peer], rounds: int) -> dict[str, Any]:
    """Return what each took and found, by the names that the result file has."""
    out = WORK / "compare"
    laws = corpora.unpacked("laws")
    planted = plant(out)
    cases = [
        (peer, name, corpus)
        for peer in peers
        for name, corpus in (
            ("laws", corpora.sample(laws, peer.megabytes) if peer.megabytes else laws),
            ("planted", planted / "planted.jsonl"),
        )
    ]
    taken: dict[tuple[str, str], list[Process]] = {}
    for peer in peers:  # whatever is compiled or cached once, is
        run(peer, corpora.sample(laws, 0.5), out)
    for number in range(rounds):
        for peer, name, corpus in cases:
            process = run(peer, corpus, out)
            taken.setdefault((peer.name, name), []).append(process)
            print(
                f"round {number + 1}: {peer.name}, {name}: {process.seconds:.2f} s", file=sys.stderr
            )
    told: dict[str, Any] = {}
    for peer, name, corpus in cases:
        row = told.setdefault(peer.name, {"versions": installed(peer.environment)})
        megabytes = corpora.text_megabytes(corpus)
        row[name] = speed(peer.command(corpus, out / peer.name), megabytes, taken[peer.name, name])
    for peer in peers:
        told[peer.name]["own_shingles"] = own_shingles(peer, corpora.sample(laws, AUDIT_MB), out)
        told[peer.name]["planted"]["kinds"] = planted_kinds(peer, planted, out)
    shutil.rmtree(out)
    return told


def plant(out: Path) -> Path:
    """Plant copies of laws into ``control``; return the folder with the corpus and the labels."""
    shutil.rmtree(out, ignore_errors=True)
    donors = corpora.sample(corpora.unpacked("laws"), DONORS_MB)
    hosts = corpora.sample(corpora.unpacked("control"), HOSTS_MB)
    dedup = environment("dedup", (CHECKOUT,)) / "bin/dedup"
    run_process(
        [dedup, "evaluate", "plant", donors, "--hosts", hosts, "--copies", str(COPIES),
         "-o", out / "planted", "--quiet"]
    )  # fmt: skip
    return out / "planted"


def run(
    peer: Peer, corpus: Path, out: Path, *, audited: bool = False, exact: bool = False
) -> Process:
    """Run a tool over a corpus into a fresh folder of ``out``, with its name."""
    folder = out / peer.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    peer.prepare(corpus, folder)
    return run_process(peer.command(corpus, folder, audited=audited, exact=exact))


def speed(
    command: Sequence[str | Path], megabytes: float, rounds: Sequence[Process]
) -> dict[str, Any]:
    """Return the medians of the rounds of one command over so much text."""
    seconds, cpu, peak = (
        statistics.median(getattr(each, name) for each in rounds)
        for name in ("seconds", "cpu_seconds", "peak_mb")
    )
    return {
        "command": shown(command),
        "megabytes": round(megabytes, 3),
        "seconds": round(seconds, 3),
        "mb_per_second": round(megabytes / seconds, 3),
        "cpu_seconds": round(cpu, 3),
        "peak_mb": peak,
        "rounds": list(rounds),
    }


def own_shingles(peer: Peer, corpus: Path, out: Path) -> dict[str, Any]:
    """Return recall and precision of a tool's pairs on its own shingles."""
    run(peer, corpus, out, audited=True)
    folder = out / peer.name
    if peer.script is not None:
        return audit.own_shingles(folder / "audit", THRESHOLD)
    found = folder.rename(out / "found")
    run(peer, corpus, out, exact=True)
    scores = audit.edges_of_runs(found / "run", folder / "run")
    shutil.rmtree(found)
    return scores


def planted_kinds(peer: Peer, planted: Path, out: Path) -> dict[str, Any]:
    """Return, by kind, what a tool finds of the planted copies."""
    corpus = planted / "planted.jsonl"
    texts = audit.read_texts(corpus)
    run(peer, corpus, out, audited=True)
    folder = out / peer.name
    together = (
        audit.of_ledger(folder / "run", texts)
        if peer.script is None
        else audit.of_groups(folder / "groups.jsonl", folder / "audit")
    )
    found = audit.planted_recall(together, audit.read_labels(planted / "labels.jsonl"), texts)
    return {kind: found[kind] for kind in KINDS if kind in found}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description="Measure dedup beside other tools."
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=[peer.name for peer in PEERS], metavar="NAME")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--no-publish", action="store_true", help="leave README and plot alone")
    options = parser.parse_args()
    peers = [peer for peer in PEERS if options.only is None or peer.name in options.only]
    told = measure(peers, options.rounds)
    figures = {
        f"peers.{corpus}.{name}.mb_per_second": row[corpus]["mb_per_second"]
        for name, row in told.items()
        for corpus in ("laws", "planted")
    }
    path = write_result("peers", figures, {"peers": told}, (), options.results)
    print(f"written to {path}")
    print(publish.speed_table(told), publish.kinds_table(told), sep="\n")
    if not options.no_publish:
        publish.publish(path)


if __name__ == "__main__":
    main()
