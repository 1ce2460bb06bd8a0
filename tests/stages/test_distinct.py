"""Distinct: which unit of equals comes first, by every policy of keeping."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.settings import Settings
from dedup.stages.distinct import first_of_equals, keep_order, number_groups


def units(document: list[int], length: list[int], high: list[int], low: list[int]) -> pa.Table:
    return pa.table(
        {
            "document": pa.array(document, pa.int64()),
            "length": pa.array(length, pa.int64()),
            "hash_high": pa.array(high, pa.uint64()),
            "hash_low": pa.array(low, pa.uint64()),
        }
    )


DOCUMENTS = pa.table(
    {
        "date": pa.array(["2020-02-01", None, "2019", "2020-01-31", ""], pa.large_string()),
        "source": pa.array(["b", "a", None, "c", "a"], pa.large_string()),
    }
)
UNITS = units(
    [0, 1, 2, 3, 4, 0], [5, 9, 5, 9, 5, 5], [3, 2**64 - 1, 1, 1, 3, 3], [9, 1, 7, 7, 2, 9]
)


@pytest.mark.parametrize(
    ("settings", "order"),
    [
        (Settings(), [0, 1, 2, 3, 4, 5]),
        # 9 characters: 3 before 1 by hash; 5: 2, then 4 by hash, then 0 and 5 as they stand
        (Settings(keep="longest"), [3, 1, 2, 4, 0, 5]),
        (Settings(keep="earliest", date_field="d"), [2, 3, 0, 5, 4, 1]),
        # c, then a by hash, then the others by hash
        (Settings(keep="preferred", prefer=("c", "a")), [3, 4, 1, 2, 0, 5]),
    ],
    ids=["first", "longest", "earliest", "preferred"],
)
def test_orders_worked_by_hand(settings: Settings, order: list[int]) -> None:
    assert keep_order(UNITS, DOCUMENTS, settings).tolist() == order


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_but_for_first_the_order_of_the_corpus_decides_nothing_but_among_equals(
    rows: list[tuple[int, int, int, int]], random: object
) -> None:
    for settings in (
        Settings(keep="longest"),
        Settings(keep="earliest", date_field="d"),
        Settings(keep="preferred", prefer=("a",)),
    ):
        shuffled = list(rows)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        contents = []
        for given_rows in (rows, shuffled):
            table = units(*([row[i] for row in given_rows] for i in range(4)))
            order = keep_order(table, DOCUMENTS, settings).tolist()
            assert sorted(order) == list(range(len(rows)))
            contents.append([given_rows[i][2:] for i in order])
        assert contents[0] == contents[1]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=15), st.booleans())
def test_equals_are_grouped_behind_their_first(keys: list[tuple[int, int]], every: bool) -> None:
    wanted = [i for i in range(len(keys)) if every or i % 3]
    by_key = sorted(wanted, key=lambda i: (keys[i], i))
    rows = pa.table(
        {
            "high": pa.array([keys[i][0] for i in by_key], pa.uint64()),
            "low": pa.array([keys[i][1] for i in by_key], pa.uint64()),
            "row": pa.array(by_key, pa.int64()),
        }
    )
    first = first_of_equals(rows)
    expected = {i: min(j for j in wanted if keys[j] == keys[i]) for i in wanted}
    assert dict(zip(first["row"].to_pylist(), first["first"].to_pylist(), strict=True)) == expected

    shuffled = first.take(pa.array(np.random.default_rng(1).permutation(first.num_rows)))
    compared = np.isin(np.arange(len(keys)), wanted)
    repeated = [i for i in wanted if sum(keys[j] == keys[i] for j in wanted) > 1]
    some = shuffled.filter(pc.is_in(shuffled["row"], pa.array(repeated, pa.int64())))
    for tables in ([shuffled], [some.slice(0, 2), some.slice(2)]):
        group, leaders = number_groups(tables, compared)
        assert leaders.tolist() == sorted(set(expected.values()))
        for i in range(len(keys)):
            assert (group[i] == -1) if i not in expected else (leaders[group[i]] == expected[i])
