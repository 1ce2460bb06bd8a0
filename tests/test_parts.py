"""Whatever is told of groups and documents is the same in parts of any size, and in files."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup import (
    classes,
    documentlines,
    evidence,
    grouped,
    sections,
    shares,
    templating,
    tracing,
    work,
)
from dedup.demo import corpus_path
from dedup.run import run

SIZES = {
    classes: ["ROWS"],
    documentlines: ["DOCUMENTS"],
    evidence: ["UNITS"],
    grouped: ["MEMBERS"],
    sections: ["ROWS", "KEYS", "PAIRS"],
    shares: ["UNITS"],
    templating: ["PART_CHARACTERS"],
    tracing: ["ROWS", "TEXT_BYTES"],
    work: ["SMALLEST"],
}


def written(out: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes()
        for file in out.iterdir()
        if file.is_file() and file.name not in ("timings.json", ".dedup")
    }


@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_run_in_small_parts_writes_the_same_bytes(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: dict[str, bytes]
) -> None:
    for module, names in SIZES.items():
        for name in names:
            assert isinstance(getattr(module, name), int)
            monkeypatch.setattr(module, name, size)
    run([corpus_path()], tmp_path / "out", memory=1, report=False)
    told = written(tmp_path / "out")
    assert sorted(told) == sorted(whole)
    assert [name for name in whole if told[name] != whole[name]] == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole") / "out"
    run([corpus_path()], out, report=False)
    told = written(out)
    assert all(told[f"{name}.jsonl"] for name in ("clusters", "families", "sections", "documents"))
    return told
