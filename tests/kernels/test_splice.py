"""Values of keys and offsets of code points in raw bytes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from corpus.strategies import jsonl_files, raw_texts
from hypothesis import given, settings
from hypothesis import strategies as st
from naive.corpus import BOM, code_points, read_jsonl, text_span

from dedup.kernels.splice import byte_offsets, find_values


def found(line: bytes, key: str = "text") -> tuple[int, int]:
    data = np.frombuffer(line, np.uint8)
    marks = np.flatnonzero((data == ord('"')) | (data == ord("\\")))
    wanted = np.array([ord(character) for character in key], np.int64)
    starts, ends = np.empty((2, 1), np.int64)
    whole = np.array([0]), np.array([len(line)])
    find_values(data, marks, *whole, wanted, starts, ends)
    return int(starts[0]), int(ends[0])


def offsets(raw: bytes, points: list[int], *, escaped: bool) -> list[int]:
    out = np.empty(len(points), np.int64)
    byte_offsets(
        np.frombuffer(raw, np.uint8),
        np.array([0]),
        np.array([len(raw)]),
        np.array([0, len(points)]),
        np.array(points, np.int64),
        np.array([ord("\\") if escaped else -1]),
        out,
    )
    return out.tolist()


def test_code_points_of_a_json_string_start_after_each_escape() -> None:
    #      0  1  2-4 5 6   8     14           26    32
    raw = rb"a" + "é中".encode() + rb"b\n\u4e2d\ud83d\ude00\ud83dz"
    assert offsets(raw, list(range(10)), escaped=True) == [0, 1, 3, 6, 7, 9, 15, 27, 33, 34]
    assert offsets(raw, [9, 10], escaped=True) == [34, -1]


def test_without_escapes_a_backslash_is_a_character() -> None:
    assert offsets(rb"\n\\", [0, 1, 2, 3, 4], escaped=False) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b'{"text": "a"}', b"a"),
        (b'{"a": {"text": "no"}, "text": "yes", "b": ["text", {"text": "no"}]}', b"yes"),
        (b'{"text": "first", "text" : "last"}', b"last"),
        (rb'{"t\u0065xt": "x\"}{\\"}', rb"x\"}{\\"),
        (b'{"id": "text", "text": ""}', b""),
        (b'{"text": "a", "text": 1}', None),
        (b'{"text": 1, "x": "a"}', None),
        (b'{"texts": "a", "tex": "b", "": "c"}', None),
        (b'["text", "a"]', None),
        (b'{"text": "a', b"a"),  # no JSON: any answer inside the line will do
        (b'{"text": "\\', b"\\"),
        (b"", None),
    ],
)
def test_the_value_is_the_outermost_last_string(line: bytes, value: bytes | None) -> None:
    start, end = found(line)
    assert (None if start < 0 else line[start:end]) == value


@pytest.mark.parametrize("key", ["文本", "😀", 'a"b\\', "\u0000", "\ufffd", ""])
def test_a_key_may_be_any_string(key: str) -> None:
    for ascii_only in (True, False):
        line = json.dumps(
            {"x": "no", key: "yes", key + "x": "no"}, ensure_ascii=ascii_only
        ).encode()
        start, end = found(line, key)
        assert line[start:end] == b"yes"


@settings(deadline=None)
@given(jsonl_files)
def test_rows_are_as_the_slow_walk_finds_them(data: bytes) -> None:
    rows, _ = read_jsonl(data, "text")
    for row, line in enumerate(data.removeprefix(BOM).split(b"\n")):
        if row in rows:
            assert found(line) == text_span(line, "text")
        else:
            start, end = found(line)
            assert start == end == -1 or 0 <= start <= end <= len(line)


@settings(deadline=None)
@given(raw_texts)
def test_broken_utf8_is_cut_up_as_python_does(raw: bytes) -> None:
    starts = [0]
    for piece in code_points(raw, escaped=False):
        starts.append(starts[-1] + len(piece))
    assert len(starts) - 1 == len(raw.decode("utf-8", "replace"))
    assert offsets(raw, list(range(len(starts) + 1)), escaped=False) == [*starts, -1]


@settings(deadline=None)
@given(st.binary(max_size=30), st.lists(st.integers(0, 40), max_size=5))
def test_bytes_that_are_no_json_string_do_no_harm(raw: bytes, points: list[int]) -> None:
    for offset in offsets(raw, sorted(points), escaped=True):
        assert -1 <= offset <= len(raw)
