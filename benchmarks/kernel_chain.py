"""Time what is done to every text, on one thread, beside rjieba's segmentation alone.

::

    python -m benchmarks.kernel_chain [--rounds 5] [--megabytes 20]

Fold, words, shingles and the signatures of both views, over all units of ``laws`` and of the
beginning of a generated corpus; ``rjieba.cut`` over the same units, or over whole documents,
whichever is quicker. In turn, in seconds of the one thread's processor time, so that a busy machine
is fair to both; how many times as fast the chain is, is the median over the rounds.

MB are 1e6 bytes of the UTF-8 text alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks import corpora
from benchmarks.generate import generate
from benchmarks.measure import RESULTS, write_result
from dedup.columns import strings
from dedup.corpus.memory import documents_table
from dedup.folding import load_tables
from dedup.pipeline import describing, load_lexicon
from dedup.settings import Settings
from dedup.shadows import parts_of
from dedup.sketches import VIEWS
from dedup.stages.fold import fold
from dedup.stages.segment import layout, segment
from dedup.stages.sign import sign, solve

GENERATED_GB = 0.1
STEPS = ("fold", "words and shingles", "signatures")


class Chain:
    """The kernels, in the order and in the batches of a run."""

    def __init__(self, texts: list[str]) -> None:
        """Read the documents and cut them into units, which is not timed."""
        self.settings = Settings()
        self.tables = load_tables()
        self.describe = describing(load_lexicon(self.settings), self.settings)
        wanted = self.settings
        self.banding = solve(wanted.near, wanted.recall, wanted.permutations)
        table = documents_table(texts, self.settings)
        _, offsets = strings(table["text"])
        parts = [table.slice(first, last - first) for first, last in parts_of(offsets)]
        documents = [layout(part, self.settings.unit).combine_chunks() for part in parts]
        self.batches = [(part, segment(part)) for part in documents]

    def run(self) -> dict[str, float]:
        """Return the seconds of each step."""
        taken = dict.fromkeys(STEPS, 0.0)
        for documents, units in self.batches:
            marks = [time.thread_time()]
            shadows: pa.Array = fold(documents, units, self.tables)["shadow"].combine_chunks()
            marks.append(time.thread_time())
            sets = self.describe(shadows)
            marks.append(time.thread_time())
            for view in VIEWS:
                sign(sets[view], self.banding, self.settings.seed)
            marks.append(time.thread_time())
            for step, begun, ended in zip(STEPS, marks[:-1], marks[1:], strict=True):
                taken[step] += ended - begun
        return taken

    def units(self) -> list[str]:
        """Return the text of each unit."""
        found = []
        for documents, units in self.batches:
            texts = [text.encode() for text in documents["text"].to_pylist()]
            columns = (units[name].to_pylist() for name in ("document", "byte_start", "byte_end"))
            found += [texts[at][a:b].decode() for at, a, b in zip(*columns, strict=True)]
        return found


def measure(corpus: Path, rounds: int) -> dict[str, Any]:
    """Return what one thread did of a corpus in a second, one way and another."""
    texts = [json.loads(line)["text"] for line in corpora.lines(corpus)]
    import rjieba  # of the extra bench, which the tests do without

    megabytes = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6
    chain = Chain(texts)
    given = {"units": chain.units(), "documents": texts}

    def segmented(some: list[str]) -> Callable[[], float]:
        def cut() -> float:
            begun = time.thread_time()
            for text in some:
                rjieba.cut(text)
            return time.thread_time() - begun

        return cut

    peers = {f"rjieba, {name}": segmented(some) for name, some in given.items()}
    chain.run()  # compiles
    steps: list[dict[str, float]] = []
    taken: dict[str, list[float]] = {name: [] for name in ("chain", *peers)}
    for _ in range(rounds):
        steps.append(chain.run())
        taken["chain"].append(sum(steps[-1].values()))
        for name, peer in peers.items():
            taken[name].append(peer())
    quickest = min(peers, key=lambda name: statistics.median(taken[name]))
    ratios = zip(taken["chain"], taken[quickest], strict=True)
    return {
        "megabytes": round(megabytes, 3),
        "units": len(given["units"]),
        "mb_per_second": {
            name: round(megabytes / statistics.median(seconds), 3)
            for name, seconds in taken.items()
        },
        "times_rjieba": round(statistics.median(peer / own for own, peer in ratios), 3),
        "held_against": quickest,
        "seconds": {name: [round(each, 4) for each in seconds] for name, seconds in taken.items()},
        "step_seconds": {
            step: round(statistics.median(each[step] for each in steps), 4) for step in STEPS
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernel_chain")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=float, default=20, help="of each corpus")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    generated = corpora.WORK / f"generated-{GENERATED_GB:g}"
    if not (generated / "truth.json").exists():
        generate(generated, GENERATED_GB)
    given = {
        "laws": corpora.sample(corpora.unpacked("laws"), options.megabytes),
        "generated": corpora.beginning(generated, options.megabytes),
    }
    told = {name: measure(corpus, options.rounds) for name, corpus in given.items()}
    figures = {
        "chain.times_rjieba": min(row["times_rjieba"] for row in told.values()),
        **{
            f"chain.{name}.mb_per_second": row["mb_per_second"]["chain"]
            for name, row in told.items()
        },
        **{f"chain.{name}.times_rjieba": row["times_rjieba"] for name, row in told.items()},
    }
    packages = ("numba", "numpy", "pyarrow", "rjieba")
    path = write_result("chain", figures, {"corpora": told}, packages, options.results)
    for name, row in told.items():
        speeds = ", ".join(f"{each} {speed:.1f}" for each, speed in row["mb_per_second"].items())
        print(f"{name}, {row['megabytes']:.0f} MB, in MB/s: {speeds}")
        print(f"  {row['times_rjieba']:.2f} times {row['held_against']}; {row['step_seconds']}")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
