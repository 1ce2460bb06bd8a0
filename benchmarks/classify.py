"""How often the classes that a run gives are those that a person gave, and the tables of it.

::

    python -m benchmarks.classify                   # runs the labelled corpora, writes the tables
    python -m benchmarks.classify --no-publish --results FOLDER

Rules are tuned on one half of the labels; what they are worth is said by the other one, ``test``.
The tables stand in README.md and ``docs/classes.md``: the rules as ``dedup.rules`` has them, and
the confusions.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dedup
from benchmarks import corpora
from benchmarks.classes import (
    CLASSES,
    DRAWN,
    HALVES,
    MISSING,
    Label,
    Score,
    group_numbers,
    known_labels,
    lines_of,
    score,
)
from benchmarks.corpora import CHECKOUT
from benchmarks.measure import RESULTS, write_result
from dedup.rules import RULES
from dedup.settings import Settings

PAGES = (CHECKOUT / "README.md", CHECKOUT / "docs" / "classes.md")
SETTINGS = Settings(audit=0, passages=False)
"""What is left out changes no class of a cluster or family."""


def classes_of(result: dedup.Result, labels: Sequence[Label]) -> list[str]:
    """Return, per label, the class that a run gives, or ``MISSING``."""
    codes = {group: result.classes.by_number(group) for group in ("cluster", "family")}
    told = [
        int(codes[label.group][number])
        for label, number in zip(labels, group_numbers(result, labels), strict=True)
    ]
    return [CLASSES[code] if code >= 0 else MISSING for code in told]


def found_in(corpus: str) -> dedup.Result:
    """Return a run over a labelled corpus."""
    rows = corpora.documents(corpus)
    return dedup.find([(row["id"], row["text"]) for row in rows], SETTINGS)


def scores(results: Iterable[tuple[str, dedup.Result]]) -> dict[str, Score]:
    """Return the score of each half, over runs of the labelled corpora."""
    pairs: dict[str, list[tuple[str, str]]] = {half: [] for half in HALVES}
    for corpus, result in results:
        labels = known_labels(corpus)
        for label, name in zip(labels, classes_of(result, labels), strict=True):
            pairs[label.half].append((label.label, name))
    return {half: score(*zip(*each, strict=True)) for half, each in pairs.items()}


def figures_of(found: Mapping[str, Score]) -> dict[str, float]:
    """Return what ``benchmarks.goals`` knows of: F1 of each class, their mean, the accuracy."""
    figures = {}
    for half, each in found.items():
        figures[f"classes.{half}.macro"] = each.macro
        figures[f"classes.{half}.accuracy"] = each.accuracy
        figures |= {f"classes.{half}.{name}": f1 for name, f1 in each.f1.items()}
    return figures


def confusion_of(found: Score) -> dict[str, dict[str, int]]:
    """Return how many items of each label were told each class."""
    return {
        label: {
            name: found.confusion[label, name]
            for name in (*CLASSES, MISSING)
            if found.confusion.get((label, name))
        }
        for label in found.f1
    }


def rules_table() -> str:
    """Return the rules in their order, the first that holds decides."""
    return _table(["class", "if"], [[rule.name, rule.when] for rule in RULES])


def confusion_table(result: Mapping[str, Any], half: str) -> str:
    """Return a row for each label, a column for each class told, and F1."""
    told = result["confusion"][half]
    names = [*CLASSES, *({MISSING} & {name for row in told.values() for name in row})]
    rows = []
    for label, row in told.items():
        f1 = result["figures"][f"classes.{half}.{label}"]
        rows.append([f"**{label}**", *(str(row.get(name, 0)) for name in names), f"{f1:.2f}"])
    return _table(["a person says", *names, "F1"], rows)


def tables(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each marked place and what stands there."""
    yield "rules", rules_table()
    for half in HALVES:
        macro, share = (
            result["figures"][f"classes.{half}.{name}"] for name in ("macro", "accuracy")
        )
        said = f"Macro-F1 {macro:.3f}; {100 * share:.1f} % are told what the person says."
        yield f"confusion-{half}", f"{confusion_table(result, half)}\n{said}\n"


def publish(results: Path, pages: Sequence[Path] = PAGES) -> None:
    """Put the tables where they are marked."""
    result = json.loads(results.read_bytes())
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for name, table in tables(result):
            marks = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
            text = re.sub(marks, rf"\g<1>{table}\g<2>", text, flags=re.DOTALL)
        page.write_text(text, encoding="utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.classify", description="Score classes against labels."
    )
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    parser.add_argument("--no-publish", action="store_true", help="leave the pages as they are")
    options = parser.parse_args()
    found = scores((corpus, found_in(corpus)) for corpus in DRAWN)
    for half, each in found.items():
        print(f"\n{half}", *lines_of(each), sep="\n")
    details = {"confusion": {half: confusion_of(each) for half, each in found.items()}}
    packages = ("jieba", "pyarrow", "scikit-learn")
    path = write_result("classes", figures_of(found), details, packages, options.results)
    if not options.no_publish:
        publish(path)


if __name__ == "__main__":
    main()
