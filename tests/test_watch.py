"""The watch: what each stage took, how far it is, and who is told."""

from __future__ import annotations

import pickle
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import dedup
from dedup.demo import corpus_path
from dedup.engines.counted import CountedEngine
from dedup.engines.local import LocalEngine
from dedup.resident import anonymous_bytes
from dedup.run import run
from dedup.watch import SAMPLE_SECONDS, Stage, Watch

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells RssAnon")


class Following:
    """Takes down what a run tells."""

    def __init__(self) -> None:
        self.watches: list[Watch] = []
        self.told: list[str] = []
        self.calls: list[tuple[str, int, int | None]] = []

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self.calls.append((stage, done, total))

    def follow(self, watch: Watch) -> None:
        self.watches.append(watch)

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


def test_what_is_left_is_as_slow_as_what_is_done() -> None:
    stage = Stage("words", handled=1000, unit="bytes", done=1, total=4)
    assert stage.remaining(2.0) == 6.0
    assert stage.rate(2.0) == 125.0
    assert Stage("words", done=1, total=51).remaining(9.0) is None  # too early to say
    assert Stage("words", done=3).remaining(9.0) is None  # of nobody knows how many
    assert Stage("words", done=3).rate(9.0) is None
    assert Stage("words", handled=9, unit="bytes", total=3).rate(9.0) is None


def test_a_stage_that_comes_twice_is_one() -> None:
    watch = Watch()
    for _ in range(2):
        with watch.stage("fold", 100, "bytes"):
            assert watch.current is watch.stages["fold"]
    assert watch.current is None
    told = watch.stages["fold"].told(2 * watch.seconds["fold"])
    assert (told["handled"], told["unit"], told["share"]) == (200, "bytes", 0.5)
    assert watch.seconds == {"fold": watch.stages["fold"].seconds}


def test_of_stages_side_by_side_the_later_is_current_and_a_failed_one_ends() -> None:
    watch = Watch()
    with watch.stage("one"):
        with pytest.raises(KeyError), watch.stage("two"):  # noqa: PT012
            assert watch.current is watch.stages["two"]
            raise KeyError
        assert watch.current is watch.stages["one"]
    assert set(watch.seconds) == {"one"}


def test_who_follows_is_given_the_watch_and_warnings() -> None:
    following = Following()
    watch = Watch(following)
    watch.tell("there is little room")
    assert following.watches == [watch]
    assert following.told == ["there is little room"]


def test_many_small_maps_are_counted_in_the_stage_that_is_current() -> None:
    following = Following()
    watch = Watch(following)
    engine = CountedEngine(LocalEngine(3), watch)
    assert engine.map(lambda n: n + 1, range(4)) == [1, 2, 3, 4]  # nobody asks
    with watch.stage("classes"):
        engine.map(lambda n: n + 1, range(5))
        engine.map(lambda n: n + 1, range(6))
        assert (watch.stages["classes"].done, watch.stages["classes"].total) == (11, None)
    assert following.calls == [("classes", n, None) for n in range(12)]
    assert isinstance(pickle.loads(pickle.dumps(engine)), LocalEngine)


@linux
def test_anonymous_memory_is_what_the_system_says() -> None:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    told = next(int(line.split()[1]) for line in status.splitlines() if "RssAnon" in line)
    assert anonymous_bytes() == pytest.approx(told * 1024, abs=8 << 20)


@linux
def test_memory_that_comes_and_goes_within_a_stage_is_seen() -> None:
    watch = Watch()
    with watch.sampling(), watch.stage("words"):
        before = anonymous_bytes() or 0
        array = np.ones(64 << 20, np.uint8)
        seen = threading.Event()
        for _ in range(1000):
            if (watch.peak or 0) >= before + len(array) - (8 << 20):
                seen.set()
                break
            time.sleep(SAMPLE_SECONDS)
        del array
    assert seen.is_set()
    assert (watch.stages["words"].peak or 0) >= before + (56 << 20)
    assert not [each for each in threading.enumerate() if each.name == "dedup-memory"]


def test_stages_of_a_run_say_what_they_handled(tmp_path: Path) -> None:
    following = Following()
    run([corpus_path()], tmp_path / "out", progress=following)
    watch = following.watches[-1]
    size = sum(path.stat().st_size for path in corpus_path().rglob("*.*") if path.is_file())
    handled = {name: (stage.handled, stage.unit) for name, stage in watch.stages.items()}
    assert handled["survey"] == handled["fold"]
    assert handled["fold"][0] == watch.corpus_bytes >= size  # of what is compressed, the text
    written = sum(path.stat().st_size for path in (tmp_path / "out").glob("*.*"))
    assert handled["clean and ledger"][0] > written / 2
    counted = {stage for stage, done, _ in following.calls if done}
    assert {"survey", "passages (sow)", "passages (grow)", "classes, origins, sections",
            "clean and ledger"} <= counted  # fmt: skip


def test_a_result_travels_without_its_watch() -> None:
    result = dedup.find(["一行足够长的文字，有两次。"] * 2)
    assert pickle.loads(pickle.dumps(result)).clusters.equals(result.clusters)
