"""What all commands share: help, exit codes, errors as one sentence."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from commandline import ARGV, dedup, is_one_sentence

from dedup.cli import main

COMMANDS = [
    "demo", "evaluate", "explain", "report", "restore", "run", "schema", "tune", "warmup",
]  # fmt: skip


def test_commands_are_the_ones_that_are_documented():
    assert sorted(main.commands) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str):
    _has_help(main.commands[name])


def _has_help(command: click.Command) -> None:
    assert command.help
    assert command.short_help
    for option in command.params:
        assert isinstance(option, click.Argument) or option.help, option.name
    for each in getattr(command, "commands", {}).values():
        _has_help(each)


def test_help_imports_nothing_heavy():
    heavy = {"numba", "numpy", "orjson", "pyarrow", "rapidfuzz", "rich", "scipy"}
    code = f"import sys, dedup.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([ARGV[0], "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_imports_neither_pandas_nor_scipy(tmp_path: Path):
    code = """if True:
        import os, sys
        from dedup.cli import program
        asked = {"pandas", "scipy", "pyarrow"}
        os._exit = lambda code: print(code, sorted(asked & set(sys.modules)))
        program()
    """
    (tmp_path / "a.txt").write_text("一行\n", encoding="utf-8")
    command = [ARGV[0], "-c", code, "run", tmp_path / "a.txt", "-o", tmp_path / "out", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 ['pyarrow']"
    assert find_spec("pandas")  # installed, that is


def test_help_takes_less_than_a_fifth_of_a_second():
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert dedup("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.2


def test_nothing_asked_for_shows_the_help_and_is_wrong_use():
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 2
    assert "Commands:" in result.output


def test_version():
    done = dedup("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dedup 0.")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["frob"], ["frob", "dedup --help"]),
        (["--frob"], ["--frob"]),
        (["run"], ["CORPUS", "dedup run --help"]),
        (["run", "x", "--treshold", "3"], ["--treshold", "--threshold"]),
        (["run", "x"], ["--out"]),
        (["run", "x", "-o", "out", "--workers", "0"], ["--workers"]),
        (["run", "x", "-o", "out", "--unit", "page"], ["--unit", "blank"]),
        (["schema", "edges"], ["edges", "provenance"]),
        (["explain", "x"], ["DOC"]),
        (["explain", "x", "y", "--line", "1", "--paragraph", "1"], ["--line", "--paragraph"]),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(arguments: list[str], names: list[str]):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert is_one_sentence(result.stderr, names), result.stderr


def test_failure_is_one_sentence_and_exit_code_3(tmp_path: Path):
    done = dedup("run", tmp_path / "nowhere", "-o", tmp_path / "out")
    assert (done.returncode, done.stdout) == (3, "")
    assert is_one_sentence(done.stderr, ["nowhere"])


def test_debug_shows_the_traceback(tmp_path: Path):
    done = dedup("run", tmp_path / "nowhere", "-o", tmp_path / "out", "--debug")
    assert done.returncode == 3
    assert done.stderr.startswith("Traceback")
    assert done.stderr.splitlines()[-1].startswith("dedup: ")


def test_a_fault_of_our_own_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch):
    def broken(_: str) -> str:
        raise KeyError("gone")

    monkeypatch.setattr("dedup.schemas.schema_text", broken)
    result = CliRunner().invoke(main, ["schema", "run"])
    assert result.exit_code == 3
    assert is_one_sentence(result.stderr, ["KeyError", "gone", "--debug"])


def test_a_reader_that_has_gone_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*ARGV, "schema", "run"], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_under_standard_output_is_a_failure():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*ARGV, "schema", "run"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert is_one_sentence(done.stderr, ["standard output"])


def test_ctrl_c_is_one_line_and_130_and_the_next_run_goes_through(tmp_path: Path):
    lines = (
        f"第{i}条 本县第{i}号文件所列事项由第{i % 97}科负责办理并登记。\n" for i in range(150_000)
    )
    (tmp_path / "long.txt").write_text("".join(lines), encoding="utf-8")
    arguments = ["run", str(tmp_path / "long.txt"), "-o", str(tmp_path / "out"), "-q"]
    process = subprocess.Popen([*ARGV, *arguments], stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if (tmp_path / "out" / ".dedup").exists():
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130
    assert told == "dedup: interrupted\n"
    assert not (tmp_path / "out" / "run.json").exists()
    (tmp_path / "long.txt").write_text("一行足够长的文字，没有重复。\n", encoding="utf-8")
    assert dedup(*arguments).returncode == 0
