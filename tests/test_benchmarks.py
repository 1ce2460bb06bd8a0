"""Benchmarks: what they count and how they score, on examples small enough to count by hand."""

from __future__ import annotations

import dataclasses
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import dedup
from benchmarks import corpora, drops, labels, measure, recall
from benchmarks.goals import GOALS, judge, read_figures
from benchmarks.measure import run_process
from dedup.columns import make_lists

COPIED = "为了加强本市行政区域内的环境保护工作，改善环境质量，根据有关法律制定本条例。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"


def write_jsonl(path: Path, texts: list[str]) -> Path:
    rows = (json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts))
    path.write_text("".join(rows), encoding="utf-8")
    return path


def three_alike_and_another() -> list[str]:
    long = COPIED + OTHER
    return [long, long.replace("本市", "本省"), long.replace("预算", "计划"), OTHER]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(corpora, "WORK", tmp_path / "work")
    monkeypatch.setattr(corpora, "SHARED", tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


def test_megabytes_count_the_text_in_utf8_and_nothing_else(tmp_path: Path) -> None:
    corpus = write_jsonl(tmp_path / "c.jsonl", ["汉字", "abc"])
    assert corpora.text_megabytes(corpus) == 9 / 1e6


def test_a_sample_is_whole_rows_in_order_of_the_size_asked_for(work: Path) -> None:
    corpus = write_jsonl(work / "c.jsonl", [f"{n:02}" + "字" * 33 for n in range(50)])
    lines = corpora.sample(corpus, 1000 / 1e6).read_text("utf-8").splitlines()
    assert len(lines) == 10  # 101 bytes each
    assert lines == sorted(lines, key=lambda line: int(json.loads(line)["id"]))
    assert set(lines) <= set(corpus.read_text("utf-8").splitlines())
    other = corpora.sample(corpus, 1000 / 1e6, seed=2).read_text("utf-8").splitlines()
    assert lines != other


def test_a_corpus_is_unpacked_as_it_is(work: Path) -> None:
    raw = '{"id": "a", "text": "汉\\ud800"}\n{"text": ""}'.encode()
    (work / "data/c.jsonl.gz").write_bytes(gzip.compress(raw))
    assert corpora.unpacked("c").read_bytes() == raw


def test_a_corpus_that_is_not_there_says_which_variable_names_the_folder(work: Path) -> None:
    with pytest.raises(FileNotFoundError, match="DEDUP_SHARED"):
        corpora.unpacked("c")


@pytest.mark.parametrize("options", [[], ["--bulk"]])
def test_the_script_groups_a_copy_and_leaves_what_is_unlike(
    tmp_path: Path, options: list[str]
) -> None:
    texts = [f"标题\n\n{COPIED}", f"{OTHER}\n{COPIED}", OTHER[:20]]
    corpus, groups = write_jsonl(tmp_path / "c.jsonl", texts), tmp_path / "g.jsonl"
    script = measure.CHECKOUT / "benchmarks/peers/script.py"
    # Warnings about invalid escapes in jieba's own sources are no concern of ours.
    command = [sys.executable, "-W", "ignore", script, corpus, groups, *options]
    subprocess.run(command, check=True, capture_output=True)
    assert [json.loads(line) for line in groups.read_text().splitlines()] == [[[0, 2], [1, 1]]]


def test_a_process_is_measured_with_what_it_took() -> None:
    busy = "x = bytearray(200_000_000); sum(range(3_000_000))"
    taken = run_process([sys.executable, "-c", busy])
    assert taken.peak_mb > 200
    assert 0 < taken.cpu_seconds <= taken.seconds * 4


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3"):
        run_process([sys.executable, "-c", "import sys; sys.exit(3)"])


def test_results_name_no_path_of_the_machine() -> None:
    command = [*measure.dedup_command(), "run", measure.CHECKOUT / "a.jsonl"]
    assert measure.shown(command) == "dedup run a.jsonl"


@pytest.mark.parametrize("path", sorted(measure.RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_published_results_name_no_path_of_a_machine(path: Path) -> None:
    command = json.loads(path.read_bytes())["command"]
    assert command.startswith("python -m benchmarks.")
    assert not any(Path(word).is_absolute() for word in command.split())


def test_where_results_go_is_not_how_they_were_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "planted", "--results", str(tmp_path), "--show", "3"])
    written = measure.write_result("a", {}, {}, [], tmp_path)
    assert json.loads(written.read_bytes())["command"].endswith(" planted --show 3")


def test_goals_fail_on_a_figure_that_is_missing_or_beyond_its_bound(tmp_path: Path) -> None:
    met = {goal.figure: goal.least if goal.most is None else goal.most for goal in GOALS}
    assert judge(met)[1]
    assert not judge({**met, "recall.literal": 0.5})[1]
    assert not judge({**met, "startup.help_seconds": 1e9})[1]
    assert not judge({name: met[name] for name in list(met)[1:]})[1]
    assert not judge(met, [("tests", 1.0, 1)])[1]
    for number, name in enumerate(met):
        (tmp_path / f"{number}.json").write_text(json.dumps({"figures": {name: met[name]}}))
    assert read_figures(tmp_path) == met


def test_jaccards_are_those_of_the_sets() -> None:
    sets = make_lists(np.array([1, 2, 3, 2, 3, 4, 5, 9], np.uint64), np.array([0, 3, 7, 8]))
    edges = pa.table({"a": [0, 0], "b": [1, 2]})
    assert recall.jaccards(edges, sets).tolist() == [2 / 5, 0.0]


def test_recall_is_whole_where_every_pair_is_an_edge() -> None:
    texts = three_alike_and_another()
    settings = dedup.Settings()
    found = dedup.find(texts, settings)
    exact = dedup.find(texts, dataclasses.replace(settings, exact=True))
    figures, details = recall.compare(found, exact)
    assert details["literal"]["exact_pairs"] == 3
    assert figures["recall.literal"] == figures["recall.masked"] == 1
    assert figures["recall.wrong_similarities"] == figures["recall.beyond_exact"] == 0


def test_recall_counts_an_edge_that_is_lacking() -> None:
    texts = three_alike_and_another()
    exact = dedup.find(texts, dedup.Settings(exact=True))
    fewer = dataclasses.replace(exact.finding.literal, edges=exact.finding.literal.edges.slice(1))
    found = dataclasses.replace(exact, finding=dataclasses.replace(exact.finding, literal=fewer))
    figures, _ = recall.compare(found, exact)
    assert figures["recall.literal"] == 2 / 3
    figures, _ = recall.compare(exact, found)
    assert figures["recall.beyond_exact"] == 1


def test_masked_pairs_are_found_by_line_or_by_text_and_counted_by_mask() -> None:
    changed = COPIED.replace("本市", "本县")
    result = dedup.find([("a", f"{OTHER}\n\n{COPIED}"), ("b", f"\n {changed}"), ("c", OTHER)])
    members = [
        {"id": "a", "par": 2, "text": COPIED},
        {"id": "b", "par": 0, "text": changed},  # stands in another line
    ]
    strangers = [members[0], {"id": "c", "par": 0, "text": OTHER}]
    groups = [{"mask": "P", "members": members}, {"mask": "PN", "members": strangers}]
    scores = labels.masked_pairs(result, groups)
    assert (scores["P"].pairs, scores["P"].together) == (1, 1)
    assert (scores["PN"].pairs, scores["PN"].together) == (1, 0)
    assert scores["PN"].missed == [(COPIED, OTHER)]


def test_pairs_with_few_words_beside_their_slots_are_counted_apart() -> None:
    texts = ["2004年11月25日通过", "2013年12月19日通过"]
    result = dedup.find([(str(n), text) for n, text in enumerate(texts)])
    members = [{"id": str(n), "par": 0, "text": text} for n, text in enumerate(texts)]
    scores = labels.masked_pairs(result, [{"mask": "PN", "members": members}])
    assert list(scores) == ["PN, few words"]
    assert scores["PN, few words"].share == 1.0


def test_pages_share_clusters_and_equal_units_show_their_hash() -> None:
    result = dedup.find([("a", f"{COPIED}\n{OTHER}"), ("b", COPIED), ("c", OTHER)])
    pairs = [{"a": "a", "b": "b"}, {"a": "b", "b": "c"}]
    score = labels.same_pages(result, pairs)
    assert (score.together, score.missed) == (1, [("b", "c")])
    (row,) = labels.shared_units(result, pairs)
    assert row["text"] == COPIED
    assert row["hash"] == result.provenance["hash"][0].as_py()
    assert labels.shared_units(result, pairs, least=1000) == []


def test_what_is_touched_is_listed_once() -> None:
    result = dedup.find([COPIED, OTHER, COPIED])
    assert labels.touched(result) == [
        {"group": "cluster", "units": 2, "documents": 2, "texts": [COPIED]}
    ]


def test_what_a_run_drops_comes_as_pairs_of_different_texts() -> None:
    twice = f"第三条 {COPIED}{OTHER}"
    documents = [twice, COPIED + OTHER, COPIED + OTHER, f"“{COPIED}”{OTHER}", OTHER, OTHER]
    pairs = drops.dropped_pairs(dedup.find(documents))
    assert [(pair.kept, pair.dropped, pair.exact) for pair in pairs] == [
        (twice, COPIED + OTHER, False), (twice, f"“{COPIED}”{OTHER}", False),
    ]  # fmt: skip
    assert drops.shown(pairs[0]) == "[-第三条 -]为了加强本市行政区域内的环境…列入财政预算。"
    assert drops.shown(pairs[1]).startswith("[-第三条 -]{+“+}为了加强本市行政")
    assert len({pair.key for pair in pairs}) == 2


def test_pairs_are_drawn_evenly_and_once() -> None:
    pairs = [drops.Pair("a", str(n), 0.6 if n < 90 else 1.0, 1.0, False) for n in range(100)]
    drawn = drops.sample(pairs, 12, seed=1)
    assert [sum(pair.similarity == s for pair in drawn) for s in (0.6, 1.0)] == [6, 6]
    assert len({pair.key for pair in drawn}) == 12
    assert drops.sample(pairs, 12, seed=1) == drawn != drops.sample(pairs, 12, seed=2)
    assert len(drops.sample(pairs, 1000, seed=1)) == 100
