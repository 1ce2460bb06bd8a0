"""The script that everybody writes: jieba, pairs of words, datasketch, one process.

::

    python benchmarks/peers/script.py CORPUS.jsonl GROUPS.jsonl [--bulk]

What its users write is what it does: one MinHash for each paragraph, the hash functions and the
bands that datasketch proposes, no pair checked afterwards. ``--bulk`` signs the paragraphs of a
document in one call, which fewer people know and which is faster.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

import jieba
from datasketch import MinHash, MinHashLSH

THRESHOLD = 0.6
PERMUTATIONS = 128
SHORTEST = 8
"""Characters of a paragraph worth comparing: without it, headings meet by the thousand."""


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
    """Write the groups of two paragraphs or more, each as a list of (row, line)."""
    sign = all_at_once if "--bulk" in options else one_by_one
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    leader = {}
    with Path(source).open(encoding="utf-8") as corpus:
        for keys, sets in paragraphs(corpus):
            for key, signature in zip(keys, sign(sets), strict=True):
                near = index.query(signature)
                leader[key] = min(leader[other] for other in near) if near else key
                index.insert(key, signature)
    members = {}
    for key, first in leader.items():
        members.setdefault(first, []).append(key)
    with Path(groups).open("w", encoding="utf-8") as out:
        for group in members.values():
            if len(group) > 1:
                out.write(json.dumps(group) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
