"""The generator: seeded, a smaller corpus the beginning of a larger one, copies where it says."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks import bounded, chain, generate, shapes
from benchmarks.bounded import run_bounded
from benchmarks.generate import KINDS, Block, Truth, documents, make_block, repeated_runs, write

TOLD = (
    "今年春天，北山县的茶农提前半个月开始采摘，平均每亩收入增加了120元。",
    "合作社统一购买肥料和农药，派技术员到田间讲解修剪的方法，村民都愿意参加。",
    "夏天雨水多，水利站组织民兵检查堤岸；发现裂缝，马上报告，连夜加固。",
    "第三条　镇里的学校新建了图书室，学生放学以后可以借书，也可以请老师讲题。",
    "秋收以后，粮站的仓库重新粉刷，晒场扩大到18亩，运输队增加了4辆车。",
)


@pytest.fixture(scope="module")
def small() -> chain.Chain:
    return chain.train(list(TOLD))


@pytest.fixture
def block(small: chain.Chain, monkeypatch: pytest.MonkeyPatch) -> Block:
    monkeypatch.setattr(generate, "BLOCK", 12)
    return make_block(small, 0, 1)


def test_the_chain_has_every_word_and_what_followed_it(small: chain.Chain) -> None:
    assert len(small.following) == len(small.tokens) - 1
    for word in range(len(small.vocabulary)):
        behind = small.following[small.starts[word] : small.starts[word + 1]].tolist()
        places = np.flatnonzero(small.tokens[:-1] == word)
        assert behind == small.tokens[places + 1].tolist()
    assert small.lengths.tolist() == [len("".join(text.split())) for text in TOLD]


def test_a_paragraph_depends_on_its_seed_alone_and_ends_like_a_sentence(
    small: chain.Chain,
) -> None:
    seeds = generate.mixed(np.arange(40).astype(np.uint64))
    every, offsets = small.spell(*small.walk(seeds))
    one, _ = small.spell(*small.walk(seeds[7:8]))
    assert one.tobytes() == every[offsets[7] : offsets[8]].tobytes()
    text = one.tobytes().decode()
    assert text[-1] in chain.STOPS
    assert len(text) <= small.lengths.max() + chain.AFTER + 1
    assert not set(text) & {"\n", '"', "\\", " "}


def test_blocks_follow_each_other_by_seed(small: chain.Chain, block: Block) -> None:
    again = make_block(small, 0, 1)
    assert again == block
    assert make_block(small, 0, 2).texts != block.texts
    assert [text.count(b"\n") + 1 for text in block.texts] == block.units


def test_copies_are_of_units_before_them_that_are_none(block: Block) -> None:
    copies = {(copy.document, copy.unit) for copy in block.copied}
    assert 0.1 < len(copies) / sum(block.units) < 0.3
    lines = [text.decode().split("\n") for text in block.texts]
    for copy in block.copied:
        assert copy.from_document < copy.document
        assert (copy.from_document, copy.from_unit) not in copies
        if copy.kind == "verbatim":
            source = lines[copy.from_document][copy.from_unit]
            assert lines[copy.document][copy.unit] == source
    assert {copy.kind for copy in block.copied} <= set(KINDS)


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(
    small: chain.Chain, block: Block, tmp_path: Path
) -> None:
    made = [block, make_block(small, generate.BLOCK, 1)]
    few = write(tmp_path / "few", 30_000, made, 10_000)
    many = write(tmp_path / "many", 60_000, made, 10_000)
    read = {
        name: b"".join(path.read_bytes() for path in sorted((tmp_path / name).glob("*.jsonl")))
        for name in ("few", "many")
    }
    assert read["many"].startswith(read["few"])
    assert 30_000 <= few.text_bytes < 60_000 <= many.text_bytes
    assert len(list((tmp_path / "few").glob("*.jsonl"))) > 1
    rows = [json.loads(line) for line in read["few"].splitlines()]
    assert [row["id"] for row in rows] == [f"g-{n:09}" for n in range(few.documents)]
    assert sum(len(row["text"].encode()) for row in rows) == few.text_bytes
    told = json.loads((tmp_path / "few/truth.json").read_text())
    assert told["units"] == sum(row["text"].count("\n") + 1 for row in rows)
    assert told["copies"] == sum(told["kinds"].values()) > 0


def test_truth_counts_what_was_taken_alone(block: Block) -> None:
    truth = Truth()
    taken = list(documents(len(block.texts[0]) + 1, [block], truth))
    assert len(taken) == truth.documents == 2
    assert truth.units == sum(block.units[:2])
    assert list(documents(10**9, [replace(block, texts=[], units=[])], Truth())) == []


def test_repeated_runs_do_not_reach_over_the_end_of_a_line() -> None:
    line = "一二三四五六七八九十甲乙丙"
    assert repeated_runs(f"{line}\n{line}丁") == (3, 2)
    assert repeated_runs(f"{line}\n{line[1:]}") == (1, 0)
    assert repeated_runs("一二") == (0, 0)


@pytest.mark.parametrize("name", ["equal-lines", "template-rows", "one-group"])
def test_shapes_have_as_many_pieces_as_asked_for(name: str, tmp_path: Path) -> None:
    path = tmp_path / "shape.txt"
    size = shapes.SHAPES[name].write(50, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 50
    assert size == path.stat().st_size
    assert (len(set(lines)) == 1) == (name == "equal-lines")


def test_shapes_of_distinct_text(
    small: chain.Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "trained", lambda: small)
    monkeypatch.setattr(shapes, "PART", 40)
    path = tmp_path / "shape"
    shapes.long_line(5000, path)
    text = path.read_text(encoding="utf-8")
    assert len(text) == 5000
    assert "\n" not in text
    shapes.one_line_documents(100, path)
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert len(rows) == len({row["id"] for row in rows}) == 100
    assert 0 < 100 - len({row["text"] for row in rows}) < 50
    shapes.no_repetition(3000, path)
    assert len("".join(path.read_text(encoding="utf-8").split("\n"))) == 3000


@pytest.mark.skipif(sys.platform != "linux", reason="the samples are of /proc")
def test_a_process_is_ended_beyond_its_memory_or_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "SAMPLED", 0.01)
    python = [sys.executable, "-c"]
    grows = "kept = []\nwhile True: kept.append(bytearray(10**6))"
    assert run_bounded([*python, grows], 60, 60).ended == "memory"
    assert run_bounded([*python, "while True: pass"], 10**6, 0.1).ended == "time"
    done = run_bounded(
        [*python, "kept = bytearray(5 * 10**7)\nimport time; time.sleep(1)"], 999, 60
    )
    assert done.ended == "done"
    assert done.anonymous_mb > 50
    with pytest.raises(RuntimeError, match="ended with 3"):
        run_bounded([*python, "raise SystemExit(3)"], 999, 60)


def test_blocks_are_made_in_this_process_too(
    small: chain.Chain, block: Block, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generate, "trained", lambda: small)
    made = list(islice(generate.blocks(1, 0), 2))
    assert made[0] == block
    assert made[1].first == generate.BLOCK
