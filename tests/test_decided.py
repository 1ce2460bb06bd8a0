"""What decisions make of a corpus: against a slow twin, and the promises each of them makes."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from corpora import contents, corpora, lay_out, paragraphs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive import decided as naive

import dedup
from dedup.columns import numbers
from dedup.corpus.patch import restore
from dedup.decisions import Decisions
from dedup.result import Result
from dedup.run import run
from dedup.settings import Settings
from dedup.stages.ledger import ACTIONS

few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HEALTH = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革，取得成效。"
CITY = HEALTH.replace("我县", "我市")
LONGER = HEALTH + "这是后来加上的一句话，别处没有。"
ROADS = "三是农村公路养护工作稳步推进，全年完成养护里程三百二十公里，群众出行条件明显改善。"
REST = "另外还有一段别的内容，说的是其他事情，与上面各段都没有任何关系，写得稍微长一些。"
ALONE = "独一无二的一段文字在这里，没有别的什么地方有它，谁也不会再写一遍。"


def hashes(result: Result) -> list[str]:
    """Return the hash of each unit, as the ledger has it."""
    units = result.finding.units
    halves = zip(units["hash_high"].to_pylist(), units["hash_low"].to_pylist(), strict=True)
    return [f"{high:016x}{low:016x}" for high, low in halves]


def hash_of(text: str) -> str:
    return hashes(dedup.find([text], Settings(unit="document")))[0]


def found(documents: Any, decisions: Decisions | None = None, **more: Any) -> Result:
    return dedup.find(documents, Settings(unit="line", decisions=decisions, **more))


def told(result: Result) -> list[tuple[str, int, str, str]]:
    """Return what became of each unit that is in the ledger, and why."""
    rows = result.provenance.to_pylist()
    return sorted({(r["doc"], r["paragraph"], r["action"], r["reason"]) for r in rows})


DOCUMENTS = {"a": f"{HEALTH}\n{ROADS}", "b": f"{HEALTH}\n{CITY}", "c": f"{ROADS}\n{ALONE}"}
FIRST, EXACT = "the first of its group in keep order", "an exact copy of what is kept"
DIFFERS = "tagged: a number, date, place or negation differs"


def test_without_decisions() -> None:
    assert told(found(DOCUMENTS.items())) == [
        ("a", 0, "kept", FIRST), ("a", 1, "kept", FIRST), ("b", 0, "dropped", EXACT),
        ("b", 1, "tagged", DIFFERS), ("c", 0, "dropped", EXACT),
    ]  # fmt: skip


def test_keep() -> None:
    result = found(DOCUMENTS.items(), Decisions(keep=[hash_of(HEALTH)]))
    assert told(result) == [
        ("a", 0, "kept", "decision: keep"), ("a", 1, "kept", FIRST),
        ("b", 0, "kept", "decision: keep"), ("b", 1, "tagged", DIFFERS), ("c", 0, "dropped", EXACT),
    ]  # fmt: skip
    assert result.cleaned()[1].as_py() == DOCUMENTS["b"]


def test_drop() -> None:
    decided = Decisions(drop=[hash_of(HEALTH), hash_of(ALONE)])
    result = found(DOCUMENTS.items(), decided)
    assert told(result) == [
        ("a", 0, "dropped", "decision: drop"), ("a", 1, "kept", FIRST),
        ("b", 0, "dropped", "decision: drop"), ("b", 1, "tagged", DIFFERS),
        ("c", 0, "dropped", EXACT), ("c", 1, "dropped", "decision: drop"),
    ]  # fmt: skip
    assert result.cleaned().to_pylist() == [ROADS, CITY, ""]
    alone = result.copies("c").to_pylist()[1]
    assert alone["kind"] is alone["source_doc"] is alone["cluster"] is alone["family"] is None
    # What is dropped by decision stands for nothing: the city's is what is kept now.
    result = found(DOCUMENTS.items(), Decisions(drop=[hash_of(HEALTH)]), preset="aggressive")
    assert result.cleaned().to_pylist() == [ROADS, CITY, ALONE]


def test_short_units_are_dropped_if_decided() -> None:
    result = found(["一、概况\n" + ROADS, "一、概况"], Decisions(drop=[hash_of("一、概况")]))
    assert result.cleaned().to_pylist() == [ROADS, ""]
    assert [row["action"] for row in result.provenance.to_pylist()] == ["dropped", "dropped"]


def test_boilerplate() -> None:
    result = found(DOCUMENTS.items(), Decisions(boilerplate=[hash_of(HEALTH)]))
    reason = "decision: boilerplate"
    assert told(result) == [
        ("a", 0, "tagged", reason), ("a", 1, "kept", FIRST), ("b", 0, "tagged", reason),
        ("b", 1, "tagged", DIFFERS), ("c", 0, "dropped", EXACT),
    ]  # fmt: skip
    classes = {r["text"]: r["class"] for r in result.provenance.to_pylist()}
    # The other text of its family is what that is: boilerplate.
    assert classes == {HEALTH: "boilerplate", ROADS: "copy", CITY: "boilerplate"}
    told_of = result.classes.table("cluster")
    assert told_of["class"].to_pylist() == ["boilerplate", "copy"]
    assert told_of["reasons"][0][0].as_py() == "a person decided so"


def test_keep_this() -> None:
    decided = Decisions(keep_this=[(hash_of(HEALTH), "b", 0)])
    result = found(DOCUMENTS.items(), decided)
    assert told(result) == [
        ("a", 0, "dropped", EXACT), ("a", 1, "kept", FIRST),
        ("b", 0, "kept", "decision: keep_this"), ("b", 1, "tagged", DIFFERS),
        ("c", 0, "dropped", EXACT),
    ]  # fmt: skip
    assert result.copies("a").to_pylist()[0]["source_doc"] == "b"
    assert result.cleaned().to_pylist() == [ROADS, DOCUMENTS["b"], ALONE]
    # A near copy, which comes first and is not kept as it would be.
    documents = [LONGER, HEALTH]
    assert found(documents).cleaned().to_pylist() == [LONGER, ""]
    this = Decisions(keep_this=[(hash_of(HEALTH), "1", 0)])
    assert found(documents, this).cleaned().to_pylist() == documents
    assert found(documents, this, preset="aggressive").cleaned().to_pylist() == ["", HEALTH]


@pytest.mark.parametrize("place", [("b", 1), ("x", 0), ("b", 2**31 - 1)])
def test_keep_this_falls_back_to_the_first(place: tuple[str, int]) -> None:
    decided = Decisions(keep_this=[(hash_of(CITY), *place)])
    result = found(DOCUMENTS.items(), decided, preset="aggressive")
    assert result.cleaned().to_pylist() == [ROADS, CITY, ALONE]
    assert result.finding.decided is not None
    moved = int(place != ("b", 1))
    assert result.finding.decided.report["keep_this"] == {
        "decisions": 1, "applied": 1, "units": 1, "moved": moved,
    }  # fmt: skip


def test_of_documents_called_the_same_the_first_is_meant() -> None:
    rows = [("x", CITY), ("y", HEALTH), ("z", HEALTH), ("z", HEALTH)]
    result = found(rows, Decisions(keep_this=[(hash_of(HEALTH), "z", 0)]))
    assert result.cleaned().to_pylist() == [CITY, "", HEALTH, ""]


def test_two_that_are_to_be_kept_of_one_group_are_both_kept() -> None:
    decided = Decisions(keep_this=[(hash_of(HEALTH), "b", 0), (hash_of(CITY), "b", 1)])
    result = found(DOCUMENTS.items(), decided, preset="aggressive")
    assert result.cleaned().to_pylist() == [ROADS, DOCUMENTS["b"], ALONE]


def test_not_a_copy_in_the_literal_view() -> None:
    documents = [LONGER, HEALTH]
    result = found(documents, Decisions(not_a_copy=[(hash_of(HEALTH), hash_of(LONGER))]))
    assert result.cleaned().to_pylist() == documents
    assert result.cluster.count == result.family.count == result.provenance.num_rows == 0


def test_not_a_copy_parts_what_is_equal_once_masked() -> None:
    sites = ["我县", "我市", "全区"]
    documents = [HEALTH.replace("我县", each) for each in sites]
    plain = found(documents, drop_families=True)
    assert plain.cleaned().to_pylist() == [documents[0], "", ""]
    one, two, three = map(hash_of, documents)
    result = found(documents, Decisions(not_a_copy=[(one, two)]), drop_families=True)
    assert result.cleaned().to_pylist() == [documents[0], documents[1], ""]
    assert [set(group) for group in result.families["members"].to_pylist()] == [{0, 2}]
    linked = {(r["doc"], r["source_doc"]) for r in result.provenance.to_pylist()}
    assert linked == {("0", None), ("2", "0"), ("2", "1")}  # two groups, each with an edge
    all_apart = Decisions(not_a_copy=[(one, two), (two, three), (one, three)])
    assert found(documents, all_apart).provenance.num_rows == 0


def test_not_a_copy_leaves_no_passage_that_begins_before_the_two() -> None:
    shared = f"{HEALTH}{ROADS}"
    titles = [
        f"{own}关于上半年全县各项工作的几点意见"
        for own in ("甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥")
    ]
    paragraphs = [
        f"{shared}图书馆每周二闭馆，读者可以还书。码头边的仓库改成了书店，傍晚总坐满了人，谁也不说话。",
        f"{shared}她把信读了两遍，放回抽屉里，再没有提起。村口的老槐树今年又发了新枝，孩子们在树下玩耍。",
    ]
    documents = ["\n".join(each) for each in zip(titles, paragraphs, strict=True)]
    [passage] = found(documents, threshold=0.95).passages.to_pylist()
    assert (passage["unit"], passage["source_unit"]) == (2, 0)
    assert passage["end"] > len(titles[1]) + len(shared)
    decided = Decisions(not_a_copy=[(hash_of(paragraphs[0]), hash_of(paragraphs[1]))])
    assert found(documents, decided, threshold=0.95).passages.num_rows == 0
    # What is decided of the titles is not decided of that.
    others = Decisions(not_a_copy=[(hash_of(titles[0]), hash_of(titles[1]))])
    assert found(documents, others, threshold=0.95).passages.num_rows == 1


def test_not_a_copy_leaves_no_passage_between_the_two() -> None:
    inside = f"会议指出，以下内容需要各部门认真学习：{HEALTH}{REST}以上各点请按时上报。"
    other = f"报告开头先谈谈农业生产的总体情况和来年安排。{HEALTH}接下来说明财政预算执行。"
    plain = found([inside, other]).provenance.to_pylist()
    assert [(r["kind"], r["doc"], r["source_doc"]) for r in plain] == [("passage", "1", "0")]
    decided = Decisions(not_a_copy=[(hash_of(inside), hash_of(other))])
    assert found([inside, other], decided).provenance.num_rows == 0
    # What else is decided of a unit is not about a stretch of it.
    more = Decisions(keep=[hash_of(other)], boilerplate=[hash_of(other)])
    assert found([inside, other], more).provenance.to_pylist() == plain


def test_what_they_are_both_copies_of_may_hold_two_together() -> None:
    documents = [HEALTH, CITY, LONGER]
    decided = Decisions(not_a_copy=[(hash_of(CITY), hash_of(LONGER))])
    result = found(documents, decided)
    assert [set(group) for group in result.clusters["members"].to_pylist()] == [{0, 1, 2}]
    linked = {(r["doc"], r["source_doc"]) for r in result.provenance.to_pylist()}
    assert linked == {("0", None), ("1", "0"), ("2", "0")}


def test_a_document_that_holds_what_is_to_be_kept_is_not_dropped_whole() -> None:
    rows = {"a": f"{HEALTH}\n{ROADS}\n{REST}", "b": f"{HEALTH}\n{ROADS}\n尾"}
    plain = found(rows.items(), drop_document=0.9)
    assert plain.cleaned().to_pylist() == [rows["a"], ""]
    for kind in ("keep", "boilerplate"):
        result = found(rows.items(), Decisions(**{kind: [hash_of(ROADS)]}), drop_document=0.9)
        assert result.cleaned().to_pylist() == [rows["a"], f"{ROADS}\n尾"]
        assert not result.dropped_documents.any()
    this = Decisions(keep_this=[(hash_of(ROADS), "b", 1)])
    result = found(rows.items(), this, drop_document=0.9)
    assert result.cleaned().to_pylist() == [f"{HEALTH}\n{REST}", f"{ROADS}\n尾"]
    source = next(r for r in result.copies("a").to_pylist() if r["action"] == "dropped")
    assert (source["source_doc"], source["reason"]) == ("b", EXACT)


def test_what_is_dropped_by_decision_counts_for_no_document() -> None:
    rows = {"a": HEALTH, "b": f"{HEALTH}\n{ALONE}", "c": ALONE}
    decided = Decisions(drop=[hash_of(ALONE)])
    result = found(rows.items(), decided, drop_document=0.9)
    assert result.dropped_documents.tolist() == [False, True, False]
    assert result.cleaned().to_pylist() == [HEALTH, "", ""]
    assert [r["reason"] for r in result.copies("c").to_pylist()] == ["decision: drop"]


def test_a_higher_threshold_keeps_the_decisions() -> None:
    decided = Decisions(keep=[hash_of(HEALTH)])
    result = found(DOCUMENTS.items(), decided).rethreshold(0.9)
    assert result.cleaned()[1].as_py() == DOCUMENTS["b"]


def test_what_is_not_in_the_corpus_is_counted_and_told_in_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plain = found(DOCUMENTS.items())
    here, gone = hash_of(HEALTH), "00" * 16
    decided = Decisions(
        keep=[here, gone], keep_this=[(gone, "a", 0)], not_a_copy=[(here, gone), (gone, "ff" * 16)]
    )
    result = found(DOCUMENTS.items(), decided)
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [
        "4 of 5 decisions are about texts that are not in this corpus"
    ]
    assert result.finding.decided is not None
    none = dict.fromkeys(("decisions", "applied", "units"), 0)
    assert result.finding.decided.report == {
        "keep": {"decisions": 2, "applied": 1, "units": 2},
        "drop": none, "boilerplate": none,
        "keep_this": {"decisions": 1, "applied": 0, "units": 0, "moved": 0},
        "not_a_copy": {"decisions": 2, "applied": 0, "units": 0},
    }  # fmt: skip
    nothing = found(DOCUMENTS.items(), Decisions(drop=[gone], not_a_copy=[(here, gone)]))
    assert nothing.provenance.equals(plain.provenance)


def test_no_corpus_and_no_decision() -> None:
    decided = Decisions(drop=["00" * 16], keep_this=[("ff" * 16, "a", 0)])
    for more in ({}, {"drop_document": 0.9}, {"keep": "longest"}):
        assert found([], decided, **more).provenance.num_rows == 0
        assert found(["短"], decided, **more).cleaned().to_pylist() == ["短"]
    assert found(DOCUMENTS.items(), Decisions()).finding.decided is None


@st.composite
def decided_corpora(draw: st.DrawFn) -> tuple[list[tuple[str, str]], Decisions]:
    """Draw documents of whole lines, and decisions about some of their texts."""
    lines = draw(st.lists(paragraphs.map(lambda p: p.strip()), min_size=1, max_size=10))
    cuts = draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    texts: list[list[str]] = []
    for line, new in zip(lines, cuts, strict=True):
        if new or not texts:
            texts.append([])
        texts[-1].append(line)
    documents = [(draw(st.sampled_from("abc")), "\n".join(text)) for text in texts]
    known = sorted(set(hashes(found(documents))))
    return documents, draw(decisions_about(known, [doc for doc, _ in documents]))


@st.composite
def decisions_about(draw: st.DrawFn, known: list[str], docs: list[str]) -> Decisions:
    """Draw decisions that do not contradict each other."""
    one = st.sampled_from([*known, "00" * 16])
    some = st.lists(one, max_size=3)
    drop = draw(some)
    rest = st.lists(one.filter(lambda text: text not in drop), max_size=3)
    places = st.tuples(st.sampled_from([*docs, "x"]), st.integers(0, 3))
    return Decisions(
        drop=drop,
        keep=draw(rest) if set(drop) < {*known, "00" * 16} else [],
        boilerplate=draw(some),
        keep_this=[
            (text, *draw(places)) for text in sorted(set(draw(some))) if text not in drop
        ],
        not_a_copy=draw(
            st.lists(st.tuples(one, one).filter(lambda pair: pair[0] != pair[1]), max_size=4)
        ),
    )  # fmt: skip


def as_units(result: Result, least: int) -> list[naive.Unit]:
    units = result.finding.units
    doc = result.documents["doc"].take(units["document"]).to_pylist()
    return [
        naive.Unit(*values, length, length >= least)
        for *values, length in zip(
            doc, units["paragraph"].to_pylist(), hashes(result), units["length"].to_pylist(),
            strict=True,
        )
    ]  # fmt: skip


def pairs_of(edges: pa.Table, name: list[str]) -> set[tuple[str, str]]:
    a, b = edges["a"].to_pylist(), edges["b"].to_pylist()
    return {(name[x], name[y]) for x, y in zip(a, b, strict=True)}


presets = st.sampled_from(["careful", "standard", "aggressive"])


@few
@given(decided_corpora(), presets, st.booleans(), st.sampled_from([0, 20, 40]))
def test_what_is_found_and_dropped_is_as_the_twin_has_it(
    corpus: tuple[list[tuple[str, str]], Decisions], preset: str, families: bool, least: int
) -> None:
    documents, decided = corpus
    chosen = {"preset": preset, "drop_families": families, "min_drop": least, "exact": True}
    plain, result = found(documents, **chosen), found(documents, decided, **chosen)

    finding, texts = plain.finding, plain.finding.texts
    of_unit = hashes(plain)
    name = [of_unit[unit] for unit in texts["unit"].to_pylist()]
    edges = finding.literal.edges
    turned = edges.rename_columns(["b", "a", "similarity", "containment_b", "containment_a"])
    both = pa.concat_tables([edges, turned.select(edges.column_names)])
    stands = both.filter(pa.array(plain.decision.rule.covers(both, texts)))
    masked_of = finding.masked_of.tolist()
    near_masked = {frozenset(pair) for pair in zip(
        finding.masked.edges["a"].to_pylist(), finding.masked.edges["b"].to_pylist(), strict=True
    )}  # fmt: skip
    alike = {
        frozenset((name[a], name[b]))
        for b in range(len(name)) for a in range(b)
        if min(masked_of[a], masked_of[b]) >= 0
        and (masked_of[a] == masked_of[b] or frozenset((masked_of[a], masked_of[b])) in near_masked)
    }  # fmt: skip
    wanted = naive.decide(
        as_units(plain, result.settings.min_length),
        {frozenset(pair) for pair in pairs_of(edges, name)},
        pairs_of(stands, name),
        alike,
        {name[text] for text, of in enumerate(masked_of) if of >= 0},
        decided, least, families,
    )  # fmt: skip
    assert set(np.flatnonzero(result.dropped).tolist()) == wanted.dropped
    for groups, expected in (
        (result.clusters, wanted.clusters),
        (result.families, wanted.families),
    ):
        assert {frozenset(members) for members in groups["members"].to_pylist()} == expected


@few
@given(
    decided_corpora(), presets, st.booleans(), st.sampled_from([None, 0.5, 0.9]),
    st.sampled_from(["first", "longest"]), st.booleans(),
)  # fmt: skip
def test_every_decision_is_kept(
    corpus: tuple[list[tuple[str, str]], Decisions],
    preset: str,
    families: bool,
    whole: float | None,
    keep: str,
    across: bool,
) -> None:
    documents, decided = corpus
    result = found(
        documents, decided, preset=preset, drop_families=families, drop_document=whole, keep=keep,
        min_drop=8, across_only=across,
    )  # fmt: skip
    of_unit = hashes(result)
    document = numbers(result.finding.units["document"])
    dropped, target = result.dropped, result.target
    this = result.finding.decided.this if result.finding.decided else np.zeros(len(dropped), bool)
    assert not dropped[this].any()
    assert sorted(of_unit[n] for n in np.flatnonzero(this)) == [
        place.hash for place in decided.keep_this if place.hash in of_unit
    ]
    parted = {frozenset(pair) for pair in decided.not_a_copy}
    for unit, text in enumerate(of_unit):
        if text in decided.drop:
            assert dropped[unit]
        elif text in {*decided.keep, *decided.boilerplate}:
            assert not dropped[unit]
        elif dropped[unit] and not result.dropped_documents[document[unit]]:
            assert target[unit] >= 0
        if target[unit] >= 0:
            assert not dropped[target[unit]]
            assert frozenset((text, of_unit[target[unit]])) not in parted
    rows = result.provenance.to_pylist()
    links = result.decision.links
    for unit, source in zip(numbers(links["unit"]), numbers(links["source"]), strict=True):
        assert source < 0 or frozenset((of_unit[unit], of_unit[source])) not in parted
    reasons = {"keep": decided.keep, "drop": decided.drop}
    action = [ACTIONS[each] for each in result.action]
    for row in (row for row in rows if row["kind"] != "passage"):
        for name, texts in reasons.items():
            assert (row["reason"] == f"decision: {name}") == (row["hash"] in texts)
        if row["hash"] in decided.boilerplate and len(row["text"].strip()) >= 8:
            assert row["class"] == "boilerplate"
    # Every unit that goes is in the ledger.
    units = result.finding.units
    places = list(zip(document.tolist(), units["paragraph"].to_pylist(), strict=True))
    told = {
        (row["row"], row["paragraph"]): row["action"] for row in rows if row["kind"] != "passage"
    }
    assert all(told.get(place, "kept") == its for place, its in zip(places, action, strict=True))


@settings(few, max_examples=12)
@given(files=corpora(), data=st.data(), preset=presets, whole=st.sampled_from([None, 0.5]))
def test_restore_gives_the_input_to_the_byte(
    files: dict[str, bytes], data: st.DataObject, preset: str, whole: float | None
) -> None:
    chosen = Settings(preset=preset, min_drop=8, drop_document=whole, unit="line", audit=0)
    texts = [text.decode("utf-8", "replace") for text in files.values()]
    known = sorted(set(hashes(dedup.find(texts, chosen))))
    decided = data.draw(decisions_about(known, sorted(files)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder / "in", files)
        run([folder / "in"], folder / "out", dataclasses.replace(chosen, decisions=decided))
        restore(folder / "out", folder / "back")
        assert contents(folder / "back") == files
