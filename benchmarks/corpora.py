"""Corpora that benchmarks run on: where they lie, unpacked, and parts of them drawn by seed.

They are no part of the repository. The environment variable ``DEDUP_SHARED`` names the folder
that holds ``data/<name>.jsonl.gz``; without it, it is the folder ``shared`` beside the checkout,
where the tests look for it, too. What is unpacked or drawn lies in ``benchmarks/scratch``.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("DEDUP_SHARED") or CHECKOUT.parent / "shared")
WORK = Path(__file__).with_name("scratch")
MEGABYTE = 1e6
"""Bytes of UTF-8 text: what every figure in MB or MB/s counts."""


def packed(name: str) -> Path:
    """Return the path of ``data/<name>.jsonl.gz``; FileNotFoundError if it is not there."""
    path = SHARED / "data" / f"{name}.jsonl.gz"
    if not path.exists():
        raise FileNotFoundError(f"no corpus {path}: DEDUP_SHARED names the folder that holds data/")
    return path


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a packed file."""
    with gzip.open(packed(name), "rb") as lines:
        return [json.loads(line) for line in lines]


def documents(name: str) -> list[dict[str, Any]]:
    """Return the rows of a packed file, or those of ``seeds``, which are plain text files."""
    if name != "seeds":
        return rows(name)
    files = sorted((SHARED / name).glob("*.txt"))
    if not files:
        raise FileNotFoundError(f"no {SHARED / name}: DEDUP_SHARED names the folder that holds it")
    return [{"id": path.name, "text": path.read_text(encoding="utf-8")} for path in files]


def unpacked(name: str) -> Path:
    """Return the path of a corpus as plain JSONL, unpacked at the first call."""
    source = packed(name)
    path = WORK / f"{name}.jsonl"
    if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
        with gzip.open(source, "rb") as data, _written(path) as partial, partial.open("wb") as out:
            shutil.copyfileobj(data, out)
    return path


def sample(corpus: Path, megabytes: float, seed: int = 1) -> Path:
    """Return the path of whole rows of a JSONL file, in its order, of about ``megabytes`` in all.

    Rows are drawn without repeats until their texts reach that size.
    """
    path = WORK / f"{corpus.stem}-{megabytes:g}mb-{seed}.jsonl"
    if path.exists() and path.stat().st_mtime >= corpus.stat().st_mtime:
        return path
    lines = corpus.read_bytes().splitlines(keepends=True)
    order = list(range(len(lines)))
    random.Random(seed).shuffle(order)
    wanted: set[int] = set()
    size = 0
    for number in order:
        if size >= megabytes * MEGABYTE:
            break
        wanted.add(number)
        size += _text_bytes(lines[number])
    with _written(path) as partial:
        partial.write_bytes(b"".join(line for number, line in enumerate(lines) if number in wanted))
    return path


def beginning(corpus: Path, megabytes: float) -> Path:
    """Return the path of the first rows of a corpus, of about ``megabytes`` in all.

    Of a generated corpus that is a smaller one, with its copies: they are of what is before them.
    """
    path = WORK / f"{corpus.name.removesuffix('.jsonl')}-first-{megabytes:g}mb.jsonl"
    if not path.exists():
        with _written(path) as partial, partial.open("wb") as out:
            size = 0
            for line in lines(corpus):
                if size >= megabytes * MEGABYTE:
                    break
                out.write(line)
                size += _text_bytes(line)
    return path


def files_of(corpus: Path) -> list[Path]:
    """Return the JSONL files of a corpus, which is a folder of them or one of them."""
    return sorted(corpus.glob("*.jsonl")) if corpus.is_dir() else [corpus]


def lines(corpus: Path) -> Iterator[bytes]:
    """Yield the rows of a corpus, each a line of JSON."""
    for path in files_of(corpus):
        with path.open("rb") as file:
            yield from file


def text_megabytes(corpus: Path) -> float:
    """Return the size of the texts of a corpus, in MB of UTF-8."""
    return sum(map(_text_bytes, lines(corpus))) / MEGABYTE


def _text_bytes(line: bytes) -> int:
    return len(json.loads(line)["text"].encode("utf-8", "surrogatepass"))


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """Give a path to write to that takes its name when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
