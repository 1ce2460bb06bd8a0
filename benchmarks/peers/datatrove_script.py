"""datatrove's MinHash pipeline on paragraphs, cut by its own jieba: two processes, four steps.

::

    python benchmarks/peers/datatrove_script.py PARAGRAPHS OUT

``PARAGRAPHS`` is a folder with a JSONL file for each process, a row for each paragraph: datatrove
compares documents. Buckets and their hashes are those of at most 128 that suit the threshold of
0.6; shingles are pairs of words, as in the other scripts. What is kept is written as JSONL.
"""

import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter

LANGUAGE = "cmn_Hani"
WORKERS = 2
CONFIG = MinhashConfig(n_grams=2, num_buckets=25, hashes_per_bucket=5)


def main(source, out):
    folder = {
        name: str(Path(out, name)) for name in ("signatures", "buckets", "clusters", "kept", "logs")
    }
    files = len(list(Path(source).glob("*.jsonl")))
    reader = JsonlReader(source)
    steps = {
        "signature": (
            [reader, MinhashDedupSignature(folder["signatures"], CONFIG, LANGUAGE)],
            files,
        ),
        "buckets": (
            [MinhashDedupBuckets(folder["signatures"], folder["buckets"], config=CONFIG)],
            CONFIG.num_buckets,
        ),
        "cluster": ([MinhashDedupCluster(folder["buckets"], folder["clusters"], CONFIG)], 1),
        "filter": (
            [reader, MinhashDedupFilter(folder["clusters"]), JsonlWriter(folder["kept"])],
            files,
        ),
    }
    for name, (pipeline, tasks) in steps.items():
        LocalPipelineExecutor(
            pipeline,
            tasks=tasks,
            workers=WORKERS,
            logging_dir=str(Path(folder["logs"], name)),
            start_method="fork",  # quicker, and what the processes take is counted as this one's
        ).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
