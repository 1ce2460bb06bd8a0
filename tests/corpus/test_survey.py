"""Where files are cut, and what identifies a corpus."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.corpus import jsonl
from dedup.corpus.chunks import CHUNK_BYTES
from dedup.corpus.discover import discover
from dedup.corpus.survey import Survey, fingerprint, plan, survey
from dedup.errors import CorpusError
from dedup.settings import Settings


def surveyed(root: Path) -> list[Survey]:
    return survey(discover([root]), settings=Settings(encoding="utf-8"))


def test_a_jsonl_file_is_cut_after_the_line_that_fills_a_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "CHUNK_BYTES", 4)
    (tmp_path / "a.jsonl").write_bytes(b"1\n2\n345678901\n\n\n\n\n\nx")
    [told] = surveyed(tmp_path)
    assert [(piece.offset, piece.length, piece.row, piece.rows) for piece in told.pieces] == [
        (0, 4, 0, 2),
        (4, 10, 2, 1),
        (14, 4, 3, 4),
        (18, 2, 7, 2),
    ]
    assert (told.size, told.rows) == (20, 9)


def test_a_text_file_is_one_row_and_an_empty_jsonl_file_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.jsonl").write_bytes(b"")
    text, lines = surveyed(tmp_path)
    assert (text.size, text.rows, len(text.pieces)) == (0, 1, 1)
    assert (lines.size, lines.rows, len(lines.pieces)) == (0, 0, 0)


def test_chunks_hold_every_piece_once_in_order_and_about_two_megabytes(tmp_path: Path) -> None:
    for number, size in enumerate([10, CHUNK_BYTES - 5000, 10, 3 * CHUNK_BYTES, 10, 10]):
        (tmp_path / f"{number}.txt").write_bytes(b"x" * size)
    (tmp_path / "6.jsonl").write_bytes(b"x" * 999 + b"\n" + (b"y" * 99 + b"\n") * 50000)
    told = surveyed(tmp_path)
    chunks = plan(told)
    assert [piece for chunk in chunks for piece in chunk] == [
        p for each in told for p in each.pieces
    ]
    assert [[piece.file for piece in chunk] for chunk in chunks[:3]] == [[0, 1, 2], [3], [4, 5]]
    assert all(sum(piece.length for piece in chunk) < 1.1 * CHUNK_BYTES for chunk in chunks[2:])
    assert pickle.loads(pickle.dumps(chunks)) == chunks


def test_many_empty_files_are_more_than_one_chunk(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    [one] = surveyed(tmp_path)
    assert len(plan([one] * 5000)) == 3


names = st.text("ab一", min_size=1, max_size=3)
files = st.dictionaries(names, st.binary(max_size=8), min_size=1, max_size=4)


@settings(deadline=None)
@given(files, files, st.randoms())
def test_the_fingerprint_is_of_names_and_bytes(
    tmp_path_factory: pytest.TempPathFactory,
    left: dict[str, bytes],
    right: dict[str, bytes],
    random: object,
) -> None:
    prints = []
    for corpus in (left, right):
        root = tmp_path_factory.mktemp("corpus")
        for name, data in corpus.items():
            (root / f"{name}.txt").write_bytes(data)
            os.utime(root / f"{name}.txt", (1, 1))
        told = surveyed(root)
        prints.append(fingerprint(told))
        random.shuffle(told)  # type: ignore[attr-defined]
        assert fingerprint(told) == prints[-1]
    assert (prints[0] == prints[1]) == (left == right)


def test_a_mapper_may_stand_in(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text(str(number))
    listed = discover([tmp_path])
    assert survey(
        listed, lambda work, jobs: [work(job) for job in list(jobs)], settings=Settings()
    ) == survey(listed, settings=Settings(encoding="utf-8"))


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    if not Path("/proc/self/mem").exists():
        pytest.skip("no file here that cannot even be read by root")
    (tmp_path / "a.txt").symlink_to("/proc/self/mem")
    with pytest.raises(CorpusError, match=r"a\.txt cannot be read \(Input/output error\)"):
        surveyed(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch(0)
    with pytest.raises(CorpusError, match=r"a\.txt cannot be read \(Permission denied\)"):
        surveyed(tmp_path)


def test_a_file_that_has_vanished_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    listed = discover([tmp_path])
    (tmp_path / "a.txt").unlink()
    with pytest.raises(CorpusError, match=r"a\.txt does not exist"):
        survey(listed, settings=Settings(encoding="utf-8"))
