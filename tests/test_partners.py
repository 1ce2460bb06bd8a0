"""Which rows of a key are compared, by hand and against pair after pair."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.partners import earlier_rows


def test_the_first_and_the_latest_worked_by_hand() -> None:
    later, earlier, capped = earlier_rows(np.array([3, 5, 5, 5, 5]), 2)
    told = sorted(zip(later.tolist(), earlier.tolist(), capped.tolist(), strict=True))
    assert told == [
        (2, 1, False), (3, 1, False), (3, 2, False), (4, 1, True), (4, 3, False),
    ]  # fmt: skip


@given(st.lists(st.integers(0, 4), max_size=30).map(sorted), st.integers(1, 5))
def test_like_pair_after_pair(keys: list[int], most: int) -> None:
    later, earlier, capped = earlier_rows(np.array(keys, np.int64), most)
    wanted = set()
    for row, key in enumerate(keys):
        before = [other for other in range(row) if keys[other] == key]
        wanted |= {(row, other) for other in before[:1] + before[1:][::-1][: most - 1]}
    found = list(zip(later.tolist(), earlier.tolist(), strict=True))
    assert sorted(found) == sorted(wanted)
    assert int(capped.sum()) == sum(keys.count(key) > most + 1 for key in set(keys))
