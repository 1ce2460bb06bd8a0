"""``dedup run --decisions FILE``: obeyed, named in what is written, and refused in one line."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from commandline import dedup, is_one_sentence
from corpora import contents, lay_out
from jsonschema import Draft202012Validator

from dedup import schemas

COPIED = "各单位要把这项工作列入主要负责人的重要日程，明确一名分管领导具体抓，限期完成任务。"
OTHER = "三是农村公路养护工作稳步推进，全年完成养护里程三百二十公里，群众出行条件明显改善。"
FOOTER = "本文由某某网站整理发布，版权归原作者所有，未经许可不得转载。"
FILES = {
    "a.txt": f"{COPIED}\n{OTHER}\n{FOOTER}\n".encode(),
    "b.txt": f"关于植树\n{COPIED}\n{FOOTER}\n".encode(),
    "c.txt": f"{OTHER}\n尾声\n{FOOTER}".encode(),
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "corpus", FILES)


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "provenance.jsonl").read_bytes().splitlines()]


def written(path: Path, entries: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"schema_version": 1, "decisions": entries}, ensure_ascii=False))
    return path


def test_what_is_decided_from_one_ledger_is_obeyed_by_the_next_run(
    corpus: Path, tmp_path: Path
) -> None:
    first = dedup("run", corpus, "-o", tmp_path / "first")
    assert first.returncode == 0
    assert "decisions applied" not in first.stdout
    ledger = {row["text"]: row for row in rows(tmp_path / "first")}
    copied, other, footer = (ledger[text]["hash"] for text in (COPIED, OTHER, FOOTER))
    entries = [
        {"decision": "drop", "hash": footer, "note": "a footer", "by": "me", "at": "2024-05-01"},
        {"decision": "keep_this", "hash": copied, "doc": "b.txt", "paragraph": 1},
        {"decision": "keep", "hash": other},
        {"decision": "drop", "hash": "0" * 32},
        {"decision": "not_a_copy", "hashes": [other, "0" * 31 + "1"]},
    ]
    decided = written(tmp_path / "decisions.json", entries)
    # It grows in the meantime.
    lay_out(corpus, {"d.txt": f"{FOOTER}\n{COPIED}\n".encode()})
    out = tmp_path / "out"
    arguments = ["run", corpus, "-o", out, "--decisions"]
    done = dedup(*arguments, decided)
    assert (done.returncode, done.stderr) == (0, "")
    told = re.search(r"^  decided +(.*)$", done.stdout, re.MULTILINE)
    assert told is not None
    assert told[1] == "3  decisions applied: 1 keep, 1 drop, 1 keep_this"
    assert "\n2 of 5 decisions are about texts that are not in this corpus\n" in done.stdout
    assert contents(out / "clean") == {
        "a.txt": f"{OTHER}\n".encode(),
        "b.txt": f"关于植树\n{COPIED}\n".encode(),
        "c.txt": f"{OTHER}\n尾声\n".encode(),
        "d.txt": b"",
    }
    reason = {(row["file"], row["text"]): row["reason"] for row in rows(out)}
    assert reason["b.txt", COPIED] == "decision: keep_this"
    assert reason["c.txt", OTHER] == "decision: keep"
    assert {reason[file, FOOTER] for file in ("a.txt", "b.txt", "c.txt", "d.txt")} == {
        "decision: drop"
    }
    assert "  4  decision: drop\n" in (out / "summary.txt").read_text()
    report = json.loads((out / "run.json").read_bytes())
    Draft202012Validator(json.loads(schemas.schema_text("run"))).validate(report)
    assert report["decisions"]["drop"] == {"decisions": 2, "applied": 1, "units": 4}
    explained = dedup("explain", out, "c.txt", "--line", "3")
    assert "dropped: decision: drop" in explained.stdout
    assert dedup("restore", out, tmp_path / "back").returncode == 0
    assert contents(tmp_path / "back") == contents(corpus)

    # The same decisions in another order, with other notes, are the same run.
    random.Random(5).shuffle(entries)
    again = dedup(*arguments, written(tmp_path / "again.json", [*entries, *entries[2:]]))
    assert (again.returncode, again.stderr) == (0, "")
    assert "nothing was done" in again.stdout
    before = contents(out)
    twin = dedup("run", corpus, "-o", tmp_path / "twin", "--decisions", tmp_path / "again.json")
    assert twin.returncode == 0
    after = contents(tmp_path / "twin")
    assert {name for name in after if after[name] != before[name]} == {"timings.json"}

    # Others are named, and so is that there are none.
    fewer = dedup(*arguments, written(tmp_path / "fewer.json", entries[1:]))
    none = dedup("run", corpus, "-o", out)
    for other_run in (fewer, none):
        assert other_run.returncode == 2
        assert is_one_sentence(other_run.stderr, ["decisions", report["settings"]["decisions"]])
    assert is_one_sentence(none.stderr, ["(now unset)"])
    # What can change nothing is no other run.
    third = tmp_path / "third"
    for more in ([], ["--decisions", written(tmp_path / "empty.json", [])]):
        last = dedup("run", corpus, "-o", third, *more)
    assert "nothing was done" in last.stdout


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("not JSON", ["decisions.json", "is no file of decisions", "dedup schema decisions"]),
        ('{"schema_version": 1,\n"decisions": [{"decision": "burn"}]}', ["entry 1 (line 2)"]),
        (
            '{"schema_version": 1, "decisions": [\n'
            f'{{"decision": "keep", "hash": "{"a" * 32}"}},\n\n'
            f'{{"decision": "drop", "hash": "{"a" * 32}"}}]}}',
            ["contradict", "1 (line 2)", "2 (line 4)"],
        ),
    ],
)
def test_a_file_that_cannot_be_obeyed_is_refused_before_anything_is_written(
    corpus: Path, tmp_path: Path, text: str, names: list[str]
) -> None:
    path = tmp_path / "decisions.json"
    path.write_text(text)
    done = dedup("run", corpus, "-o", tmp_path / "out", "--decisions", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert is_one_sentence(done.stderr, names)
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_named(corpus: Path, tmp_path: Path) -> None:
    done = dedup("run", corpus, "-o", tmp_path / "out", "--decisions", tmp_path / "none.json")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr, ["none.json", "No such file"])


def test_quiet_says_nothing_of_what_is_missing(corpus: Path, tmp_path: Path) -> None:
    decided = written(tmp_path / "d.json", [{"decision": "keep", "hash": "0" * 32}])
    done = dedup("run", corpus, "-o", tmp_path / "out", "--decisions", decided, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
