"""What ``find`` promises of any documents: a partition, true edges, nothing lost."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from corpora import texts
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import shared_path

import dedup
from dedup import Settings
from dedup.demo import corpus_path
from dedup.errors import SettingsError

GOLD = json.loads((Path(__file__).parent / "gold/demo.json").read_text(encoding="utf-8"))
documents = st.lists(texts(), min_size=1, max_size=8)
some = settings(max_examples=40, deadline=None)


def test_the_copy_is_found_and_the_cleaned_text_lacks_it() -> None:
    text = "本县上半年共检查餐饮单位三百余家，发现问题及时整改，未发生食品安全事件。"
    result = dedup.find([("甲", text), ("乙", f"标题和别的内容在这里\n{text}\n")])
    assert result.clusters.select(["units", "documents"]).to_pylist() == [
        {"units": 2, "documents": 2}
    ]
    assert result.cleaned().to_pylist() == [text, "标题和别的内容在这里\n"]
    assert result.copies("乙").select(["doc", "source_doc", "action"]).to_pylist() == [
        {"doc": "乙", "source_doc": "甲", "action": "dropped"}
    ]


@pytest.mark.parametrize(("one", "other"), [("10⁵", "105"), ("1½", "11⁄2"), ("5㎡", "5m2")])
def test_what_is_raised_or_a_fraction_is_no_copy_of_what_is_not(one: str, other: str) -> None:
    text = "菌落总数在每克样品中不得超过{}个单位，超过的不得上市。"
    texts = [text.format(number) for number in (one, other)]
    for chosen in (Settings(preset="careful"), Settings(), Settings(drop_threshold=0.6)):
        assert dedup.find(texts, chosen).cleaned().to_pylist() == texts


@some
@given(documents)
def test_clusters_are_a_partition_with_an_edge_to_the_representative(texts: list[str]) -> None:
    result = dedup.find(texts)
    edges = {
        frozenset((row["unit_a"], row["unit_b"])): row["similarity"]
        for row in result.edges.to_pylist()
    }
    seen: set[int] = set()
    first_of_text = {}
    finding = result.finding
    for unit in np.argsort(finding.rank).tolist():
        first_of_text.setdefault(int(finding.text_of[unit]), unit)
    for cluster in result.clusters.to_pylist():
        assert seen.isdisjoint(cluster["members"])
        seen.update(cluster["members"])
        assert len(cluster["members"]) == cluster["units"] >= 2
        assert cluster["unit"] == cluster["members"][0]
        for member in cluster["members"]:
            text = first_of_text[int(finding.text_of[member])]
            if text != cluster["unit"]:
                assert edges[frozenset((text, cluster["unit"]))] >= result.settings.near


@some
@given(documents)
def test_every_unit_of_a_group_has_a_row_and_each_group_one_first(texts: list[str]) -> None:
    result = dedup.find(texts)
    rows = result.provenance.to_pylist()
    units = result.units.to_pylist()
    for name in ("cluster", "family"):
        members = {(unit["row"], unit["paragraph"]) for unit in units if unit[name] is not None}
        told = {(row["row"], row["paragraph"]) for row in rows if row[name] is not None}
        assert members == told
        for group in {unit[name] for unit in units} - {None}:
            firsts = {
                (row["row"], row["paragraph"])
                for row in rows
                if row[name] == group and row["source_doc"] is None
            }
            assert firsts, f"{name} {group} has no first"
    for row in rows:
        assert row["text"] == texts[row["row"]][row["start"] : row["end"]]
        assert row["action"] in {"kept", "tagged", "dropped"}
        assert (row["action"] == "dropped") == (units[_index(units, row)]["action"] == "dropped")


@some
@given(documents, st.floats(0.6, 1.0))
def test_rethresholding_is_a_run_at_that_threshold(texts: list[str], threshold: float) -> None:
    exact = Settings(exact=True, passages=False)
    again = dedup.find(texts, exact).rethreshold(threshold)
    fresh = dedup.find(texts, dataclasses.replace(exact, threshold=threshold))
    assert again.provenance.equals(fresh.provenance)
    assert again.cleaned().equals(fresh.cleaned())


def test_rethresholding_downward_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"run again with --threshold 0\.5"):
        dedup.find(["甲"]).rethreshold(0.5)


@some
@given(documents)
def test_the_exact_join_finds_what_the_bands_find(texts: list[str]) -> None:
    banded, exact = dedup.find(texts), dedup.find(texts, Settings(exact=True))
    found = {(row["a"], row["b"]): row for row in exact.edges.to_pylist()}
    assert all(found[row["a"], row["b"]] == row for row in banded.edges.to_pylist())


@pytest.mark.parametrize(
    "unit", ["", "。", "——", "好", "好 的", "12 34", "2024年5月1日", "我县", "第三条", "\x00", "ok"]
)
def test_units_of_no_word_of_few_and_of_slots_alone(unit: str) -> None:
    result = dedup.find([unit, unit, unit + "\n另一段完全不同的文字"], Settings(min_length=0))
    assert result.families.num_rows <= 1
    if unit:
        assert result.clusters["units"].to_pylist() == [3]
    assert result.edges.num_rows == 0


def test_a_unit_of_slots_alone_matches_nothing_masked() -> None:
    result = dedup.find(["2024年5月1日在霍邱县", "1999年12月30日在江苏省"], Settings(min_length=0))
    assert result.clusters.num_rows == 0


def test_min_length_and_min_drop_are_different_things() -> None:
    heading, long = "一、主要工作完成情况", "这是一段比较长的文字，足以被认为是正文而不是标题。"
    result = dedup.find([f"{heading}\n{long}", f"{heading}\n{long}"])
    assert result.units["action"].to_pylist() == ["kept", "kept", "tagged", "dropped"]


def test_across_only_leaves_repeats_inside_a_source_alone() -> None:
    text = "本县上半年共检查餐饮单位三百余家，发现问题及时整改，未发生食品安全事件。"
    rows = [
        {"text": f"{text}\n{text}", "site": "a"},
        {"text": text, "site": "a"},
        {"text": text, "site": "b"},
    ]
    inside = Settings(across_only=True, source_field="site")
    assert dedup.find(rows[:2], inside).clusters.num_rows == 0
    assert dedup.find(rows, inside).cleaned().to_pylist() == [rows[0]["text"], text, ""]


@pytest.mark.parametrize("make", [pa.table, pl.DataFrame])
def test_tables_are_documents(make: object) -> None:
    text = "本县上半年共检查餐饮单位三百余家，发现问题及时整改，未发生食品安全事件。"
    result = dedup.find(make({"id": ["x", "y"], "text": [text, text]}))  # type: ignore[operator]
    assert result.cleaned().to_pylist() == [text, ""]
    assert result.share_repeated().to_pylist() == [1.0, 1.0]


def test_the_demo_corpus_gives_its_gold_findings() -> None:
    units = _demo_units(dedup_demo())
    missed = []
    for group in GOLD["groups"]:
        if not group["required"]:
            continue
        head, *others = (units[m["file"], m["row"], m["line"]] for m in group["members"])
        for other in others:
            together = any(
                head[name] is not None and head[name] == other[name]
                for name in ("cluster", "family")
            )
            if not together:
                missed.append((group["name"], head["text"], other["text"]))
    assert not missed
    for first, second in GOLD["apart"]:
        one, other = (units[m["file"], m["row"], m["line"]] for m in (first, second))
        for name in ("cluster", "family"):
            assert one[name] is None or one[name] != other[name], (one["text"], other["text"])


# Lines of the two seeds that share a section, with the words-2 Jaccard measured for the design.
SEED_PAIRS = [
    (96, 422, 1.0), (106, 456, 0.8), (97, 424, 0.83), (98, 426, 0.93), (101, 432, 0.64),
    (103, 442, 0.64), (105, 448, 0.62), (107, 458, 0.74), (108, 460, 0.65), (111, 460, 0.68),
]  # fmt: skip


def test_the_seeds_give_every_pair_of_the_section_two_documents_share() -> None:
    folder = shared_path("seeds")
    paths = sorted(folder.glob("*.txt"))
    result = dedup.find([(path.name[:3], path.read_bytes().decode()) for path in paths])
    units = {(unit["doc"], unit["line"]): unit for unit in result.units.to_pylist()}
    for line, other_line, similarity in SEED_PAIRS:
        one, other = units["000", line], units["004", other_line]
        assert one["cluster"] == other["cluster"] is not None, (line, other_line)
        for row in result.copies("004").to_pylist():
            if (row["line"], row["source_line"]) == (other_line, line):
                assert row["similarity"] == pytest.approx(similarity, abs=0.03)
    section = {(doc, line) for a, b, _ in SEED_PAIRS for doc, line in (("000", a), ("004", b))}
    for name in ("cluster", "family"):
        for (doc, line), unit in units.items():
            if unit[name] is not None and len(unit["text"]) >= 40:
                assert (doc, line) in section, unit["text"]


def dedup_demo() -> dedup.Result:
    """Run over the demo corpus as ``dedup demo`` does, but in memory."""
    from dedup.corpus.discover import discover
    from dedup.corpus.read import read
    from dedup.corpus.survey import plan, survey
    from dedup.engines.local import LocalEngine
    from dedup.pipeline import find_in
    from dedup.watch import Watch

    files = discover([corpus_path()])
    chosen = Settings()
    return find_in(
        plan(survey(files, map, settings=Settings(encoding="utf-8"))),
        lambda chunk: read(chunk, chosen), [file.name for file in files],
        chosen, LocalEngine(2), Watch(),
    )  # fmt: skip


def _demo_units(result: dedup.Result) -> dict[tuple[str, int, int], dict]:
    names = result.finding.names
    return {
        (names[unit["file"]], unit["row"], unit["line"]): unit for unit in result.units.to_pylist()
    }


def _index(units: list[dict], row: dict) -> int:
    return next(
        i
        for i, unit in enumerate(units)
        if (unit["row"], unit["paragraph"]) == (row["row"], row["paragraph"])
    )
