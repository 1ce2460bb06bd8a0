"""Who is near whom is the same in memory and in files, in any order and in however many parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from engines.shuffling import ShufflingEngine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import edges, gathering, work
from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.near import Near, find_near, stored_near
from dedup.pipeline import describing, load_lexicon
from dedup.settings import Settings
from dedup.shadows import HeldShadows
from dedup.sketches import Texts
from dedup.stages import distinct
from dedup.stages.sign import solve
from dedup.watch import Watch
from dedup.work import Stored, Work

SETTINGS = Settings(bucket_cap=6)
DESCRIBE = describing(load_lexicon(SETTINGS), SETTINGS)
BANDING = solve(SETTINGS.near, SETTINGS.recall, SETTINGS.permutations)
PLACES, SAYINGS = ("山阴县", "霍邱县", "寿县"), ("部署卫生工作", "部署农村公路养护工作", "通报情况")
SHADOWS = st.builds(
    lambda place, year, saying, end: f"{place}于{year}年召开会议,{saying},会议由县长主持{end}",
    st.sampled_from(PLACES), st.integers(2001, 2009), st.sampled_from(SAYINGS),
    st.sampled_from(["", "召开", "并讲话", "总结去年的各项工作成绩"]),
)  # fmt: skip
PARTS = st.lists(st.lists(SHADOWS | st.just("12"), max_size=9), min_size=1, max_size=4)


def found(
    parts: Sequence[Sequence[str]],
    order: Sequence[int],
    wanted: set[int],
    room: int | None,
    exact: bool,
    engine: Engine,
    place: Work,
) -> Near:
    chunks = [pa.array(part, pa.large_string()) for part in parts]
    count = sum(map(len, chunks))
    shadows = HeldShadows(chunks).parts(np.arange(count))
    texts = Texts(shadows, np.array(order, np.int64), DESCRIBE, room)
    asked = np.isin(np.arange(count), list(wanted))

    def find(stored: Stored) -> None:
        banding = None if exact else BANDING
        find_near(engine, texts, asked, banding, SETTINGS, place, stored, Watch())

    return stored_near(place, find)


def told(near: Near) -> list[object]:
    views = [
        (view.edges.to_pylist(), view.candidates, view.met, view.capped, view.crowded, view.audit)
        for view in (near.literal, near.masked)
    ]
    return [near.number.tolist(), near.texts.to_pydict(), near.masked_of.tolist(), views]


# Each example takes some hundreds of files.
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    parts=PARTS,
    random=st.randoms(use_true_random=False),
    wanted=st.sets(st.integers(0, 30), max_size=3),
    room=st.sampled_from([0, 9000, None]),
    exact=st.booleans(),
)
def test_files_hold_what_memory_holds(
    parts, random, wanted, room, exact, tmp_path_factory: pytest.TempPathFactory
) -> None:
    order = list(range(sum(map(len, parts))))
    if random.random() < 0.5:
        random.shuffle(order)
    given_ = (parts, order, wanted)
    whole = told(found(*given_, None, exact, LocalEngine(1), Work()))
    folder: Path = tmp_path_factory.mktemp("near") / "work"
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (work, "SMALLEST", 1), (gathering, "ROWS_AT_ONCE", 2), (edges, "SLICE", 3),
            (distinct, "SPACE_BITS", 1),
        ):  # fmt: skip
            patch.setattr(module, name, value)
        filed = found(*given_, room, exact, LocalEngine(2), Work(folder, {"near": "print"}))
    assert told(filed) == whole
    assert [path.name for path in folder.iterdir()] == ["near"]
    engine: Callable[[], Engine] = lambda: ShufflingEngine(random.randrange(99))  # noqa: E731
    assert told(found(*given_, None, exact, engine(), Work())) == whole


def test_what_stands_alone_is_left_out() -> None:
    parts = [
        ["县长主持召开会议部署卫生工作", "全市农村公路的养护和管理"],
        ["县长主持召开会议部署卫生工作会"],
    ]
    near = found(parts, [0, 1, 2], set(), None, False, LocalEngine(1), Work())
    assert near.number.tolist() == [0, -1, 1]
    assert (near.texts.num_rows, near.masked_of.tolist()) == (2, [0, 1])
    assert [(edge["a"], edge["b"]) for edge in near.literal.edges.to_pylist()] == [(0, 1)]
    near = found(parts, [2, 1, 0], {1}, None, False, LocalEngine(1), Work())
    assert near.number.tolist() == [0, 1, 2]
    assert [(edge["a"], edge["b"]) for edge in near.literal.edges.to_pylist()] == [(0, 2)]
