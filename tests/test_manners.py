"""What a library owes the program that uses it: silence, a log, its state, threads, an end."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import dedup
from dedup import Settings
from dedup.demo import corpus_path
from dedup.errors import SettingsError
from dedup.run import run

SAME = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"


def large(documents: int = 400) -> list[str]:
    """Return a corpus of many batches."""
    return [
        "\n".join(f"{SAME}第{row}份第{line}段，{OTHER[:line]}" for line in range(30))
        for row in range(documents)
    ]


def test_nothing_is_printed_and_the_log_tells_the_stages(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    dedup.find([SAME, OTHER, SAME])
    assert capfd.readouterr() == ("", "")
    with caplog.at_level(logging.INFO, "dedup"):
        dedup.find([SAME, OTHER, SAME])
    told = [record.getMessage() for record in caplog.records]
    stages = [message.partition(":")[0] for message in told]
    assert stages[0] == "fold"
    assert {"words", "verify (literal)", "cluster"} <= set(stages)
    assert told[-1] == "<Result: 3 documents, 3 units, 1 clusters, 1 units dropped>"
    assert {record.name for record in caplog.records} == {"dedup"}
    assert {record.levelno for record in caplog.records} == {logging.INFO}
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "dedup"):
        dedup.find([SAME, OTHER, SAME])
    assert "fold: batch 1 of 1" in [record.getMessage() for record in caplog.records]
    assert capfd.readouterr() == ("", "")


def test_the_state_of_the_process_stays_as_it_was() -> None:
    code = """
        import locale, logging, os, signal, sys, threading, warnings
        from concurrent.futures import ThreadPoolExecutor
        import numba, numpy, pyarrow
        def state():
            return (
                numba.config.CACHE_DIR, numba.get_num_threads(), pyarrow.cpu_count(), os.getcwd(),
                numpy.geterr(), locale.getlocale(), sys.getrecursionlimit(), list(warnings.filters),
                signal.getsignal(signal.SIGINT), logging.root.handlers, logging.root.level,
                threading.active_count(), dict(os.environ), sys.excepthook, sys.argv,
            )
        import jieba  # whose own warnings are no concern of ours
        import importlib
        before = state()
        # Every module of kernels at once, each of which configures Numba's cache for itself.
        names = ["trie", "cut", "fold", "words", "sign", "join", "verify", "cover", "splice"]
        with ThreadPoolExecutor(9) as pool:
            list(pool.map(lambda name: importlib.import_module(f"dedup.kernels.{name}"), names))
        import dedup
        dedup.find(["一篇文章", "一篇文章"], workers=3)
        after = state()
        assert before == after, [pair for pair in zip(before, after) if pair[0] != pair[1]]
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""


def test_runs_at_the_same_time_find_what_they_find_alone(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("扎实推进医药 5\n", "utf-8")
    chosen = [
        Settings(),
        Settings(threshold=0.8, keep="longest"),
        Settings(user_dictionaries=(words,), unit="sentence"),
        Settings(chars=4, threshold=0.5, seed=7, drop_families=True),
        Settings(exact=True, unit="document"),
        Settings(preset="aggressive", min_drop=0, audit=3),
    ]
    texts = [path.read_text("utf-8", "replace") for path in sorted(corpus_path().rglob("*.txt"))]
    alone = [dedup.find(texts, each, workers=1) for each in chosen]
    start = threading.Barrier(2 * len(chosen))

    def together(number: int) -> dedup.Result:
        start.wait()
        return dedup.find(texts, chosen[number % len(chosen)], workers=1 + number % 3)

    with ThreadPoolExecutor(2 * len(chosen)) as pool:
        found = list(pool.map(together, range(2 * len(chosen))))
    for number, result in enumerate(found):
        expected = alone[number % len(chosen)]
        assert result.provenance.equals(expected.provenance)
        assert result.edges.equals(expected.edges)
        assert result.cleaned().equals(expected.cleaned())


class Enough(Exception):  # noqa: N818
    """Raised by whoever has waited long enough."""


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize(
    "stage", ["fold", "words", "candidates (literal)", "verify (masked)", "words of candidates"]
)
def test_what_progress_raises_ends_the_run_and_its_threads(workers: int, stage: str) -> None:
    calls: list[str] = []

    def progress(at: str, done: int, total: int | None) -> None:
        calls.append(at)
        if at == stage and done:
            raise Enough

    texts = large(60)
    threads = threading.active_count()
    with pytest.raises(Enough):
        dedup.find(texts, workers=workers, progress=progress)
    seen = len(calls)
    assert stage in calls
    # The thread that loads the dictionary may be at its end; none that works on the texts is there.
    assert threading.active_count() <= threads + 1
    time.sleep(0.05)
    assert len(calls) == seen
    assert dedup.find([SAME, SAME], workers=workers).clusters.num_rows == 1


def test_every_batch_is_told_once_and_in_order() -> None:
    calls: list[tuple[str, int, int | None]] = []
    dedup.find(large(60), workers=3, progress=lambda *call: calls.append(call))
    by_stage: dict[str, list[tuple[int, int | None]]] = {}
    for stage, done, total in calls:
        by_stage.setdefault(stage, []).append((done, total))
    counted = {"fold", "words", "words of candidates"} | {
        f"{stage} ({view})" for stage in ("candidates", "verify") for view in ("literal", "masked")
    }
    for stage in counted:
        begun = [place for place, (done, _) in enumerate(by_stage[stage]) if done == 0]
        for first, last in zip(begun, [*begun[1:], None], strict=True):
            told = by_stage[stage][first + 1 : last]
            totals = {total for _, total in told}
            assert len(totals) == 1, stage
            assert [done for done, _ in told] == list(range(1, totals.pop() + 1))  # type: ignore[operator]


def test_another_thread_stops_a_run_by_an_event() -> None:
    stop, ended = threading.Event(), threading.Event()
    outcome: list[object] = []

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "fold" and done == 1:
            stop.set()  # stands for whoever else decides it
        if stop.is_set():
            raise Enough(stage)

    def work() -> None:
        try:
            outcome.append(dedup.find(large(), progress=progress))
        except Enough as error:
            outcome.append(error)
        ended.set()

    threading.Thread(target=work, daemon=True).start()
    assert stop.wait(30)
    begun = time.perf_counter()
    assert ended.wait(10)
    assert time.perf_counter() - begun < 2
    assert isinstance(outcome[0], Enough)


def test_a_cancelled_run_leaves_a_folder_that_can_be_run_again(tmp_path: Path) -> None:
    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == "clean and ledger":
            raise Enough

    with pytest.raises(Enough):
        run([corpus_path()], tmp_path / "out", progress=progress)
    assert not (tmp_path / "out/run.json").exists()
    assert not run([corpus_path()], tmp_path / "out").already


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_ends_a_find_within_a_second_or_two(workers: int) -> None:
    code = f"""
        import os, signal, threading, time
        import dedup
        same, other = {SAME!r}, {OTHER!r}
        texts = [
            "\\n".join(f"{{same}}第{{row}}份第{{line}}段，{{other[:line]}}" for line in range(30))
            for row in range(3000)
        ]
        dedup.find(texts[:5])
        begun = threading.Event()
        def progress(stage, done, total):
            if stage == "words" and done >= 2:
                begun.set()
        def interrupt():
            begun.wait()
            print(time.time(), flush=True)
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=interrupt, daemon=True).start()
        try:
            dedup.find(texts, workers={workers}, progress=progress)
        except KeyboardInterrupt:
            print(time.time(), flush=True)
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    ended = time.time()
    assert done.returncode == 0, done.stderr
    sent, caught = map(float, done.stdout.split())
    assert caught - sent < 2
    assert ended - caught < 3  # no thread holds the interpreter back


def test_errors_reach_the_caller_from_any_thread() -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        dedup.find(large(60), Settings(user_dictionaries=(Path("no such file"),)))
