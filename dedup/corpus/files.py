"""Files opened so that whatever the system refuses comes out as one sentence."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from dedup.errors import CorpusError, OutputError
from dedup.watch import checkpoint

__all__ = ["Hashing", "changed", "digest_of", "reading", "reason", "replacing"]

_BLOCK_BYTES = 1 << 20


@contextmanager
def reading(path: object) -> Iterator[None]:
    """Turn an ``OSError`` of the block into a ``CorpusError`` that names ``path`` as it prints."""
    try:
        yield
    except FileNotFoundError as error:
        raise CorpusError(f"{path} does not exist: check the path, or leave it out") from error
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be read ({reason(error)}): check its permissions, or leave it out"
        ) from error


def reason(error: OSError) -> str:
    """Return what the system said, without what a library put around it."""
    return os.strerror(error.errno) if error.errno else "it is damaged"


def changed(path: object) -> CorpusError:
    """Return the error for a source that is not what it was at the start of the run."""
    return CorpusError(
        f"{path} has changed since the run began: run again on files that stay as they are"
    )


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a stream that becomes the file ``path`` if the block ends well, and else nothing.

    Folders above ``path`` are made. The stream is a hidden file beside it until then.

    Raises
    ------
    OutputError
        If the system refuses (disk full, read-only, a file where a folder should be).
    """
    # The name itself may be as long as names can be; its digest lets the next run take up, and so
    # away, what a killed one left.
    digest = hashlib.blake2b(os.fsencode(path.name), digest_size=8).hexdigest()
    part = path.with_name(f".part-{digest}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as stream:
                yield stream
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({reason(error)}): free some space or choose another folder"
        ) from error


def digest_of(stream: BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 of a stream, in hex, and its bytes."""
    digest = hashlib.sha256()
    size = 0
    while block := stream.read(_BLOCK_BYTES):
        checkpoint()
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


class Hashing(io.RawIOBase):
    """A stream to write to that passes on what it is given, and knows its digest and size."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:  # noqa: D102
        return True

    def write(self, data: Any) -> int:  # noqa: D102
        checkpoint()
        self._stream.write(data)
        self.digest.update(data)
        self.size += len(data)
        return len(data)
