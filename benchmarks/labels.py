"""Score runs against labels that no similarity has made.

::

    python -m benchmarks.labels masked     # paragraphs of laws equal but for places, or numbers
    python -m benchmarks.labels pages      # the same page in Simplified and Traditional
    python -m benchmarks.labels control    # what is touched where hardly anything is copied

Labels of pages come from their names, those of paragraphs from equality after masking.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

import dedup
from benchmarks import corpora
from benchmarks.measure import RESULTS, write_result
from dedup.columns import numbers
from dedup.settings import Settings

Row = Mapping[str, Any]
Ints = npt.NDArray[np.int64]

PAIRS_OF_A_GROUP = 100
"""Of a larger group that many are drawn: one group of 266 paragraphs has 60 % of all pairs."""
FEW = 3
"""Words beside its slots below which a masked text is found by equality alone."""


@dataclass
class Score:
    """Pairs that belong together, and how many of them a run puts together."""

    pairs: int = 0
    together: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    """Texts of the pairs that are not."""

    @property
    def share(self) -> float | None:
        """``together / pairs``; None where there is no pair."""
        return self.together / self.pairs if self.pairs else None


def masked_pairs(result: dedup.Result, groups: Iterable[Row], seed: int = 1) -> dict[str, Score]:
    """Return the scores of the pairs within groups of paragraphs that are equal once masked.

    Two paragraphs are together if they share a cluster or a family, or if a row of the ledger links
    them. Pairs in which a paragraph has fewer than ``FEW`` words beside its slots, or is shorter
    than what is looked for, have a score of their own: ``P, few words`` beside ``P``.

    Parameters
    ----------
    result
        Of the documents that the groups name, unit ``line``.
    groups
        ``mask`` (``P``: places, ``PN``: numbers, too) and ``members``: ``id`` of a document,
        ``par`` (0-based line of its text), ``text``.
    seed
        Of the pairs drawn from groups of more than ``PAIRS_OF_A_GROUP`` pairs.
    """
    draw = random.Random(seed)
    unit_at = units_by_line(result)
    free = numbers(result.finding.texts["free"])
    text_of = result.finding.text_of
    linked = links_of(result)
    scores: dict[str, Score] = defaultdict(Score)
    for group in groups:
        members = [
            (unit_at[place_of(member, result)], member["text"]) for member in group["members"]
        ]
        pairs = list(combinations(members, 2))
        if len(pairs) > PAIRS_OF_A_GROUP:
            pairs = draw.sample(pairs, PAIRS_OF_A_GROUP)
        for (a, text_a), (b, text_b) in pairs:
            few = any(text_of[unit] < 0 or free[text_of[unit]] < FEW for unit in (a, b))
            score = scores[f"{group['mask']}, few words" if few else group["mask"]]
            score.pairs += 1
            if _together(result, a, b) or (a, b) in linked or (b, a) in linked:
                score.together += 1
            else:
                score.missed.append((text_a, text_b))
    return dict(scores)


def units_by_line(result: dedup.Result) -> dict[tuple[str, int], int]:
    """Return the unit that starts on each line, by document and 1-based line."""
    units = result.finding.units
    docs = result.documents["doc"].take(pa.array(numbers(units["document"]))).to_pylist()
    places = zip(docs, units["line"].to_pylist(), strict=True)
    return {place: unit for unit, place in enumerate(places)}


def place_of(member: Row, result: dedup.Result) -> tuple[str, int]:
    """Return the document and the 1-based line of a member, by its text where the line has another.

    Raises ValueError if no line of the document has it.
    """
    lines = _lines(result, member["id"])
    wanted = member["text"].strip()
    if member["par"] < len(lines) and lines[member["par"]].strip() == wanted:
        return member["id"], member["par"] + 1
    return member["id"], [line.strip() for line in lines].index(wanted) + 1


def _lines(result: dedup.Result, doc: str) -> list[str]:
    documents = result.documents
    number = documents["doc"].index(doc).as_py()
    text: str = documents["text"][number].as_py()
    return text.split("\n")


def links_of(result: dedup.Result) -> set[tuple[int, int]]:
    """Return the pairs of units that a row of the ledger links, the unit before its source."""
    links = result.decision.links
    return set(zip(links["unit"].to_pylist(), links["source"].to_pylist(), strict=True))


def _together(result: dedup.Result, a: int, b: int) -> bool:
    return any(
        groups.of[a] >= 0 and groups.of[a] == groups.of[b]
        for groups in (result.cluster, result.family)
    )


def same_pages(result: dedup.Result, pairs: Iterable[Row]) -> Score:
    """Return the score of pairs of documents ``a``, ``b``: together if they share a cluster."""
    clusters = _by_document(result, result.cluster.of)
    score = Score()
    for pair in pairs:
        score.pairs += 1
        if clusters[pair["a"]] & clusters[pair["b"]]:
            score.together += 1
        else:
            score.missed.append((pair["a"], pair["b"]))
    return score


def shared_units(
    result: dedup.Result, pairs: Iterable[Row], least: int = 20
) -> list[dict[str, Any]]:
    """Return the equal units, of ``least`` shadow characters or more, that both of a pair have.

    One row per text: ``hash`` as in the ledger, ``length``, ``pairs`` (of documents), ``text``; the
    most frequent first.
    """
    units = result.finding.units
    long = numbers(units["length"]) >= least
    texts = _by_document(result, np.where(long, result.finding.text_of, -1))
    counted = Counter(text for pair in pairs for text in texts[pair["a"]] & texts[pair["b"]])
    which = numbers(result.finding.texts["unit"])[np.array(list(counted), np.int64)]
    hashes = [
        f"{high:016x}{low:016x}"
        for high, low in zip(
            numbers(units["hash_high"])[which].tolist(),
            numbers(units["hash_low"])[which].tolist(),
            strict=True,
        )
    ]
    lengths = numbers(units["length"])[which].tolist()
    rows = [
        {"hash": digest, "length": length, "pairs": count, "text": text}
        for digest, length, count, text in zip(
            hashes, lengths, counted.values(), result.texts_of(which).to_pylist(), strict=True
        )
    ]
    return sorted(rows, key=lambda row: (-row["pairs"], row["hash"]))


def _by_document(result: dedup.Result, groups: Ints) -> dict[str, set[int]]:
    """Return the groups (those that are not -1) of each document's units."""
    docs = result.documents["doc"].to_pylist()
    found: dict[str, set[int]] = {doc: set() for doc in docs}
    document = numbers(result.finding.units["document"])
    for unit in np.flatnonzero(groups >= 0).tolist():
        found[docs[document[unit]]].add(int(groups[unit]))
    return found


def touched(result: dedup.Result) -> list[dict[str, Any]]:
    """Return the groups of a run, clusters and families beyond them, largest first, to be read.

    One row per group: ``group`` (``cluster`` or ``family``), ``units``, ``documents``, ``texts``
    (up to 5 different ones). A family that is one cluster and nothing else is left out.
    """
    rows = []
    document = numbers(result.finding.units["document"])
    for name, groups in (("cluster", result.cluster), ("family", result.family)):
        order = np.argsort(groups.of, kind="stable")
        order = order[groups.of[order] >= 0]
        _, starts = np.unique(groups.of[order], return_index=True)
        for units in np.split(order, starts[1:]) if len(order) else []:
            if name == "family" and _one_cluster(result.cluster.of[units]):
                continue
            texts = dict.fromkeys(result.texts_of(units).to_pylist())
            rows.append(
                {
                    "group": name,
                    "units": len(units),
                    "documents": len(np.unique(document[units])),
                    "texts": list(texts)[:5],
                }
            )
    return sorted(rows, key=lambda row: (-row["units"], row["group"], row["texts"]))


def _one_cluster(of: Ints) -> bool:
    return bool(of[0] >= 0 and (of == of[0]).all())


def masked(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    result = dedup.find(corpora.rows("laws"), Settings(), workers=options.workers)
    scores = masked_pairs(result, corpora.rows("masked_laws"), options.seed)
    figures, details = {}, {}
    for name, score in sorted(scores.items()):
        print(f"{name:20} {score.together} of {score.pairs} pairs: {_percent(score)}")
        figures[f"labels.{name}"] = score.share
        details[name] = {
            "pairs": score.pairs,
            "together": score.together,
            "missed": score.missed[:20],
        }
        for texts in score.missed[: options.show]:
            print("".join(f"    {text[:120]}\n" for text in texts))
    return figures, {"scores": details, "pairs_of_a_group": PAIRS_OF_A_GROUP, "seed": options.seed}


def pages(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    result = dedup.find(corpora.rows("linux_docs"), Settings(), workers=options.workers)
    by_label: dict[str, list[Row]] = defaultdict(list)
    for pair in corpora.rows("linux_pairs"):
        by_label[pair["label"]].append(pair)
    score = same_pages(result, by_label["same_page_zhCN_zhTW"])
    shared = shared_units(result, by_label["other_page"])
    print(f"same page: {score.together} of {score.pairs} pairs share a cluster", *score.missed)
    print(f"other pages ({len(by_label['other_page'])} pairs) share {len(shared)} texts:")
    for row in shared:
        print(f"    {row['hash']}, {row['length']} characters, {row['pairs']} pairs:")
        print(f"        {row['text']!r}")
    return {"labels.same_page": score.share or 0.0}, {
        "same_page": {"pairs": score.pairs, "together": score.together, "missed": score.missed},
        "other_page": {"pairs": len(by_label["other_page"]), "shared": shared},
    }


def control(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    result = dedup.find(corpora.rows("control"), Settings(), workers=options.workers)
    rows, shares = touched(result), result.shares()
    kinds: Sequence[str] = ("cluster", "family")
    counts = {kind: sum(row["group"] == kind for row in rows) for kind in kinds}
    print(f"{counts}; of all characters {shares['repeated'] / shares['all']:.3%} are repeated")
    for row in rows[: options.show or None]:
        print(f"{row['group']}: {row['units']} units in {row['documents']} documents")
        print("".join(f"    {text[:160]}\n" for text in row["texts"]), end="")
    figures = {"labels.control_repeated": shares["repeated"] / shares["all"]}
    return figures, {"groups": counts, "characters": shares}


def _percent(score: Score) -> str:
    return "no pair" if score.share is None else f"{score.share:.2%}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.labels", description="Score runs against labels."
    )
    parser.add_argument("what", choices=("masked", "pages", "control"))
    parser.add_argument("--show", type=int, default=0, help="that many missed pairs, or groups")
    parser.add_argument("--seed", type=int, default=1, help="of the pairs drawn from large groups")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    figures, details = {"masked": masked, "pages": pages, "control": control}[options.what](options)
    packages = ("numba", "numpy", "pyarrow", "jieba", "opencc")
    path = write_result(f"labels-{options.what}", figures, details, packages, options.results)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
