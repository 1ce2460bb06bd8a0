"""The demo corpus holds what its gold file says: each finding is there, and is of its kind."""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import opencc
import pytest

from dedup.demo import corpus_path

GOLD = json.loads((Path(__file__).parent / "gold" / "demo.json").read_text(encoding="utf-8"))
GROUPS = GOLD["groups"]
KINDS = {
    "verbatim", "places", "figures", "script", "readings", "script+readings", "lost", "edited",
    "inserted", "boilerplate", "heading", "contained", "inside",
}  # fmt: skip
READING = re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]+\)")
PLACE = re.compile(
    "白渡|澄溪|柳塘|望泽|桐川|云陂"  # counties
    "|鹿鸣|芦湾|双泉|竹溪|稻香|雁滩|茶亭|桑坪|荷田|上河|田心|石桥头|枫树坳|xx"  # towns and villages
)
NUMBER = re.compile(r"[\d.]+|\*+|[〇零一二三四五六七八九十百千万两]+")

Member = dict[str, Any]


@cache
def documents(file: str) -> list[str | None]:
    """Return the text of every row of ``file``, ``None`` where a row is not JSON."""
    text = (corpus_path() / file).read_bytes().decode("utf-8-sig", errors="replace")
    if not file.endswith(".jsonl"):
        return [text]
    return [text_field(row) for row in text.splitlines()]


def text_field(row: str) -> str | None:
    try:
        return str(json.loads(row)["text"])
    except json.JSONDecodeError:
        return None


def line_of(member: Member) -> str:
    document = documents(member["file"])[member["row"]]
    assert document is not None, member
    lines = document.split("\n")[member["line"] - 1 : member.get("last", member["line"])]
    return "".join(line.rstrip("\r") for line in lines)


def plain(text: str) -> str:
    """Simplify the script and take readings away, character by character."""
    return "".join(map(simplified, READING.sub("", text))).casefold()


@cache
def converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def simplified(character: str) -> str:
    return str(converter().convert(character))


def masked(text: str) -> str:
    return NUMBER.sub("#", PLACE.sub("@", plain(text)))


def matched(a: str, b: str) -> int:
    """Count the characters that ``a`` and ``b`` share, in order."""
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks)


def ratio(a: str, b: str) -> float:
    return 2 * matched(a, b) / (len(a) + len(b))


def bigrams(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def groups_of(*kinds: str) -> Any:
    chosen = [group for group in GROUPS if group["kind"] in kinds]
    return pytest.mark.parametrize("texts", [
        pytest.param([line_of(member) for member in group["members"]], id=group["name"])
        for group in chosen
    ])  # fmt: skip


def test_gold_is_well_formed() -> None:
    assert GOLD["schema"] == 1
    assert {group["kind"] for group in GROUPS} == KINDS
    assert max(Counter(group["name"] for group in GROUPS).values()) == 1
    for group in GROUPS:
        places = [(m["file"], m["row"], m["line"]) for m in group["members"]]
        assert len(places) >= 2, group["name"]
        assert len(set(places)) == len(places), group["name"]


def test_every_line_of_the_gold_exists_and_is_not_blank() -> None:
    everything = [m for group in GROUPS for m in group["members"]]
    everything += [m for pair in GOLD["apart"] for m in pair]
    for member in everything:
        assert line_of(member).strip(), member


def test_no_two_lines_that_stay_apart_share_a_group() -> None:
    for a, b in GOLD["apart"]:
        assert not any(a in g["members"] and b in g["members"] for g in GROUPS)
        first, second = plain(line_of(a)), plain(line_of(b))
        union = bigrams(first) | bigrams(second)
        assert len(bigrams(first) & bigrams(second)) / len(union) <= 0.5, (first, second)


@groups_of("verbatim")
def test_verbatim_copies_are_equal_and_long(texts: list[str]) -> None:
    assert len(set(texts)) == 1
    assert len(texts[0]) >= 60


@groups_of("script")
def test_script_copies_are_equal_once_simplified(texts: list[str]) -> None:
    assert len(set(texts)) > 1
    assert not any(READING.search(text) for text in texts)
    assert len(set(map(plain, texts))) == 1


@groups_of("readings")
def test_copies_with_readings_differ_by_them_alone(texts: list[str]) -> None:
    assert len(set(texts)) > 1
    assert len({READING.sub("", text) for text in texts}) == 1


@groups_of("script+readings")
def test_copies_across_scripts_with_readings_need_both_undone(texts: list[str]) -> None:
    assert len({READING.sub("", text) for text in texts}) > 1
    assert any(READING.search(text) for text in texts)
    assert len(set(map(plain, texts))) == 1


@groups_of("places", "figures")
def test_templates_are_nearly_equal_once_places_and_figures_are_masked(texts: list[str]) -> None:
    assert len(set(map(plain, texts))) == len(texts)
    for a, b in combinations(map(masked, texts), 2):
        assert ratio(a, b) >= 0.95


@groups_of("figures")
def test_copies_with_other_figures_name_the_same_places(texts: list[str]) -> None:
    assert len({NUMBER.sub("#", text) for text in texts}) == 1


@groups_of("heading")
def test_headings_are_equal_once_masked(texts: list[str]) -> None:
    assert len(set(map(masked, texts))) == 1
    assert all(len(plain(text)) <= 30 for text in texts)


@groups_of("boilerplate")
def test_boilerplate_is_nearly_equal(texts: list[str]) -> None:
    for text in map(masked, texts[1:]):
        assert ratio(masked(texts[0]), text) >= 0.8


@groups_of("lost")
def test_damaged_copies_lost_few_characters(texts: list[str]) -> None:
    assert any(re.search("[?\ufffd]", text) for text in texts)
    for text in texts[1:]:
        assert ratio(plain(texts[0]), plain(text)) >= 0.9


@groups_of("edited")
def test_edited_copies_differ_in_few_words(texts: list[str]) -> None:
    assert len(set(texts)) > 1
    for text in texts[1:]:
        assert ratio(plain(texts[0]), plain(text)) >= 0.85


@groups_of("inserted")
def test_copies_with_an_insertion_keep_the_rest(texts: list[str]) -> None:
    lengths = [len(plain(text)) for text in texts]
    assert max(lengths) >= 1.2 * min(lengths)
    for text in texts[1:]:
        assert matched(plain(texts[0]), plain(text)) >= 0.9 * min(lengths)


@groups_of("contained")
def test_contained_copies_lie_in_the_first(texts: list[str]) -> None:
    whole, *parts = map(plain, texts)
    assert min(map(len, parts)) < 0.75 * len(whole)
    for part in parts:
        assert matched(whole, part) >= 0.9 * len(part)


def test_copies_inside_a_document_are() -> None:
    for group in GROUPS:
        if group["kind"] == "inside":
            homes = Counter((member["file"], member["row"]) for member in group["members"])
            assert max(homes.values()) >= 2, group["name"]
            lines = [plain(line_of(member)) for member in group["members"]]
            assert all(ratio(lines[0], line) >= 0.9 for line in lines[1:])


def test_sections_hold_the_same_groups_in_the_same_order() -> None:
    for section in GOLD["sections"]:
        orders = []
        for end in section["members"]:
            inside = [
                (member["line"], group["name"])
                for group in GROUPS
                for member in group["members"]
                if (member["file"], member["row"]) == (end["file"], end["row"])
                and end["first"] <= member["line"] <= end["last"]
            ]
            orders.append([name for _, name in sorted(inside)])
        assert len(orders[0]) >= 8
        assert orders[0] == orders[1]


def test_what_cannot_be_read_is_what_the_gold_quarantines() -> None:
    broken = [
        {"file": path.relative_to(corpus_path()).as_posix(), "row": row}
        for path in sorted(corpus_path().rglob("*.jsonl"))
        for row, text in enumerate(documents(path.relative_to(corpus_path()).as_posix()))
        if text is None
    ]
    assert broken == GOLD["quarantined"]


def test_the_hard_input_is_there() -> None:
    root = corpus_path()
    assert (root / "misc/empty.txt").read_bytes() == b""
    assert (root / "water/flood-season.txt").read_bytes().count(b"\r\n") > 5
    assert (root / "culture/library.txt").read_bytes().startswith(b"\xef\xbb\xbf")
    assert len((root / "elderly/heading-only.txt").read_text(encoding="utf-8").splitlines()) == 1
    broken = (root / "fire/winter-liutang.txt").read_bytes().split(b"\n")
    assert sum("\ufffd" in line.decode(errors="replace") for line in broken) == 1
    raw = (root / "web/records.jsonl").read_text(encoding="utf-8")
    for escape in ("\\u767d", "\\n", '\\"', "\\/", "\\ud83d\\udea4", "\\u6C34"):
        assert escape in raw, escape
    ids = Counter(re.findall(r'"id": ?"([^"]+)"', raw))
    assert ids["r-101"] == 2


def test_the_corpus_stays_small() -> None:
    files = [path for path in corpus_path().rglob("*") if path.is_file()]
    assert 30 <= len(files) <= 60
    assert sum(path.stat().st_size for path in files) <= 140_000
