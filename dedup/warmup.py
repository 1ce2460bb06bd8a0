"""Compiles the kernels before they are needed, in two processes side by side: a compiler is slow.

Each process takes a handful of words through one half of the flow; what it compiles stays in
``cache_root()``, for every process from then on.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.cache import cache_root
from dedup.columns import flat, strings
from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.read import read
from dedup.corpus.survey import plan, survey
from dedup.engines.local import LocalEngine
from dedup.folding import load_tables
from dedup.intake import Folded, fold_corpus
from dedup.kernels import compiled_before, mark_compiled
from dedup.kernels.dictionary import Dictionary
from dedup.kinds import kind_rules
from dedup.masking import rules
from dedup.passages import find_passages
from dedup.pipeline import find_folded, load_lexicon
from dedup.records import DOCUMENTS, QUARANTINE, REMOVALS, UNITS
from dedup.sentences import marks
from dedup.settings import Settings
from dedup.shadows import HeldShadows
from dedup.stages.template import Pieces, align, in_original, template
from dedup.stages.words import Lexicon
from dedup.watch import Watch
from dedup.work import Gathering, Work

__all__ = ["compile_kernels", "is_needed"]


def is_needed() -> bool:
    """Say whether there is something to compile, and a place to keep it."""
    return not compiled_before() and os.access(cache_root(), os.W_OK)


def compile_kernels() -> bool:
    """Compile what a run of the default settings needs, build the dictionary, say if all went well.

    What could not be compiled here, a run compiles when it comes to it.
    """
    halves = [
        subprocess.Popen(
            [sys.executable, "-m", "dedup.warmup", half],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for half in _HALVES
    ]
    try:
        done = [half.wait() for half in halves]
    except BaseException:
        for half in halves:
            half.kill()
            half.wait()
        raise
    if not any(done):
        mark_compiled()
    return compiled_before()


def _files_to_shadows() -> None:
    """Take two files to their shadow texts and what those share, and cut something out of them.

    Load the dictionary.
    """
    # First, so that the other process finds it compiled.
    one = np.arange(2)
    align(
        Pieces(
            np.zeros(1, np.uint32), one, one[1:], np.zeros(1, np.uint64), np.zeros(1, np.uint8),
            np.zeros(1, np.int32), one,
        ),
        one,
    )  # fmt: skip
    shared = "".join(map(chr, range(0x4E00, 0x4E40)))
    settings, engine, watch = Settings(), LocalEngine(1), Watch()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus").mkdir()
        (folder / "corpus/a.txt").write_text(f"a {shared}\n", encoding="utf-8")
        (folder / "corpus/b.jsonl").write_text(f'{{"text": "{shared}"}}\n', encoding="utf-8")
        surveys = survey(discover([folder / "corpus"]), settings=settings)
        read_chunk = partial(read, settings=settings)
        folded = fold_corpus(plan(surveys), read_chunk, settings, engine, watch)
        first = {
            "file": [0, 1],
            "row": [0, 0],
            "start": [0, 0],
            "end": [1, 1],
            "masked": [False] * 2,
        }
        removals = pa.table(first, schema=REMOVALS)
        write_clean(
            surveys, removals, folded.quarantine, folder / "clean", folder / "patch", settings
        )
    documents, units = folded.documents, folded.units
    count = np.arange(units.num_rows)
    find_passages(
        engine, folded.shadows, documents, units, np.zeros(len(count), bool),
        np.stack([count] * 3, axis=1).astype(np.int32), count, None, settings, watch, Work(),
        Gathering(None, "passages"),
    )  # fmt: skip
    data, offsets = strings(pa.array(["a"], pa.large_string()))
    none = np.zeros(1, np.int64)
    in_original(data, offsets[:1], offsets[1:], none, np.arange(2), none, none, load_tables())
    load_lexicon(settings)


def _words_to_ledger() -> None:
    """Take three shadow texts to the ledger, by a dictionary without words."""
    texts = [
        "a b c d e f g h i j k l m n o p 1",
        "a b c d e f g h i j k l m n o p 1 q",
        "a b c d e f g h i j k l m n o p 2",
    ]
    size, count = [len(text) for text in texts], len(texts)
    documents = {"file": [0] * count, "row": [*range(count)], "doc": texts, "text": texts}
    units = {
        "document": [*range(count)], "paragraph": [0] * count, "line": [1] * count,
        "start": [0] * count, "end": size, "drop_end": size, "byte_start": [0] * count,
        "byte_end": size, "length": size, "own": size,
        "hash_high": [*range(count)], "hash_low": [*range(count)],
    }  # fmt: skip
    none = np.zeros(1)
    dictionary = Dictionary(
        alphabet=none.astype(np.uint16), cell=none.astype(np.uint64), weight=none,
        tag=none.astype(np.uint16), split=none.astype(np.uint32)[:0], unknown=0.0,
        start=np.zeros(4), trans=np.zeros((4, 4)), emit=np.zeros((1, 4)),
        tag_names=np.array(bytearray(b"x")),
    )  # fmt: skip
    lexicon = Lexicon(dictionary, none.astype(np.uint8), rules(), marks())
    own = pa.field("own", pa.int64())
    schema = UNITS.remove(UNITS.get_field_index("shadow")).append(own)
    folded = Folded(
        _table(documents, DOCUMENTS), QUARANTINE.empty_table(), _table(units, schema),
        HeldShadows([pa.array(texts, pa.large_string())]),
    )  # fmt: skip
    # Passages are compiled by the other process; the texts are too many for a bucket.
    settings = Settings(passages=False, bucket_cap=2)
    result = find_folded(folded, lambda: lexicon, [""], settings, LocalEngine(1), Watch())
    result.provenance, result.sections  # noqa: B018  made when asked for
    found = result.finding.texts
    shadows = pa.array(texts, pa.large_string()).take(flat(found["unit"]))
    template(shadows, flat(found["cuts"]), np.arange(count), np.array([0, count]), kind_rules())


def _table(columns: dict[str, list[Any]], schema: pa.Schema) -> pa.Table:
    rows = len(next(iter(columns.values())))
    return pa.table(
        {each.name: pa.array(columns.get(each.name, [None] * rows), each.type) for each in schema}
    )


_HALVES = {"files-to-shadows": _files_to_shadows, "words-to-ledger": _words_to_ledger}

if __name__ == "__main__":
    _HALVES[sys.argv[1]]()
