"""The command where something is wrong: permissions, full disks, nothing to read, bad rows."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commandline import dedup, is_one_sentence
from corpora import contents, lay_out
from disks import Disk, without_privileges

from dedup.corpus.patch import restore
from dedup.run import run

LINE = "各单位要把这项工作列入主要负责人的重要日程，明确一名分管领导具体抓。"


def parquet(columns: dict[str, list]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["sub", "sub/b.txt"])
def test_what_may_not_be_read_is_named_and_nothing_is_left(name: str, tmp_path: Path):
    before = without_privileges()
    lay_out(tmp_path / "in", {"a.txt": LINE.encode(), "sub/b.txt": LINE.encode()})
    (tmp_path / "in" / name).chmod(0)
    try:
        done = dedup("run", tmp_path / "in", "-o", tmp_path / "out", before=before)
    finally:
        (tmp_path / "in" / name).chmod(0o700)
    assert (done.returncode, done.stdout) == (3, "")
    assert is_one_sentence(done.stderr, [f"in/{name} cannot be read (Permission denied)"])
    assert not (tmp_path / "out").exists()


def test_folders_that_may_not_be_written_or_read(tmp_path: Path):
    before = without_privileges()
    lay_out(tmp_path / "in", {"a.txt": LINE.encode()})
    (tmp_path / "mine").mkdir(0o500)
    for out in ("mine", "mine/new"):
        done = dedup("run", tmp_path / "in", "-o", tmp_path / out, before=before)
        assert done.returncode == 3
        assert is_one_sentence(done.stderr, [out, "(Permission denied)", "another folder"])
    assert not [*(tmp_path / "mine").iterdir()]

    assert dedup("run", tmp_path / "in", "-o", tmp_path / "out", "-q").returncode == 0
    (tmp_path / "out").chmod(0o500)
    again = dedup("run", tmp_path / "in", "-o", tmp_path / "out", before=before)
    assert again.returncode == 0  # finished: nothing is to be written
    assert "nothing was done" in again.stdout
    done = dedup("restore", tmp_path / "out", tmp_path / "mine/back", before=before)
    assert done.returncode == 3
    assert is_one_sentence(done.stderr, ["mine/back", "(Permission denied)", "another folder"])
    (tmp_path / "out/run.json").chmod(0)
    for command in (["run", tmp_path / "in", "-o", tmp_path / "out"],
                    ["explain", tmp_path / "out", "a.txt"]):  # fmt: skip
        done = dedup(*command, before=before)
        assert done.returncode == 3
        assert is_one_sentence(done.stderr, ["run.json cannot be read (Permission denied)"])
    (tmp_path / "out").chmod(0o700)


@pytest.mark.parametrize(
    "size", [500, *(pytest.param(n, marks=pytest.mark.slow) for n in (8, 64, 1200, 2500, 4000))]
)
def test_a_full_disk_is_one_sentence_and_no_finished_run(
    size: int, small_disk: Disk, tmp_path: Path
):
    lines = [f"{LINE[:20]}第{n % 300}号{LINE[20:]}" for n in range(4000)]
    rows = "".join(json.dumps({"text": line}) + "\n" for line in lines)
    files = {"a.txt": "\n".join(lines).encode(), "b.jsonl.gz": gzip.compress(rows.encode())}
    lay_out(tmp_path / "in", files | {"c.parquet": parquet({"text": lines})})
    out = small_disk(size) / "out"
    arguments = ["run", tmp_path / "in", "-q", "-o"]
    done = dedup(*arguments, out)
    assert (done.returncode, done.stdout) == (3, "")
    assert is_one_sentence(done.stderr, [str(out), "free some space"])
    left = contents(out) if out.exists() else {}
    assert not {"run.json", "timings.json"} & set(left)
    assert not [name for name in left if ".part" in name or ".copies" in name]
    # Nothing is lost: the same command somewhere else, and what it says can be undone.
    assert dedup(*arguments, tmp_path / "out").returncode == 0
    for name, data in left.items():
        assert contents(tmp_path / "out")[name] == data
    back = small_disk(400) / "back"
    done = dedup("restore", tmp_path / "out", back)
    assert done.returncode == 3
    assert is_one_sentence(done.stderr, [str(back), "free some space"])
    assert not [name for name in contents(back) if ".part" in name]


EMPTY = {
    "nothing.txt": b"", "nothing.jsonl": b"", "nothing.csv": b"", "header.csv": b"id,text\n",
    "blank.tsv": b"\n\r\n", "mark.txt": b"\xef\xbb\xbf", "blank.jsonl": b" \n\n", "nul.md": b"\0",
    "few.parquet": parquet({"id": [], "text": []}), "bare.parquet": parquet({}), "one.txt": b"x",
    "packed.txt.gz": gzip.compress(b""), "unpacked.jsonl.xz": b"",
}  # fmt: skip


def test_a_corpus_of_nothing_is_a_run(tmp_path: Path):
    lay_out(tmp_path / "in", EMPTY)
    done = dedup("run", tmp_path / "in", "-o", tmp_path / "out", "--strict")
    assert done.returncode == 0
    assert f"5 documents in {len(EMPTY)} files: 2 units " in done.stdout
    assert dedup("restore", tmp_path / "out", tmp_path / "back", "-q").returncode == 0
    assert contents(tmp_path / "back").keys() == EMPTY.keys()


@pytest.mark.parametrize("name", EMPTY)
def test_a_file_of_nothing_is_a_corpus(name: str, tmp_path: Path):
    lay_out(tmp_path / "in", {name: EMPTY[name]})
    outcome = run([tmp_path / "in"], tmp_path / "out")
    assert outcome.report["counts"]["quarantined"] == 0
    assert run([tmp_path / "in"], tmp_path / "out").already
    assert restore(tmp_path / "out", tmp_path / "back") == 1


def test_no_file_and_no_such_file(tmp_path: Path):
    lay_out(tmp_path / "in", {"a.doc": b"x", ".hidden.txt": b"x"})
    os.mkfifo(tmp_path / "pipe.txt")
    for path, told in (("in", "no file to read in"), ("in/a.doc", "is of no known format"),
                       ("nowhere", "does not exist"), ("pipe.txt", "neither a file")):  # fmt: skip
        done = dedup("run", tmp_path / path, "-o", tmp_path / "out")
        assert (done.returncode, done.stdout) == (3, "")
        assert is_one_sentence(done.stderr, [told, path])
        assert not (tmp_path / "out").exists()


def test_rows_with_something_wrong_are_told_one_by_one(tmp_path: Path):
    rows = [
        {"id": "same", "text": LINE}, {"id": "same", "text": f"{LINE}\n"}, {"text": LINE},
        {"id": "no text"}, {"id": 3, "text": None}, {"id": 4, "text": ["list"]}, [], "text", 7,
    ]  # fmt: skip
    lines = [*(json.dumps(row, ensure_ascii=False).encode() for row in rows), b"{", b"\xff\xfe\0"]
    lay_out(tmp_path / "in", {"a.jsonl": b"\n".join(lines), "b\n.jsonl": b"{}"})
    done = dedup("run", tmp_path / "in", "-o", tmp_path / "out", "--strict")
    assert done.returncode == 1
    quarantined = (tmp_path / "out/quarantine.jsonl").read_text(encoding="utf-8").splitlines()
    told = [(row["file"], row["row"], row["why"]) for row in map(json.loads, quarantined)]
    assert [row for _, row, _ in told] == [3, 4, 5, 6, 7, 8, 9, 10, 0]
    assert [why.split(":")[0] for _, _, why in told] == [
        "The object has no field 'text'.",
        "The field 'text' is null, not a string.",
        "The field 'text' is a list, not a string.",
        "The line is a list, not an object.",
        "The line is a string, not an object.",
        "The line is a number, not an object.",
        "The line is not JSON",
        "The line is not JSON",
        "The object has no field 'text'.",
    ]
    ledger = (tmp_path / "out/provenance.jsonl").read_text(encoding="utf-8").splitlines()
    assert [(row["doc"], row["row"]) for row in map(json.loads, ledger)] == [
        ("same", 0), ("same", 1), ("a.jsonl:2", 2),
    ]  # fmt: skip
    asked = dedup("explain", tmp_path / "out", "same")
    assert asked.returncode == 2
    assert is_one_sentence(asked.stderr, ["2 documents are called same", "a.jsonl:0, a.jsonl:1"])
    assert dedup("restore", tmp_path / "out", tmp_path / "back", "-q").returncode == 0
    assert contents(tmp_path / "back") == contents(tmp_path / "in")
