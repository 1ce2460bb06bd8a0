"""Files of other file systems: listed, named and read as those of this machine are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from dedup.corpus.discover import discover
from dedup.corpus.fetch import fetch
from dedup.corpus.patch import restore
from dedup.errors import CorpusError
from dedup.run import run

TEXT = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。\n"


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.pipe({"/corpus/a.txt": TEXT.encode(), "/corpus/deep/b.jsonl": b'{"text": "b"}\n'})
    system.pipe({"/corpus/.hidden/c.txt": b"c", "/corpus/d.doc": b"d", "/corpus/deep/.e.txt": b"e"})
    yield system
    system.rm("/", recursive=True)


def names(*urls: str) -> list[str]:
    return [file.name for file in discover(urls)]


def test_names_are_those_of_local_files(memory: Any) -> None:
    assert names("memory://corpus") == ["a.txt", "deep/b.jsonl"]
    assert names("memory://corpus/deep/") == ["b.jsonl"]
    assert names("memory://corpus/deep/b.jsonl") == ["b.jsonl"]
    assert names("memory://corpus/deep", "memory://corpus/a.txt") == ["a.txt", "deep/b.jsonl"]
    assert names("memory://corpus/a.txt", "memory://corpus/deep/b.jsonl") == [
        "a.txt", "deep/b.jsonl",
    ]  # fmt: skip
    assert names("memory://corpus/deep/.e.txt") == [".e.txt"]
    assert names("memory://corpus/*/b.*") == ["b.jsonl"]


def test_a_local_url_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(TEXT, encoding="utf-8")
    run([f"file://{tmp_path}/in"], tmp_path / "out")
    run([str(tmp_path / "in")], tmp_path / "plain")
    assert (tmp_path / "out/run.json").read_bytes() == (tmp_path / "plain/run.json").read_bytes()


def test_a_run_over_another_file_system(memory: Any, tmp_path: Path) -> None:
    memory.pipe("/corpus/z.txt", TEXT.encode())
    outcome = run(["memory://corpus"], tmp_path / "out")
    assert outcome.report["counts"]["files"] == 3
    assert (tmp_path / "out/clean/z.txt").read_bytes() == b""
    memory.rm("/corpus", recursive=True)  # what was read is not needed again
    restore(tmp_path / "out", tmp_path / "back")
    assert (tmp_path / "back/z.txt").read_bytes() == TEXT.encode()


@pytest.mark.parametrize(
    ("urls", "message"),
    [
        (["memory://nowhere"], r"^memory://nowhere does not exist: check the address"),
        (["memory://corpus/*.csv"], r"^memory://corpus/\*\.csv stands for no file"),
        (["memory://corpus/d.doc"], r"d\.doc is of no known format"),
        (["memory://corpus/deep/.e.txt", "/etc"], "are of several file systems"),
        (["memory://corpus", "file:///etc"], "are of several file systems"),
        (["nosuchthing://x/y.txt"], r"^nosuchthing://x/y\.txt cannot be read \(Protocol not known"),
        (["memory://corpus/.hidden/none"], "does not exist"),
    ],
)
def test_errors_are_sentences_that_name_the_url(memory: Any, urls: list[str], message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        discover(urls)


def test_what_breaks_off_while_it_is_read_is_named(
    memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [file] = discover(["memory://corpus/a.txt"])

    class Broken:
        def read(self, _: int) -> bytes:
            raise RuntimeError("connection lost\nwith more to say")

        def close(self) -> None:
            pass

    monkeypatch.setattr(type(memory), "open", lambda *_, **__: Broken())
    with pytest.raises(CorpusError, match=r"a\.txt cannot be read \(connection lost\): check"):
        fetch(0, file, tmp_path / "copies")
    assert not [*(tmp_path / "copies").iterdir()]
