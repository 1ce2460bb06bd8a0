"""Files of every kind of good and bad bytes, for Hypothesis to draw."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["csv_files", "cuts", "jsonl_files", "raw_texts", "spans_of"]

_ATOMS = [b"a", b"bc", b"{", b"}", b"[", b"]", b",", b":", b" ", b"\x7f"]
_ATOMS += [c.encode() for c in ("中", "文é", "😀", "\ufeff", "\u2028")]
_BROKEN = [
    b"\xff", b"\x80", b"\xc3", b"\xe4\xb8", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xf4\x90\x80\x80",
    b"\xc0\xaf", b"\xe0\x80", b"\xf0\x8f",
]  # fmt: skip
_ESCAPES = [rb"\"", rb"\\", rb"\/", rb"\n", rb"\r\n", rb"\t", rb"\b", rb"\f", rb"\u4e2d"]
_ESCAPES += [rb"\u0000", rb"\u00E9", rb"\ud83d\ude00", rb"\uDBFF\uDFFF"]
_ESCAPES += [rb"\uD83D", rb"\ude00", rb"\ud83d\u4e2d"]  # lone surrogates


def _joined(atoms: list[bytes], most: int = 8) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(atoms), max_size=most).map(b"".join)


raw_texts = st.one_of(
    _joined([*_ATOMS, *_BROKEN, b"\n", b"\r\n", b"\r", b"\0", b'"', b"\\", b"\\u0041"], 20),
    st.binary(max_size=20),
)
"""Contents of text files."""

_string = _joined([*_ATOMS, *_ESCAPES, *_BROKEN]).map(lambda inside: b'"' + inside + b'"')
_space = st.sampled_from([b"", b"", b" ", b"\t", b" \r "])
_scalar = st.sampled_from(
    [
        b"1",
        b"-0",
        b"1.5e3",
        b"true",
        b"null",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"1" * 30,
        b"9" * 5000,
    ]
)
_text_key = st.sampled_from([b'"text"', b'"text"', b'"text"', rb'"te\u0078t"', rb'"\u0074ext"'])
_other_key = st.sampled_from(
    [
        b'"id"',
        b'"id"',
        b'"Text"',
        b'"texts"',
        b'"tex"',
        b'""',
        rb'"\"text\""',
        b'"\xff"',
        rb'"\ud800"',
    ]
)


def _object(members: st.SearchStrategy[list[tuple[bytes, bytes]]]) -> st.SearchStrategy[bytes]:
    def write(members: list[tuple[bytes, bytes]], space: bytes) -> bytes:
        inside = (space + b"," + space).join(k + space + b":" + space + v for k, v in members)
        return space + b"{" + space + inside + space + b"}" + space

    return st.builds(write, members, _space)


_nested = st.one_of(
    _object(st.lists(st.tuples(_text_key, _string), max_size=2)),
    st.lists(_string, max_size=3).map(lambda strings: b"[" + b",".join(strings) + b"]"),
    st.just(b'[{"text": "inside", "a": [1, {}]}]'),
)
_value = st.one_of(_string, _scalar, _nested)
_member = st.one_of(
    st.tuples(_text_key, _string),
    st.tuples(_text_key, _string),
    st.tuples(_text_key, _value),
    st.tuples(_other_key, _value),
)
_row = _object(
    st.lists(_member, max_size=4).flatmap(
        lambda members: st.tuples(_text_key, _string).map(lambda last: [*members, last])
    )
)
_bad = st.one_of(
    st.sampled_from(
        [b"", b"  ", b"\r", b"\x0c", b"{", b"[1]", b"null", b'"text"', b"5", b"{}", b'{"text": 5}',
         b'{"text": "a", "text": null}', b'{"text": "a\tb"}', b'{"text": "a"} x', b"{'text': 'a'}",
         b'{"text": "a",}', b"\xef\xbb\xbf{}", b'{"text": "\\u12"}', b"[" * 3000]
    ),
    st.binary(max_size=10).map(lambda line: line.replace(b"\n", b"")),
    _object(st.lists(_member, max_size=3)),
)  # fmt: skip


def _file(bom: bytes, lines: list[tuple[bytes, bytes]], last: bytes) -> bytes:
    return bom + b"".join(line + end for line, end in lines) + last


jsonl_files = st.builds(
    _file,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf"]),
    st.lists(
        st.tuples(st.one_of(_row, _row, _bad), st.sampled_from([b"\n", b"\n", b"\r\n"])), max_size=6
    ),
    st.one_of(st.just(b""), _row, _bad),
)
"""Contents of JSONL files: rows, rows with something wrong, blank lines, any ends of lines."""

_csv_atom = st.sampled_from(
    ["a", "b", " ", "中", "😀", '"', '""', ",", "\n", "\r\n", "\r", "\0", "\t", "'", "\\"]
)
_csv_inside = st.lists(_csv_atom, max_size=6).map("".join)
_quoted = _csv_inside.map(lambda text: '"' + text.replace('"', '""') + '"')
_bare = st.lists(st.sampled_from(["a", "b", " ", "中", '"', "'", "\\"]), max_size=4).map("".join)
_csv_field = st.one_of(_quoted, _quoted, _bare, _bare, st.builds(str.__add__, _quoted, _bare))
_csv_row = st.lists(_csv_field, min_size=1, max_size=3).map(",".join)
_csv_end = st.sampled_from(["\n", "\n", "\r\n", "\r"])
_csv_header = st.sampled_from(
    ["text", "id,text", '"id","text"', "text,id", "text , id", "text,text", "body", "id"]
)
csv_files = st.builds(
    lambda bom, header, rows, last: bom + header + "".join(end + row for end, row in rows) + last,
    st.sampled_from(["", "", "\ufeff", "\n", "\ufeff\r\n"]),
    _csv_header,
    st.lists(st.tuples(_csv_end, st.one_of(_csv_row, _csv_row, _csv_row, st.just(""))), max_size=6),
    st.sampled_from(["", "\n", "\r", "\r\n", '\n"never closed', '\n"']),
)
"""Contents of CSV files, not encoded yet: good and bad records, blank lines, any ends of lines."""

cuts = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4)
"""Spans as pairs of numbers, for ``spans_of`` to fit to a text."""


def spans_of(cuts: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Return ``cuts`` as spans within ``length``, some empty, some overlapping."""
    pairs = [sorted((a % (length + 1), b % (length + 1))) for a, b in cuts]
    return [(start, end) for start, end in pairs]
