"""Corpora full of copies and of dirt, in every format, and what any reader would find in them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, AnyStr

import pyarrow as pa
import pyarrow.parquet as pq
from corpora import texts
from corpus.damage import contents, damaged, damages, encodings, packed
from hypothesis import strategies as st
from naive import separated
from naive.corpus import row_value

from dedup import Settings
from dedup.corpus.compression import COMPRESSIONS
from dedup.corpus.encodings import to_utf8

__all__ = ["any_settings", "dirty_corpora", "texts_of"]

FIELDS = ["text", "a.text", "text[]", "text[].text", r"a\.text", "none"]

_DIRT = [
    "\0", "\ufeff", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\r", "\r\n", "\n\n", "\t", '"', '""',
    ",", "\\", "\\n", "😀", "e\u0301", "ﾊﾟ", "½", "\u200b", "\ufffd", "　　", "* * *", "|", "</p>",
    "县(xiàn)", "20__年", "\U000e0001", "\uffff", "ͅ", "각",
]  # fmt: skip
_BYTES = [b"\xff", b"\x80", b"\xe4\xb8", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\0"]


_places = st.integers(0, 999)


def _strewn(whole: AnyStr, dirt: list[tuple[int, AnyStr]]) -> AnyStr:
    """Put each piece of dirt into the whole, at its place or that modulo the length."""
    for place, piece in dirt:
        at = place % (len(whole) + 1)
        whole = whole[:at] + piece + whole[at:]
    return whole


@st.composite
def _dirty_texts(draw: st.DrawFn) -> str:
    """Draw a text of copied paragraphs, hard-wrapped or not, with dirt anywhere."""
    text = draw(texts())
    width = draw(st.sampled_from([0, 0, 0, 7, 12]))
    if width:
        text = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    return _strewn(text, draw(st.lists(st.tuples(_places, st.sampled_from(_DIRT)), max_size=4)))


_label = st.sampled_from([None, "a", "again", "again", 7, 1.5, True, {"$oid": "5"}, "", "县\n"])
_junk = st.sampled_from(
    [
        b"", b"  ", b"{", b"[1]", b"null", b'{"text": 5}', b'{"id": "no text"}', b"\xff\xfe", b"\0",
        b'{"text": "a\tb"}', b'{"text": "\xff"} x', b"[" * 3000, b'{"text": "\\ud800 \\u0000"}',
        b'{"text": "a", "n": ' + b"9" * 5000 + b"}", b'{"text": ["a", 1, null, "b"]}',
    ]
)  # fmt: skip


@st.composite
def _rows(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a row with texts where any of ``FIELDS`` looks for them."""
    text = draw(_dirty_texts())
    shape = draw(st.sampled_from(["plain", "plain", "list", "structs", "below", "dotted", "none"]))
    row: dict[str, Any] = {"id": draw(_label), "when": draw(_label), "n": draw(_label)}
    if shape == "list":
        row["text"] = [text, draw(st.sampled_from([None, 3, "", text]))]
    elif shape == "structs":
        row["text"] = [{"text": text}, {"text": draw(_dirty_texts())}, draw(_label)]
    elif shape == "below":
        row["a"] = {"text": text}
    elif shape == "dotted":
        row["a.text"] = text
    elif shape == "plain":
        row["text"] = text
    return row


_twice = st.sampled_from([b"", b"", b'"text": "old", ', b'"\\u0074ext": [1e999], "a": NaN, '])
_in_json = st.sampled_from([*_BYTES, rb"\ud83d", rb"\/", b"\r"])


@st.composite
def _jsonl(draw: st.DrawFn) -> bytes:
    lines = []
    for row in draw(st.lists(_rows(), max_size=6)):
        line = json.dumps(row, ensure_ascii=draw(st.booleans())).encode()
        line = b"{" + draw(_twice) + line[1:]
        if draw(st.integers(0, 3)) == 0:  # inside of a string, most likely
            line = _strewn(line, [(draw(_places), draw(_in_json))])
        lines.append(line)
    lines += draw(st.lists(_junk, max_size=2))
    end = draw(st.sampled_from([b"\n", b"\r\n", b"\n\n"]))
    last = draw(st.sampled_from([b"", end]))
    mark = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
    return mark + end.join(draw(st.permutations(lines))) + last


@st.composite
def _separated(draw: st.DrawFn, delimiter: str) -> bytes:
    names = draw(st.permutations(["id", "text", "when", "n"]))
    names = names[: draw(st.sampled_from([4, 4, 4, 2, 1]))]
    out = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerow(names)
    for text in draw(st.lists(_dirty_texts(), max_size=6)):
        row = [text if name == "text" else draw(_label) for name in names]
        writer.writerow(row[: draw(st.sampled_from([9, 9, 9, 9, 1]))])
        out.write(draw(st.sampled_from(["", "", "", end, f'"x"y{end}'])))
    return (out.getvalue() + draw(st.sampled_from(["", "", '"open']))).encode("utf-8", "replace")


_KINDS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
_IDS = [pa.int64(), pa.string(), pa.float64(), pa.timestamp("s"), pa.decimal128(30, 2), pa.null()]


@st.composite
def _parquet(draw: st.DrawFn) -> bytes:
    """Draw a table whose column of texts is of any type, of one that holds no strings, too."""
    found = draw(st.lists(st.none() | _dirty_texts(), max_size=6))
    shapes = ["plain", "plain", "broken", "list", "structs", "below", "numbers"]
    shape = draw(st.sampled_from(shapes))
    column: Any
    if shape == "plain":
        column = pa.array(found, pa.string()).cast(draw(st.sampled_from(_KINDS)))
    elif shape == "broken":
        raw = [None if text is None else text.encode() + b"\xff\xe4" for text in found]
        column = pa.array(raw, pa.binary()).cast(pa.string(), safe=False)
    elif shape == "list":
        lists = [None if text is None else [text, None, text] for text in found]
        column = pa.array(lists, pa.list_(pa.string()))
    elif shape == "structs":
        kind = pa.large_list(pa.struct([("text", pa.string()), ("n", pa.int8())]))
        column = pa.array([[{"text": text, "n": 1}, None, {"n": 2}] for text in found], kind)
    elif shape == "below":
        column = pa.array([{"text": text} for text in found], pa.struct([("text", pa.string())]))
    else:
        column = pa.array(range(len(found)))
    name = "a" if shape == "below" else draw(st.sampled_from(["text", "text", "text", "a.text"]))
    columns = {name: column}
    ids = draw(st.none() | st.sampled_from(_IDS))
    if ids is not None:
        numbers = pa.array([None, *range(len(found))][: len(found)], pa.int64())
        columns["id"] = pa.nulls(len(found)) if ids == pa.null() else numbers.cast(ids)
    out = io.BytesIO()
    table = pa.table(columns)
    if draw(st.integers(0, 9)) == 0:
        table = table.select([])
    pq.write_table(
        table, out, row_group_size=draw(st.sampled_from([1, 2, 100])),
        compression=draw(st.sampled_from(["snappy", "none", "zstd", "gzip"])),
    )  # fmt: skip
    return out.getvalue()


@st.composite
def _text(draw: st.DrawFn) -> bytes:
    dirt = st.lists(st.tuples(_places, st.sampled_from(_BYTES)), max_size=2)
    return _strewn(draw(_dirty_texts()).encode(), draw(dirt))


_dirty = {
    ".txt": _text(), ".md": _text(), ".jsonl": _jsonl(), ".ndjson": _jsonl(),
    ".csv": _separated(","), ".tsv": _separated("\t"), ".parquet": _parquet(),
}  # fmt: skip
_folders = st.sampled_from(["", "", "a/", "县 份/", "b/\n/", "b/x.txt/", "%41?*[x]#"])


@st.composite
def dirty_corpora(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw the files of a corpus: dirty ones, and now and then some that are damaged as files."""
    files = {}
    for number in range(draw(st.integers(1, 4))):
        suffix = draw(st.sampled_from(sorted(_dirty)))
        strange = draw(st.integers(0, 5)) == 0
        data = draw(contents.get(suffix, contents[".txt"]) if strange else _dirty[suffix])
        if suffix != ".parquet" and not strange:
            encoding = draw(encodings)
            if encoding != "utf-8":
                data = data.decode("utf-8", "ignore").encode(encoding, "ignore")
        harm = draw(st.integers(0, 9)) == 0
        data = damaged(data, *draw(damages)) if harm else data
        compression = draw(st.sampled_from(["", "", "", *COMPRESSIONS]))
        if compression:
            data = packed(data, compression)
            data = damaged(data, *draw(damages)) if draw(st.integers(0, 19)) == 0 else data
            suffix += f".{compression}"
        suffix = suffix.upper() if draw(st.integers(0, 9)) == 0 else suffix
        files[f"{draw(_folders)}{number}{suffix}"] = data
    return files


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    """Draw settings that make sense, each option now and then."""

    def now_and_then(**options: st.SearchStrategy[Any]) -> dict[str, Any]:
        return {name: draw(each) for name, each in options.items() if draw(st.integers(0, 3)) == 0}

    chosen = now_and_then(
        unit=st.sampled_from(["line", "blank", "indent", "sentence", "document"]),
        encoding=st.sampled_from(["utf-8", "utf-16", "gb18030", "big5"]),
        text_field=st.sampled_from(FIELDS),
        id_field=st.sampled_from(["text", "n", "none"]),
        preset=st.sampled_from(["careful", "aggressive"]),
        min_length=st.integers(0, 12),
        min_drop=st.integers(0, 12),
        drop_document=st.sampled_from([0.2, 0.9, 1.0]),
        drop_families=st.just(True),
        across_only=st.just(True),
        passages=st.just(False),
        passage_length=st.integers(12, 20),
        passage_share=st.sampled_from([0.1, 1.0]),
        date_field=st.sampled_from(["when", "text"]),
        source_field=st.sampled_from(["n", "text", "none"]),
        exact=st.just(True),
        audit=st.sampled_from([0, 3]),
        bucket_cap=st.just(2),
        threshold=st.sampled_from([0.1, 0.5, 1.0]),
        permutations=st.integers(20, 60),
        seed=st.integers(0, 3),
        **draw(st.sampled_from([{}, {"words": st.integers(1, 3)}, {"chars": st.integers(2, 5)}])),
    )
    if "preset" not in chosen:
        chosen |= now_and_then(drop_threshold=st.sampled_from([0.3, 0.9]))
    if "date_field" in chosen and draw(st.booleans()):
        chosen["keep"] = "earliest"
    else:
        chosen |= now_and_then(keep=st.just("longest"))
        if "keep" not in chosen:
            chosen |= now_and_then(keep=st.just("preferred"), prefer=st.just(("7", "again")))
            if ("keep" in chosen) != ("prefer" in chosen):
                chosen.pop("keep", None), chosen.pop("prefer", None)
    return Settings(**chosen)


def texts_of(data: bytes, name: str, encoding: str, field: str) -> dict[int, str]:
    """Return the texts of a plain file by row, read with no thought for speed."""
    kind = name.lower().rpartition(".")[2]
    if kind == "parquet":
        return _parquet_texts(pq.read_table(io.BytesIO(data)), field)
    text = to_utf8(data, encoding).removeprefix(b"\xef\xbb\xbf")
    if kind in ("txt", "md"):
        return {0: text.decode("utf-8", "replace")}
    if kind in ("csv", "tsv"):
        return _separated_texts(text.decode("utf-8", "replace"), kind, field)
    found = {}
    for row, line in enumerate(text.split(b"\n")):
        try:
            value = row_value(line)
        except (ValueError, RecursionError):
            continue
        told = _below(value, field) if isinstance(value, dict) else None
        if told is not None:
            found[row] = told.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return found


def _separated_texts(text: str, kind: str, field: str) -> dict[int, str]:
    if kind == "tsv":
        swapped = str.maketrans({"\t": ",", ",": "\t"})
        return {
            row: each.translate(swapped)
            for row, each in separated.rows(text.translate(swapped), field)[0].items()
        }
    return separated.rows(text, field)[0]


def _parquet_texts(table: pa.Table, field: str) -> dict[int, str]:
    names = table.schema.names
    flat = field.replace("\\", "")
    if flat in names:
        column = table.column(len(names) - 1 - names[::-1].index(flat))
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if "string" not in str(column.type) or pa.types.is_nested(column.type):
            return {}
        raw = column.cast(pa.large_binary()).to_pylist()
        return {
            i: each.decode("utf-8", "replace") for i, each in enumerate(raw) if each is not None
        }
    first = "text" if field.startswith("text") else "a"
    known = "\\" not in field and first in names
    if not known or not pa.types.is_nested(table.schema.field(first).type):
        return {}
    rows = enumerate(table.select([first]).to_pylist())
    found = {row: _below(value, field) for row, value in rows}
    return {row: text for row, text in found.items() if text is not None}


def _below(value: Any, field: str) -> str | None:
    """Return the texts that one of ``FIELDS`` leads to, joined."""
    steps = {
        "a.text": ["a", "text"], "text[]": ["text", "[]"], "text[].text": ["text", "[]", "text"],
        r"a\.text": ["a.text"],
    }.get(field, [field])  # fmt: skip
    values = [value]
    for step in steps:
        if step == "[]":
            values = [each for value in values if isinstance(value, list) for each in value]
        else:
            values = [value[step] for value in values if isinstance(value, dict) and step in value]
    strings = [value for value in values if isinstance(value, str)]
    return "\n\n".join(strings) if strings else None
