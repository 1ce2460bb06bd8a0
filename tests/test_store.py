"""The output folder: one run at a time, nothing foreign touched, whole files or none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from disks import Disk

from dedup.errors import OutputError, OutputExistsError
from dedup.store import OutputFolder

HOLD = """
import sys
from pathlib import Path
from dedup.store import OutputFolder
with OutputFolder(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def names(path: Path) -> set[str]:
    return {child.name for child in path.iterdir()}


def test_a_new_folder_is_ours_and_unfinished(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "a" / "out")
    with folder.locked():
        assert folder.finished() is None
        folder.write_json("run.json", {"a": "县"})
        assert folder.finished() == {"a": "县"}
    assert names(folder.path) == {".dedup", "run.json"}
    assert (folder.path / "run.json").read_text("utf-8") == '{\n  "a": "县"\n}\n'
    with folder.locked():  # ours: taken over again
        pass


def test_a_second_run_is_refused_until_the_first_is_gone_however_it_went(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "out")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[1],
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(OutputExistsError, match="another run is writing"), folder.locked():
            pass
        holder.kill()
    with folder.locked():
        pass


def test_foreign_folders_and_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text("x")
    with pytest.raises(OutputExistsError, match="holds files of something else"):
        OutputFolder(tmp_path).locked().__enter__()
    with pytest.raises(OutputExistsError, match="is a file"):
        OutputFolder(tmp_path / "theirs.txt").locked().__enter__()
    with pytest.raises(OutputError, match="cannot be written"):
        OutputFolder(tmp_path / "theirs.txt" / "out").locked().__enter__()
    assert names(tmp_path) == {"theirs.txt"}
    (tmp_path / "empty").mkdir()
    with OutputFolder(tmp_path / "empty").locked():
        pass


def test_what_an_unfinished_run_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "out")
    with folder.locked():
        (folder.path / "clean" / "deep").mkdir(parents=True)
        (folder.path / "clean" / "deep" / "a.txt").write_text("x")
        for name in ("provenance.jsonl", "edges.parquet", "timings.json"):
            (folder.path / name).write_text("half")
        (folder.path / "notes.txt").write_text("somebody's")
        folder.clear()
        assert names(folder.path) == {".dedup", "notes.txt"}
        folder.clear()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\ufffd"])
def test_half_of_a_run_is_not_finished(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content, "utf-8")
    assert OutputFolder(tmp_path).finished() is None


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path)
    with folder.writing("a.jsonl") as file:
        file.write(b"new")
        assert "a.jsonl" not in names(tmp_path)
    assert (tmp_path / "a.jsonl").read_bytes() == b"new"
    with pytest.raises(KeyboardInterrupt), folder.writing("a.jsonl") as file:  # noqa: PT012
        file.write(b"newer")
        raise KeyboardInterrupt
    with pytest.raises(TypeError):
        folder.write_json("b.json", object())
    assert names(tmp_path) == {"a.jsonl"}
    assert (tmp_path / "a.jsonl").read_bytes() == b"new"


def test_a_full_disk_is_one_sentence_and_leaves_no_part(small_disk: Disk) -> None:
    folder = OutputFolder(small_disk(64) / "out")
    with folder.locked():
        full = pytest.raises(OutputError, match=r"the disk is full, .*big\.jsonl could not be")
        with full, folder.writing("big.jsonl") as file:
            file.write(b"x" * (1 << 20))
        assert names(folder.path) == {".dedup"}
        folder.write_json("small.json", {})
        assert names(folder.path) == {".dedup", "small.json"}


def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written"):
        OutputFolder(tmp_path / "out").locked().__enter__()
    tmp_path.chmod(0o700)
