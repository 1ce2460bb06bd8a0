"""Benchmarks on much text: what they count, lay out and publish, on examples counted by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import bulk, corpora, kernel_chain
from benchmarks.goals import GOALS
from benchmarks.measure import Process

SAME = "为了加强本市行政区域内的环境保护工作，改善环境质量，根据有关法律制定本条例。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"


def row(name: str, megabytes: float, *seconds: float) -> dict[str, Any]:
    return {
        "name": name, "megabytes": megabytes, "seconds": seconds[0], "cpu_seconds": 2.0,
        "mb_per_second": megabytes / seconds[0], "peak_mb": 1234.5,
        "rounds": [Process(each, 2.0, 1234.5) for each in seconds],
    }  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a corpus of two files: five documents, two paragraphs each."""
    monkeypatch.setattr(corpora, "WORK", tmp_path / "work")
    monkeypatch.setattr(bulk, "WORK", tmp_path / "work")
    folder = tmp_path / "generated-0.5"
    folder.mkdir()
    for number, count in enumerate((3, 2)):
        lines = (
            json.dumps({"id": f"{number}-{at}", "text": f"{SAME}\n短\n{OTHER}{at}"})
            for at in range(count)
        )
        (folder / f"part-{number}.jsonl").write_text("".join(f"{line}\n" for line in lines))
    (folder / "truth.json").write_text("{}")
    return folder


def test_how_many_times_as_fast_is_the_median_over_the_rounds() -> None:
    ours, peer = row("a", 100, 10.0, 20.0, 10.0), row("b", 50, 10.0, 10.0, 50.0)
    assert bulk.times(ours, peer) == 2.0  # of 2, 1 and 10


def test_figures_have_the_names_of_the_goals() -> None:
    told = {key: row(peer.name, 1, 1.0) | {"times": 2.0} for key, peer in bulk.TOOLS.items()}
    figures = bulk.figures(told)
    goals = {goal.figure for goal in GOALS if goal.figure.startswith("bulk.")}
    assert goals == {name for name in figures if name.startswith("bulk.times.")}
    assert {f"bulk.{key}.mb_per_second" for key in bulk.TOOLS} == figures.keys() - goals
    assert "chain.times_rjieba" in {goal.figure for goal in GOALS}


def test_the_table_goes_between_its_marks(tmp_path: Path) -> None:
    told = {"dedup": row("dedup, all", 500, 50.0), "script": row("slow", 10, 100.0)}
    told["dedup"]["times"], told["script"]["times"] = 1.0, 100.0
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- bulk -->\nold\n<!-- /bulk -->\nb\n", "utf-8")
    bulk.publish(told, page)
    bulk.publish(told, page)
    table = (
        "|  | MB | seconds | MB/s | CPU s | memory, MB | dedup is, times as fast |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        "| dedup, all | 500 | 50.0 | 10.00 | 2.0 | 1,234 |  |\n"
        "| slow | 10 | 100.0 | 0.10 | 2.0 | 1,234 | 100 |\n"
    )
    assert page.read_text("utf-8") == f"a\n<!-- bulk -->\n{table}<!-- /bulk -->\nb\n"
    with pytest.raises(ValueError, match="one place"):
        bulk.publish(told, Path(__file__).with_name("naive") / "__init__.py")


def test_the_page_has_a_place_for_the_table() -> None:
    assert bulk.DOCS.read_text("utf-8").count("<!-- bulk -->\n") == 1


def test_the_beginning_of_a_corpus_is_its_first_rows(corpus: Path) -> None:
    size = len(f"{SAME}\n短\n{OTHER}0".encode())
    assert corpora.text_megabytes(corpus) == 5 * size / 1e6
    some = corpora.beginning(corpus, 3.5 * size / 1e6)
    assert some.name.startswith("generated-0.5-first-")
    told = [json.loads(line)["id"] for line in corpora.lines(some)]
    assert told == ["0-0", "0-1", "0-2", "1-0"]


def test_dolma_is_given_all_documents_in_packed_files(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dolma = bulk.TOOLS["dolma"]
    monkeypatch.setattr(bulk.Dolma, "environment", tmp_path / "environment")
    for name in ("once", "again"):
        (tmp_path / name).mkdir()
        dolma.prepare(corpus, tmp_path / name)
    files = sorted((tmp_path / "again/documents").iterdir())
    assert len(files) == bulk.FILES
    packed = [line for path in files for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert sorted(packed) == sorted(line.rstrip() for line in corpora.lines(corpus))
    command = [str(part) for part in dolma.command(corpus, tmp_path / "again")]
    assert command[command.index("--bloom_filter.estimated_doc_count") + 1] == "15"
    assert str(tmp_path / "again/documents/*.jsonl.gz") in command


def test_datatrove_is_given_paragraphs_a_file_for_each_process(
    corpus: Path, tmp_path: Path
) -> None:
    bulk.TOOLS["datatrove"].prepare(corpus, tmp_path)
    files = sorted((tmp_path / "paragraphs").iterdir())
    texts = [
        [json.loads(line)["text"] for line in path.read_bytes().splitlines()] for path in files
    ]
    assert [len(some) for some in texts] == [5, 5]  # without what is too short
    found = sorted(text for some in texts for text in some)
    assert found == sorted([SAME] * 5 + [f"{OTHER}{at}" for at in (0, 1, 2, 0, 1)])


def test_tools_run_in_turn_and_ours_is_told_in_times_of_theirs(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def run(peer: bulk.Peer, _corpus: Path, out: Path) -> Process:
        (out / peer.name).mkdir(parents=True, exist_ok=True)
        ran.append(peer.name)
        return Process(2.0 if "dedup" in peer.name else 6.0, 1.0, 100.0)

    tools = {key: bulk.TOOLS[key] for key in (bulk.OURS, "script")}
    ours, script = (peer.name for peer in tools.values())
    monkeypatch.setattr(bulk, "run", run)
    for kind in (bulk.Dedup, bulk.Peer):
        monkeypatch.setattr(kind, "environment", corpus)
    monkeypatch.setattr(bulk, "installed", lambda _: {})
    told = bulk.measure(tools, corpus, rounds=2)
    assert ran == [ours, script] * 3
    assert told["script"]["times"] == 3.0  # all of the corpus by both


def test_the_chain_runs_over_the_units_that_it_says(corpus: Path) -> None:
    pytest.importorskip("rjieba")
    told = kernel_chain.measure(corpus, rounds=1)
    assert told["units"] == 15
    assert set(told["step_seconds"]) == set(kernel_chain.STEPS)
    assert set(told["mb_per_second"]) == {"chain", "rjieba, units", "rjieba, documents"}
    assert told["times_rjieba"] > 0
