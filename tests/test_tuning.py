"""Forecasts: against the runs that they are of."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dedup import Settings, schemas
from dedup.demo import corpus_path
from dedup.errors import CorpusError, SettingsError
from dedup.run import run
from dedup.tuning import Forecast, tune

VALID = Draft202012Validator(json.loads(schemas.schema_text("forecast")))


@pytest.fixture(scope="module")
def demo() -> Forecast:
    return tune([corpus_path()], thresholds=[0.5, 0.6, 0.8])


def test_a_forecast_of_everything_is_nearly_what_a_run_finds(demo: Forecast, tmp_path: Path):
    VALID.validate(demo.report)
    assert [row["threshold"] for row in demo.report["thresholds"]] == [0.5, 0.6, 0.8]
    assert demo.thresholds.num_rows == 3
    for row in demo.report["thresholds"]:
        out = tmp_path / str(row["threshold"])
        counts = run([corpus_path()], out, Settings(threshold=row["threshold"])).report["counts"]
        assert row["clusters"] == pytest.approx(counts["clusters"], rel=0.06)
        assert row["families"] == pytest.approx(counts["families"], rel=0.06)
        share = row["repeated_characters"] / counts["repeated_characters"]
        assert share == pytest.approx(1, rel=0.03)
        for name in ("clusters", "families", "repeated_characters"):
            low, high = row[f"{name}_95"]
            assert low <= row[name] <= high
    assert demo.report["corpus"]["documents"] == counts["documents"]
    assert demo.report["corpus"]["characters"] == counts["characters"]
    written = sum(path.stat().st_size for path in (tmp_path / "0.6").rglob("*") if path.is_file())
    assert demo.report["run"]["out_bytes"] == pytest.approx(written, rel=0.3)
    assert demo.report["run"]["candidates"] > 0
    assert set(demo.report["run"]["stages"]) >= {"fold", "words", "passages (grow)"}


def test_what_is_drawn_is_the_same_for_a_seed_and_not_for_another():
    def drawn(seed: int) -> object:
        told = tune([corpus_path()], Settings(seed=seed), megabytes=0.05, queries=60).report
        assert told["sample"]["queries"] == 60
        assert told["sample"]["documents"] < told["corpus"]["documents"]
        return told["thresholds"]

    assert drawn(1) == drawn(1) != drawn(2)


def test_documents_with_fields_are_drawn_with_them(tmp_path: Path):
    rows = [
        {"body": f"第{n}号文件里的一行足够长的文字。", "day": "2020-01-01", "name": n}
        for n in range(30)
    ]
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    settings = Settings(text_field="body", id_field="name", date_field="day", keep="earliest")
    told = tune([tmp_path / "a.jsonl"], settings).report
    assert told["corpus"]["documents"] == 30


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"settings": Settings(across_only=True)}, SettingsError, "--across-only"),
        ({"megabytes": 0.0}, SettingsError, "--megabytes"),
        ({"queries": 0}, SettingsError, "--queries"),
        ({"thresholds": [0.0]}, SettingsError, "--thresholds"),
        ({"settings": Settings(min_length=10**6)}, CorpusError, "--min-length"),
    ],
)
def test_what_cannot_be_forecast_is_one_sentence(change: dict, error: type, match: str):
    with pytest.raises(error, match=match):
        tune([corpus_path()], **change)


def test_empty_corpora_have_no_forecast(tmp_path: Path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(CorpusError, match="long enough"):
        tune([tmp_path])


def test_a_run_on_the_sample_that_fails_says_why(tmp_path: Path):
    missing = dataclasses.replace(Settings(), user_dictionaries=(tmp_path / "words.txt",))
    with pytest.raises(SettingsError, match="cannot be read"):
        tune([corpus_path()], missing)


def test_of_a_corpus_in_one_file_the_beginning_is_run_on(tmp_path: Path):
    lines = (f"第{n}行里写的是与别的行不大一样的一些字。\n" for n in range(3000))
    (tmp_path / "a.txt").write_text("".join(lines), encoding="utf-8")
    told = tune([tmp_path / "a.txt"], megabytes=0.05, queries=100).report
    assert told["sample"]["characters"] < told["corpus"]["characters"] / 5
    assert told["corpus"]["units"] == 3000
    assert (told["run"]["peak_anonymous_bytes"] or 0) < 1 << 30
