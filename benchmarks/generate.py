"""Generate a corpus of any size by seed: distinct text of real words, and copies with edits in it.

::

    python -m benchmarks.generate --gigabytes 1 --out FOLDER [--seed N] [--workers 2]
    python -m benchmarks.generate --background 0.05 0.1 [--results FOLDER]

JSONL in shards. The text is made by ``benchmarks.chain`` from the real corpora; one unit in five
is a copy of a unit of some document before it, changed by ``dedup.evaluate.alter``. Documents are
numbered, and each is a function of the seed and its number alone: a smaller corpus is the beginning
of a larger one. ``truth.json`` in the folder says how many units are copies of which kind.

``--background`` measures what resembles what without being a planted copy: the share of units that
have a neighbour at the default threshold, and of runs of 13 characters that occur again; of the
real corpora, too.

GB and MB are 1e9 and 1e6 bytes of the UTF-8 text alone, without the JSON around it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import dedup
from benchmarks import corpora
from benchmarks.chain import Chain, trained
from benchmarks.corpora import MEGABYTE
from benchmarks.measure import RESULTS, write_result
from dedup.columns import F64, I64, U64, Bools, numbers
from dedup.evaluate.alter import Donor, alter

COPIES = 0.2
"""Share of the units that are copies."""
KINDS = {
    "verbatim": 0.16, "words-5": 0.12, "words-10": 0.12, "words-20": 0.08, "cut": 0.1,
    "extended": 0.08, "inside": 0.06, "traditional": 0.06, "readings": 0.03, "lost": 0.05,
    "figures": 0.1, "places-figures": 0.04,
}  # fmt: skip
"""Of the copies. A unit without a figure or place, or too short, is copied with other words."""
INSTEAD = ("words-10", "verbatim")
LEAST, MOST = 25, 65
"""Units of a document: several thousand characters in all."""
BLOCK = 1000
"""Documents that are made at a time."""
SHARD = 256
"""MB of a file."""
RUN = 13
"""Characters of the runs whose repeats are counted."""
_COPIED, _KIND, _DOCUMENT, _UNIT, _DRAWN = range(1, 6)


@dataclass(frozen=True)
class Copied:
    """A unit that is a copy, and of which."""

    document: int
    unit: int
    kind: str
    from_document: int
    from_unit: int


@dataclass
class Block:
    """Some documents that follow each other."""

    first: int
    texts: list[bytes] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    """Of each document."""
    copied: list[Copied] = field(default_factory=list)


def mixed(values: U64) -> U64:
    """Return a hash of each value: the finalizer of SplitMix64."""
    z = values + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: U64 = z ^ (z >> np.uint64(31))
    return mixed


def unit_keys(document: I64, unit: I64, seed: int) -> U64:
    """Return what all that is drawn for a unit depends on."""
    of_document = mixed(document.astype(np.uint64) ^ mixed(np.array([seed], np.uint64)))
    return mixed(of_document + unit.astype(np.uint64))


def unit_counts(document: I64, seed: int) -> I64:
    """Return how many units documents have."""
    drawn = _lot(unit_keys(document, np.full(len(document), 2**40), seed), 0)
    counts: I64 = LEAST + (drawn * (MOST - LEAST)).astype(np.int64)
    return counts


def are_copies(document: I64, keys: U64) -> Bools:
    """Return which units are copies; in the first document none is."""
    copies: Bools = (_lot(keys, _COPIED) < COPIES) & (document > 0)
    return copies


def _lot(keys: U64, purpose: int) -> F64:
    """Return a number from 0 up to 1 for each key, another one for each purpose."""
    drawn: F64 = (mixed(keys + np.uint64(purpose << 32)) >> np.uint64(11)) / 2.0**53
    return drawn


def make_block(chain: Chain, first: int, seed: int) -> Block:
    """Make the documents from ``first`` on."""
    numbered = np.arange(first, first + BLOCK)
    counts = unit_counts(numbered, seed)
    document = np.repeat(numbered, counts)
    unit = np.arange(len(document)) - np.repeat(np.cumsum(counts) - counts, counts)
    keys = unit_keys(document, unit, seed)
    copies = np.flatnonzero(are_copies(document, keys))
    from_document, from_unit = _donors(document[copies], keys[copies], seed)

    words, starts = chain.walk(keys)
    data, offsets = chain.spell(words, starts)
    told = data.tobytes()
    texts = [told[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    copied = []
    donors, donor_starts = chain.walk(unit_keys(from_document, from_unit, seed))
    kinds = np.searchsorted(np.cumsum(list(KINDS.values())), _lot(keys[copies], _KIND))
    drawn = (_lot(keys[copies], _DRAWN) * 2**53).astype(np.int64)
    names = list(KINDS)
    for at, place in enumerate(copies.tolist()):
        some = donors[donor_starts[at] : donor_starts[at + 1]].tolist()
        donor = Donor(*_spelled(chain, some))
        kind, text = _altered(
            names[kinds[at]], donor, texts[place], random.Random(int(drawn[at])), chain.sample
        )
        texts[place] = text
        copied.append(
            Copied(
                int(document[place]),
                int(unit[place]),
                kind,
                int(from_document[at]),
                int(from_unit[at]),
            )
        )
    ends = np.cumsum(counts).tolist()
    whole = [b"\n".join(texts[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True)]
    return Block(first, whole, counts.tolist(), copied)


def _donors(document: I64, keys: U64, seed: int) -> tuple[I64, I64]:
    """Return which unit each copy is of: one of some document before it that is no copy."""
    of = (_lot(keys, _DOCUMENT) * document).astype(np.int64)
    counts = unit_counts(of, seed)
    unit = (_lot(keys, _UNIT) * counts).astype(np.int64)
    while True:
        again = np.flatnonzero(are_copies(of, unit_keys(of, unit, seed)))
        if not len(again):
            return of, unit
        unit[again] = (unit[again] + 1) % counts[again]


def _spelled(chain: Chain, words: list[int]) -> tuple[str, tuple[str, ...]]:
    told = tuple(map(chain.vocabulary.__getitem__, words))
    return "".join(told), told


def _altered(
    kind: str, donor: Donor, host: bytes, draw: random.Random, vocabulary: list[str]
) -> tuple[str, bytes]:
    """Return a copy, and of which kind it could be made."""
    for name in (kind, *INSTEAD):
        made = alter(name, [donor], draw, vocabulary)
        if made is not None:
            break
    text = made[0].text.encode() if made else donor.text.encode()
    if name == "inside":  # a unit goes on after its first sentence, or before it
        stop = "。".encode()
        at = host.find(stop) + len(stop) if stop in host else 0
        text = host[:at] + text + host[at:]
    return name, text


def blocks(seed: int, workers: int) -> Iterator[Block]:
    """Yield block after block without an end; with ``workers`` processes, in the same order."""
    if workers == 0:
        chain, first = trained(), 0
        while True:
            yield make_block(chain, first, seed)
            first += BLOCK
    trained()  # once, before all want it
    with ProcessPoolExecutor(workers) as pool:
        waiting: deque[Future[Block]] = deque()
        first = 0
        try:
            while True:
                while len(waiting) <= workers:
                    waiting.append(pool.submit(_made, first, seed))
                    first += BLOCK
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


_chain: list[Chain] = []


def _made(first: int, seed: int) -> Block:
    """Make a block in a process that keeps its chain."""
    if not _chain:
        _chain.append(trained())
    return make_block(_chain[0], first, seed)


@dataclass
class Truth:
    """What was written."""

    documents: int = 0
    units: int = 0
    text_bytes: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        """Return the figures by name."""
        copies = sum(self.kinds.values())
        return {
            "documents": self.documents,
            "units": self.units,
            "megabytes": round(self.text_bytes / MEGABYTE, 3),
            "copies": copies,
            "copies_share": round(copies / max(1, self.units), 4),
            "kinds": {kind: self.kinds[kind] for kind in KINDS},
            "kinds_share": {kind: round(self.kinds[kind] / max(1, copies), 4) for kind in KINDS},
        }


def documents(
    most: int, made: Iterable[Block], truth: Truth
) -> Iterator[tuple[int, bytes, list[Copied]]]:
    """Yield number, text and copies of documents until there are ``most`` bytes of text."""
    for block in made:
        of: dict[int, list[Copied]] = {}
        for copy in block.copied:
            of.setdefault(copy.document, []).append(copy)
        for at, text in enumerate(block.texts):
            if truth.text_bytes >= most:
                return
            number = block.first + at
            mine = of.get(number, [])
            truth.documents += 1
            truth.units += block.units[at]
            truth.text_bytes += len(text)
            truth.kinds.update(copy.kind for copy in mine)
            yield number, text, mine


def write(out: Path, most: int, made: Iterable[Block], shard: int) -> Truth:
    """Write shards of at most about ``shard`` bytes each, and ``truth.json``."""
    out.mkdir(parents=True, exist_ok=True)
    truth = Truth()
    file, size, number = None, 0, 0
    try:
        for at, text, _ in documents(most, made, truth):
            if file is None or size >= shard:
                if file is not None:
                    file.close()
                file = (out / f"part-{number:05}.jsonl").open("wb")
                size, number = 0, number + 1
            # Nothing in it is to be escaped but the ends of lines: the chain has no such words.
            line = b'{"id":"g-%09d","text":"%s"}\n' % (at, text.replace(b"\n", b"\\n"))
            size += file.write(line)
    finally:
        if file is not None:
            file.close()
    (out / "truth.json").write_text(json.dumps(truth.told(), indent=1) + "\n", encoding="utf-8")
    return truth


def generate(out: Path, gigabytes: float, seed: int = 1, workers: int = 2) -> Truth:
    """Write a corpus into the folder ``out``."""
    return write(out, round(gigabytes * 1e9), blocks(seed, workers), SHARD * 1_000_000)


def background(megabytes: float, seed: int, workers: int) -> dict[str, Any]:
    """Return the truth of a corpus, and how much of it is alike without being planted."""
    truth = Truth()
    texts: list[str] = []
    planted: list[Copied] = []
    made = blocks(seed, workers)
    for _, text, copied in documents(int(megabytes * MEGABYTE), made, truth):
        texts.append(text.decode())
        planted += copied
    made.close()  # type: ignore[attr-defined]
    first = np.concatenate([[0], np.cumsum([text.count("\n") + 1 for text in texts])])
    apart = np.ones(first[-1], np.bool_)
    for copy in planted:
        apart[first[copy.document] + copy.unit] = False
        apart[first[copy.from_document] + copy.from_unit] = False
    return truth.told() | _alike(texts, apart)


def _alike(texts: list[str], apart: Bools | None) -> dict[str, Any]:
    """Return which share of the units has a neighbour, and of the runs stands there again.

    ``apart`` says which lines count (all, if it is None): those that are neither copies nor copied.
    """
    result = dedup.find(texts, dedup.Settings(unit="line", passages=False))
    finding = result.finding
    of = finding.text_of
    near = np.bincount(of[of >= 0], minlength=finding.texts.num_rows + 1) > 1
    for end in ("a", "b"):
        near[numbers(finding.literal.edges[end])] = True
    wanted = of >= 0
    if apart is not None:
        wanted &= apart
    lines = np.array([line for text in texts for line in text.split("\n")], object)
    some = lines if apart is None else lines[apart]
    runs, again = repeated_runs("\n".join(some))
    return {
        "units_compared": int(wanted.sum()),
        "near_share": round(float(near[of[wanted]].mean()), 5),
        "runs": runs,
        "repeated_runs_share": round(again / max(1, runs), 5),
    }


def repeated_runs(text: str) -> tuple[int, int]:
    r"""Return how many runs of ``RUN`` characters the lines of a text have, and how many again.

    >>> repeated_runs("一二三四五六七八九十甲乙丙\n一二三四五六七八九十甲乙丙丁")
    (3, 2)
    """
    points = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    count = len(points) - RUN + 1
    if count <= 0:
        return 0, 0
    hashes = np.zeros(count, np.uint64)
    inside = np.ones(count, np.bool_)
    for at in range(RUN):
        part = points[at : at + count]
        hashes = hashes * np.uint64(0x100000001B3) + mixed(part)
        inside &= part != ord("\n")
    hashes = np.sort(hashes[inside])
    same = hashes[1:] == hashes[:-1]
    once = ~np.append(False, same) & ~np.append(same, False)
    return len(hashes), len(hashes) - int(once.sum())


def measure(options: argparse.Namespace) -> None:
    """Measure the background of corpora of some sizes, and of real ones beside them."""
    told: dict[str, Any] = {}
    for gigabytes in options.background:
        told[f"{gigabytes * 1000:g} MB"] = background(
            gigabytes * 1000, options.seed, options.workers
        )
    for name in ("control", "laws"):
        texts = [row["text"] for row in corpora.rows(name)]
        told[name] = _alike(
            ["\n".join(filter(str.strip, text.split("\n"))) for text in texts], None
        )
    figures = {}
    for name, row in told.items():
        print(
            f"{name:10} near {row['near_share']:.2%} repeated runs {row['repeated_runs_share']:.2%}"
        )
        figures[f"generated.{name.replace(' ', '')}.near_share"] = row["near_share"]
        figures[f"generated.{name.replace(' ', '')}.repeated_runs_share"] = row[
            "repeated_runs_share"
        ]
    path = write_result(
        "generated", figures, {"corpora": told}, ("numba", "numpy", "jieba"), options.results
    )
    print(f"written to {path}")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generate", description="Generate a corpus of any size."
    )
    parser.add_argument("--gigabytes", type=float, help="of text")
    parser.add_argument("--out", type=Path, help="folder for the shards")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="processes; 0: this one alone")
    parser.add_argument("--shard-mb", type=float, default=SHARD)
    parser.add_argument("--background", type=float, nargs="+", help="measure it, of so many GB")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    if options.background:
        measure(options)
    if options.gigabytes is None:
        return
    if options.out is None:
        parser.error("--gigabytes needs --out")
    begun = time.perf_counter()
    made = blocks(options.seed, options.workers)
    truth = write(options.out, round(options.gigabytes * 1e9), made, round(options.shard_mb * 1e6))
    seconds = time.perf_counter() - begun
    rate = truth.text_bytes / MEGABYTE / seconds
    print(json.dumps(truth.told(), indent=1))
    print(f"{seconds:.1f} s, {rate:.1f} MB/s", file=sys.stderr)


if __name__ == "__main__":
    main()
