"""The fold on Python strings, with ``unicodedata``, OpenCC and regular expressions."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import opencc

from dedup.characters import IGNORED, PINYIN, TONE_MARKS

HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
BRACKETED = re.compile(r"\(([^)]*)\)|\[([^]]*)\]|〔([^〕]*)〕")
LOST = re.compile(r"\?([^\s)]*)\)")
SEPARATORS = re.compile(r"[\s'’ʼ‐·-]+")
SYLLABLES = re.compile(f"(?:{'|'.join(sorted(PINYIN))})+")
BOPOMOFO = re.compile(r"[ˇˉˊˋ\u0307\s]*[ㄅ-ㄯㆠ-ㆿ][ㄅ-ㄯㆠ-ㆿˇˉˊˋ\u0307\s]*")
HIRAGANA = re.compile(r"\s*[ぁ-ゖゝゞ][ぁ-ゖゝゞ\s]*")

INVISIBLE = {chr(c) for first, last in IGNORED for c in range(first, last + 1)}

converter = opencc.OpenCC("t2s")


@cache
def simplified(character: str) -> str:
    seen = {character}
    while True:
        result = converter.convert(character)
        if len(result) != 1 or result in seen:
            return character
        seen.add(result)
        character = result


def decomposed(text: str) -> str:
    """NFKD, one step after the other; what is raised, lowered or a fraction takes none."""
    before = ""
    while text != before:
        before, text = text, unicodedata.normalize("NFD", "".join(map(one_step, text)))
    return text


def one_step(character: str) -> str:
    parts = unicodedata.decomposition(character)
    if re.match("<(?!super|sub|fraction)", parts):
        return "".join(chr(int(code, 16)) for code in parts.split()[1:])
    return character


def normalised(text: str) -> str:
    text = "".join(c for c in decomposed(text) if c not in INVISIBLE)
    text = decomposed(decomposed(text).casefold())
    text = unicodedata.normalize("NFC", text)
    return "".join(map(simplified, text))


def is_pinyin(content: str) -> bool:
    parts = unicodedata.normalize("NFD", content)
    if not any(c in TONE_MARKS for c in parts):
        return False
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONE_MARKS))
    bare = bare.translate(str.maketrans({"v": "?", "ü": "v", "ê": "e", "ɑ": "a", "ɡ": "g"}))
    runs = SEPARATORS.split(content)
    if any(run and all(c in TONE_MARKS for c in run) for run in runs):
        return False
    return all(SYLLABLES.fullmatch(run) for run in SEPARATORS.split(bare) if run)


def is_reading(content: str) -> bool:
    if len("".join(content.split())) > 32:
        return False
    return bool(is_pinyin(content) or BOPOMOFO.fullmatch(content) or HIRAGANA.fullmatch(content))


def without_readings(text: str) -> str:
    kept: list[str] = []
    after_han = False  # white space between does not count
    i = 0
    while i < len(text):
        if after_han and text[i] in "([〔?":
            found = BRACKETED.match(text, i)
            if found and is_reading(next(g for g in found.groups() if g is not None)):
                i = found.end()
                continue
            found = LOST.match(text, i)
            if (
                found
                and len(SEPARATORS.split(found[1])) == 1
                and len(found[1]) <= 32
                and is_pinyin(found[1])
            ):
                i = found.end()
                continue
        kept.append(text[i])
        if not text[i].isspace():
            after_han = bool(HAN.match(text[i]))
        i += 1
    return "".join(kept)


def fold(text: str) -> str:
    text = without_readings(normalised(text)).strip()
    text = re.sub(f"(?<={HAN.pattern})\\s+|\\s+(?={HAN.pattern})", "", text)
    return re.sub(r"\s+", " ", text)


def hashes(shadow: str) -> tuple[int, int]:
    whole = 2**64 - 1
    high, low = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
    data = shadow.encode()
    for i in range(0, len(data), 8):
        word = int.from_bytes(data[i : i + 8], "little")
        high = (high ^ word) * 0xBF58476D1CE4E5B9 & whole
        high ^= high >> 32
        low = (low ^ word) * 0xD6E8FEB86659FD93 & whole
        low ^= low >> 29
    high ^= len(data)
    low ^= len(data)
    high = (high ^ high >> 27) * 0x94D049BB133111EB & whole
    low = (low ^ low >> 31) * 0x94D049BB133111EB & whole
    return high ^ high >> 31, low ^ low >> 27
