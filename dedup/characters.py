"""What each code point folds to: one table of Unicode's data, OpenCC's characters and Pinyin."""

from __future__ import annotations

import unicodedata
from itertools import product

import numpy as np
import numpy.typing as npt

from dedup.kernels import normalise

__all__ = ["IGNORED", "PINYIN", "TONE_MARKS", "build_table"]

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

_INVISIBLE = frozenset(chr(c) for first, last in IGNORED for c in range(first, last + 1))

TONE_MARKS = "\u0300\u0301\u0304\u0306\u030c"
"""Combining marks that give a letter a tone; the breve often stands for the caron."""

_STANDS = ("<super>", "<sub>", "<fraction>")
"""Kinds of compatibility decomposition that are not made: what is raised, lowered or a fraction.

In a line they say something else than they did: 10⁵ would be 105, 1½ would be 11⁄2. A page that
lost its markup says 105 for 10⁵, too, so that such pairs are met, and are not exact copies. What
holds such a character keeps it: ㎡ is m², and m2 is not. All other kinds are made. Of them only
numbers in circles (①), with a stop (⒈) or with a unit (㋀, ㏠) could run into a number before
them, but that is not where they stand: they begin items and name notes, and of all in 100 MB of
laws, reports, novels, manuals and licences none stands behind a digit. ⑴ and ㈠ bring their
brackets along.
"""

_HAN = (
    (0x3005, 0x3005), (0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip


def build_table() -> npt.NDArray[np.int32]:
    """Return the table as ``dedup.kernels.normalise`` lays it out."""
    simplified = _simplified()
    pairs = _composing_pairs()
    joining = {second for _, second in pairs}
    folded = np.arange(normalise.DECOMPOSED, dtype=np.int32)
    flags = np.zeros(normalise.DECOMPOSED, np.int32)
    decomposed = np.zeros(normalise.DECOMPOSED, np.int32)
    pool: list[int] = []
    for code in (*range(0xD800), *range(0xE000, 0x32400), *range(0xE0000, 0xE1000)):
        text = chr(code)
        parts = _decomposition(text, simplified)
        if parts == text and not unicodedata.combining(text) and code not in joining:
            continue
        whole = unicodedata.normalize("NFC", parts)
        joins = parts and (unicodedata.combining(parts[0]) or ord(parts[0]) in joining)
        plain = len(whole) == 1 and not joins and "\u0345" not in parts
        if plain:
            folded[code] = ord(whole)
        else:
            flags[code] = normalise.SPECIAL | (normalise.JOINS if joins else 0)
        if parts and (parts != text or not plain):
            at = normalise.POOL + len(pool)
            decomposed[code] = at << normalise.LENGTH_BITS | len(parts)
            pool += [ord(c) | unicodedata.combining(c) << normalise.CODE_BITS for c in parts]
    classes = _classes().astype(np.int32)[folded]
    return np.concatenate(
        [
            folded | flags | classes << normalise.CLASS_SHIFT,
            decomposed,
            _hashed(pairs),
            _trie(),
            np.array(pool, np.int32),
        ]
    )


def _decomposition(text: str, simplified: dict[str, str]) -> str:
    """Return the folded code point before composition; the iota subscript is left a mark."""
    parts = _unfolded(text)
    if parts != text or parts.casefold() != text:
        parts = "".join(c if c == "\u0345" else c.casefold() for c in parts)
        parts = _unfolded(parts)
    elif text not in _INVISIBLE:
        return simplified.get(text, text)
    return "".join(simplified.get(c, c) for c in parts if c not in _INVISIBLE)


def _unfolded(text: str) -> str:
    """Return the compatibility decomposition of ``text``, but for the kinds in ``_STANDS``."""
    if unicodedata.is_normalized("NFKD", text):
        return text
    parts = []
    for c in unicodedata.normalize("NFD", text):
        kind, *codes = unicodedata.decomposition(c).split() or [""]
        stands = not codes or kind in _STANDS
        parts.append(c if stands else _unfolded("".join(chr(int(code, 16)) for code in codes)))
    return unicodedata.normalize("NFD", "".join(parts))


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


def _hashed(pairs: dict[tuple[int, int], int]) -> npt.NDArray[np.int32]:
    table = np.zeros((normalise.SLOTS, 3), np.int32)
    for (first, second), whole in pairs.items():
        slot = normalise.pair_slot(first, second)
        while table[slot, 0]:
            slot = (slot + 1) % normalise.SLOTS
        table[slot] = first, second, whole
    return table.ravel()


def _classes() -> npt.NDArray[np.uint8]:
    classes = np.full(normalise.DECOMPOSED, normalise.OTHER, np.uint8)
    for first, last in _HAN:
        classes[first : last + 1] = normalise.HAN
    classes[[c for c in range(0x3001) if chr(c).isspace()]] = normalise.SPACE
    classes[[ord(c) for c in "([〔"]] = normalise.OPEN
    classes[[ord(c) for c in ")]〕"]] = normalise.CLOSE
    classes[ord("?")] = normalise.QUESTION
    classes[[ord(c) for c in "'-·\u02bc\u2010\u2019"]] = normalise.SEPARATOR
    classes[[ord(c) for c in TONE_MARKS]] = normalise.MARK
    classes[0x3105:0x3130] = normalise.BOPOMOFO
    classes[0x31A0:0x31C0] = normalise.BOPOMOFO
    classes[[ord(c) for c in "ˇˉˊˋ\u0307"]] = normalise.TONE  # U+02D9 decomposes to U+0307
    classes[0x3041:0x3097] = normalise.HIRAGANA
    classes[[ord(c) for c in "ゝゞ"]] = normalise.HIRAGANA
    letters = "abcdefghijklmnopqrstuvwxyz"
    for letter, base in zip(letters + "üêɑɡ", letters + "veag", strict=True):
        classes[ord(letter)] = normalise.LETTER + ord(base) - 97
        for marks in (*TONE_MARKS, *product(TONE_MARKS, repeat=2)):
            whole = unicodedata.normalize("NFC", letter + "".join(marks))
            if len(whole) == 1:
                classes[ord(whole)] = normalise.TONED + ord(base) - 97
    return classes


def _trie() -> npt.NDArray[np.int32]:
    rows = np.zeros((normalise.NODES, 27), np.int32)
    nodes = 1
    for syllable in sorted(PINYIN):
        node = 0
        for letter in syllable:
            if not rows[node, ord(letter) - 97]:
                rows[node, ord(letter) - 97] = nodes
                nodes += 1
            node = rows[node, ord(letter) - 97]
        rows[node, 26] = 1
    return rows.ravel()
