"""Any corpus through a whole run: one sentence or an output that is true and can be undone."""

from __future__ import annotations

import io
import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from corpora import contents, lay_out
from corpus.damage import damaged_corpora, plain
from dirty import any_settings, dirty_corpora, texts_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dedup import Settings
from dedup.corpus.compression import decompressing
from dedup.corpus.patch import restore
from dedup.engines.local import LocalEngine
from dedup.errors import DedupError
from dedup.explanation import explain
from dedup.run import run
from dedup.schemas import schema_text

Texts = dict[str, dict[int, str]]
"""By file and row."""
Rows = list[dict[str, Any]]


def check(files: dict[str, bytes], chosen: Settings, workers: int, report: bool) -> None:
    with tempfile.TemporaryDirectory() as above:
        folder = Path(above)
        lay_out(folder / "in", files)
        out = folder / "out"
        refused = ""
        try:
            run([folder / "in"], out, chosen, engine=LocalEngine(workers), report=report)
        except DedupError as error:
            refused = str(error)
        assert "\n" not in refused
        if refused:
            assert not (out / "run.json").exists()
            assert not [each for each in out.rglob("*") if ".part" in each.name]
            return
        restore(out, folder / "back")
        back = contents(folder / "back")
        assert sorted(back) == sorted(files)
        for name, data in files.items():
            assert plain(back[name], name) == plain(data, name), name
        before, rows = texts_in(out, files, chosen), lines(out, "provenance")
        bad = {(row["file"], row["row"]) for row in lines(out, "quarantine")}
        for row in rows:
            text = before[row["file"]][row["row"]]
            assert row["text"] == text[row["start"] : row["end"]], row
            if row["source_doc"] is not None:
                source = before[row["source_file"]][row["source_row"]]
                assert 0 <= row["source_start"] < row["source_end"] <= len(source)
        assert not any(row in before[file] for file, row in bad)
        report = json.loads((out / "run.json").read_bytes())
        validator("run").validate(report)
        counts = report["counts"]
        assert counts["documents"] == sum(map(len, before.values()))
        assert counts["quarantined"] == len(bad)
        assert counts["clusters"] == len(lines(out, "clusters"))
        pq.read_table(out / "edges.parquet")
        after = texts_in(out, contents(out / "clean"), chosen)
        for file in files:
            assert_left(before[file], after[file], [row for row in rows if row["file"] == file])
        if rows:
            row = rows[len(rows) // 2]
            explain(out, f"{row['file']}:{row['row']}", paragraph=row["paragraph"])


def texts_in(out: Path, files: dict[str, bytes], chosen: Settings) -> Texts:
    """Return the texts of the files of a run, in the encodings that it says."""
    told = [json.loads(line) for line in (out / "patch/files.jsonl").read_bytes().splitlines()]
    found = {}
    for row in told:
        name, data = row["name"], files[row["name"]]
        if row["compression"]:
            data = decompressing(io.BytesIO(data), row["compression"]).read()
            name = name.rpartition(".")[0]
        found[row["name"]] = texts_of(data, name, row["encoding"], chosen.text_field)
    return found


def lines(out: Path, name: str) -> Rows:
    """Return the rows of an output, each as its schema has it."""
    rows = [json.loads(line) for line in (out / f"{name}.jsonl").read_bytes().splitlines()]
    for row in rows:
        validator(name).validate(row)
    return rows


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema_text(name)))


def assert_left(before: dict[int, str], after: dict[int, str], rows: Rows) -> None:
    """See that a cleaned file has the texts without what the ledger says is dropped."""
    assert len(before) == len(after)
    gone = {
        (row["kind"] == "passage", row["row"], row["start"], row["end"])
        for row in rows if row["action"] == "dropped"
    }  # fmt: skip
    for (number, text), left in zip(sorted(before.items()), after.values(), strict=True):
        kept = list(text)
        for passage, row, start, end in sorted(gone):
            if row != number:
                continue
            if passage:  # all of it but marks that are in no unit
                assert not re.search(r"\w", "".join(kept[start:end]))
            else:
                kept[start:end] = [""] * (end - start)
        # A unit takes its line terminator along, and a document its rules and blank lines.
        expected = without_space("".join(kept))
        assert without_space(left) == expected or (left == "" and not re.search(r"\w", expected))


def without_space(text: str) -> str:
    return re.sub("[\\s\ufeff\ufffd]", "", text)


inputs = {
    "files": st.one_of(dirty_corpora(), dirty_corpora(), damaged_corpora()),
    "chosen": any_settings(),
    "workers": st.sampled_from([1, 1, 1, 2]),
    "report": st.sampled_from([False, False, False, True]),
}
leave = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@settings(max_examples=150, suppress_health_check=leave)
@given(**inputs)
def test_a_run_over_anything(
    files: dict[str, bytes], chosen: Settings, workers: int, report: bool
) -> None:
    check(files, chosen, workers, report)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
@settings(max_examples=2_500, suppress_health_check=list(HealthCheck))
@given(**inputs)
def test_ten_thousand_runs(
    part: int, files: dict[str, bytes], chosen: Settings, workers: int, report: bool
) -> None:
    check(files, chosen, workers, report)
