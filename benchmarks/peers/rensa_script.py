"""The same script with faster parts: rjieba, pairs of words, rensa's MinHash and its LSH.

::

    python benchmarks/peers/rensa_script.py CORPUS.jsonl GROUPS.jsonl [AUDIT]

Candidates are compared by their signatures. How many bands is left to the user: with 32, of the
divisors of 128, little is lost at the threshold.
"""

import sys
from itertools import pairwise

import rjieba
from exchange import paragraphs, write_audit, write_groups
from rensa import RMinHash, RMinHashLSH

THRESHOLD = 0.6
PERMUTATIONS = 128
BANDS = 32


def shingles(paragraph):
    """Return the pairs of successive words; of one word, itself."""
    words = [word for word in rjieba.cut(paragraph) if any(map(str.isalnum, word))]
    return {f"{a} {b}" for a, b in pairwise(words)} or set(words)


def main(source, groups, audit=None):
    texts = paragraphs(source)
    sets = [shingles(text) for text in texts.values()]
    keys = [key for key, found in zip(texts, sets, strict=True) if found]
    signatures = RMinHash.from_token_sets(
        [list(found) for found in sets if found], PERMUTATIONS, 42
    )
    index = RMinHashLSH(THRESHOLD, PERMUTATIONS, BANDS)
    near = {}
    for number, signature in enumerate(signatures):
        near[keys[number]] = [
            keys[other]
            for other in index.query(signature)
            if signature.jaccard(signatures[other]) >= THRESHOLD
        ]
        index.insert(number, signature)
    write_groups(groups, near)
    if audit:
        write_audit(audit, near, lambda key: shingles(texts[key]))


if __name__ == "__main__":
    main(*sys.argv[1:])
