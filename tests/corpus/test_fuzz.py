"""Any bytes under any name: read or refused in one sentence, and restored to what they were."""

from __future__ import annotations

import io
import random
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpus.strategies import csv_files, jsonl_files, raw_texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup.corpus.clean import write_clean
from dedup.corpus.compression import COMPRESSIONS, compressing, decompressing
from dedup.corpus.discover import discover
from dedup.corpus.patch import restore
from dedup.corpus.read import read
from dedup.corpus.survey import plan, survey
from dedup.errors import CorpusError
from dedup.records import QUARANTINE, REMOVALS
from dedup.settings import Settings

_encoding = st.sampled_from(
    ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030", "big5"]
)
_chinese = st.lists(
    st.sampled_from(
        ["关于工作总结。", "\n", "學校食堂", "2023年", "\r\n", '"', ",", "\ufeff", "text"]
    ),
    max_size=8,
).map("".join)


def _encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "ignore")


def _table(texts: list[str | None], kind: pa.DataType, group: int) -> bytes:
    out = io.BytesIO()
    table = pa.table({"id": range(len(texts)), "text": pa.array(texts).cast(kind)})
    pq.write_table(table, out, row_group_size=group)
    return out.getvalue()


_parquet = st.builds(
    _table,
    st.lists(st.none() | _chinese, max_size=5),
    st.sampled_from([pa.string(), pa.large_string(), pa.binary()]),
    st.integers(1, 3),
)
_contents = {
    ".txt": st.one_of(raw_texts, st.builds(_encoded, _chinese, _encoding)),
    ".jsonl": st.one_of(
        jsonl_files,
        st.builds(lambda raw, e: _encoded(raw.decode(errors="ignore"), e), jsonl_files, _encoding),
    ),
    ".csv": st.builds(_encoded, csv_files, _encoding),
    ".tsv": st.builds(lambda text, e: _encoded(text.replace(",", "\t"), e), csv_files, _encoding),
    ".parquet": _parquet,
}  # fmt: skip


def _damaged(data: bytes, places: list[tuple[int, int]], end: int | None) -> bytes:
    found = bytearray(data if end is None else data[: end % (len(data) + 1)])
    for at, byte in places:
        if found:
            found[at % len(found)] = byte
    return bytes(found)


def _packed(data: bytes, compression: str) -> bytes:
    out = io.BytesIO()
    with compressing(out, compression) as stream:
        stream.write(data)
    return out.getvalue()


_damage = st.one_of(
    st.just(([], None)),
    st.just(([], None)),
    st.tuples(
        st.lists(st.tuples(st.integers(0, 999), st.integers(0, 255)), max_size=3),
        st.none() | st.integers(0, 999),
    ),
)


@st.composite
def corpora(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw files of any format and encoding, some damaged, some packed, some damaged after that."""
    files = {}
    for number in range(draw(st.integers(1, 3))):
        suffix = draw(st.sampled_from(sorted(_contents)))
        data = _damaged(draw(_contents[suffix]), *draw(_damage))
        compression = draw(st.sampled_from(["", "", *COMPRESSIONS]))
        if compression:
            data = _damaged(_packed(data, compression), *draw(_damage))
            suffix += f".{compression}"
        files[f"{number}{suffix}"] = data
    return files


def _plain(data: bytes, name: str) -> object:
    end = name.rpartition(".")[2]
    if end in COMPRESSIONS:
        data, name = decompressing(io.BytesIO(data), end).read(), name[: -len(end) - 1]
    if not name.endswith(".parquet"):
        return data
    table = pq.read_table(io.BytesIO(data))
    # Python takes no broken UTF-8 for a string.
    return table.schema, [
        column.cast(pa.large_binary()).to_pylist() if "string" in str(column.type) else column
        for column in table.columns
    ]


def check(files: dict[str, bytes], encoding: str, field: str, seed: int) -> None:
    chosen = Settings(encoding=encoding, text_field=field)
    refused = ""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "in").mkdir()
        for name, data in files.items():
            (base / "in" / name).write_bytes(data)
        try:
            _clean(base, chosen, random.Random(seed))
        except CorpusError as error:
            refused = str(error)
        else:
            restore(base, base / "back")
            for name, data in files.items():
                assert _plain((base / "back" / name).read_bytes(), name) == _plain(data, name), name
    assert "\n" not in refused


def _clean(base: Path, chosen: Settings, draw: random.Random) -> None:
    told = survey(discover([base / "in"]), settings=chosen, copies=base / "copies")
    parts = [read(chunk, chosen) for chunk in plan(told)]
    removals = []
    for row in (row for part in parts for row in part[0].to_pylist()):
        for _ in range(draw.randrange(3)):
            start, end = sorted(draw.randint(0, len(row["text"])) for _ in range(2))
            removals.append((row["file"], row["row"], start, end))
    columns = list(zip(*removals, strict=True)) if removals else [()] * 4
    quarantine = pa.concat_tables([QUARANTINE.empty_table(), *(part[1] for part in parts)])
    table = pa.table(columns, schema=REMOVALS)
    write_clean(told, table, quarantine, base / "clean", base / "patch", chosen)


inputs = {
    "files": corpora(),
    "encoding": st.sampled_from(["auto", "auto", "utf-8", "utf-16", "gb18030", "big5"]),
    "field": st.sampled_from(["text", "text", "text[].text", "a.text"]),
    "seed": st.integers(0, 99),
}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(**inputs)
def test_what_is_read_is_restored(
    files: dict[str, bytes], encoding: str, field: str, seed: int
) -> None:
    check(files, encoding, field, seed)


@pytest.mark.slow
@settings(deadline=None, max_examples=10_000, suppress_health_check=list(HealthCheck))
@given(**inputs)
def test_ten_thousand_corpora(
    files: dict[str, bytes], encoding: str, field: str, seed: int
) -> None:
    check(files, encoding, field, seed)
