"""Shares of documents, obviously: sets of characters."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from dedup import Result
from dedup.rules import CLASSES

KINDS = ["exact", "near", "masked", "passage"]


def places(start: int, end: int) -> set[int]:
    return set(range(start, end))


def linked_kinds(result: Result, number: int) -> set[str]:
    """Return of which kinds the links are that name a unit."""
    return {
        KINDS[link["kind"]]
        for link in result.decision.links.to_pylist()
        if link["source"] >= 0 and number in (link["unit"], link["source"])
    }


def linked_documents(result: Result, number: int) -> set[int]:
    """Return the documents of the other sides of the links that name a unit."""
    document = result.finding.units["document"].to_pylist()
    return {
        document[link["source"] if link["unit"] == number else link["unit"]]
        for link in result.decision.links.to_pylist()
        if link["source"] >= 0 and number in (link["unit"], link["source"])
    }


def document_shares(result: Result) -> list[dict[str, int]]:
    """Return, per document, how many of its characters stand elsewhere, by kind."""
    texts = Counter(result.finding.text_of.tolist())
    rows = []
    for document in range(result.documents.num_rows):
        held: dict[str, set[int]] = defaultdict(set)
        all_of_it: set[int] = set()
        for number, unit in enumerate(result.units.to_pylist()):
            if unit["document"] != document:
                continue
            here = places(unit["start"], unit["end"])
            all_of_it |= here
            if unit["cluster"] is not None:
                several = texts[int(result.finding.text_of[number])] > 1
                held["exact" if several else "near"] |= here
            elif unit["family"] is not None:
                held["masked"] |= here
            elif linked := linked_kinds(result, number):
                held[min(linked, key=KINDS.index)] |= here
        for row in result.passages.to_pylist():
            for side in ("", "source_"):
                if row[f"{side}document"] == document:
                    held["passage"] |= places(row[f"{side}start"], row[f"{side}end"])
        of_units = held["exact"] | held["near"] | held["masked"]
        held["passage"] = (held["passage"] & all_of_it) - of_units
        told = {kind: len(held[kind]) for kind in ("exact", "near", "masked", "passage")}
        rows.append({"characters": len(all_of_it), **told, "repeated": sum(told.values())})
    return rows


def class_shares(result: Result) -> list[dict[str, int]]:
    """Return, per document, how many of its characters that stand elsewhere are of each class."""
    units = result.units.to_pylist()
    of: list[dict[int, int]] = [{} for _ in range(result.documents.num_rows)]
    alone: list[set[int]] = [set() for _ in of]
    for number, (unit, code) in enumerate(zip(units, result.class_of_unit.tolist(), strict=True)):
        here = places(unit["start"], unit["end"])
        if unit["cluster"] is not None or unit["family"] is not None:
            of[unit["document"]] |= dict.fromkeys(here, code)
        elif others := linked_documents(result, number):
            decided = [code] if code >= 0 else []
            name = "copy" if others - {unit["document"]} else "repeat"
            of[unit["document"]] |= dict.fromkeys(here, [*decided, CLASSES.index(name)][0])
        else:
            alone[unit["document"]] |= here
    sides = [
        (row[f"{side}start"], row[f"{side}end"], row[f"{side}document"], code)
        for side in ("", "source_")
        for row, code in zip(
            result.passages.to_pylist(), result.class_of_passage.tolist(), strict=True
        )
    ]
    for start, end, document, code in sorted(sides, key=lambda side: side[0]):
        for place in places(start, end) & alone[document]:
            of[document].setdefault(place, code)
    return [
        {name: list(held.values()).count(code) for code, name in enumerate(CLASSES)} for held in of
    ]


def shared_with(result: Result) -> list[dict[str, int]]:
    """Return what each document shares with each other one, the most first."""
    units = result.units.to_pylist()
    passages = result.passages.to_pylist()
    shared: dict[tuple[int, int], set[int]] = defaultdict(set)

    def link(one: dict[str, Any], two: dict[str, Any]) -> None:
        shared[one["document"], two["document"]] |= places(one["start"], one["end"])

    for row in result.decision.links.to_pylist():
        if row["source"] >= 0:
            link(units[row["unit"]], units[row["source"]])
            link(units[row["source"]], units[row["unit"]])
    for row in result.found_sections.anchors.to_pylist():
        if row["passage"] < 0:
            link(units[row["unit"]], units[row["source_unit"]])
            link(units[row["source_unit"]], units[row["unit"]])
    for row in passages:
        sides = [
            {name: row[f"{prefix}{name}"] for name in ("document", "start", "end")}
            for prefix in ("", "source_")
        ]
        link(*sides)
        link(*sides[::-1])
    of_units: dict[int, set[int]] = defaultdict(set)
    for unit in units:
        of_units[unit["document"]] |= places(unit["start"], unit["end"])
    rows = [
        {"document": one, "other": two, "characters": len(held & of_units[one])}
        for (one, two), held in shared.items()
        if one != two
    ]
    rows.sort(key=lambda row: (row["document"], -row["characters"], row["other"]))
    place: Counter[int] = Counter()
    shown = []
    for row in rows:
        place[row["document"]] += 1
        if place[row["document"]] <= 10:
            shown.append(row)
    return shown
