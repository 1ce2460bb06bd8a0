"""The script that everybody writes: jieba, pairs of words, datasketch, one process.

::

    python benchmarks/peers/script.py CORPUS.jsonl GROUPS.jsonl [AUDIT] [--bulk]

What its users write is what it does: one MinHash for each paragraph, the hash functions and the
bands that datasketch proposes, no pair checked afterwards. ``--bulk`` signs the paragraphs of a
document in one call, which fewer people know and which is faster. ``AUDIT`` is a folder for what it
did, as ``exchange.write_audit`` writes it.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

import jieba
from datasketch import MinHash, MinHashLSH
from exchange import SHORTEST, write_audit, write_groups
from exchange import paragraphs as texts_of

THRESHOLD = 0.6
PERMUTATIONS = 128


def shingles(paragraph):
    """Return the pairs of successive words, as bytes; of one word, itself."""
    words = [word for word in jieba.lcut(paragraph) if any(map(str.isalnum, word))]
    return {f"{a} {b}".encode() for a, b in pairwise(words)} or {word.encode() for word in words}


def paragraphs(corpus):
    """Yield, document by document, the keys of its paragraphs and their shingles."""
    for row, line in enumerate(corpus):
        keys, sets = [], []
        for number, paragraph in enumerate(json.loads(line)["text"].splitlines()):
            if len(paragraph.strip()) >= SHORTEST and (found := shingles(paragraph)):
                keys.append((row, number))
                sets.append(found)
        yield keys, sets


def one_by_one(sets):
    for found in sets:
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch(found)
        yield signature


def all_at_once(sets):
    return MinHash.bulk(sets, num_perm=PERMUTATIONS)


def main(source, groups, *options):
    sign = all_at_once if "--bulk" in options else one_by_one
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    near = {}
    with Path(source).open(encoding="utf-8") as corpus:
        for keys, sets in paragraphs(corpus):
            for key, signature in zip(keys, sign(sets), strict=True):
                near[key] = index.query(signature)
                index.insert(key, signature)
    write_groups(groups, near)
    folder = next((option for option in options if option != "--bulk"), None)
    if folder:
        texts = texts_of(source)
        write_audit(folder, near, lambda key: {each.decode() for each in shingles(texts[key])})


if __name__ == "__main__":
    main(*sys.argv[1:])
