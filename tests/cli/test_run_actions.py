"""``dedup run`` with actions of classes and passages: what it says, writes, and refuses."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from commandline import dedup, is_one_sentence
from corpora import contents, lay_out
from jsonschema import Draft202012Validator

from dedup import schemas

HEALTH = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。"
ROADS = "全县新建农村公路一百四十六公里，改造危桥九座，群众出行条件明显改善。"
FOOTER = "本文由某某网站整理发布，版权归原作者所有，未经许可不得转载。"


def page(seed: int) -> str:
    draw = random.Random(seed)
    lines = ["".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(20)) for _ in "123456789"]
    return "".join(f"{line}。\n" for line in lines)


FILES = {f"{name}.txt": page(n) + f"{FOOTER}\n" for n, name in enumerate("abcdef")}
FILES["a.txt"] = f"{HEALTH}{ROADS}\n{FILES['a.txt']}"
OTHER = (
    "图书馆每周二闭馆，读者可以在门口的还书箱归还图书。卖豆腐的人推着车从巷口经过，吆喝声传得很远。"
)
END = "码头边的仓库改成了书店，傍晚总坐满了人。她把信读了两遍，放回抽屉里，再没有提起。"
FILES["b.txt"] = f"{OTHER}{HEALTH}{ROADS}{END}\n{FILES['b.txt']}"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "corpus", {name: text.encode() for name, text in FILES.items()})


def rows(out: Path) -> list[dict[str, Any]]:
    validator = Draft202012Validator(json.loads(schemas.schema_text("provenance")))
    told = [json.loads(line) for line in (out / "provenance.jsonl").read_bytes().splitlines()]
    for row in told:
        validator.validate(row)
    return told


def test_footers_are_removed_and_passages_masked(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = dedup(
        "run", corpus, "-o", out, "--class-action", "boilerplate=remove",
        "--passage-action", "mask", "--mask-marker", "【重复】",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = {name: text.replace(f"{FOOTER}\n", "") for name, text in FILES.items()}
    expected["b.txt"] = expected["b.txt"].replace(f"{HEALTH}{ROADS}", "【重复】")
    assert {name: data.decode() for name, data in contents(out / "clean").items()} == expected
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    size = sum(len(text.replace("\n", "")) for text in FILES.values())
    gone, cut = 6 * len(FOOTER), len(HEALTH + ROADS)
    assert f"dropped 6 units: {gone} characters, {100 * gone / size:.1f} %" in lines
    assert "masked 0 units: 0 characters, 0.0 %" in lines
    assert f"cut 1 of them: {cut} characters, {100 * cut / size:.1f} %, masked" in lines
    assert "  6  of a class that is removed\n" in (out / "summary.txt").read_text()
    report = json.loads((out / "run.json").read_bytes())
    Draft202012Validator(json.loads(schemas.schema_text("run"))).validate(report)
    counts = report["counts"]
    assert (counts["cut_passages"], counts["cut_characters"]) == (1, cut)
    [passage] = [row for row in rows(out) if row["kind"] == "passage"]
    assert passage["action"] == "masked"
    assert passage["cut"] == [{"start": len(OTHER), "end": len(OTHER + HEALTH + ROADS)}]
    assert {row["cut"] for row in rows(out) if row["kind"] != "passage"} == {None}
    told = dedup("explain", out, "b.txt", "--line", "1").stdout
    assert "masked: whole sentences of the source, word for word\n" in told
    assert f"what went: characters {len(OTHER)} to {len(OTHER + HEALTH + ROADS)}\n" in told
    assert dedup("restore", out, tmp_path / "back").returncode == 0
    assert contents(tmp_path / "back") == contents(corpus)
    # Cleaned again, nothing is found but what was tagged before.
    again = dedup("run", out / "clean", "-o", tmp_path / "again", "--mask-marker", "【重复】")
    assert again.returncode == 0
    assert rows(tmp_path / "again") == []


def test_units_are_masked_in_their_lines(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = dedup("run", corpus, "-o", out, "--class-action", "boilerplate=mask", "--no-passages")
    assert done.returncode == 0
    assert contents(out / "clean")["f.txt"].decode() == FILES["f.txt"].replace(FOOTER, "[…]")
    assert FOOTER in contents(out / "clean")["a.txt"].decode()
    assert (
        "Why units were masked\n  5  an exact copy of what is kept\n"
        in (out / "summary.txt").read_text()
    )
    report = json.loads((out / "run.json").read_bytes())
    assert (report["counts"]["masked_units"], report["counts"]["dropped_units"]) == (5, 0)
    assert {row["action"] for row in rows(out)} == {"kept", "masked"}
    assert all("cut" not in row for row in rows(out))


def test_the_default_says_nothing_of_it(corpus: Path, tmp_path: Path) -> None:
    done = dedup("run", corpus, "-o", tmp_path / "out")
    assert "masked" not in done.stdout
    assert "\n  cut " not in done.stdout
    assert all("cut" not in row for row in rows(tmp_path / "out"))


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--class-action", "boilerplate"], ["--class-action", "CLASS=ACTION", "'boilerplate'"]),
        (["--class-action", "footers=remove"], ["--class-action", "boilerplate", "'footers'"]),
        (["--class-action", "copy=tag", "--class-action", "copy=mask"], ["copy two actions"]),
        (["--passage-action", "drop", "--no-passages"], ["--passage-action", "--no-passages"]),
        (["--mask-marker", 'a"'], ["--mask-marker"]),
    ],
)
def test_nonsense_is_refused_before_anything_is_written(
    corpus: Path, tmp_path: Path, options: list[str], names: list[str]
) -> None:
    done = dedup("run", corpus, "-o", tmp_path / "out", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert is_one_sentence(done.stderr, names)
    assert not (tmp_path / "out").exists()


def test_a_marker_that_a_file_cannot_write_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    corpus = lay_out(tmp_path / "in", {"a.txt": "圖書館每週二閉館。\n".encode("big5")})
    arguments = ["run", corpus, "--encoding", "big5", "--passage-action"]
    marker = ["--mask-marker", "[删]"]
    for action, code in (("mask", 2), ("drop", 0)):
        out = tmp_path / action
        done = dedup(*arguments, action, *marker, "-o", out)
        assert done.returncode == code
        if code:
            assert is_one_sentence(done.stderr, ["--mask-marker [删]", "a.txt", "cp950"])
            assert not (out / "clean").exists()
    assert dedup(*arguments, "mask", "-o", tmp_path / "default").returncode == 0


def test_another_action_is_another_run(corpus: Path, tmp_path: Path) -> None:
    arguments = ["run", corpus, "-o", tmp_path / "out", "--class-action"]
    assert dedup(*arguments, "copy=tag").returncode == 0
    other = dedup(*arguments, "copy=mask")
    assert other.returncode == 2
    assert is_one_sentence(other.stderr, ["class-action", "'copy': 'tag'", "'copy': 'mask'"])
