"""``dedup evaluate``: planting and scoring, as a person at a terminal does it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from commandline import dedup, is_one_sentence
from jsonschema import Draft202012Validator

from dedup.cli import main
from dedup.cli.evaluate import KINDS
from dedup.demo import corpus_path
from dedup.evaluate.alter import KINDS as MADE
from dedup.schemas import schema_text

GOLD = Path(__file__).parents[1] / "gold" / "demo.json"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("evaluate") / "out"
    done = dedup("evaluate", "plant", corpus_path(), "-o", out, "--copies", "3")
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def test_the_kinds_are_those_that_are_made():
    assert tuple(MADE) == KINDS
    assert json.loads(schema_text("planted"))["properties"]["kind"]["enum"] == list(KINDS)


def test_a_table_of_kinds_and_where_to_look(planted: tuple[Path, str]):
    out, said = planted
    told = [line.split()[0] for line in said.splitlines()[1 : len(KINDS) + 1]]
    assert told == list(KINDS)
    assert re.search(r"verbatim +([23]) +\1  1\.0000  0\.\d{3} to 1\.000    1\.0000", said)
    assert re.search(r"verbatim +1\.0000  1\.0000       1\.0000   1\.0000", said)
    assert re.search(r"\nall but words-20, words-30, reordered +0\.\d{4}  0\.", said)
    assert "0 wrong: precision 1.0000" in said
    for name in ("evaluation.json", "labels.jsonl", "planted.jsonl", "run"):
        assert f"{out / name}: " in said
        assert (out / name).exists()
    report = json.loads((out / "evaluation.json").read_bytes())
    labels = [json.loads(line) for line in (out / "labels.jsonl").read_bytes().splitlines()]
    assert sum(row["planted"] for row in report["kinds"].values()) == len(labels)
    missed = [row["kind"] for row in report["missed"]]
    assert report["passages"]["kinds"]["verbatim"]["plagdet"] == 1
    assert all(row["planted"] - row["found"] == missed.count(kind)
               for kind, row in report["kinds"].items())  # fmt: skip


def test_a_finished_evaluation_is_left_alone(planted: tuple[Path, str]):
    done = CliRunner().invoke(
        main, ["evaluate", "plant", str(corpus_path()), "-o", str(planted[0])]
    )
    assert done.exit_code == 2
    assert is_one_sentence(done.stderr, ["finished evaluation"])


def test_json_and_kinds(tmp_path: Path):
    arguments = ["evaluate", "plant", str(corpus_path()), "-o", str(tmp_path / "out"), "--json",
                 "--kind", "verbatim", "--copies", "2", "--seed", "7"]  # fmt: skip
    done = CliRunner().invoke(main, arguments)
    report = json.loads(done.stdout)
    assert list(report["kinds"]) == ["verbatim"]
    assert report["kinds"]["verbatim"]["recall"] == 1
    assert report["settings"]["seed"] == 7
    assert report == json.loads((tmp_path / "out" / "evaluation.json").read_bytes())


def test_hosts_are_where_copies_go(tmp_path: Path):
    arguments = ["evaluate", "plant", str(corpus_path() / "health"), "-o", str(tmp_path / "out"),
                 "--hosts", str(corpus_path() / "water"), "--kind", "readings", "-q"]  # fmt: skip
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    lines = (tmp_path / "out" / "planted.jsonl").read_bytes().splitlines()
    roles = {row["id"]: row["role"] for row in map(json.loads, lines)}
    assert roles["chengxi-2023-h1.txt"] == "donor"
    assert roles["rural-supply.txt"] == "host"
    assert (tmp_path / "out" / "labels.jsonl").stat().st_size


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Write the gold of the demo as labels: its groups, and the pairs that stay apart."""
    known = json.loads(GOLD.read_bytes())

    def place(member: dict) -> dict:
        doc = f"{member['file']}:{member['row']}"
        return {"doc": doc if member["file"].endswith("l") else member["file"],
                "line": member["line"]}  # fmt: skip

    rows = [
        {"a": place(group["members"][0]), "b": place(member), "label": True, "kind": group["kind"]}
        for group in known["groups"]
        for member in group["members"][1:]
    ]
    rows += [{"a": place(a), "b": place(b), "label": False} for a, b in known["apart"]]
    validator = Draft202012Validator(json.loads(schema_text("pairs")))
    for row in rows:
        validator.validate(row)
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_pairs_of_a_finished_run_and_of_a_corpus_score_the_same(gold: Path, demo_out: Path):
    of_run = CliRunner().invoke(
        main, ["evaluate", "pairs", str(gold), "--run", str(demo_out), "--json"]
    )
    of_corpus = CliRunner().invoke(
        main, ["evaluate", "pairs", str(gold), str(corpus_path()), "--json"]
    )
    assert (of_run.exit_code, of_corpus.exit_code) == (0, 0), of_run.stderr + of_corpus.stderr
    report = json.loads(of_run.stdout)
    assert report == json.loads(of_corpus.stdout)
    # The README's table of thresholds has 127 of 130, of units alone, and counts pairs that two
    # groups have twice; passages find the rest.
    assert (report["all"]["true"], report["all"]["missed"]) == (127, 0)
    assert report["all"]["false"] == 0
    assert report["kinds"]["verbatim"]["recall"] == 1


def test_the_table_of_pairs(gold: Path):
    command = ["evaluate", "pairs", str(gold), str(corpus_path()), "--no-passages"]
    said = CliRunner().invoke(main, command).output
    lines = said.splitlines()
    assert lines[0].split() == ["kind", "right", "wrong", "missed", "precision", "recall", "F1"]
    assert re.search(r"\nall +124 +0 +3 ", said)
    assert "Not held together:" in said
    assert "(line " in said


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["pairs", "labels"], ["CORPUS", "--run"]),
        (["pairs", "labels", "x", "--run", "out"], ["CORPUS"]),
        (["pairs", "labels", "--run", "out", "--words", "3"], ["--words"]),
        (["pairs", "nowhere", "--run", "out"], ["nowhere", "cannot be read"]),
        (["plant", "x"], ["--out"]),
        (["plant", "x", "-o", "y", "--kind", "stolen"], ["--kind", "verbatim"]),
    ],
)
def test_wrong_use(arguments: list[str], names: list[str]):
    done = CliRunner().invoke(main, ["evaluate", *arguments])
    assert done.exit_code == 2
    assert is_one_sentence(done.stderr, names)
