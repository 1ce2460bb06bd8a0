"""gaoya on characters: an index of paragraphs, filled and asked by all threads.

::

    python benchmarks/peers/gaoya_script.py CORPUS.jsonl GROUPS.jsonl [AUDIT]

It cuts no Chinese words, so shingles are three characters. It finds bands and rows that suit the
threshold by itself, and compares what it returns by the signatures.
"""

import sys

from exchange import paragraphs, write_audit, write_groups
from gaoya.minhash import MinHashStringIndex

THRESHOLD = 0.6
PERMUTATIONS = 128
CHARACTERS = 3


def shingles(paragraph):
    """Return the runs of characters that gaoya makes of it."""
    starts = range(len(paragraph) - CHARACTERS + 1)
    return {paragraph[start : start + CHARACTERS] for start in starts}


def main(source, groups, audit=None):
    texts = paragraphs(source)
    keys, documents = list(texts), list(texts.values())
    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=None, band_size=None,
        num_hashes=PERMUTATIONS, analyzer="char", ngram_range=(CHARACTERS, CHARACTERS),
        id_container="vec",
    )  # fmt: skip
    index.par_bulk_insert_docs(list(range(len(keys))), documents)
    found = index.par_bulk_query(documents)
    near = {
        key: [keys[other] for other in sorted(others) if other < number]
        for number, (key, others) in enumerate(zip(keys, found, strict=True))
    }
    write_groups(groups, near)
    if audit:
        write_audit(audit, near, lambda key: shingles(texts[key]))


if __name__ == "__main__":
    main(*sys.argv[1:])
