"""jieba itself, in a process of its own: the slow twin of our segmentation.

In a process of its own because its set of words to split is global to the module, and because of
what it writes to standard error and warns of. Its cache file, which knows no versions, is not used.
Run as a program, this file is that process: requests and answers are pickled (JSON would join two
lone surrogates).
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any


class Jieba:
    """A running jieba; the dictionary stays as loaded until it is loaded anew."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def _ask(self, **request: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(request, self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)

    def load(self, *paths: Path) -> None:
        """Go back to jieba's own dictionary, then load these user dictionaries."""
        self._ask(load=[str(path) for path in paths])

    def use(self, frequency: dict[str, int], total: int, *paths: Path) -> None:
        """Take these words for the dictionary, then load these user dictionaries."""
        self._ask(frequency=frequency, total=total, load=[str(path) for path in paths])

    def words(self) -> tuple[dict[str, int], int]:
        """Return the frequencies above 0, and their total."""
        frequency, total = self._ask(words=True)
        return frequency, total

    def cut(self, text: str, hmm: bool) -> list[str]:
        tokens: list[str] = self._ask(text=text, hmm=hmm)
        return tokens

    def close(self) -> None:
        self._process.communicate()


@lru_cache(maxsize=1)
def jieba() -> Jieba:
    """Return the one jieba of this test run (it ends when its standard input does)."""
    return Jieba()


def _serve() -> None:
    warnings.simplefilter("ignore")
    import jieba
    from jieba import finalseg

    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    own = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.FREQ, tokenizer.total = dict(own[0]), own[1]
    tokenizer.initialized = True
    while sys.stdin.buffer.peek(1):
        request = pickle.load(sys.stdin.buffer)
        answer: Any = None
        if "load" in request:
            finalseg.Force_Split_Words.clear()
            frequency, total = request.get("frequency", own[0]), request.get("total", own[1])
            tokenizer.FREQ, tokenizer.total = dict(frequency), total
            for word in frequency:
                for end in range(1, len(word)):
                    tokenizer.FREQ.setdefault(word[:end], 0)
            for path in request["load"]:
                tokenizer.load_userdict(path)
        elif "words" in request:
            above = {word: count for word, count in tokenizer.FREQ.items() if count}
            answer = above, tokenizer.total
        else:
            answer = tokenizer.lcut(request["text"], HMM=request["hmm"])
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    _serve()
