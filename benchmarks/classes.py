"""Label what repeats are, by reading, and score the classes that a run gives.

::

    python -m benchmarks.classes draw FOLDER       # sheets to read, with a form for each
    python -m benchmarks.classes record FOLDER     # the filled forms into the file of labels
    python -m benchmarks.classes score laws=OUT …  # finished runs against the labels

What was read stands in ``tests/quality/classes.csv``, one row for each cluster or family: the
corpus, the hash of its representative's text as the ledger has it (the texts are no part of the
repository), the class by ``docs/classes.md``, the half, and why. Rules are tuned on the half
``tune``; what they are worth is said by ``test``. Runs are those without options.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from sklearn.metrics import f1_score

import dedup
from benchmarks import corpora, reading
from dedup.columns import numbers
from dedup.settings import Settings

LABELS = Path(__file__).parents[1] / "tests" / "quality" / "classes.csv"
CLASSES = ("boilerplate", "template", "copy", "quote", "repeat")
HALVES = ("tune", "test")
MISSING = "none"
"""Told of a label whose text is in no such group of the run, or in one without a class."""
DRAWN: dict[str, tuple[tuple[str, int], ...]] = {
    "seeds": (("", 1000),),
    "work_reports": (("", 105), ("cited", 15), ("short", 60)),
    "license_docs": (("", 110),),
    "laws": (("", 190), ("cited", 30), ("slots", 30)),
}
"""Items of each corpus: of all, then of what has the looks of a class that few are."""
SEED = 4


@dataclass(frozen=True)
class Label:
    """What a person said of a cluster or family."""

    corpus: str
    group: str
    """``cluster`` or ``family``."""
    hash: str
    """Of the representative's text when it was drawn; of one text all units are in one group."""
    label: str
    half: str
    reason: str


def known_labels(corpus: str | None = None, half: str | None = None) -> list[Label]:
    """Return the labels, of one corpus and of one half where they are given."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        found = [Label(*row) for row in csv.reader(file)][1:]
    return [each for each in found if corpus in {None, each.corpus} and half in {None, each.half}]


def group_numbers(result: dedup.Result, labels: Sequence[Label]) -> list[int]:
    """Return, per label, the number of its cluster or family in a run; -1 where it is in none."""
    units = result.finding.units
    high = np.array([int(label.hash[:16], 16) for label in labels], np.uint64)
    likely = np.flatnonzero(np.isin(numbers(units["hash_high"]), high))
    unit_of = {reading.unit_hash(units, unit): unit for unit in likely.tolist()}
    of = {"cluster": result.cluster.of, "family": result.family.of}
    return [
        int(of[label.group][unit_of[label.hash]]) if label.hash in unit_of else -1
        for label in labels
    ]


def told_classes(out: Path, labels: Sequence[Label]) -> list[str]:
    """Return, per label, the class that a finished run gives, or ``MISSING``.

    A cluster's is in ``clusters.jsonl``; a family's in the ledger's rows of kind ``masked``, and
    in those of its units that are in no cluster.
    """
    with (out / "clusters.jsonl").open("rb") as lines:
        class_of = {("cluster", row["cluster"]): row["class"] for row in map(orjson.loads, lines)}
    wanted = {label.hash for label in labels}
    number_of: dict[tuple[str, str], int] = {}
    with (out / "provenance.jsonl").open("rb") as lines:
        for row in map(orjson.loads, lines):
            if row["family"] is not None and (row["kind"] == "masked" or row["cluster"] is None):
                class_of["family", row["family"]] = row["class"]
            for group in ("cluster", "family"):
                if row["hash"] in wanted and row[group] is not None:
                    number_of[group, row["hash"]] = row[group]
    told = []
    for label in labels:
        number = number_of.get((label.group, label.hash), -1)
        told.append(class_of.get((label.group, number)) or MISSING)
    return told


@dataclass(frozen=True)
class Score:
    """How classes that were told agree with labels."""

    confusion: Mapping[tuple[str, str], int]
    """How many items of a label (first) were told a class (second)."""
    f1: Mapping[str, float]
    """Per class that is a label here: 2 TP / (2 TP + FP + FN)."""

    @property
    def macro(self) -> float:
        """The mean of ``f1``, each class as much as any other."""
        return sum(self.f1.values()) / len(self.f1)

    @property
    def accuracy(self) -> float:
        """The share of items whose class is the label."""
        right = sum(count for (label, told), count in self.confusion.items() if label == told)
        return right / sum(self.confusion.values())


def score(labels: Sequence[str], told: Sequence[str]) -> Score:
    """Return the score of classes, item by item; what was not found is wrong."""
    present = [name for name in CLASSES if name in labels]
    values = f1_score(labels, told, labels=present, average=None, zero_division=0.0)
    return Score(
        Counter(zip(labels, told, strict=True)),
        dict(zip(present, map(float, values), strict=True)),
    )


def lines_of(result: Score) -> Iterator[str]:
    """Yield a score as a table: a row for each label, a column for each class told."""
    columns = [*CLASSES, *sorted({told for _, told in result.confusion} - {*CLASSES})]
    yield f"{'':12}" + "".join(f"{name:>12}" for name in columns) + f"{'F1':>8}"
    for label, f1 in result.f1.items():
        counts = [result.confusion.get((label, told), 0) for told in columns]
        yield f"{label:12}" + "".join(f"{count:12}" for count in counts) + f"{f1:8.3f}"
    yield f"macro-F1 {result.macro:.3f}, accuracy {result.accuracy:.3f}"


def with_halves(labels: Iterable[Label]) -> list[Label]:
    """Return the labels, those without a half put into the one that has fewer of the kind.

    Fewer of their class in their corpus, then of their class; else the hash decides. In the order
    of the file: by corpus, group and hash.
    """
    labels = sorted(labels, key=lambda each: hashlib.blake2b(each.hash.encode()).digest())
    held: Counter[tuple[str, ...]] = Counter()
    done = []
    for each in sorted(labels, key=lambda each: each.half == ""):
        kinds = [(each.label, each.corpus), (each.label,)]
        least = [[held[(half, *kind)] for kind in kinds] for half in HALVES]
        even = HALVES[int(each.hash, 16) % 2]
        half = each.half or (even if least[0] == least[1] else HALVES[least[1] < least[0]])
        held.update((half, *kind) for kind in kinds)
        done.append(Label(each.corpus, each.group, each.hash, each.label, half, each.reason))
    return sorted(done, key=lambda each: (each.corpus, each.group, each.hash))


def draw(folder: Path) -> None:
    """Write what is to be read, and a form for each corpus to fill in class and reason."""
    folder.mkdir(parents=True, exist_ok=True)
    for corpus, parts in DRAWN.items():
        rows = corpora.documents(corpus)
        result = dedup.find([(row["id"], row["text"]) for row in rows], Settings(audit=0))
        found = reading.items(result, [_year(row) for row in rows])
        drawn: list[reading.Item] = []
        for looks, count in parts:
            some = [item for item in found if not looks or looks in item.rare]
            drawn += reading.sample(some, count, SEED, drawn)
        facts = [_facts(row) for row in rows]
        with (folder / f"{corpus}.txt").open("w", encoding="utf-8") as sheet:
            for number, item in enumerate(drawn):
                print(f"#{number}", *reading.sheet(result, item, facts), sep="\n", file=sheet)
        with (folder / f"{corpus}.csv").open("w", encoding="utf-8", newline="") as file:
            form = csv.writer(file, lineterminator="\n")
            form.writerow(["number", "group", "hash", "class", "reason"])
            form.writerows([n, item.group, item.hash, "", ""] for n, item in enumerate(drawn))


def record(folder: Path) -> list[Label]:
    """Return the labels of the filled forms in a folder with those known of other texts.

    Raises
    ------
    ValueError
        If a class is none.
    """
    labels = {(each.corpus, each.group, each.hash): each for each in known_labels()}
    for corpus in DRAWN:
        with (folder / f"{corpus}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = corpus, row["group"], row["hash"]
                if not row["class"]:
                    continue
                if row["class"] not in CLASSES:
                    raise ValueError(f"{corpus}.csv, {row['number']}: no class {row['class']!r}")
                known = labels.get(key)
                half = known.half if known and known.label == row["class"] else ""
                labels[key] = Label(*key, row["class"], half, row["reason"])
    return with_halves(labels.values())


def write_labels(labels: Iterable[Label], to: Path = LABELS) -> None:
    with to.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["corpus", "group", "hash", "class", "half", "reason"])
        for each in labels:
            rows.writerow([each.corpus, each.group, each.hash, each.label, each.half, each.reason])


def _facts(row: Mapping[str, Any]) -> str:
    """Return what a row says of its document, in a few words."""
    told = str(row["id"]).rsplit("/", 1)[-1]
    for name, value in row.items():
        if name not in {"id", "text"} and value and str(value) not in told:
            told += f" {value}"
    return told


def _year(row: Mapping[str, Any]) -> str:
    """Return the year in a row's date or id, or nothing."""
    found = re.search(r"(?:19|20)\d\d", str(row.get("date") or row["id"]))
    return found.group() if found else ""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.classes", description="Label repeats, and score their classes."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("draw", "record"):
        commands.add_parser(name).add_argument("folder", type=Path)
    scoring = commands.add_parser("score")
    scoring.add_argument("runs", nargs="+", metavar="CORPUS=OUT", help="folders of finished runs")
    scoring.add_argument("--half", choices=HALVES, help="of the labels; both, one after the other")
    options = parser.parse_args(arguments)
    if options.command == "draw":
        draw(options.folder)
        return
    if options.command == "record":
        labels = record(options.folder)
        write_labels(labels)
        counts = Counter((each.corpus, each.label, each.half) for each in labels)
        for kind, count in sorted(counts.items()):
            print(*kind, count)
        return
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for run in options.runs:
        corpus, _, out = run.partition("=")
        labels = known_labels(corpus)
        if not labels or not out:
            parser.error(f"{run}: give CORPUS=OUT, with one of {', '.join(DRAWN)}")
        for label, name in zip(labels, told_classes(Path(out), labels), strict=True):
            told[label.half].append((label.label, name))
    for half in [options.half] if options.half else HALVES:
        print(f"\n{half}: {len(told[half])} clusters and families")
        print(*lines_of(score(*zip(*told[half], strict=True))), sep="\n")


if __name__ == "__main__":
    main()
