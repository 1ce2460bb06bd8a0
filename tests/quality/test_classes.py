"""Labels of clusters and families: the file of them, how they are drawn, how runs are scored."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import orjson
import pytest
from commandline import dedup as command
from shared import shared_path

import dedup
from benchmarks import classes, classify, reading
from benchmarks.classes import CLASSES, HALVES, MISSING, Label, known_labels, score
from benchmarks.measure import RESULTS
from dedup import Settings

LEAST = {"tune": 0.9, "test": 0.85}
"""Macro-F1."""
ROADS = "今年全县新建农村公路{}公里，改造危桥{}座，安装护栏{}公里。"
DUTY = "养犬人应当定期为犬只接种疫苗，携犬外出时应当束牵引带，并及时清除犬只的粪便。"
OTHER = "图书馆每周二闭馆，读者可以在门口的还书箱归还图书，逾期不收取费用，欢迎监督。"
DOCUMENTS = [
    ("2031/a", f"{ROADS.format(42, 3, 36)}\n{DUTY}\n{OTHER}\n{OTHER}"),
    ("2032/b", f"{ROADS.format(58, 4, 46)}\n{DUTY}"),
    ("2033/c", f"{ROADS.format(77, 5, 56)}\n第一章 总则"),
    ("2034/d", "第一章 总则\n《望泽县养犬管理条例》"),
    ("2035/e", "第一章 总则\n《望泽县养犬管理条例》"),
]


def test_labels_are_many_of_every_class_and_halved() -> None:
    labels = known_labels()
    assert len(labels) >= 300
    assert len({(each.corpus, each.group, each.hash) for each in labels}) == len(labels)
    assert {each.group for each in labels} == {"cluster", "family"}
    assert all(len(each.hash) == 32 and 0 < len(each.reason) <= 70 for each in labels)
    kinds = Counter((each.label, each.half) for each in labels)
    assert set(kinds) == {(label, half) for label in CLASSES for half in HALVES}
    for label in CLASSES:
        assert abs(kinds[label, "tune"] - kinds[label, "test"]) <= 1
        assert kinds[label, "test"] >= 25
    assert {each.corpus for each in labels} == {*classes.DRAWN}
    assert len(known_labels("seeds", "test")) < len(known_labels("seeds")) < len(labels)
    assert classes.with_halves(labels) == labels


@pytest.fixture(scope="module")
def runs() -> dict[str, dedup.Result]:
    """Return a run of each labelled corpus."""
    for corpus in classes.DRAWN:
        shared_path("seeds" if corpus == "seeds" else f"data/{corpus}.jsonl.gz")
    return {corpus: classify.found_in(corpus) for corpus in classes.DRAWN}


@pytest.mark.parametrize("corpus", list(classes.DRAWN))
def test_what_was_labelled_is_found_by_a_run(corpus: str, runs: dict[str, dedup.Result]) -> None:
    result = runs[corpus]
    labels = known_labels(corpus)
    found = classes.group_numbers(result, labels)
    lost = [label for label, number in zip(labels, found, strict=True) if number < 0]
    # Their texts are the same for good; only where they have no like any more they are in no group.
    assert len(lost) <= len(labels) // 50
    # What is in one document is so whatever a person says.
    documents = {"cluster": result.clusters, "family": result.families}
    spread = {
        (group, row[group]): row["documents"]
        for group, table in documents.items()
        for row in table.select([group, "documents"]).to_pylist()
    }
    wrong = [
        label
        for label, number in zip(labels, found, strict=True)
        if number >= 0 and (label.label == "repeat") != (spread[label.group, number] == 1)
    ]
    assert len(wrong) <= len(labels) // 50


def test_classes_agree_with_the_labels(runs: dict[str, dedup.Result]) -> None:
    scores = classify.scores(runs.items())
    for half, least in LEAST.items():
        assert scores[half].macro >= least


def test_the_published_scores_keep_the_same_floors() -> None:
    result = json.loads((RESULTS / "classes.json").read_bytes())
    for half, least in LEAST.items():
        assert result["figures"][f"classes.{half}.macro"] >= least
        rows = result["confusion"][half]
        assert set(rows) == set(CLASSES)
        assert sum(sum(row.values()) for row in rows.values()) == len(known_labels(None, half))


def test_the_tables_in_the_docs_are_those_of_the_result() -> None:
    result = json.loads((RESULTS / "classes.json").read_bytes())
    tables = dict(classify.tables(result))
    found = set()
    for page in classify.PAGES:
        text = page.read_text(encoding="utf-8")
        for name, table in re.findall(r"<!-- ([a-z-]+) -->\n(.*?)<!-- /\1 -->", text, re.DOTALL):
            if name in tables:
                found.add(name)
                assert table == tables[name], (page.name, name)
    assert found == set(tables)


def test_tables_are_put_where_they_are_marked(tmp_path: Path) -> None:
    confusion = {half: {"copy": {"copy": 3, MISSING: 1}} for half in HALVES}
    figures = {f"classes.{half}.{name}": 0.75 for half in HALVES for name in ("macro", "accuracy")}
    figures |= {f"classes.{half}.copy": 6 / 7 for half in HALVES}
    results, page = tmp_path / "classes.json", tmp_path / "page.md"
    results.write_text(json.dumps({"confusion": confusion, "figures": figures}), encoding="utf-8")
    page.write_text(
        "a\n<!-- confusion-test -->\nold\n<!-- /confusion-test -->\nb\n", encoding="utf-8"
    )
    classify.publish(results, [page])
    assert page.read_text(encoding="utf-8").splitlines() == [
        "a", "<!-- confusion-test -->",
        "| a person says | boilerplate | template | copy | quote | repeat | none | F1 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| **copy** | 0 | 0 | 3 | 0 | 0 | 1 | 0.86 |", "",
        "Macro-F1 0.750; 75.0 % are told what the person says.", "<!-- /confusion-test -->", "b",
    ]  # fmt: skip


def test_a_score_counts_each_class_as_much_as_any_other() -> None:
    told = [
        ("copy", "copy"), ("copy", "copy"), ("copy", "boilerplate"), ("copy", MISSING),
        ("boilerplate", "boilerplate"), ("boilerplate", "copy"),
        ("quote", "quote"),
        ("repeat", "template"),
    ]  # fmt: skip
    result = score(*zip(*told, strict=True))
    # copy: 2 right, 2 missed, 1 wrongly; boilerplate: 1, 1, 1; no template among the labels.
    assert result.f1 == pytest.approx(
        {"copy": 4 / 7, "boilerplate": 1 / 2, "quote": 1.0, "repeat": 0.0}
    )
    assert result.macro == pytest.approx((4 / 7 + 1 / 2 + 1) / 4)
    assert result.accuracy == 4 / 8
    assert result.confusion["copy", "boilerplate"] == 1
    assert result.confusion["copy", MISSING] == 1
    table = list(classes.lines_of(result))
    assert [len(line) for line in table[:-1]] == [len(table[0])] * 5
    assert table[0].split() == [*CLASSES, MISSING, "F1"]
    assert table[-1] == "macro-F1 0.518, accuracy 0.500"


def test_a_perfect_score_is_one() -> None:
    assert score(CLASSES, CLASSES).macro == score(CLASSES, CLASSES).accuracy == 1


def found_items() -> tuple[dedup.Result, list[reading.Item]]:
    result = dedup.find(DOCUMENTS, Settings(min_length=4, audit=0))
    return result, reading.items(result, [doc[:4] for doc, _ in DOCUMENTS])


def test_clusters_are_drawn_and_families_that_are_more_than_one() -> None:
    result, items = found_items()
    told = {
        (item.group, result.texts_of(np.array(item.members))[0].as_py()): item for item in items
    }
    assert set(told) == {
        ("cluster", DUTY),
        ("cluster", OTHER),
        ("cluster", "第一章 总则"),
        ("cluster", "《望泽县养犬管理条例》"),
        ("family", ROADS.format(42, 3, 36)),
    }
    roads = told["family", ROADS.format(42, 3, 36)]
    assert roads.stratum == ("family", "3-5", "documents", "20-39")
    assert roads.rare == {"slots"}
    assert told["cluster", OTHER].stratum == ("cluster", "2", "one document", "")
    assert told["cluster", OTHER].rare == set()
    assert told["cluster", "《望泽县养犬管理条例》"].rare == {"short", "cited"}
    ledger = {row["hash"] for row in result.provenance.to_pylist()}
    assert {item.hash for item in items} <= ledger


def test_a_sample_is_the_same_whatever_the_order_and_takes_the_strata_by_turns() -> None:
    _, items = found_items()
    drawn = reading.sample(items, 3, 1)
    assert drawn == reading.sample(items[::-1], 3, 1)
    assert len({item.stratum for item in drawn}) == 3
    everything = reading.sample(items, 100, 1)
    assert sorted(item.hash for item in everything) == sorted(item.hash for item in items)
    rest = reading.sample(items, 100, 1, drawn)
    assert {item.family for item in rest}.isdisjoint(item.family for item in drawn)
    assert len(rest) + len(drawn) == len(items)


def test_a_sheet_shows_members_with_what_stands_around_them_and_no_class() -> None:
    result, items = found_items()
    roads = next(item for item in items if item.group == "family")
    lines = list(reading.sheet(result, roads, [doc for doc, _ in DOCUMENTS]))
    assert (
        lines[0]
        == f"{roads.hash[:8]} family: 3 units, 3 documents, 3 texts, {roads.length} characters"
    )
    assert lines[1].startswith("  [2031/a · 1/4] ‹¶› ‹养犬人")
    assert lines[2] == f"    {ROADS.format(42, 3, 36)}"
    assert "[-42-]{+58+}" in lines[4]
    assert len(lines) == 7
    assert not any(name in line for line in lines for name in CLASSES)


def test_halves_stay_and_new_labels_even_them_out() -> None:
    old = [Label("laws", "cluster", f"{n:032x}", "copy", "tune", "") for n in range(3)]
    new = [Label("laws", "cluster", f"{n:032x}", "copy", "", "") for n in range(3, 8)]
    both = classes.with_halves([*new, *old])
    assert both == classes.with_halves([*old, *new[::-1]])
    assert [each.half for each in both[:3]] == ["tune"] * 3
    assert Counter(each.half for each in both) == {"tune": 4, "test": 4}


def test_forms_are_recorded_and_what_is_no_class_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "LABELS", tmp_path / "classes.csv")
    monkeypatch.setattr(classes, "DRAWN", {"laws": ()})
    known = Label("laws", "family", "f" * 32, "quote", "test", "a title")
    classes.write_labels([known], classes.LABELS)
    form = tmp_path / "laws.csv"
    head = ["number", "group", "hash", "class", "reason"]

    def fill(*rows: list[str]) -> None:
        with form.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])

    fill(
        ["0", "family", "f" * 32, "quote", "a law's title"],
        ["1", "cluster", "0" * 32, "copy", "versions"],
        ["2", "cluster", "1" * 32, "", ""],
    )
    classes.write_labels(classes.record(tmp_path), classes.LABELS)
    assert known_labels() == [
        Label("laws", "cluster", "0" * 32, "copy", "tune", "versions"),
        Label("laws", "family", "f" * 32, "quote", "test", "a law's title"),
    ]
    fill(["0", "family", "f" * 32, "coyp", ""])
    with pytest.raises(ValueError, match=r"laws\.csv, 0: no class 'coyp'"):
        classes.record(tmp_path)


def test_classes_of_a_run_are_read_where_the_ledger_has_them(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    rows = [{"id": doc, "text": text} for doc, text in DOCUMENTS]
    corpus.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    out = tmp_path / "out"
    assert command("run", corpus, "-o", out, "--min-length", "4").returncode == 0
    _, items = found_items()
    labels = [Label("laws", item.group, item.hash, "copy", "test", "") for item in items]
    labels.append(Label("laws", "cluster", "0" * 32, "copy", "test", ""))
    assert classes.told_classes(out, labels[-1:]) == [MISSING]
    # What a run says is what is in its rows: written here, that each can be told from the others.
    name_of = {
        label.hash: "copy" if label.group == "cluster" else "template" for label in labels[:-1]
    }
    for name in ("clusters", "provenance"):
        path = out / f"{name}.jsonl"
        lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        for row in lines:
            masked = name == "provenance" and (row["kind"] == "masked" or row["cluster"] is None)
            row["class"] = "template" if masked else "copy"
        path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in lines))
    told = classes.told_classes(out, labels)
    assert told == [*(name_of[label.hash] for label in labels[:-1]), MISSING]
