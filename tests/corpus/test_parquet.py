"""Parquet: texts in a column or inside one, cleaned and restored to an equal table."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpus.strategies import cuts, spans_of
from hypothesis import given, settings
from hypothesis import strategies as st
from removal import removals_table

from dedup.corpus import parquet
from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.patch import restore
from dedup.corpus.read import read
from dedup.corpus.survey import Survey, plan, survey
from dedup.errors import CorpusError, OutputError
from dedup.records import REMOVALS
from dedup.settings import Settings

Span = tuple[int, int, int, int]


def surveyed(root: Path, **chosen: Any) -> list[Survey]:
    return survey(discover([root]), settings=Settings(**chosen), copies=root.parent / "copies")


def table_of(told: list[Survey], **chosen: Any) -> tuple[list[dict], pa.Table]:
    parts = [read(chunk, Settings(**chosen)) for chunk in plan(told)]
    return [row for part in parts for row in part[0].to_pylist()], pa.concat_tables(
        [part[1] for part in parts]
    )


def clean(root: Path, spans: list[Span], **chosen: Any) -> None:
    told = surveyed(root, **chosen)
    _, quarantine = table_of(told, **chosen)
    removals = removals_table(spans)
    out = root.parent
    write_clean(told, removals, quarantine, out / "clean", out / "patch", Settings(**chosen))


def write(root: Path, table: pa.Table, name: str = "a.parquet", **more: Any) -> Path:
    root.mkdir(exist_ok=True)
    pq.write_table(table, root / name, **more)
    return root / name


def test_a_row_is_a_document_and_one_without_text_is_quarantined(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, None, 3, 4]),
            "text": ["一", "二\n", None, ""],
            "when": [dt.date(2020, 1, 2), None, None, None],
        }
    )
    write(tmp_path / "in", table, row_group_size=3)
    told = surveyed(tmp_path / "in", date_field="when")
    documents, quarantine = table_of(told, date_field="when")
    assert [(row["row"], row["doc"], row["date"], row["text"]) for row in documents] == [
        (0, "1", "2020-01-02", "一"), (1, "a.parquet:1", None, "二\n"), (3, "4", None, ""),
    ]  # fmt: skip
    assert quarantine.select(["row", "why", "offset", "raw"]).to_pylist() == [
        {
            "row": 2, "why": "The field 'text' is null, not a string.", "offset": None,
            "raw": b'{"id":"3"}',
        },
    ]  # fmt: skip
    assert told[0].rows == 4


@pytest.mark.parametrize(
    ("column", "field", "why"),
    [
        (pa.array([1, 2]), "text", "The column 'text' holds int64, not strings."),
        (pa.array([b"a", b"b"]), "text", "The column 'text' holds binary, not strings."),
        (pa.array(["a", "b"]), "body",
         "The file has no column 'body': its columns are 'text' and 'n'."),
        (pa.array(["a", "b"]), "text[].x",
         "The column 'text', string, has no strings in 'text[].x'."),
        (pa.array([["a"], []]), "text[]", "The row has no string in 'text[]'."),
    ],
)  # fmt: skip
def test_what_holds_no_strings_is_quarantined_and_comes_back(
    column: pa.Array, field: str, why: str, tmp_path: Path
) -> None:
    table = pa.table({"text": column, "n": [1, 2]})
    write(tmp_path / "in", table)
    documents, quarantine = table_of(surveyed(tmp_path / "in", text_field=field), text_field=field)
    assert set(quarantine["why"].to_pylist()) == {why}
    clean(tmp_path / "in", [], text_field=field)
    left = pq.read_table(tmp_path / "clean/a.parquet")
    assert left.schema == table.schema
    assert left.num_rows == len(documents) == 2 - quarantine.num_rows
    restore(tmp_path, tmp_path / "back")
    assert pq.read_table(tmp_path / "back/a.parquet").equals(table)


def test_every_other_column_and_the_metadata_stay(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["一二三", "四五", None, "六"] * 3,
            "f": pa.array([1.5, None, float("inf"), -0.0] * 3),
            "d": pa.array(["x", "y", "x", None] * 3).dictionary_encode(),
            "t": pa.array([0, 1, None, 3] * 3, pa.timestamp("ns", "Asia/Shanghai")),
            "l": pa.array([[1], [], None, [2, 3]] * 3, pa.large_list(pa.int8())),
            "s": pa.array([{"a": 1, "b": None}, None, {"a": 2, "b": "z"}, {"a": 3, "b": ""}] * 3),
            "m": pa.array([[("k", 1)], [], None, [("x", 2)]] * 3, pa.map_(pa.string(), pa.int32())),
            "n": pa.nulls(12),
            "x": pa.array([b"\xff", b"", None, b"\0"] * 3),
        }
    ).replace_schema_metadata({"huggingface": '{"info": 1}', "pandas": "{}"})
    path = write(tmp_path / "in", table, row_group_size=4, compression="zstd")
    clean(tmp_path / "in", [(0, 0, 1, 2), (0, 5, 0, 2), (0, 11, 0, 1)])
    left = pq.ParquetFile(tmp_path / "clean/a.parquet")
    schema = pq.ParquetFile(path).schema_arrow
    assert left.schema_arrow.equals(schema, check_metadata=True)
    assert left.metadata.num_row_groups == 3
    assert left.metadata.row_group(0).column(0).compression == "ZSTD"
    expected = [row for row in table.to_pylist() if row["text"] is not None]
    for row, text in ((0, "一三"), (4, ""), (8, "")):
        expected[row]["text"] = text
    assert left.read().to_pylist() == expected
    restore(tmp_path, tmp_path / "back")
    back = pq.read_table(tmp_path / "back/a.parquet")
    assert back.equals(pq.read_table(path))
    assert back.schema.equals(schema, check_metadata=True)


MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_text = st.text("ab中😀\n", max_size=5)
_message = st.one_of(
    st.none(),
    st.fixed_dictionaries({"role": st.sampled_from(["u", None]), "content": st.none() | _text}),
)
_flat = st.lists(st.none() | _text, max_size=8)
_inside = st.lists(st.none() | st.fixed_dictionaries({"content": st.none() | _text}), max_size=5)
_nested = st.lists(st.none() | st.lists(_message, max_size=4), max_size=6)


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.tuples(st.sampled_from([pa.string(), pa.large_string()]), _flat),
        st.tuples(st.sampled_from([MESSAGES, pa.large_list(MESSAGES.value_type)]), _nested),
        st.tuples(st.just(pa.struct([("content", pa.string())])), _inside),
    ),
    st.lists(cuts, min_size=8, max_size=8),
    st.integers(1, 4),
    st.integers(1, 40),
)  # fmt: skip
def test_cleaned_and_restored_are_what_the_rows_say(
    column: tuple[pa.DataType, list[Any]], pairs: list[list[tuple[int, int]]], group: int, size: int
) -> None:
    kind, values = column
    field = {"struct": "m.content", "list": "m[].content"}.get(
        str(kind).split("<")[0].removeprefix("large_"), "m"
    )
    texts = {}
    for row, value in enumerate(values):
        several = value if isinstance(value, list) else [value]
        found = [each["content"] if isinstance(each, dict) else each for each in several or []]
        found = [each for each in found if each is not None]
        if found:
            texts[row] = "\n\n".join(found)
    spans = {row: spans_of(pairs[row], len(text)) for row, text in texts.items()}
    table = pa.table({"n": range(len(values)), "m": pa.array(values, kind)})
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "CHUNK_BYTES", size)
        base = Path(folder)
        write(base / "in", table, row_group_size=group)
        chosen = {"text_field": field}
        if values:
            documents, _ = table_of(surveyed(base / "in", **chosen), **chosen)
            assert {row["row"]: row["text"] for row in documents} == texts
            clean(base / "in", [(0, r, *s) for r, each in spans.items() for s in each], **chosen)
            left = pq.read_table(base / "clean/a.parquet")
            restore(base, base / "back")
            assert pq.read_table(base / "back/a.parquet").equals(
                pq.read_table(base / "in/a.parquet")
            )
            assert left.schema == table.schema
            expected = []
            for row in texts:
                gone = {i for start, end in spans[row] for i in range(start, end)}
                expected.append(
                    {"n": row, "m": _cut(json.loads(json.dumps(values[row])), gone, [0])}
                )
            assert left.to_pylist() == expected


def _cut(value: Any, gone: set[int], at: list[int]) -> Any:
    if isinstance(value, list):
        return [_cut(each, gone, at) for each in value]
    if isinstance(value, dict):
        return {**value, "content": _cut(value["content"], gone, at)}
    if value is None:
        return None
    left = "".join(c for i, c in enumerate(value) if at[0] + i not in gone)
    at[0] += len(value) + 2
    return left


def test_broken_utf8_in_a_column_is_kept(tmp_path: Path) -> None:
    raw = pa.array([b"a\xff\xe4\xb8z", "好".encode()])
    table = pa.table({"text": pa.StringArray.from_buffers(2, *raw.buffers()[1:])})
    write(tmp_path / "in", table)
    documents, _ = table_of(surveyed(tmp_path / "in"))
    assert [row["text"] for row in documents] == ["a\ufffd\ufffdz", "好"]
    clean(tmp_path / "in", [(0, 0, 1, 2)])
    restore(tmp_path, tmp_path / "back")
    left, back = (pq.read_table(tmp_path / each / "a.parquet") for each in ("clean", "back"))
    assert left["text"].cast(pa.binary()).to_pylist() == [b"a\xe4\xb8z", "好".encode()]
    assert back["text"].cast(pa.binary()).to_pylist() == raw.to_pylist()


def test_columns_of_types_that_rows_cannot_be_taken_of_come_back(tmp_path: Path) -> None:
    texts = pa.array(["一二三", None, "四五", None, None, "六"], pa.string_view())
    table = pa.table({"text": texts, "other": pa.array([b"a"] * 6, pa.binary_view())})
    write(tmp_path / "in", table, row_group_size=3)
    clean(tmp_path / "in", [(0, 0, 1, 2)])
    left = pq.read_table(tmp_path / "clean/a.parquet")
    assert left["text"].to_pylist() == ["一三", "四五", "六"]
    restore(tmp_path, tmp_path / "back")
    assert pq.read_table(tmp_path / "back/a.parquet").equals(pq.read_table(tmp_path / "in"))


def test_what_is_no_parquet_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "in", pa.table({"text": ["a" * 1000] * 100}))
    whole = path.read_bytes()
    for data in (b"", b"PAR1", whole[:-20], b"x" * 100):
        path.write_bytes(data)
        with pytest.raises(CorpusError, match=r"a\.parquet is damaged or not whole"):
            surveyed(tmp_path / "in")
    path.write_bytes(whole)
    told = surveyed(tmp_path / "in")
    quarantine = table_of(told)[1]
    write(tmp_path / "in", pa.table({"text": ["b" * 1000] * 100}))
    with pytest.raises(CorpusError, match=r"a\.parquet has changed since the run began"):
        write_clean(
            told, REMOVALS.empty_table(), quarantine, tmp_path / "c", tmp_path / "p", Settings()
        )
    assert not (tmp_path / "c/a.parquet").exists()


def test_a_clean_file_or_a_patch_that_was_changed_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "in", pa.table({"text": ["一二三", None, "四"]}))
    clean(tmp_path / "in", [(0, 0, 1, 2)])
    other = pq.read_table(tmp_path / "patch/removed.parquet")
    pq.write_table(other.slice(0, 1), tmp_path / "patch/removed.parquet")
    with pytest.raises(OutputError, match="the patch does not fit"):
        restore(tmp_path, tmp_path / "back")
    assert not (tmp_path / "back/a.parquet").exists()
    (tmp_path / "clean/a.parquet").write_bytes(b"")
    with pytest.raises(OutputError, match="is not as the run wrote it"):
        restore(tmp_path, tmp_path / "back")


def test_spans_that_name_nothing_are_a_mistake_of_the_caller(tmp_path: Path) -> None:
    write(tmp_path / "in", pa.table({"text": ["一二三", "四"]}))
    for span in [(0, 0, 0, 4), (0, 2, 0, 1), (0, -1, 0, 1), (0, 1, -1, 1)]:
        with pytest.raises(ValueError, match="to remove is not"):
            clean(tmp_path / "in", [span])
