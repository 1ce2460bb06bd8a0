"""Checks the segmentation against jieba on whole corpora, and times it against rjieba.

::

    python benchmarks/segmentation.py check FOLDER              # every text, with and without HMM
    python benchmarks/segmentation.py check FOLDER --only laws --skip 1000 --limit 500
    python benchmarks/segmentation.py check FOLDER --user-dictionary words.txt
    python benchmarks/segmentation.py speed FOLDER/laws.jsonl.gz

``check`` ends with exit code 1 at the first text that is cut otherwise than by jieba. ``speed``
gives seconds of the one thread's processor time, in turn, so that a busy machine is fair to both,
and the ratio as the median over the rounds.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from dedup.dictionary import Dictionary, load
from dedup.kernels import kernel
from dedup.kernels.cut import cut_span
from dedup.tokens import cut

_ROUNDS = 7


def read_texts(path: Path) -> Iterator[str]:
    """Yield every string in a row of a JSONL file, or the whole of a text file."""
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        yield path.read_bytes().decode("utf-8", "replace")
        return
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield from _strings(json.loads(line))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _start_jieba(users: list[Path]) -> None:
    """Make this process's tokenizer from jieba's dictionary, never from jieba's cache file."""
    global _jieba, _users
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    _jieba = jieba.Tokenizer()
    _jieba.FREQ, _jieba.total = _jieba.gen_pfdict(_jieba.get_dict_file())
    _jieba.initialized = True
    for path in users:
        _jieba.load_userdict(str(path))
    _users = users


_jieba: Any = None
_users: list[Path] = []


def _compare(job: tuple[str, bool]) -> tuple[int, int, str | None]:
    """Return characters, tokens, and the text if the two disagree on it."""
    text, hmm = job
    ours = cut(text, hmm, _users)
    return len(text), len(ours), None if ours == _jieba.lcut(text, HMM=hmm) else text


def check(options: argparse.Namespace) -> int:
    paths = [path for path in options.paths if path.is_file()]
    for folder in (path for path in options.paths if path.is_dir()):
        found = sorted(folder.rglob("*"))
        paths += [path for path in found if path.name.endswith((".jsonl", ".jsonl.gz", ".txt"))]
    modes = {"both": (False, True), "on": (True,), "off": (False,)}[options.hmm]
    users = options.user_dictionary
    cut("", user_dictionaries=users)  # build and compile once, not in every process
    # Spawned: the words that user dictionaries split are global in jieba's module.
    context = multiprocessing.get_context("spawn")
    with context.Pool(options.jobs, _start_jieba, (users,)) as pool:
        for path in paths:
            if options.only and not any(path.name.startswith(name) for name in options.only):
                continue
            for hmm in modes:
                stop = None if options.limit is None else options.skip + options.limit
                texts = islice(read_texts(path), options.skip, stop)
                began, count, characters, tokens = time.perf_counter(), 0, 0, 0
                for size, made, wrong in pool.imap(_compare, ((t, hmm) for t in texts), 16):
                    if wrong is not None:
                        where = f"{path.name}, text {options.skip + count}, hmm={hmm}"
                        print(f"{where}: cut otherwise than by jieba:\n{wrong[:200]!r}")
                        return 1
                    count, characters, tokens = count + 1, characters + size, tokens + made
                seconds = time.perf_counter() - began
                print(
                    f"{path.name:32} hmm={hmm!s:5} {count:8} texts {characters:10} characters"
                    f" {tokens:10} tokens  all equal  {seconds:6.1f} s",
                    flush=True,
                )
    return 0


def _documents(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


@kernel
def _cut_column(
    cp: Any, offsets: Any, d: Dictionary, hmm: bool, route: Any, code: Any, back: Any,
    ends: Any, nodes: Any,
) -> int:  # fmt: skip
    n = offsets[0]
    for i in range(len(offsets) - 1):
        n = cut_span(cp, offsets[i], offsets[i + 1], d, hmm, route, code, back, ends, nodes, n)
    return n  # type: ignore[no-any-return]


def speed(options: argparse.Namespace) -> int:
    import rjieba

    texts = [text for path in options.paths for text in _documents(path)]
    if options.limit is not None:
        texts = texts[: options.limit]
    megabytes = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts) / 1e6
    d = load()
    cp = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    offsets = np.cumsum([0, *map(len, texts)])
    longest = max(map(len, texts)) + 2
    route, code, back = np.empty(longest), np.empty(longest, np.uint16), np.empty(longest, np.uint8)
    ends, nodes = np.empty(len(cp), np.int64), np.empty(len(cp), np.int32)

    ways: dict[str, Callable[[bool], int]] = {
        "kernel": lambda hmm: _cut_column(cp, offsets, d, hmm, route, code, back, ends, nodes),
        "dedup.cut": lambda hmm: sum(len(cut(text, hmm)) for text in texts),
        "rjieba.cut": lambda hmm: sum(len(rjieba.cut(text, hmm)) for text in texts),
    }
    print(f"{len(texts)} texts, {megabytes:.1f} MB of UTF-8, one thread, {_ROUNDS} rounds in turn")
    for hmm in (False, True):
        for way in ways.values():
            way(hmm)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        counts = {}
        for _ in range(_ROUNDS):
            for name, way in ways.items():
                began = time.thread_time()
                counts[name] = way(hmm)
                taken[name].append(time.thread_time() - began)
        for name, seconds in taken.items():
            ratio = statistics.median(
                peer / own for own, peer in zip(seconds, taken["rjieba.cut"], strict=True)
            )
            print(
                f"hmm={hmm!s:5} {name:10} {megabytes / statistics.median(seconds):7.1f} MB/s"
                f" {ratio:6.2f} x rjieba  {counts[name]} tokens"
            )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(required=True)
    for name, run in (("check", check), ("speed", speed)):
        command = commands.add_parser(name)
        command.set_defaults(run=run)
        command.add_argument("paths", nargs="+", type=Path)
        command.add_argument("--limit", type=int, help="texts of each file, or in all")
        if name == "check":
            command.add_argument("--skip", type=int, default=0, help="texts of each file")
            command.add_argument("--only", action="append", help="files whose name begins so")
            command.add_argument("--hmm", choices=("both", "on", "off"), default="both")
            command.add_argument("--jobs", type=int, default=2)
            command.add_argument("--user-dictionary", type=Path, action="append", default=[])
    options = parser.parse_args()
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
