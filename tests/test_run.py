"""Whole runs over files: nothing lost, nothing glued, the same bytes whoever runs it and how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from corpora import contents, corpora, lay_out
from engines.shuffling import ShufflingEngine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup import Settings
from dedup.corpus.patch import restore
from dedup.engines.local import LocalEngine
from dedup.errors import OutputExistsError
from dedup.explanation import explain
from dedup.run import run

# What changes from run to run, and the mark of the folder.
CHANGING = {"timings.json", ".dedup"}

few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
units = st.sampled_from(["line", "blank", "indent", "sentence", "document"])
presets = st.sampled_from(["careful", "standard", "aggressive"])
shares = st.sampled_from([None, 0.5, 0.9])


def promised(out: Path) -> dict[str, bytes]:
    """Return the files whose bytes depend on the corpus and the settings alone."""
    return {name: data for name, data in contents(out).items() if name not in CHANGING}


def ledger(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "provenance.jsonl").read_text().splitlines()]


def test_a_copied_paragraph_is_found_dropped_and_accounted_for(tmp_path: Path) -> None:
    copied = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。"
    lay_out(
        tmp_path / "in",
        {
            "a.txt": f"关于卫生工作的总结\n{copied}\n".encode(),
            "b.txt": f"另一份材料的标题\r\n　　{copied}\r\n结尾的一段文字没有重复。".encode(),
        },
    )
    run([tmp_path / "in"], tmp_path / "out")
    first, second = ledger(tmp_path / "out")
    assert (first["file"], first["line"], first["source_doc"], first["action"]) == (
        "a.txt", 2, None, "kept",
    )  # fmt: skip
    assert (second["file"], second["line"], second["source_file"], second["source_line"]) == (
        "b.txt", 2, "a.txt", 2,
    )  # fmt: skip
    assert (second["kind"], second["similarity"], second["action"]) == ("exact", 1.0, "dropped")
    assert second["text"] == f"　　{copied}"
    assert second["start"], second["end"] == (10, 10 + 2 + len(copied))
    cleaned = (tmp_path / "out/clean/b.txt").read_bytes()
    assert cleaned == "另一份材料的标题\r\n结尾的一段文字没有重复。".encode()
    assert (tmp_path / "out/clean/a.txt").read_bytes() == (tmp_path / "in/a.txt").read_bytes()


@few
@given(files=corpora(), unit=st.just("auto") | units, preset=presets, whole=shares)
def test_restore_gives_the_input_to_the_byte(
    files: dict[str, bytes], unit: str, preset: str, whole: float | None
) -> None:
    chosen = Settings(unit=unit, preset=preset, min_drop=8, drop_document=whole)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder / "in", files)
        run([folder / "in"], folder / "out", chosen)
        restore(folder / "out", folder / "back")
        assert contents(folder / "back") == files


@few
@given(files=corpora(), unit=units, preset=presets, families=st.booleans(), whole=shares)
def test_a_second_pass_drops_nothing(
    files: dict[str, bytes], unit: str, preset: str, families: bool, whole: float | None
) -> None:
    chosen = Settings(
        unit=unit, preset=preset, min_drop=8, drop_families=families, drop_document=whole
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder / "in", files)
        run([folder / "in"], folder / "out", chosen)
        again = run([folder / "out/clean"], folder / "again", chosen)
        assert again.report["counts"]["dropped_units"] == 0
        assert contents(folder / "again/clean") == contents(folder / "out/clean")


REPORT = """　　今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。
一、主要工作和成绩
农村公路养护工作稳步推进，全年完成养护里程三百二十公里，群众出行条件明显改善，得到各方好评。
一是加强食品安全监管，对全县学校食堂进行检查，发现问题及时整改，确保师生饮食安全，没有事故。
"""


def test_a_document_is_one_unit_if_asked(tmp_path: Path) -> None:
    rows = [REPORT, "另一份文件，讲的是别的事情，没有重复。", f"{REPORT}\n"]
    lines = "".join(json.dumps({"text": text, "n": 1.50}) + "\n" for text in rows)
    files = {
        "a.txt": REPORT.encode(),
        "b.txt": b"\xef\xbb\xbf" + REPORT.replace("\n", "\r\n").encode() + b" \r\n",
        "c.jsonl": lines.replace("1.5", "1.50").encode(),
    }
    lay_out(tmp_path / "in", files)
    outcome = run([tmp_path / "in"], tmp_path / "out", Settings(unit="document"))
    assert outcome.report["counts"]["documents_by_unit"] == {"document": 5}
    assert [row["action"] for row in ledger(tmp_path / "out")] == ["kept"] + ["dropped"] * 3
    clean = contents(tmp_path / "out/clean")
    # A byte order mark is of the file, not of its text.
    assert (clean["a.txt"], clean["b.txt"]) == (files["a.txt"], b"\xef\xbb\xbf")
    assert [json.loads(line)["text"] for line in clean["c.jsonl"].splitlines()] == ["", rows[1], ""]
    assert clean["c.jsonl"].count(b"1.50") == 3
    told = explain(tmp_path / "out", "b.txt", line=3)
    assert told.links[0].row["reason"] == "an exact copy of what is kept"
    restore(tmp_path / "out", tmp_path / "back")
    assert contents(tmp_path / "back") == files


def test_a_document_that_is_mostly_copied_goes_whole(tmp_path: Path) -> None:
    own = "本文由小编整理。"  # 8 characters, of 147 with what is too short to be looked for
    files = {
        "a.txt": REPORT.encode(),
        "b.txt": f"\ufeff{own}\r\n好\n\n{REPORT}——\n\n".encode(),
        "c.jsonl": json.dumps({"text": f"{REPORT}\ud800 \x00\n{own}"}).encode(),
        "d.txt": f"{own}\n\n{REPORT}{'还有很多别的内容。' * 9}\n".encode(),
    }
    lay_out(tmp_path / "in", files)
    outcome = run([tmp_path / "in"], tmp_path / "out", Settings(drop_document=0.9, unit="line"))
    assert outcome.report["counts"]["dropped_documents"] == 2
    clean = contents(tmp_path / "out/clean")
    assert (clean["a.txt"], clean["b.txt"]) == (files["a.txt"], b"\xef\xbb\xbf")
    assert json.loads(clean["c.jsonl"]) == {"text": ""}
    assert own in clean["d.txt"].decode()  # it is the only one that stays, so it does
    rows = {(row["file"], row["text"].strip()): row for row in ledger(tmp_path / "out")}
    for file, text in (("b.txt", own), ("b.txt", "好"), ("c.jsonl", own)):
        row = rows[file, text]
        assert row["action"] == "dropped"
        assert row["reason"] == "part of a document that is mostly copied"
    assert rows["b.txt", "好"]["kind"] is rows["b.txt", "好"]["source_doc"] is None
    heading = rows["b.txt", "一、主要工作和成绩"]  # too short to go by itself
    assert (heading["action"], heading["source_file"]) == ("dropped", "a.txt")
    assert rows["d.txt", "一、主要工作和成绩"]["action"] == "tagged"
    told = explain(tmp_path / "out", "b.txt", line=2)
    assert told.links[0].row["text"] == "好"
    restore(tmp_path / "out", tmp_path / "back")
    assert contents(tmp_path / "back") == files
    again = run([tmp_path / "out/clean"], tmp_path / "again", Settings(drop_document=0.9))
    assert again.report["counts"]["dropped_units"] == 0


@few
@given(files=corpora(), seed=st.integers(0, 9))
def test_no_engine_and_no_number_of_threads_changes_a_byte(
    files: dict[str, bytes], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder / "in", files)
        outputs = []
        for number, engine in enumerate([LocalEngine(1), LocalEngine(3), ShufflingEngine(seed)]):
            run([folder / "in"], folder / f"out{number}", engine=engine)
            outputs.append(promised(folder / f"out{number}"))
        assert outputs[0] == outputs[1]
        assert outputs[0] == outputs[2]


def test_the_order_of_arguments_changes_no_byte(tmp_path: Path) -> None:
    copied = "三是农村公路养护工作稳步推进，全年完成养护里程三百二十公里，出行条件明显改善。\n"
    for name in ("x/1.txt", "y/2.txt", "z.txt"):
        lay_out(tmp_path / "in", {name: (copied + name).encode()})
    arguments = [tmp_path / "in/x", tmp_path / "in/y", tmp_path / "in/z.txt"]
    run(arguments, tmp_path / "out")
    run([*reversed(arguments), arguments[1]], tmp_path / "reversed")
    assert promised(tmp_path / "out") == promised(tmp_path / "reversed")


@pytest.mark.parametrize("keep", ["longest", "earliest", "preferred"])
def test_the_order_of_rows_changes_no_cluster(tmp_path: Path, keep: str) -> None:
    base = "一是加强食品安全监管，对全县学校食堂进行检查，发现问题及时整改，确保师生饮食安全"
    rows = [
        {"text": base + tail, "date": date, "site": site}
        for tail, date, site in [
            ("。", "2021-05-01", "b"), ("和身体健康。", "2020-01-01", "a"),
            ("。", "2019-01-01", "c"),
            ("，并且建立台账。", "", "b"), ("", "2022-01-01", "a"),
        ]
    ]  # fmt: skip
    chosen = Settings(
        keep=keep, date_field="date", source_field="site", preset="aggressive",
        prefer=("c", "a") if keep == "preferred" else (),
    )  # fmt: skip
    found = []
    for name, order in (("one", rows), ("other", rows[::-1])):
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in order)
        lay_out(tmp_path / name, {"rows.jsonl": lines.encode()})
        run([tmp_path / name], tmp_path / f"{name}-out", chosen)
        clusters: dict[int, list[str]] = {}
        for row in ledger(tmp_path / f"{name}-out"):
            clusters.setdefault(row["cluster"], []).append(row["text"])
        kept = [row["text"] for row in ledger(tmp_path / f"{name}-out") if row["action"] == "kept"]
        found.append((sorted(sorted(texts) for texts in clusters.values()), kept))
    assert found[0] == found[1]


def test_the_hash_seed_changes_no_byte(tmp_path: Path) -> None:
    from dedup.demo import corpus_path

    script = (
        "import sys; from pathlib import Path; from dedup.run import run;"
        "run([Path(sys.argv[1])], Path(sys.argv[2]))"
    )
    outputs = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        subprocess.run(
            [sys.executable, "-c", script, corpus_path(), out],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        outputs.append(promised(out))
    assert outputs[0] == outputs[1]


def test_every_output_holds_what_it_says(tmp_path: Path) -> None:
    from dedup.demo import corpus_path

    outcome = run([corpus_path()], tmp_path / "out")
    texts = {}
    for name, data in contents(corpus_path()).items():
        if name.endswith(".jsonl"):
            for row, line in enumerate(data.decode().splitlines()):
                try:
                    texts[name, row] = json.loads(line)["text"]
                except (json.JSONDecodeError, KeyError):
                    continue
        else:
            texts[name, 0] = data.decode("utf-8-sig", errors="replace")
    rows = ledger(tmp_path / "out")
    for row in rows:
        text = texts[row["file"], row["row"]]
        assert row["text"] == text[row["start"] : row["end"]]
        lines = text[: row["start"]].replace("\r\n", "\n").replace("\r", "\n").count("\n")
        assert row["line"] == lines + 1
    clusters = [
        json.loads(line) for line in (tmp_path / "out/clusters.jsonl").read_text().splitlines()
    ]
    sizes = {cluster["cluster"]: cluster["units"] for cluster in clusters}
    members = {
        (row["cluster"], row["file"], row["row"], row["paragraph"])
        for row in rows
        if row["cluster"] is not None
    }
    assert {c: sum(m[0] == c for m in members) for c in sizes} == sizes
    counts = outcome.report["counts"]
    assert counts["clusters"] == len(clusters)
    assert counts["quarantined"] == 1
    assert counts["dropped_units"] == len(
        {(r["file"], r["row"], r["paragraph"]) for r in rows if r["action"] == "dropped"}
    )
    sections, documents = (
        [json.loads(line) for line in (tmp_path / f"out/{name}.jsonl").read_text().splitlines()]
        for name in ("sections", "documents")
    )
    assert (counts["sections"], counts["documents"]) == (len(sections), len(documents))
    for row in sections:
        for side in ("", "source_"):
            text = texts[row[f"{side}file"], row[f"{side}row"]]
            for line, end in (("line", "start"), ("last_line", "end")):
                before = text[: row[f"{side}{end}"]].replace("\r\n", "\n").replace("\r", "\n")
                assert row[f"{side}{line}"] == before.count("\n") + 1
    held = {(row["file"], row["row"]): row for row in documents}
    assert held.keys() == texts.keys()
    for row in documents:
        assert row["repeated"] == sum(row["by_kind"].values()) <= row["characters"]
        assert row["sections"] == [
            section["section"]
            for section in sections
            for side in ("", "source_")
            if (section[f"{side}file"], section[f"{side}row"]) == (row["file"], row["row"])
        ]
        for other in row["shared_with"]:
            assert (other["file"], other["row"]) in held
            assert other["characters"] <= row["repeated"]
    edges = pq.read_table(tmp_path / "out/edges.parquet").to_pylist()
    assert {edge["view"] for edge in edges} == {"literal", "masked"}
    assert all(edge["similarity"] >= 0.6 for edge in edges)


def test_a_finished_run_is_not_done_again_and_another_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path / "in", {"a.txt": "一段足够长的文字，用来测试。\n".encode()})
    assert not run([tmp_path / "in"], tmp_path / "out").already
    before = contents(tmp_path / "out")
    assert run([tmp_path / "in"], tmp_path / "out").already
    assert contents(tmp_path / "out") == before
    with pytest.raises(OutputExistsError, match=r"threshold 0\.6 \(now 0\.7\)"):
        run([tmp_path / "in"], tmp_path / "out", Settings(threshold=0.7))
    lay_out(tmp_path / "in", {"b.txt": b"more"})
    with pytest.raises(OutputExistsError, match="another input"):
        run([tmp_path / "in"], tmp_path / "out")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign/thesis.doc").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match="something else"):
        run([tmp_path / "in"], tmp_path / "foreign")


def test_an_unfinished_run_is_begun_again(tmp_path: Path) -> None:
    lay_out(tmp_path / "in", {"a.txt": "一段足够长的文字，用来测试。\n".encode()})
    run([tmp_path / "in"], tmp_path / "whole")
    run([tmp_path / "in"], tmp_path / "out")
    (tmp_path / "out/run.json").unlink()
    (tmp_path / "out/provenance.jsonl").write_bytes(b"half a li")
    assert not run([tmp_path / "in"], tmp_path / "out").already
    assert promised(tmp_path / "out") == promised(tmp_path / "whole")
