"""Hugging Face datasets: whole and streamed, cleaned as ``find`` cleans lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest
from corpora import texts
from datasets import Dataset, Features, IterableDataset, List, Value
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Settings
from dedup.errors import CorpusError
from dedup.integrations import arrow, huggingface

SAME = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
ROWS: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d"],
    "text": [SAME, f"{OTHER}\n{SAME}\n", f"{SAME}\n\n{OTHER}\n", ""],
    "tags": [["x"], [], ["y", "z"], ["x"]],
}
LEFT = [SAME, f"{OTHER}\n", "", ""]
FEATURES = Features(
    {"id": Value("string"), "text": Value("large_string"), "tags": List(Value("string"))}
)


@pytest.fixture(autouse=True)
def no_bars() -> Iterator[None]:
    datasets.disable_progress_bars()
    yield
    datasets.enable_progress_bars()


def whole() -> Dataset:
    return Dataset.from_dict(ROWS, features=FEATURES)


def stream(**shards: int) -> IterableDataset:
    return whole().to_iterable_dataset(**shards)


@pytest.mark.parametrize("make", [whole, stream, lambda: stream(num_shards=4)])
def test_texts_are_cleaned_and_all_else_stays(make: Any) -> None:
    dataset = make()
    result = huggingface.find(dataset)
    assert result.documents["doc"].to_pylist() == ROWS["id"]
    assert result.provenance.equals(dedup.find(arrow.pa.table(ROWS)).provenance)
    cleaned = huggingface.clean(dataset, result)
    assert type(cleaned) is type(dataset)
    assert cleaned.features == FEATURES
    rows = list(cleaned)
    assert [row["text"] for row in rows] == LEFT
    assert [row["tags"] for row in rows] == ROWS["tags"]
    assert list(cleaned) == rows  # a second epoch
    fewer = list(huggingface.clean(dataset, result, drop=True))
    assert [row["id"] for row in fewer] == ["a", "b", "d"]


@settings(max_examples=15, deadline=None)
@given(st.lists(texts(), min_size=1, max_size=6), st.booleans())
def test_both_leave_what_find_leaves(rows: list[str], drop: bool) -> None:
    result = dedup.find(rows)
    table = arrow.pa.table({"text": rows})
    expected = arrow.clean(table, result, drop=drop)["text"].to_pylist()
    dataset = Dataset.from_dict({"text": rows})
    for kind in (dataset, dataset.to_iterable_dataset()):
        cleaned = huggingface.clean(kind, huggingface.find(kind), drop=drop)
        assert [row["text"] for row in cleaned] == expected


def test_a_view_of_a_dataset_and_its_format() -> None:
    dataset = whole().select([2, 0, 1]).with_format("numpy", columns=["text"])
    result = huggingface.find(dataset)
    cleaned = huggingface.clean(dataset, result)
    assert cleaned.format == dataset.format
    assert [str(text) for text in cleaned["text"][:]] == [ROWS["text"][2], "", ""]


def test_it_works_again_from_the_cache_of_datasets(tmp_path: Path) -> None:
    whole().save_to_disk(str(tmp_path / "rows"))
    for _ in range(2):
        dataset = datasets.load_from_disk(str(tmp_path / "rows"))
        cleaned = huggingface.clean(dataset, huggingface.find(dataset), drop=True)
        assert cleaned["id"][:] == ["a", "b", "d"]
    careful = huggingface.find(dataset, Settings(min_drop=1000))
    assert huggingface.clean(dataset, careful)["text"][:] == ROWS["text"]


def test_a_cleaned_stream_can_be_shuffled_sharded_and_taken_from() -> None:
    shards = stream(num_shards=4)
    cleaned = huggingface.clean(shards, huggingface.find(shards), drop=True)
    assert cleaned.num_shards == 1
    expected = list(cleaned)
    assert sorted(cleaned.shuffle(seed=3, buffer_size=3), key=lambda row: row["id"]) == expected
    assert list(cleaned.skip(1).take(1)) == expected[1:2]
    assert [row["n"] for row in cleaned.map(lambda row: {"n": len(row["text"])})] == [
        len(row["text"]) for row in expected
    ]


def test_a_stream_without_features_from_a_generator() -> None:
    def generate() -> Iterator[dict[str, Any]]:
        for number, text in enumerate(ROWS["text"]):
            yield {"body": text, "number": number, "site": None if number else "s"}

    dataset = IterableDataset.from_generator(generate)
    chosen = Settings(text_field="body", source_field="site")
    cleaned = huggingface.clean(dataset, huggingface.find(dataset, chosen), drop=True)
    assert [(row["number"], row["body"]) for row in cleaned] == [
        (0, LEFT[0]), (1, LEFT[1]), (3, ""),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [whole, stream])
def test_another_dataset_is_refused(kind: Any) -> None:
    result = huggingface.find(kind())
    for column in (ROWS["text"][::-1], [SAME] * 9):
        other = Dataset.from_dict({"text": column})
        given = other.to_iterable_dataset() if kind is stream else other
        with pytest.raises(CorpusError, match="not those that were searched"):
            list(huggingface.clean(given, result))


def test_empty_ones_and_those_without_texts() -> None:
    empty = Dataset.from_dict({"text": []}, features=Features({"text": Value("string")}))
    none = IterableDataset.from_generator(lambda: iter([]), features=empty.features)
    for dataset in (empty, none):
        assert list(huggingface.clean(dataset, huggingface.find(dataset))) == []
    with pytest.raises(CorpusError, match="no column 'text'"):
        huggingface.find(Dataset.from_dict({"body": ["x"]}))
    with pytest.raises(CorpusError, match="document 1 must be a string"):
        huggingface.find(Dataset.from_dict({"text": ["x", None]}))
    with pytest.raises(CorpusError, match="row 1 must have a string as its text, not NoneType"):
        huggingface.find(Dataset.from_dict({"text": ["x", None]}).to_iterable_dataset())
    with pytest.raises(CorpusError, match="no column 'text'"):
        huggingface.find(Dataset.from_dict({"body": ["x"]}).to_iterable_dataset())


def test_a_stream_held_against_a_corpus_in_any_batches() -> None:
    known = dedup.Deduplicator().fit([SAME])
    expected = ["", f"{OTHER}\n", f"\n{OTHER}\n", ""]
    for size in (1, 3, 1000):
        fresh = stream().map(
            lambda batch: {"text": known.transform_new(batch["text"])},
            batched=True,
            batch_size=size,
        )
        assert [row["text"] for row in fresh] == expected
