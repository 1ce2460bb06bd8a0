"""Run `dedup` on corpora of hostile shapes: is its time per byte bounded, and its memory.

::

    python -m benchmarks.shapes [--shape NAME ...] [--scale 1.0] [--memory-mb 8000]

A shape is a corpus in which something is beyond all measure: ten million equal lines, a million
rows of one template, one line of 100 MB, ten million documents of one line, nothing that repeats,
100,000 texts that are all near each other. Each is to take at most twice the processor time per
byte of the standard corpus; what takes more memory than the bound, or ten times as long, is
ended and said to be. ``--scale`` makes them all smaller: what grows faster than its input shows by
two scales.

MB are 1e6 bytes of the UTF-8 text alone, without the JSON around it.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks import corpora
from benchmarks.bounded import Bounded, run_bounded
from benchmarks.chain import trained
from benchmarks.corpora import MEGABYTE, WORK
from benchmarks.generate import mixed
from benchmarks.measure import RESULTS, dedup_command, run_process, shown, write_result

MOST_TIMES = 2
"""Of the standard corpus' processor time per byte, that a shape may take."""
ENDED_AT = 10
"""Times that, at which a process is ended."""
FIXED = 20
"""Seconds that a process may take whatever its corpus."""
PART = 10_000
"""Lines that are made and written at a time."""

LINE = "本页内容由各单位自行提供，如有疑问请与所在地主管部门联系。"
PARAGRAPH = (
    "入冬以来，各乡镇把清理河道当作头等大事来抓，抽调干部和民兵三百多人，分成十二个小组，沿着上游的"
    "堤岸逐段检查，发现裂缝马上填补，看到淤泥立刻挖除。水务站还请来两位退休的老工程师，到现场讲解怎样"
    "判断渗水的位置，怎样用草袋和木桩临时加固。村民们白天修堤，夜里轮流值守，不少人家把自己的船只和"
    "绳索也拿了出来。到月底为止，全线十七公里已经完成了大半，剩下的几处险段也都安排了专人看护，材料"
    "堆放在高处，随时可以使用。大家都说，今年的准备比哪一年都充分，心里踏实多了。"
)
WORDS = (
    "水库 桥梁 学校 医院 仓库 车站 市场 工厂 农田 果园 茶山 渔船 粮食 棉花 药材 木材 石料 "
    "煤炭 机器 设备 老师 学生 医生 护士 司机 工人 农民 商人 记者 律师 早晨 中午 傍晚 春天 "
    "夏天 秋天 冬天 昨天 后天 明年 调查 登记 研究 讨论 批准 公布 统计 核对 修改 补充 扩大 "
    "缩小 提高 降低 支持 反对 欢迎 拒绝 参加 离开"
)


@dataclass(frozen=True)
class Shape:
    """A corpus of one kind, of any number of pieces."""

    pieces: int
    """Of which it has so many at scale 1: lines, documents, or characters."""
    suffix: str
    write: Callable[[int, Path], int]
    """Writes so many pieces, and returns the bytes of text."""


def _lines(path: Path, parts: Iterator[list[str]]) -> int:
    """Write lines of a text file, some at a time, and return their bytes."""
    size = 0
    with path.open("wb") as file:
        for part in parts:
            size += file.write(("\n".join(part) + "\n").encode())
    return size


def _documents(path: Path, parts: Iterator[list[str]]) -> int:
    """Write documents of a text each as JSONL, and return the bytes of their texts."""
    size = number = 0
    with path.open("wb") as file:
        for part in parts:
            rows = [
                orjson.dumps({"id": str(number + at), "text": text}) for at, text in enumerate(part)
            ]
            file.write(b"\n".join(rows) + b"\n")
            number += len(part)
            size += sum(len(text.encode()) for text in part)
    return size


def _parts(count: int) -> Iterator[range]:
    for first in range(0, count, PART):
        yield range(first, min(first + PART, count))


def equal_lines(count: int, path: Path) -> int:
    """One line, again and again, in one file."""
    return _lines(path, ([LINE] * len(part) for part in _parts(count)))


def template_rows(count: int, path: Path) -> int:
    """Rows of one template: a number, a place, a sum and a date differ."""
    draw = np.random.default_rng(1)

    def row(number: int, drawn: np.ndarray[Any, Any]) -> str:
        place = (
            "东西南北上下前后"[drawn[0] % 8]
            + "山河湖海岭江原林"[drawn[1] % 8]
            + "县乡镇区"[drawn[2] % 4]
        )
        return (
            f"批复第{number + 1}号：同意{place}水务站提出的申请，核定补助资金{drawn[3]}元，"
            f"于20{drawn[4]:02d}年{drawn[5]}月{drawn[6]}日前拨付到位，专款专用，不得挪作他途。"
        )

    def rows(part: range) -> list[str]:
        drawn = draw.integers(
            [0, 0, 0, 1000, 10, 1, 1], [8, 8, 4, 10**6, 25, 13, 29], (len(part), 7)
        )
        return [row(number, each) for number, each in zip(part, drawn.tolist(), strict=True)]

    return _lines(path, map(rows, _parts(count)))


def one_group(count: int, path: Path) -> int:
    """One paragraph, in which each time some words are others."""
    from dedup import cut

    draw = random.Random(1)
    words, others = list(cut(PARAGRAPH)), WORDS.split()
    places = [place for place, word in enumerate(words) if len(word) > 1]

    def text() -> str:
        some = list(words)
        for place in draw.sample(places, 5):
            some[place] = draw.choice(others)
        return "".join(some)

    return _lines(path, ([text() for _ in part] for part in _parts(count)))


def _distinct(characters: int) -> Iterator[list[str]]:
    """Yield paragraphs of about so many characters in all, none of which is like another."""
    chain, seed = trained(), 0
    while characters > 0:
        keys = mixed(np.arange(seed, seed + PART).astype(np.uint64))
        data, offsets = chain.spell(*chain.walk(keys))
        told = data.tobytes()
        some = []
        for first, last in pairwise(offsets.tolist()):
            text = told[first:last].decode()
            some.append(text[:characters])
            characters -= len(text)
            if characters <= 0:
                break
        yield some
        seed += PART


def no_repetition(count: int, path: Path) -> int:
    """Paragraphs of which none is like another."""
    return _lines(path, _distinct(count))


def long_line(count: int, path: Path) -> int:
    """One line, without an end."""
    size = 0
    with path.open("wb") as file:
        for part in _distinct(count):
            size += file.write("".join(part).encode())
    return size


def one_line_documents(count: int, path: Path) -> int:
    """Documents of one line: titles, one in five of which is there again."""
    draw = np.random.default_rng(1)
    titles = (part for part in _distinct(count * 100))

    def texts(part: range) -> list[str]:
        some = [text[:24] for text in next(titles)[: len(part)]]
        for at in np.flatnonzero(draw.random(len(some)) < 0.2).tolist():
            some[at] = some[at // 2]
        return some

    return _documents(path, map(texts, _parts(count)))


SHAPES = {
    "equal-lines": Shape(10_000_000, "txt", equal_lines),
    "template-rows": Shape(1_000_000, "txt", template_rows),
    "one-group": Shape(100_000, "txt", one_group),
    "long-line": Shape(33_333_333, "txt", long_line),
    "one-line-documents": Shape(10_000_000, "jsonl", one_line_documents),
    "no-repetition": Shape(66_666_666, "txt", no_repetition),
}


def measure(
    corpus: Path, megabytes: float, options: argparse.Namespace, per_mb: float | None
) -> dict[str, Any]:
    """Run `dedup` on a corpus and return what it took and which caps it hit."""
    out = WORK / "shape-out"
    shutil.rmtree(out, ignore_errors=True)
    command = [
        *dedup_command(), "run", corpus, "-o", out, "--no-report",
        "--workers", str(options.workers),
    ]  # fmt: skip
    command += ["--quiet", *options.run]
    most = 3600.0 if per_mb is None else FIXED + ENDED_AT * per_mb * megabytes
    took: Bounded = run_bounded(command, options.memory_mb, most)
    row: dict[str, Any] = {"command": shown(command), "megabytes": round(megabytes, 3)}
    row |= asdict(took) | {"cpu_seconds_per_mb": round(took.cpu_seconds / megabytes, 4)}
    if took.ended == "done":
        told = json.loads((out / "run.json").read_bytes())
        timings = json.loads((out / "timings.json").read_bytes())
        row |= {"stage_seconds": timings["seconds"], "counts": told["counts"]}
        row["written_mb"] = round(
            sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6, 1
        )
    if not options.keep:
        shutil.rmtree(out, ignore_errors=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.shapes", description="Run dedup on hostile shapes."
    )
    parser.add_argument("--shape", nargs="+", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--scale", type=float, default=1.0, help="of every shape's size")
    parser.add_argument(
        "--memory-mb", type=float, default=8000, help="anonymous memory it may have"
    )
    parser.add_argument(
        "--standard", default="laws", help="corpus whose time per byte is the measure"
    )
    parser.add_argument("--per-mb", type=float, help="that time, if it is known")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the last output")
    parser.add_argument("--run", nargs="*", default=[], help="options of dedup run, without --")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    options.run = [f"--{option}" for option in options.run]
    told: dict[str, dict[str, Any]] = {}
    run_process([*dedup_command(), "warmup"])  # nothing is compiled while the clock runs
    per_mb = options.per_mb
    if per_mb is None:
        corpus = corpora.unpacked(options.standard)
        told["standard"] = measure(corpus, corpora.text_megabytes(corpus), options, None)
        per_mb = told["standard"]["cpu_seconds_per_mb"]
        _say("standard", told["standard"], per_mb)
    figures: dict[str, float | str] = {}
    for name in options.shape:
        shape = SHAPES[name]
        path = WORK / f"shape-{name}.{shape.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            size = shape.write(max(1, round(shape.pieces * options.scale)), path)
            told[name] = measure(path, size / MEGABYTE, options, per_mb)
        finally:
            if not options.keep:
                path.unlink(missing_ok=True)
        _say(name, told[name], per_mb)
        figures[f"shapes.{name}.ended"] = told[name]["ended"]
        figures[f"shapes.{name}.times_standard"] = round(
            told[name]["cpu_seconds_per_mb"] / per_mb, 2
        )
        figures[f"shapes.{name}.anonymous_mb"] = told[name]["anonymous_mb"]
    details = {"scale": options.scale, "shapes": told}
    path = write_result("shapes", figures, details, ("numba", "numpy", "pyarrow"), options.results)
    print(f"written to {path}")


def _say(name: str, row: dict[str, Any], per_mb: float) -> None:
    times = row["cpu_seconds_per_mb"] / per_mb
    print(
        f"{name:20} {row['ended']:6} {row['megabytes']:8.1f} MB {row['cpu_seconds']:8.1f} s CPU"
        f" {row['seconds']:8.1f} s {row['anonymous_mb']:7.0f} MB at most"
        f" {row['cpu_seconds_per_mb']:.3f} s/MB, {times:.2f} times {MOST_TIMES}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
