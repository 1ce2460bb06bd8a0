"""``dedup tune``: what it prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

from commandline import dedup, is_one_sentence
from jsonschema import Draft202012Validator

from dedup import schemas
from dedup.demo import corpus_path


def test_a_table_for_people():
    done = dedup("tune", corpus_path(), "--thresholds", "0.8", "--queries", "100")
    assert done.returncode == 0, done.stderr
    for told in (r"^52 documents: 3\d\d units", r"^  time +\d+ s", r"^  memory +\d+ MB",
                 r"^  disk +[\d.]+ [kM]B, \d+ kB of it the cleaned", r"^  candidates +\d",
                 r"^0\.6 \* +\d+ +\d+ to \d+ +\d+ .* \d\d\.\d %", r"^0\.8 "):  # fmt: skip
        assert re.search(told, done.stdout, re.MULTILINE), (told, done.stdout)


def test_json_for_programs(tmp_path: Path):
    (tmp_path / "a.txt").write_text("一行足够长的文字，有两次。\n" * 2, encoding="utf-8")
    done = dedup("tune", tmp_path, "--json", "--threshold", "0.7", "--progress", "json")
    report = json.loads(done.stdout)
    Draft202012Validator(json.loads(schemas.schema_text("forecast"))).validate(report)
    assert report["threshold"] == 0.7
    [row] = [row for row in report["thresholds"] if row["threshold"] == 0.7]
    assert (row["clusters"], row["repeated_share"]) == (1, 1)
    assert json.loads(done.stderr.splitlines()[-1])["event"] == "done"


def test_what_cannot_be_forecast_is_one_sentence(tmp_path: Path):
    done = dedup("tune", corpus_path(), "--across-only")
    assert done.returncode == 2
    assert is_one_sentence(done.stderr, ["--across-only"])
    assert dedup("tune", tmp_path / "nowhere").returncode == 3
