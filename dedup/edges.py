"""The verified edges of one view, on any engine: sign, candidates or exact join, verify, audit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import lists, make_lists, numbers
from dedup.engines import Engine
from dedup.finding import View
from dedup.records import EDGES
from dedup.settings import Settings
from dedup.stages.audit import compare, sample
from dedup.stages.candidates import band_tables, mark_large, pairs, without_large
from dedup.stages.join import prefix_index, prefix_pairs, queries, query_pairs
from dedup.stages.sign import Banding, sign
from dedup.stages.verify import verify
from dedup.watch import Watch

__all__ = ["find_edges"]


def find_edges(
    engine: Engine,
    sets: pa.Array,
    near: npt.NDArray[np.bool_] | None,
    banding: Banding | None,
    settings: Settings,
    watch: Watch,
    name: str,
) -> View:
    """Return the verified edges of one view, and how they were found.

    ``near`` says which sets may be near another (all, if it is None).
    """
    threshold = settings.near
    sizes = np.diff(lists(sets)[1]).astype(np.int32)
    if near is not None:
        sizes = np.where(near, sizes, 0).astype(np.int32)
    met, capped = None, 0
    if banding is not None:
        with watch.stage(stage := f"sign ({name})"):
            parts = _ranges(len(sets), 8 + len(sets) // 50_000)
            signing = partial(sign, banding=banding, seed=settings.seed)
            keys = _keys(
                engine, sets, parts, watch.count(stage, signing, len(parts)), banding.bands
            )
    with watch.stage(stage := f"candidates ({name})"):
        if banding is None:
            joined = sets if near is None else _emptied(sets, near)
            index = prefix_index(joined, threshold)
            parts = _ranges(len(joined), 64)
            found = engine.map(
                watch.count(stage, partial(prefix_pairs, index=index), len(parts)), parts
            )
        else:
            bands = keys.shape[1]
            mark = watch.count(stage, partial(mark_large, cap=settings.bucket_cap), 2 * bands)
            grouped = engine.group(mark, band_tables(keys, sizes), ["bucket"], 2)
            keys, capped = without_large(keys, grouped)
            take = partial(
                pairs, keys=keys, sizes=sizes, threshold=threshold, cap=settings.bucket_cap
            )
            counted = watch.count(stage, take, 2 * bands, before=bands)
            taken = engine.map(counted, list(enumerate(grouped)))
            found, met = [part[0] for part in taken], sum(part[1] for part in taken)
            del keys, grouped, take, counted, taken
    with watch.stage(stage := f"verify ({name})"):
        verifying = partial(verify, sets=sets, threshold=threshold)
        verified = engine.map(watch.count(stage, verifying, len(found)), found)
        edges = pa.concat_tables([EDGES.empty_table(), *verified])
        if capped:  # leaders of several large buckets may be the same
            edges = _without_repeats(edges)
        edges = edges.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()
    audit = None
    if banding is not None and settings.audit:
        with watch.stage("audit"):
            sampled = sample(np.flatnonzero(sizes), settings.audit, settings.seed)
            wanted = queries(sets, sampled)
            against = partial(query_pairs, sets=sets, wanted=wanted, threshold=threshold)
            parts = _ranges(len(sets), 16)
            true = pa.concat_tables(engine.map(watch.count("audit", against, len(parts)), parts))
            if near is not None:
                both = near[numbers(true["a"])] & near[numbers(true["b"])]
                true = true.filter(pa.array(both))
            true = verify(true, sets, threshold)
            audit = compare(true, edges, sampled)
    return View(
        edges=edges,
        candidates=sum(part.num_rows for part in found),
        met=met,
        capped=capped,
        audit=audit,
    )


def _keys(
    engine: Engine,
    sets: pa.Array,
    ranges: list[tuple[int, int]],
    signing: Callable[[pa.Array], npt.NDArray[np.uint32]],
    bands: int,
) -> npt.NDArray[np.uint32]:
    """Sign all sets; the parts are copied as they come, so that they are never there twice."""
    keys = np.empty((len(sets), bands), np.uint32)
    for some in [ranges[i : i + 8] for i in range(0, len(ranges), 8)]:
        parts = [sets.slice(first, last - first) for first, last in some]
        for (first, last), part in zip(some, engine.map(signing, parts), strict=True):
            keys[first:last] = part
    return keys


def _ranges(size: int, parts: int) -> list[tuple[int, int]]:
    cuts = np.unique(np.linspace(0, size, parts + 1).astype(np.int64)).tolist()
    return list(pairwise(cuts)) or [(0, 0)]


def _emptied(sets: pa.Array, keep: npt.NDArray[np.bool_]) -> pa.Array:
    """Return the sets with those that are not kept empty."""
    values, starts = lists(sets)
    sizes = np.diff(starts)
    kept = np.repeat(keep, sizes)
    offsets = np.concatenate([[0], np.cumsum(np.where(keep, sizes, 0))])
    return make_lists(values[starts[0] : starts[-1]][kept], offsets)


def _without_repeats(edges: pa.Table) -> pa.Table:
    key = (numbers(edges["a"]) << 32) | numbers(edges["b"])
    return edges.take(pa.array(np.unique(key, return_index=True)[1]))
