"""Documents and quarantined rows, from files to columns."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from corpus.strategies import jsonl_files, raw_texts
from hypothesis import given, settings
from hypothesis import strategies as st
from naive.corpus import read_jsonl
from shared import shared_rows

from dedup.corpus import jsonl, survey
from dedup.corpus.discover import discover
from dedup.corpus.read import read
from dedup.errors import CorpusError
from dedup.records import DOCUMENTS, QUARANTINE
from dedup.settings import Settings


def read_all(root: Path, **settings: Any) -> tuple[pa.Table, pa.Table]:
    chunks = survey.plan(survey.survey(discover([root]), settings=Settings(encoding="utf-8")))
    parts = [read(chunk, Settings(**settings)) for chunk in chunks]
    documents = pa.concat_tables([DOCUMENTS.empty_table(), *(part[0] for part in parts)])
    documents.validate(full=True)
    return documents, pa.concat_tables([QUARANTINE.empty_table(), *(part[1] for part in parts)])


def read_lines(root: Path, *lines: bytes, **settings: Any) -> tuple[pa.Table, pa.Table]:
    (root / "f.jsonl").write_bytes(b"\n".join(lines))
    return read_all(root, **settings)


def test_a_text_file_is_one_document_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeff一\r\n二\0".encode())
    (tmp_path / "b.md").write_bytes(b"")
    (tmp_path / "c.txt").write_bytes(b"x\xff\xe4\xb8y\xed\xa0\x80")
    documents, quarantine = read_all(tmp_path, date_field="date")
    assert documents.to_pydict() == {
        "file": [0, 1, 2],
        "row": [0, 0, 0],
        "doc": ["a.txt", "b.md", "c.txt"],
        "date": [None, None, None],
        "source": [None, None, None],
        "text": ["一\r\n二\0", "", "x\ufffd\ufffdy\ufffd\ufffd\ufffd"],
    }
    assert quarantine.num_rows == 0


def test_a_jsonl_row_is_a_physical_line_and_bad_ones_are_told_apart(tmp_path: Path) -> None:
    lines = [
        b'\xef\xbb\xbf{"id": "x", "text": "one", "date": "2020-01-01"}',
        b"",
        b'{"id": 7, "text": "two"}\r',
        b"not json",
        b'{"text": "three"}',
        b"[1]",
        b'{"id": 1}',
        b'{"text": null}',
        b'{"text": 5',
        b'{"text": ["a"]}',
        b"12",
    ]
    documents, quarantine = read_lines(tmp_path, *lines, date_field="date")
    assert documents.select(["row", "doc", "date", "text"]).to_pydict() == {
        "row": [0, 2, 4],
        "doc": ["x", "7", "f.jsonl:4"],
        "date": ["2020-01-01", None, None],
        "text": ["one", "two", "three"],
    }
    assert quarantine.select(["row", "why"]).to_pydict() == {
        "row": [3, 5, 6, 7, 8, 9, 10],
        "why": [
            "The line is not JSON: it goes wrong at character 1.",
            "The line is a list, not an object.",
            "The object has no field 'text'.",
            "The field 'text' is null, not a string.",
            "The line is not JSON: it goes wrong at character 11.",
            "The field 'text' is a list, not a string.",
            "The line is a number, not an object.",
        ],
    }
    data = (tmp_path / "f.jsonl").read_bytes()
    for offset, raw, row in zip(
        *(quarantine[name].to_pylist() for name in ("offset", "raw", "row")), strict=True
    ):
        assert data[offset : offset + len(raw)] == raw
        assert raw == lines[row] + (b"\n" if row != 10 else b"")


def test_ids_dates_and_sources_are_strings_of_what_stands_there(tmp_path: Path) -> None:
    values = [
        ("2020", "2020"),
        ("2020.50", "2020.5"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775809", "-9223372036854775809"),
        ("true", "true"),
        ('{"$oid": "5f"}', '{"$oid":"5f"}'),
        ('["一", 1]', '["一",1]'),
        ('""', ""),
        (r'"\ud800x"', "\ufffdx"),
    ]
    lines = [b'{"text":"", "v": %s}' % value.encode() for value, _ in values]
    documents, quarantine = read_lines(
        tmp_path, *lines, id_field="v", date_field="v", source_field="v"
    )
    assert quarantine.num_rows == 0
    for name in ("doc", "date", "source"):
        assert documents[name].to_pylist() == [said for _, said in values]


def test_what_only_a_tolerant_parser_takes_is_read_all_the_same(tmp_path: Path) -> None:
    lines = [
        rb'{"text": "a\ud800b\ud83d\ude00c\ude00"}',
        b'{"text": "broken \xe4\xb8 bytes", "id": NaN}',
        b'{"text": "huge", "id": 1, "n": ' + b"1" * 5000 + b"}",
        b'{"text": "endless", "n": [1e999, -Infinity]}',
    ]
    documents, quarantine = read_lines(tmp_path, *lines)
    assert documents["text"].to_pylist() == [
        "a\ufffdb😀c\ufffd", "broken \ufffd bytes", "huge", "endless",
    ]  # fmt: skip
    assert documents["doc"].to_pylist() == ["f.jsonl:0", "nan", "1", "f.jsonl:3"]
    assert quarantine.num_rows == 0


def test_a_line_nested_too_deeply_is_quarantined(tmp_path: Path) -> None:
    deep = b'{"text": "", "a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    documents, quarantine = read_lines(tmp_path, deep, b'{"text": "next"}')
    assert documents["text"].to_pylist() == ["next"]
    assert quarantine["why"].to_pylist() == ["The line is nested too deeply to be read."]


def test_of_a_key_given_twice_the_last_one_counts(tmp_path: Path) -> None:
    documents, quarantine = read_lines(
        tmp_path, rb'{"text": "a", "te\u0078t": "b"}', b'{"text": "a", "text": 1}'
    )
    assert documents["text"].to_pylist() == ["b"]
    assert quarantine["row"].to_pylist() == [1]


def test_fields_are_those_of_the_settings(tmp_path: Path) -> None:
    line = json.dumps({"正文": "t", "nr": 3, "when": 2020, "where": "w", "text": "no", "id": "no"})
    documents, _ = read_lines(
        tmp_path,
        line.encode(),
        text_field="正文",
        id_field="nr",
        date_field="when",
        source_field="where",
    )
    assert documents.to_pylist() == [
        {"file": 0, "row": 0, "doc": "3", "date": "2020", "source": "w", "text": "t"}
    ]


def test_a_line_of_fifty_megabytes_is_one_row(tmp_path: Path) -> None:
    text = "很长的一行" * 3_500_000
    documents, _ = read_lines(
        tmp_path, b'{"text": "a"}', json.dumps({"text": text}, ensure_ascii=False).encode()
    )
    assert documents["row"].to_pylist() == [0, 1]
    assert documents["text"][1].as_py() == text


@settings(deadline=None)
@given(jsonl_files, st.integers(1, 60))
def test_reading_is_what_the_slow_reader_reads(data: bytes, chunk_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "CHUNK_BYTES", chunk_bytes)
        patch.setattr(survey, "CHUNK_BYTES", chunk_bytes)
        (Path(folder) / "f.jsonl").write_bytes(data)
        documents, quarantine = read_all(Path(folder))
    texts, refused = read_jsonl(data, "text")
    as_columns = {row: text.encode("utf-16", "surrogatepass") for row, text in texts.items()}
    assert documents["row"].to_pylist() == list(texts)
    assert documents["text"].to_pylist() == [
        text.decode("utf-16", "replace") for text in as_columns.values()
    ]
    assert dict(zip(quarantine["row"].to_pylist(), quarantine["raw"].to_pylist(), strict=True)) == (
        refused
    )
    for row, offset in zip(
        quarantine["row"].to_pylist(), quarantine["offset"].to_pylist(), strict=True
    ):
        assert data[offset:].startswith(refused[row])


@settings(deadline=None)
@given(st.lists(raw_texts, min_size=1, max_size=5))
def test_text_files_are_decoded_as_python_replaces(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(contents):
            (Path(folder) / f"{number}.txt").write_bytes(data)
        documents, _ = read_all(Path(folder))
    marks = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    assert documents["text"].to_pylist() == [
        data.decode(marks.get(data[:2], "utf-8"), "replace").removeprefix("\ufeff")
        for data in contents
    ]


def test_chunks_may_be_read_by_any_thread(tmp_path: Path) -> None:
    for number in range(20):
        row = json.dumps({"text": f"一{number}" * 1000}) + "\n"
        (tmp_path / f"{number:02}.jsonl").write_text(row * 100)
        (tmp_path / f"{number:02}.txt").write_text(f"二{number}" * 100_000)
    chunks = survey.plan(survey.survey(discover([tmp_path]), settings=Settings(encoding="utf-8")))
    one = [read(chunk, Settings()) for chunk in chunks]
    with ThreadPoolExecutor(4) as pool:
        several = list(pool.map(lambda chunk: read(chunk, Settings()), chunks))
    assert len(chunks) > 10
    assert all(a[0].equals(b[0]) and a[1].equals(b[1]) for a, b in zip(one, several, strict=True))


def test_a_file_that_has_become_shorter_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("something")
    [chunk] = survey.plan(survey.survey(discover([tmp_path]), settings=Settings(encoding="utf-8")))
    (tmp_path / "a.txt").write_text("some")
    with pytest.raises(CorpusError, match=r"a\.txt has changed since the run began"):
        read(chunk, Settings())
    (tmp_path / "a.txt").unlink()
    with pytest.raises(CorpusError, match=r"a\.txt does not exist"):
        read(chunk, Settings())


def test_real_laws_are_read_as_json_says(tmp_path: Path) -> None:
    rows = list(shared_rows("work_reports"))
    (tmp_path / "f.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=bool(i % 2)) + "\n" for i, row in enumerate(rows))
    )
    documents, quarantine = read_all(tmp_path)
    assert quarantine.num_rows == 0
    assert documents["text"].to_pylist() == [row["text"] for row in rows]
    assert documents["doc"].to_pylist() == [str(row["id"]) for row in rows]
