"""Room on the disk: told before a run, not after hours."""

from __future__ import annotations

import gzip
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from disks import Disk

from dedup.corpus.discover import discover
from dedup.corpus.survey import survey
from dedup.disk import TABLES, WORK, check_room, clean_bytes
from dedup.errors import OutputError
from dedup.run import run
from dedup.settings import Settings
from dedup.watch import Watch

LINE = "一行足够长的文字，没有第二行与它相同。"
Usage = namedtuple("Usage", "total used free")


class Told:
    def __init__(self) -> None:
        self.sentences: list[str] = []

    def __call__(self, *_: object) -> None:
        pass

    def follow(self, watch: Watch) -> None:
        pass

    def tell(self, sentence: str) -> None:
        self.sentences.append(sentence)


def test_compressed_files_are_as_large_again_and_no_larger(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(LINE, encoding="utf-8")
    packed = gzip.compress(LINE.encode() * 1000)
    (tmp_path / "in/b.txt.gz").write_bytes(packed)
    surveys = survey(discover([tmp_path / "in"]), settings=Settings(), copies=tmp_path / "copies")
    assert clean_bytes(surveys) == len(LINE.encode()) + len(packed)


@pytest.mark.parametrize(
    ("free", "filed", "warned", "refused"),
    [
        (999, False, False, True),
        (1000, False, True, False),
        (1000 + TABLES * 1000, False, False, False),
        (1000 + TABLES * 1000, True, True, False),
        (1000 + (TABLES + WORK) * 1000, True, False, False),
    ],
)
def test_short_of_the_clean_copy_is_refused_and_short_of_the_tables_is_told(
    free: int,
    filed: bool,
    warned: bool,
    refused: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 1000)
    surveys = survey(discover([tmp_path / "a.txt"]), settings=Settings())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 0, free))
    told = Told()
    if refused:
        with pytest.raises(OutputError, match=r"999 B free, .* up to 1\.0 kB: free some space"):
            check_room(tmp_path, surveys, Watch(told), filed=filed)
    else:
        check_room(tmp_path, surveys, Watch(told), filed=filed)
    assert len(told.sentences) == warned
    most = "11 kB" if filed else "7.0 kB"
    assert all(f"kB free, and up to {most}" in sentence for sentence in told.sentences)


def test_a_small_disk_is_refused_before_anything_is_written(small_disk: Disk, tmp_path: Path):
    out = small_disk(64) / "out"
    corpus = tmp_path / "a.txt"
    corpus.write_text("".join(f"{n}{LINE}\n" for n in range(5000)), encoding="utf-8")
    with pytest.raises(OutputError, match="the cleaned corpus alone takes up to"):
        run([corpus], out)
    assert not out.exists()
