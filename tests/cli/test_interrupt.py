"""Ctrl-C, at any time: one line, exit code 130, and a folder that nobody takes for finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from commandline import ARGV, TOLD, dedup
from corpora import contents, lay_out
from corpus.damage import packed

LINES = "".join(
    f"第{n % 900}条 本县第{n}号文件所列事项由第{n % 97}科负责办理并登记。\n" for n in range(9000)
)
QUICK = ["fold", "words", "clean and ledger"]
STAGES = ["survey", "distinct", "dictionary", "masked", "candidates (literal)",
          "words of candidates", "verify (literal)", "cluster", "passages (grow)",
          "classes, origins, sections"]  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a corpus, and what a run over it gives when nobody interrupts it."""
    folder = tmp_path_factory.mktemp("whole")
    lay_out(folder / "in", {"a.txt": LINES.encode(), "b.txt.gz": packed(LINES.encode(), "gz")})
    assert dedup("run", folder / "in", "-o", folder / "out", "-q").returncode == 0
    return folder


@pytest.mark.parametrize(
    "stage", [*QUICK, *(pytest.param(stage, marks=pytest.mark.slow) for stage in STAGES)]
)
def test_an_interrupted_run_is_unfinished_and_the_next_one_is_whole(
    stage: str, whole: Path, tmp_path: Path
):
    arguments = ["run", str(whole / "in"), "-o", str(tmp_path / "out")]
    with subprocess.Popen(
        [sys.executable, "-c", TOLD, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == stage:
                process.send_signal(signal.SIGINT)
                break
        _, told = process.communicate(timeout=120)
    assert (process.returncode, told) == (130, "dedup: interrupted\n")
    left = contents(tmp_path / "out") if (tmp_path / "out").exists() else {}
    assert "run.json" not in left
    assert not [name for name in left if ".part" in name or ".copies" in name]
    assert dedup(*arguments, "-q").returncode == 0
    changing = {"timings.json", ".dedup"}
    once, again = contents(whole / "out"), contents(tmp_path / "out")
    assert {n: once[n] for n in once if n not in changing} == {
        n: again[n] for n in again if n not in changing
    }


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("piped", [True, False], ids=["standard input", "url"])
def test_what_never_comes_is_not_waited_for(piped: bool, workers: str, tmp_path: Path):
    """A pipe that nobody writes to stands for a network that has gone quiet, too."""
    corpus = ["-"]
    if not piped:
        os.mkfifo(tmp_path / "a.jsonl")
        os.mkfifo(tmp_path / "b.txt")
        corpus = [f"file://{tmp_path / 'a.jsonl'}", f"file://{tmp_path / 'b.txt'}"]
    with subprocess.Popen(
        [*ARGV, "run", *corpus, "-o", tmp_path / "out", "--workers", workers],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        late = threading.Timer(60, process.kill)
        late.start()
        while not (tmp_path / "out/.dedup").exists() and process.poll() is None:
            time.sleep(0.05)
        time.sleep(0.5)  # now it waits; or if not, is interrupted all the same
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()  # before the pipe is closed
        late.cancel()
    assert (process.returncode, told) == (130, "dedup: interrupted\n")
    assert not (tmp_path / "out").exists()
