"""Files that are elsewhere: any file system of fsspec's, by URLs such as ``s3://bucket/folder``."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from dedup.corpus.formats import SUFFIXES, format_of
from dedup.corpus.patience import waited_for
from dedup.errors import CorpusError, DedupError
from dedup.records import SourceFile

__all__ = ["is_remote", "list_remote", "open_remote"]

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(?:://|::)")


def is_remote(path: object) -> bool:
    """Say whether a path, if it is a string, is a URL.

    >>> is_remote("s3://bucket/a.jsonl"), is_remote("a/b.jsonl"), is_remote("C:/a")
    (True, False, False)
    """
    return isinstance(path, str) and _URL.match(path) is not None


def list_remote(urls: Sequence[str]) -> dict[str, SourceFile]:
    """Return the files at ``urls`` by name, as ``discover`` finds those of this machine.

    A URL with ``*``, ``?`` or ``[`` stands for all that fits it. Names are relative to the deepest
    folder that holds everything that was named.

    Raises
    ------
    CorpusError
        If a URL names nothing, or a file of no known format; if they are of several file systems;
        or if one cannot be reached.
    """
    named: list[list[str]] = []
    found: dict[str, str] = {}
    systems = []
    for url in sorted(set(urls)):
        with _reaching(url):
            system, path = _fsspec().core.url_to_fs(url)
            systems.append(system)
            paths = sorted(system.glob(path)) if re.search(r"[*?\[]", path) else [path]
            if not paths:
                raise CorpusError(f"{url} stands for no file: check it, or leave it out")
            for each in paths:
                parts = each.rstrip("/").split("/")
                if system.info(each)["type"] == "directory":
                    named.append(parts)
                    inside = system.find(each)
                else:
                    if format_of(parts[-1]) is None:
                        raise CorpusError(
                            f"{url} is of no known format: {', '.join(SUFFIXES)} files are read"
                        )
                    named.append(parts[:-1])
                    inside = [each]
                for file in inside:
                    below = file.split("/")[len(parts) :]
                    if format_of(file) and not any(part.startswith(".") for part in below):
                        found[file] = system.unstrip_protocol(file)
    if any(system != systems[0] for system in systems):
        raise CorpusError(
            f"{' and '.join(sorted(set(urls)))} are of several file systems: name paths on one"
        )
    root = named[0]
    for parts in named:
        same = [a == b for a, b in zip(root, parts, strict=False)]
        root = root[: same.index(False) if False in same else len(same)]
    files = {}
    for path, url in found.items():
        name = "/".join(path.split("/")[len(root) :])
        form, compression = format_of(name) or ("", "")
        files[name] = SourceFile(Path(path), name, form, compression, url)
    return files


def open_remote(url: str) -> BinaryIO:
    """Return the bytes at ``url`` as a stream; whatever goes wrong in it is a ``CorpusError``."""
    with _reaching(url):
        return cast(BinaryIO, io.BufferedReader(_Remote(url), 1 << 20))


class _Remote(io.RawIOBase):
    """A stream whose errors name its URL, whatever library they come from."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stream = waited_for(self._opened)

    def _opened(self) -> Any:
        system, path = _fsspec().core.url_to_fs(self._url)
        return system.open(path, "rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _reaching(self._url):
            size = len(buffer)
            data = waited_for(lambda: self._stream.read(size))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


@contextmanager
def _reaching(url: str) -> Iterator[None]:
    try:
        yield
    except DedupError:
        raise
    except FileNotFoundError as error:
        raise CorpusError(f"{url} does not exist: check the address, or leave it out") from error
    except Exception as error:  # each file system has errors of its own
        told = str(error).partition("\n")[0] or type(error).__name__
        raise CorpusError(
            f"{url} cannot be read ({told}): check the address and your rights, or leave it out"
        ) from error


def _fsspec() -> Any:
    try:
        import fsspec
    except ModuleNotFoundError as error:
        raise CorpusError(
            "fsspec is not installed, which reads from URLs: pip install 'dedup[remote]'"
        ) from error
    return fsspec
