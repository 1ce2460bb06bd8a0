"""Shapes of input that break programs: a huge line, a million equal ones, all near each other."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

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
