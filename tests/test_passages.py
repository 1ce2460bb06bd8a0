"""Passages of whole corpora: where they are in the original text, and that none is missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import passages as naive

import dedup
from dedup import bucketed, islands, passages
from dedup.corpus.memory import documents_table
from dedup.engines.local import LocalEngine
from dedup.errors import SettingsError
from dedup.folding import fold_strings, load_tables
from dedup.pipeline import find_in
from dedup.records import QUARANTINE
from dedup.watch import Watch
from dedup.work import Work

COPIED = (
    "检查组先后走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账、消毒记录和从业人员健康证明，"
    "对发现的过期调料当场予以封存"
)
TRADITIONAL = (
    "檢查組先後走訪了城區的三家集貿市場和兩所寄宿制學校，查看了進貨台賬、消毒記錄和從業人員健康證明，"
    "對發現的過期調料當場予以封存"
)
OTHER = "本月还组织了两次业务培训，邀请上级单位的老师讲授文书档案的整理方法，共有六十余人参加学习。"
THIRD = "全年新增绿地面积四十公顷，改造老旧小区供水管网十二公里，完成了东湖公园二期工程的竣工验收。"


def _rows(documents: list[str], **settings: object) -> list[dict[str, object]]:
    ledger = dedup.find(documents, dedup.Settings(**settings)).provenance
    return [row for row in ledger.to_pylist() if row["kind"] == "passage"]


def test_a_passage_is_placed_in_the_original_text():
    read = TRADITIONAL.replace("封存", "封(fēng) 存(cún)")
    documents = [f"序言\n{OTHER}{COPIED}。\n", f"{THIRD}　{read}。后来又有别的安排"]
    (row,) = _rows(documents)
    assert row["text"] == read + "。"
    assert documents[1][row["start"] : row["end"]] == row["text"]
    assert documents[0][row["source_start"] : row["source_end"]] == COPIED + "。"
    assert (row["doc"], row["paragraph"], row["line"]) == ("1", 0, 1)
    assert (row["source_doc"], row["source_paragraph"], row["source_line"]) == ("0", 1, 2)
    assert (row["similarity"], row["containment"], row["masked_similarity"]) == (1.0, 1.0, None)
    assert (row["cluster"], row["family"]) == (None, None)
    assert (row["action"], row["reason"]) == ("tagged", "tagged: a passage of the source")


def test_a_passage_across_breaks_is_one():
    half = COPIED.index("，", 30) + 1
    documents = [
        f"{OTHER}{COPIED}。",
        f"{THIRD}\n{COPIED[:half]}\n  {COPIED[half:]}。\n{THIRD[::-1]}",
    ]
    (row,) = _rows(documents)
    assert row["text"] == f"{COPIED[:half]}\n  {COPIED[half:]}。"
    assert row["line"] == 2


def test_units_that_are_linked_share_no_passage():
    near = COPIED.replace("三家", "五家")
    assert _rows([COPIED + "。", near + "。", COPIED + "。"]) == []
    result = dedup.find([COPIED + "。", near + "。"])
    assert result.clusters.num_rows == 1


def test_a_repeated_unit_has_a_passage_once():
    long = OTHER + COPIED + "。"
    rows = _rows([long, THIRD + COPIED + "。", long, THIRD + COPIED + "。"])
    assert [row["doc"] for row in rows] == ["1"]


def test_what_is_kept_first_is_the_source():
    documents = [{"text": THIRD + COPIED}, {"text": OTHER + COPIED + OTHER[::-1] + THIRD[::-1]}]
    (row,) = _rows(documents, keep="longest")
    assert (row["doc"], row["source_doc"]) == ("0", "1")


def test_a_repeat_within_one_unit_is_a_passage():
    (row,) = _rows([f"{COPIED}。{THIRD}{COPIED}。{OTHER}"])
    assert row["text"] == COPIED + "。"
    assert row["source_start"] == 0 < row["start"]
    assert row["paragraph"] == row["source_paragraph"] == 0


def test_a_passage_is_dropped_if_all_is_that_it_stands_in():
    kept = f"{OTHER}{COPIED}。"
    mixed = f"又一份材料的开头。{COPIED[-40:]}。{THIRD[:40]}"
    # Dropped, being word for word what is kept; what follows it stays.
    documents = [mixed, kept, f"{kept.replace('，', '、')}\n{THIRD}"]
    (across,) = (row for row in _rows(documents) if row["doc"] == "2")
    assert across["text"] == f"{COPIED[-40:].replace('，', '、')}。\n{THIRD[:40]}"
    assert (across["action"], across["reason"]) == ("tagged", "tagged: a passage of the source")
    (within,) = (row for row in _rows([mixed[:-40], *documents[1:]]) if row["doc"] == "2")
    assert (within["paragraph"], within["action"]) == (0, "dropped")
    assert within["reason"] == "dropped for another unit, as another row says"


def test_across_only_leaves_out_passages_within_a_source():
    document = f"{OTHER}{COPIED}。\n{THIRD}{COPIED}。"
    assert len(_rows([document])) == 1
    assert _rows([document], across_only=True) == []


def test_alphabetic_text_needs_a_longer_run():
    shared = "the committee inspected the kitchens of all boarding schools in the district"
    documents = [
        f"Last spring, long before the new rules were published, {shared} twice.",
        f"Nobody in the town hall had expected that {shared} while the snow was still there.",
    ]
    assert _rows(documents) == []
    longer = shared + ", sealed what had expired, and asked for a written report within a week"
    (row,) = _rows([text.replace(shared, longer) for text in documents])
    assert row["text"] == longer


def test_passages_can_be_left_out_and_told_apart():
    documents = [OTHER + COPIED, THIRD + COPIED]
    assert _rows(documents, passages=False) == []
    assert _rows(documents, passage_length=len(COPIED) + 1) == []
    inserted = COPIED[:30] + THIRD[::-1] + COPIED[30:]
    assert len(_rows([OTHER + COPIED, inserted])) == 1
    assert len(_rows([OTHER + COPIED, inserted], passage_share=0.9)) == 2
    with pytest.raises(SettingsError, match="--passage-length must be at least 12, not 11"):
        dedup.Settings(passage_length=11)
    with pytest.raises(SettingsError, match="--passage-share must be above 0"):
        dedup.Settings(passage_share=0.0)


def test_a_frequent_run_is_counted():
    documents = [
        f"{chr(0x4E00 + 97 * i) * 40}{COPIED}{chr(0x5E00 + 89 * i) * 40}" for i in range(9)
    ]
    result = dedup.find(documents, dedup.Settings(threshold=0.9))
    assert result.finding.capped_seeds > 0
    assert {row["doc"] for row in result.provenance.to_pylist()} == set("12345678")


def test_a_passage_says_where_it_is_in_its_unit_and_how_frequent():
    documents = [OTHER + COPIED, f"{THIRD}\n{THIRD[::-1]}{COPIED}", OTHER[::-1] + COPIED]
    passages = dedup.find(documents).passages
    assert passages["offset"].to_pylist() == [len(THIRD), len(OTHER), len(OTHER)]
    assert passages["source_offset"].to_pylist() == [len(OTHER), len(OTHER), len(THIRD)]
    assert passages["places"].to_pylist() == [3, 3, 3]


characters = (
    "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃"
    "一二三四五六七八九十百千万东南西北上下左右前后里外大小多少高低长短"
)
stretch = st.text(st.sampled_from(characters), max_size=60)


@given(
    st.permutations(characters).map(lambda each: "".join(each[:60])),
    st.lists(stretch, min_size=4, max_size=4),
    st.data(),
)
def test_no_long_run_is_missed(copied: str, around: list[str], data: st.DataObject):
    breaks = [data.draw(st.integers(0, len(copied))) for _ in range(2)]
    parts = [copied[:at] + data.draw(st.sampled_from(["", "\n"])) + copied[at:] for at in breaks]
    documents = [a + part + b for a, part, b in zip(around[:2], parts, around[2:], strict=True)]
    result = dedup.find(documents)
    text_of, cluster, family = result.finding.text_of, result.cluster.of, result.family.of
    document = result.finding.units["document"].to_numpy()
    for group in (text_of, cluster, family):
        here = [set(group[(document == number) & (group >= 0)].tolist()) for number in range(2)]
        if here[0] & here[1]:
            return  # told by units
    shadows = fold_strings([text.replace("\n", "") for text in documents], load_tables())
    for number, prefix in ((1, ""), (0, "source_")):
        covered = np.zeros(len(documents[number]), np.bool_)
        for row in result.passages.to_pylist():
            for side in ("", "source_"):
                if row[f"{side}document"] == number:
                    covered[row[f"{side}start"] : row[f"{side}end"]] = True
        flat = covered[[i for i, c in enumerate(documents[number]) if c != "\n"]]
        for run in naive.shared_runs(shadows[1], shadows[0], 38):
            at = run[1 - number]
            # Its ends may be cut off at a break.
            assert flat[at + 8 : at + run[2] - 8].all(), prefix


SMALL = {
    "PART": 40, "SPACE_SEEDS": 1, "MOST_SPACES": 32, "ABREAST": 3, "RANGE": 60, "ROWS": 2,
    "WINDOW": 4, "MARGINS": (36, 60, None),
}  # fmt: skip
WHOLE = {"MARGINS": (None,), "FEWEST_SPACES": 1}


def _found(documents: list[str], folder: Path | None, **sizes: Any) -> tuple[pa.Table, int]:
    """Return the passages, and how many seeds are too frequent, with other sizes of parts."""
    options = dedup.Settings(passage_length=12)
    table = documents_table(documents, options)
    work = Work(folder, dict.fromkeys(("fold", "near", "passages"), ""))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in sizes.items():
            patch.setattr(passages, name, value)
        if sizes:
            patch.setattr(bucketed, "BLOCK_ROWS", 5)
        result = find_in(
            [table], lambda batch: (batch, QUARANTINE.empty_table()), [""], options,
            LocalEngine(1), Watch(), work,
        )  # fmt: skip
    return result.finding.passages, result.finding.capped_seeds


@settings(max_examples=25)
@given(
    st.lists(st.text(st.sampled_from(characters), max_size=90), min_size=2, max_size=4),
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 90), st.sampled_from(["", "\n", "𠀀"])),
            max_size=4,
        ),
        min_size=2,
        max_size=6,
    ),
)
def test_no_size_of_parts_changes_what_is_found(
    stretches: list[str], plans: list[list[tuple[int, int, str]]]
):
    documents = [
        "".join(stretches[which % len(stretches)][:size] + mark for which, size, mark in plan)
        for plan in plans
    ]
    plain = _found(documents, None)
    assert _found(documents, None, **SMALL) == plain
    assert _found(documents, None, **WHOLE) == plain


def test_passages_in_files_are_those_in_memory(tmp_path: Path):
    text = [chr(0x4E00 + 37 * number % 5000) for number in range(4000)]
    documents = [
        "".join(text[at : at + 900]) + "\n" + "".join(text[at + 1900 : at + 2100])
        for at in range(0, 2000, 130)
    ]
    plain, capped = _found(documents, None)
    assert plain.num_rows > 20
    (tmp_path / "out").mkdir()
    again, counted = _found(documents, tmp_path / "out" / "work", **SMALL)
    assert again.equals(plain)
    assert counted == capped
    found, counted = _found(documents, tmp_path / "out" / "work")  # what is stored
    assert found.equals(plain)
    assert counted == capped


def test_rare_characters_are_told_apart_however_many_there_are():
    rare = [chr(0x20000 + 41 * number) for number in range(60)]
    documents = [OTHER + "".join(rare), THIRD + "".join(rare), "".join(rare[:30]) + OTHER[::-1]]
    plain = _found(documents, None)
    assert plain[0]["matched"].to_pylist() == [60, 30, 30]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(islands, "SLOTS", 59)
        assert _found(documents, None) == plain
