"""Comma- and tab-separated values: read, cleaned inside their fields, restored."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from corpus.strategies import csv_files, cuts, spans_of
from hypothesis import given, settings
from hypothesis import strategies as st
from naive.separated import cleaned, records, rows
from removal import removals_table

from dedup.corpus import separated, survey
from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.patch import restore
from dedup.corpus.read import read
from dedup.settings import Settings


def table(root: Path, **chosen: Any) -> tuple[list[dict], list[dict]]:
    told = survey.survey(discover([root]), settings=Settings(**chosen))
    parts = [read(chunk, Settings(**chosen)) for chunk in survey.plan(told)]
    return tuple([row for part in parts for row in part[i].to_pylist()] for i in (0, 1))  # type: ignore[return-value]


def clean(root: Path, out: Path, spans: list[tuple[int, int, int, int]]) -> None:
    told = survey.survey(discover([root]), settings=Settings())
    quarantine = pa.concat_tables([read(c, Settings())[1] for c in survey.plan(told)])
    removals = removals_table(spans)
    write_clean(told, removals, quarantine, out / "clean", out / "patch", Settings())


def test_records_are_told_by_quotation_marks_and_rows_begin_after_the_header(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.csv").write_bytes(
        '\ufeffid,"text" ,date\r\n'
        'x,"两行\r\n""引号"", 逗号",2020\r\n'
        "\r\n"
        ',plain "text",\n'
        "y\r"
        'z,"closed" too early,1\n'
        '"q","",2,more\n'
        'end,"never closed,3\n'.encode()
    )
    documents, quarantine = table(tmp_path, date_field="date")
    assert [(row["row"], row["doc"], row["text"], row["date"]) for row in documents] == [
        (0, "x", '两行\r\n"引号", 逗号', "2020"),
        (1, "a.csv:1", 'plain "text"', None),
        (4, "q", "", "2"),
    ]
    data = (tmp_path / "a.csv").read_bytes()
    assert [(row["row"], row["why"]) for row in quarantine] == [
        (2, "The record ends before the column 'text': it has 1 of 3 fields."),
        (3, "The field 'text' goes on after its closing quotation mark."),
        (5, "The field 'text' begins with a quotation mark and is never closed."),
    ]
    for row in quarantine:
        assert data[row["offset"] :].startswith(row["raw"])
    assert quarantine[0]["raw"] == b"y\r"
    assert quarantine[2]["raw"] == b'end,"never closed,3\n'


def test_tabs_part_tsv(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b'id\ttext\n1\ta,b\n2\t"c\td"\n')
    documents, _ = table(tmp_path)
    assert [(row["doc"], row["text"]) for row in documents] == [("1", "a,b"), ("2", "c\td")]


def test_without_the_column_every_row_is_quarantined(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"title,body\na,b\nc,d")
    documents, quarantine = table(tmp_path)
    assert documents == []
    assert [row["row"] for row in quarantine] == [0, 1]
    assert {row["why"] for row in quarantine} == {
        "The file has no column 'text': its columns are 'title' and 'body'."
    }
    assert [row["text"] for row in table(tmp_path, text_field="body")[0]] == ["b", "d"]


def test_what_is_left_of_a_field_is_a_field(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.csv").write_bytes('text,id\n一"二",1\n三,2\n四\n"五""六",4\n'.encode())
    clean(tmp_path / "in", tmp_path, [(0, 0, 0, 1), (0, 1, 0, 1), (0, 2, 0, 1), (0, 3, 0, 2)])
    assert (tmp_path / "clean/a.csv").read_bytes().decode() == (
        'text,id\n"""二""",1\n,2\n""\n"六",4\n'
    )
    restore(tmp_path, tmp_path / "back")
    assert (tmp_path / "back/a.csv").read_bytes() == (tmp_path / "in/a.csv").read_bytes()


@settings(deadline=None)
@given(csv_files)
def test_the_slow_reader_reads_as_the_standard_library_does(text: str) -> None:
    text = text.removeprefix("\ufeff")
    rows = [row.fields for row in records(text) if not row.blank]
    read = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    assert len(rows) == len(read)
    for fields, values in zip(rows, read, strict=True):
        for field, value in zip(fields, values, strict=True):
            # What follows closing quotes is damage, of which the name in a header has nothing.
            assert (
                value.startswith(field.text) if field.kind == "malformed" else value == field.text
            )


@settings(deadline=None)
@given(
    csv_files,
    st.lists(cuts, min_size=8, max_size=8),
    st.integers(1, 60),
    st.sampled_from(["utf-8", "utf-8", "utf-16-le", "utf-16-be", "gb18030"]),
)
def test_reading_and_cleaning_is_what_the_slow_twin_does(
    text: str, pairs: list[list[tuple[int, int]]], chunk_bytes: int, encoding: str
) -> None:
    data = text.encode(encoding)
    bare = text.removeprefix("\ufeff")
    texts, refused = rows(bare, "text")
    spans = {
        row: spans_of(pair, len(value))
        for (row, value), pair in zip(texts.items(), pairs, strict=False)
    }
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(separated, "CHUNK_BYTES", chunk_bytes)
        patch.setattr(survey, "CHUNK_BYTES", chunk_bytes)
        # Found is the encoding elsewhere: here the text may be anything.
        patch.setattr(survey, "find_encoding", lambda *_: encoding)
        base = Path(folder)
        (base / "in").mkdir()
        (base / "in/a.csv").write_bytes(data)
        documents, quarantine = table(base / "in")
        assert {row["row"]: row["text"] for row in documents} == texts
        assert {row["row"]: row["raw"] for row in quarantine} == {
            row: raw.encode(encoding) for row, raw in refused.items()
        }
        for row in quarantine:
            assert data[row["offset"] :].startswith(row["raw"])
        clean(base / "in", base, [(0, row, *s) for row, each in spans.items() for s in each])
        left = (base / "clean/a.csv").read_bytes().decode(encoding)
        restore(base, base / "back")
        assert (base / "back/a.csv").read_bytes() == data
    mark = text[: len(text) - len(bare)]
    assert left == mark + cleaned(bare, spans, "text")
    again, none = rows(left.removeprefix(mark), "text")
    gone = {row: {i for s in each for i in range(*s)} for row, each in spans.items()}
    assert not none or "text" not in text
    assert [*again.values()] == [
        "".join(c for i, c in enumerate(value) if i not in gone.get(row, ()))
        for row, value in texts.items()
    ]


def test_a_field_of_many_chunks_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separated, "CHUNK_BYTES", 1000)
    huge = "很长，" * 10_000 + "\n"
    (tmp_path / "a.csv").write_text(f'text\na\n"{huge}"\nb\n', newline="")
    assert [row["text"] for row in table(tmp_path)[0]] == ["a", huge, "b"]
