"""The ways in which a copy differs from its donor: one function for each kind of planted copy."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import accumulate
from typing import Any

from dedup.evaluate.slots import other_figures, other_places
from dedup.tokens import cut

__all__ = [
    "KINDS", "WITHIN", "Copy", "Donor", "Stretch", "alter", "donors_needed", "is_word", "middle",
]  # fmt: skip

READINGS = 0.1
"""Share of the Han characters that get their reading in brackets behind them."""
LOST = 0.03
"""Share of the characters that are lost."""
LEFT_OUT = (0.25, 0.5)
"""Least and most that a cut leaves out, or that is put on to an extended copy, in words."""
WITHIN = ("inside", "across")
"""Kinds of copies that go into the middle of a unit of the host; others have lines of their own."""


@dataclass(frozen=True)
class Donor:
    """A text to copy, and what it is cut into."""

    text: str
    words: tuple[str, ...]
    """Tokens, which joined are ``text``."""
    gap: tuple[int, int] | None = None
    """Where the first of two units ends and the second begins, if it is two; code points."""

    @classmethod
    def of(cls, text: str, gap: tuple[int, int] | None = None) -> Donor:
        """Cut a text into words as jieba does."""
        return cls(text, tuple(cut(text)), gap)


@dataclass(frozen=True)
class Stretch:
    """A stretch of a copy and where in its donor it comes from, in code points."""

    donor: int
    """Which of the donors given."""
    donor_start: int
    donor_end: int
    start: int
    end: int


@dataclass(frozen=True)
class Copy:
    """One paragraph to be planted."""

    text: str
    stretches: tuple[Stretch, ...]


Maker = Callable[[Sequence[Donor], random.Random, Sequence[str]], "list[Copy] | None"]


def alter(
    kind: str, donors: Sequence[Donor], draw: random.Random, vocabulary: Sequence[str]
) -> list[Copy] | None:
    """Return the copies of ``kind`` of the donors: one, but for ``split``; None if it has none.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    donors
        As many as ``donors_needed`` says; for ``across``, one that is two units.
    draw
        What is drawn at random comes from here.
    vocabulary
        Words that are put in, each as often as it is to be drawn; two different ones at least.
    """
    return KINDS[kind](donors, draw, vocabulary)


def donors_needed(kind: str) -> int:
    """Return how many donors a copy of this kind has."""
    return 2 if kind == "merged" else 1


def is_word(token: str) -> bool:
    """Say whether a token counts as a word: it holds a letter, a digit or a Han character."""
    return any(map(str.isalnum, token))


def _verbatim(donors: Sequence[Donor], _: random.Random, __: Sequence[str]) -> list[Copy] | None:
    return _whole(donors[0], donors[0].text)


def _words(
    donors: Sequence[Donor], draw: random.Random, vocabulary: Sequence[str], share: float
) -> list[Copy] | None:
    tokens = list(donors[0].words)
    places = [place for place, token in enumerate(tokens) if is_word(token)]
    count = round(share * len(places))
    if not count:
        return None
    for place in draw.sample(places, count):
        old = tokens[place]
        while tokens[place] == old:
            tokens[place] = draw.choice(vocabulary)
    return _whole(donors[0], "".join(tokens))


def _cut(donors: Sequence[Donor], draw: random.Random, _: Sequence[str]) -> list[Copy] | None:
    donor = donors[0]
    out = max(1, round(draw.uniform(*LEFT_OUT) * len(donor.words)))
    if out >= len(donor.words):
        return None
    if draw.random() < 0.5:
        start, end = len("".join(donor.words[:out])), len(donor.text)
    else:
        start, end = 0, len("".join(donor.words[:-out]))
    return _parts(donor, [(start, end)])


def _extended(
    donors: Sequence[Donor], draw: random.Random, vocabulary: Sequence[str]
) -> list[Copy] | None:
    donor = donors[0]
    more = _sentence(max(4, round(draw.uniform(*LEFT_OUT) * len(donor.words))), draw, vocabulary)
    if draw.random() < 0.5:
        return [Copy(more + donor.text, (_stretch(donor.text, at=len(more)),))]
    return [Copy(donor.text + more, (_stretch(donor.text),))]


def _split(donors: Sequence[Donor], _: random.Random, __: Sequence[str]) -> list[Copy] | None:
    text = donors[0].text
    at = middle(text)
    return None if at is None else _parts(donors[0], [(0, at), (at, len(text))])


def middle(text: str) -> int | None:
    """Return where the mark is, behind which a text is parted in halves best; None without one.

    >>> middle("一二三，四五。六七八九。")
    7
    """
    ends = [found.end() for found in re.finditer("[。；！？，、,;.]\\s*", text)]
    ends = [end for end in ends if end < len(text)]
    return min(ends, key=lambda end: abs(2 * end - len(text)), default=None)


def _inside(donors: Sequence[Donor], draw: random.Random, _: Sequence[str]) -> list[Copy] | None:
    words = donors[0].words
    out = max(2, round(draw.uniform(*LEFT_OUT) * len(words)))
    if out >= len(words):
        return None
    front = draw.randint(1, out - 1)
    bounds = [0, *accumulate(map(len, words))]
    return _parts(donors[0], [(bounds[front], bounds[front - out - 1])])


def _across(donors: Sequence[Donor], draw: random.Random, _: Sequence[str]) -> list[Copy] | None:
    text, gap = donors[0].text, donors[0].gap
    if gap is None:
        return None
    first, second = gap
    bounds = [0, *accumulate(map(len, donors[0].words))]
    wanted = (
        draw.uniform(*LEFT_OUT) * first,
        len(text) - draw.uniform(*LEFT_OUT) * (len(text) - second),
    )
    start, end = (min(bounds, key=lambda at: abs(at - each)) for each in wanted)
    if not start < first <= second < end:
        return None
    told = text[start:end] if draw.random() < 0.5 else text[start:first] + text[second:end]
    return [Copy(told, (Stretch(0, start, end, 0, len(told)),))]


def _merged(donors: Sequence[Donor], _: random.Random, __: Sequence[str]) -> list[Copy] | None:
    first, second = (donor.text for donor in donors)
    between = " " if first[-1:].isascii() and second[:1].isascii() else ""
    at = len(first) + len(between)
    return [Copy(first + between + second, (_stretch(first), _stretch(second, donor=1, at=at)))]


def _reordered(donors: Sequence[Donor], draw: random.Random, _: Sequence[str]) -> list[Copy] | None:
    text = donors[0].text
    for marks in ("。；！？;!?", "。；！？;!?，,"):
        parts = re.findall(f"[^{marks}]+[{marks}]*|[{marks}]+", text)
        if len(parts) >= 3:
            break
    else:
        return None
    order = list(range(len(parts)))
    while order == sorted(order):
        draw.shuffle(order)
    return _whole(donors[0], "".join(parts[place] for place in order))


def _traditional(donors: Sequence[Donor], _: random.Random, __: Sequence[str]) -> list[Copy] | None:
    text = donors[0].text
    for name in ("s2t", "t2s"):
        changed = str(_converter(name).convert(text))
        if changed != text:
            return _whole(donors[0], changed)
    return None


@lru_cache
def _converter(name: str) -> Any:
    from opencc import OpenCC

    return OpenCC(name)


def _readings(donors: Sequence[Donor], draw: random.Random, _: Sequence[str]) -> list[Copy] | None:
    text = donors[0].text
    told = {
        at: reading
        for at, character in enumerate(text)
        if "一" <= character <= "鿿" and (reading := _reading(character)) != character
    }
    count = max(1, round(READINGS * len(told)))
    if len(told) < count:
        return None
    chosen = set(draw.sample(sorted(told), count))
    brackets = draw.choice(["()", "()", "（）"])
    return _whole(donors[0], "".join(
        f"{character}{brackets[0]}{told[at]}{brackets[1]}" if at in chosen else character
        for at, character in enumerate(text)
    ))  # fmt: skip


@cache
def _reading(character: str) -> str:
    from pypinyin import Style, pinyin

    return str(pinyin(character, Style.TONE)[0][0])


def _lost(donors: Sequence[Donor], draw: random.Random, _: Sequence[str]) -> list[Copy] | None:
    text = list(donors[0].text)
    places = [at for at, character in enumerate(text) if not character.isspace()]
    for at in draw.sample(places, max(1, round(LOST * len(places)))):
        text[at] = draw.choice(["?", "\ufffd", ""])
    return _whole(donors[0], "".join(text))


def _slots(
    donors: Sequence[Donor], draw: random.Random, _: Sequence[str], places: bool, figures: bool
) -> list[Copy] | None:
    text: str | None = donors[0].text
    if places:
        text = other_places(donors[0].text, donors[0].words, draw)
    if figures and text is not None:
        text = other_figures(text, draw)
    return None if text is None else _whole(donors[0], text)


def _sentence(count: int, draw: random.Random, vocabulary: Sequence[str]) -> str:
    """Return ``count`` words as a sentence that nobody ever wrote."""
    words = draw.choices(vocabulary, k=count)
    spaced = all(word.isascii() for word in words)
    text = "".join(
        word + (" " if spaced else "，" if number % 8 == 7 else "")
        for number, word in enumerate(words)
    )
    return text.rstrip("， ") + (". " if spaced else "。")


def _stretch(text: str, *, donor: int = 0, at: int = 0) -> Stretch:
    return Stretch(donor, 0, len(text), at, at + len(text))


def _whole(donor: Donor, text: str) -> list[Copy] | None:
    return [Copy(text, (Stretch(0, 0, len(donor.text), 0, len(text)),))] if text else None


def _parts(donor: Donor, spans: Sequence[tuple[int, int]]) -> list[Copy]:
    return [
        Copy(donor.text[start:end], (Stretch(0, start, end, 0, end - start),))
        for start, end in spans
    ]


KINDS: dict[str, Maker] = {
    "verbatim": _verbatim,
    "words-5": partial(_words, share=0.05),
    "words-10": partial(_words, share=0.1),
    "words-20": partial(_words, share=0.2),
    "words-30": partial(_words, share=0.3),
    "cut": _cut,
    "extended": _extended,
    "split": _split,
    "merged": _merged,
    "inside": _inside,
    "across": _across,
    "reordered": _reordered,
    "traditional": _traditional,
    "readings": _readings,
    "lost": _lost,
    "places": partial(_slots, places=True, figures=False),
    "figures": partial(_slots, places=False, figures=True),
    "places-figures": partial(_slots, places=True, figures=True),
}
"""The kinds of copies, and what makes each."""
