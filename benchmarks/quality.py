"""Score runs against every set of labels, and against copies that were planted.

::

    python -m benchmarks.quality planted    # of laws, into hosts that hardly share anything
    python -m benchmarks.quality labels     # pairs of documents, groups of paragraphs
    python -m benchmarks.quality demo       # planted in the demo corpus, which takes seconds

Pairs of documents are labelled by what they are (the same law from two sources, two versions of a
law, one page in two scripts, one chapter in two extractions, one licence), groups of paragraphs by
equality once places, or numbers too, are masked.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

import dedup
from benchmarks import corpora
from benchmarks.labels import Row, links_of, place_of, units_by_line
from benchmarks.measure import RESULTS, write_result
from dedup.columns import numbers
from dedup.demo import corpus_path
from dedup.evaluate.score import Counts, b_cubed
from dedup.evaluate.trial import try_planted
from dedup.settings import Settings, Unit

Ints = npt.NDArray[np.int64]

HALF = 0.5
"""Share of the shorter document from which two are taken for the same one.

Not tuned: a document of which most stands in another is a copy of it, whatever it is called.
"""
SETS: tuple[tuple[str, str, Unit], ...] = (
    ("laws_cross_source", "laws+just_laws", "line"),
    ("laws_versions", "laws+just_laws", "line"),
    ("linux_pairs", "linux_docs", "auto"),
    ("chapters_pairs", "chapters_docs", "line"),
    ("chapters_pairs", "chapters_docs", "sentence"),
    ("license_pairs", "license_docs", "auto"),
    ("license_pairs", "license_docs", "document"),
)
"""Pairs of documents, the corpora that they are of, and the unit.

Where it is ``auto``, most are hard-wrapped. Chapters have their line breaks elsewhere in the other
extraction, licences now and then: units that are longer or shorter than paragraphs meet there.
"""
DEMO_SEEDS = range(1, 5)
GROUPS = "masked_laws"
"""Groups of paragraphs of the first corpus above."""


class Shares:
    """How much of a document a run holds together with another one."""

    def __init__(self, result: dedup.Result) -> None:
        units = result.finding.units
        self._length = numbers(units["end"]) - numbers(units["start"])
        self._groups = np.stack([result.cluster.of, result.family.of])
        document = numbers(units["document"])
        starts = np.searchsorted(document, np.arange(result.documents.num_rows + 1))
        self._units = {
            doc: np.arange(first, last)
            for doc, (first, last) in zip(
                result.documents["doc"].to_pylist(), pairwise(starts.tolist()), strict=True
            )
        }
        self._linked: dict[int, list[int]] = defaultdict(list)
        for one, other in links_of(result):
            if other >= 0:
                self._linked[one].append(other)
                self._linked[other].append(one)

    def of_shorter(self, a: str, b: str) -> float:
        """Return the share of the shorter one's characters that stands in the other, 0 to 1."""
        one, other = sorted((self._units[a], self._units[b]), key=lambda u: self._length[u].sum())
        held = np.zeros(len(one), bool)
        for of in self._groups:
            held |= (of[one] >= 0) & np.isin(of[one], of[other])
        inside = set(other.tolist())
        for at, unit in enumerate(one.tolist()):
            held[at] |= not inside.isdisjoint(self._linked.get(unit, ()))
        whole = int(self._length[one].sum())
        return float(self._length[one][held].sum() / whole) if whole else 0.0


def with_others(pairs: Sequence[Row]) -> list[tuple[str, str, str, bool]]:
    """Return pairs of documents with their label, and whether that says that they are the same.

    Where no pair says that two are not, each ``a`` is paired with the ``b`` of the next one, too.
    """
    told = [(p["a"], p["b"], p["label"], p["label"].startswith("same")) for p in pairs]
    if all(same for *_, same in told):
        known = {(a, b) for a, b, *_ in told}
        told += [
            (one[0], other[1], "next one", False)
            for one, other in pairwise([*told, told[0]])
            if (one[0], other[1]) not in known
        ]
    return told


def score_documents(shares: Shares, pairs: Sequence[Row]) -> dict[str, Any]:
    """Return counts and measures of pairs of documents, and the shares by label."""
    counts, apart = Counts(), 0
    by_label: dict[str, list[float]] = defaultdict(list)
    for a, b, label, same in with_others(pairs):
        share = shares.of_shorter(a, b)
        by_label[label].append(share)
        held = share >= HALF
        counts.true += same and held
        counts.missed += same and not held
        counts.false += held and not same
        apart += not held and not same
    quantiles = {
        label: {
            "pairs": len(found),
            "share": dict(zip(("5%", "25%", "50%", "75%", "95%"), _quantiles(found), strict=True)),
        }
        for label, found in by_label.items()
    }
    return {**counts.as_dict(), "apart": apart, "labels": quantiles}


def _quantiles(values: Sequence[float]) -> list[float]:
    return [round(float(v), 4) for v in np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])]


def score_groups(result: dedup.Result, groups: Iterable[Row]) -> dict[str, Any]:
    """Return counts and B-cubed of paragraphs in groups, by mask.

    A pair of two groups counts as wrong, though it may be the same text with other words changed
    than those that the mask knows: precision is a lower bound here.
    """
    unit_at = units_by_line(result)
    by_mask: dict[str, dict[int, int]] = defaultdict(dict)
    for number, group in enumerate(groups):
        for member in group["members"]:
            by_mask[group["mask"]][unit_at[place_of(member, result)]] = number
    linked: dict[int, set[int]] = defaultdict(set)
    for one, other in links_of(result):
        linked[one].add(other)
        linked[other].add(one)
    told = {}
    for mask, group_of in sorted(by_mask.items()):
        members: dict[tuple[str, int], list[int]] = defaultdict(list)
        named = {
            unit: [
                (name, int(of[unit]))
                for name, of in (("cluster", result.cluster.of), ("family", result.family.of))
                if of[unit] >= 0
            ]
            for unit in group_of
        }
        for unit, names in named.items():
            for name in names:
                members[name].append(unit)
        held = {
            unit: {other for name in names for other in members[name]}
            | (linked.get(unit, set()) & group_of.keys())
            for unit, names in named.items()
        }
        counts = Counts()
        sizes: dict[int, int] = defaultdict(int)
        for group in group_of.values():
            sizes[group] += 1
        for unit, others in held.items():
            for other in others - {unit}:
                if group_of[unit] == group_of[other]:
                    counts.true += 1
                else:
                    counts.false += 1
        pairs = sum(size * (size - 1) for size in sizes.values())
        counts = Counts(counts.true // 2, counts.false // 2, (pairs - counts.true) // 2)
        precision, recall = b_cubed(group_of, held.__getitem__)
        told[mask] = {
            "groups": len(sizes),
            "paragraphs": len(group_of),
            **counts.as_dict(),
            "b_cubed": {"precision": precision, "recall": recall},
        }
    return told


def labels(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Score runs against the label files."""
    figures: dict[str, float] = {}
    sets: dict[str, Any] = {}
    found: tuple[tuple[str, str], Shares] | None = None
    for name, corpus, unit in SETS:
        if found is None or found[0] != (corpus, unit):
            result = _find(corpus, unit, options.workers)
            found = (corpus, unit), Shares(result)
            if corpus.split("+")[0] == "laws":
                groups = score_groups(result, corpora.rows(GROUPS))
        key = f"{name}.{unit}"
        sets[key] = score = score_documents(found[1], corpora.rows(name))
        _show(key, score)
        for measure in ("precision", "recall", "f1"):
            if score[measure] is not None:
                figures[f"quality.{key}.{measure}"] = score[measure]
    for mask, score in groups.items():
        _show(f"{GROUPS} {mask}", score)
        figures |= {
            f"quality.{GROUPS}.{mask}.recall": score["recall"],
            f"quality.{GROUPS}.{mask}.b_cubed_recall": score["b_cubed"]["recall"],
            f"quality.{GROUPS}.{mask}.b_cubed_precision": score["b_cubed"]["precision"],
        }
    used = [GROUPS, *(part for name, corpus, _ in SETS for part in (name, *corpus.split("+")))]
    return figures, {
        "data": digests(used),
        "half": HALF,
        "documents": sets,
        "paragraphs": groups,
    }


def _find(corpus: str, unit: Unit, workers: int | None) -> dedup.Result:
    rows = [row for name in corpus.split("+") for row in corpora.rows(name)]
    return dedup.find(rows, Settings(unit=unit, audit=0), workers=workers)


def _show(name: str, score: Mapping[str, Any]) -> None:
    measures = ", ".join(
        f"{measure} {score[measure]:.4f}"
        for measure in ("precision", "recall", "f1")
        if score[measure] is not None
    )
    told = f", B-cubed {score['b_cubed']}" if "b_cubed" in score else ""
    print(f"{name:25} {measures}{told}")


def demo(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Plant copies into the demo corpus, one seed after the other, and add up what runs find."""
    counts: dict[str, Counts] = defaultdict(Counts)
    linked: dict[str, Counts] = defaultdict(Counts)
    links = Counts()
    plagdet: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in DEMO_SEEDS:
            report = try_planted(
                [corpus_path()], Path(folder) / str(seed), Settings(seed=seed, audit=0),
                workers=options.workers,
            ).report  # fmt: skip
            for kind, row in report["kinds"].items():
                counts[kind].true += row["found_by_units"]
                counts[kind].missed += row["planted"] - row["found_by_units"]
                linked[kind].true += row["found"]
                linked[kind].missed += row["planted"] - row["found"]
            plagdet.append(report["passages"]["all"]["plagdet"])
            links.true += report["links"]["true"]
            links.false += report["links"]["false"]
    figures = {f"quality.demo.{kind}": each.recall or 0.0 for kind, each in counts.items()}
    figures |= {f"quality.demo.linked.{kind}": each.recall or 0.0 for kind, each in linked.items()}
    figures["quality.demo.precision"] = links.precision or 0.0
    figures["quality.demo.plagdet"] = fmean(plagdet)
    kinds = {
        kind: {"planted": c.true + c.missed, "found": linked[kind].true, "found_by_units": c.true}
        for kind, c in counts.items()
    }
    for kind, row in kinds.items():
        print(f"{kind:16}", "{found:5} of {planted:5}, by units {found_by_units:5}".format(**row))
    print(f"links: {links.true} right, {links.false} wrong; plagdet {fmean(plagdet):.4f}")
    files = sorted(path for path in corpus_path().rglob("*") if path.is_file())
    data = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return figures, {"data": {"demo": data}, "seeds": list(DEMO_SEEDS), "kinds": kinds}


def planted(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Plant copies of laws into ``control``, and score a run over them."""
    out = corpora.WORK / f"planted-{options.donors}-{options.seed}"
    shutil.rmtree(out, ignore_errors=True)
    trial = try_planted(
        [corpora.unpacked(options.donors)],
        out,
        Settings(seed=options.seed),
        hosts=[corpora.unpacked("control")],
        copies=options.copies,
        workers=options.workers,
    )
    report = trial.report
    made = {kind: row for kind, row in report["kinds"].items() if row["planted"]}
    marked = report["passages"]["kinds"]
    everything = report["passages"]["all"]
    figures = {f"quality.planted.{kind}": row["recall_by_units"] for kind, row in made.items()}
    figures["quality.planted.precision"] = report["links"]["precision"]
    figures |= {f"quality.planted.linked.{kind}": row["recall"] for kind, row in made.items()}
    figures |= {f"quality.planted.plagdet.{kind}": marked[kind]["plagdet"] for kind in made}
    figures["quality.planted.plagdet"] = everything["plagdet"]
    figures["quality.planted.plagdet_micro"] = everything["micro"]["plagdet"]
    print(f"{'':16} by units  by any  precision  recall  granularity  plagdet")
    for kind, row in made.items():
        print(f"{kind:16} {row['recall_by_units']:8.4f}  {row['recall']:6.4f}", _told(marked[kind]))
    print(f"links: {report['links']}")
    print(f"all but {', '.join(everything['without'])}: {_told(everything)}", everything["micro"])
    for one, other in report["wrong_passages"][: options.show]:
        print(f"marked wrongly:\n    {one['text']}\n    {other['text']}")
    for row in report["missed"][: options.show]:
        print(f"{row['kind']}:\n    {row['donor_text']}\n    {row['text']}")
    told = "settings", "donor_length", "kinds", "links", "passages"
    details = {name: report[name] for name in told}
    data = digests([options.donors, "control"])
    return figures, {"data": data, "donors": options.donors, "hosts": "control", **details}


def _told(score: Mapping[str, Any]) -> str:
    """Return precision, recall, granularity and plagdet on a line."""
    names = "precision", "recall", "granularity", "plagdet"
    return "  ".join("  none" if score[name] is None else f"{score[name]:6.4f}" for name in names)


def digests(names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of each packed file: floors hold for these data alone."""
    return {
        name: hashlib.sha256(corpora.packed(name).read_bytes()).hexdigest()
        for name in sorted(set(names))
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality", description="Score runs against labels and copies."
    )
    commands = parser.add_subparsers(dest="what", required=True)
    for name in ("planted", "labels", "demo"):
        command = commands.add_parser(name)
        command.add_argument("--workers", type=int)
        command.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
        if name == "planted":
            command.add_argument("--donors", default="laws", help="corpus to take donors from")
            command.add_argument("--copies", type=int, default=500, help="of each kind")
            command.add_argument("--seed", type=int, default=1)
            command.add_argument("--show", type=int, default=0, help="that many missed copies")
    options = parser.parse_args()
    figures, details = {"planted": planted, "labels": labels, "demo": demo}[options.what](options)
    packages = ("numba", "numpy", "pyarrow", "jieba", "opencc", "pypinyin")
    path = write_result(f"quality-{options.what}", figures, details, packages, options.results)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
