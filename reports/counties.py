"""A corpus of our own making: what twelve counties wrote over six years, and who copied whom.

``python -m reports.counties FOLDER`` writes it. Nothing of it is real but the ways in which texts
are used again: figures of another year put into the same sentences, a neighbour's chapter under
another name, sites that put their own lines around everything, texts in traditional characters
with readings in brackets, characters lost, a sentence in a newspaper, a rule that many quote.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import opencc

SEED = 20240601
YEARS = range(2018, 2024)
SENTENCES = Path(__file__).with_name("sentences.json")

Said = dict[str, Any]


def write_corpus(folder: Path) -> None:
    """Write the corpus: reports as text, one file for each year; what sites made of them; news."""
    said: Said = json.loads(SENTENCES.read_text(encoding="utf-8"))
    chance = random.Random(SEED)
    reports = dict(_reports(said, chance))
    for (county, year), (topics, lines) in reports.items():
        path = folder / "reports" / county / f"{year}-12-{chance.randint(10, 28)} {topics[0]}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "sites").mkdir()
    for number, (topics, lines) in enumerate(chance.sample(list(reports.values()), 30)):
        path = folder / "sites" / f"{number + 1:02} {topics[0]}范文.txt"
        path.write_text("\n".join(_collected(said, chance, topics, lines)) + "\n", "utf-8")
    rows = [
        {"id": f"news-{number + 1}", "date": f"{year + 1}-{chance.randint(1, 9):02}-15",
         "text": "\n".join(_news(said, chance, county, year, lines))}
        for number, ((county, year), (_, lines)) in enumerate(
            chance.sample(list(reports.items()), 24)
        )
    ]  # fmt: skip
    news = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "news.jsonl").write_text(news, encoding="utf-8")


def _reports(
    said: Said, chance: random.Random
) -> Iterator[tuple[tuple[str, int], tuple[list[str], list[str]]]]:
    """Yield county and year with topics and lines; a chapter may be a neighbour's of last year."""
    before: dict[str, dict[str, list[str]]] = {}
    for year in YEARS:
        now: dict[str, dict[str, list[str]]] = {}
        for county in said["counties"]:
            topics = chance.sample(sorted(said["topics"]), 4)
            chapters: dict[str, list[str]] = {}
            for topic in topics:
                others = [
                    other for other, had in before.items() if topic in had and other != county
                ]
                if others and chance.random() < 0.35:
                    other = chance.choice(others)
                    chapters[topic] = [
                        line.replace(other, county).replace(f"{year - 1}年", f"{year}年")
                        for line in before[other][topic]
                    ]
                else:
                    values = _values(said, chance, county=county, year=year)
                    chosen = chance.sample(said["topics"][topic], chance.randint(2, 3))
                    chapters[topic] = [line.format(**values) for line in chosen]
            now[county] = chapters
            values = _values(said, chance, county=county, year=year, topic=topics[0])
            lines = [f"{county}{year}年工作总结", chance.choice(said["openings"]).format(**values)]
            for number, topic in enumerate(topics):
                lines += [f"（{'一二三四'[number]}）{topic}", *chapters[topic]]
                lines += _own(said, chance, chance.randint(3, 5))
            if chance.random() < 0.4:
                quote = chance.choice(said["quotes"])
                lines.append(said["quoting"].format(**values, region="青白两江流域", quote=quote))
            lines.append(chance.choice(said["closings"]))
            yield (county, year), (topics, lines)
        before = now


def _collected(said: Said, chance: random.Random, topics: list[str], lines: list[str]) -> list[str]:
    """Return what a site made of a report: its own lines around it, and damage within."""
    site = chance.choice(said["sites"])
    values = _values(said, chance, topic=topics[0])
    body = lines[2 : 2 + chance.randint(8, len(lines) - 2)]
    damage = chance.random()
    if damage < 0.4:
        body = [_traditional(line, said["readings"], chance) for line in body]
    elif damage < 0.6:
        body = ["".join("?" if chance.random() < 0.02 else c for c in line) for line in body]
    elif damage < 0.8:
        body = [_anonymous(line, said) for line in body]
    foot = [line.format(**values) for line in site["foot"]]
    return [
        f"{topics[0]}工作总结范文（{site['name']}精选）",
        site["top"].format(**values),
        *body,
        *foot,
    ]


def _news(said: Said, chance: random.Random, county: str, year: int, lines: list[str]) -> list[str]:
    """Return an article with a sentence or two of a report within."""
    passage = chance.choice([line for line in lines[3:-1] if len(line) > 40])
    values = _values(said, chance, county=county, year=year, passage=passage)
    return [
        f"{county}：{values['town']}见闻",
        *_own(said, chance, 2),
        chance.choice(said["news"]).format(**values),
        *_own(said, chance, 1),
    ]


def _own(said: Said, chance: random.Random, count: int) -> list[str]:
    """Return lines that nobody else has: put together of pieces that are too short to be found."""
    order = ("when", "town", "who", "did", "what", "so", "end")
    pieces = said["own"] | {"town": said["towns"]}
    lines = []
    for _ in range(count):
        told = ["，".join("".join(chance.choice(pieces[name]) for name in part)
                         for part in (order[:3], order[3:5], order[5:6], order[6:]))
                for _ in range(chance.randint(2, 4))]  # fmt: skip
        lines.append("。".join(told) + "。")
    return lines


def _values(said: Said, chance: random.Random, **known: object) -> dict[str, object]:
    town, other = chance.sample(said["towns"], 2)
    return {
        "town": town, "town2": other, "month": chance.randint(1, 12),
        "n1": round(chance.uniform(20, 90), 1), "n2": round(chance.uniform(8, 40), 1),
        "n3": chance.randint(5, 40), "n4": chance.randint(1200, 64000),
        "n5": chance.randint(110, 990), "k": chance.randint(3, 12), "k2": chance.randint(21, 240),
        "m": chance.randint(2, 20), "m2": chance.randint(10, 59), "p": chance.randint(81, 99),
        "d": round(chance.uniform(0.5, 6), 1),
        **known,
    }  # fmt: skip


_CONVERTER = opencc.OpenCC("s2t")


def _traditional(line: str, readings: dict[str, str], chance: random.Random) -> str:
    """Return a line in traditional characters, with readings in brackets as some sites do."""
    with_readings = chance.random() < 0.6
    return "".join(
        f"{c}({readings[c]})" if with_readings and c in readings and chance.random() < 0.7 else c
        for c in _CONVERTER.convert(line)
    )


def _anonymous(line: str, said: Said) -> str:
    """Return a line without names, as sites have them who fear complaints."""
    for name in said["counties"]:
        line = line.replace(name, "XX县")
    for name in said["towns"]:
        line = line.replace(name, "**镇")
    return line.replace("202", "20__").replace("201", "20__")


if __name__ == "__main__":
    write_corpus(Path(sys.argv[1]))
