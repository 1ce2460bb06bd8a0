"""Who had a text first, from documents to the ledger: years, pages, passages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dedup
from dedup.run import run
from dedup.settings import Settings

ROADS = (
    "全县新改建农村公路一百四十六公里，改造危桥九座，安装防护栏七十二公里，路长制覆盖所有乡镇，"
    "养护资金由县财政兜底，群众出行难的问题得到明显缓解。"
)
BRIDGE = "东溪大桥主体工程于汛期以前完工，两岸引道同步铺设沥青，过往车辆不再绕行三十公里山路。"
PIPES = "农村饮水管网延伸到海拔六百米以上的村庄，水质每月检测一次，结果张贴在村务公开栏内。"


def reports(*years: int) -> list[dict[str, str]]:
    """Return reports of which each has the last one's text, once more extended."""
    more = ["", BRIDGE, BRIDGE + PIPES, BRIDGE + PIPES + "养护队伍全部配齐。"]
    return [
        {"id": f"r{year}", "text": f"{year}年交通工作总结\n{ROADS}{more[number]}"}
        for number, year in enumerate(years)
    ]


def rows(result: dedup.Result, doc: str) -> list[tuple[str | None, str | None]]:
    return [
        (row["source_doc"], row["direction"])
        for row in result.provenance.to_pylist()
        if row["doc"] == doc and row["text"].startswith("全县")
    ]


def test_years_come_out_as_a_chain():
    result = dedup.find(reports(2001, 2002, 2003), Settings(threshold=0.4))
    (chain,) = (
        [
            step
            for step in result.tracing.cluster_chains.to_pylist()
            if step["cluster"] == row["cluster"]
        ]
        for row in result.clusters.to_pylist()
        if row["text"].startswith("全县")
    )
    units = result.units.to_pylist()
    where = {unit: units[unit]["doc"] for unit in range(len(units))}
    assert [(step["date"], where[step["unit"]], where.get(step["source"])) for step in chain] == [
        ("2001", "r2001", None),
        ("2002", "r2002", "r2001"),
        ("2003", "r2003", "r2002"),
    ]
    assert rows(result, "r2003") == [("r2001", "from_source")]


def test_the_order_of_the_corpus_says_nothing():
    documents = reports(2001, 2002, 2003)
    result = dedup.find(documents[::-1], Settings(threshold=0.4))
    assert rows(result, "r2001") == [("r2003", "to_source")]
    (told,) = {
        (row["status"], row["reason"], row["date"], result.units["doc"][row["unit"]].as_py())
        for row in result.tracing.clusters.to_pylist()
    }
    assert told == ("dated", "the earliest date, in its text's head", "2001", "r2001")


def test_without_dates_nobody_knows():
    documents = [{"id": str(i), "text": ROADS + BRIDGE} for i in range(3)]
    result = dedup.find(documents)
    assert result.tracing.clusters.to_pylist() == [
        {
            "cluster": 0, "status": "unknown", "date": None, "unit": None,
            "reason": "no dates, and nothing in the texts tells",
        }
    ]  # fmt: skip
    assert rows(result, "1") == [("0", "unknown")]
    assert result.tracing.cluster_chains.num_rows == 0


def test_a_page_with_readings_is_the_later_one_also_where_it_has_none():
    page = f"{ROADS.replace('农村', '农(nóng)村')}\n{BRIDGE.replace('大桥', '大桥(qiáo)')}\n{PIPES}"
    result = dedup.find(
        {"id": "page", "text": page} if i else {"id": "own", "text": f"{ROADS}\n{BRIDGE}\n{PIPES}"}
        for i in (1, 0)
    )
    told = {
        row["text"][:2]: row["direction"]
        for row in result.copies("own").to_pylist()
        if row["doc"] == "own"
    }
    assert told == {"全县": "to_source", "东溪": "to_source", "农村": "to_source"}
    assert [row["status"] for row in result.tracing.families.to_pylist()] == ["inferred"] * 3


def test_versions_of_a_text_are_told_apart_by_the_years_they_name():
    def law(year: int) -> str:
        return f"{ROADS}\n{BRIDGE}\n本办法自{year}年1月1日起施行，由县人民政府负责解释。"

    result = dedup.find([law(2015), law(2009)])
    assert {row["direction"] for row in result.provenance.to_pylist()} == {None, "to_source"}
    # One paragraph in common is not a version: then a year that is named once says nothing.
    other = "\n".join(f"第{i}号水库除险加固，坝顶加宽{i}米。" for i in range(9))
    result = dedup.find([f"{other}\n2015年\n{ROADS}", f"{other[::-1]}\n2009年\n{ROADS}"])
    assert rows(result, "1") == [("0", "unknown")]


def test_passages_have_a_direction():
    long = "水利部门对全县山塘逐座建档，蓄水能力和管护责任人一并登记，汛前汛后各查一遍。"
    documents = [
        {"id": "later", "date": "2021-05", "text": PIPES + ROADS + long},
        {"id": "first", "date": "2019", "text": "气象台发布大雾黄色预警。" + ROADS + BRIDGE},
    ]
    result = dedup.find(documents, Settings(date_field="date", threshold=0.9))
    (row,) = [row for row in result.provenance.to_pylist() if row["kind"] == "passage"]
    assert (row["doc"], row["source_doc"], row["direction"]) == ("first", "later", "to_source")


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["短"], [ROADS]])
def test_nothing_shared(texts: list[str]):
    result = dedup.find(texts)
    assert result.tracing.clusters.num_rows == result.tracing.families.num_rows == 0
    assert result.tracing.cluster_chains.num_rows == result.tracing.family_chains.num_rows == 0
    assert result.provenance["direction"].null_count == result.provenance.num_rows


def test_the_rows_of_clusters(tmp_path: Path):
    for row in reports(2003, 2001, 2002):
        (tmp_path / f"{row['id']}.txt").write_text(row["text"], encoding="utf-8")
    run([tmp_path], tmp_path / "out", Settings(threshold=0.4))
    lines = (tmp_path / "out/clusters.jsonl").read_bytes().splitlines()
    (told,) = [row for row in map(json.loads, lines) if row["text"].startswith("全县")]
    assert told["origin"]["file"] == "r2001.txt"
    assert told["origin"]["hash"] in (tmp_path / "out/provenance.jsonl").read_text("utf-8")
    assert [(step["date"], step["file"], step["from"]) for step in told["chain"]] == [
        ("2001", "r2001.txt", None),
        ("2002", "r2002.txt", 0),
        ("2003", "r2003.txt", 0),
    ]
