"""Engines: what the local one promises, and one that shuffles everything promises, too."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from engines.shuffling import ShufflingEngine
from hypothesis import given
from hypothesis import strategies as st
from naive.cluster import components

from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.watch import Stopped, checkpoint

Rows = list[tuple[int, int]]
ENGINES: list[Engine] = [LocalEngine(1), LocalEngine(3), ShufflingEngine(5)]
engines = pytest.mark.parametrize(
    "engine", ENGINES, ids=["one thread", "three threads", "shuffling"]
)
some_rows = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), max_size=30)


def numbered(rows: Rows, kind: pa.DataType) -> pa.Table:
    return pa.table(
        {
            "k": pa.array([k for k, _ in rows], kind),
            "l": pa.array([other for _, other in rows], pa.uint64()),
            "row": pa.array(range(len(rows)), pa.int64()),
        }
    )


@engines
def test_map_keeps_the_order_of_the_batches(engine: Engine) -> None:
    assert engine.map(lambda x: x * 2, iter(range(50))) == [2 * x for x in range(50)]
    assert engine.map(lambda x: x, []) == []
    tables = [pa.table({"x": [i]}) for i in range(5)]
    both = engine.map(lambda t: (t, t["x"][0].as_py()), tables)
    assert [(table.to_pydict()["x"], x) for table, x in both] == [([i], i) for i in range(5)]


@engines
def test_an_error_of_a_stage_comes_out(engine: Engine) -> None:
    def stage(x: int) -> int:
        if x == 7:
            raise ZeroDivisionError(x)
        return x

    with pytest.raises(ZeroDivisionError, match="7"):
        engine.map(stage, range(20))


def test_threads_work_side_by_side_and_draw_batches_as_they_are_needed() -> None:
    both_here = threading.Barrier(2, timeout=30)
    assert LocalEngine(2).map(lambda x: x + 0 * both_here.wait(), range(2)) == [0, 1]

    drawn: list[int] = []
    stopped = threading.Event()

    def batches() -> Any:
        for i in range(1000):
            drawn.append(i)
            yield i

    def stage(x: int) -> int:
        if x == 0:
            stopped.set()
            raise ValueError("the first batch")
        return x

    with pytest.raises(ValueError, match="the first batch"):
        LocalEngine(2).map(stage, batches())
    assert stopped.is_set()
    assert len(drawn) < 100


def test_what_takes_long_ends_at_a_checkpoint_when_the_whole_does() -> None:
    """Also where a stage is itself run by an engine, whose stages then end, too."""
    begun = threading.Barrier(2, timeout=30)
    ended: list[int] = []

    def endless(x: int) -> None:
        if x == 0:
            begun.wait()
        try:
            while True:
                checkpoint()
                time.sleep(0.001)
        except Stopped:
            ended.append(x)
            raise

    def batches() -> Any:
        yield [0, 1]
        begun.wait()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LocalEngine(2).map(lambda batch: LocalEngine(2).map(endless, batch), batches())
    assert sorted(ended) == [0, 1]
    checkpoint()  # of no concern to a thread that is in no pool


def test_workers_default_to_the_cores_of_the_process() -> None:
    assert LocalEngine().workers >= 1
    assert LocalEngine(5).workers == 5


def test_grouping_worked_by_hand() -> None:
    rows: Rows = [(3, 0), (1, 1), (3, 0), (1, 0), (2, 0), (1, 1)]
    (found,) = LocalEngine(1).group(lambda t: t, [numbered(rows, pa.int64())], ["k", "l"])
    assert found["row"].to_pylist() == [3, 1, 5, 4, 0, 2]
    (found,) = LocalEngine(1).group(lambda t: t, [numbered(rows, pa.int64())], ["k", "l"], 2)
    assert found["row"].to_pylist() == [1, 5, 0, 2]


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64(), pa.uint32(), pa.int32()])
@engines
@given(st.lists(some_rows, max_size=3), st.sampled_from([["k"], ["k", "l"]]), st.integers(1, 3))
def test_every_key_comes_whole_and_in_its_order(
    engine: Engine, kind: pa.DataType, tables: list[Rows], keys: list[str], at_least: int
) -> None:
    given_tables = [numbered(rows, kind) for rows in tables]
    found = engine.group(lambda table: table, iter(given_tables), keys, at_least)
    assert len(found) == len(tables)
    for rows, result in zip(tables, found, strict=True):
        assert result.schema == numbered([], kind).schema
        expected: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            expected[row[: len(keys)]].append(i)
        expected = {key: members for key, members in expected.items() if len(members) >= at_least}
        left = iter(result["row"].to_pylist())
        seen = 0
        while (first := next(left, None)) is not None:
            members = expected[rows[first][: len(keys)]]
            assert [first, *islice(left, len(members) - 1)] == members
            seen += len(members)
        assert seen == sum(map(len, expected.values())) == result.num_rows


@engines
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15))
def test_components_are_those_of_the_twin(engine: Engine, edges: Rows) -> None:
    a, b = (pa.array([edge[side] for edge in edges], pa.int64()) for side in (0, 1))
    labels = engine.components(a, b, 12).to_pylist()
    assert len(labels) == 12
    found = defaultdict(set)
    for node, label in enumerate(labels):
        found[label].add(node)
    assert {frozenset(nodes) for nodes in found.values()} == set(components(edges, 12))


@engines
def test_an_edge_may_come_many_times(engine: Engine) -> None:
    # A count of 256 in eight bits would be none.
    a, b = pa.array([0] * 256, pa.int64()), pa.array([1] * 256, pa.int64())
    labels = engine.components(a, b, 3).to_pylist()
    assert labels[0] == labels[1] != labels[2]


def test_the_shuffling_engine_does_shuffle() -> None:
    order: list[int] = []
    engine = ShufflingEngine(1)
    engine.map(order.append, range(20))
    assert sorted(order) == list(range(20)) != order
    table = pa.table({"k": pa.array(np.arange(50), pa.int64())})
    parts: list[int] = []

    def stage(part: pa.Table) -> pa.Table:
        parts.append(part.num_rows)
        assert part["k"].to_pylist() == sorted(part["k"].to_pylist())
        return part

    (found,) = engine.group(stage, [table], ["k"])
    assert len(parts) == 3
    assert all(parts)
    assert sorted(found["k"].to_pylist()) == list(range(50)) != found["k"].to_pylist()
