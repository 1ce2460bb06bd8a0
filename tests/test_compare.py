"""The measuring of other tools: scores counted by hand, peers run, and what is published of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dedup
from benchmarks import audit, environments, publish
from benchmarks.compare import PEERS
from benchmarks.measure import CHECKOUT, RESULTS
from benchmarks.peers import exchange
from dedup.run import run

SAME = "为了加强本市行政区域内的环境保护工作，改善环境质量，根据有关法律制定本条例。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
TOLD = json.loads((RESULTS / "peers.json").read_bytes())["peers"]
README = (CHECKOUT / "README.md").read_text("utf-8")


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_pairs_are_scored_whichever_way_round_and_how_often_they_come() -> None:
    found = np.array([[1, 0], [0, 1], [2, 2], [3, 4], [5, 6]])
    true = np.array([[0, 1], [3, 4], [7, 8], [9, 8]])
    assert audit.score_pairs(found, true) == {
        "exact_pairs": 4, "reported_pairs": 3, "both": 2, "recall": 0.5, "precision": 0.6667,
    }  # fmt: skip
    none = np.empty((0, 2), np.int64)
    assert audit.score_pairs(none, none)["recall"] is None


def test_own_shingles_are_joined_exactly(tmp_path: Path) -> None:
    texts = ["abcdefgh", "abcdefgx", "abcdefgh", "qrstuvwxyz", "abcxefgh"]
    keys = [(row, 0) for row in range(len(texts))]

    def shingles(key: tuple[int, int]) -> set[str]:
        text = texts[key[0]]
        return {text[at : at + 2] for at in range(len(text) - 1)}

    near = {key: list(keys[:at]) for at, key in enumerate(keys)}  # every pair is reported
    exchange.write_audit(tmp_path, near, shingles)
    pairs = {
        frozenset((texts[a], texts[b]))
        for a, b in combinations(range(len(texts)), 2)
        if texts[a] != texts[b]
        and len(shingles(keys[a]) & shingles(keys[b]))
        >= 0.55 * len(shingles(keys[a]) | shingles(keys[b]))
    }
    scores = audit.own_shingles(tmp_path, 0.55)
    assert scores["exact_pairs"] == scores["both"] == len(pairs) == 2
    assert scores["reported_pairs"] == 6  # of four different sets
    assert (scores["recall"], scores["precision"]) == (1.0, 0.3333)


def test_edges_of_a_run_are_held_against_those_of_its_exact_join(tmp_path: Path) -> None:
    long = SAME + OTHER
    texts = [long, long.replace("本市", "本省"), long.replace("预算", "计划"), OTHER]
    corpus = write_jsonl(tmp_path / "c.jsonl", [{"text": text} for text in texts])
    run([corpus], tmp_path / "found")
    run([corpus], tmp_path / "fewer", dedup.Settings(threshold=0.95))
    run([corpus], tmp_path / "exact", dedup.Settings(exact=True))
    scores = audit.edges_of_runs(tmp_path / "found", tmp_path / "exact")
    assert (scores["exact_pairs"], scores["recall"], scores["precision"]) == (3, 1.0, 1.0)
    assert audit.edges_of_runs(tmp_path / "fewer", tmp_path / "exact")["recall"] == 0.0


def test_planted_copies_are_found_in_groups_by_pairs_and_in_the_ledger(tmp_path: Path) -> None:
    texts = {0: f"标题\r\n{SAME}\n", 1: f"{OTHER}\x0c{SAME}", 2: f"前言\n\n{OTHER}", 3: "别的"}
    places = {0: texts[0].index(SAME), 1: texts[1].index(SAME), 2: texts[2].index(OTHER)}
    labels = [
        {"kind": "verbatim", "donor_row": 0, "donor_start": places[0], "donor_end": places[0] + 9,
         "host_row": 1, "host_start": places[1], "host_end": places[1] + len(SAME)},
        {"kind": "verbatim", "donor_row": 1, "donor_start": 0, "donor_end": len(OTHER),
         "host_row": 2, "host_start": places[2], "host_end": places[2] + len(OTHER)},
        {"kind": "cut", "donor_row": 0, "donor_start": places[0], "donor_end": places[0] + 9,
         "host_row": 3, "host_start": 0, "host_end": 2},
    ]  # fmt: skip
    groups = tmp_path / "groups.jsonl"
    groups.write_text("[[0, 1], [1, 1]]\n")
    near = {(0, 1): [], (1, 0): [], (1, 1): [(0, 1)], (2, 2): [(1, 0)]}
    exchange.write_audit(tmp_path / "audit", near, lambda key: {str(key)})
    together = audit.of_groups(groups, tmp_path / "audit")
    expected = {
        "verbatim": {"planted": 2, "found": 2, "recall": 1.0},
        "cut": {"planted": 1, "found": 0, "recall": 0.0},
    }
    assert audit.planted_recall(together, labels, texts) == expected
    groups.write_text("")
    assert (
        audit.planted_recall(audit.of_groups(groups, tmp_path / "audit"), labels, texts) == expected
    )
    # A form feed parts lines for Python, not for a run: its unit is two of these lines.
    corpus = write_jsonl(tmp_path / "c.jsonl", [{"text": text} for text in texts.values()])
    run([corpus], tmp_path / "out", dedup.Settings(unit="sentence"))
    ledger = audit.of_ledger(tmp_path / "out", audit.read_texts(corpus))
    assert audit.planted_recall(ledger, labels, texts) == expected


def test_groups_are_joined_where_the_first_began(tmp_path: Path) -> None:
    a, b, c, d, e = ((row, 0) for row in range(5))
    exchange.write_groups(tmp_path / "g", {a: [], b: [], c: [b, a], d: [c], e: []})
    assert (tmp_path / "g").read_text() == "[[0, 0], [2, 0], [3, 0]]\n"


def test_an_environment_is_another_where_its_packages_are(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "dedup").mkdir(parents=True)
    (checkout / "pyproject.toml").write_text("")
    (checkout / "dedup/a.py").write_text("")
    first = environments.folder_of("a + b", ["x==1", checkout])
    assert first.name.startswith("a-b-")
    assert environments.folder_of("a + b", ["x==1", checkout]) == first
    assert environments.folder_of("a + b", ["x==2", checkout]) != first
    (checkout / "dedup/a.py").write_text("changed")
    assert environments.folder_of("a + b", ["x==1", checkout]) != first


def test_the_results_are_of_all_peers_and_all_kinds() -> None:
    assert list(TOLD) == [peer.name for peer in PEERS]
    kinds = list(TOLD["dedup"]["planted"]["kinds"])
    for row in TOLD.values():
        assert list(row["planted"]["kinds"]) == kinds
        assert row["versions"]
        for corpus in ("laws", "planted"):
            assert row[corpus]["megabytes"] > 0
            assert not re.search(r"(^|\s)/", row[corpus]["command"])  # no path of the machine


@pytest.mark.parametrize(
    ("name", "table"), [("peers", publish.speed_table), ("planted", publish.kinds_table)]
)
def test_the_tables_are_those_of_the_results(name: str, table: Any) -> None:
    marked = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert marked is not None
    assert marked[1] == table(TOLD), "run python -m benchmarks.publish"


def test_the_plot_is_of_the_results() -> None:
    drawn = publish.PLOT.read_text("utf-8")
    assert f"results {publish.digest(TOLD)}" in drawn, "run python -m benchmarks.publish"
    for name in TOLD:
        assert f">{name}<" in drawn
    assert publish.digest({**TOLD, "dedup": {}}) != publish.digest(TOLD)


def test_the_script_writes_what_the_audit_reads(tmp_path: Path) -> None:
    rows = [{"text": f"标题\n\n{SAME}"}, {"text": f"{OTHER}\n{SAME}"}, {"text": OTHER[:20]}]
    corpus = write_jsonl(tmp_path / "c.jsonl", rows)
    command = [
        sys.executable, "-W", "ignore", CHECKOUT / "benchmarks/peers/script.py", corpus,
        tmp_path / "groups.jsonl", tmp_path / "audit",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    together = audit.of_groups(tmp_path / "groups.jsonl", tmp_path / "audit")
    assert together((0, 2), (1, 1))
    assert not together((0, 2), (1, 0))
    scores = audit.own_shingles(tmp_path / "audit", 0.6)
    assert scores["exact_pairs"] == scores["reported_pairs"] == 0  # the two copies are one set
