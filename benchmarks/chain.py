"""A Markov chain of words over real text: endless new paragraphs of the same words, by seed.

The next word is one that followed the last one somewhere in the training text, each occurrence
as likely as another; or, at one word of so many, any word of it at all, whatever stood before it:
else the formulas of laws would come out whole, and what is to be distinct would be full of copies.
Words are jieba's. Every paragraph has a seed of its own, so that any of them can be made again
without those before it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from benchmarks import corpora
from dedup import cut
from dedup.columns import I32, I64, U8, U64, Bools
from dedup.kernels import inner, kernel

SOURCES = ("laws", "work_reports", "control")
TRAINED_MB = 24
"""Of each source, at most, in its order: more would change little, and fill the caches."""
SHORTEST = 20
"""Characters of the paragraphs whose lengths are drawn."""
ANYWHERE = 0.2
"""Share of the words that are drawn from all."""
AFTER = 60
"""Characters that a paragraph may go on beyond its length to the end of a sentence."""
BREAK = 0
"""The word that stands between paragraphs."""
STOPS = "。；？！"
_MADE = re.compile(r"""["\\\x00-\x1f\x7f\s\ufffd]""")


@dataclass(frozen=True)
class Chain:
    """Words, and which followed which."""

    vocabulary: tuple[str, ...]
    tokens: I32
    """The training text as indices into the vocabulary."""
    following: I32
    """Per word, one after the other: what came behind each of its occurrences."""
    starts: I64
    """Where the followers of each word begin, and how many there are in all."""
    lengths: I32
    """Characters of real paragraphs."""

    @cached_property
    def spelled(self) -> tuple[U8, I64]:
        """The words in UTF-8, one after the other, and where each begins."""
        told = [word.encode() for word in self.vocabulary]
        offsets = np.concatenate([[0], np.cumsum([len(word) for word in told])]).astype(np.int64)
        return np.frombuffer(b"".join(told), np.uint8), offsets

    @cached_property
    def sizes(self) -> I32:
        """Characters of each word."""
        return np.array([len(word) for word in self.vocabulary], np.int32)

    @cached_property
    def ends(self) -> Bools:
        """Which words end a sentence."""
        return np.array([word in STOPS and word != "" for word in self.vocabulary])

    @cached_property
    def marks(self) -> Bools:
        """Which are no words, but punctuation."""
        return np.array([not any(map(str.isalnum, word)) for word in self.vocabulary])

    @cached_property
    def sample(self) -> list[str]:
        """Some words, each as often as it is to be drawn."""
        some = self.tokens[:: max(1, len(self.tokens) // 200_000)]
        return [self.vocabulary[token] for token in some[~self.marks[some]].tolist()]

    def walk(self, seeds: U64) -> tuple[I32, I64]:
        """Return the words of a paragraph per seed, one after the other, and where each begins."""
        most = int(self.lengths.max()) + AFTER + 2
        room = int(len(seeds) * (self.lengths.mean() + AFTER)) + most
        starts = np.zeros(len(seeds) + 1, np.int64)
        stop = np.int32(self.vocabulary.index("。"))
        while True:
            out = np.empty(room, np.int32)
            if walk(
                seeds, self.tokens, self.following, self.starts, self.lengths, self.sizes,
                self.ends, self.marks, np.uint64(ANYWHERE * 2**32), stop, most, out, starts,
            ):  # fmt: skip
                return out[: starts[-1]], starts
            room *= 2

    def spell(self, words: I32, starts: I64) -> tuple[U8, I64]:
        """Return paragraphs of words as UTF-8, and where each begins."""
        data, offsets = self.spelled
        sizes = np.concatenate([[0], np.cumsum(np.diff(offsets)[words])])
        out = np.empty(sizes[-1], np.uint8)
        spell(words, data, offsets, out)
        return out, sizes[starts].astype(np.int64)


def trained() -> Chain:
    """Return the chain of the real corpora, kept in the scratch folder once it is trained."""
    sizes = [corpora.packed(name).stat().st_size for name in SOURCES]
    told = f"{SOURCES} {TRAINED_MB} {SHORTEST} {sizes}"
    path = corpora.WORK / f"chain-{hashlib.blake2b(told.encode(), digest_size=6).hexdigest()}.npz"
    if path.exists():
        with np.load(path) as kept:
            vocabulary = tuple(str(kept["vocabulary"]).split("\n"))
            return chain_of(vocabulary, kept["tokens"], kept["lengths"])
    paragraphs = [
        line for name in SOURCES for line in _lines(corpora.rows(name), int(TRAINED_MB * 1e6))
    ]
    chain = train(paragraphs)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{path.name}")
    np.savez(
        partial, vocabulary="\n".join(chain.vocabulary), tokens=chain.tokens, lengths=chain.lengths
    )
    partial.replace(path)
    return chain


def _lines(rows: list[dict[str, Any]], most: int) -> list[str]:
    lines, size = [], 0
    for row in rows:
        for line in row["text"].split("\n"):
            if size < most and line.strip():
                lines.append(line)
                size += len(line.encode("utf-8", "replace"))
    return lines


def train(paragraphs: list[str]) -> Chain:
    """Return the chain of some paragraphs; white space and what JSON would escape is left out."""
    number: dict[str, int] = {"": BREAK, "。": 1}
    tokens = [BREAK]
    lengths = []
    for paragraph in paragraphs:
        words = [word for word in cut(paragraph) if not _MADE.search(word)]
        tokens += [number.setdefault(word, len(number)) for word in words]
        tokens.append(BREAK)
        size = sum(map(len, words))
        if size >= SHORTEST:
            lengths.append(size)
    return chain_of(
        tuple(number), np.array(tokens, np.int32), np.array(lengths or [SHORTEST], np.int32)
    )


def chain_of(vocabulary: tuple[str, ...], tokens: I32, lengths: I32) -> Chain:
    """Return the chain of a text that is cut and numbered."""
    before, behind = tokens[:-1], tokens[1:]
    order = np.argsort(before, kind="stable")
    starts = np.searchsorted(before[order], np.arange(len(vocabulary) + 1)).astype(np.int64)
    return Chain(vocabulary, tokens, behind[order].astype(np.int32), starts, lengths)


@inner
def _below(state: U64, count: int) -> int:
    """Return a number below ``count``, and step ``state`` (uint64[1]) on.

    S. Vigna's SplitMix64, and D. Lemire's way to a range.
    """
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.int64(((z >> np.uint64(32)) * np.uint64(count)) >> np.uint64(32))


@kernel
def walk(
    seeds: U64,
    tokens: I32,
    following: I32,
    starts: I64,
    lengths: I32,
    sizes: I32,
    ends: Bools,
    marks: Bools,
    anywhere: int,
    stop: int,
    most: int,
    out: I32,
    out_starts: I64,
) -> bool:
    """Fill ``out`` with the words of paragraphs; return whether there was room.

    Parameters
    ----------
    seeds : uint64[n]
        Of each paragraph.
    tokens, following, starts, lengths : int32[:], int32[:], int64[v + 1], int32[:]
        See ``Chain``.
    sizes, ends, marks : int32[v], bool[v], bool[v]
        Of each word.
    anywhere : uint64
        Share of words that are drawn from all, of 2**32.
    stop
        The word that a paragraph ends with, where no sentence ends in time.
    most
        Words of a paragraph, at most.
    out, out_starts : int32[:], int64[n + 1]
        Filled.
    """
    state = np.empty(1, np.uint64)
    n = np.int64(0)
    for paragraph in range(len(seeds)):
        if n + most > len(out):
            return False
        state[0] = seeds[paragraph]
        wanted = lengths[_below(state, len(lengths))]
        size = np.int64(0)
        word = np.int64(BREAK)
        while True:
            jumps = np.uint64(_below(state, 2**31)) * np.uint64(2) < anywhere
            if jumps and not marks[word]:
                word = tokens[_below(state, len(tokens))]
            else:
                word = following[starts[word] + _below(state, starts[word + 1] - starts[word])]
            while marks[word] and (word == BREAK or size == 0):
                word = np.int64(tokens[_below(state, len(tokens))])
            if size >= wanted and size + sizes[word] > wanted + AFTER:
                word = np.int64(stop)
            out[n] = word
            n += 1
            size += sizes[word]
            if size >= wanted and ends[word]:
                break
        out_starts[paragraph + 1] = n
    return True


@kernel
def spell(words: I32, data: U8, offsets: I64, out: U8) -> None:
    """Fill ``out`` with the spelling of words: ``data`` from ``offsets[w]`` up to the next."""
    n = np.int64(0)
    for at in range(len(words)):
        word = words[at]
        for byte in range(offsets[word], offsets[word + 1]):
            out[n] = data[byte]
            n += 1
