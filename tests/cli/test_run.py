"""``dedup run`` and ``dedup demo``: what they say, where, and with which exit code."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from commandline import ARGV, dedup, is_one_sentence, on_terminal

from dedup.cli import main
from dedup.cli.progress import FIRST_RUN, Progress
from dedup.cli.settings import settings_from
from dedup.demo import corpus_path
from dedup.settings import Settings

TEXT = "各单位要把这项工作列入主要负责人的重要日程，明确一名分管领导具体抓。\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, first in (("a.txt", "水库安全检查"), ("b.txt", "三月植树活动")):
        (folder / name).write_text(f"关于{first}的通知\n{TEXT}", encoding="utf-8")
    return folder


def test_says_what_was_found_and_where_to_look(corpus: Path, tmp_path: Path):
    out = tmp_path / "out"
    done = dedup("run", corpus, "-o", out)
    assert done.returncode == 0
    assert done.stderr in {"", f"{FIRST_RUN}\n"}
    assert "2 documents in 2 files: 4 units (auto)" in done.stdout
    assert re.search(r"dropped +1  units: 34 characters, 37\.8 %", done.stdout), done.stdout
    for line in done.stdout.splitlines():
        if line.startswith("  ") and (path := line.strip().partition(": ")[0]).startswith("/"):
            assert Path(path).exists()
    assert (out / "clean" / "b.txt").read_text(encoding="utf-8") == "关于三月植树活动的通知\n"


def test_the_same_run_again_says_so_in_one_line(corpus: Path, tmp_path: Path):
    arguments = ["run", str(corpus), "-o", str(tmp_path / "out")]
    assert dedup(*arguments, "-q").returncode == 0
    done = dedup(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert "nothing was done" in done.stdout
    other = dedup(*arguments, "--threshold", ".7")
    assert (other.returncode, other.stdout) == (2, "")
    assert is_one_sentence(other.stderr, ["threshold", "0.6", "0.7"])


def test_json_is_the_report_and_nothing_else(corpus: Path, tmp_path: Path):
    arguments = ["run", str(corpus), "-o", str(tmp_path / "out"), "--json"]
    first, again = dedup(*arguments), dedup(*arguments)
    report = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
    assert json.loads(first.stdout) == json.loads(again.stdout) == json.loads(report)
    assert "nothing was done" in again.stderr


def test_quiet_says_nothing(corpus: Path, tmp_path: Path):
    for _ in range(2):
        done = dedup("run", corpus, "-o", tmp_path / "out", "--quiet")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_strict_is_about_quarantined_rows(corpus: Path, tmp_path: Path):
    assert dedup("run", corpus, "-o", tmp_path / "good", "-q", "--strict").returncode == 0
    (corpus / "rows.jsonl").write_text("{broken\n", encoding="utf-8")
    arguments = ["run", str(corpus), "-o", str(tmp_path / "out"), "-q"]
    assert dedup(*arguments, "--strict").returncode == 1
    assert dedup(*arguments, "--strict").returncode == 1  # finished, and still not clean
    assert dedup(*arguments).returncode == 0


def test_every_setting_has_an_option_with_its_default():
    command = main.commands["run"]
    names = {parameter.name for parameter in command.params}
    assert {field.name for field in dataclasses.fields(Settings)} <= names
    with command.make_context("run", ["corpus", "-o", "out"]) as context:
        assert settings_from(context.params) == Settings()


def test_every_option_reaches_its_setting():
    arguments = shlex.split(
        "corpus -o out --threshold .5 --recall .9 --permutations 64 --words 3 --unit blank "
        "--min-length 5 --min-drop 10 --keep preferred --prefer x --prefer y --preset standard "
        "--drop-threshold .8 --drop-document .7 --drop-families --across-only --text-field t "
        "--id-field i --date-field d --source-field s --user-dictionary a --user-dictionary b "
        "--exact --seed 2 --audit 7 --bucket-cap 9"
    )
    with main.commands["run"].make_context("run", arguments) as context:
        assert settings_from(context.params) == Settings(
            threshold=0.5, recall=0.9, permutations=64, words=3, unit="blank", min_length=5,
            min_drop=10, keep="preferred", prefer=("x", "y"), preset="standard",
            drop_threshold=0.8, drop_document=0.7, drop_families=True, across_only=True,
            text_field="t", id_field="i", date_field="d", source_field="s",
            user_dictionaries=(Path("a"), Path("b")), exact=True, seed=2, audit=7, bucket_cap=9,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--threshold", "7"], ["--threshold"]),
        (["--threshold", "nan"], ["--threshold"]),
        (["--recall", "1"], ["--recall", "--exact"]),
        (["--chars", "6"], ["--chars 6", "--threshold"]),
        (["--words", "4"], ["--words 4", "--threshold"]),
        (["--words", "2", "--chars", "5"], ["--words", "--chars"]),
        (["--keep", "earliest"], ["--date-field"]),
        (["--keep", "preferred"], ["--prefer"]),
        (["--seed", "-1"], ["--seed"]),
        (["--user-dictionary", "nowhere.txt"], ["nowhere.txt"]),
    ],
)
def test_settings_that_make_no_sense(
    options: list[str], names: list[str], corpus: Path, tmp_path: Path
):
    arguments = ["run", str(corpus), "-o", str(tmp_path / "out"), "-q", *options]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert is_one_sentence(result.stderr, names), result.stderr


def test_a_folder_of_something_else_is_left_alone(corpus: Path, tmp_path: Path):
    out = tmp_path / "mine"
    out.mkdir()
    (out / "run.json").write_text("{}", encoding="utf-8")
    done = dedup("run", corpus, "-o", out, "-q")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr, [str(out)])
    assert [path.name for path in out.iterdir()] == ["run.json"]


def test_progress_by_stage_on_a_terminal(corpus: Path, tmp_path: Path):
    code, written = on_terminal("run", corpus, "-o", tmp_path / "out", env={"COLUMNS": "60"})
    assert code == 0
    for stage in ("survey", "dictionary", "fold", "words", "verify", "ledger"):
        assert f"{stage} " in written
    assert "2 documents in 2 files" in written.split("\x1b[2K")[-1]


def test_quiet_on_a_terminal(corpus: Path, tmp_path: Path):
    assert on_terminal("run", corpus, "-o", tmp_path / "out", "-q") == (0, "")


def test_the_first_run_says_that_it_compiles(capsys: pytest.CaptureFixture[str]):
    for quiet in (False, True):
        with Progress(quiet) as progress:
            progress("survey", 0, None)
            progress("compile", 0, None)
            progress("fold", 0, None)
    assert capsys.readouterr().err == f"{FIRST_RUN}\n"


def test_demo(tmp_path: Path):
    result = dedup("demo", cwd=tmp_path)
    assert result.returncode == 0
    out = tmp_path / "dedup-demo"
    assert "52 documents in 47 files" in (out / "summary.txt").read_text(encoding="utf-8")
    assert str(Path("dedup", "demo", "corpus")) in result.stdout
    command = result.stdout.splitlines()[-1].split()
    explained = dedup(*command[1:], cwd=tmp_path)
    assert explained.returncode == 0
    assert "tagged" in explained.stdout
    assert "Commands" not in explained.stdout


def test_restore(tmp_path: Path, demo_out: Path):
    done = dedup("restore", demo_out, tmp_path / "back")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"47 files restored to {tmp_path / 'back'}\n"
    for path in corpus_path().rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            assert (
                tmp_path / "back" / path.relative_to(corpus_path())
            ).read_bytes() == path.read_bytes()
    again = dedup("restore", demo_out, tmp_path / "back")
    assert again.returncode == 2
    assert is_one_sentence(again.stderr, ["not empty"])
    nothing = dedup("restore", tmp_path, tmp_path / "other", "-q")
    assert nothing.returncode == 3
    assert is_one_sentence(nothing.stderr)


def test_jsonl_is_read_from_a_pipe(tmp_path: Path):
    row = json.dumps({"text": TEXT * 2, "id": 1}, ensure_ascii=False) + "\n"
    done = subprocess.run(
        [*ARGV, "run", "-", "-o", tmp_path / "out", "--encoding", "gb18030"],
        input=row.encode("gb18030") * 2, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 documents in 1 file" in done.stdout.decode()
    assert "read as gb18030: 1" in done.stdout.decode()
    back = dedup("restore", tmp_path / "out", tmp_path / "back")
    assert back.returncode == 0, back.stderr
    assert (tmp_path / "back/stdin.jsonl").read_bytes() == row.encode("gb18030") * 2


def test_urls_are_read_and_not_written(tmp_path: Path, corpus: Path):
    done = dedup("run", f"file://{corpus}", "-o", tmp_path / "out", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out/clean/a.txt").exists()
    done = dedup("run", corpus, "-o", "s3://bucket/out", cwd=tmp_path)
    assert done.returncode == 2
    assert is_one_sentence(done.stderr, ["s3://bucket/out", "name a folder of this machine"])
    done = dedup("run", "nosuchthing://x", "-o", tmp_path / "other")
    assert done.returncode == 3
    assert is_one_sentence(done.stderr, ["nosuchthing://x"])
    assert not (tmp_path / "other").exists()


def test_of_two_runs_into_one_folder_the_second_is_refused(corpus: Path, tmp_path: Path):
    """The first waits for its input, killed or not: its lock goes with it."""
    out = tmp_path / "out"
    row = json.dumps({"text": TEXT}, ensure_ascii=False).encode() + b"\n"
    (tmp_path / "rows.jsonl").write_bytes(row * 2)
    for killed in (True, False):
        with subprocess.Popen(
            [*ARGV, "run", "-", "-o", out, "-q"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
        ) as first:
            while not (out / ".copies").exists() and first.poll() is None:
                time.sleep(0.02)
            second = dedup("run", tmp_path / "rows.jsonl", "-o", tmp_path / "corpus/../out")
            assert (second.returncode, second.stdout) == (2, "")
            assert is_one_sentence(second.stderr, ["another run is writing", "wait"])
            if killed:
                first.kill()
                first.wait()
                shutil.rmtree(out / ".copies")  # by which the next one tells that it is at work
            else:
                _, told = first.communicate(row * 2, timeout=120)
                assert (first.returncode, told) == (0, b"")
    assert json.loads((out / "run.json").read_bytes())["counts"]["documents"] == 2
