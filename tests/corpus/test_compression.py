"""Compressed files: read as what they hold, written as the same, refused where they are damaged."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.corpus.compression import COMPRESSIONS, compressing, decompressing
from dedup.corpus.fetch import fetch
from dedup.errors import CorpusError
from dedup.records import SourceFile

REFERENCE: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: pa.compress(data, "zstd", asbytes=True),
}
UNPACK = {"gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress}


def packed(data: bytes, compression: str) -> bytes:
    stream = io.BytesIO()
    with compressing(stream, compression) as out:
        out.write(data)
    return stream.getvalue()


def unpacked(data: bytes, compression: str) -> bytes:
    return decompressing(io.BytesIO(data), compression).read()


def fetched(folder: Path, data: bytes, compression: str) -> bytes:
    path = folder / f"a.txt.{compression}"
    path.write_bytes(data)
    return fetch(
        0, SourceFile(path, path.name, "text", compression), folder / "copies"
    ).read_bytes()


@given(st.sampled_from(["", *COMPRESSIONS]), st.lists(st.binary(max_size=50), max_size=4))
def test_what_is_written_is_read_again_and_is_the_same_each_time(
    compression: str, parts: list[bytes]
) -> None:
    data = b"".join(parts)
    assert unpacked(packed(data, compression), compression) == data
    assert packed(data, compression) == packed(data, compression)
    if compression in UNPACK:
        assert UNPACK[compression](packed(data, compression)) == data


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_members_one_after_another_are_one_stream(compression: str, tmp_path: Path) -> None:
    pack = REFERENCE[compression]
    assert fetched(tmp_path, pack(b"one ") + pack(b"") + pack(b"two"), compression) == b"one two"


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_file_of_no_bytes_holds_nothing(compression: str, tmp_path: Path) -> None:
    assert fetched(tmp_path, b"", compression) == b""


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-3],
        lambda data: data[: len(data) // 2],
        lambda data: data[:1],
        lambda data: b"{}\n" + data,
        lambda data: data + b"rubbish",
        lambda data: data[:30] + bytes(byte ^ 0xFF for byte in data[30:60]) + data[60:],
    ],
    ids=["end lost", "half", "one byte", "rubbish before", "rubbish after", "bytes changed"],
)
def test_a_damaged_file_is_named_and_nothing_is_left(
    compression: str, damage: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    data = REFERENCE[compression](bytes(range(256)) * 4000)
    if compression == "zst" and len(damage(data)) == len(data):
        pytest.skip("Zstandard's frames have no checksum by default")
    if compression in ("bz2", "xz") and damage(data).endswith(b"rubbish"):
        # What follows a whole stream is passed over, as their own programs do.
        assert fetched(tmp_path, damage(data), compression) == bytes(range(256)) * 4000
        return
    with pytest.raises(
        CorpusError, match=rf"^.*a\.txt\.{compression} is damaged or not whole: .*$"
    ):
        fetched(tmp_path, damage(data), compression)
    assert not [*(tmp_path / "copies").iterdir()]
