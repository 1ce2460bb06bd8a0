"""The cache keeps what is used, of any version, and loses what nobody uses, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dedup import cache, dictionary, folding

KERNELS = "kernels-0.0.9-0123456789abcdef"
DICTIONARY = "dictionary-0123456789abcdef0123456789abcdef"
TABLE = "fold-1.1.9-15.0.0-0123456789abcdef.npy"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEDUP_CACHE_DIR", str(tmp_path))
    return tmp_path


def grown_old(path: Path, days: float) -> Path:
    """Make an entry, a folder if it is of kernels, that was last used so many days ago."""
    if path.name.startswith("kernels-"):
        path.mkdir()
        (path / "words.nbi").write_bytes(b"x")
    else:
        path.write_bytes(b"x")
    moment = time.time() - days * 86_400
    os.utime(path, (moment, moment))
    return path


def names(root: Path) -> set[str]:
    return {path.name for path in root.iterdir()}


def test_what_nobody_uses_goes_and_what_is_used_or_not_ours_stays(root: Path) -> None:
    for name in (KERNELS, DICTIONARY, f"{DICTIONARY}x7_9ab", TABLE, "fold-x7_9ab.npy"):
        grown_old(root / name, 31)
    fresh = {"kernels-0.1.0-fedcba9876543210", "fold-2-15.0.0-1.npy", f"dictionary-{'f' * 32}"}
    for name in fresh:
        grown_old(root / name, 29)
    foreign = {"kernels-of-corn", "dictionary.txt", "notes.npy", "fold"}
    for name in foreign:
        grown_old(root / name, 400)
    cache.prune()
    assert names(root) == fresh | foreign
    cache.prune()
    assert names(root) == fresh | foreign


def test_an_entry_that_is_asked_for_is_kept_for_longer(root: Path) -> None:
    old, other = grown_old(root / KERNELS, 40), grown_old(root / DICTIONARY, 40)
    assert cache.is_kept(old)
    cache.prune()
    assert old.exists()
    assert not other.exists()
    assert not cache.is_kept(other)


def test_an_entry_that_was_used_today_is_not_written_to(root: Path) -> None:
    entry = grown_old(root / TABLE, 0.5)
    before = entry.stat().st_mtime_ns
    assert cache.is_kept(entry)
    assert entry.stat().st_mtime_ns == before


def test_what_is_added_makes_what_is_old_go(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "_loaded", {})
    for add in (dictionary.load, folding.load_tables.__wrapped__):
        old = grown_old(root / KERNELS, 31)
        add()
        assert not old.exists()
    (kept,) = root.glob("dictionary-*")
    (table,) = root.glob("fold-*")
    for entry in (kept, table):
        os.utime(entry, (0, 0))
    monkeypatch.setattr(dictionary, "_loaded", {})
    dictionary.load()
    folding.load_tables.__wrapped__()
    cache.prune()
    assert names(root) == {kept.name, table.name}


def test_a_process_whose_kernels_are_removed_goes_on(root: Path) -> None:
    code = f"""
import shutil
from pathlib import Path
import numpy as np
from dedup.kernels.components import component_roots
for folder in Path({str(root)!r}).iterdir():
    shutil.rmtree(folder)
parent = np.arange(3)
component_roots(np.array([0]), np.array([2]), parent)
print(parent.tolist())
"""
    for _ in range(2):  # compiled and kept; then found, and so asked for
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"[0, 1, 0]\n", b"")
        (folder,) = root.iterdir()
        os.utime(folder, (0, 0))
    assert list(folder.rglob("components.*.nbc"))
