"""Whole runs over every format, however it is packed: found, accounted for, cleaned, restored."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpora import contents, lay_out

from dedup import Settings
from dedup.corpus.compression import COMPRESSIONS, compressing, decompressing
from dedup.corpus.patch import restore
from dedup.errors import CorpusError, OutputExistsError, SettingsError
from dedup.explanation import explain
from dedup.run import run

COPIED = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。"
OTHER = "三是农村公路养护工作稳步推进，全年完成养护里程三百二十公里，出行条件明显改善。"
ROWS = [{"id": "a", "text": f"标题\n{COPIED}\n"}, {"id": "b", "text": f"{OTHER}\n{COPIED}"}, {}]
JSONL = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()


def packed(data: bytes, compression: str) -> bytes:
    stream = io.BytesIO()
    with compressing(stream, compression) as out:
        out.write(data)
    return stream.getvalue()


def plain(folder: Path) -> dict[str, bytes]:
    """Return what the files below a folder hold, decompressed."""
    return {
        name: decompressing(io.BytesIO(data), name.rpartition(".")[2]).read()
        if name.endswith(COMPRESSIONS)
        else data
        for name, data in contents(folder).items()
    }


def ledger(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "provenance.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_compressed_corpus_is_the_plain_one_packed(compression: str, tmp_path: Path) -> None:
    files = {"a/rows.jsonl": JSONL, "b.txt": f"{COPIED}\r\n".encode(), "empty.txt": b""}
    lay_out(tmp_path / "plain", files)
    lay_out(
        tmp_path / "packed",
        {f"{name}.{compression}": packed(data, compression) for name, data in files.items()},
    )
    run([tmp_path / "plain"], tmp_path / "out-plain")
    outcome = run([tmp_path / "packed"], tmp_path / "out")
    restore(tmp_path / "out", tmp_path / "back")
    expected = plain(tmp_path / "out-plain/clean")
    assert plain(tmp_path / "out/clean") == {
        f"{name}.{compression}": data for name, data in expected.items()
    }
    assert expected["b.txt"] == b""
    assert plain(tmp_path / "back") == plain(tmp_path / "packed")
    assert not (tmp_path / "out/.copies").exists()
    assert outcome.report["counts"]["quarantined"] == 1
    told = explain(tmp_path / "out", f"b.txt.{compression}", line=1)
    assert [link.source_text for link in told.links] == [COPIED]
    again = run([tmp_path / "packed"], tmp_path / "out")
    assert again.already


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-16", f"{COPIED}\n\0{OTHER}\r\n"),
        ("utf-16-le", f"{COPIED}\n{OTHER}"),
        ("utf-16-be", f"{COPIED}\r\n{OTHER}\n"),
        ("gb18030", f"{COPIED}\n😀ɱ{OTHER}"),
        (
            "cp950",
            "今年上半年，我縣衛生系統認真貫徹落實上級部署，扎實推進醫藥衛生體制改革。\r\n結束",
        ),
        ("utf-8-sig", f"{COPIED}\n{OTHER}"),
    ],
)
def test_a_corpus_in_another_encoding_keeps_it(encoding: str, text: str, tmp_path: Path) -> None:
    rows = [{"text": text}, {"id": "没有文本"}, {"text": f"标题\n{text}", "id": '又"一\\个'}]
    lines = "\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    if encoding == "cp950":
        lines = lines.replace("没有", "沒有").replace("标题", "標題").replace("个", "個")
    files = {"a.txt": text, "b.txt": text, "rows.jsonl": lines}
    raw = {name: content.encode(encoding) for name, content in files.items()}
    lay_out(tmp_path / "in", raw)
    lay_out(tmp_path / "utf8", {name: content.encode() for name, content in files.items()})
    outcome = run([tmp_path / "in"], tmp_path / "out")
    run([tmp_path / "utf8"], tmp_path / "out-utf8")
    assert (tmp_path / "out/provenance.jsonl").read_bytes() == (
        tmp_path / "out-utf8/provenance.jsonl"
    ).read_bytes()
    cleaned, expected = contents(tmp_path / "out/clean"), contents(tmp_path / "out-utf8/clean")
    assert {name: data.decode(encoding) for name, data in cleaned.items()} == {
        name: data.decode() for name, data in expected.items()
    }
    assert cleaned["b.txt"] != raw["b.txt"]
    restore(tmp_path / "out", tmp_path / "back")
    assert contents(tmp_path / "back") == raw
    [quarantined] = (tmp_path / "out/quarantine.jsonl").read_text().splitlines()
    assert json.loads(quarantined)["row"] == 1
    assert json.loads(quarantined)["offset"] == len(f"{lines.splitlines()[0]}\r\n".encode(encoding))
    found = "utf-8" if encoding == "utf-8-sig" else encoding
    assert sum(outcome.report["encodings"].values()) == 3
    assert {name.replace("utf-16-le", found) for name in outcome.report["encodings"]} == {found}
    told = explain(tmp_path / "out", "b.txt", line=1)
    assert told.links[0].source_text == text.splitlines()[0]


def test_csv_is_cleaned_inside_its_fields(tmp_path: Path) -> None:
    data = f'id,text,n\r\na,"{COPIED}\n标题 ""一"", 二",01\r\nb,{COPIED},1.0\n c ,"{OTHER}",'
    lay_out(tmp_path / "in", {"a.csv": data.encode(), "b.tsv": f"text\n{COPIED}".encode("gb18030")})
    run([tmp_path / "in"], tmp_path / "out")
    assert contents(tmp_path / "out/clean") == {
        "a.csv": data.replace(f"b,{COPIED}", "b,").encode(),
        "b.tsv": b'text\n""',
    }
    rows = ledger(tmp_path / "out")
    assert [(row["file"], row["row"], row["doc"], row["action"]) for row in rows] == [
        ("a.csv", 0, "a", "kept"), ("a.csv", 1, "b", "dropped"), ("b.tsv", 0, "b.tsv:0", "dropped"),
    ]  # fmt: skip
    restore(tmp_path / "out", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(tmp_path / "in")
    assert explain(tmp_path / "out", "b", line=1).links[0].source_text == COPIED


@pytest.mark.parametrize("name", ["a.parquet", "a.parquet.zst"])
def test_parquet_comes_back_as_an_equal_table(name: str, tmp_path: Path) -> None:
    messages = [
        [{"role": "u", "content": f"标题\n{COPIED}"}, {"role": "a", "content": OTHER}],
        [],
        [{"role": "u", "content": COPIED}, {"role": "a", "content": None}],
    ]
    table = pa.table({"id": [1, 2, 3], "messages": messages, "score": [0.1, None, 3.0]})
    stream = io.BytesIO()
    pq.write_table(table, stream)
    data = packed(stream.getvalue(), "zst") if name.endswith("zst") else stream.getvalue()
    lay_out(tmp_path / "in", {name: data})
    outcome = run([tmp_path / "in"], tmp_path / "out", Settings(text_field="messages[].content"))
    assert outcome.report["encodings"] == {}
    [_, dropped] = ledger(tmp_path / "out")
    assert (dropped["row"], dropped["doc"], dropped["action"]) == (2, "3", "dropped")
    assert dropped["text"] == COPIED
    assert (dropped["start"], dropped["end"]) == (0, len(COPIED))

    def read(folder: str) -> pa.Table:
        path = tmp_path / folder / name
        if name.endswith("zst"):
            return pq.read_table(io.BytesIO(plain(path.parent)[name]))
        return pq.read_table(path)

    left = read("out/clean").to_pylist()
    assert [row["id"] for row in left] == [1, 3]
    assert left[1]["messages"] == [{"role": "u", "content": ""}, {"role": "a", "content": None}]
    restore(tmp_path / "out", tmp_path / "back")
    assert read("back").equals(table)
    [quarantined] = (tmp_path / "out/quarantine.jsonl").read_text().splitlines()
    assert json.loads(quarantined) == {
        "schema_version": 1, "file": name, "row": 1, "offset": None, "raw": '{"id":"2"}',
        "why": "The row has no string in 'messages[].content'.",
    }  # fmt: skip
    assert explain(tmp_path / "out", "3", line=1).links[0].source_text == COPIED
    with pytest.raises(SettingsError, match="no document is called 4"):
        explain(tmp_path / "out", "4")


def test_what_is_piped_in_is_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path / "in", {"x.txt": COPIED.encode()})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(JSONL)))
    run(["-", str(tmp_path / "in")], tmp_path / "out")
    assert {(row["file"], row["row"]) for row in ledger(tmp_path / "out")} == {
        ("stdin.jsonl", 0), ("stdin.jsonl", 1), ("x.txt", 0),
    }  # fmt: skip
    restore(tmp_path / "out", tmp_path / "back")
    assert contents(tmp_path / "back") == {"stdin.jsonl": JSONL, "x.txt": COPIED.encode()}
    # What was piped in is gone, but may be asked for all the same.
    assert explain(tmp_path / "out", "b").rows
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(JSONL)))
    assert run(["-", str(tmp_path / "in")], tmp_path / "out").already
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(OutputExistsError, match="another input"):
        run(["-", str(tmp_path / "in")], tmp_path / "out")


def test_a_corpus_that_cannot_be_read_leaves_no_output(tmp_path: Path) -> None:
    lay_out(tmp_path / "in", {"a.txt.gz": packed(COPIED.encode(), "gz")[:-1]})
    with pytest.raises(CorpusError, match=r"a\.txt\.gz is damaged or not whole"):
        run([tmp_path / "in"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    with pytest.raises(CorpusError):
        run([tmp_path / "in"], tmp_path / "out", Settings())
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".dedup"]
