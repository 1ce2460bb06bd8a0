"""The fold: texts to the form in which they are compared, and back to where it came from.

What the fold does, in order:

1. Code points that are invisible (``characters.IGNORED``) go, then the text is brought
   to the compatibility composition (NFKC) of its case folding, as a whole: marks are put into
   canonical order and composed, jamo become syllables. What is raised, lowered or a fraction
   stays (10⁵ is not 105).
2. Traditional characters become Simplified ones, each by itself, by OpenCC's character table.
3. A bracketed reading after a Han character goes, white space in front of it or not: Pinyin with
   at least one tone mark (any number of whole syllables), Bopomofo, or Hiragana, at most 32 signs
   long, in ``()``, ``[]`` or ``〔〕``. Katakana stays: in brackets it is mostly a word of its own,
   as Latin letters without a tone are. So does a reading whose opening bracket was lost to
   ``?``, as in ``管?guǎn)理``, if it is one run of Pinyin.
4. White space beside a Han character goes; any other run of it becomes one space; there is none
   at either end. So it makes no difference where a Chinese text is wrapped (of 1,500 paragraphs
   of laws 99.9 % fold to the same when wrapped at 60 columns; 64 % would if only white space
   between two Han characters went: the other breaks are beside marks and figures), and none
   whether Latin words and figures are set off. A hyphen at the end of a line stays: in 162 of
   229,232 line ends of licences there is one, and more than half of them belong to the word.

Folding a folded text changes nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import characters
from dedup.cache import cache_root, is_kept, prune
from dedup.columns import make_strings, strings
from dedup.kernels import fold as kernels

__all__ = [
    "FoldTables",
    "Folded",
    "fold_key",
    "fold_spans",
    "fold_strings",
    "fold_with_offsets",
    "load_tables",
]


@dataclass(frozen=True)
class FoldTables:
    """What each code point folds to."""

    table: npt.NDArray[np.int32]
    """As ``dedup.kernels.normalise`` lays it out; read-only."""
    key: str
    """Changes when the table or the rules change; part of the name of whatever is cached."""


@dataclass(frozen=True)
class Folded:
    """Shadow texts of ``n`` spans, and what tells them apart."""

    shadow: pa.Array
    """``large_string``."""
    lengths: npt.NDArray[np.int64]
    """Code points of each."""
    hash_high: npt.NDArray[np.uint64]
    hash_low: npt.NDArray[np.uint64]
    """Two independent hashes of the UTF-8 bytes; the same on every machine."""
    origins: npt.NDArray[np.int64]
    """Where asked: offset of each shadow code point's source, in code points from the start of its
    span, those of one span after those of the one before it."""


@lru_cache(maxsize=1)
def fold_key() -> str:
    """Name the table and the rules: versions of OpenCC and Unicode, digest of the sources."""
    digest = hashlib.blake2b(digest_size=8)
    here = Path(__file__).parent
    for name in ("characters", "kernels/normalise", "kernels/reading", "kernels/fold"):
        digest.update((here / f"{name}.py").read_bytes())
    return f"{version('opencc')}-{unicodedata.unidata_version}-{digest.hexdigest()}"


@lru_cache(maxsize=1)
def load_tables() -> FoldTables:
    """Return the table, mapped from the cache; built first, and kept there, if it is missing."""
    path = cache_root() / f"fold-{fold_key()}.npy"
    is_kept(path)
    try:
        table = np.load(path, mmap_mode="r").view(np.ndarray)
    except (OSError, ValueError):
        table = characters.build_table()
        table.flags.writeable = False  # as the mapped one: a kernel is compiled once for either
        with contextlib.suppress(OSError):  # a full disk: it is built again the next time
            _keep(path, table)
            prune()
    return FoldTables(table, fold_key())


def _keep(path: Path, table: npt.NDArray[np.int32]) -> None:
    """Write the table in one step; another process may do the same."""
    handle, name = tempfile.mkstemp(".npy", "fold-", path.parent)
    building = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, table)
        building.replace(path)
    except BaseException:
        building.unlink(missing_ok=True)
        raise


def fold_spans(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    tables: FoldTables,
    *,
    origins: bool = False,
) -> Folded:
    """Fold ``n`` spans of UTF-8 text, given by bytes; with ``origins`` say where all comes from."""
    n = len(starts)
    size = int((ends - starts).sum()) if n else 0
    offsets = np.zeros(n + 1, np.int64)
    digests = np.empty((n, 3), np.uint64)
    buf = np.empty(kernels.BUFFER_SIZE, np.int64)
    out = np.empty(size + size // 8 + kernels.OUT_SLACK, np.uint8)
    data, starts, ends = _frozen(data), _frozen(starts), _frozen(ends)
    done = 0
    sources = np.empty(len(out) if origins else 0, np.int64)
    while True:
        done = kernels.fold_spans(
            data, starts, ends, tables.table, buf, out, offsets, sources, digests, done, n
        )
        if done == n:
            break
        if offsets[done + 1] == kernels.BUFFER_FULL:
            buf = np.empty(2 * len(buf), np.int64)
        else:
            larger = np.empty(2 * len(out), np.uint8)
            larger[: offsets[done]] = out[: offsets[done]]
            out = larger
            if origins:
                sources = np.concatenate([sources, np.empty(len(out) - len(sources), np.int64)])
    shadow = make_strings(out[: offsets[n]], offsets)
    lengths = digests[:, kernels.LENGTH].astype(np.int64)
    return Folded(
        shadow,
        lengths,
        np.ascontiguousarray(digests[:, kernels.HIGH]),
        np.ascontiguousarray(digests[:, kernels.LOW]),
        sources[: lengths.sum()],
    )


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a view that cannot be written to: one type to compile for, whoever owns the data."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def fold_strings(texts: Sequence[str], tables: FoldTables) -> list[str]:
    """Fold each of ``texts``; a lone surrogate is taken for U+FFFD.

    >>> fold_strings(["衛(wèi)生  局", "ＷＴＯ　(World)"], load_tables())
    ['卫生局', 'wto (world)']
    """
    data, offsets = strings(pa.array([_sound(text) for text in texts], pa.large_string()))
    folded = fold_spans(data, offsets[:-1], offsets[1:], tables)
    return folded.shadow.to_pylist()  # type: ignore[no-any-return]


def fold_with_offsets(text: str, tables: FoldTables) -> tuple[str, npt.NDArray[np.int64]]:
    """Fold ``text`` and say where each shadow character comes from.

    Returns
    -------
    shadow
        As ``fold_strings`` gives it.
    origins : int64, one for each character of ``shadow``
        Offset of its source character in ``text``: of the first one where several were composed,
        and of the same one where one was expanded.

    >>> fold_with_offsets("衛(wèi)生", load_tables())
    ('卫生', array([0, 6]))
    """
    [told] = all_with_offsets([text], tables)
    return told


def all_with_offsets(
    texts: Sequence[str], tables: FoldTables
) -> list[tuple[str, npt.NDArray[np.int64]]]:
    """Return of each of ``texts`` what ``fold_with_offsets`` does."""
    data, offsets = strings(pa.array([_sound(text) for text in texts], pa.large_string()))
    folded = fold_spans(data, offsets[:-1], offsets[1:], tables, origins=True)
    ends = np.cumsum(folded.lengths).tolist()
    origins = [folded.origins[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return list(zip(folded.shadow.to_pylist(), origins, strict=True))


_SURROGATE = re.compile("[\ud800-\udfff]")


def _sound(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)
