"""Files of any format, encoding and compression, whole or damaged, for Hypothesis to draw."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
from corpus.strategies import csv_files, jsonl_files, raw_texts
from hypothesis import strategies as st

from dedup.corpus.compression import COMPRESSIONS, compressing, decompressing

__all__ = ["damaged", "damaged_corpora", "damages", "encoded", "encodings", "packed", "plain"]

encodings = st.sampled_from(
    ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030", "big5"]
)
_chinese = st.lists(
    st.sampled_from(
        ["关于工作总结。", "\n", "學校食堂", "2023年", "\r\n", '"', ",", "\ufeff", "text"]
    ),
    max_size=8,
).map("".join)


def encoded(text: str, encoding: str) -> bytes:
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
contents = {
    ".txt": st.one_of(raw_texts, st.builds(encoded, _chinese, encodings)),
    ".jsonl": st.one_of(
        jsonl_files,
        st.builds(lambda raw, e: encoded(raw.decode(errors="ignore"), e), jsonl_files, encodings),
    ),
    ".csv": st.builds(encoded, csv_files, encodings),
    ".tsv": st.builds(lambda text, e: encoded(text.replace(",", "\t"), e), csv_files, encodings),
    ".parquet": _parquet,
}  # fmt: skip


def damaged(data: bytes, places: list[tuple[int, int]], end: int | None) -> bytes:
    found = bytearray(data if end is None else data[: end % (len(data) + 1)])
    for at, byte in places:
        if found:
            found[at % len(found)] = byte
    return bytes(found)


def packed(data: bytes, compression: str) -> bytes:
    out = io.BytesIO()
    with compressing(out, compression) as stream:
        stream.write(data)
    return out.getvalue()


damages = st.one_of(
    st.just(([], None)),
    st.just(([], None)),
    st.tuples(
        st.lists(st.tuples(st.integers(0, 999), st.integers(0, 255)), max_size=3),
        st.none() | st.integers(0, 999),
    ),
)


@st.composite
def damaged_corpora(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw files of any format and encoding, some damaged, some packed, some damaged after that."""
    files = {}
    for number in range(draw(st.integers(1, 3))):
        suffix = draw(st.sampled_from(sorted(contents)))
        data = damaged(draw(contents[suffix]), *draw(damages))
        compression = draw(st.sampled_from(["", "", *COMPRESSIONS]))
        if compression:
            data = damaged(packed(data, compression), *draw(damages))
            suffix += f".{compression}"
        files[f"{number}{suffix}"] = data
    return files


def plain(data: bytes, name: str) -> object:
    end = name.lower().rpartition(".")[2]
    if end in COMPRESSIONS:
        data, name = decompressing(io.BytesIO(data), end).read(), name[: -len(end) - 1]
    if not name.lower().endswith(".parquet"):
        return data
    table = pq.read_table(io.BytesIO(data))
    # Python takes no broken UTF-8 for a string.
    return table.schema, [
        column
        if pa.types.is_nested(column.type) or "string" not in str(column.type)
        else column.cast(pa.large_binary()).to_pylist()
        for column in table.columns
    ]
