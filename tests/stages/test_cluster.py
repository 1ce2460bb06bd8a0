"""Cluster: a partition in which every member is beside its representative."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive import cluster as naive

from dedup.columns import numbers
from dedup.engines.local import LocalEngine
from dedup.stages.cluster import adjacency, cover

Edges = list[tuple[int, int]]
some_edges = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda e: e[0] < e[1]),
    unique=True,
    max_size=25,
)


def table(edges: Edges) -> pa.Table:
    a, b = (pa.array([edge[side] for edge in edges], pa.int64()) for side in (0, 1))
    return pa.table({"a": a, "b": b})


def covered(edges: Edges) -> dict[int, int]:
    found = cover(table(edges))
    members = found["member"].to_pylist()
    assert len(members) == len(set(members))
    return dict(zip(members, found["representative"].to_pylist(), strict=True))


def test_a_chain_worked_by_hand() -> None:
    # 0-1-2-3: 0 takes 1; 2 is near 1 but not near 0, so it leads and takes 3.
    assert covered([(0, 1), (1, 2), (2, 3)]) == {0: 0, 1: 0, 2: 2, 3: 2}
    # A star whose middle comes last: the first takes the middle, the others stay alone.
    assert covered([(0, 3), (1, 3), (2, 3)]) == {0: 0, 3: 0, 1: 1, 2: 2}
    assert covered([]) == {}


@given(some_edges)
def test_clusters_are_a_partition_without_chains(edges: Edges) -> None:
    leader = covered(edges)
    assert set(leader) == {node for edge in edges for node in edge}
    for member, first in leader.items():
        assert leader[first] == first
        assert first <= member
        assert first == member or (first, member) in edges
    for first, other in edges:  # two representatives are never near
        assert first == other or not (leader[first] == first and leader[other] == other)
    assert leader == naive.cover(edges)


@given(some_edges, st.randoms(use_true_random=False))
def test_the_order_of_the_edges_changes_nothing(edges: Edges, random: object) -> None:
    shuffled = list(edges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert covered(shuffled) == covered(edges)


@given(some_edges)
def test_component_by_component_gives_the_same(edges: Edges) -> None:
    engine = LocalEngine(1)
    whole = table(edges)
    component = numbers(engine.components(whole["a"], whole["b"], 15))
    found: dict[int, int] = {}
    for number in np.unique(component).tolist():
        found |= covered([edge for edge in edges if component[edge[0]] == number])
    assert found == covered(edges)
    named = whole.append_column("component", pa.array(component[numbers(whole["a"])]))
    (grouped,) = engine.group(cover, [named], ["component"])
    assert (
        dict(
            zip(*(grouped[name].to_pylist() for name in ("member", "representative")), strict=True)
        )
        == found
    )


@given(st.lists(st.integers(0, 5), max_size=12))
def test_rows_of_an_adjacency(of: list[int]) -> None:
    to = list(range(100, 100 + len(of)))
    starts, neighbours, order = adjacency(np.array(of, np.int64), np.array(to, np.int64), 6)
    rows = [neighbours[starts[node] : starts[node + 1]].tolist() for node in range(6)]
    assert rows == [
        [t for node, t in zip(of, to, strict=True) if node == wanted] for wanted in range(6)
    ]
    assert [to[i] for i in order.tolist()] == neighbours.tolist()
