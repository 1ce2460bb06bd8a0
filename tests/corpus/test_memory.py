"""Documents in memory, as columns and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from corpus.strategies import cuts, spans_of
from hypothesis import given, settings
from hypothesis import strategies as st
from removal import removals_table

from dedup.corpus.memory import cleaned_texts, documents_table
from dedup.errors import CorpusError
from dedup.records import DOCUMENTS
from dedup.settings import Settings

SETTINGS = Settings()
ROWS = [
    {"id": "a", "text": "一", "when": "2020", "site": "x", "other": object()},
    {"id": None, "text": "", "when": None, "site": "y", "other": 1},
    {"id": "c", "text": "三\n", "when": "2022", "site": None, "other": "z"},
]


def table_of(documents: Any, **settings: Any) -> pa.Table:
    table = documents_table(documents, Settings(**settings))
    table.validate(full=True)
    assert table.schema == DOCUMENTS
    return table


def test_strings_are_labelled_by_their_index() -> None:
    assert table_of(["一", "", "二\n"]).to_pydict() == {
        "file": [0, 0, 0],
        "row": [0, 1, 2],
        "doc": ["0", "1", "2"],
        "date": [None] * 3,
        "source": [None] * 3,
        "text": ["一", "", "二\n"],
    }


def test_pairs_are_id_and_text() -> None:
    table = table_of([("a", "一"), (7, "二"), [None, "三"], (("x", 1), "四")])
    assert table["doc"].to_pylist() == ["a", "7", "2", "('x', 1)"]
    assert table["text"].to_pylist() == ["一", "二", "三", "四"]


def frames() -> Iterator[Any]:
    columns = {key: [row[key] for row in ROWS] for key in ("id", "text", "when", "site")}
    arrow = pa.table(columns)
    yield ROWS
    yield (row for row in ROWS)
    yield pd.DataFrame(ROWS)
    yield pd.DataFrame(columns).astype(object)
    yield pd.DataFrame(columns, index=[5, 5, 2])
    yield pl.DataFrame(columns)
    yield pl.DataFrame(columns).with_columns(pl.col("text").cast(pl.Categorical))
    yield arrow
    yield arrow.combine_chunks().to_batches()[0]
    yield arrow.to_reader()
    yield pa.concat_tables([arrow.slice(0, 1), arrow.slice(1)])
    yield arrow.set_column(1, "text", arrow["text"].cast(pa.large_string()))
    yield arrow.set_column(1, "text", arrow["text"].dictionary_encode())
    yield pa.table({**columns, "when": pa.array([2020, None, 2022])})


@pytest.mark.parametrize(
    "documents", list(frames()), ids=lambda documents: type(documents).__name__
)
def test_dicts_and_tables_are_all_the_same(documents: Any) -> None:
    table = table_of(documents, date_field="when", source_field="site")
    assert table.to_pydict() == {
        "file": [0, 0, 0],
        "row": [0, 1, 2],
        "doc": ["a", "1", "c"],
        "date": ["2020", None, "2022"],
        "source": ["x", "y", None],
        "text": ["一", "", "三\n"],
    }


@pytest.mark.parametrize(
    "documents",
    [
        pa.array(["一", "二"]),
        pa.chunked_array([["一"], ["二"]]),
        np.array(["一", "二"]),
        pd.Series(["一", "二"]),
        pl.Series(["一", "二"]),
        ("一", "二"),
        {"一": 0, "二": 1}.keys(),
    ],
    ids=lambda documents: type(documents).__name__,
)
def test_any_iterable_of_strings_will_do(documents: Any) -> None:
    assert table_of(documents)["text"].to_pylist() == ["一", "二"]


@pytest.mark.parametrize(
    "documents",
    [[], pa.table({"text": pa.array([], pa.string())}), pd.DataFrame({"text": []}).astype(str)],
)
def test_no_documents_are_an_empty_table(documents: Any) -> None:
    assert table_of(documents).num_rows == 0


def test_fields_are_those_of_the_settings() -> None:
    settings = {"text_field": "正文", "id_field": "nr", "date_field": "day"}
    rows = [{"正文": "t", "nr": 1, "day": dt.date(2020, 1, 2), "text": "no"}]
    for documents in (rows, pl.DataFrame(rows), pa.Table.from_pylist(rows)):
        table = table_of(documents, **settings)
        assert table.select(["doc", "date", "text"]).to_pylist() == [
            {"doc": "1", "date": "2020-01-02", "text": "t"}
        ]


def test_lone_surrogates_and_broken_columns_are_replacement_characters() -> None:
    assert table_of(["a\ud800b😀"])["text"].to_pylist() == ["a\ufffdb😀"]
    assert table_of([("\udc00", "a")])["doc"].to_pylist() == ["\ufffd"]
    frame = pd.DataFrame({"text": pd.Series(["\ud800", "b"], dtype=object), "id": [1, 2]})
    assert table_of(frame)["text"].to_pylist() == ["\ufffd", "b"]
    raw = pa.array([b"x\xff\xe4\xb8", b"ok"], pa.binary())
    broken = pa.StringArray.from_buffers(2, raw.buffers()[1], raw.buffers()[2])
    assert table_of(pa.table({"text": broken}))["text"].to_pylist() == ["x\ufffd\ufffd", "ok"]
    inside = pa.StructArray.from_arrays([broken, pa.array([1, 2])], ["a", "b"])
    lists = pa.LargeListArray.from_arrays([0, 1, 2], inside)
    for labels, around in ((inside, "{}"), (lists, "[{}]")):
        told = table_of(pa.table({"id": labels, "text": ["one", "two"]}))["doc"].to_pylist()
        assert told == [
            around.format('{"a":"x\ufffd\ufffd","b":1}'),
            around.format('{"a":"ok","b":2}'),
        ]


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ("one string", r"documents must be strings, .* not of type str"),
        (b"bytes", "not of type bytes"),
        ({"id": "text"}, "not of type dict"),
        (None, "not None"),
        (5, "not of type int"),
        (["a", 5], r"document 1 must be a string for its text, not of type int"),
        (["a", ("b", "c")], r"document 1 must be a string .*, not of type tuple"),
        ([None], r"document 0 must be a string"),
        ([5], r"document 0 must be a string"),
        ([b"a"], r"document 0 must be a string for its text, not of type bytes"),
        ([("a", "b"), "cd"], r"document 1 must be an \(id, text\) pair, as the first one is"),
        ([("a", "b"), ("c", "d", "e")], r"document 1 must be an \(id, text\) pair"),
        ([("a", "b"), ("c", None)], r"document 1 must be a string for its text, not None"),
        ([{"text": "a"}, "b"], r"document 1 must be a dict, as the first one is"),
        ([{"text": "a"}, {"id": "b"}], r"document 1 has no field 'text'"),
        ([{"text": "a"}, {"text": 1}], r"document 1 must be a string for its text"),
        (pa.table({"body": ["a"]}), r"no column 'text'"),
        (pa.table({"text": [1]}), r"must hold strings, not int64"),
        (pa.table({"text": ["a", None]}), r"document 1 must be a string for its text, not None"),
        (pa.table([["a"], ["b"]], names=["text", "text"]), r"several columns 'text'"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), r"several columns 'text'"),
        (
            pd.DataFrame({"text": ["a", 5]}),
            r"document 1 must be a string for its text, not of type int",
        ),
        (pd.DataFrame({"text": ["a", None]}), r"document 1 must be a string"),
        (pl.DataFrame({"x": ["a"]}), r"no column 'text'"),
    ],
)
def test_a_document_that_is_none_is_named(documents: Any, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        documents_table(documents, SETTINGS)


def removals(spans: list[tuple[int, int, int]]) -> pa.Table:
    return removals_table((0, *span) for span in spans)


def test_cleaned_texts_are_without_the_code_points_of_the_spans() -> None:
    table = table_of(["一二三四", "a😀b", "gone", ""])
    spans = [(2, 0, 4), (0, 1, 2), (1, 1, 2), (0, 1, 3), (3, 0, 0)]
    assert cleaned_texts(table, removals(spans)).to_pylist() == ["一四", "ab", "", ""]
    assert cleaned_texts(table, removals([])).to_pylist() == table["text"].to_pylist()


def test_a_span_outside_of_the_texts_is_refused() -> None:
    table = table_of(["一二"])
    for span in [(0, 0, 3), (1, 0, 1), (-1, 0, 1)]:
        with pytest.raises(ValueError, match="a span to remove"):
            cleaned_texts(table, removals([span]))


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), cuts), max_size=6), st.integers(0, 2))
def test_cleaning_is_leaving_characters_out(
    documents: list[tuple[str, list[tuple[int, int]]]], skipped: int
) -> None:
    texts = [text for text, _ in documents]
    # A slice of a longer column has its offsets, too.
    table = documents_table(["前言"] * skipped + texts, SETTINGS).slice(skipped)
    spans = [
        (i, *span)
        for i, (text, pairs) in enumerate(documents)
        for span in spans_of(pairs, len(text))
    ]
    gone = {(row, i) for row, start, end in spans for i in range(start, end)}
    expected = [
        "".join(c for i, c in enumerate(text) if (row, i) not in gone)
        for row, text in enumerate(texts)
    ]
    got = cleaned_texts(table, removals(spans))
    got.validate(full=True)
    assert got.to_pylist() == [text.encode("utf-8", "replace").decode() for text in expected]
