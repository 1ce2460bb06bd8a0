"""README.zh-CN.md says what README.md says: the same headings, tables, commands and figures."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGLISH, CHINESE = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def _sections(text: str) -> list[tuple[int, str]]:
    """Return the level of each heading, and what stands below it."""
    parts = re.split(r"^(#+) .*\n", FENCED.sub("", text), flags=re.MULTILINE)
    return list(zip(map(len, parts[1::2]), parts[2::2], strict=True))


PAIRS = list(zip(_sections(ENGLISH), _sections(CHINESE), strict=False))


def test_the_headings_are_of_the_same_levels():
    assert [level for level, _ in _sections(ENGLISH)] == [level for level, _ in _sections(CHINESE)]


def test_marked_parts_and_code_are_the_same():
    marks = re.compile(r"<!-- /?[\w-]+ -->")
    assert marks.findall(ENGLISH) == marks.findall(CHINESE)
    assert FENCED.findall(ENGLISH) == FENCED.findall(CHINESE)


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_commands_figures_and_tables_are_the_same(number: int):
    (_, english), (_, chinese) = PAIRS[number]
    for found in (_code, _figures, _shapes, _links):
        assert found(english) == found(chinese), found.__name__


def _code(text: str) -> Counter[str]:
    return Counter(re.findall(r"`([^`\n]+)`", text.replace("\n", " ")))


def _figures(text: str) -> Counter[str]:
    """Return the numbers of a text, but for what is code or where a link leads."""
    plain = re.sub(r"`[^`]+`|\]\([^)]*\)", " ", text.replace("\n", " "))
    return Counter(re.findall(r"\d+(?:[.,]\d+)*", plain))


def _shapes(text: str) -> list[int]:
    """Return how many cells each line of a table has."""
    return [line.count("|") for line in text.splitlines() if line.startswith("|")]


def _links(text: str) -> Counter[str]:
    """Return where links lead; each language has its own pictures and names of chapters."""
    links = re.findall(r"\]\(([^)]*)\)", text)
    return Counter(
        re.sub(r"-(en|zh)\.png$", ".png", re.sub(r"^#.*", "#", link))
        for link in links
        if not link.startswith("README")
    )
