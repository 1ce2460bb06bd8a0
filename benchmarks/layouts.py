"""How ``--unit auto`` cuts real documents: as they are, and made harder to tell.

::

    python -m benchmarks.layouts    # a table, one row per corpus

``laws``, ``work_reports``, ``chapters_docs``, ``control`` and ``long_lines`` have their paragraphs
on lines, ``linux_docs`` and most of ``license_docs`` are hard-wrapped. Without their blank lines
all lines of a document follow each other directly. Lists are drawn from the titles of laws, 20 to
a list: lines of much the same length that no mark ends.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from benchmarks import corpora
from benchmarks.measure import RESULTS, write_result
from dedup.stages.segment import layout

ON_LINES = ("laws", "just_laws", "work_reports", "chapters_docs", "control", "long_lines")
WRAPPED = ("linux_docs", "license_docs")
KINDS = ("line", "blank", "indent")
LISTS = 400
TITLES = 20
SHORT, LONG = 18, 32
"""Characters of a title in a list."""


def kinds(texts: Iterable[str]) -> dict[str, int]:
    """Return how many of the documents are cut in each way."""
    table = layout(pa.table({"text": pa.array(texts, pa.large_string())}), "auto")
    counted = Counter(table["unit"].to_pylist())
    return {kind: counted[kind] for kind in KINDS}


def without_blank_lines(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.strip())


def lists(texts: Iterable[str], seed: int) -> list[str]:
    """Return lists drawn from the first lines of texts."""
    titles = [text.split("\n", 1)[0].lstrip("# ").strip() for text in texts]
    titles = [title for title in titles if SHORT <= len(title) <= LONG]
    draw = random.Random(seed)
    return ["\n".join(draw.sample(titles, TITLES)) for _ in range(LISTS)]


def _share(counts: dict[str, int], *of: str) -> float:
    return sum(counts[kind] for kind in of) / sum(counts.values())


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.layouts", description="How --unit auto cuts real documents."
    )
    parser.add_argument("--seed", type=int, default=1, help="of the lists that are drawn")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    texts = {name: [row["text"] for row in corpora.rows(name)] for name in (*ON_LINES, *WRAPPED)}
    found = {name: kinds(each) for name, each in texts.items()}
    for name in ON_LINES:
        found[f"{name}, no blank lines"] = kinds(map(without_blank_lines, texts[name]))
    found["lists of titles"] = kinds(lists(texts["laws"], options.seed))
    for name, counts in found.items():
        print(f"{name:30}", *(f"{count:6,} {kind}" for kind, count in counts.items()))
    figures = {f"layouts.{name}": _share(found[name], "blank", "indent") for name in WRAPPED}
    on_lines = [counts for name, counts in found.items() if name not in WRAPPED]
    figures["layouts.lines_kept"] = _share(
        {kind: sum(counts[kind] for counts in on_lines) for kind in KINDS}, "line"
    )
    path = write_result("layouts", figures, {"kinds": found}, ("pyarrow",), options.results)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
