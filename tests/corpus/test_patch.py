"""The patch: what is in it, and what restore refuses."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from removal import removals_table

from dedup.corpus import patch
from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.patch import restore
from dedup.corpus.survey import survey
from dedup.errors import OutputError, OutputExistsError
from dedup.records import QUARANTINE
from dedup.settings import Settings


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Clean two files: one that loses two spans, one that stays."""
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "in/a.txt").write_bytes("一二三四五".encode())
    (tmp_path / "in/sub/b.txt").write_bytes(b"same")
    surveys = survey(discover([tmp_path / "in"]), settings=Settings(encoding="utf-8"))
    removals = removals_table([(0, 0, 3, 4), (0, 0, 0, 1)])
    quarantine = QUARANTINE.empty_table()
    out = tmp_path / "out"
    write_clean(surveys, removals, quarantine, out / "clean", out / "patch", Settings())
    return out


def test_the_patch_holds_sums_and_what_was_removed(out: Path) -> None:
    rows = [json.loads(line) for line in (out / "patch/files.jsonl").read_text().splitlines()]
    assert [
        (row["schema_version"], row["name"], row["size"], row["clean_size"]) for row in rows
    ] == [
        (1, "a.txt", 15, 9),
        (1, "sub/b.txt", 4, 4),
    ]
    assert rows[1]["sha256"] == rows[1]["clean_sha256"]
    assert rows[1]["sha256"] == "0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5"
    assert pq.read_table(out / "patch/removed.parquet").to_pydict() == {
        "file": [0, 0],
        "row": [0, 0],
        "offset": [0, 6],
        "removed": ["一".encode(), "四".encode()],
        "added": [0, 0],
    }
    assert sorted(path.name for path in (out / "patch").iterdir()) == [
        "files.jsonl", "removed.parquet",
    ]  # fmt: skip


def test_restore_needs_the_output_alone_and_an_empty_place(out: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "in")
    (tmp_path / "empty").mkdir()
    assert restore(out, tmp_path / "empty") == restore(out, tmp_path / "new/deep") == 2
    for place in (tmp_path / "empty", tmp_path / "new/deep"):
        assert (place / "a.txt").read_text() == "一二三四五"
        assert (place / "sub/b.txt").read_text() == "same"
    for full in (tmp_path / "empty", out, out / "clean/a.txt"):
        with pytest.raises(OutputExistsError, match="is not empty"):
            restore(out, full)


def test_blocks_of_any_size_give_the_same(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 2, 6, 9, 10):
        monkeypatch.setattr(patch, "_BLOCK_BYTES", size)
        restore(out, tmp_path / str(size))
        assert (tmp_path / str(size) / "a.txt").read_text() == "一二三四五"


@pytest.mark.parametrize("data", ["二三x", "二三", "二三五六", ""])
def test_a_clean_file_that_was_changed_is_named(out: Path, tmp_path: Path, data: str) -> None:
    (out / "clean/a.txt").write_text(data)
    with pytest.raises(OutputError, match=r"clean/a\.txt is not as the run wrote it"):
        restore(out, tmp_path / "back")
    assert not (tmp_path / "back/a.txt").exists()


def test_a_clean_file_that_is_gone_is_named(out: Path, tmp_path: Path) -> None:
    (out / "clean/a.txt").unlink()
    with pytest.raises(OutputError, match=r"clean/a\.txt cannot be read \(No such file"):
        restore(out, tmp_path / "back")


def test_a_patch_that_is_gone_or_damaged_is_named(out: Path, tmp_path: Path) -> None:
    table = pq.read_table(out / "patch/removed.parquet")
    for name, damage, message in [
        ("removed.parquet", table.slice(0, 1), "the patch does not fit .*a.txt"),
        ("removed.parquet", table.set_column(2, "offset", [[5, 1]]), "the patch does not fit"),
        ("removed.parquet", table.drop_columns("offset"), "removed.parquet is damaged"),
        (
            "removed.parquet",
            b"PAR1 and so on",
            "removed.parquet (is damaged|cannot be read .it is damaged)",
        ),
        ("removed.parquet", None, r"removed.parquet cannot be read \(No such file"),
        ("files.jsonl", b"{", "files.jsonl is damaged"),
        ("files.jsonl", b'{"name": "a.txt"}', "files.jsonl is damaged"),
        ("files.jsonl", b"[]", "files.jsonl is damaged"),
        ("files.jsonl", None, r"files.jsonl cannot be read \(No such file"),
    ]:
        whole = (out / "patch" / name).read_bytes()
        if isinstance(damage, pa.Table):
            pq.write_table(damage, out / "patch" / name)
        elif damage is None:
            (out / "patch" / name).unlink()
        else:
            (out / "patch" / name).write_bytes(damage)
        with pytest.raises(OutputError, match=message):
            restore(out, tmp_path / "back")
        shutil.rmtree(tmp_path / "back", ignore_errors=True)
        (out / "patch" / name).write_bytes(whole)
    assert restore(out, tmp_path / "back") == 2


@pytest.mark.parametrize(
    "name", ["../escaped.txt", "/tmp/escaped.txt", "sub/../../escaped.txt", "", ".", "a\0b"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(
    out: Path, tmp_path: Path, name: str
) -> None:
    listing = out / "patch/files.jsonl"
    rows = [json.loads(line) for line in listing.read_text().splitlines()]
    rows[1]["name"] = name
    listing.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(OutputError, match="names a file outside of the folder"):
        restore(out, tmp_path / "back")
    assert not (tmp_path / "escaped.txt").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_place_that_cannot_be_written_is_named(out: Path, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(0o500)
    with pytest.raises(OutputError, match=r"cannot be written \(Permission denied\)"):
        restore(out, tmp_path / "closed/back")
