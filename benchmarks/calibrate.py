"""Recall and false edges over the threshold, for each shingle and view: defaults follow from it.

::

    python -m benchmarks.calibrate [--drawn]    # --drawn: only draw what was measured before

Copies are planted into ``control`` (of laws and work reports), and one run for each shingle, at the
lowest threshold, gives all edges; those of hosts that no copy explains are false. Pairs with labels
are measured directly: a pair is found at every threshold up to its similarity.

Why words-2 at .6, to which the other shingles are fitted: twelve pairs of law paragraphs (10 MB of
``laws``; 30 characters or more, not equal once masked) were read for each twentieth of similarity
from .35 to .65. From .55 on each of them shares sentences; from .5 to .55 two share a formula alone
(在各自职责范围内), and below .45 about half of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import dedup
from benchmarks import corpora
from benchmarks.labelled import SETS
from benchmarks.measure import RESULTS, write_result
from benchmarks.recall import jaccards
from dedup.columns import numbers
from dedup.corpus.memory import documents_table
from dedup.engines.local import LocalEngine
from dedup.evaluate.alter import KINDS, WITHIN
from dedup.evaluate.plant import Planted, plant
from dedup.finding import Finding
from dedup.settings import DEFAULT_THRESHOLDS, Settings
from dedup.sketches import MASKED_LEAST

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SHINGLES: tuple[tuple[str, int], ...] = (
    ("words", 1), ("words", 2), ("words", 3),
    ("chars", 2), ("chars", 3), ("chars", 4), ("chars", 5),
)  # fmt: skip
LOWEST = 0.3
THRESHOLDS = tuple(round(0.3 + 0.05 * step, 2) for step in range(13))
DONORS_MB = 12
"""Of laws, that donors are taken from, beside the work reports."""
LONG = 60
"""Characters of a unit whose edges are judged though it was not planted."""
NATURAL = 30
"""Characters of a unit whose edges are counted as those of natural text."""
ANCHOR = ("words-2", 0.6)
LINES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "5 % of words": ("planted", "either", ("words-5",)),
    "10 % of words": ("planted", "either", ("words-10",)),
    "20 % of words": ("planted", "either", ("words-20",)),
    "characters lost": ("planted", "either", ("lost",)),
    "cut by a quarter to a half": ("planted", "either", ("cut",)),
    "extended as much": ("planted", "either", ("extended",)),
    "places, figures": ("planted", "masked", ("places", "figures", "places-figures")),
    "the same, literal view": ("planted", "literal", ("places", "figures", "places-figures")),
    "laws, masked equal": ("masked_laws", "literal", ("PN",)),
    "English licences": ("licenses", "literal", ("same_license",)),
}
"""Curves that are drawn and tabled: set, view, and the kinds that are averaged."""
VIEWS = ("literal", "masked", "either")


@dataclass(frozen=True)
class Similarities:
    """Of labelled pairs, in both views; 0 for a pair that cannot meet."""

    literal: Floats
    masked: Floats

    def of(self, view: str) -> Floats:
        """Return those of a view, or the higher of both."""
        return np.maximum(self.literal, self.masked) if view == "either" else getattr(self, view)


def similarities(finding: Finding, a: Ints, b: Ints) -> Similarities:
    """Return the similarities of pairs of units."""
    x, y = finding.text_of[a], finding.text_of[b]
    there = (x >= 0) & (y >= 0)
    literal, masked = np.zeros((2, len(a)))
    literal[there] = _jaccards(finding, "literal", x[there], y[there])
    free = numbers(finding.texts["free"])
    first = np.append(finding.masked_of, -1)
    u, v = first[x], first[y]
    there &= (u >= 0) & (v >= 0)
    near = there & (free[u] >= MASKED_LEAST) & (free[v] >= MASKED_LEAST)
    masked[near] = _jaccards(finding, "masked", u[near], v[near])
    masked[there & (u == v)] = 1
    return Similarities(literal, masked)


def _jaccards(finding: Finding, view: str, a: Ints, b: Ints) -> Floats:
    sets = finding.texts[view].combine_chunks()
    return np.where(a == b, 1.0, jaccards(pa.table({"a": a, "b": b}), sets))


def shares_at(values: Floats) -> dict[str, float]:
    """Return the share of values that reach each threshold."""
    return {f"{t:.2f}": round(float((values >= t - 1e-9).mean()), 5) for t in THRESHOLDS}


def counts_at(values: Floats) -> dict[str, int]:
    """Return how many values reach each threshold."""
    return {f"{t:.2f}": int((values >= t - 1e-9).sum()) for t in THRESHOLDS}


def curves(
    finding: Finding, pairs: Mapping[str, tuple[Ints, Ints]], apart: tuple[Ints, Ints] | None
) -> dict[str, Any]:
    """Return, by view, the recall of each kind of pairs, and how many of ``apart`` are joined."""
    found = {kind: similarities(finding, *units) for kind, units in sorted(pairs.items())}
    never = None if apart is None else similarities(finding, *apart)
    return {
        view: {
            "recall": {kind: shares_at(values.of(view)) for kind, values in found.items()},
            **({} if never is None else {"false": counts_at(never.of(view))}),
        }
        for view in VIEWS
    }


def planted_curves(finding: Finding, planted: Planted) -> dict[str, Any]:
    """Return the recall of planted copies by kind, and the false edges of hosts."""
    unit_at = _unit_numbers(finding)
    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for label in planted.labels:
        donor, host = (
            unit_at(label[f"{end}_row"], label[f"{end}_paragraph"]) for end in ("donor", "host")
        )
        pairs[label["kind"]].append((donor, host))
    told = curves(finding, {kind: _columns(some) for kind, some in pairs.items()}, None)
    hosts = np.array([row["role"] == "host" for row in planted.documents])
    text = _Texts.of(finding, [pair for some in pairs.values() for pair in some], hosts)
    literal = text.false_edges(finding.literal.edges)
    same = finding.masked_of
    equal = np.flatnonzero((same >= 0) & (same != np.arange(len(same))))
    masked = np.concatenate(
        [
            text.gathered(same).false_edges(finding.masked.edges),
            text.false_edges(
                pa.table({"a": same[equal], "b": equal, "similarity": np.ones(len(equal))})
            ),
        ]
    )
    for view, values in zip(VIEWS, (literal, masked, np.append(literal, masked)), strict=True):
        told[view]["false"] = counts_at(values)
    told["literal"]["natural"] = counts_at(text.natural(finding.literal.edges))
    return told


@dataclass(frozen=True)
class _Texts:
    """What is known of each distinct text: whether it is a host's, and of what it is a copy."""

    host: Bools
    planted: Bools
    group: Ints
    """Texts that labels join; -1 for one that is in no label."""
    length: Ints
    """Code points of its first unit."""

    @classmethod
    def of(cls, finding: Finding, pairs: Iterable[tuple[int, int]], hosts: Bools) -> _Texts:
        size = finding.texts.num_rows
        text_of = finding.text_of
        held = text_of >= 0
        host = np.zeros(size, bool)
        np.logical_or.at(host, text_of[held], hosts[numbers(finding.units["document"])][held])
        unit = numbers(finding.texts["unit"])
        length = (numbers(finding.units["end"]) - numbers(finding.units["start"]))[unit]
        planted, group = np.zeros(size, bool), np.full(size, -1)
        joined: dict[int, int] = {}

        def first(text: int) -> int:
            while joined.setdefault(text, text) != text:
                text = joined[text]
            return text

        for a, b in pairs:
            x, y = int(text_of[a]), int(text_of[b])
            if y >= 0:
                planted[y] = True
            if x >= 0 and y >= 0:
                joined[first(y)] = first(x)
        for text in list(joined):
            group[text] = first(text)
        return cls(host, planted, group, length)

    def gathered(self, first: Ints) -> _Texts:
        """Return the same of groups of texts, at the first of each."""
        held = first >= 0
        host, planted, group, length = (
            column.copy() for column in (self.host, self.planted, self.group, self.length)
        )
        np.logical_or.at(host, first[held], self.host[held])
        np.logical_or.at(planted, first[held], self.planted[held])
        np.maximum.at(group, first[held], self.group[held])
        return _Texts(host, planted, group, length)

    def natural(self, edges: pa.Table) -> Floats:
        """Return the similarities of edges between texts that stood there before, not too short."""
        a, b = numbers(edges["a"]), numbers(edges["b"])
        own = ~self.planted[a] & ~self.planted[b]
        return numbers(edges["similarity"])[
            own & (np.minimum(self.length[a], self.length[b]) >= NATURAL)
        ]

    def false_edges(self, edges: pa.Table) -> Floats:
        """Return the similarities of edges that are judged and explained by no label."""
        a, b = numbers(edges["a"]), numbers(edges["b"])
        long = np.minimum(self.length[a], self.length[b]) >= LONG
        judged = (self.host[a] | self.host[b]) & (long | self.planted[a] | self.planted[b])
        true = (self.group[a] >= 0) & (self.group[a] == self.group[b])
        return numbers(edges["similarity"])[judged & ~true]


def _unit_numbers(finding: Finding) -> Callable[[int, int], int]:
    """Return what tells the unit of a document and a paragraph."""
    document = numbers(finding.units["document"])
    first = np.searchsorted(document, np.arange(finding.documents.num_rows))
    return lambda row, paragraph: int(first[row]) + paragraph


def _columns(pairs: Sequence[tuple[int, int]]) -> tuple[Ints, Ints]:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def plant_copies() -> Planted:
    """Plant copies of laws and work reports into ``control``."""
    settings = Settings()
    donors = corpora.sample(corpora.unpacked("laws"), DONORS_MB)
    rows = [json.loads(line) for line in donors.read_bytes().splitlines()]
    corpus = documents_table([*rows, *corpora.rows("work_reports")], settings)
    hosts = documents_table(corpora.rows("control"), settings)
    kinds = [kind for kind in KINDS if kind not in WITHIN]  # which no unit is near
    return plant(corpus, hosts, settings, LocalEngine(), kinds=kinds, copies=300)


def measure(workers: int | None) -> dict[str, Any]:
    """Return the curves of every shingle on every set."""
    told: dict[str, Any] = defaultdict(dict)
    planted = plant_copies()
    sets = {name: read() for name, read in SETS.items()}
    for kind, size in SHINGLES:
        name = f"{kind}-{size}"
        settings = Settings(threshold=LOWEST, audit=0, **{kind: size})
        result = dedup.find(planted.documents, settings, workers=workers)
        told[name]["planted"] = planted_curves(result.finding, planted)
        for each, (texts, pairs, apart) in sets.items():
            # Pairs are measured directly, so that no other edge is asked for.
            one = Settings(threshold=1, min_length=1, unit="document", audit=0, **{kind: size})
            finding = dedup.find(texts, one, workers=workers).finding
            assert finding.units.num_rows == len(texts)  # a blank one would be no unit
            told[name][each] = curves(
                finding, {k: _columns(some) for k, some in pairs.items()}, _columns(apart)
            )
        print(name, told[name]["planted"]["either"]["false"], flush=True)
    return dict(told)


def chosen(told: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the default of each shingle: the lowest threshold that is as careful as the anchor's.

    It links no more pairs of natural text than words-2 does at .6, no unit of a host wrongly, and
    no two lines of the demo corpus that stay apart.
    """
    most = told[ANCHOR[0]]["planted"]["literal"]["natural"][f"{ANCHOR[1]:.2f}"]
    defaults = {}
    for shingle, sets in told.items():
        natural = sets["planted"]["literal"]["natural"]
        false = [sets[name]["either"]["false"] for name in ("planted", "demo")]
        careful = [
            t
            for t in THRESHOLDS
            if natural[f"{t:.2f}"] <= most and not any(each[f"{t:.2f}"] for each in false)
        ]
        defaults[shingle] = min(careful, default=None)
    return defaults


def figures_of(told: Mapping[str, Any], defaults: Mapping[str, float | None]) -> dict[str, float]:
    """Return what the README tells of each shingle at its default."""
    figures = {}
    for shingle, default in defaults.items():
        if default is None:
            continue
        figures[f"calibrate.{shingle}.threshold"] = default
        for name, (corpus, view, kinds) in LINES.items():
            recall = told[shingle][corpus][view]["recall"]
            share = np.mean([recall[kind][f"{default:.2f}"] for kind in kinds])
            figures[f"calibrate.{shingle}.{name}"] = round(float(share), 4)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibrate", description="Measure recall over the threshold."
    )
    parser.add_argument("--drawn", action="store_true", help="only draw what was measured before")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    path = options.results / "calibrate.json"
    if not options.drawn:
        told = measure(options.workers)
        defaults = chosen(told)
        packages = ("numba", "numpy", "scipy", "pyarrow", "jieba", "opencc", "pypinyin")
        details = {"defaults": defaults, "curves": told}
        write_result("calibrate", figures_of(told, defaults), details, packages, options.results)
        print(f"written to {path}")
    from benchmarks.draw import draw_calibration

    result = json.loads(path.read_bytes())
    draw_calibration(result["curves"], result["defaults"], path.with_suffix(".svg"))
    print(f"drawn to {path.with_suffix('.svg')}")
    settings = {f"{kind}-{size}": default for (kind, size), default in DEFAULT_THRESHOLDS.items()}
    if settings != result["defaults"]:
        print(f"the defaults should be {result['defaults']}, not {settings}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
