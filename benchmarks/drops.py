"""Draw what a run drops, to be read: does the kept copy say all that the dropped one says.

::

    python -m benchmarks.drops laws --count 120 --seed 2   # near and contained copies
    python -m benchmarks.drops laws --drop-threshold 0.9   # of a looser rule
    python -m benchmarks.drops laws --exact                # exact copies, written otherwise
    python -m benchmarks.drops laws --unread               # those without a verdict

What was read stands in ``tests/quality/drops.csv``, one row for each pair: the digests of the two
texts, for the texts are not part of the repository, the presets or thresholds that it was drawn
from, and the verdict. ``same``: the kept text says all of it, word for word, and adds whole
sentences at most. ``more``: all words, or as good as all, are there, but words were added between
them. ``loses``: something is said that the kept text does not say, or says of something else.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pyarrow.compute as pc

import dedup
from benchmarks import corpora
from dedup.difference import difference
from dedup.reasons import REASONS
from dedup.settings import Preset, Settings, Unit

VERDICTS = Path(__file__).parents[1] / "tests" / "quality" / "drops.csv"
CONTEXT = 14
"""Characters of what is equal that are shown on either side of a difference."""


@dataclass(frozen=True)
class Pair:
    """A text that was dropped, and the kept one that covers it."""

    kept: str
    dropped: str
    similarity: float
    containment: float
    exact: bool

    @property
    def key(self) -> tuple[str, str]:
        """What stands for the pair where its texts are not to be."""
        return digest(self.kept), digest(self.dropped)

    @property
    def stratum(self) -> tuple[int, bool, bool]:
        """Pairs are drawn evenly by similarity, containment and length."""
        band = sum(self.similarity >= least for least in (0.75, 0.9, 1.0))
        return band, self.containment >= 0.97, len(self.dropped) > 80


def digest(text: str) -> str:
    """Return 64 bits of a text's BLAKE2 in hexadecimal."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def dropped_pairs(result: dedup.Result) -> list[Pair]:
    """Return the pairs of a run, each once, in the order of the corpus; none of equal texts."""
    texts = result.documents["text"]
    rows = result.provenance.filter(pc.equal(result.provenance["action"], "dropped"))
    pairs: dict[tuple[str, str], Pair] = {}
    for row in rows.to_pylist():
        if row["source_doc"] is None or row["reason"] == REASONS[-1]:
            continue
        kept = texts[row["source_row"]].as_py()[row["source_start"] : row["source_end"]]
        if kept != row["text"]:
            pair = Pair(
                kept, row["text"], row["similarity"], row["containment"], row["kind"] == "exact"
            )
            pairs.setdefault(pair.key, pair)
    return list(pairs.values())


def sample(pairs: Iterable[Pair], count: int, seed: int) -> list[Pair]:
    """Return ``count`` pairs, or all there are, the strata by turns, drawn without repeats."""
    strata: dict[tuple[int, bool, bool], list[Pair]] = defaultdict(list)
    for pair in pairs:
        strata[pair.stratum].append(pair)
    draw = random.Random(seed)
    queues = []
    for name in sorted(strata):
        draw.shuffle(strata[name])
        queues.append(strata[name])
    drawn: list[Pair] = []
    while len(drawn) < count and any(queues):
        for queue in queues:
            if queue and len(drawn) < count:
                drawn.append(queue.pop())
    return sorted(drawn, key=lambda pair: (pair.stratum, pair.key))


def known_verdicts(corpus: str) -> dict[tuple[str, str], str]:
    """Return the verdict on each pair of a corpus that was read."""
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["corpus"] == corpus]
    return {(row["kept"], row["dropped"]): row["verdict"] for row in rows}


def shown(pair: Pair) -> str:
    """Return the dropped text on one line: ``{+…+}`` stands in it alone, ``[-…-]`` in the kept."""
    changes = difference(pair.kept, pair.dropped)
    if changes is None:
        return f"[-{pair.kept}-]{{+{pair.dropped}+}}"
    line = ""
    for at, change in enumerate(changes):
        if change.kind == "equal":
            first, last = (at and CONTEXT) or 0, (at < len(changes) - 1 and CONTEXT) or 0
            line += _shortened(change.copy, first, last)
        elif pair.exact or change.kind != "written":
            line += f"[-{change.source}-]" if change.source else ""
            line += f"{{+{change.copy}+}}" if change.copy else ""
        else:
            line += change.copy
    return line.replace("\n", "⏎")


def _shortened(text: str, first: int, last: int) -> str:
    """Return the beginning and the end of a stretch; of one at the border of a text a little."""
    first, last = first or CONTEXT // 2, last or CONTEXT // 2
    return text if len(text) <= first + last + 1 else f"{text[:first]}…{text[-last:]}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.drops", description="Draw what a run drops, to be read."
    )
    parser.add_argument("corpus", help="name of a packed corpus, such as laws")
    parser.add_argument("--count", type=int, default=100, help="pairs to draw")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--preset", choices=get_args(Preset), default="standard")
    parser.add_argument("--drop-threshold", type=float)
    parser.add_argument("--unit", choices=get_args(Unit), default="line")
    parser.add_argument("--exact", action="store_true", help="exact copies that look different")
    parser.add_argument("--unread", action="store_true", help="only pairs without a verdict")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args(arguments)
    settings = Settings(
        unit=options.unit, preset=options.preset, drop_threshold=options.drop_threshold, audit=0
    )
    result = dedup.find(corpora.rows(options.corpus), settings, workers=options.workers)
    pairs = [pair for pair in dropped_pairs(result) if pair.exact == options.exact]
    drawn = sample(pairs, options.count, options.seed)
    verdicts = known_verdicts(options.corpus)
    print(f"{int((result.target >= 0).sum()):,} units dropped, {len(pairs):,} such pairs of texts")
    for pair in drawn:
        if options.unread and pair.key in verdicts:
            continue
        print(
            *pair.key, f"{verdicts.get(pair.key, '?'):5}",
            f"{pair.similarity:.2f} {pair.containment:.2f}", shown(pair),
        )  # fmt: skip
    counts = Counter(verdicts.get(pair.key, "unread") for pair in drawn)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))


if __name__ == "__main__":
    main()
