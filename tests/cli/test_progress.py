"""``--progress``: lines for a program, a line for a person, and no reader that a run waits for."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from pathlib import Path

import pytest
from commandline import ARGV, dedup, on_terminal
from jsonschema import Draft202012Validator

from dedup import schemas
from dedup.cli.progress import Progress
from dedup.demo import corpus_path
from dedup.watch import Watch

VALID = Draft202012Validator(json.loads(schemas.schema_text("progress")))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    row = json.dumps({"text": "各单位要把这项工作列入主要负责人的重要日程。"}, ensure_ascii=False)
    path.write_text(f"{row}\n" * 3, encoding="utf-8")
    return path


@pytest.mark.parametrize("options", [[], ["--quiet"]], ids=["said", "quiet"])
def test_json_is_a_valid_object_a_line_on_standard_error(options: list[str], tmp_path: Path):
    out = tmp_path / "out"
    done = dedup("run", corpus_path(), "-o", out, "--progress", "json", *options)
    assert done.returncode == 0
    assert bool(done.stdout) == (not options)
    rows = [json.loads(line) for line in done.stderr.splitlines()]
    for row in rows:
        VALID.validate(row)
    assert [row["event"] for row in rows] == ["progress"] * (len(rows) - 1) + ["done"]
    assert [row["seconds"] for row in rows] == sorted(row["seconds"] for row in rows)
    assert len(rows) <= 3 + rows[-1]["seconds"] / 0.5
    timings = json.loads((out / "timings.json").read_bytes())
    assert {row["stage"] for row in rows} <= {None, *timings["stages"]}
    Draft202012Validator(json.loads(schemas.schema_text("timings"))).validate(timings)


def test_a_run_that_fails_says_so_last_and_then_its_sentence(tmp_path: Path):
    done = dedup("run", tmp_path / "nowhere", "-o", tmp_path / "out", "--progress", "json")
    assert done.returncode == 3
    *rows, sentence = done.stderr.splitlines()
    assert json.loads(rows[-1])["event"] == "failed"
    assert sentence.startswith("dedup: ")


def test_a_reader_that_does_not_read_holds_nothing_up(corpus: Path, tmp_path: Path):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETFL, os.O_NONBLOCK)
    with pytest.raises(BlockingIOError):  # noqa: PT012
        while True:
            os.write(writing, bytes(4096))
    fcntl.fcntl(writing, fcntl.F_SETFL, 0)  # full, and whoever writes has to wait
    try:
        command = [*ARGV, "run", corpus, "-o", tmp_path / "out", "-q", "--progress", "json"]
        done = subprocess.run(command, stderr=writing, timeout=120, check=False)
    finally:
        os.close(reading)
        os.close(writing)
    assert done.returncode == 0
    assert (tmp_path / "out/run.json").exists()


def test_a_reader_that_has_gone_ends_nothing(corpus: Path, tmp_path: Path):
    reading, writing = os.pipe()
    os.close(reading)
    command = [*ARGV, "run", corpus, "-o", tmp_path / "out", "-q", "--progress", "json"]
    done = subprocess.run(command, stderr=writing, timeout=120, check=False)
    os.close(writing)
    assert done.returncode == 0
    assert (tmp_path / "out/run.json").exists()


def test_none_and_what_is_no_terminal_show_nothing(corpus: Path, tmp_path: Path):
    code, written = on_terminal("run", corpus, "-o", tmp_path / "a", "--progress", "none")
    assert code == 0
    assert "\x1b" not in written
    assert "memory" not in written
    assert dedup("run", corpus, "-o", tmp_path / "b").stderr == ""


def test_a_terminal_shows_stage_share_time_left_rate_and_memory(tmp_path: Path):
    code, written = on_terminal(
        "run", corpus_path(), "-o", tmp_path / "out", env={"COLUMNS": "120"}
    )
    assert code == 0
    assert "fold " in written
    assert "MB memory" in written


def test_the_line_of_a_long_stage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    from rich.console import Console

    progress = Progress(quiet=False)
    watch = Watch(progress)
    clock = [100.0]
    monkeypatch.setattr("dedup.resident.anonymous_bytes", lambda: 1_234_000_000)
    monkeypatch.setattr("dedup.cli.progress.time.perf_counter", lambda: clock[0])
    progress._begun = 27.0
    with watch.stage("words", 40_000_000, "bytes") as stage:
        clock[0] += 2
        stage.done, stage.total = 10, 40
        line = progress._line()
        stage.total = None
        other = progress._line()
    monkeypatch.undo()
    for each in (line, other):
        Console(width=120).print(each)
    long, short = (" ".join(row.split()) for row in capsys.readouterr().out.strip().splitlines())
    bar, _, rest = long.partition(" 10 of 40 ")
    assert bar.startswith("words ━")
    assert rest == "0:06 left 5.0 MB/s 1.2 GB memory 1:15"
    assert short == "words 10 done 1.2 GB memory 1:15"


def test_the_narrower_the_terminal_the_less_is_shown(monkeypatch: pytest.MonkeyPatch):
    from rich.console import Console
    from rich.live import Live

    progress = Progress(quiet=False)
    watch = Watch(progress)
    for width in (8, 20, 40, 60, 80):
        console = Console(width=width, record=True, file=Path(os.devnull).open("w"))  # noqa: SIM115
        progress._live = Live(console=console)
        with watch.stage("words", 40_000_000, "bytes") as stage:
            stage.done, stage.total = 10, 40
            console.print(progress._line())
        lines = console.export_text().splitlines()
        assert len(lines) == 1
        assert lines[0].startswith("words")
        console.file.close()


def test_warnings_are_lines_too(capfd: pytest.CaptureFixture[str]):
    with Progress(quiet=True, how="json") as progress:
        Watch(progress).tell("there is little room")
    rows = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    for row in rows:
        VALID.validate(row)
    assert [row["event"] for row in rows] == ["warning", "done"]
    assert rows[0]["message"] == "there is little room"
    with Progress(quiet=False) as progress:
        Watch(progress).tell("there is little room")
    assert capfd.readouterr().err == "dedup: there is little room\n"
    with Progress(quiet=True) as progress:
        Watch(progress).tell("there is little room")
    assert capfd.readouterr().err == ""
