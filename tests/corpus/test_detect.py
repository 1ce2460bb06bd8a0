"""Which encoding a file is in, found from few and from many bytes."""

from __future__ import annotations

import io
import random

import pytest
from shared import shared_rows

from dedup.corpus.detect import HEAD_BYTES, find_encoding

SIMPLIFIED = [
    "工作总结", "二〇二三年", "关于做好防汛抗旱工作的通知", "食品安全", "张三，男，汉族。",
    "第一条 为了加强管理，制定本办法。\r\n第二条 本办法适用于本县。\n",
]  # fmt: skip
TRADITIONAL = ["工作總結", "關於做好防汛抗旱工作的通知", "臺灣", "學校食堂，衛生檢查。", "《禮記》"]


def found(data: bytes, told: str = "auto") -> str:
    stream = io.BytesIO(data)
    return find_encoding(stream.read(HEAD_BYTES), stream, told)


@pytest.mark.parametrize("text", SIMPLIFIED)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_short_simplified_texts(text: str, encoding: str) -> None:
    assert found(text.encode(encoding)) == encoding


@pytest.mark.parametrize("text", TRADITIONAL)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp950"])
def test_short_traditional_texts(text: str, encoding: str) -> None:
    assert found(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_and_without_a_byte_order_mark(encoding: str) -> None:
    for text in [*SIMPLIFIED, "An English text.", "Übergrößenträger"]:
        assert found(f"\ufeff{text}".encode(encoding)) == encoding
    assert found(f"\ufeff{text}".encode(encoding), told="gb18030") == encoding
    for text in ["工作总结和计划\n今年的情况", "An English text.", "Übergrößenträger und Öl"]:
        assert found(text.encode(encoding)) == encoding
        assert found(text.encode(encoding), told="utf-16") == encoding


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"plain",
        b"with\0NULs\0in it",
        "中文\0内容\0".encode(),
        "中文内容，好的。".encode() + b"\xff\xfe",
        "中文内容，好的。".encode()[:-1],
        "中文".encode() + b"\xd6\xd0" + "内容，好的。".encode(),
        b"\xff",
        b"x\xff\xe4\xb8y\xed\xa0\x80",
        "café déjà vu".encode("latin-1"),
        bytes(range(256)),
        "café".encode(),
        b"\xef\xbb\xbf\xd6\xd0\xce\xc4",
    ],
    ids=repr,
)
def test_what_is_utf8_broken_or_not_stays_so(data: bytes) -> None:
    assert found(data) == "utf-8"


def test_broken_bytes_do_not_hide_the_encoding() -> None:
    text = "第一条 为了加强管理，制定本办法。" * 20
    for encoding in ("gb18030", "cp950"):
        data = text.encode(encoding, "ignore")
        assert found(data[:51] + b"\xff" + data[51:-1]) == encoding


def test_the_first_text_that_is_not_ascii_tells() -> None:
    for ascii_bytes in (100, HEAD_BYTES - 2, HEAD_BYTES + 5, 3_000_001):
        data = b"x" * ascii_bytes
        assert found(data) == "utf-8"
        assert found(data + "办法".encode("gb18030") * 5) == "gb18030"
        assert found(data + "办法".encode()) == "utf-8"
        assert found(data + "办法".encode() * 20_000 + b"\xff") == "utf-8"


def test_of_the_two_of_big5_the_one_that_knows_the_characters() -> None:
    assert found("これはテスト、です".encode("cp950", "ignore"), told="big5") == "cp950"
    assert found("這係香港嘅，唔該嗰個啱".encode("big5hkscs"), told="big5") == "big5hkscs"
    assert found("這係香港嘅，唔該嗰個啱".encode("big5hkscs")) == "big5hkscs"
    assert found(b"", told="big5") == "cp950"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_pieces_of_real_texts(encoding: str) -> None:
    draw = random.Random(1)
    texts = [str(row["text"]) for row in shared_rows("work_reports")]
    for size in (8, 20, 200):
        pieces = []
        while len(pieces) < 100:
            text = draw.choice(texts)
            start = draw.randrange(len(text))
            piece = text[start : start + size]
            if sum(not c.isascii() for c in piece) >= 6:
                pieces.append(piece)
        assert sum(found(piece.encode(encoding)) != encoding for piece in pieces) <= (size < 20)
