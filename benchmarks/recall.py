"""Compare the edges that MinHash leads to with those of an exact join, over a whole corpus.

::

    python -m benchmarks.recall [--corpus laws] [--threshold 0.6]

Both are whole runs of ``dedup.find``. Every similarity is computed once more, by sparse matrices
instead of our kernels; and the audit's estimate, which a run makes of itself from a sample, is held
against the truth.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_array

import dedup
from benchmarks import corpora
from benchmarks.measure import RESULTS, write_result
from dedup.columns import lists, numbers
from dedup.finding import Finding, View

_EDGES_AT_ONCE = 50_000
ROUNDS = 3


def compare(found: dedup.Result, exact: dedup.Result) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the figures of a run held against the exact run of the same documents, and details."""
    figures: dict[str, float] = {}
    details: dict[str, Any] = {}
    wrong = beyond = 0
    finding, truth = found.finding, exact.finding
    within = []
    for name, view, true in (
        ("literal", finding.literal, truth.literal),
        ("masked", finding.masked, truth.masked),
    ):
        pairs, true_pairs = _keys(view.edges, finding), _keys(true.edges, truth)
        recall = float(np.isin(true_pairs, pairs).mean()) if len(true_pairs) else 1.0
        beyond += int((~np.isin(pairs, true_pairs)).sum())
        for edges, of in ((view.edges, finding), (true.edges, truth)):
            sets = of.texts[name].combine_chunks()
            wrong += int((jaccards(edges, sets) != numbers(edges["similarity"])).sum())
        figures[f"recall.{name}"] = recall
        details[name] = {
            "exact_pairs": len(true_pairs),
            "edges": len(pairs),
            "by_similarity": _by_similarity(np.isin(true_pairs, pairs), true),
            "candidates": view.candidates,
            "met": view.met,
            "capped_buckets": view.capped,
            "audit": _audit(view),
        }
        interval = view.audit.interval() if view.audit else None
        by_text = _recall_by_text(pairs, true_pairs)
        details[name]["recall_by_text"] = by_text
        within.append(interval is None or interval[0] <= round(by_text, 4) <= interval[1])
    figures |= {
        "recall.wrong_similarities": wrong,
        "recall.beyond_exact": beyond,
        "recall.audit_within": float(all(within)),
    }
    details["seconds"] = {"minhash": dict(found.seconds), "exact": dict(exact.seconds)}
    return figures, details


def jaccards(edges: pa.Table, sets: pa.Array) -> npt.NDArray[np.float64]:
    """Return the Jaccard of each edge's two sets, by rows of a sparse matrix of all sets."""
    values, starts = lists(sets)
    _, columns = np.unique(values, return_inverse=True)
    shape = (len(starts) - 1, int(columns.max(initial=0)) + 1)
    matrix = csr_array((np.ones(len(values), np.int32), columns.reshape(-1), starts), shape=shape)
    a, b = numbers(edges["a"]), numbers(edges["b"])
    parts = [np.empty(0)]
    for first in range(0, len(a), _EDGES_AT_ONCE):
        x, y = matrix[a[first : first + _EDGES_AT_ONCE]], matrix[b[first : first + _EDGES_AT_ONCE]]
        shared = np.asarray(x.multiply(y).sum(axis=1)).reshape(-1)
        sizes = np.diff(x.indptr) + np.diff(y.indptr)
        parts.append(shared / (sizes - shared))
    return np.concatenate(parts)


def _keys(edges: pa.Table, finding: Finding) -> npt.NDArray[np.int64]:
    """Return each edge as one number, of what its texts are called among all distinct ones."""
    called = numbers(finding.texts["number"])
    keys: npt.NDArray[np.int64] = (called[numbers(edges["a"])] << 32) | called[numbers(edges["b"])]
    return keys


def audit_share(documents: Any, settings: dedup.Settings, workers: int | None) -> float:
    """Return the share of a run's seconds, in memory, that goes into the audit; best of each."""
    both = settings, dataclasses.replace(settings, audit=0)
    seconds = [
        [sum(dedup.find(documents, each, workers=workers).seconds.values()) for each in both]
        for _ in range(ROUNDS)
    ]
    audited, alone = np.min(seconds, axis=0)
    return float(1 - alone / audited)


def _recall_by_text(pairs: npt.NDArray[np.int64], true: npt.NDArray[np.int64]) -> float:
    """Return the mean over all texts with a true pair of the share of its pairs that was found."""
    ends = np.concatenate([true >> 32, true & 0xFFFFFFFF])
    _, of = np.unique(ends, return_inverse=True)
    hits = np.bincount(of, weights=np.tile(np.isin(true, pairs), 2))
    return float((hits / np.bincount(of)).mean()) if len(true) else 1.0


def _by_similarity(found: npt.NDArray[np.bool_], true: View) -> dict[str, dict[str, float]]:
    """Return how many true pairs each tenth of similarity has, and the share found."""
    similarity = numbers(true.edges["similarity"])
    told = {}
    for tenth in range(10, -1, -1):
        within = np.floor(similarity * 10 + 1e-9) == tenth
        if within.any():
            share = round(float(found[within].mean()), 5)
            told[f"{tenth / 10:.1f}"] = {"pairs": int(within.sum()), "found": share}
    return told


def _audit(view: View) -> dict[str, Any] | None:
    if view.audit is None:
        return None
    return dataclasses.asdict(view.audit) | {"interval_95": view.audit.interval()}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recall", description="Measure the recall of MinHash."
    )
    parser.add_argument("--corpus", default="laws")
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    documents = corpora.rows(options.corpus)
    settings = dedup.Settings(threshold=options.threshold)
    found = dedup.find(documents, settings, workers=options.workers)
    exact = dedup.find(
        documents, dataclasses.replace(settings, exact=True), workers=options.workers
    )
    figures, details = compare(found, exact)
    figures["recall.audit_share"] = audit_share(documents, settings, options.workers)
    packages = ("numba", "numpy", "scipy", "pyarrow", "jieba")
    path = write_result(f"recall-{options.corpus}", figures, details, packages, options.results)
    for name, value in figures.items():
        print(f"{name:28} {value:.6g}")
    for name in ("literal", "masked"):
        row = details[name]
        print(f"{name}: {row['exact_pairs']} exact pairs, audit {row['audit']}")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
