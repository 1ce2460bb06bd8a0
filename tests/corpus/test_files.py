"""Files that appear whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dedup.corpus.files import reading, replacing
from dedup.errors import CorpusError, OutputError


def test_a_file_appears_when_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / ("x" * 250 + ".txt")
    with replacing(path) as stream:
        stream.write(b"one")
        assert not path.exists()
    assert path.read_bytes() == b"one"
    assert list(path.parent.iterdir()) == [path]


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"before")
    for error in (KeyError("x"), KeyboardInterrupt(), CorpusError("said")):
        with pytest.raises(type(error)), replacing(path) as stream:  # noqa: PT012
            stream.write(b"half")
            raise error
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_left_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with replacing(path) as stream:
        stream.write(b"half")
        stream.flush()
        [part] = tmp_path.iterdir()
        left = part.read_bytes()
    part.write_bytes(left)
    with replacing(path) as stream:
        stream.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


def test_errors_of_the_system_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file/a cannot be written \(.*\): free some space or"):
        replacing(tmp_path / "file/a").__enter__()
    with pytest.raises(OutputError, match="cannot be written"):
        replacing(tmp_path / ("x" * 300) / "a").__enter__()
    with (
        pytest.raises(CorpusError, match=r"file/a cannot be read \(Not a directory\)"),
        reading(tmp_path / "file/a"),
    ):
        (tmp_path / "file/a").read_bytes()


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="no limits on files here")
    program = f"""
import resource
from pathlib import Path
import pyarrow as pa
from dedup.corpus.files import replacing
from dedup.corpus.patch import REMOVED, Cleaned, write_patch
from dedup.errors import OutputError

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
folder = Path({str(tmp_path)!r})
try:
    with replacing(folder / "a.txt") as stream:
        stream.write(b"x" * 1_000_000)
except OutputError as error:
    print(error)
data = b"".join(i.to_bytes(4, "big") for i in range(99_999))
table = pa.table([[0], [0], [0], [data], [0]], schema=REMOVED)
try:
    write_patch([Cleaned("a", 9, "", 0, "", table)], folder)
except OutputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    first, second = done.stdout.splitlines()
    assert first.startswith(f"{tmp_path / 'a.txt'} cannot be written (File too large)")
    assert second.startswith(f"{tmp_path / 'removed.parquet'} cannot be written (")
    assert list(tmp_path.iterdir()) == []
