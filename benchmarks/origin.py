"""How often a run is right about who had a text first: with dates, without them, of planted copies.

::

    python -m benchmarks.origin

``versions``: two versions of a law, a run on each pair. ``reports``: government work reports of 70
years, one run. ``laws``: all laws in one run. With dates shown, a document's date is where it
stands: in its date field, its id and the head of its text. With dates hidden, of all documents or
of half, the field is left out, ids are numbers and the lines of the head that date the text are cut
off, so that what is said is inferred or unknown. Truth is the date field, or for laws the last
amendment that the head names where the field is empty; pairs of one date by it are left out.

``planted``: copies of paragraphs of laws in documents without dates: what is said of each copy and
its donor, by kind. ``longer``: of two units that are near, in documents of other dates, how often
the one that holds nearly all of the other is the earlier one. That is why completeness alone says
nothing of who was first.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import dedup
from benchmarks import corpora
from benchmarks.measure import RESULTS, write_result
from dedup.columns import numbers
from dedup.corpus.memory import documents_table
from dedup.dating import HEAD, head_date
from dedup.engines.local import LocalEngine
from dedup.evaluate.plant import plant
from dedup.settings import Settings

Row = dict[str, Any]

KINDS = ("verbatim", "words-5", "figures", "traditional", "readings", "lost", "cut", "extended")
COPIES = 100
HOSTS = 400
"""Documents of ``control`` that copies are planted into."""
SOURCES = ("laws", "control")
"""Of the copies, and of the documents that they are planted into."""
HELD = 0.95
"""Containment from which a text counts as held by another one, which has that much more: """
MORE = 0.1
HIDDEN = {"hidden": 1, "half": 2, "shown": 0}
"""Dates are hidden of documents whose number this divides."""
VERDICTS = ("right", "wrong", "unknown")


def truth(row: Row) -> int:
    """Return the day that a law is of, or a day of a report's year; 0: not known."""
    if "year" in row:
        return int(row["year"] or 0) * 10_000
    if row["date"]:
        return int(row["date"].replace("-", ""))
    found = head_date(row["text"][:HEAD])
    return found.first if found else 0


def without_dates(text: str) -> str:
    """Return a text without the lines of its head that date it."""
    lines = text.split("\n")
    while head_date("\n".join(lines)[:HEAD]) is not None:
        dated = next(i for i in range(len(lines)) if head_date("\n".join(lines[: i + 1])[:HEAD]))
        del lines[dated]
    return "\n".join(lines)


def found(rows: Sequence[Row], hidden: int, field: str) -> dedup.Result:
    """Run over documents, those without their dates whose number ``hidden`` divides."""
    some = [
        {"id": str(number), field: None, "text": without_dates(row["text"])}
        if hidden and number % hidden == 0
        else row
        for number, row in enumerate(rows)
    ]
    return dedup.find(some, Settings(audit=0, date_field=field))


def of_groups(result: dedup.Result, days: Sequence[int]) -> Counter[tuple[str, str]]:
    """Count the clusters of documents of known days by status and whether the origin is right.

    Clusters of several first documents are left out: no origin of them is wrong or right.
    """
    document = numbers(result.finding.units["document"])
    members: dict[int, set[int]] = {}
    for unit in np.flatnonzero(result.cluster.of >= 0).tolist():
        members.setdefault(int(result.cluster.of[unit]), set()).add(int(document[unit]))
    told: Counter[tuple[str, str]] = Counter()
    for row in result.tracing.clusters.to_pylist():
        held = {each: days[each] for each in members[row["cluster"]]}
        first = min(held.values())
        if len(held) < 2 or first == 0 or list(held.values()).count(first) > 1:
            continue
        if row["unit"] is None:
            verdict = "unknown"
        else:
            verdict = "right" if held[int(document[row["unit"]])] == first else "wrong"
        told[row["status"], verdict] += 1
    return told


def of_links(result: dedup.Result, days: Sequence[int]) -> Counter[str]:
    """Count the links between documents of known and different days by their direction."""
    document, day = numbers(result.finding.units["document"]), np.array(days)
    links = result.decision.links
    unit, source = numbers(links["unit"]), numbers(links["source"])
    said = np.array(result.tracing.of_links.to_pylist(), object)
    mine, other = day[document[unit]], day[document[np.maximum(source, 0)]]
    known = (source >= 0) & (mine > 0) & (other > 0) & (mine != other)
    true = np.where(other < mine, "from_source", "to_source")
    verdict = np.where(said == true, "right", np.where(said == "unknown", "unknown", "wrong"))
    return Counter(verdict[known].tolist())


def versions(hidden: int) -> Counter[str]:
    """Count the pairs of versions by what most of their links say."""
    laws = {row["id"]: row for row in corpora.rows("laws")}
    told: Counter[str] = Counter()
    for pair in corpora.rows("laws_versions"):
        rows = [laws[pair["a"]], laws[pair["b"]]]
        days = [truth(row) for row in rows]
        if pair["label"] != "same_law_other_version" or 0 in days or days[0] == days[1]:
            continue
        counted = of_links(found(rows, hidden, "date"), days)
        if not counted:
            told["not linked"] += 1
            continue
        sure = {verdict: counted[verdict] for verdict in ("right", "wrong")}
        told[max(sure, key=lambda verdict: sure[verdict]) if any(sure.values()) else "unknown"] += 1
    return told


def planted(seed: int) -> dict[str, Counter[str]]:
    """Count the copies of each kind by what a link to their donor says of it."""
    settings = Settings(seed=seed, unit="line", audit=0)
    texts = {name: [without_dates(row["text"]) for row in corpora.rows(name)] for name in SOURCES}
    donors, hosts = (documents_table(texts[name], settings) for name in SOURCES)
    made = plant(donors, hosts.slice(0, HOSTS), settings, LocalEngine(), kinds=KINDS, copies=COPIES)
    result = dedup.find(made.documents, settings)
    told_of: dict[tuple[int, ...], str] = {}
    wanted = ["row", "paragraph", "source_row", "source_paragraph", "direction"]
    for row in result.provenance.select(wanted).to_pylist():
        *place, direction = row.values()
        if direction is not None:
            told_of[tuple(place)] = direction
    told: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for label in made.labels:
        copy, donor = ((label[f"{x}_row"], label[f"{x}_paragraph"]) for x in ("host", "donor"))
        of_copy, of_donor = told_of.get((*copy, *donor)), told_of.get((*donor, *copy))
        verdict = "not linked" if of_copy is None and of_donor is None else "unknown"
        if of_copy == "from_source" or of_donor == "to_source":
            verdict = "right"
        elif of_copy == "to_source" or of_donor == "from_source":
            verdict = "wrong"
        told[label["kind"]][verdict] += 1
    return told


def longer(result: dedup.Result, days: Sequence[int]) -> Counter[str]:
    """Count near pairs of texts of which one holds nearly all of the other by which is earlier."""
    edges, texts = result.finding.literal.edges, result.finding.texts
    document, day = numbers(result.finding.units["document"]), np.array(days)
    sides = []
    for name in ("a", "b"):
        text = numbers(edges[name])
        sides.append(
            (numbers(edges[f"containment_{name}"]), day[document[numbers(texts["unit"])[text]]])
        )
    (in_b, day_a), (in_a, day_b) = sides
    known = (day_a > 0) & (day_b > 0) & (day_a != day_b)
    a_holds = known & (in_a >= HELD) & (in_b < in_a - MORE)
    b_holds = known & (in_b >= HELD) & (in_a < in_b - MORE)
    earlier = (a_holds & (day_a < day_b)) | (b_holds & (day_b < day_a))
    return Counter(
        {"earlier": int(earlier.sum()), "later": int((a_holds | b_holds).sum() - earlier.sum())}
    )


def right(told: Mapping[str, int]) -> float:
    """Return the share that is right of what is said."""
    whole = told["right"] + told["wrong"]
    return round(told["right"] / whole, 4) if whole else float("nan")


def said(told: Mapping[str, int]) -> float:
    """Return the share of which something is said."""
    return round(1 - told["unknown"] / max(1, sum(told[each] for each in VERDICTS)), 4)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.origin",
        description="Who had a text first: how often is it right?",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the copies that are planted")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures go")
    options = parser.parse_args()
    details: dict[str, Any] = {"planted": planted(options.seed)}
    figures: dict[str, float] = {}
    for kind in KINDS:
        figures[f"origin.planted.{kind}_said"] = said(details["planted"][kind])
    figures["origin.planted"] = right(sum(details["planted"].values(), Counter()))
    for name, hidden in HIDDEN.items():
        if hidden == 2:
            continue
        told = details[f"versions {name}"] = versions(hidden)
        figures[f"origin.versions.{name}"] = right(told)
        figures[f"origin.versions.{name}_said"] = said(told)
    for corpus, field in (("work_reports", "year"), ("laws", "date")):
        rows = [dict(row, doc=None) for row in corpora.rows(corpus)]
        days = [truth(row) for row in rows]
        for name, hidden in HIDDEN.items():
            result = found(rows, hidden, field)
            links, groups = of_links(result, days), of_groups(result, days)
            details[f"{corpus} {name}"] = {
                "links": links,
                "clusters": {" ".join(key): count for key, count in sorted(groups.items())},
                "longer": longer(result, days),
            }
            figures[f"origin.{corpus}.{name}"] = right(links)
            figures[f"origin.{corpus}.{name}_said"] = said(links)
            for status in ("dated", "inferred"):
                told = Counter({each: groups[status, each] for each in VERDICTS})
                if told.total():
                    figures[f"origin.{corpus}.{name}.{status}"] = right(told)
    for name, told in details.items():
        print(f"{name}: {told}")
    for figure, value in figures.items():
        print(f"{figure:40} {value:.3f}")
    path = write_result("origin", figures, details, ("pyarrow",), options.results)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
