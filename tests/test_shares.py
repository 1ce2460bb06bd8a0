"""How much of a document stands elsewhere: by hand, and against sets of characters."""

from __future__ import annotations

import numpy as np
import pytest
from corpora import texts
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import shares as naive

import dedup
from dedup import Settings

SAME = "检查组先后走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账和从业人员健康证明。"
NEAR = SAME.replace("两所", "几所")
PLACE = "今年上半年，霍邱县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "东湖公园二期工程四月开工，铺设步道两公里，栽种香樟和银杏一千二百棵，年底以前向市民开放。"


def test_every_character_counts_once_by_hand():
    documents = [
        f"{SAME}\n{PLACE}\n{OTHER}",
        f"{SAME}\n{NEAR}",
        f"{PLACE.replace('霍邱', '山阴').replace('上半', '下半')}\n另外，{OTHER}",
    ]
    result = dedup.find(documents, Settings(threshold=0.9))
    rows = result.document_shares.to_pylist()
    assert [row["characters"] for row in rows] == [len(d) - d.count("\n") for d in documents]
    assert [row["exact"] for row in rows] == [len(SAME), len(SAME), 0]
    assert [row["masked"] for row in rows] == [len(PLACE), 0, len(PLACE)]
    assert [row["repeated"] for row in rows] == naive_sums(rows)
    assert rows == naive.document_shares(result)
    classes = result.class_shares.to_pylist()
    assert [sum(row.values()) for row in classes] == [row["repeated"] for row in rows]
    assert classes == naive.class_shares(result)
    assert result.shared_with.to_pylist()[0] == {
        "document": 0, "other": 2, "characters": len(PLACE) + len(OTHER),
    }  # fmt: skip
    assert result.share_repeated().to_pylist() == [
        row["repeated"] / row["characters"] for row in rows
    ]


def test_no_document_shares_what_is_not_repeated():
    # Each resembles the next. What is in no cluster is linked with one that is.
    whole = SAME + PLACE + OTHER
    chain = [whole[start : start + 72] for start in range(0, 39, 13)]
    result = dedup.find(chain, Settings(threshold=0.6, passages=False, audit=0))
    rows = result.document_shares.to_pylist()
    alone = [row for row in result.units.to_pylist() if row["cluster"] is row["family"] is None]
    assert [rows[unit["document"]]["near"] for unit in alone] == [len(u["text"]) for u in alone]
    assert alone
    assert rows == naive.document_shares(result)
    assert result.class_shares.to_pylist() == naive.class_shares(result)


def naive_sums(rows: list[dict[str, int]]) -> list[int]:
    return [sum(row[kind] for kind in ("exact", "near", "masked", "passage")) for row in rows]


def test_the_ten_others_that_share_most_are_told():
    sentences = ["".join(chr(0x4E00 + 37 * i + 211 * j) for j in range(20 + i)) for i in range(14)]
    documents = ["\n".join(sentences), *sentences]
    result = dedup.find(documents, Settings(audit=0))
    mine = [row for row in result.shared_with.to_pylist() if row["document"] == 0]
    assert mine == [{"document": 0, "other": i + 1, "characters": 20 + i} for i in range(13, 3, -1)]


@settings(max_examples=40, deadline=None)
@given(st.lists(texts(), max_size=6), st.booleans())
def test_shares_are_those_of_the_twin(documents: list[str], passages: bool):
    result = dedup.find(documents, Settings(audit=0, passages=passages, passage_length=12))
    assert result.document_shares.to_pylist() == naive.document_shares(result)
    assert result.shared_with.to_pylist() == naive.shared_with(result)
    assert result.class_shares.to_pylist() == naive.class_shares(result)
    repeated = result.document_shares["repeated"].to_pylist()
    for row in result.shared_with.to_pylist():
        assert row["characters"] <= repeated[row["document"]]
    passage = np.zeros((len(documents) + 1, 600), np.bool_)
    for row in result.passages.to_pylist():
        for side in ("", "source_"):
            passage[row[f"{side}document"], row[f"{side}start"] : row[f"{side}end"]] = True
    assert result.shares()["passages"] == passage.sum()


@pytest.mark.parametrize("documents", [[], [""], ["", "县"]])
def test_nothing_is_shared_by_nothing(documents: list[str]):
    result = dedup.find(documents)
    assert result.document_shares["repeated"].to_pylist() == [0] * len(documents)
    assert result.shared_with.num_rows == 0
