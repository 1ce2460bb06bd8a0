"""README.md against what is there: its session, its tables, its code."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
from commandline import dedup as dedup_process

import dedup
from benchmarks import drops
from dedup.corpus.compression import COMPRESSIONS
from dedup.corpus.formats import FORMATS
from dedup.demo import corpus_path
from dedup.run import run
from dedup.settings import (
    DEFAULT_THRESHOLDS,
    LONGEST_MARKER,
    ClassAction,
    PassageAction,
    Settings,
)

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGE = Path(dedup.__file__).parent


def _marked(name: str) -> str:
    """Return what stands between the markers of a name, without its fence."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found is not None, name
    return re.sub(r"^```.*\n", "", found[1], flags=re.MULTILINE)


def _table(name: str) -> list[list[str]]:
    lines = _marked(name).strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_command_for_the_tests():
    told = "python -m pip install '.[test]' && python -m pytest -n auto --dist worksteal\n"
    assert _marked("test-command") == told


def test_the_session_is_what_a_terminal_shows(tmp_path: Path):
    shown = []
    for line in _marked("session").splitlines():
        if not line.startswith("$ dedup "):
            continue
        done = dedup_process(*shlex.split(line)[2:], cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        output = re.sub(r"Done in [\d.]+ s", "Done in … s", done.stdout)
        output = re.sub(r"is \S+/dedup/demo/corpus", "is …/dedup/demo/corpus", output)
        shown.append(f"{line}\n{output}")
    assert "\n".join(shown) == _marked("session")


def test_the_words_of_the_flow_are_files():
    words = re.findall(r"[a-z]{2,}", _marked("flow").replace("sample of it:", ""))
    stages = {path.stem for path in (PACKAGE / "stages").glob("[a-z]*.py")}
    assert set(words) == stages | {"read"}
    assert (PACKAGE / "corpus" / "read.py").exists()


def test_every_format_is_named():
    told = {row[0]: tuple(re.findall("`(.*?)`", row[1])) for row in _table("formats")}
    assert told == {name: tuple(form.SUFFIXES) for name, form in FORMATS.items()}
    text = README.split("<!-- /formats -->")[1]
    assert all(f"`.{compression}`" in text for compression in COMPRESSIONS)


def test_every_output_is_explained(tmp_path: Path):
    run([corpus_path()], tmp_path / "out")
    there = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (tmp_path / "out").iterdir()
        if not path.name.startswith(".")
    }
    assert {row[0].strip("`") for row in _table("outputs")} == there


@pytest.mark.parametrize("row", _table("thresholds"), ids=lambda row: row[0])
def test_the_table_of_thresholds(row: list[str], tmp_path: Path):
    run([corpus_path()], tmp_path / "out", Settings(threshold=float(row[0])))
    groups: dict[tuple[str, int, int], set[tuple[str, int]]] = {}
    for line in (tmp_path / "out" / "provenance.jsonl").read_bytes().splitlines():
        link = json.loads(line)
        place = (link["file"], link["row"], link["line"])
        mine = groups.setdefault(place, set())
        mine.update((name, link[name]) for name in ("cluster", "family") if link[name] is not None)

    def shared(members: list[dict[str, str | int]]) -> list[set[str]]:
        first, *others = [groups.get((m["file"], m["row"], m["line"]), set()) for m in members]
        return [{name for name, _ in first & other} for other in others]

    gold = json.loads((ROOT / "tests" / "gold" / "demo.json").read_bytes())
    copies = [names for group in gold["groups"] for names in shared(group["members"])]
    apart = [names for pair in gold["apart"] for names in shared(pair)]
    assert f"Of {len(copies)} copies" in README
    assert f"of {len(apart)} pairs" in README
    assert row[1:] == [
        str(sum("cluster" in names for names in copies)),
        str(sum(bool(names) for names in copies)),
        str(sum(bool(names) for names in apart)),
    ]


def test_the_table_of_shingles():
    result = json.loads((ROOT / "benchmarks/results/calibrate.json").read_bytes())
    assert result["defaults"] == {
        f"{kind}-{size}": default for (kind, size), default in DEFAULT_THRESHOLDS.items()
    }
    names = (
        "5 % of words", "10 % of words", "characters lost", "cut by a quarter to a half",
        "extended as much", "English licences",
    )  # fmt: skip
    assert _table("shingles") == [
        [
            f"`--{shingle.replace('-', ' ')}`",
            f"{default:g}",
            *(f"{result['figures'][f'calibrate.{shingle}.{name}']:.1%}" for name in names),
        ]
        for shingle, default in result["defaults"].items()
    ]


def test_the_python_runs_and_its_comments_are_true():
    code = _marked("python")
    printed = io.StringIO()
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), names)
    assert f"# {printed.getvalue().strip()}" in code
    cleaned = names["cleaned"]
    assert isinstance(cleaned, list)
    assert cleaned[2] == ""
    assert cleaned[:2] == list(names["texts"].values())[:2]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["sklearn", "cancel"])
def test_other_examples_run_and_their_comments_are_true(name: str):
    code = _marked(name)
    texts = _marked("python").partition("result =")[0]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(texts + code, "README.md", "exec"), {})
    told = re.findall(r"print\(.*# (.*)", code)
    assert printed.getvalue().splitlines() == told


def test_the_table_of_presets():
    with drops.VERDICTS.open(encoding="utf-8", newline="") as file:
        read = [(row["drawn"].split(), row["verdict"]) for row in csv.DictReader(file)]
    for row in _table("presets"):
        name = row[0].strip("`").split()[-1]
        verdicts = [verdict for rules, verdict in read if name in rules]
        assert row[-2:] == [str(len(verdicts)), str(verdicts.count("loses"))]


def test_every_action_is_explained():
    told = [row[0].strip("`").split() for row in _table("actions")]
    actions = [action for action in get_args(ClassAction) if action != "drop"]
    expected = [["--class-action", f"CLASS={action}"] for action in actions]
    expected += [["--passage-action", action] for action in get_args(PassageAction)[1:]]
    assert told == expected
    assert f"The marker is `{Settings().mask_marker}`" in README
    assert f"up to {LONGEST_MARKER} characters" in README


def test_options_that_are_named_exist():
    from dedup.cli import main

    commands = list(main.commands.values())
    commands += [each for command in commands for each in getattr(command, "commands", {}).values()]
    known = {name for command in commands for each in command.params for name in each.opts}
    known |= {"--help", "--version"}
    of_others = {"--corpus", "--dist"}
    assert not set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", README)) - known - of_others


def test_the_table_of_origins():
    figures = json.loads((ROOT / "benchmarks/results/origin.json").read_bytes())["figures"]

    def percent(*names: str) -> str:
        return ", ".join(f"{figures[f'origin.{name}']:.0%}" for name in names).replace("%", " %")

    told = [row[1:] for row in _table("origin")]
    assert told == [
        [percent("versions.shown_said"), percent("versions.shown")],
        [percent("versions.hidden_said"), percent("versions.hidden")],
        [percent("laws.hidden_said"), percent("laws.hidden")],
        [percent("work_reports.hidden_said"), percent("work_reports.hidden")],
        [percent("planted.readings_said", "planted.lost_said"), percent("planted")],
        [percent("planted.verbatim_said"), percent("planted")],
    ]
