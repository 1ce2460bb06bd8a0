"""Cleaned tables: of pyarrow, pandas, Polars and DuckDB, with every other column as it was."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from corpora import texts
from hypothesis import given, settings
from hypothesis import strategies as st

import dedup
from dedup import Deduplicator, Settings
from dedup.errors import CorpusError
from dedup.integrations import arrow

SAME = "今年上半年，我县卫生系统认真贯彻落实各项工作部署，扎实推进医药卫生体制改革。"
OTHER = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
TEXTS = [SAME, f"{OTHER}\n{SAME}\n", f"{SAME}\n\n{OTHER}\n", ""]
LEFT = [SAME, f"{OTHER}\n", "", ""]
COLUMNS: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d"],
    "text": TEXTS,
    "tags": [["x"], [], ["y", "z"], None],
    "n": [1, None, 3, 4],
}


def duckdb_relation() -> Any:
    connection = duckdb.connect()
    connection.register("rows", pa.table(COLUMNS))
    return connection.sql("SELECT * FROM rows ORDER BY id")


TABLES = {
    "pyarrow": lambda: pa.table(COLUMNS),
    "pandas": lambda: pd.DataFrame(COLUMNS),
    "polars": lambda: pl.DataFrame(COLUMNS, strict=False),
    "duckdb": duckdb_relation,
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_comes_back_with_its_columns(kind: str) -> None:
    table = TABLES[kind]()
    result = dedup.find(table)
    assert result.documents["doc"].to_pylist() == COLUMNS["id"]
    cleaned = arrow.clean(table, result)
    assert cleaned.column_names == list(COLUMNS)
    assert cleaned["text"].to_pylist() == LEFT
    assert cleaned["tags"].to_pylist() == COLUMNS["tags"]
    fewer = arrow.clean(table, result, drop=True)
    assert fewer["id"].to_pylist() == ["a", "b", "d"]  # the empty one was not dropped
    assert fewer["tags"].to_pylist() == [["x"], [], None]
    assert fewer["text"].to_pylist() == [SAME, f"{OTHER}\n", ""]


def test_each_reads_what_comes_back() -> None:
    table = pl.DataFrame(COLUMNS, strict=False)
    result = dedup.find(table)
    cleaned = arrow.clean(table, result)
    assert pl.from_arrow(cleaned).equals(table.with_columns(text=pl.Series(LEFT)))
    assert cleaned.to_pandas()["text"].tolist() == LEFT
    db = duckdb.connect()
    rows = db.sql("SELECT id FROM cleaned WHERE text <> '' ORDER BY id").fetchall()
    assert rows == [("a",), ("b",)]
    for ledger in (result.provenance, result.clusters, result.units, result.edges):
        assert len(pl.from_arrow(ledger)) == len(ledger.to_pandas()) == ledger.num_rows
        assert db.sql("SELECT count(*) FROM ledger").fetchall() == [(ledger.num_rows,)]


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
    ],
    ids=str,
)  # fmt: skip
def test_the_type_of_the_texts_stays(kind: pa.DataType) -> None:
    texts = pa.array(TEXTS).dictionary_encode() if pa.types.is_dictionary(kind) else pa.array(TEXTS)
    table = pa.table({"text": texts.cast(kind)}).replace_schema_metadata({"a": "b"})
    cleaned = arrow.clean(table, dedup.find(table))
    expected = pa.large_string() if kind == pa.string_view() else kind
    assert cleaned.schema.equals(pa.schema([("text", expected)], {"a": "b"}), check_metadata=True)
    assert cleaned["text"].to_pylist() == LEFT


@settings(max_examples=30, deadline=None)
@given(st.lists(texts(), max_size=6))
def test_it_leaves_what_the_deduplicator_leaves(rows: list[str]) -> None:
    table = pa.table({"text": pa.array(rows, pa.string())})
    result = dedup.find(table)
    deduplicator = Deduplicator()
    assert arrow.remaining(result).to_pylist() == deduplicator.fit_transform(rows).tolist()
    assert arrow.dropped(result).to_pylist() == (~deduplicator.kept_).tolist()
    assert arrow.clean(table, result, drop=True).num_rows == deduplicator.kept_.sum()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (pa.table({"text": TEXTS[::-1]}), "not the one that was searched"),
        (pa.table({"text": TEXTS[:2]}), "not the one that was searched"),
        (pa.table({"body": TEXTS}), "no column 'text'"),
    ],
)
def test_another_table_is_refused(table: pa.Table, told: str) -> None:
    with pytest.raises(CorpusError, match=told):
        arrow.clean(table, dedup.find(TEXTS))


def test_broken_bytes_are_the_same_on_the_way_back() -> None:
    broken = pa.array([b"\xff" + SAME.encode(), SAME.encode() + b"\xfe"], pa.binary())
    table = pa.table({"body": broken.cast(pa.string(), safe=False)})
    result = dedup.find(table, Settings(text_field="body"))
    assert arrow.clean(table, result)["body"].to_pylist() == result.cleaned().to_pylist()
