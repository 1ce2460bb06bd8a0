"""Ledger: who is linked to whom, worked by hand and by the twin."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive import ledger as naive
from naive.ledger import Link

from dedup.records import LINK_KINDS
from dedup.stages.ledger import Groups, group_units, link_units, links_across

Ints = list[int]


def array(values: Ints) -> np.ndarray:
    return np.array(values, np.int64)


def rows(table: pa.Table) -> list[Link]:
    return [Link(**row | {"kind": LINK_KINDS[row["kind"]]}) for row in table.to_pylist()]


def grouped(
    leader: Ints, text: Ints, rank: Ints | None = None, source: Ints | None = None
) -> Groups:
    ranks = rank if rank is not None else list(range(len(text)))
    return group_units(
        array(leader), array(text), array(ranks), None if source is None else array(source)
    )


def linked(text: Ints, clusters: Groups, families: Groups, target: Ints | None = None) -> set[Link]:
    found = rows(link_units(array(text), clusters, families, array(target or [-1] * len(text))))
    assert len(found) == len(set(found))
    return set(found)


def test_groups_worked_by_hand() -> None:
    # Texts 0 and 1 are one group, led by 0; text 2 has one unit; unit 4 is too short.
    text = [0, 1, 2, 0, -1]
    found = grouped([0, 0, 2], text)
    assert found.of.tolist() == [0, 0, -1, 0, -1]
    assert found.first.tolist() == [0, -1]
    # The first is the first in keep order; a group within one source is none.
    assert grouped([0, 0, 2], text, rank=[4, 3, 2, 1, 0]).first[0] == 3
    assert grouped([0, 0, 2], text, source=[7, 7, 8, 7, 8]).of.tolist() == [-1] * 5
    assert grouped([0, 0, 2], text, source=[7, 7, 8, 6, 8]).of.tolist() == [0, 0, -1, 0, -1]
    assert grouped([], [], []).of.tolist() == []
    assert grouped([], [-1, -1]).of.tolist() == [-1, -1]


def test_a_cluster_worked_by_hand() -> None:
    # 0 leads; 1 is equal to it; 2 is near it; 3 is near 2 and was dropped for it.
    text = [0, 0, 1, 2]
    clusters, families = grouped([0, 0, 0], text), grouped([-1, -1, -1], text)
    assert linked(text, clusters, families, [-1, 0, -1, 2]) == {
        Link(0, -1, 0, -1, "exact"),
        Link(1, 0, 0, -1, "exact"),
        Link(2, 0, 0, -1, "near"),
        Link(3, 2, 0, -1, "near"),
    }


def test_a_family_of_singletons() -> None:
    text = [0, 1, 2]
    clusters, families = grouped([0, 1, 2], text), grouped([0, 0, 0], text)
    assert linked(text, clusters, families) == {
        Link(0, -1, -1, 0, "masked"), Link(1, 0, -1, 0, "masked"), Link(2, 0, -1, 0, "masked"),
    }  # fmt: skip
    # 2 goes for 1, not for the first: both are said.
    assert linked(text, clusters, families, [-1, -1, 1]) >= {
        Link(2, 0, -1, 0, "masked"), Link(2, 1, -1, 0, "near"),
    }  # fmt: skip
    assert len(linked(text, clusters, families, [-1, -1, 0])) == 3


def test_a_family_of_two_clusters_and_one_unit() -> None:
    # Clusters of units 0, 1 and of 2, 3, unit 4 alone, all one family: heads and 4 link to 0.
    text = [0, 1, 2, 3, 4]
    clusters, families = grouped([0, 0, 2, 2, 4], text), grouped([0] * 5, text)
    within = {
        Link(0, -1, 0, 0, "exact"), Link(1, 0, 0, 0, "near"),
        Link(2, -1, 1, 0, "exact"), Link(3, 2, 1, 0, "near"),
    }  # fmt: skip
    assert linked(text, clusters, families) == within | {
        Link(2, 0, 1, 0, "masked"), Link(4, 0, -1, 0, "masked"),
    }  # fmt: skip
    # The head 2 was dropped for 1: it says that, too.
    assert linked(text, clusters, families, [-1, -1, 1, -1, -1]) == within | {
        Link(2, 0, 1, 0, "masked"), Link(2, 1, 1, 0, "near"), Link(4, 0, -1, 0, "masked"),
    }  # fmt: skip


def test_a_member_whose_head_is_of_another_family_says_its_own() -> None:
    text = [0, 1, 2]
    clusters, families = grouped([0, 0, 2], text), grouped([0, 1, 1], text)
    assert linked(text, clusters, families) == {
        Link(0, -1, 0, -1, "exact"), Link(1, 0, 0, 0, "near"),
        Link(1, -1, 0, 0, "masked"), Link(2, 1, -1, 0, "masked"),
    }  # fmt: skip


def test_edges_across_worked_by_hand() -> None:
    # Edges 0-1 within a cluster, 1-2 and 2-3 across, 3-4 within a family.
    text = [0, 1, 2, 3, 4]
    clusters = grouped([0, 0, 2, 3, 4], text)
    families = grouped([-1, -1, -1, 3, 3], text)
    edges = pa.table({"a": array([0, 1, 2, 3]), "b": array([1, 2, 3, 4])})
    assert rows(links_across(edges, array([0, 1, 2, 3, 4]), clusters, families, "near")) == [
        Link(2, 1, -1, -1, "near"),
        Link(3, 2, -1, -1, "near"),
    ]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Ints, Ints, Ints, Ints, Ints | None, Ints]:
    texts = draw(st.integers(1, 6))
    units = draw(st.integers(1, 10))

    def leaders() -> Ints:
        chosen = draw(st.lists(st.integers(0, texts - 1), min_size=texts, max_size=texts))
        return [chosen.index(group) for group in chosen]

    text = draw(st.lists(st.integers(-1, texts - 1), min_size=units, max_size=units))
    text = [-1 if t < 0 else sorted(set(text) - {-1}).index(t) for t in text]
    rank = draw(st.permutations(range(units)))
    source = draw(st.none() | st.lists(st.integers(0, 1), min_size=units, max_size=units))
    target = [
        draw(st.integers(-1, units - 1).filter(lambda t, u=unit: t != u)) if text[unit] >= 0 else -1
        for unit in range(units)
    ]
    target = [t if t >= 0 and text[t] >= 0 else -1 for t in target]
    return leaders(), leaders(), text, list(rank), source, target


@given(cases())
def test_links_are_those_of_the_twin(
    case: tuple[Ints, Ints, Ints, Ints, Ints | None, Ints],
) -> None:
    leader, family_leader, text, rank, source, target = case
    clusters, families = (grouped(which, text, rank, source) for which in (leader, family_leader))
    twins = [naive.groups(which, text, rank, source) for which in (leader, family_leader)]
    for groups, twin in zip((clusters, families), twins, strict=True):
        assert groups.of.tolist() == twin[0]
        assert {g: f for g, f in enumerate(groups.first.tolist()) if f >= 0} == twin[1]
    found = linked(text, clusters, families, target)
    assert found == naive.links(text, *twins, target)

    # Every unit of a group has a row, the first of each one without a source.
    for groups in (clusters, families):
        for unit, group in enumerate(groups.of.tolist()):
            if group >= 0:
                assert any(link.unit == unit for link in found)
                assert any(link.unit == groups.first[group] and link.source == -1 for link in found)
