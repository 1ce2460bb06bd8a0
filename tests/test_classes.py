"""Classes of whole corpora: what the examples of docs/classes.md are said to be, and where."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from commandline import dedup as command
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Settings
from dedup.classes import find_classes
from dedup.rules import CLASSES, RULES

ROADS = "今年全县新建农村公路{}公里，改造危桥{}座，群众出行更加方便。"
DUTY = "养犬人应当定期为犬只接种疫苗，携犬外出时应当束牵引带。"
FORCE = "第{}条 本办法自{}年5月1日起施行。"
REFRAIN = "船过了柳塘，又是一片青青的水，摇橹的人唱着同一支歌。"
FILLER = [
    "图书馆每周二闭馆，读者可以在门口的还书箱归还图书。",
    "草鱼苗在四月下塘，每亩投放三百尾上下。",
    "老街的石板路由村民自己修补，石料取自后山。",
    "气象站记录了十七次雷暴，没有造成人员伤亡。",
    "木偶戏班每逢圩日在庙前搭台，演到掌灯时分。",
    "新来的校医给每个班讲了一节用眼卫生课。",
]
CASES = {
    "copy": [DUTY, DUTY],
    "boilerplate": [
        FORCE.format(n, year) for n, year in (("九", 2031), ("七", 2032), ("十", 2034))
    ],
    "template": [ROADS.format(*figures) for figures in ((42, 3), (58, 4), (77, 5))],
    "quote": ["让群众少跑腿", "让群众少跑腿", "让群众少跑腿"],
    "repeat": [f"{REFRAIN}\n{FILLER[0]}\n{REFRAIN}"],
}


def corpus(texts: list[str]) -> list[str]:
    """Return a document for each text, with something of its own before and after."""
    return [f"{own}\n{text}\n{own[::-1]}" for own, text in zip(FILLER, texts, strict=False)]


def told(documents: list[str], **options: object) -> dict[str, str]:
    """Return the class of each family, or cluster that is in none, by its first text."""
    chosen = {"min_length": 4, "audit": 0} | options
    result = dedup.find(documents, Settings(**chosen))  # type: ignore[arg-type]
    found = {}
    for group, table in (("cluster", result.clusters), ("family", result.families)):
        names = result.classes.table(group)["class"].to_pylist()  # type: ignore[arg-type]
        found |= dict(zip(table["text"].to_pylist(), names, strict=True))
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_examples_are_what_they_are_said_to_be(name: str) -> None:
    found = told(corpus(CASES[name]))
    first = CASES[name][0].split("\n")[0]
    assert found[first] == name
    assert len(found) == 1 + (name == "repeat")


def test_the_ledger_says_of_each_row_what_its_group_is(tmp_path: Path) -> None:
    documents = [text for texts in CASES.values() for text in corpus(texts)]
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number, text in enumerate(documents):
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    done = command("run", folder, "-o", out, "--min-length", "4")
    assert done.returncode == 0, done.stderr

    def rows(name: str) -> list[dict[str, object]]:
        lines = (out / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    clusters = {row["cluster"]: row for row in rows("clusters")}
    families = {row["family"]: row for row in rows("families")}
    ledger = rows("provenance")
    for row in ledger:
        if row["kind"] == "passage":
            assert row["class"] in {"copy", "quote", "repeat"}
        elif row["kind"] != "masked" and row["cluster"] is not None:
            assert row["class"] == clusters[row["cluster"]]["class"]
        elif row["family"] in families:
            assert row["class"] == families[row["family"]]["class"]
    report = json.loads((out / "run.json").read_bytes())["classes"]
    assert set(report) == set(CLASSES)
    for name in CLASSES:
        mine = [row for row in (*clusters.values(), *families.values()) if row["class"] == name]
        assert report[name]["groups"] == len(mine)
    assert sum(each["units"] for each in report.values()) == len(
        {(row["file"], row["line"]) for row in ledger if row["kind"] != "passage"}
    )
    assert "What is repeated is\n" in done.stdout
    summary = (out / "summary.txt").read_text(encoding="utf-8")
    assert "(template): 3 units in 3 documents" in summary
    shown = command("explain", out, "00.txt", "--line", "2")
    assert "2 units, copy (in 2 documents, " in shown.stdout
    as_json = json.loads(command("explain", out, "00.txt", "--line", "2", "--json").stdout)
    assert as_json["cluster"]["class"] == "copy"
    assert len(as_json["cluster"]["reasons"]) == 3


def test_a_line_at_the_foot_of_several_pages_is_the_pages() -> None:
    foot = "柳塘文库 · 与您一路同行的阅读好伙伴"
    pages = ["\n".join([*FILLER[n:], *(each[::-1] for each in FILLER[:n])]) for n in range(3)]
    found = told([f"{page}\n{foot}" for page in pages], preset="careful")
    assert found[foot] != "boilerplate"  # the pages are one work
    found = told([f"{FILLER[n]}\n{FILLER[n][::-1]}\n{foot}" for n in range(3)])
    assert found[foot] == "boilerplate"


def test_what_a_person_decided_comes_first() -> None:
    result = dedup.find(corpus(CASES["copy"]), Settings(audit=0))
    finding = result.finding
    decided = np.zeros(finding.texts.num_rows, np.bool_)
    decided[finding.text_of[result.clusters["unit"].to_numpy()]] = True
    grouping = dataclasses.replace(result.decision.grouping, boilerplate=decided)
    classes = find_classes(finding, grouping, result.templates)
    assert classes.names.to_pylist() == ["boilerplate"]
    assert RULES[classes.rules[0]].when == "a person decided so"
    assert result.classes.names.to_pylist() == ["copy"]


@settings(max_examples=15, deadline=None)
@given(st.permutations(corpus([text for texts in CASES.values() for text in texts][:6])))
def test_classes_are_the_same_for_any_threads_and_order(documents: list[str]) -> None:
    assert told(documents, keep="longest") == told(documents[::-1], keep="longest")
    one = dedup.find(documents, Settings(audit=0), workers=1).classes
    two = dedup.find(documents, Settings(audit=0), workers=2).classes
    assert one.table("cluster").equals(two.table("cluster"))
    assert one.table("family").equals(two.table("family"))


def test_at_a_higher_threshold_groups_are_classified_anew() -> None:
    documents = corpus([DUTY, DUTY.replace("定期", "按时"), DUTY])
    low = dedup.find(documents, Settings(audit=0))
    high = low.rethreshold(1.0)
    assert low.classes.evidence.texts.tolist() == [2]
    assert high.classes.evidence.texts.tolist() == [1]
    assert high.class_of_unit.tolist().count(CLASSES.index("copy")) == 2


def test_a_file_copied_whole_is_a_copy_though_its_lines_resemble_each_other() -> None:
    text = "\n".join(f"{DUTY[:-1]}，{ROADS.format(n, n)}" for n in range(20))
    result = dedup.find([text, text, *FILLER], Settings(audit=0))
    (row,) = result.classes.table("cluster").to_pylist()
    assert (row["class"], row["units"], row["works"], row["kin"]) == ("copy", 40, 1, 1.0)
