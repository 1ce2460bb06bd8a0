"""Shapes of input that break programs: a huge line, a million equal ones, all near each other."""

from __future__ import annotations

import filecmp
import json
import random
from pathlib import Path
from typing import Any

import pytest
from commandline import dedup as command

import dedup
from dedup import Settings
from dedup.corpus.patch import restore
from dedup.run import run

SENTENCE = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。"


def test_a_line_of_ten_megabytes(tmp_path: Path) -> None:
    draw = random.Random(1)
    signs = [chr(code) for code in range(0x4E00, 0x5E00)] + list("，。 \x00a1")
    huge = "".join(draw.choices(signs, k=3_500_000))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(huge, encoding="utf-8")
    (tmp_path / "in/b.txt").write_text(f"{SENTENCE}\n{huge}", encoding="utf-8")
    outcome = run([tmp_path / "in"], tmp_path / "out")
    assert outcome.report["counts"]["clusters"] == 1
    assert (tmp_path / "out/clean/b.txt").read_text(encoding="utf-8") == f"{SENTENCE}\n"
    restore(tmp_path / "out", tmp_path / "back")
    for name in ("a.txt", "b.txt"):
        assert (tmp_path / "back" / name).read_bytes() == (tmp_path / "in" / name).read_bytes()


def test_a_line_of_one_character_repeated() -> None:
    several = "一二三四五六七八九十百千万东南西北上下左" * 100_000
    result = dedup.find(["的" * 3_000_000, "a" * 3_000_000, "的" * 2_999_999, several])
    assert result.finding.units.num_rows == 4


@pytest.mark.slow
def test_a_million_equal_lines(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_bytes(f"{SENTENCE}\n".encode() * 1_000_000)
    outcome = run([tmp_path / "in"], tmp_path / "out")
    counts = outcome.report["counts"]
    assert (counts["units"], counts["distinct_texts"], counts["clusters"]) == (1_000_000, 1, 1)
    assert counts["dropped_units"] == 999_999
    assert (tmp_path / "out/clean/a.txt").read_text(encoding="utf-8") == f"{SENTENCE}\n"


def run_and_restore(folder: Path) -> dict[str, Any]:
    """Run the command over ``folder/in``, undo it, and return ``run.json`` and the memory taken."""
    assert command("run", folder / "in", "-o", folder / "out", "-q").returncode == 0
    assert command("restore", folder / "out", folder / "back", "-q").returncode == 0
    for path in (folder / "in").iterdir():
        assert filecmp.cmp(path, folder / "back" / path.name, shallow=False)
    timings = json.loads((folder / "out/timings.json").read_bytes())
    report = json.loads((folder / "out/run.json").read_bytes())
    return {**report["counts"], "gigabytes": timings["peak_memory_bytes"] / 2**30}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["jsonl", "txt"])
def test_ten_million_tiny_rows(suffix: str, tmp_path: Path) -> None:
    row = '{"text":"x%d"}\n' if suffix == "jsonl" else "x%d\n"
    block = "".join(row % number for number in range(1000))
    (tmp_path / "in").mkdir()
    with (tmp_path / f"in/a.{suffix}").open("w") as file:
        file.writelines(block for _ in range(10_000))
    counts = run_and_restore(tmp_path)
    assert counts["units"] == 10_000_000
    assert counts["documents"] == (10_000_000 if suffix == "jsonl" else 1)
    assert counts["gigabytes"] < 10


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["jsonl", "txt", "csv"])
def test_a_line_of_a_hundred_megabytes(suffix: str, tmp_path: Path) -> None:
    draw = random.Random(1)
    signs = [chr(code) for code in range(0x4E00, 0x5E00)] + list("，。 a1")
    once = "".join(draw.choices(signs, k=1_000_000))
    places = [draw.randrange(len(once)) for _ in range(34)]
    huge = "".join(once[at:] + once[:at] for at in places)
    text = {
        "txt": f"{huge}\n{SENTENCE}",
        "jsonl": f'{{"text": "{huge}"}}\n{{"text": "{SENTENCE}"}}\n',
        "csv": f'text\n"{huge}"\n{SENTENCE}\n',
    }[suffix]
    (tmp_path / "in").mkdir()
    (tmp_path / f"in/a.{suffix}").write_text(text, encoding="utf-8")
    assert (tmp_path / f"in/a.{suffix}").stat().st_size > 100_000_000
    counts = run_and_restore(tmp_path)
    assert counts["units"] == 2
    assert counts["gigabytes"] < 10


def test_many_texts_all_near_each_other_are_one_cluster_though_buckets_are_capped() -> None:
    # Each differs from each in one word of about twenty, so all pairs are edges: five million.
    draw = random.Random(2)
    words = [f"{draw.choice('甲乙丙丁戊己庚辛')}{chr(code)}" for code in range(0x5000, 0x5C00)]
    texts = [SENTENCE.replace("卫生系统", word) for word in words]
    result = dedup.find(texts, Settings(bucket_cap=50, audit=0))
    finding = result.finding
    assert finding.literal.capped > 0
    assert finding.literal.candidates < 200 * len(texts)
    uncapped = dedup.find(texts, Settings(bucket_cap=10_000, audit=0))
    assert uncapped.finding.literal.capped == 0
    largest, all_pairs = (each.clusters["units"].to_numpy().max() for each in (result, uncapped))
    assert largest == all_pairs > 2_000
