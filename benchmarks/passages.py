"""What is marked between documents, held against an alignment that is not the package's own.

::

    python -m benchmarks.passages chapters      # one chapter in two extractions, other line breaks
    python -m benchmarks.passages versions      # two versions of a law; two laws of one kind
    python -m benchmarks.passages versions --unread    # what links two laws, to be read
    python -m benchmarks.passages seeds         # two paragraphs with text inserted, shown
    python -m benchmarks.passages long_lines    # one line of 25,000 characters a document

Characters are those of shadow texts, of both documents of a pair. Shared are those in blocks of
``BLOCK`` or more of the Levenshtein alignment of the two whole texts; new are those in no run of
``RUN`` that the other text has, wherever it is there. Marked are those in a unit that shares a
cluster or a family with one of the other document or that a row of the ledger links with it, and
those in a passage of the two.

What links two laws that are not the same was read. The list of it is
``tests/quality/other_laws.csv``: the digests of the two shadow texts, for the texts are not part of
the repository, and the verdict: ``same`` (a formula, or a rule that both laws have) or ``other``.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import corpora
from benchmarks.alignment import Shadow, blocks, repeats, runs
from benchmarks.drops import digest
from benchmarks.marks import BLOCK, RUN, Compared, Corpus, compare
from benchmarks.measure import RESULTS, write_result
from benchmarks.quality import digests

Bools = npt.NDArray[np.bool_]

HALF = 0.5
"""Share of the 5-grams of the shorter document from which two versions of a law are compared."""
LONG = 40
"""Characters of a stretch that has to be read if it links two laws that are not the same."""
LONG_RUN = 32
"""Characters in a row that stand twice in a document of ``long_lines``: no chance, and no name."""
VERDICTS = corpora.CHECKOUT / "tests" / "quality" / "other_laws.csv"
SEEDS = (("000", 102, "004", 434), ("000", 104, "004", 446))
"""Copies with text inserted, by file and line: with a Jaccard of .43 and .36 in no cluster."""


def chapters(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Measure how much of the same chapter is marked where its lines are broken otherwise."""
    texts = {row["id"]: row["text"] for row in corpora.rows("chapters_docs")}
    corpus = Corpus.of(texts, options.workers)
    pairs = [(pair["a"], pair["b"]) for pair in corpora.rows("chapters_pairs")]
    told = {pair: compare(corpus, *pair) for pair in pairs}
    total = sum(told.values(), Compared())
    worst = sorted(told, key=lambda pair: told[pair].covered)
    for pair in worst[: options.show]:
        print(f"{told[pair].covered:.4f} of {told[pair].shared:7,}", *pair)
    print(
        f"{total.covered:.4f} of {total.shared:,} shared characters of {len(pairs)} pairs are "
        f"marked; of the marked, {_share(total.new_marked, total.marked):.4f} are new"
    )
    figures = {
        "passages.chapters.covered": total.covered,
        "passages.chapters.marked_new": _share(total.new_marked, total.marked),
    }
    return figures, {
        "data": digests(["chapters_docs", "chapters_pairs"]),
        "seconds": corpus.seconds,
        "characters": vars(total),
        "covered": _quantiles([each.covered for each in told.values()]),
    }


def versions(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Measure what is marked between versions of a law, and between laws that are others."""
    corpus = Corpus.of({row["id"]: row["text"] for row in corpora.rows("laws")}, options.workers)
    pairs = corpora.rows("laws_versions")
    same = [
        (pair["a"], pair["b"])
        for pair in pairs
        if pair["label"].startswith("same") and pair["c5"] >= HALF
    ]
    others = [(pair["a"], pair["b"]) for pair in pairs if pair["label"].startswith("other")]
    told = {pair: compare(corpus, *pair) for pair in same}
    total = sum(told.values(), Compared())
    linked = sum(any(True for _ in corpus.links(*pair)) for pair in same)
    for pair in sorted(same, key=lambda pair: told[pair].covered)[: options.show]:
        print(f"{told[pair].covered:.4f} of {told[pair].shared:7,}", *pair)
    between = list(long_links(corpus, others))
    verdicts = known_verdicts()
    counts = Counter(verdicts.get(link.key, "unread") for link in between)
    figures = {
        "passages.versions.linked": _share(linked, len(same)),
        "passages.versions.covered": total.covered,
        "passages.versions.marked_new": _share(total.new_marked, total.marked),
        "passages.versions.new_marked": _share(total.new_marked, total.new),
        "passages.versions.unread": len(between) - counts["same"],
    }
    print(
        f"{linked} of {len(same)} pairs of versions are linked; {total.covered:.4f} of "
        f"{total.shared:,} shared characters are marked\n"
        f"{figures['passages.versions.marked_new']:.4f} of {total.marked:,} marked characters are "
        f"new, {figures['passages.versions.new_marked']:.4f} of {total.new:,} new ones are marked\n"
        f"{len(between)} stretches of more than {LONG} characters link {len(others)} pairs of "
        "other laws:",
        ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) or "none",
    )
    for link in between:
        if link.key not in verdicts or not options.unread:
            print(*link.key, verdicts.get(link.key, "?"), link.kind)
            print("".join(f"    {text}\n" for text in dict.fromkeys(link.texts)), end="")
    return figures, {
        "data": digests(["laws", "laws_versions"]),
        "seconds": corpus.seconds,
        "pairs": len(same),
        "characters": vars(total),
        "covered": _quantiles([each.covered for each in told.values()]),
        "other_laws": {"pairs": len(others), "links": dict(sorted(counts.items()))},
    }


@dataclass(frozen=True)
class Between:
    """Two stretches that link two laws."""

    kind: str
    texts: tuple[str, str]
    key: tuple[str, str]
    """Digests of the shadow texts, the smaller first."""


def long_links(corpus: Corpus, pairs: Iterable[tuple[str, str]]) -> Iterator[Between]:
    """Yield what links pairs of documents, each two texts once, of which one is long."""
    seen = set()
    for pair in pairs:
        for kind, *spans in corpus.links(*pair):
            texts = [corpus.texts[doc][slice(*span)] for doc, span in zip(pair, spans, strict=True)]
            first, second = sorted(digest(Shadow.of(text).text) for text in texts)
            if max(map(len, texts)) > LONG and (first, second) not in seen:
                seen.add((first, second))
                yield Between(kind, (texts[0], texts[1]), (first, second))


def known_verdicts() -> dict[tuple[str, str], str]:
    """Return the verdict on each two texts that were read."""
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        return {(row["a"], row["b"]): row["verdict"] for row in csv.DictReader(file)}


def seeds(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Show what is marked of the copies with text inserted."""
    paths = sorted((corpora.SHARED / "seeds").glob("*.txt"))
    texts = {path.name[:3]: path.read_bytes().decode("utf-8", "replace") for path in paths}
    corpus = Corpus.of(texts, options.workers)
    told = []
    for one, line, other, other_line in SEEDS:
        docs = one, other
        bounds = _line(texts[one], line), _line(texts[other], other_line)
        found = [link for link in corpus.links(*docs) if all(map(_meet, link[1:], bounds))]
        shadows = [
            Shadow.of(texts[doc][slice(*span)]) for doc, span in zip(docs, bounds, strict=True)
        ]
        total = Compared()
        for side, shared in enumerate(blocks(shadows[0].text, shadows[1].text, RUN)):
            mask = _mask(len(texts[docs[side]]), (link[1 + side] for link in found))
            marked = shadows[side].within(mask[slice(*bounds[side])])
            total += Compared.of(shared, marked)
        told.append((found, total))
        print(
            f"{one}:{line} = {other}:{other_line}: {len(found)} links, {total.covered:.4f} of "
            f"{total.shared} shared characters are marked"
        )
        for link in found:
            print(f"  {link.kind}")
            for doc, span in zip(docs, link[1:], strict=True):
                print(f"    {doc} {span[0]}-{span[1]}: {texts[doc][slice(*span)]}")
    figures = {
        "passages.seeds.found": sum(bool(found) for found, _ in told),
        "passages.seeds.covered": min(total.covered for _, total in told),
    }
    return figures, {"pairs": [{"links": len(found), **vars(total)} for found, total in told]}


def long_lines(options: argparse.Namespace) -> tuple[dict[str, float], dict[str, Any]]:
    """Measure what is found where a document is one line without punctuation."""
    texts = {row["id"]: row["text"] for row in corpora.rows("long_lines")}
    corpus = Corpus.of(texts, options.workers)
    docs = list(texts)
    shadows = [corpus.shadow(doc) for doc in docs]
    across, within = Compared(), Compared()
    for number, elsewhere in enumerate(runs([shadow.text for shadow in shadows], BLOCK)):
        marked = np.zeros(len(texts[docs[number]]), bool)
        for other in range(len(docs)):
            if other != number:
                marked |= corpus.marks.marked(number, other)[0]
        shadow = shadows[number]
        across += Compared.of(elsewhere, shadow.within(marked))
        again = shadow.within(corpus.marks.marked(number, number)[0])
        within += Compared.of(repeats(shadow.text, LONG_RUN), again)
    found = corpus.marks.passages
    known = size = 0
    for a, b, link in found:
        sides = [Shadow.of(texts[docs[n]][slice(*s)]).text for n, s in ((a, link.a), (b, link.b))]
        known += sum(int(mask.sum()) for mask in runs(sides, RUN))
        size += sum(map(len, sides))
    print(
        f"{len(found):,} passages in {corpus.seconds} s, "
        f"{sum(a == b for a, b, _ in found):,} of them within a document\n"
        f"{across.covered:.4f} of {across.shared:,} characters in runs of {BLOCK} that another "
        f"document has are marked, {within.covered:.4f} of {within.shared:,} in runs of {LONG_RUN} "
        "that stand twice in a document"
    )
    if found:
        print(
            f"{size / 2 / len(found):.0f} characters to a passage; {_share(known, size):.4f} of "
            f"them in runs of {RUN} that both sides have"
        )
    for a, b, link in random.Random(options.seed).sample(found, min(options.show, len(found))):
        for number, span in ((a, link.a), (b, link.b)):
            print(f"{docs[number]} {span[0]}-{span[1]}: {texts[docs[number]][slice(*span)]}")
        print()
    figures = {
        "passages.long_lines.passages": len(found),
        "passages.long_lines.covered_across": across.covered,
        "passages.long_lines.covered_within": within.covered,
        "passages.long_lines.in_runs": _share(known, size),
    }
    counted = {name: vars(each) for name, each in (("across", across), ("within", within))}
    data = digests(["long_lines"])
    return figures, {"data": data, "seconds": corpus.seconds, "characters": counted}


def _line(text: str, number: int) -> tuple[int, int]:
    """Return where a line, counted from 1, starts and ends."""
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: number - 1])
    return start, start + len(lines[number - 1])


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


def _mask(size: int, spans: Iterable[tuple[int, int]]) -> Bools:
    mask = np.zeros(size, bool)
    for start, end in spans:
        mask[start:end] = True
    return mask


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    names = {"least": 0.0, "5%": 0.05, "25%": 0.25, "50%": 0.5, "95%": 0.95, "most": 1.0}
    return {name: round(float(np.quantile(values, at)), 4) for name, at in names.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.passages", description="What is marked between documents."
    )
    commands = parser.add_subparsers(dest="what", required=True)
    known = {
        "chapters": chapters, "versions": versions, "seeds": seeds, "long_lines": long_lines,
    }  # fmt: skip
    for name, function in known.items():
        command = commands.add_parser(name, help=(function.__doc__ or "").rstrip("."))
        command.add_argument("--workers", type=int)
        command.add_argument("--show", type=int, default=0, help="that many, the worst or drawn")
        command.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
        if name == "versions":
            command.add_argument("--unread", action="store_true", help="only what has no verdict")
        if name == "long_lines":
            command.add_argument("--seed", type=int, default=1, help="of the passages shown")
    options = parser.parse_args()
    figures, details = known[options.what](options)
    packages = ("numba", "numpy", "pyarrow", "jieba", "opencc", "rapidfuzz")
    path = write_result(f"passages-{options.what}", figures, details, packages, options.results)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
