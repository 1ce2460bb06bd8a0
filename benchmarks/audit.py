"""What a peer found, held against what there is: on its own shingles, and on planted copies.

Paragraphs are named by row and line, both from 0, with lines as ``str.splitlines`` has them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from dedup.columns import make_lists, numbers
from dedup.edges import join, verified
from dedup.engines.local import LocalEngine
from dedup.watch import Watch
from dedup.work import Work

Key = tuple[int, int]
"""Row and line."""
Pairs = npt.NDArray[np.int64]
"""int64[n, 2], the smaller number first, each pair once, none of two equal numbers."""


def own_shingles(audit: Path, threshold: float) -> dict[str, Any]:
    """Score the pairs of a peer against the exact join of its own shingle sets.

    Paragraphs with the same shingles are one: everybody finds those, and they are many.
    """
    ends = np.fromfile(audit / "ends", np.int64)
    hashes = np.fromfile(audit / "hashes", np.uint64)
    number: dict[bytes, int] = {}
    of_key = np.array(
        [
            number.setdefault(hashes[start:end].tobytes(), len(number))
            for start, end in pairwise([0, *ends.tolist()])
        ],
        np.int64,
    )
    sets = [np.frombuffer(each, np.uint64) for each in number]
    offsets = np.array([0, *accumulate(map(len, sets))], np.int64)
    column = make_lists(np.concatenate([*sets, np.empty(0, np.uint64)]), offsets)
    engine, watch = LocalEngine(), Watch()
    candidates = join(engine, column, None, threshold, watch, "audit")
    edges = verified(engine, candidates, column, threshold, Work(), watch, "audit").edges
    found = of_key[np.fromfile(audit / "pairs", np.int64)].reshape(-1, 2)
    return score_pairs(found, np.stack([numbers(edges["a"]), numbers(edges["b"])], axis=1))


def edges_of_runs(found: Path, exact: Path) -> dict[str, Any]:
    """Score the literal edges of a run of dedup against those of its exact join."""
    columns = [f"{name}_{side}" for side in "ab" for name in ("row", "paragraph")]
    numbered: dict[tuple[int, int], int] = {}
    pairs = []
    for out in (found, exact):
        table = pq.read_table(out / "edges.parquet", filters=[("view", "==", "literal")])
        rows = zip(*(table[name].to_pylist() for name in columns), strict=True)
        pairs.append(
            np.array(
                [
                    [numbered.setdefault(key, len(numbered)) for key in ((a, p), (b, q))]
                    for a, p, b, q in rows
                ],
                np.int64,
            ).reshape(-1, 2)
        )
    return score_pairs(*pairs)


def score_pairs(found: Pairs, true: Pairs) -> dict[str, Any]:
    """Return recall and precision of pairs, in any order and number, given all true ones."""
    reported, exact = (set(map(tuple, np.sort(pairs, axis=1).tolist())) for pairs in (found, true))
    reported = {pair for pair in reported if pair[0] != pair[1]}
    both = len(reported & exact)
    return {
        "exact_pairs": len(exact),
        "reported_pairs": len(reported),
        "both": both,
        "recall": round(both / len(exact), 4) if exact else None,
        "precision": round(both / len(reported), 4) if reported else None,
    }


@dataclass
class Together:
    """Which paragraphs a tool holds together: in groups, and by links from one to another."""

    groups: dict[Key, set[object]] = field(default_factory=lambda: defaultdict(set))
    links: dict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))

    def __call__(self, a: Key, b: Key) -> bool:
        """Say whether two paragraphs are together."""
        if b in self.links.get(a, ()) or a in self.links.get(b, ()):
            return True
        return not self.groups.get(a, set()).isdisjoint(self.groups.get(b, ()))


def of_groups(groups: Path, audit: Path) -> Together:
    """Read what a peer wrote: its groups, and its pairs."""
    together = Together()
    for number, line in enumerate(groups.read_text("utf-8").splitlines()):
        for key in json.loads(line):
            together.groups[tuple(key)].add(number)
    keys = np.fromfile(audit / "keys", np.int64).reshape(-1, 2).tolist()
    for a, b in np.fromfile(audit / "pairs", np.int64).reshape(-1, 2).tolist():
        together.links[tuple(keys[a])].add(tuple(keys[b]))
    return together


def of_ledger(out: Path, texts: Mapping[int, str]) -> Together:
    """Read the ledger of a run of dedup over the texts of one file, by row."""
    together = Together()
    lines = _Lines(texts)
    with (out / "provenance.jsonl").open("rb") as ledger:
        for row in map(json.loads, ledger):
            mine = lines.keys(row["row"], row["start"], row["end"])
            for key in mine:
                together.groups[key] |= {
                    (name, row[name]) for name in ("cluster", "family") if row[name] is not None
                }
            if row["source_doc"] is not None:
                source = lines.keys(row["source_row"], row["source_start"], row["source_end"])
                for key in mine:
                    together.links[key].update(source)
    return together


def planted_recall(
    together: Together, labels: Iterable[Mapping[str, Any]], texts: Mapping[int, str]
) -> dict[str, dict[str, Any]]:
    """Return, by kind, how many planted copies are together with their donor."""
    lines = _Lines(texts)
    planted: dict[str, int] = defaultdict(int)
    found: dict[str, int] = defaultdict(int)
    for label in labels:
        donor, host = (
            lines.keys(label[f"{end}_row"], label[f"{end}_start"], label[f"{end}_end"])
            for end in ("donor", "host")
        )
        planted[label["kind"]] += 1
        found[label["kind"]] += any(together(a, b) for a in donor for b in host)
    return {
        kind: {"planted": count, "found": found[kind], "recall": round(found[kind] / count, 4)}
        for kind, count in planted.items()
    }


class _Lines:
    """Where the lines of texts begin, in code points."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._texts = texts
        self._starts: dict[int, npt.NDArray[np.int64]] = {}

    def keys(self, row: int, start: int, end: int) -> list[Key]:
        """Return the lines that a stretch of a row touches."""
        if row not in self._starts:
            sizes = map(len, self._texts[row].splitlines(keepends=True))
            self._starts[row] = np.array([0, *accumulate(sizes)])
        starts = self._starts[row]
        first = int(np.searchsorted(starts, start, "right")) - 1
        last = int(np.searchsorted(starts, max(end, start + 1), "left"))
        return [(row, line) for line in range(first, last)]


def read_texts(corpus: Path) -> dict[int, str]:
    """Return the texts of a JSONL file by row."""
    return {row: each["text"] for row, each in enumerate(_rows(corpus))}


def read_labels(path: Path) -> list[dict[str, Any]]:
    """Return the rows of ``labels.jsonl``, as ``dedup evaluate plant`` writes them."""
    return list(_rows(path))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as lines:
        yield from map(json.loads, lines)
