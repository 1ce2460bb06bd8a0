"""The summary of a run."""

from __future__ import annotations

import re
from pathlib import Path

from dedup.run import run
from dedup.settings import Settings
from dedup.summary import headline

TEXT = "各单位要把这项工作列入主要负责人的重要日程，明确一名分管领导具体抓。"
SHORT = "三、下一步工作打算"


def _run(tmp_path: Path, settings: Settings | None = None) -> tuple[str, str]:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("a.txt", "b.txt"):
        (corpus / name).write_text(f"{name}\n{TEXT}\n{SHORT}\n", encoding="utf-8")
    outcome = run([corpus], tmp_path / "out", settings)
    return headline(outcome.report), (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")


def test_a_small_run_by_hand(tmp_path: Path):
    head, text = _run(tmp_path)
    assert head.splitlines()[:10] == [
        "2 documents in 2 files: 6 units (auto)",
        "",
        "  repeated     4  units: 86 characters, 89.6 %",
        "  dropped      1  units: 34 characters, 35.4 %",
        "  only tagged  1  units: repeated, but left in the text",
        "  clusters     2  the same text, or nearly",
        "  families     2  also with other numbers and places",
        "  passages     0  stretches: 0 characters, 0.0 %",
        "  sections     0  between 0 pairs of documents",
        "  quarantined  0  rows that could not be read",
    ]
    assert text.startswith(head)
    assert "Why units were dropped\n  1  an exact copy of what is kept\n" in text
    assert "Why units were only tagged\n  1  shorter than the least length to drop\n" in text
    assert f"2 units in 2 documents, 1 dropped; one in a.txt, line 2\n    {TEXT}\n" in text


def test_who_had_it_first_is_said_where_it_is_known(tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    read = TEXT.replace("领导", "领(lǐng)导(dǎo)")
    (corpus / "a.txt").write_text(f"{read}\n", encoding="utf-8")
    (corpus / "b.txt").write_text(f"二月\n{TEXT}\n", encoding="utf-8")
    run([corpus], tmp_path / "out")
    text = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert f"2 units in 2 documents, 1 dropped; first in b.txt, line 2\n    {read}\n" in text


def test_sections_are_named_with_their_lines(tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    shared = f"{TEXT}\n{TEXT[::-1]}\n"
    (corpus / "a.txt").write_text(shared, encoding="utf-8")
    (corpus / "b.txt").write_text(f"{TEXT[::2]}\n\n{shared}", encoding="utf-8")
    run([corpus], tmp_path / "out")
    text = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert "  sections     1  between 1 pair of documents\n" in text
    assert (
        "Longest sections (1 of 1)\n"
        "  b.txt, lines 3 to 4\n"
        f"    with a.txt, lines 1 to 2: {2 * len(TEXT)} characters, 2 units, 0 passages\n"
    ) in text


def test_documents_are_named_with_passages_counted(tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text(f"{TEXT}", encoding="utf-8")
    (corpus / "b.txt").write_text(f"{TEXT[::-1]}{TEXT}", encoding="utf-8")
    run([corpus], tmp_path / "out")
    text = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert text.endswith("by characters\n  100.0 %  a.txt\n   50.0 %  b.txt\n")


def test_an_exact_join_measures_nothing(tmp_path: Path):
    head, _ = _run(tmp_path, Settings(exact=True))
    assert "every pair, by an exact join" in head
    assert "measured" not in head


def test_the_demo(tmp_path: Path):
    from dedup.demo import corpus_path

    outcome = run([corpus_path()], tmp_path / "out")
    text = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    head = headline(outcome.report)
    assert max(map(len, head.splitlines())) <= 60
    for action in ("dropped", "tagged"):
        lines = re.search(rf"Why units were (?:only )?{action}\n((?:  .*\n)+)", text)
        assert lines is not None
        counted = sum(int(line.split()[0].replace(",", "")) for line in lines[1].splitlines())
        assert counted == outcome.report["counts"][f"{action}_units"]
    assert "Largest clusters (10 of " in text
    assert "Documents repeated most" in text


def test_a_run_that_finds_nothing(tmp_path: Path):
    (tmp_path / "a.txt").write_text("只有一行，没有重复的文字。\n", encoding="utf-8")
    run([tmp_path / "a.txt"], tmp_path / "out")
    text = (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert text.startswith("1 document in 1 file: 1 unit (auto)\n")
    assert "Why" not in text
    assert "Largest" not in text
