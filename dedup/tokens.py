"""Cuts one text into words, as a list of strings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from dedup.dictionary import load
from dedup.kernels.cut import cut_span, join_tokens

__all__ = ["cut"]

_SEPARATORS = "\x00\x01\x02\x03\x04\x05\x06\x07"


def cut(text: str, hmm: bool = True, user_dictionaries: Sequence[str | Path] = ()) -> list[str]:
    """Cut ``text`` into words: the tokens of ``jieba.lcut``, many times as fast.

    Joined, the tokens are ``text`` again. Safe to call from several threads.

    Parameters
    ----------
    text
        Any string; lone surrogates are tokens of their own.
    hmm
        Look for words that the dictionary does not hold, as jieba does by default.
    user_dictionaries
        Files in the format of ``jieba.load_userdict``, added to jieba's dictionary in order.

    Raises
    ------
    SettingsError
        If a user dictionary cannot be read, or is not UTF-8.

    Examples
    --------
    >>> cut("我来到北京清华大学")
    ['我', '来到', '北京', '清华大学']
    >>> cut("他来到了网易杭研大厦"), cut("他来到了网易杭研大厦", hmm=False)[-3:]
    (['他', '来到', '了', '网易', '杭研', '大厦'], ['杭', '研', '大厦'])
    """
    d = load(user_dictionaries)
    cp = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    size = len(cp)
    ends, nodes = np.empty(size, np.int64), np.empty(size, np.int32)
    n = cut_span(
        cp, 0, size, d, hmm,
        np.empty(size + 2), np.empty(size + 2, np.uint16), np.empty(size + 2, np.uint8),
        ends, nodes, 0,
    )  # fmt: skip
    if n == 0:
        return []
    # One string cut at a character it does not hold is cheaper than a slice per token.
    separator = next((c for c in _SEPARATORS if c not in text), None)
    if separator is None:
        return [text[begin:end] for begin, end in pairwise([0, *ends[:n].tolist()])]
    joined = np.empty(size + n + 4, np.uint32)
    join_tokens(cp, ends, n, ord(separator), joined)
    return str(joined[: size + n - 1].data, "utf-32-le", "surrogatepass").split(separator)
