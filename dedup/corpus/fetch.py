"""The plain bytes of every source file: the file itself, or a copy of what it holds.

A copy is made of what is compressed, remote or piped in, so that any piece of it can be read again,
by any thread and in any order, and is the same each time.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, cast

from dedup.corpus.compression import decompressing, intact
from dedup.corpus.files import reading, replacing
from dedup.corpus.patience import patient
from dedup.corpus.remote import open_remote
from dedup.errors import CorpusError
from dedup.records import SourceFile
from dedup.watch import checkpoint

__all__ = ["fetch"]

_BLOCK_BYTES = 1 << 20


def fetch(file: int, source: SourceFile, copies: Path | None) -> Path:
    """Return the path of the plain bytes of ``source``.

    Parameters
    ----------
    file
        Its index, by which a copy is called.
    copies
        A folder, made if need be; ``None`` where nothing is to be copied.

    Raises
    ------
    CorpusError
        If it cannot be read, or is not what its compression says.
    OutputError
        If the copy cannot be written.
    """
    if not (source.compression or source.url):
        return source.path
    if copies is None:
        raise ValueError(f"a copy of {source.place} is needed, and there is no folder for it")
    target = copies / str(file)
    with reading(source.place):
        opened = _opened(source)
    with replacing(target) as out, opened as stream:
        with intact(source.place):
            plain = decompressing(stream, source.compression)
        while True:
            checkpoint()
            with intact(source.place):
                data = plain.read(_BLOCK_BYTES)
            if not data:
                return target
            out.write(data)


def _opened(source: SourceFile) -> AbstractContextManager[BinaryIO]:
    if source.url == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed: pipe JSONL into it, or name a file")
        return nullcontext(patient(cast(BinaryIO, sys.stdin.buffer)))
    if source.url:
        return open_remote(source.url)
    return source.path.open("rb")
