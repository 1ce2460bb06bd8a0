"""The tables that say what each code point folds to, and the fold of strings by them.

What the fold does, in order:

1. Code points that are invisible and change no meaning (``IGNORED``) go, then the text is brought
   to the compatibility composition (NFKC) of its case folding, as a whole: marks are put into
   canonical order and composed, jamo become syllables.
2. Traditional characters become Simplified ones, each by itself, by OpenCC's character table.
3. A bracketed reading after a Han character goes, white space in front of it or not: Pinyin with
   at least one tone mark (any number of whole syllables), Bopomofo, or Hiragana, at most 32 signs
   long, in ``()``, ``[]`` or ``〔〕``. Katakana stays: in brackets it is mostly a word of its own,
   as Latin letters without a tone are. So does a reading whose opening bracket was lost to
   ``?``, as in ``管?guǎn)理``, if it is one run of Pinyin right after the Han character.
4. White space between two Han characters goes; any other run of it becomes one space; there is
   none at either end.

Folding a folded text changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import make_strings, strings
from dedup.kernels import cache_root
from dedup.kernels import fold as kernels

__all__ = [
    "IGNORED",
    "PINYIN",
    "FoldTables",
    "Folded",
    "fold_key",
    "fold_spans",
    "fold_strings",
    "fold_with_offsets",
    "load_tables",
]

IGNORED: tuple[tuple[int, int], ...] = (
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers; U+3164 and U+FFA0 decompose to them
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian variation selectors and vowel separator
    (0x200B, 0x200F),  # zero-width space, joiners, direction marks
    (0x202A, 0x202E),  # direction embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, direction isolates
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFF0, 0xFFFB),  # reserved as ignorable; interlinear annotation marks
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical beams and slurs
    (0xE0000, 0xE0FFF),  # tags and further variation selectors
)
"""Ranges of code points, both ends included, that have no part in the shadow text.

The code points of Unicode's Default_Ignorable_Code_Point, and the three interlinear annotation
marks. Other controls stay, NUL too: they are as visible as damage gets.
"""

_FINALS = {
    "": "a o e ai ei ao ou an en ang eng er m n ng r",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng iao u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ei ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue",
    "l": "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue",
    "g": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "k": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "h": "a e ai ei ao ou an en ang eng ong m ng u ua uo uai ui uan un uang",
    "j": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "q": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh": "a e ai ei ao ou an en ang eng ong i u ua uo uai ui uan un uang",
    "ch": "a e ai ao ou an en ang eng ong i u ua uo uai ui uan un uang",
    "sh": "a e ai ei ao ou an en ang eng i u ua uo uai ui uan un uang",
    "r": "e ao ou an en ang eng ong i u ua uo ui uan un",
    "z": "a e ai ei ao ou an en ang eng ong i u uo ui uan un",
    "c": "a e ai ao ou an en ang eng ong i u uo ui uan un",
    "s": "a e ai ao ou an en ang eng ong i u uo ui uan un",
    "y": "a o e ai ao ou an ang ong i in ing u ue uan un",
    "w": "a o ai ei an en ang eng u",
}

PINYIN = frozenset(initial + final for initial, row in _FINALS.items() for final in row.split())
"""The syllables of Standard Chinese without their tones, ü written v; r is the retroflex ending."""

TONE_MARKS = "\u0300\u0301\u0304\u0306\u030c"
"""Combining marks that give a letter a tone; the breve often stands for the caron."""

_SIZE = 0x110000
_HAN = (
    (0x3005, 0x3005), (0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip
_NAMES = ("fast", "slow", "pool", "pairs", "composites", "classes", "syllables")


@dataclass(frozen=True)
class FoldTables:
    """The tables of the fold, as its kernels take them.

    ``arrays``: for each code point what it becomes or that it takes the slow path (int32), where
    its decomposition is (int32), the decompositions (int32), the hash table of pairs that compose
    (int64) and their composites (int32), the class of each folded code point (uint8), and the
    syllables of Pinyin as a trie (int16, nodes × 27).
    """

    arrays: tuple[npt.NDArray[Any], ...]
    key: str
    """Changes when the tables or the rules change; part of the name of whatever is cached."""


@dataclass(frozen=True)
class Folded:
    """Shadow texts of ``n`` spans, and what tells them apart."""

    shadow: pa.Array
    """``large_string``."""
    lengths: npt.NDArray[np.int64]
    """Code points of each."""
    hash_high: npt.NDArray[np.uint64]
    hash_low: npt.NDArray[np.uint64]
    """Two independent hashes of the code points; the same on every machine."""
    origins: npt.NDArray[np.int64]
    """Of one span, where asked: offset of each shadow code point's source, in code points."""


@lru_cache(maxsize=1)
def fold_key() -> str:
    """Name the tables and the rules: versions of OpenCC and Unicode, digest of the sources."""
    digest = hashlib.blake2b(digest_size=8)
    for source in (__file__, kernels.__file__):
        digest.update(Path(source).read_bytes())
    return f"{version('opencc')}-{unicodedata.unidata_version}-{digest.hexdigest()}"


@lru_cache(maxsize=1)
def load_tables() -> FoldTables:
    """Return the tables, mapped from the cache; built there first if they are missing."""
    folder = cache_root() / f"fold-{fold_key()}"
    if not folder.is_dir():
        _save(_build(), folder)
    arrays = []
    for name in _NAMES:
        array = np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)
        arrays.append(array)
    return FoldTables(tuple(arrays), fold_key())


def _save(arrays: dict[str, npt.NDArray[Any]], folder: Path) -> None:
    """Write the arrays to ``folder`` so that it appears whole or not at all."""
    building = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(building / f"{name}.npy", array)
        building.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was first, with the same tables
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _build() -> dict[str, npt.NDArray[Any]]:
    simplified = _simplified()
    pairs = _composing_pairs()
    joining = {second for _, second in pairs}
    fast = np.arange(_SIZE, dtype=np.int32)
    slow = np.zeros(_SIZE, np.int32)
    pool = [0]  # entry 0 is never used: 0 in ``slow`` says that a code point is its own
    for code in (*range(0xD800), *range(0xE000, 0x32400), *range(0xE0000, 0xE1000)):
        text = chr(code)
        parts = _decomposed(text, simplified)
        if parts != text or unicodedata.combining(text) or code in joining:
            whole = unicodedata.normalize("NFC", parts)
            plain = (
                len(whole) == 1
                and not unicodedata.combining(whole)
                and ord(parts[0]) not in joining
                and "\u0345" not in parts
            )
            if plain:
                fast[code] = ord(whole)
            elif not parts:
                fast[code] = kernels.SPECIAL
            else:
                joins = unicodedata.combining(parts[0]) or ord(parts[0]) in joining
                fast[code] = kernels.SPECIAL | (kernels.JOINS if joins else 0)
            if parts != text or not plain:
                slow[code] = (len(pool) << 5 | len(parts)) if parts else 0
                pool += [ord(c) | unicodedata.combining(c) << kernels.CODE_BITS for c in parts]
    keys, composites = _hashed(pairs)
    return {
        "fast": fast,
        "slow": slow,
        "pool": np.array(pool, np.int32),
        "pairs": keys,
        "composites": composites,
        "classes": _classes(),
        "syllables": _trie(),
    }


def _decomposed(text: str, simplified: dict[str, str]) -> str:
    """Return the folded code point before composition; the iota subscript is left a mark."""
    parts = unicodedata.normalize("NFKD", text)
    if parts == text and text.casefold() == text:
        shown = text
    else:
        shown = "".join(c if c == "\u0345" else c.casefold() for c in parts)
        shown = unicodedata.normalize("NFKD", shown)
    return "".join(simplified.get(c, c) for c in shown if c not in _ignored())


@lru_cache(maxsize=1)
def _ignored() -> frozenset[str]:
    return frozenset(chr(c) for first, last in IGNORED for c in range(first, last + 1))


def _simplified() -> dict[str, str]:
    """Return what OpenCC makes of each Traditional character alone, where that is one character.

    A character whose Simplified form is itself taken for Traditional (薴 → 苧 → 苎) goes all the
    way, so that folding twice changes nothing.
    """
    import opencc

    codes = [c for first, last in _HAN for c in range(first, min(last, 0x323FF) + 1)]
    lines = opencc.OpenCC("t2s").convert("\n".join(map(chr, codes))).split("\n")
    table = {chr(c): line for c, line in zip(codes, lines, strict=True) if chr(c) != line}
    table = {c: line for c, line in table.items() if len(line) == 1}
    for c in table:
        seen = {c}
        while table[c] in table and table[c] not in seen:
            seen.add(table[c])
            table[c] = table[table[c]]
    return table


def _composing_pairs() -> dict[tuple[int, int], int]:
    pairs = {}
    for code in (*range(0xC0, 0xD800), *range(0xF900, 0x30000)):
        parts = unicodedata.decomposition(chr(code))
        if parts and parts[0] != "<" and " " in parts:
            whole = unicodedata.normalize("NFC", chr(code))
            if whole == chr(code):
                first, second = parts.split()
                pairs[int(first, 16), int(second, 16)] = code
    for syllable in range(0xAC00, 0xD7A4):  # Hangul composes by arithmetic, section 3.12
        trailing = (syllable - 0xAC00) % 28
        if trailing:
            pairs[syllable - trailing, 0x11A7 + trailing] = syllable
        else:
            leading, vowel = divmod((syllable - 0xAC00) // 28, 21)
            pairs[0x1100 + leading, 0x1161 + vowel] = syllable
    return pairs


def _hashed(
    pairs: dict[tuple[int, int], int],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    size = 1 << (2 * len(pairs)).bit_length()
    keys = np.zeros(size, np.int64)
    composites = np.zeros(size, np.int32)
    for (first, second), whole in pairs.items():
        pair = first << kernels.CODE_BITS | second
        slot = kernels.pair_slot(pair, size)
        while keys[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot] = pair
        composites[slot] = whole
    return keys, composites


def _classes() -> npt.NDArray[np.uint8]:
    classes = np.full(_SIZE, kernels.OTHER, np.uint8)
    for first, last in _HAN:
        classes[first : last + 1] = kernels.HAN
    classes[[c for c in range(0x3001) if chr(c).isspace()]] = kernels.SPACE
    classes[[ord(c) for c in "([〔"]] = kernels.OPEN
    classes[ord("?")] = kernels.QUESTION
    classes[[ord(c) for c in "'-·\u02bc\u2010\u2019"]] = kernels.SEPARATOR
    classes[[ord(c) for c in TONE_MARKS]] = kernels.MARK
    classes[0x3105:0x3130] = kernels.BOPOMOFO
    classes[0x31A0:0x31C0] = kernels.BOPOMOFO
    classes[[ord(c) for c in "ˇˉˊˋ\u0307"]] = kernels.TONE  # U+02D9 decomposes to U+0307
    classes[0x3041:0x3097] = kernels.HIRAGANA
    classes[[ord(c) for c in "ゝゞ"]] = kernels.HIRAGANA
    letters = {c: c for c in "abcdefghijklmnopqrstuvwxyz"} | {"ü": "v", "ê": "e", "ɑ": "a", "ɡ": "g"}
    for letter, base in letters.items():
        classes[ord(letter)] = kernels.LETTER + ord(base) - 97
        for marks in (*TONE_MARKS, *product(TONE_MARKS, repeat=2)):
            whole = unicodedata.normalize("NFC", letter + "".join(marks))
            if len(whole) == 1:
                classes[ord(whole)] = kernels.TONED + ord(base) - 97
    return classes


def _trie() -> npt.NDArray[np.int16]:
    rows = [[0] * 27]
    for syllable in sorted(PINYIN):
        node = 0
        for letter in syllable:
            if not rows[node][ord(letter) - 97]:
                rows[node][ord(letter) - 97] = len(rows)
                rows.append([0] * 27)
            node = rows[node][ord(letter) - 97]
        rows[node][26] = 1
    return np.array(rows, np.int16)


def fold_spans(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    tables: FoldTables,
    *,
    origins: bool = False,
) -> Folded:
    """Fold ``n`` spans, given by bytes, of UTF-8 text; with ``origins``, of the only span there is."""
    n = len(starts)
    size = int((ends - starts).sum()) if n else 0
    lengths, offsets = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    high, low = np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    sources = np.empty(0, np.int64)
    buf = np.empty(kernels.BUFFER_SIZE, np.int64)
    out = np.empty(size + size // 8 + kernels.OUT_SLACK, np.uint8)
    frozen = [np.ascontiguousarray(a).view() for a in (data, starts, ends)]
    for array in frozen:
        array.flags.writeable = False  # one type for the compiler, wherever the bytes come from
    done = 0
    while True:
        if origins:
            sources = np.empty(len(out), np.int64)
        done = kernels.fold_spans(
            *frozen, tables.arrays, buf, out, offsets, sources, lengths, high, low, done
        )
        if done == n:
            break
        if lengths[done] == kernels.BUFFER_FULL:
            buf = np.empty(2 * len(buf), np.int64)
        else:
            larger = np.empty(2 * len(out), np.uint8)
            larger[: offsets[done]] = out[: offsets[done]]
            out = larger
    shadow = make_strings(out[: offsets[n]], offsets)
    return Folded(shadow, lengths, high, low, sources[: lengths[0]] if origins else sources)


def fold_strings(texts: Sequence[str], tables: FoldTables) -> list[str]:
    """Fold each of ``texts``; a lone surrogate is taken for U+FFFD."""
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
    """
    data = np.frombuffer(_sound(text).encode(), np.uint8)
    ends = np.array([len(data)], np.int64)
    folded = fold_spans(data, np.zeros(1, np.int64), ends, tables, origins=True)
    return folded.shadow[0].as_py(), folded.origins


_SURROGATE = re.compile("[\ud800-\udfff]")


def _sound(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)
