"""Other encodings as UTF-8, and the way back to the bytes of the file."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.corpus.encodings import WIDE, raw_length, raw_offsets, to_utf8, utf8_stream

ENCODINGS = ["utf-16-le", "utf-16-be", "gb18030", "cp950", "big5hkscs"]
ATOMS = ["a", '"', "\n", "\r\n", ",", "0", "中", "文", "衛", "é", "€", "😀", "\ufeff", "\ufffd"]


def naive_pieces(raw: bytes, encoding: str) -> list[tuple[str, int]]:
    """Return the characters and how many bytes of ``raw`` each stands for, one after another."""
    pieces = []
    at = 0
    while at < len(raw):
        # The shortest beginning that is not merely the beginning of something.
        rest = raw[at:]
        try:
            text = rest.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start == 0:
                pieces.append(("\ufffd", error.end))
                at += error.end
                continue
            text = rest[: error.start].decode(encoding)
        size = next(n for n in range(1, len(rest) + 1) if _decodes(rest[:n], encoding))
        character = rest[:size].decode(encoding)
        assert text.startswith(character)
        pieces += [(each, 0 if i else size) for i, each in enumerate(character)]
        at += size
    return pieces


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        return bool(raw.decode(encoding))
    except UnicodeDecodeError:
        return False


texts = st.lists(st.sampled_from(ATOMS), max_size=10).map("".join)
raws = st.one_of(
    st.binary(max_size=12),
    st.lists(
        st.one_of(
            st.sampled_from([b"\x80", b"\xff", b"\x81\x30", b"\x88\x62", b"\x00\xd8", b"\xd8\x00"]),
            texts.map(lambda text: text.encode("gb18030")),
            texts.map(lambda text: text.encode("utf-16-le")),
            texts.map(lambda text: text.encode("big5", "ignore")),
        ),
        max_size=6,
    ).map(b"".join),
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(raw=raws)
@example(raw=b"\x88\x62\x88\xa5a")
@example(raw=b"a\x00\x00")
@example(raw=b"\x800\n")
def test_every_character_is_found_in_the_raw_bytes(encoding: str, raw: bytes) -> None:
    text = to_utf8(raw, encoding).decode()
    if encoding in WIDE:
        assert text == raw.decode(encoding, "replace")
        pieces = naive_pieces(raw, encoding)
    else:
        assert f"{text}   " == (raw + b"   ").decode(encoding, "replace")
        pieces = naive_pieces(raw + b"   ", encoding)[:-3]
    assert text == "".join(character for character, _ in pieces)
    starts = np.cumsum([0, *(len(character.encode()) for character, _ in pieces)])
    expected = np.cumsum([0, *(size for _, size in pieces)])
    order = np.random.default_rng(1).permutation(len(starts))
    assert raw_offsets(raw, encoding, starts[order]).tolist() == expected[order].tolist()


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(raw=raws)
def test_what_cuts_a_file_is_never_part_of_a_broken_sequence(encoding: str, raw: bytes) -> None:
    if encoding in WIDE:
        pieces = utf8_stream(io.BytesIO(raw), encoding).read().splitlines(keepends=True)
        sizes = [raw_length(piece) for piece in pieces[:-1]]
        bounds = [0, *np.cumsum(sizes, dtype=int).tolist(), len(raw)]
        again = [to_utf8(raw[a:b], encoding) for a, b in pairwise(bounds)]
        assert b"".join(again) == to_utf8(raw, encoding)
        return
    again = [to_utf8(line, encoding) for line in raw.splitlines(keepends=True)]
    assert b"".join(again) == to_utf8(raw, encoding)
    for sign in b'",\t\r\n':
        assert raw.count(sign) == to_utf8(raw, encoding).count(sign)


@pytest.mark.parametrize("encoding", ["utf-8", *ENCODINGS])
def test_a_stream_is_decoded_across_its_blocks(encoding: str) -> None:
    text = "这是一行中文，\n" * 50_000
    stream = utf8_stream(io.BytesIO(text.encode(encoding, "replace")), encoding)
    lines = [*iter(stream.readline, b"")]
    assert b"".join(lines).decode() == text.encode(encoding, "replace").decode(encoding)
    assert len(lines) == 50_000
