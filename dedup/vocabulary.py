"""What jieba takes for words, and how frequent: its dictionary, and the users' dictionaries on top.

jieba is not imported for it: its file is read, and what it does with user dictionaries when it
runs, down to the frequency it makes up for a word without one, is done here in the same order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from dedup.errors import SettingsError

__all__ = ["UNKNOWN_TAG", "WORD_CHARACTERS", "Fold", "Vocabulary", "read_vocabulary"]

Fold: TypeAlias = Callable[[list[str]], list[str]]
"""What makes the shadow text of each of some words."""

WORD_CHARACTERS = "\u4e00-\u9fd5a-zA-Z0-9+#&._%-"
"""What a word of jieba's can hold, as inside the brackets of a regular expression."""

UNKNOWN_TAG = "x"
"""The part of speech of a word without one."""

_BLOCK = re.compile(f"([{WORD_CHARACTERS}]+)")
_USER_LINE = re.compile("(.+?)( [0-9]+)?( [a-z]+)?$")


class Vocabulary(NamedTuple):
    """Words, with what a path through them needs to know."""

    frequency: dict[str, int]
    """0 for a word that was deleted, or that is only the beginning of others."""
    tag: dict[str, str]
    """Part of speech, where one is given."""
    total: int
    """What probabilities are relative to: all frequencies ever added, replaced ones included."""
    split: set[str]
    """Words that the HMM must not make either: they were given the frequency 0."""


def read_vocabulary(
    dictionary: bytes, users: Sequence[tuple[str, bytes]] = (), fold: Fold | None = None
) -> Vocabulary:
    """Read a dictionary of jieba's and user dictionaries (name and content), in order.

    With ``fold``, words of the dictionary that become the same add up, and the part of speech of
    the most frequent stays; users' words are then read as if they had been written folded. Words
    that become empty are left out, but stay in the total.

    Raises
    ------
    SettingsError
        If a user dictionary is not UTF-8.
    """
    vocabulary = _read_dictionary(dictionary)
    if fold is not None:
        vocabulary = _fold_vocabulary(vocabulary, fold)
    entries = [entry for name, content in users for entry in _user_entries(name, content)]
    if fold is not None:
        folded = fold([word for word, _, _ in entries])
        entries = [
            (word, count, kind)
            for word, (_, count, kind) in zip(folded, entries, strict=True)
            if word
        ]
    return _add_entries(vocabulary, entries)


def _read_dictionary(content: bytes) -> Vocabulary:
    """Read lines of word, frequency and part of speech; the last line of a word counts."""
    fields = content.decode().replace("\r", "").replace("\n", " ").split(" ")
    words, counts, kinds = fields[0:-1:3], [int(digits) for digits in fields[1::3]], fields[2::3]
    return Vocabulary(
        dict(zip(words, counts, strict=True)),
        dict(zip(words, kinds, strict=True)),
        sum(counts),
        set(),
    )


def _fold_vocabulary(plain: Vocabulary, fold: Fold) -> Vocabulary:
    frequency: dict[str, int] = {}
    tag: dict[str, str] = {}
    most: dict[str, int] = {}
    words = list(plain.frequency)
    for word, folded in zip(words, fold(words), strict=True):
        if not folded:
            continue
        count = plain.frequency[word]
        if count > most.get(folded, -1):
            most[folded] = count
            tag[folded] = plain.tag[word]
        frequency[folded] = frequency.get(folded, 0) + count
    return Vocabulary(frequency, tag, plain.total, set())


def _user_entries(name: str, content: bytes) -> Iterator[tuple[str, int | None, str | None]]:
    """Yield word, frequency and part of speech of each line that is not blank."""
    for raw in content.split(b"\n"):
        try:
            line = raw.strip().decode().lstrip("\ufeff")
        except UnicodeDecodeError as error:
            raise SettingsError(f"user dictionary {name} is not UTF-8: save it as UTF-8") from error
        match = _USER_LINE.match(line)
        if match:
            word, digits, kind = match.groups()
            yield word, None if digits is None else int(digits), kind and kind.strip()


def _add_entries(
    vocabulary: Vocabulary, entries: Sequence[tuple[str, int | None, str | None]]
) -> Vocabulary:
    frequency, tag, total, split = vocabulary
    # Only a made-up frequency tells a word's beginning from what is in no word at all.
    whole = any(count is None for _, count, _ in entries)
    if whole:
        for word in list(frequency):
            _add_beginnings(word, frequency)
    for word, given, kind in entries:
        count = _suggest(word, frequency, total) if given is None else given
        frequency[word] = count
        total += count
        if kind:
            tag[word] = kind
        if whole:
            _add_beginnings(word, frequency)
        if count == 0:
            split.add(word)
    return Vocabulary(frequency, tag, total, split)


def _add_beginnings(word: str, frequency: dict[str, int]) -> None:
    for end in range(1, len(word)):
        frequency.setdefault(word[:end], 0)


def _suggest(word: str, frequency: dict[str, int], total: int) -> int:
    """Return the frequency at which ``word`` just beats the words it is cut into without it."""
    chance = 1.0
    for token in _tokens(word, frequency, total):
        chance *= frequency.get(token, 1) / float(total)
    return max(int(chance * total) + 1, frequency.get(word, 1))


def _tokens(text: str, frequency: dict[str, int], total: int) -> Iterator[str]:
    """Cut ``text`` along the most probable path, Latin letters and digits left single joined."""
    for number, block in enumerate(_BLOCK.split(text)):
        if number % 2 == 0:
            yield from re.findall("\r\n|.", block, re.DOTALL)
            continue
        run = ""
        for token in _best_path(block, frequency, math.log(total)):
            if len(token) == 1 and token.isascii() and token.isalnum():
                run += token
                continue
            if run:
                yield run
                run = ""
            yield token
        if run:
            yield run


def _best_path(block: str, frequency: dict[str, int], log_total: float) -> list[str]:
    size = len(block)
    best: list[tuple[float, int]] = [(0.0, size)] * (size + 1)
    for i in reversed(range(size)):
        options = []
        for end in range(i + 1, size + 1):
            count = frequency.get(block[i:end])
            if count is None:
                break
            if count:
                options.append((math.log(count) - log_total + best[end][0], end))
        best[i] = max(options, default=(math.log(1) - log_total + best[i + 1][0], i + 1))
    tokens = []
    at = 0
    while at < size:
        tokens.append(block[at : best[at][1]])
        at = best[at][1]
    return tokens
