"""Templates of a whole run: what is written and what the tables hold, against the twin."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import template as naive
from naive.classes import damaged

import dedup
from dedup import Result, Settings, folding, kinds
from dedup.grouplines import MEMBERS_SHOWN, SUBSTITUTIONS_SHOWN, VALUES_SHOWN, group_lines

TABLES = folding.load_tables()
DAMS = "全體巡庫員完成了我{b}小型水庫的{a}加固，巡查記錄由{c}保管備查。"


def rows_of(result: Result) -> list[list[dict[str, Any]]]:
    """Return the rows of clusters.jsonl and of families.jsonl."""
    engine = result.finding.engine
    return [
        [
            json.loads(line)
            for part in group_lines(result, engine, group)
            for line in part.to_pylist()
        ]
        for group in ("cluster", "family")
    ]


def parts(row: dict[str, Any]) -> list[Any]:
    """Return a template as strings and lists of values with their counts."""
    return [
        part.get("text") or [(each["value"], each["count"]) for each in part["values"]]
        for part in row["template"]
    ]


def dams(a: str, b: str, c: str) -> str:
    return DAMS.format(a=a, b=b, c=c)


def test_a_place_is_a_slot_whatever_the_script() -> None:
    texts = [
        dams("除險", "縣", "專人"), dams("除险", "市", "专人"),
        dams("除险", "县", "专人"), "我市水庫除險有成效。",
        dams("除險", "市", "专(zhuān)人"),
    ]  # fmt: skip
    result = dedup.find(texts)
    (row,), families = rows_of(result)
    assert families == []
    assert parts(row) == [
        "全體巡庫員完成了我", [("縣", 2), ("市", 2)],
        "小型水庫的除險加固，巡查記錄由專人保管備查。",
    ]  # fmt: skip
    assert row["template"][1] == {
        "slot": 0, "kind": "place", "more": 0,
        "values": [{"value": "縣", "count": 2}, {"value": "市", "count": 2}],
    }  # fmt: skip
    assert [member["values"] for member in row["members"]] == [["縣"], ["市"], ["县"], ["市"]]
    assert row["substitutions"] == [{"from": "縣", "to": "市", "kind": "place", "count": 2}]
    size = len(texts[0])
    assert (row["fixed_share"], row["aligned"]) == (round((size - 1) / size, 4), 2)
    assert result.substitutions.to_pylist() == [
        {"from": "縣", "to": "市", "kind": "place", "count": 2, "groups": 1}
    ]
    assert result.slots().to_pylist() == [
        {"cluster": 0, "slot": 0, "kind": "place", "unit": unit, "value": value}
        for unit, value in ((0, "縣"), (1, "市"), (2, "县"), (4, "市"))
    ]


def test_the_first_texts_values_come_first_and_then_those_of_most_units() -> None:
    texts = [dams("除險", place, "專人") for place in ("縣", "市", "市", "區", "市", "區", "州")]
    (row,), _ = rows_of(dedup.find(texts))
    assert parts(row)[1] == [("縣", 1), ("市", 3), ("區", 2), ("州", 1)]
    told = [each["to"] for each in row["substitutions"]]
    assert told == ["市", "區", "州"]


def test_neither_damage_nor_marks_are_substitutions() -> None:
    texts = [dams("除險", "縣", "專人"), dams("除?", "市", "專人").replace("，", "；")]
    (row,), _ = rows_of(result := dedup.find(texts, Settings(threshold=0.3)))
    assert [each["value"] for each in row["template"][3]["values"]] == ["除險", "除?"]
    assert row["substitutions"] == [{"from": "縣", "to": "市", "kind": "place", "count": 1}]
    assert result.substitutions.num_rows == 1


def test_a_family_of_several_clusters_has_a_row_and_counts_once() -> None:
    form = "{0}年{1}月{2}日{3}人民代表大会常务委员会公布"
    texts = [
        form.format(*each)
        for each in (
            ("2015", "4", "1", "霍邱县"), ("2016", "12", "24", "金寨县"),
            ("2015", "4", "1", "霍邱县"), ("2017", "4", "30", "霍邱县"),
        )
    ]  # fmt: skip
    clusters, (family,) = rows_of(result := dedup.find(texts))
    assert [row["template"] for row in clusters] == [[{"text": texts[0]}]]
    assert [member["values"] for member in clusters[0]["members"]] == [[], []]
    assert [part.get("kind", part.get("text")) for part in family["template"]] == [
        "date", "年", "date", "月", "date", "日", "place", "人民代表大会常务委员会公布",
    ]  # fmt: skip
    assert family["members"][3]["values"] == ["2017", "4", "30", "霍邱县"]
    told = {(row["from"], row["to"]): row["count"] for row in result.substitutions.to_pylist()}
    assert told == {
        ("2015", "2016"): 1, ("2015", "2017"): 1, ("4", "12"): 1, ("1", "24"): 1, ("1", "30"): 1,
        ("霍邱县", "金寨县"): 1,
    }  # fmt: skip
    assert result.slots("family").num_rows == 16


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        # What stands for several characters of the shadow is one value, and nowhere cut.
        ("㈠加强食品安全监管工作力度", "㈡加强食品安全监管工作力度", ["㈠", "㈡"]),
        # What is dropped belongs to what stands before it.
        ("全縣(xiàn) 推進食品安全監管工作", "全市推进食品安全监管工作", ["縣(xiàn) ", "市"]),
        ("　全县推进食品安全监管工作", "全市推进食品安全监管工作", ["县", "市"]),
        (
            "ＷＴＯ组织推进食品安全工作，监管得力",
            "wto组织推进食品安全工作，监管有力",
            ["得力", "有力"],
        ),
        ("\ud800全县推进食品安全监管工作", "\ud800全市推进食品安全监管工作", ["县", "市"]),
        ("全县推进食品安全监管工作\x00", "全市推进食品安全监管工作\x00", ["县", "市"]),
    ],
)
def test_values_are_in_the_original_characters(one: str, other: str, values: list[str]) -> None:
    result = dedup.find([one, other], Settings(threshold=0.5))
    assert result.slots()["value"].to_pylist() == values
    (row,), _ = rows_of(result)
    whole = "".join(part.get("text") or values[0] for part in row["template"])
    assert (
        whole
        == row["text"]
        == result.texts_of(result.finding.texts["unit"].to_numpy()[:1])[0].as_py()
    )


BASES = [
    "今年上半年，我县卫生局共检查学校食堂12家，发现问题3处，均已整改到位。",
    "第三条本条例自2014年5月1日起施行，由市人民政府负责解释。",
    "The committee shall publish the report within 30 days of the meeting.",
]
CHANGES = [
    ("县", "市"), ("县", "縣"), ("卫生局", "教育局"), ("卫", "衛(wèi)"), ("12", "45"),
    ("校食堂12", "省3"), ("校食堂", "区"), ("县卫生局共检查", "市7"),
    ("均", ""), ("，", ", "), ("三", "四"), ("2014", "2015"), ("5月", "10月"), ("市人民", "省人民"),
    ("条例", "办法"), ("条", "條"), ("30", "45"), ("shall", "must not"), ("report", "REPORT"),
    (" the ", "  the "), ("。", "。　"), ("政", "?"), ("检查", "检\ufffd"), ("，", "："),
]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(BASES))
    for old, new in draw(st.lists(st.sampled_from(CHANGES), max_size=5)):
        text = text.replace(old, new, draw(st.sampled_from([1, -1])))
    return text


@settings(deadline=None, max_examples=60)
@given(st.lists(texts(), min_size=2, max_size=25), st.booleans())
def test_rows_and_tables_are_those_of_the_twin(corpus: list[str], longest: bool) -> None:
    keep = Settings(keep="longest") if longest else Settings()
    result = dedup.find(corpus, keep)
    shadows = folding.fold_strings(
        result.texts_of(range(result.units.num_rows)).to_pylist(), TABLES
    )
    clusters, families = rows_of(result)
    same = set(map(tuple, result.clusters["members"].to_pylist()))
    groups = [*result.clusters.to_pylist()]
    groups += [row for row in result.families.to_pylist() if tuple(row["members"]) not in same]
    tables = {
        "cluster": result.slots().to_pylist(),
        "family": result.slots("family").to_pylist(),
    }
    for row, group in zip([*clusters, *families], groups, strict=True):
        name = "cluster" if "cluster" in row else "family"
        assert row[name] == group[name]
        members = group["members"]
        aligned = list(dict.fromkeys(shadows[unit] for unit in members))
        words, twin = naive.template(aligned)
        assert row["aligned"] == len(aligned)
        found = [part for part in row["template"] if "slot" in part]
        assert len(found) == len(twin)
        fixed = sum(map(len, words)) - sum(len(slot.values[0]) for slot in twin)
        mean = sum(map(len, aligned)) / len(aligned)
        assert row["fixed_share"] == pytest.approx(fixed / mean, abs=1e-4)
        # Every unit: what is fixed, in the first one's characters, and its own values fold to it.
        values = [
            [
                each["value"]
                for each in tables[name]
                if (each[name], each["unit"]) == (row[name], unit)
            ]
            for unit in members
        ]
        assert [member["values"] for member in row["members"]] == values[:MEMBERS_SHOWN]
        for unit, mine in zip(members, values, strict=True):
            theirs = [slot.values[aligned.index(shadows[unit])].strip() for slot in twin]
            assert folding.fold_strings(mine, TABLES) == theirs
            whole = "".join(part.get("text") or mine[part["slot"]] for part in row["template"])
            assert folding.fold_strings([whole], TABLES) == [shadows[unit]]
        # Values are counted in units, substitutions in slots of units.
        for number, (part, slot) in enumerate(zip(found, twin, strict=True)):
            counts: dict[str, int] = {}
            for unit in members:
                value = slot.values[aligned.index(shadows[unit])]
                counts[value] = counts.get(value, 0) + 1
            mine, *_ = slot.values  # the first text's comes first, then those of most units
            best = sorted(
                counts.items(), key=lambda of: (of[0] != mine, -of[1], slot.values.index(of[0]))
            )
            shown = [(each["value"].strip(), each["count"]) for each in part["values"]]
            assert [count for _, count in shown] == [count for _, count in best][:VALUES_SHOWN]
            assert folding.fold_strings([value for value, _ in shown], TABLES) == [
                value.strip() for value, _ in best[:VALUES_SHOWN]
            ]
            assert part["more"] == max(0, len(best) - VALUES_SHOWN)
            assert part["slot"] == number
            assert part["kind"] in kinds.KINDS
        pairs: dict[tuple[str, str], int] = {}
        for slot in twin:
            for unit in members:
                entry = aligned.index(shadows[unit])
                value, sides = slot.values[entry], (slot.pieces[0], slot.pieces[entry])
                words_in = any(naive.value_kind(side) for side in sides)
                if value != slot.values[0] and words_in and not damaged(value, slot.values[0]):
                    pairs[slot.values[0], value] = pairs.get((slot.values[0], value), 0) + 1
        counts_told = [each["count"] for each in row["substitutions"]]
        assert counts_told == sorted(pairs.values(), reverse=True)[:SUBSTITUTIONS_SHOWN]


def test_long_texts_are_aligned_stretch_by_stretch() -> None:
    words = [f"w{i}" for i in range(6000)]
    other = list(words)
    for at in range(0, 6000, 500):
        other[at + 7] = "x"
    texts = [" ".join(words), " ".join(other)]
    (row,), _ = rows_of(dedup.find(texts, Settings(unit="document")))
    assert [part["values"][1]["value"] for part in row["template"] if "slot" in part] == ["x"] * 12
    assert [part["values"][0]["value"] for part in row["template"] if "slot" in part] == [
        f"w{at}" for at in range(7, 6000, 500)
    ]


def test_what_is_too_large_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.templating.MOST_CHARACTERS", 100)
    texts = [dams("除险", place, "专人") for place in ("县", "市", "省", "区")]
    result = dedup.find(texts)
    (row,), _ = rows_of(result)
    assert (row["texts"], row["aligned"]) == (4, 3)
    assert [member["values"] for member in row["members"]] == [["县"], ["市"], ["省"], None]
    assert result.slots()["value"].to_pylist() == ["县", "市", "省"]
