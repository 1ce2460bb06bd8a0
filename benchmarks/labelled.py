"""Texts with the pairs of them that belong together and those that do not, from every source."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

from benchmarks import corpora
from benchmarks.labels import PAIRS_OF_A_GROUP
from dedup.demo import corpus_path

Pairs = list[tuple[int, int]]
Labelled = tuple[list[str], dict[str, Pairs], Pairs]
"""Texts, pairs of them that belong together by kind, and pairs that do not."""


def masked_laws() -> Labelled:
    """Return paragraphs of laws, the pairs that are equal once masked, and no pair apart."""
    texts: list[str] = []
    pairs: dict[str, Pairs] = defaultdict(list)
    for group in corpora.rows("masked_laws"):
        first = len(texts)
        texts += [member["text"] for member in group["members"]]
        some = combinations(range(first, len(texts)), 2)
        pairs[group["mask"]] += list(some)[:PAIRS_OF_A_GROUP]
    return texts, pairs, []


def documents(labels: Sequence[str], names: Sequence[str]) -> Labelled:
    """Return whole documents, the pairs that are the same one, and those that are not."""
    rows = [pair for name in labels for pair in corpora.rows(name)]
    wanted = {pair[end] for pair in rows for end in "ab"}
    texts = {
        row["id"]: row["text"]
        for name in names
        for row in corpora.rows(name)
        if row["id"] in wanted
    }
    number = {doc: at for at, doc in enumerate(texts)}
    pairs: dict[str, Pairs] = defaultdict(list)
    apart = []
    for pair in rows:
        at = number[pair["a"]], number[pair["b"]]
        if pair["label"].startswith("same"):
            pairs[pair["label"]].append(at)
        else:
            apart.append(at)
    return list(texts.values()), pairs, apart


def demo() -> Labelled:
    """Return lines of the demo corpus, those that belong together, and those that do not."""
    gold = json.loads((corpora.CHECKOUT / "tests/gold/demo.json").read_bytes())
    number: dict[str, int] = {}

    def at(member: Mapping[str, Any]) -> int:
        path = corpus_path() / member["file"]
        text = path.read_bytes().decode("utf-8-sig", "replace")
        if path.suffix == ".jsonl":
            text = json.loads(text.splitlines()[member["row"]])["text"]
        line = text.split("\n")[member["line"] - 1].strip()
        return number.setdefault(line, len(number))

    pairs: dict[str, Pairs] = defaultdict(list)
    for group in gold["groups"]:
        first, *others = map(at, group["members"])
        pairs[group["kind"]] += [(first, other) for other in others]
    apart = [(at(a), at(b)) for a, b in gold["apart"]]
    return list(number), pairs, apart


SETS = {
    "masked_laws": masked_laws,
    "laws": partial(documents, ["laws_cross_source", "laws_versions"], ["laws", "just_laws"]),
    "licenses": partial(documents, ["license_pairs"], ["license_docs"]),
    "demo": demo,
}
"""Sets by name; each text is one unit."""
