"""Sketches are of all texts, and words are the same whether they were kept or made again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.columns import lists, numbers
from dedup.engines.local import LocalEngine
from dedup.pipeline import describing, load_lexicon
from dedup.settings import Settings
from dedup.shadows import HeldShadows
from dedup.sketches import VIEWS, Texts, sketch_texts
from dedup.stages.sign import Banding, sign
from dedup.watch import Watch
from dedup.work import Work

SETTINGS = Settings()
DESCRIBE = describing(load_lexicon(SETTINGS), SETTINGS)
BANDING = Banding(5, 2)
SHADOWS = st.sampled_from(
    [
        "山阴县召开会议,部署工作。",
        "会议部署2015年工作",
        "12",
        "",
        "全县卫生系统认真贯彻落实上级部署",
    ]
)
PARTS = st.lists(st.lists(SHADOWS, max_size=5), min_size=1, max_size=5)


def texts(parts: Sequence[Sequence[str]], order: Sequence[int], room: int | None) -> Texts:
    chunks = [pa.array(part, pa.large_string()) for part in parts]
    count = sum(map(len, chunks))
    return Texts(
        HeldShadows(chunks).parts(np.arange(count)), np.array(order, np.int64), DESCRIBE, room
    )


@given(PARTS, st.randoms(), st.sampled_from([None, 0, 300, 2000]), st.data())
def test_words_are_those_of_the_texts(parts, random, room, data: st.DataObject) -> None:
    flat = [shadow for part in parts for shadow in part]
    order = list(range(len(flat)))
    if random.random() < 0.5:
        random.shuffle(order)
    called = dict(zip(order, flat, strict=True))
    given_texts = texts(parts, order, room)
    sketches = sketch_texts(LocalEngine(2), given_texts, BANDING, 0.6, 0, 1, Work(), Watch())
    every = DESCRIBE(pa.array([called[i] for i in range(len(flat))], pa.large_string()))
    for view in VIEWS:
        assert (sketches.keys[view] == sign(every[view], BANDING, 1)).all()
        assert (sketches.sizes[view] == np.diff(lists(every[view])[1])).all()
    assert (sketches.free == numbers(every["free"])).all()
    for half, hashes in sketches.hashes.items():
        assert (hashes == numbers(every[f"masked_{half}"])).all()
    wanted = np.array(data.draw(st.lists(st.booleans(), min_size=len(flat), max_size=len(flat))))
    wanted = wanted.astype(bool)
    found = given_texts.words(LocalEngine(2), wanted)
    assert found.to_pydict() == every.filter(pa.array(wanted)).to_pydict()
    last = [*given_texts.last_words(LocalEngine(2), wanted, lambda select, _: select)]
    assert np.concatenate([number for number, _ in last]).tolist() == [
        i for i in order if wanted[i]
    ]
    for number, words in last:
        assert words.to_pydict() == every.take(pa.array(number)).to_pydict()


@pytest.mark.parametrize("room", [None, 0])
def test_an_audit_finds_the_pairs_of_what_was_drawn(room: int | None) -> None:
    parts = [["甲乙丙丁戊己", "会议部署工作落实"], ["会议部署工作落实好", "子丑寅卯"]]
    given_texts = texts(parts, [0, 1, 2, 3], room)
    sketches = sketch_texts(LocalEngine(1), given_texts, BANDING, 0.3, 9, 1, Work(), Watch())
    assert sketches.drawn["literal"].tolist() == [0, 1, 2, 3]
    pairs = sketches.true["literal"]
    assert set(zip(pairs["a"].to_pylist(), pairs["b"].to_pylist(), strict=True)) == {(1, 2)}
