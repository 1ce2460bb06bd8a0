"""A result: its tables agree with one another, and answer what one asks next."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

import dedup
from dedup import Result, Settings
from dedup.errors import SettingsError

TEXT = "卫生 教育 食品 安全 检查 工作 学校 医院 管理 制度 建设 农村 公路 服务 监督 部门"
WORDS = [*TEXT.split(), "企业", "霍邱县", "山阴县", "2015年", "五万元", "不得"]
WITH_DOCUMENT = "part of a document that is mostly copied"
SAME = "今年上半年，霍邱县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"


def corpus(seed: int) -> list[dict[str, str]]:
    """Return a few documents of lines that are variations of three."""
    draw = random.Random(seed)
    bases = [draw.choices(WORDS, k=draw.randint(5, 14)) for _ in range(3)]

    def line() -> str:
        words = [word for word in draw.choice(bases) if draw.random() > 0.1]
        if draw.random() < 0.3:
            words.insert(draw.randrange(len(words) + 1), draw.choice(WORDS))
        return "".join(words) + "。"

    return [
        {
            "id": f"d{i}",
            "text": "\n".join(line() for _ in range(draw.randint(0, 6))),
            "source": draw.choice("ab"),
        }
        for i in range(6)
    ]


def some_settings(seed: int) -> Settings:
    draw = random.Random(seed)
    preset = draw.choice(["careful", "standard", "aggressive"])
    return Settings(
        preset=preset,  # type: ignore[arg-type]
        keep=draw.choice(["first", "longest"]),  # type: ignore[arg-type]
        drop_families=draw.random() < 0.5,
        across_only=draw.random() < 0.4,
        source_field=draw.choice([None, "source"]),
        min_drop=draw.choice([0, 12]),
        min_length=draw.choice([0, 8]),
        drop_threshold=draw.choice([None, 0.7]) if preset == "standard" else None,
        exact=draw.random() < 0.5,
        audit=0,
        drop_document=draw.choice([None, 0.4, 0.8]),
    )


def test_worked_example() -> None:
    other = "另一篇文章讲的是农村公路的养护和管理工作。"
    elsewhere = SAME.replace("霍邱", "山阴")
    documents = [("a", SAME), ("b", other), ("c", f"{SAME}\n{other}"), ("d", elsewhere)]
    result = dedup.find(documents)
    # Three texts equal or near: a, c and d (one place differs, so d is tagged); two of the other.
    counts = result.clusters.select(["cluster", "units", "documents", "texts", "dropped"])
    assert counts.to_pylist() == [
        {"cluster": 0, "units": 3, "documents": 3, "texts": 2, "dropped": 1},
        {"cluster": 1, "units": 2, "documents": 2, "texts": 1, "dropped": 1},
    ]
    assert result.clusters["text"].to_pylist() == [SAME, other]
    assert result.clusters["members"].to_pylist() == [[0, 2, 4], [1, 3]]
    assert result.families["units"].to_pylist() == [3, 2]
    assert result.units["action"].to_pylist() == ["kept", "kept", "dropped", "dropped", "tagged"]
    assert result.cleaned().to_pylist()[2] == ""
    assert result.share_repeated().to_pylist() == [1.0] * 4
    assert result.shares() == {
        "all": 3 * len(SAME) + 2 * len(other), "repeated": 3 * len(SAME) + 2 * len(other),
        "passages": 0, "dropped": len(SAME) + len(other), "masked": 0, "cut": 0,
    }  # fmt: skip
    assert result.edges.select(["unit_a", "unit_b"]).to_pylist() == [{"unit_a": 0, "unit_b": 4}]
    assert set(result.copies("b")["doc"].to_pylist()) == {"b", "c"}
    assert repr(result) == "<Result: 4 documents, 5 units, 2 clusters, 2 units dropped>"


def test_nothing_was_found_in_nothing() -> None:
    for documents in ([], [""], ["县"], [SAME]):
        for exact in (False, True):
            result = dedup.find(documents, Settings(exact=exact))
            for table in (result.clusters, result.families, result.provenance):
                assert table.num_rows == 0
            assert result.cleaned().to_pylist() == documents
            assert len(result.share_repeated()) == len(documents)
            assert result.removals.num_rows == 0


@pytest.mark.parametrize("seed", range(30))
def test_units_clusters_removals_and_ledger_agree(seed: int) -> None:
    documents, settings = corpus(seed), some_settings(seed)
    result = dedup.find(documents, settings, workers=1)
    texts = {row["id"]: row["text"] for row in documents}
    units = result.units.to_pylist()
    place = {(unit["doc"], unit["paragraph"]): i for i, unit in enumerate(units)}
    links: dict[int, list[tuple[int | None, dict[str, Any]]]] = {i: [] for i in range(len(units))}
    for row in result.provenance.to_pylist():
        assert row["text"] == texts[row["doc"]][row["start"] : row["end"]]
        if row["kind"] == "passage":  # the rest is about units
            held = {
                unit["action"] for unit in units
                if unit["doc"] == row["doc"]
                and unit["start"] < row["end"] and row["start"] < unit["end"]
            }  # fmt: skip
            assert row["action"] == ("dropped" if held == {"dropped"} else "tagged")
            continue
        source = place.get((row["source_doc"], row["source_paragraph"]))
        links[place[row["doc"], row["paragraph"]]].append((source, row))
    for i, unit in enumerate(units):
        assert unit["text"] == texts[unit["doc"]][unit["start"] : unit["end"]]
        target = int(result.target[i])
        if target >= 0:
            assert result.target[target] == -1
            whole = result.dropped_documents[unit["document"]]
            assert whole or unit["length"] >= settings.min_drop
            assert not result.dropped_documents[units[target]["document"]]
            # Of a dropped unit some row names what it was dropped for, and why.
            reasons = [row["reason"] for source, row in links[i] if source == target]
            assert reasons
            assert not any(reason.startswith("tagged") for reason in reasons)
        elif result.dropped[i]:
            assert result.dropped_documents[unit["document"]]
            assert links[i]
            assert {row["reason"] for _, row in links[i]} == {WITH_DOCUMENT}
        assert {row["action"] for _, row in links[i]} <= {unit["action"]}
        if unit["cluster"] is not None or unit["family"] is not None:
            assert links[i]
    for groups, told in ((result.cluster, result.clusters), (result.family, result.families)):
        real = set(groups.of[groups.of >= 0].tolist())
        assert told.column(0).to_pylist() == sorted(real)
        for row in told.to_pylist():
            members = np.flatnonzero(groups.of == row[told.column_names[0]])
            assert sorted(row["members"]) == members.tolist()
            assert row["units"] == len(members) > 1
            assert row["members"][0] == row["unit"]
            assert row["documents"] == len({units[i]["document"] for i in members})
            assert row["dropped"] == int(result.dropped[members].sum())
            assert any(source is None for source, _ in links[row["unit"]])
    removed = sum(len(u["text"]) for u in units if u["action"] == "dropped")
    assert result.shares()["dropped"] == removed
    single = [
        u for u in units if u["action"] == "dropped" and not result.dropped_documents[u["document"]]
    ]
    assert result.removals.num_rows == len(single) + result.dropped_documents.sum()
    cleaned = result.cleaned().to_pylist()
    assert not any(cleaned[i] for i in np.flatnonzero(result.dropped_documents))


def tables(result: Result) -> list[Any]:
    return [
        table.to_pylist()
        for table in (
            result.clusters,
            result.families,
            result.provenance,
            result.edges,
            result.removals,
        )
    ]


@pytest.mark.parametrize("seed", range(12))
def test_a_higher_threshold_needs_no_new_run(seed: int) -> None:
    documents = corpus(seed)
    settings = Settings(exact=True, passages=False)
    low = dedup.find(documents, settings, workers=1)
    for threshold in (0.6, 0.75, 1.0):
        higher = dataclasses.replace(settings, threshold=threshold)
        again = dedup.find(documents, higher, workers=1)
        found = low.rethreshold(threshold)
        assert found.settings == again.settings
        assert tables(found) == tables(again)


def test_a_lower_threshold_does() -> None:
    result = dedup.find([SAME, SAME])
    with pytest.raises(SettingsError, match=r"below 0\.6.*--threshold 0\.5"):
        result.rethreshold(0.5)
    with pytest.raises(SettingsError, match="--threshold"):
        result.rethreshold(1.5)
