"""What was found, in figures: from ``run.json`` and the verified edges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup.columns import numbers
from dedup.errors import OutputError
from dedup.report.folder import Folder, Row
from dedup.report.views import BinCounts, ClassShare, Overview, Recall

__all__ = ["BINS", "overview"]

BINS = 20
"""Of the histogram, from 0 to 1."""


def overview(folder: Folder) -> Overview:
    """Return the figures of a run."""
    run = folder.run
    settings, banding = run["settings"], run["banding"] or {}
    counts = {name: count for name, count in run["counts"].items() if isinstance(count, int)}
    classes = [ClassShare(name, **told) for name, told in run["classes"].items()]
    return Overview(
        counts=counts,
        classes=sorted((each for each in classes if each.units), key=lambda each: -each.characters),
        threshold=settings["threshold"],
        drop_threshold=run["drop_threshold"],
        bands=banding.get("bands"),
        rows=banding.get("rows"),
        recall=_recall(run["literal"]),
        capped=run["literal"]["capped_buckets"] + run["masked"]["capped_buckets"],
        similarity=_histogram(folder.path / "edges.parquet"),
        unit=settings["unit"],
        preset=settings["preset"],
        passages=settings["passages"],
    )


def _recall(view: Row) -> Recall:
    measured = view["measured_recall"] or {}
    interval = measured.get("interval_95")
    return Recall(
        expected=view["expected_recall_at_threshold"],
        found=measured.get("found"),
        pairs=measured.get("pairs"),
        interval=None if interval is None else (interval[0], interval[1]),
    )


def _histogram(path: Path) -> BinCounts:
    try:
        edges = pq.read_table(path, columns=["view", "similarity"])
    except (OSError, pa.ArrowException) as error:
        raise OutputError(f"{path} cannot be read: run again to have another") from error
    views, similarity = edges["view"], numbers(edges["similarity"])
    bins = np.minimum((similarity * BINS).astype(np.int64), BINS - 1)
    literal, masked = (
        np.bincount(bins[numbers(pc.equal(views, name))], minlength=BINS).tolist()
        for name in ("literal", "masked")
    )
    return BinCounts(literal, masked)
