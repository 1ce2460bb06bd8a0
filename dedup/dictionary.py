"""Lays out jieba's dictionary, the users' and the HMM as arrays for the kernels, and keeps them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import math
import re
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import arrayfile, vocabulary
from dedup.arrayfile import Array, read_arrays, write_arrays
from dedup.cache import cache_root, is_kept, prune
from dedup.errors import SettingsError
from dedup.kernels import dictionary as layout
from dedup.kernels import trie
from dedup.kernels.dictionary import (
    BASE_SHIFT,
    HAN_FIRST,
    HAN_LAST,
    MOST_SLOTS,
    MOST_WEIGHTS,
    WEIGHT_SHIFT,
    Dictionary,
)
from dedup.kernels.trie import place_words
from dedup.vocabulary import UNKNOWN_TAG, WORD_CHARACTERS, Fold, Vocabulary, read_vocabulary

__all__ = ["Dictionary", "Fold", "load"]

_HELD = 8  # dictionaries that stay in memory
_STATES = "BMES"
_UNSEEN = -3.14e100  # the log probability jieba gives what the HMM never met

_loaded: dict[tuple[object, ...], Dictionary] = {}
_lock = threading.Lock()


def load(
    user_dictionaries: Sequence[str | Path] = (), fold: Fold | None = None, fold_key: str = ""
) -> Dictionary:
    """Return jieba's dictionary with ``user_dictionaries`` added in order, ready for the kernels.

    Built once, in about a second, then kept in ``cache_root()`` and for the process in memory;
    any number of threads and processes may ask at once.

    Parameters
    ----------
    user_dictionaries
        Files as ``jieba.load_userdict`` reads them: on each line a word, a frequency and a part
        of speech, parted by single spaces; the last two may be left out.
    fold
        Applied to every word: words of jieba's dictionary that become the same add up, users'
        words are then read as if they had been written folded, empty words are left out.
    fold_key
        What tells this ``fold`` from any other in the cache; needed with ``fold`` and only then.

    Raises
    ------
    SettingsError
        If a user dictionary cannot be read, or is not UTF-8.
    """
    if (fold is None) == bool(fold_key):
        raise ValueError("fold and fold_key go together")
    paths = [Path(path) for path in user_dictionaries]
    wanted = (fold_key, *map(_stamp, paths))
    found = _loaded.get(wanted)
    if found is None:
        with _lock:
            found = _loaded.get(wanted)
            if found is None:
                found = _load(paths, fold, fold_key)
                while len(_loaded) >= _HELD:
                    del _loaded[next(iter(_loaded))]
                _loaded[wanted] = found
    return found


def _stamp(path: Path) -> tuple[Path, int, int]:
    try:
        stat = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return path.absolute(), stat.st_mtime_ns, stat.st_size


def _read_user(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"user dictionary {path} cannot be read: {error.strerror or error}")


def _load(paths: Sequence[Path], fold: Fold | None, fold_key: str) -> Dictionary:
    users = [_read_user(path) for path in paths]
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("dedup needs jieba 0.42.1 for its dictionary: pip install jieba")
    folder = Path(spec.origin).parent
    dictionary = (folder / "dict.txt").read_bytes()
    model = [folder / "finalseg" / f"prob_{name}.py" for name in ("start", "trans", "emit")]

    digest = hashlib.sha256()
    builders = [module.__file__ for module in (vocabulary, arrayfile, trie, layout)]
    for part in (
        *(Path(str(name)).read_bytes() for name in (__file__, *builders)),
        f"{version('jieba')} {sys.byteorder} {fold_key}".encode(),
        dictionary,
        *(path.read_bytes() for path in model),
        *users,
    ):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    kept = cache_root() / f"dictionary-{digest.hexdigest()[:32]}"
    arrays = read_arrays(kept) if is_kept(kept) else None
    if arrays is None:
        names = [str(path) for path in paths]
        words = read_vocabulary(dictionary, list(zip(names, users, strict=True)), fold)
        arrays = {**_trie_arrays(words), **_model_arrays(*map(_run, model))}
        with contextlib.suppress(OSError):  # a full disk: it is built again the next time
            write_arrays(kept, arrays)
        prune()
    values: dict[str, Any] = {**arrays, "unknown": float(arrays["unknown"][0])}
    return Dictionary(**values)


def _trie_arrays(words: Vocabulary) -> dict[str, Array]:
    """Lay out the words that text can be cut into, and those that the HMM must not make."""
    inside = re.compile(f"[{WORD_CHARACTERS}]+")
    entries = sorted(
        word
        for word, count in words.frequency.items()
        if (count > 0 or word in words.split) and inside.fullmatch(word)
    )
    flat = np.frombuffer("".join(entries).encode("utf-32-le"), np.uint32)
    offsets = np.zeros(len(entries) + 1, np.int64)
    np.cumsum([len(word) for word in entries], out=offsets[1:])

    # The commonest characters get the smallest codes, which packs the trie; those in no word
    # share the largest.
    times = np.bincount(flat, minlength=HAN_LAST + 1)
    largest = int(np.count_nonzero(times)) + 1
    alphabet = np.zeros(HAN_LAST + 1, np.uint16)
    characters = "".join(map(chr, range(HAN_LAST + 1)))
    alphabet[[ord(c) for c in re.findall(f"[{WORD_CHARACTERS}]", characters)]] = largest
    alphabet[np.argsort(-times, kind="stable")[: largest - 1]] = np.arange(1, largest)

    base, check, slots = _place(alphabet[flat], offsets, largest)
    # Python's logarithm, as jieba takes it: NumPy's may differ in the last bit.
    log_total = math.log(words.total)
    counts = [words.frequency[word] for word in entries]
    distinct = sorted(set(counts) - {0})
    numbers = {count: number for number, count in enumerate([0, *distinct])}
    if len(numbers) > MOST_WEIGHTS or len(base) > MOST_SLOTS:
        raise SettingsError("the user dictionaries hold more words than fit: give smaller ones")
    cell = check.astype(np.uint64) | base.astype(np.uint64) << BASE_SHIFT
    cell[slots] |= np.array([numbers[count] for count in counts], np.uint64) << WEIGHT_SHIFT
    kinds = [words.tag.get(word, UNKNOWN_TAG) for word in entries]
    tag = np.zeros(len(base), np.uint16)
    names = [UNKNOWN_TAG, *sorted(set(kinds) - {UNKNOWN_TAG})]
    if len(names) > np.iinfo(tag.dtype).max:
        raise SettingsError(f"the user dictionaries hold {len(names)} parts of speech: give fewer")
    places = {name: number for number, name in enumerate(names)}
    tag[slots] = [places[kind] for kind in kinds]
    split = [slots[number] for number, word in enumerate(entries) if word in words.split]
    return {
        "alphabet": alphabet,
        "cell": cell,
        "weight": np.array([-math.inf, *(math.log(count) - log_total for count in distinct)]),
        "tag": tag,
        "split": np.sort(np.array(split, np.uint32)),
        "unknown": np.array([0.0 - log_total]),
        "tag_names": np.array(bytearray("\n".join(names).encode()), np.uint8),
    }


def _place(
    codes: npt.NDArray[np.uint16], offsets: npt.NDArray[np.int64], largest: int
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16], npt.NDArray[np.uint32]]:
    """Return ``base`` and ``check`` of a trie of these words, and the slot of each word."""
    room = len(codes) + 2 * largest
    slots = np.empty(len(offsets) - 1, np.uint32)
    first, last, node = (np.empty(len(codes) + 1, np.int64) for _ in range(3))
    starts = np.empty(25, np.int64)
    while True:
        base, check = np.empty(room, np.uint32), np.empty(room, np.uint16)
        following, preceding = np.empty(room, np.int64), np.empty(room, np.int64)
        used = place_words(
            codes, offsets, largest, base, check, slots,
            following, preceding, np.empty(room, np.bool_), first, last, node, starts,
        )  # fmt: skip
        if used >= 0:
            return base[:used].copy(), check[:used].copy(), slots
        room *= 2


def _run(path: Path) -> dict[str, Any]:
    """Return the table ``P`` of one of jieba's modules of probabilities."""
    spec = importlib.util.spec_from_file_location(f"dedup_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"jieba's {path.name} is not where it should be: {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.P  # type: ignore[no-any-return]


def _model_arrays(
    start: dict[str, float], trans: dict[str, dict[str, float]], emit: dict[str, dict[str, float]]
) -> dict[str, Array]:
    """Lay out the HMM, each table by state in the order B, M, E, S."""
    emitted = np.full((HAN_LAST - HAN_FIRST + 1, len(_STATES)), _UNSEEN)
    for number, state in enumerate(_STATES):
        for character, probability in emit[state].items():
            if HAN_FIRST <= ord(character) <= HAN_LAST:
                emitted[ord(character) - HAN_FIRST, number] = probability
    return {
        "start": np.array([start[state] for state in _STATES]),
        "trans": np.array(
            [[trans[before].get(after, _UNSEEN) for after in _STATES] for before in _STATES]
        ),
        "emit": emitted,
    }
