"""After ``dedup warmup`` a run compiles nothing."""

from __future__ import annotations

from pathlib import Path

from commandline import dedup


def compiled(cache: Path) -> set[str]:
    return {path.name for path in cache.rglob("*.nbc")}


def test_warmup_compiles_all_that_the_demo_needs(tmp_path: Path):
    cache = {"DEDUP_CACHE_DIR": str(tmp_path / "cache")}
    first = dedup("warmup", env=cache)
    assert (first.returncode, first.stdout) == (
        0,
        f"Everything is compiled, in {tmp_path / 'cache'}\n",
    )
    before = compiled(tmp_path / "cache")
    assert any(name.startswith("words.words_of_texts") for name in before)
    done = dedup("demo", cwd=tmp_path, env=cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert compiled(tmp_path / "cache") == before
    assert dedup("warmup", "--quiet", env=cache).stdout == ""
