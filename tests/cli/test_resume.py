"""A run that keeps files goes on where it was killed, and ends as if it had not been."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commandline import ARGV, TOLD, dedup
from corpora import contents, lay_out
from corpus.damage import packed
from disks import Disk, disks_below

LINES = "".join(
    f"第{n % 900}条 本县第{n}号文件所列事项由第{n % 97}科负责办理并登记。\n" for n in range(9000)
)
ROWS = "".join(
    json.dumps({"id": f"d{n}", "date": f"20{n:02}-01-01", "text": LINES[n * 900 :][:2000]}) + "\n"
    for n in range(40)
)
FILED = ("--memory", "1B")
"""Too little for any corpus, so that the run keeps files."""
CHANGING = {"timings.json", ".dedup"}
MOMENTS = 50
"""At which the slow test kills a run."""
REUSED = {
    "fold": [],
    "distinct": ["fold"],
    "words": ["fold"],
    "verify (masked)": ["fold"],
    "passages (grow)": ["fold", "near"],
    "classes, origins, sections": ["fold", "near", "passages"],
    "clean and ledger": ["fold", "near", "passages"],
}
"""By the stage in which a run is killed, what need not be done again."""
QUICK = {"words", "clean and ledger"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a corpus, and what a run over it in memory gives."""
    folder = tmp_path_factory.mktemp("whole")
    files = {"a.txt": LINES.encode(), "b.txt.gz": packed(LINES.encode(), "gz"), "c.txt": b""}
    lay_out(folder / "in", files | {"d.jsonl": ROWS.encode() + b"not JSON\n"})
    assert dedup("run", folder / "in", "-o", folder / "out", "-q").returncode == 0
    return folder


def outputs(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if name not in CHANGING}


def reused(out: Path) -> list[str]:
    told: list[str] = json.loads((out / "timings.json").read_bytes())["reused"]
    return told


def killed_in(stage: str, arguments: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TOLD, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == stage:
                process.kill()
                break
    assert process.returncode == -signal.SIGKILL


def test_in_files_or_in_memory_the_bytes_are_the_same(whole: Path, tmp_path: Path) -> None:
    done = dedup("run", whole / "in", "-o", tmp_path / "out", *FILED)
    assert (done.returncode, done.stderr) == (0, "")
    assert outputs(tmp_path / "out") == outputs(whole / "out")
    assert not (tmp_path / "out" / ".work").exists()


@pytest.mark.parametrize(
    "stage",
    [stage if stage in QUICK else pytest.param(stage, marks=pytest.mark.slow) for stage in REUSED],
)
def test_a_killed_run_goes_on(stage: str, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["run", str(whole / "in"), "-o", str(out), *FILED]
    killed_in(stage, arguments)
    assert not (out / "run.json").exists()
    again = arguments if not REUSED[stage] else arguments[: -len(FILED)]  # with memory again
    assert dedup(*again, "-q").returncode == 0
    assert reused(out) == REUSED[stage]
    assert outputs(out) == outputs(whole / "out")


def test_what_was_stopped_says_that_it_can_go_on(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-c", TOLD, "run", str(whole / "in"), "-o", str(out), *FILED],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "passages (grow)":
                process.send_signal(signal.SIGINT)
                break
        _, told = process.communicate(timeout=120)
    first, last = told.splitlines()
    assert first == f"What was finished is in {out}: the same command goes on there."
    assert last == "dedup: interrupted"


def test_an_unfinished_run_of_other_settings_is_named_and_gives_way(
    whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    arguments = ["run", str(whole / "in"), "-o", str(out), *FILED]
    killed_in("classes, origins, sections", arguments)
    other = [*arguments, "--passage-length", "40"]
    refused = dedup(*other)
    assert refused.returncode == 2
    assert "an unfinished run with passage-length 30 (now 40)" in refused.stderr
    assert dedup(*other, "--update", "-q").returncode == 0
    assert reused(out) == ["fold", "near"]
    plain = dedup("run", whole / "in", "-o", tmp_path / "plain", "--passage-length", "40", "-q")
    assert plain.returncode == 0
    assert outputs(out) == outputs(tmp_path / "plain")


def test_a_finished_run_is_updated(whole: Path, tmp_path: Path) -> None:
    lay_out(tmp_path / "in", {"a.txt": LINES.encode()})
    out = tmp_path / "out"
    arguments = ["run", str(tmp_path / "in"), "-o", str(out), "--keep-work", "-q"]
    assert dedup(*arguments).returncode == 0
    refused = dedup(*arguments, "--preset", "careful")
    assert (refused.returncode, "--update" in refused.stderr) == (2, True)
    updated = [each for each in arguments if each != "--keep-work"]
    assert dedup(*updated, "--preset", "careful", "--update").returncode == 0
    assert reused(out) == ["fold", "near", "passages"]
    assert not (out / ".work").exists()
    (tmp_path / "in" / "a.txt").write_bytes(LINES.encode() + "新的一行文字在这里。\n".encode())
    assert "another input" in dedup(*arguments, "--preset", "careful").stderr
    assert dedup(*arguments, "--preset", "careful", "--update").returncode == 0
    assert reused(out) == []
    assert dedup(
        "run", tmp_path / "in", "-o", tmp_path / "plain", "--preset", "careful", "-q"
    ).returncode == 0  # fmt: skip
    kept = {name: data for name, data in outputs(out).items() if not name.startswith(".work")}
    assert kept == outputs(tmp_path / "plain")


def test_a_full_disk_is_told_and_the_run_goes_on_once_there_is_room(
    whole: Path, tmp_path: Path
) -> None:
    with disks_below(tmp_path) as disk:
        small: Disk = disk
        out = small(2500) / "out"
        arguments = ["run", str(whole / "in"), "-o", str(out), *FILED]
        full = dedup(*arguments)
        assert (full.returncode, full.stdout) == (3, "")
        assert full.stderr.splitlines()[-1].startswith("dedup: the disk is full, ")
        grown = subprocess.run(["mount", "-o", "remount,size=200m", str(out.parent)], check=False)
        if grown.returncode:
            pytest.skip("no disk can be made larger here")
        assert dedup(*arguments, "-q").returncode == 0
        assert outputs(out) == outputs(whole / "out")


@pytest.mark.slow
def test_killed_at_any_moment(whole: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    assert dedup("run", whole / "in", "-o", tmp_path / "timed", *FILED, "-q").returncode == 0
    longest = time.monotonic() - begun
    draw = random.Random(1)
    found = set()
    for moment in range(MOMENTS):
        out = tmp_path / f"out{moment}"
        arguments = ["run", str(whole / "in"), "-o", str(out), *FILED, "-q"]
        process = subprocess.Popen([*ARGV, *arguments])
        try:
            process.wait(draw.uniform(0.1, longest))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert dedup(*arguments).returncode == 0
        found.add(len(reused(out)))
        assert outputs(out) == outputs(whole / "out"), f"killed at moment {moment}"
    assert found == {0, 1, 2, 3}
