"""The scores of passages: alignment, links by pairs of documents, and what is marked, by hand."""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from benchmarks import corpora, passages
from benchmarks.alignment import Shadow, blocks, repeats, runs
from benchmarks.marks import Corpus, Link, Marks, compare

COPIED = "为了加强本市行政区域内的环境保护工作，改善环境质量，根据有关法律制定本条例。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
OPTIONS = argparse.Namespace(workers=2, show=2, unread=True, seed=1)


def test_blocks_are_what_the_alignment_has_equal():
    a, b = blocks("0123456789abcdef", "89abcdef01234567", 4)
    assert a.sum() == b.sum() == 8  # one half moved: an alignment has the other alone
    assert not blocks("abcd", "abxcd", 3)[0].any()
    assert blocks("", "abc", 1)[1].tolist() == [False] * 3


@given(st.lists(st.text("ab", max_size=12), min_size=2, max_size=3), st.integers(1, 4))
def test_runs_are_substrings_of_another_text(texts: Sequence[str], size: int):
    for number, mask in enumerate(runs(texts, size)):
        text, others = texts[number], [*texts[:number], *texts[number + 1 :]]
        for at in range(len(text)):
            around = range(max(0, at - size + 1), min(at, len(text) - size) + 1)
            shared = [text[first : first + size] for first in around]
            assert mask[at] == any(run in other for run in shared for other in others)


def test_repeats_stand_twice():
    assert repeats("abcxabc", 3).tolist() == [True] * 3 + [False] + [True] * 3
    assert not repeats("abcxabd", 3).any()


def ledger(rows: Sequence[tuple[Any, ...]], lengths: Sequence[int]) -> Any:
    """Return what of a result is looked at; rows as ``Marks`` has the columns."""
    names = ("kind", "cluster", "family", "row", "start", "end", "source_row", "source_start",
             "source_end")  # fmt: skip
    provenance = pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})
    documents = pa.table({"text": ["x" * length for length in lengths]})
    return SimpleNamespace(documents=documents, provenance=provenance)


def test_two_documents_are_linked_by_rows_groups_and_passages():
    marks = Marks(ledger([
        ("exact", 1, None, 0, 0, 10, None, None, None),
        ("exact", 1, None, 1, 5, 15, 0, 0, 10),
        ("near", 1, None, 2, 0, 9, 0, 0, 10),
        ("passage", None, None, 2, 20, 30, 1, 30, 40),
        ("passage", None, None, 2, 35, 40, 2, 0, 5),
    ], [10, 50, 40]))  # fmt: skip
    assert set(marks.links(1, 2)) == {
        Link("group", (5, 15), (0, 9)), Link("passage", (30, 40), (20, 30)),
    }  # fmt: skip
    one, other = marks.marked(1, 2)
    assert one.nonzero()[0].tolist() == [*range(5, 15), *range(30, 40)]
    assert other.nonzero()[0].tolist() == [*range(9), *range(20, 30)]
    assert marks.marked(2, 2)[0].nonzero()[0].tolist() == [*range(35, 40)]
    assert not marks.marked(0, 0)[0].any()
    assert marks.passages == [
        (1, 2, Link("passage", (30, 40), (20, 30))), (2, 2, Link("passage", (35, 40), (0, 5))),
    ]  # fmt: skip


def test_what_is_shared_marked_and_new_is_counted():
    texts = {"a": f"{COPIED}\n{OTHER}!", "b": f"新的一句话。\n{COPIED}", "c": COPIED}
    corpus = Corpus.of(texts, 2)
    told = compare(corpus, "a", "b")
    size = len(Shadow.of(COPIED).text)
    assert (told.shared, told.shared_marked, told.marked) == (2 * size, 2 * size, 2 * size)
    assert (told.new, told.new_marked, told.covered) == (len(OTHER) + 7, 0, 1)
    assert compare(corpus, "b", "b").marked == 0


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(corpora, "SHARED", tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


def test_chapters_and_long_lines_of_a_few_documents(data: Path):
    texts = {"a": f"{COPIED}\n{OTHER}", "b": f"{COPIED}{OTHER}", "c": COPIED}
    rows = [{"id": name, "text": text} for name, text in texts.items()]
    write(data / "chapters_docs.jsonl.gz", rows)
    write(data / "chapters_pairs.jsonl.gz", [{"a": "a", "b": "c"}])
    write(data / "long_lines.jsonl.gz", rows)
    figures, details = passages.chapters(OPTIONS)
    assert figures["passages.chapters.covered"] == 1
    assert details["characters"]["shared"] == 2 * len(COPIED)
    figures, details = passages.long_lines(OPTIONS)
    assert 0 < figures["passages.long_lines.covered_across"] <= 1
    assert details["characters"]["within"]["shared"] == 0


def test_what_links_two_other_laws_has_to_be_read(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    long = COPIED.replace("，改善", "，保障公众健康，推进生态文明建设，改善")
    texts = {"a": long, "b": f"{long}\n{OTHER}", "c": f"{OTHER}\n{long}", "d": OTHER}
    write(data / "laws.jsonl.gz", [{"id": name, "text": text} for name, text in texts.items()])
    write(data / "laws_versions.jsonl.gz", [
        {"a": "a", "b": "b", "label": "same_law_other_version", "c5": 0.9},
        {"a": "a", "b": "d", "label": "same_law_other_version", "c5": 0.1},
        {"a": "b", "b": "c", "label": "other_law_same_kind", "c5": 0.1},
    ])  # fmt: skip
    verdicts = tmp_path / "verdicts.csv"
    verdicts.write_text("a,b,verdict\n")
    monkeypatch.setattr(passages, "VERDICTS", verdicts)
    figures, _ = passages.versions(OPTIONS)
    assert figures["passages.versions.linked"] == figures["passages.versions.covered"] == 1
    assert figures["passages.versions.unread"] == 1  # that of OTHER is short
    a, b, *_ = capsys.readouterr().out.splitlines()[-2].split()
    for verdict, unread in (("same", 0), ("other", 1)):
        verdicts.write_text(f"a,b,verdict\n{a},{b},{verdict}\n")
        assert passages.versions(OPTIONS)[0]["passages.versions.unread"] == unread


def test_the_list_of_what_was_read_is_in_order():
    with passages.VERDICTS.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert rows == sorted(set(rows))
    for a, b, verdict in rows:
        assert a <= b
        assert verdict in {"same", "other"}


def test_links_of_a_run_are_those_of_its_ledger():
    result = dedup.find([COPIED, OTHER, COPIED.replace("本市", "本省"), COPIED])
    marks = Marks(result)
    assert marks.marked(0, 3)[0].all()
    assert marks.marked(0, 2)[1].all()
    assert not marks.marked(0, 1)[0].any()
