"""Parting: parted texts share no edge in either view, and all others share what they did."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive.cluster import cover as naive_cover
from naive.parting import beside

from dedup.columns import numbers
from dedup.engines.local import LocalEngine
from dedup.finding import _cover
from dedup.parting import Parting
from dedup.records import EDGES


def edge_table(edges: list[tuple[int, int]]) -> pa.Table:
    rows = [(a, b, 0.7 + b / 100, a / 10, b / 10) for a, b in edges]
    return pa.table([[row[i] for row in rows] for i in range(5)], schema=EDGES)


def between(names: list[int], pairs: list[tuple[int, int]]) -> Parting:
    return Parting.between(np.array(names, np.int64), np.array(pairs, np.int64).reshape(-1, 2))


def test_literal_edges_worked_by_hand() -> None:
    parting = between([-1, 0, 1, 2], [(0, 1), (1, 2)])
    edges = parting.literal(edge_table([(0, 1), (1, 2), (1, 3), (2, 3)]))
    assert list(zip(*(edges[name].to_pylist() for name in "ab"), strict=True)) == [(0, 1), (1, 3)]
    assert parting.parts(np.array([1, 2, 2, -1]), np.array([2, 1, 2, 2])).tolist() == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_masked_text_is_split_where_its_texts_are_parted() -> None:
    # 0, 1, 2 and 3 are equal once masked, and near 4. 1 and 2 are parted from 0.
    parting = between([7, 8, 9, -1, -1], [(7, 8), (9, 7)])
    edges, of = parting.masked(edge_table([(0, 4)]), np.array([0, 0, 0, 0, 4]))
    assert of.tolist() == [0, 1, 1, 3, 4]
    rows = edges.to_pylist()
    assert [(row["a"], row["b"], row["similarity"]) for row in rows] == [
        (0, 3, 1.0), (0, 4, 0.74), (1, 3, 1.0), (1, 4, 0.74), (3, 4, 0.74),
    ]  # fmt: skip
    # Its name comes after the one that it is near, so what each holds of the other is turned.
    turned, _ = between([5, -1, -1, 6], [(5, 6)]).masked(
        edge_table([(0, 1)]), np.array([0, 1, 1, 0])
    )
    row = turned.to_pylist()[-1]
    assert (row["a"], row["b"], row["containment_a"], row["containment_b"]) == (1, 3, 0.1, 0.0)


@st.composite
def cases(
    draw: st.DrawFn,
) -> tuple[list[int], list[tuple[int, int]], list[int], list[tuple[int, int]]]:
    n = draw(st.integers(1, 7))
    chosen = draw(st.lists(st.integers(-1, 3), min_size=n, max_size=n))
    masked_of = [chosen.index(group) if group >= 0 else -1 for group in chosen]
    nodes = sorted(set(masked_of) - {-1})
    every = [(a, b) for b in nodes for a in nodes if a < b]
    edges = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    names = draw(st.lists(st.integers(-1, 5), min_size=n, max_size=n))
    one = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1])
    return masked_of, sorted(edges), names, draw(st.lists(one, unique=True, max_size=6))


@given(cases())
def test_texts_are_beside_each_other_as_the_twin_has_them_and_so_are_their_families(
    case: tuple[list[int], list[tuple[int, int]], list[int], list[tuple[int, int]]],
) -> None:
    masked_of, edges, names, parted = case
    wanted = beside(masked_of, edges, names, parted)
    table, of = between(names, parted).masked(edge_table(edges), np.array(masked_of, np.int64))
    assert table.schema == EDGES
    a, b = numbers(table["a"]).tolist(), numbers(table["b"]).tolist()
    linked = list(zip(a, b, strict=True))
    assert linked == sorted(set(linked))
    assert all(one < other for one, other in linked)
    assert all(of[node] == node for pair in linked for node in pair)
    found = {
        (s, t)
        for t in range(len(of))
        for s in range(t)
        if of[s] >= 0 and of[t] >= 0
        and (of[s] == of[t] or (min(of[s], of[t]), max(of[s], of[t])) in linked)
    }  # fmt: skip
    assert found == wanted
    leader = np.append(_cover(LocalEngine(1), table, len(of)), -1)[of]
    by_text = naive_cover(wanted)
    for text, its in enumerate(leader.tolist()):
        assert its == (-1 if masked_of[text] < 0 else by_text.get(text, text))


def test_passages_mostly_of_parted_units_worked_by_hand() -> None:
    parting = between([0, 1, -1], [(0, 1)])
    # Units 0, 1 and 4 are of ten characters, 2 and 3 of five; 0 and 4 have one text.
    text, length = np.array([0, 1, 2, -1, 0]), np.array([10, 10, 5, 5, 10])

    def stays(span: tuple[int, int, int], source: tuple[int, int, int]) -> bool:
        names = ("unit", "offset", "length")
        row = {name: [value] for name, value in zip(names, span, strict=True)}
        row |= {f"source_{name}": [value] for name, value in zip(names, source, strict=True)}
        return parting.passages(pa.table(row), text, length).num_rows == 1

    assert not stays((0, 2, 8), (1, 0, 8))
    assert not stays((1, 0, 8), (0, 2, 8))
    assert not stays((1, 0, 8), (4, 2, 8))
    assert stays((2, 0, 5), (1, 0, 5))
    assert stays((3, 0, 5), (1, 0, 5))
    assert stays((0, 0, 8), (4, 0, 8))
    # It begins a unit earlier, or goes beyond it, but more than half is in the two.
    assert not stays((3, 3, 7), (1, 3, 7))
    assert not stays((0, 3, 13), (1, 0, 13))
    # Half is not more than half.
    assert stays((3, 0, 10), (1, 0, 10))
    assert not stays((3, 1, 9), (1, 0, 10))
    # It begins in the two, but most of it is elsewhere.
    assert stays((0, 8, 12), (1, 5, 10))


def test_nothing_parted_changes_nothing() -> None:
    edges, of = edge_table([(0, 1)]), np.array([0, 1, -1])
    parting = between([-1, -1, -1], [])
    assert parting.literal(edges) is edges
    assert parting.masked(edges, of) == (edges, of)
