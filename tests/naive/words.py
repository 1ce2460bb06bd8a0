"""Words, masked view and guards on Python strings, over tokens that are cut already."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from dedup import dictionary, folding, masking
from dedup.kernels.cut import Dictionary, cut_span

MASK = (1 << 64) - 1
SLOT = 0x5107_5107_5107_5107
NUMERALS = masking.NUMERALS + masking.SET_APART
LABEL = re.compile(f"第[{NUMERALS}]+[{masking.COUNTED}](之[{NUMERALS}]+)?")
NEVER = set(f"{masking.NOT_A_PLACE} {masking.NOT_A_NUMBER} {masking.NOT_A_TIME}".split())
DENY = set(masking.DENIALS_IN_LATIN.split())
AFFIRM = set(masking.NOT_A_DENIAL.split())
NUMBER_TAGS, TIME_TAGS, PLACE_TAGS, NAME_TAGS = ({"m", "mq"}, {"t"}, {"ns", "nsf"}, {"nr"})
ORGANISATION_TAGS = {"nt"}
KINDS = ["", "number", "time", "place", "organisation", "sign", "ordinal", "figure"]


class Told(NamedTuple):
    tokens: list[str]
    masked: list[str | None]  # None is a run of slots
    guards: list[str]
    free: int
    cuts: list[tuple[str, str]]  # every token and its kind


@lru_cache(maxsize=1)
def folded_dictionary() -> Dictionary:
    tables = folding.load_tables()
    return dictionary.load(
        (), fold=partial(folding.fold_strings, tables=tables), fold_key=folding.fold_key()
    )


def tagged(text: str) -> list[tuple[str, str | None]]:
    """Return the tokens of a text with their parts of speech, None for what no dictionary has.

    A label that its words begin with is cut off, unless a word of the dictionary goes on over it.
    """
    tokens = tagged_plain(text)
    label = LABEL.match(text, next((i for i, c in enumerate(text) if is_word(c)), 0))
    end = label.end() if label else 0
    at = 0
    for number, (word, tag) in enumerate(tokens):
        if at < end < at + len(word) and tag is None:
            return [*tokens[:number], (text[at:end], None), *tagged_plain(text[end:])]
        at += len(word)
    return tokens


def tagged_plain(text: str) -> list[tuple[str, str | None]]:
    d = folded_dictionary()
    cp = np.array([ord(c) for c in text], np.uint32)
    size = len(cp)
    ends, nodes = np.empty(size, np.int64), np.empty(size, np.int32)
    scratch = np.empty(size + 2), np.empty(size + 2, np.uint16), np.empty(size + 2, np.uint8)
    n = cut_span(cp, np.int64(0), np.int64(size), d, True, *scratch, ends, nodes, np.int64(0))
    starts = [0, *ends[: n - 1].tolist()] if n else []
    return [
        (text[start:end], d.tags[d.tag[node]] if node >= 0 else None)
        for start, end, node in zip(starts, ends[:n].tolist(), nodes[:n].tolist(), strict=True)
    ]


def word_hash(word: str) -> int:
    h = 0xCBF29CE484222325
    for c in word:
        h = (h ^ ord(c)) * 0x9FB21C651E98DF25 & MASK
        h ^= h >> 32
    return mix(h) or 1


def mix(h: int) -> int:
    h ^= h >> 33
    h = h * 0xFF51AFD7ED558CCD & MASK
    h ^= h >> 33
    h = h * 0xC4CEB9FE1A85EC53 & MASK
    return h ^ (h >> 33)


def is_word(token: str) -> bool:
    return any(c.isalnum() or ord(c) >= 0x20000 for c in token)


def is_slot(word: str, tag: str | None) -> str:
    """Return ``number``, ``time``, ``place`` or nothing."""
    numeric = all(c in NUMERALS + masking.COUNTED for c in word)
    if (numeric and any(c in NUMERALS for c in word)) or word[0] in "0123456789":
        kind = "number"
    elif looks_like_a_place(word):
        kind = "place"
    elif tag in TIME_TAGS:
        kind = "time"
    elif tag in PLACE_TAGS and len(word) > 1:
        kind = "place"
    else:
        return ""
    return "" if word in NEVER else kind


def looks_like_a_place(word: str) -> bool:
    if len(word) == 2 and word[0] in masking.ADMIN and word[1] in masking.DEICTIC:
        return True
    return word[-1] in masking.ADMIN or (len(word) >= 2 and set(word) == {"x"})


def after_number(word: str, tag: str | None, before: str) -> str | None:
    """Return what is left of a word without the number that it begins with; None if all of it."""
    rest = word.removeprefix("第").lstrip(NUMERALS)
    number = word[: len(word) - len(rest)]
    if number in ("", "第"):
        return None
    if number[0] == "第" or before == "number":
        last = rest.lstrip(masking.COUNTED)
        if last != rest and len(last) >= 2:
            return last
    if number[0] == "第" or tag not in NUMBER_TAGS or word in NEVER or number == "一":
        return None
    if rest.startswith("分之") and len(rest) > 2:
        return rest[2:].lstrip(NUMERALS + masking.COUNTED)
    return rest


def denies(word: str) -> bool:
    if any(c in masking.DENIALS for c in word):
        return word not in AFFIRM
    return "a" <= word[0] <= "z" and word in DENY


def words(text: str, characters: bool = False) -> Told:
    tokens: list[str] = []
    masked: list[str | None] = []
    guards: list[str] = []
    cuts: list[tuple[str, str]] = []
    free = 0
    before = ""  # kind of slot of the word before
    name: tuple[str, int] | None = None  # the word before if it may name a place, and where it is
    for word, tag in tagged(text):
        if not is_word(word):
            cuts.append((word, "sign"))
            name = None
            continue
        kind = is_slot(word, tag)
        rest = None if kind else after_number(word, tag, before)
        if rest == "":
            kind, rest = "number", None
        if not kind and before == "number" and all(c in masking.COUNTED for c in word):
            kind = "number"
        if word == "第":
            kind = kind or "number"
        if kind == "place" and len(word) == 1 and name is not None:
            guards.append(name[0])
            del masked[name[1] :]
            free -= 1
            cuts[-1] = (name[0], "place")
        denied = not kind and denies(word)
        figure = any(c in NUMERALS for c in word) and (tag is None or tag in NUMBER_TAGS)
        organisation = "organisation" if tag in ORGANISATION_TAGS else ""
        told = "ordinal" if rest is not None else "figure" if figure else organisation
        cuts.append((word, kind or told))
        if kind or denied or figure or rest is not None:
            guards.append(word)
        begun = len(masked)
        if (kind or rest is not None) and masked[-1:] != [None]:
            masked.append(None)
        pieces = list(word) if characters else [word]
        tokens += pieces
        if not kind:
            free += 1
            left = word if rest is None else rest
            masked += list(left) if characters else [left]
        may_name = not kind and 2 <= len(word) <= 4 and (tag is None or tag in NAME_TAGS)
        may_name = may_name and ord(word[0]) >= 0x4E00 and not denied and not figure
        name = (word, begun) if may_name else None
        before = kind
    return Told(tokens, masked, guards, free, cuts)


def packed(cuts: list[tuple[str, str]]) -> list[int]:
    """Return cuts as numbers: 13 bits of length, and the kind above."""
    sizes = [
        (KINDS.index(kind), min(8191, len(word) - at))
        for word, kind in cuts
        for at in range(0, len(word), 8191)
    ]
    return [kind << 13 | size for kind, size in sizes]


def hashes(told: list[str | None]) -> list[int]:
    return [SLOT if word is None else word_hash(word) for word in told]
