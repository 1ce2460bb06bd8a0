"""What the report says: every phrase is there in both languages, and none that nobody says."""

from __future__ import annotations

import json
import re

import pytest

from dedup.kinds import KINDS
from dedup.reasons import REASONS
from dedup.report.page import SCRIPTS, WEB, script, style, words
from dedup.rules import CLASSES, RULES
from dedup.stages import classify
from dedup.stages.ledger import ACTIONS
from dedup.stages.origin import REASONS as ORIGINS
from dedup.stages.origin import STATUS

SCRIPT = "\n".join((WEB / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
PAGE = (WEB / "report.html").read_text(encoding="utf-8")
CHINESE = json.loads((WEB / "reasons.json").read_text(encoding="utf-8"))
HAN = re.compile("[\u4e00-\u9fff]")


def _used() -> set[str]:
    """Return the keys that stand in the script and the page as they are."""
    called = re.findall(r'\b(?:t|empty|card|field)\(\s*"([^"]+)"', SCRIPT)
    either = re.findall(r'\? "([a-z]+\.[a-z.]+)" : "([a-z]+\.[a-z.]+)"', SCRIPT)
    marked = re.findall(r'data-(?:t|label)="([^"]+)"', PAGE)
    return {*called, *marked, *(key for pair in either for key in pair)}


def _made() -> set[str]:
    """Return the beginnings of the keys that are put together."""
    return set(re.findall(r"`([a-z]+\.)\$\{", SCRIPT))


def test_all_that_is_said_is_there():
    there = set(words())
    assert {key for key in _used() if key not in there} <= {"text", "place", "units", "documents",
                                                            "least", "most"}  # fmt: skip
    for beginning, values in {
        "class.": CLASSES, "what.": CLASSES, "kind.": KINDS, "action.": ACTIONS,
        "origin.": STATUS, "theme.": ("auto", "light", "dark"),
    }.items():  # fmt: skip
        assert beginning in _made()
        assert {f"{beginning}{value}" for value in values} <= there


def test_nothing_is_there_that_is_not_said():
    used, made = _used(), tuple(_made())
    ends = tuple(re.findall(r"\}(\.[a-z]+)`", SCRIPT))
    spare = [
        key
        for key in words()
        if key not in used and not key.startswith(made) and not key.endswith(ends)
        and f'"{key}"' not in SCRIPT
    ]  # fmt: skip
    assert spare == []


def test_both_languages_say_the_same_values():
    for key, (english, chinese) in words().items():
        assert all((english, chinese)), key
        one, other = (set(re.findall(r"\{(\w+)", phrase)) for phrase in (english, chinese))
        assert one == other, key
        if not key.startswith("sample."):
            assert HAN.search(chinese) or chinese == "{n} / {all}", key
            assert not re.search("[\u4e00-\u9fff][,:;?!()]", chinese), f"{key}: half-width"


@pytest.mark.parametrize(
    "reason",
    [
        *REASONS, *ORIGINS, *(rule.because for rule in RULES), classify._DATES,
        *(piece for line in (classify._STANDS, classify._LOOKS) for piece in line.split("; ")),
    ],
)  # fmt: skip
def test_every_reason_is_said_in_chinese(reason: str):
    pattern = re.sub(r"\{\w+\}", "{}", reason).removeprefix("tagged: ")
    assert pattern in CHINESE
    assert pattern.count("{}") == CHINESE[pattern].count("{}")


def test_the_page_has_nothing_that_its_policy_forbids():
    assert not re.search(r"\bon[a-z]+=|style=|javascript:|https?://", PAGE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function", SCRIPT)
    assert not re.search(r"url\(|@import|https?://", style())
    assert "</script" not in script()
