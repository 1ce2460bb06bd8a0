"""Clean: what may stand for what, the greedy choice of it, and that a second pass drops nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import clean as naive
from naive.clean import Edge, Unit

from dedup.records import EDGES
from dedup.stages.clean import (
    DropRule,
    cover_documents,
    covering,
    same_facts,
    same_sentences,
)

LISTS = pa.large_list(pa.uint64())


def edge_table(edges: list[Edge]) -> pa.Table:
    return pa.table({name: [getattr(e, name) for e in edges] for name in EDGES.names}, schema=EDGES)


def pair_table(pairs: list[tuple[int, int]]) -> pa.Table:
    return edge_table([Edge(a, b, 1.0, 1.0, 1.0) for a, b in pairs])


def rule(
    preset: str, *, threshold: float | None = None, least: int = 0, families: bool = False
) -> DropRule:
    return DropRule(preset, threshold, least, families)  # type: ignore[arg-type]


def text_table(
    guards: list[list[int]],
    sentences: list[list[int]] | None = None,
    lengths: list[int] | None = None,
) -> pa.Table:
    """Return texts that have no sentence in common, unless they are given."""
    return pa.table(
        {
            "length": pa.array(lengths or [99] * len(guards), pa.int64()),
            "guards": pa.array(guards, LISTS),
            "sentences": pa.array(sentences or [[i, i] for i in range(len(guards))], LISTS),
        }
    )


def covered(
    edges: list[Edge],
    guards: list[list[int]],
    chosen: DropRule,
    lengths: list[int] | None = None,
    masked_edges: list[tuple[int, int]] | None = None,
    masked_of: list[int] | None = None,
    sentences: list[list[int]] | None = None,
    held: list[bool] | None = None,
) -> list[int]:
    texts = text_table(guards, sentences, lengths)
    masked = np.array(masked_of if masked_of is not None else [-1] * len(guards), np.int64)
    return covering(
        edge_table(edges), texts, pair_table(masked_edges or []), masked, chosen,
        np.array(held or [False] * len(guards)),
    ).tolist()  # fmt: skip


FACTS = [
    # similarity, containment of the later in the earlier, guards of both; standard drops it at .9?
    (0.95, 0.95, [1, 2], [1, 2], True),
    (0.95, 0.95, [1, 2], [2, 1], False),
    (0.95, 0.95, [1, 2], [1, 3], False),
    (0.95, 0.80, [1, 2], [1], False),  # alike, but the later one lacks a fact
    (0.95, 0.95, [1, 2], [1], True),  # contained, and so are its facts
    (0.50, 0.95, [1, 2, 3], [1, 3], True),
    (0.50, 0.95, [1, 3], [1, 2, 3], False),
    (0.50, 0.95, [1, 2], [2, 1], False),
    (0.90, 0.10, [], [], True),
    (0.89, 0.89, [], [], False),
]


@pytest.mark.parametrize(("similarity", "contained", "earlier", "later", "drops"), FACTS)
def test_presets_worked_by_hand(
    similarity: float, contained: float, earlier: list[int], later: list[int], drops: bool
) -> None:
    edges = [Edge(0, 1, similarity, 0.5, contained)]
    guards = [earlier, later]
    loose = rule("standard", threshold=0.9)
    assert covered(edges, guards, loose) == [-1, 0 if drops else -1]
    assert covered(edges, guards, rule("standard")) == [-1, -1]
    assert covered(edges, guards, rule("careful")) == [-1, -1]
    assert covered(edges, guards, rule("aggressive")) == [-1, 0]
    assert covered(edges, guards, rule("aggressive", least=100)) == [-1, -1]
    assert loose.covers(edge_table(edges), text_table(guards)).tolist() == [drops]


SAID = [
    # the whole of the earlier and its sentences, the same of the later; standard drops it?
    ([7, 1, 2, 3], [7, 1, 23], True),  # the same words, cut into sentences otherwise
    ([7, 1, 2, 3], [8, 2, 3], True),
    ([7, 1, 2, 3], [8, 1, 3], False),
    ([7, 1, 2], [8, 1, 2, 3], False),
    ([7, 1, 2], [8, 2, 1], False),
    ([7, 1, 1, 2], [8, 1, 2], True),
    ([7, 1], [8], False),  # of nothing no word is anywhere
]


@pytest.mark.parametrize(("earlier", "later", "drops"), SAID)
def test_standard_drops_what_is_said_word_for_word(
    earlier: list[int], later: list[int], drops: bool
) -> None:
    edges, guards = [Edge(0, 1, 0.6, 0.6, 0.6)], [[1], [2]]
    for preset, expected in (("careful", False), ("standard", drops), ("aggressive", True)):
        found = covered(edges, guards, rule(preset), sentences=[earlier, later])
        assert found == [-1, 0 if expected else -1], preset
    same, within = same_sentences(np.array([1]), np.array([0]), pa.array([earlier, later], LISTS))
    assert bool(same[0] or within[0]) == drops


@given(st.lists(st.integers(1, 2), max_size=9), st.lists(st.integers(1, 2), max_size=24))
def test_runs_of_sentences_that_repeat_themselves(parts: list[int], others: list[int]) -> None:
    said = pa.array([[7, *parts], [8, *others]], LISTS)
    same, within = same_sentences(np.array([0]), np.array([1]), said)
    assert not same[0]
    assert within[0] == naive.says([7, *parts], [8, *others])


def test_what_is_dropped_covers_nothing() -> None:
    # 1 goes for 0; 2 is like 1 alone, so it stays; 3 goes for 2, the better of 0 and 2.
    edges = [
        Edge(0, 1, 0.9, 0.9, 0.9), Edge(1, 2, 0.99, 0.99, 0.99),
        Edge(0, 3, 0.91, 0.91, 0.91), Edge(2, 3, 0.95, 0.95, 0.95),
    ]  # fmt: skip
    near = rule("standard", threshold=0.9)
    assert covered(edges, [[]] * 4, near) == [-1, 0, -1, 2]
    # Of equals the earliest covers.
    ties = [Edge(0, 2, 0.9, 0.9, 0.9), Edge(1, 2, 0.9, 0.9, 0.9)]
    assert covered(ties, [[]] * 3, near) == [-1, -1, 0]


def test_families_go_only_if_asked() -> None:
    # 0 and 1 are equal once masked, 2 is near both once masked, 3 is nothing but slots.
    masked_of, near = [0, 0, 2, -1], [(0, 2)]
    guards: list[list[int]] = [[1], [2], [3], [4]]
    assert covered([], guards, rule("standard"), None, near, masked_of) == [-1] * 4
    asked = rule("standard", families=True)
    assert covered([], guards, asked, None, near, masked_of) == [-1, 0, 0, -1]
    short = rule("standard", families=True, least=50)
    assert covered([], guards, short, [99, 49, 99, 99], near, masked_of) == [-1, -1, 0, -1]


def test_facts_of_one_text_in_another() -> None:
    guards = pa.array([[1, 2, 3], [1, 3], [3, 1], [], [1, 2, 3]], LISTS)
    a = np.array([1, 2, 3, 0, 0, 0, 3])
    b = np.array([0, 0, 0, 1, 4, 3, 3])
    within, equal = same_facts(a, b, guards)
    assert within.tolist() == [True, False, True, False, True, False, True]
    assert equal.tolist() == [False, False, False, False, True, False, True]


Case = tuple[
    list[Edge], list[int], list[list[int]], list[list[int]], list[tuple[int, int]], list[int]
]


@st.composite
def cases(
    draw: st.DrawFn,
) -> Case:
    n = draw(st.integers(1, 10))
    share = st.sampled_from([0.6, 0.85, 0.9, 0.95, 1.0])
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] < p[1])
    edges = [
        Edge(a, b, draw(share), draw(share), draw(share))
        for a, b in draw(st.lists(pairs, unique=True, max_size=20) if n > 1 else st.just([]))
    ]
    lengths = draw(st.lists(st.sampled_from([10, 30]), min_size=n, max_size=n))
    words = st.lists(st.integers(1, 2), max_size=2)
    guards = draw(st.lists(words, min_size=n, max_size=n))
    parts = st.lists(st.integers(1, 3), max_size=3)
    said = [[draw(st.integers(1, 6)), *draw(parts)] for _ in range(n)]
    chosen = draw(st.lists(st.integers(-1, n - 1), min_size=n, max_size=n))
    # A masked text is named by the first text that has it.
    masked_of = [chosen.index(group) if group >= 0 else -1 for group in chosen]
    names = sorted(set(masked_of) - {-1})
    near = st.tuples(st.sampled_from(names or [0]), st.sampled_from(names or [0]))
    masked_edges = (
        draw(st.lists(near.filter(lambda p: p[0] < p[1]), unique=True, max_size=6))
        if len(names) > 1
        else []
    )
    return edges, lengths, guards, said, masked_edges, masked_of


some = st.sampled_from([False, False, False, True])
presets = st.sampled_from(["careful", "standard", "aggressive"])


@given(
    cases(), presets, st.sampled_from([None, 0.9]), st.booleans(), st.sampled_from([0, 20, 40]),
    st.data(),
)  # fmt: skip
def test_the_cover_is_that_of_the_twin_and_a_second_pass_drops_nothing(
    case: Case,
    preset: str,
    threshold: float | None,
    families: bool,
    least: int,
    data: st.DataObject,
) -> None:
    edges, lengths, guards, said, masked_edges, masked_of = case
    held = data.draw(st.lists(some, min_size=len(lengths), max_size=len(lengths)))
    chosen = rule(preset, threshold=threshold, least=least, families=families)
    found = covered(edges, guards, chosen, lengths, masked_edges, masked_of, said, held)
    rules = (preset, threshold, least, families)
    assert found == naive.covering(
        edges, lengths, guards, said, masked_edges, masked_of, *rules, held
    )
    for text, source in enumerate(found):
        if source >= 0:
            assert not held[text]
            assert source < text
            assert found[source] == -1
            assert lengths[text] >= least
    # Among what is kept, renumbered in its order, nothing goes.
    kept = [text for text, source in enumerate(found) if source == -1]
    number = {text: i for i, text in enumerate(kept)}
    left = [
        e._replace(a=number[e.a], b=number[e.b]) for e in edges if e.a in number and e.b in number
    ]
    first_kept: dict[int, int] = {}
    for text in kept:
        if masked_of[text] >= 0:
            first_kept.setdefault(masked_of[text], number[text])
    again = covered(
        left,
        [guards[text] for text in kept],
        chosen,
        [lengths[text] for text in kept],
        sorted(
            (min(pair), max(pair))
            for pair in (
                (first_kept[a], first_kept[b])
                for a, b in masked_edges
                if a in first_kept and b in first_kept
            )
        ),
        [first_kept.get(masked_of[text], -1) for text in kept],
        [said[text] for text in kept],
        [held[text] for text in kept],
    )
    assert again == [-1] * len(kept)


def whole_documents(
    units: list[Unit],
    edges: list[Edge],
    guards: list[list[int]],
    chosen: DropRule,
    share: float,
    lengths: list[int] | None = None,
    masked_edges: list[tuple[int, int]] | None = None,
    masked_of: list[int] | None = None,
    sentences: list[list[int]] | None = None,
    *,
    apart: bool = False,
) -> tuple[list[int], list[bool]]:
    """Return what ``cover_documents`` does for units in keep order, but for those ahead."""
    columns = {name: [getattr(unit, name) for unit in units] for name in Unit._fields}
    kinds = {"held": pa.bool_(), "ahead": pa.bool_()}
    table = pa.table(
        {name: pa.array(each, kinds.get(name, pa.int64())) for name, each in columns.items()}
    )
    order = sorted(range(len(units)), key=lambda n: (not units[n].ahead, n))
    rank = [order.index(n) for n in range(len(units))]
    texts = text_table(guards, sentences, lengths)
    masked = np.array(masked_of if masked_of is not None else [-1] * len(guards), np.int64)
    target, whole = cover_documents(
        table.append_column("rank", pa.array(rank, pa.int64())),
        edge_table(edges), texts, pair_table(masked_edges or []), masked, chosen, share, apart,
    )  # fmt: skip
    return target.tolist(), whole.tolist()


def test_documents_worked_by_hand() -> None:
    # 0 is new. Of 1, 90 of 100 characters are copied from it, so it goes, with its text 2. So
    # what 2 repeats is new in it: 80 of 100. 3 has that from 2, and goes for it.
    units = [
        Unit(0, 0, 50, 0), Unit(0, 1, 40, 0),
        Unit(1, 0, 50, 1), Unit(1, 1, 40, 1), Unit(1, 2, 10, 1),
        Unit(2, 2, 80, 2), Unit(2, 0, 20, 2),
        Unit(3, 2, 80, 3),
    ]  # fmt: skip
    guards: list[list[int]] = [[]] * 3
    assert whole_documents(units, [], guards, rule("standard"), 0.9) == (
        [-1, -1, 0, 1, -1, -1, 0, 5],
        [False, True, False, True],
    )
    # More asked, 1 stays, and 2 has nothing new, nor has 3.
    assert whole_documents(units, [], guards, rule("standard"), 0.91) == (
        [-1, -1, 0, 1, -1, 4, 0, 4],
        [False, False, True, True],
    )


def test_short_units_count_and_those_that_were_not_looked_for_do_not() -> None:
    units = [Unit(0, 0, 80, 0), Unit(0, 1, 12, 0), Unit(1, 0, 80, 1), Unit(1, 1, 12, 1)]
    short = rule("standard", least=20)
    guards: list[list[int]] = [[], []]
    assert whole_documents(units, [], guards, short, 1.0, [80, 12]) == (
        [-1, -1, 0, 1],
        [False, True],
    )
    more = [*units, Unit(1, -1, 8, 1)]
    assert whole_documents(more, [], guards, short, 1.0, [80, 12]) == (
        [-1, -1, 0, -1, -1], [False, False],
    )  # fmt: skip
    assert whole_documents(more, [], guards, short, 0.92, [80, 12])[1] == [False, True]


def test_what_only_repeats_itself_or_its_source_stays() -> None:
    units = [Unit(0, 0, 50, 7), Unit(0, 0, 50, 7), Unit(1, 0, 50, 7), Unit(2, 0, 50, 8)]
    assert whole_documents(units, [], [[]], rule("careful"), 0.5) == (
        [-1, 0, 0, 0], [False, True, True],
    )  # fmt: skip
    assert whole_documents(units, [], [[]], rule("careful"), 0.5, apart=True) == (
        [-1, -1, -1, 0], [False, False, True],
    )  # fmt: skip


@given(
    cases(), presets, st.sampled_from([None, 0.9]), st.booleans(), st.sampled_from([0, 20]),
    st.sampled_from([0.1, 0.5, 0.9, 1.0]), st.booleans(), st.data(),
)  # fmt: skip
def test_documents_are_those_of_the_twin_and_what_they_copy_is_kept(
    case: Case,
    preset: str,
    threshold: float | None,
    families: bool,
    least: int,
    share: float,
    apart: bool,
    data: st.DataObject,
) -> None:
    edges, lengths, guards, said, masked_edges, masked_of = case
    chosen = rule(preset, threshold=threshold, least=least, families=families)
    # Texts are numbered by their first units.
    repeats = data.draw(st.lists(st.integers(-1, len(lengths) - 1), max_size=10))
    order = [*range(len(lengths)), *repeats]
    new = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    numbers = np.cumsum(new).tolist()
    held = data.draw(st.lists(some, min_size=len(order), max_size=len(order)))
    drawn = [n for n, its in enumerate(held) if its and data.draw(some)]
    ahead = set({order[n]: n for n in drawn}.values())  # one of a text
    units = [
        Unit(
            numbers[n], text, 5 if text < 0 else lengths[text], numbers[n] // 2, held[n], n in ahead
        )
        for n, text in enumerate(order)
    ]
    rules = (preset, threshold, least, families, share, apart)
    found = whole_documents(
        units, edges, guards, chosen, share, lengths, masked_edges, masked_of, said, apart=apart
    )
    assert found == naive.documents(
        units, edges, lengths, guards, said, masked_edges, masked_of, *rules
    )
    target, whole = found
    for n, source in enumerate(target):
        if source >= 0:
            assert source < n or units[source].ahead
            assert not units[n].held
            assert target[source] == -1
            assert not whole[units[source].document]
            assert not apart or units[source].source != units[n].source
            assert units[source].document != units[n].document or not whole[units[n].document]
    assert not any(whole[unit.document] for unit in units if unit.held)
    # If no document goes, units go as without the option.
    if not any(whole) and not apart and not any(held):
        cover = covered(edges, guards, chosen, lengths, masked_edges, masked_of, said)
        first = {text: order.index(text) for text in range(len(lengths))}
        for n, text in enumerate(order):
            kept = first[cover[text] if cover[text] >= 0 else text] if text >= 0 else n
            assert target[n] == (kept if kept != n and lengths[text] >= least else -1)
