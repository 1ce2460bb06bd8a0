"""Traces of copying and the years that a text names, by regular expressions on strings."""

from __future__ import annotations

import re
from collections import Counter

READINGS, LOST, BLANKED, OPEN = 1, 2, 4, 8
HAN = "[\u4000-\u9fff]"
ASKING = "吗嗎呢么麼吧啊何谁誰哪否样樣"
PLACES = "省市州县縣區区乡鄉镇鎮村局院校厂廠公"
DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
DIGITS |= {character: value for value, character in enumerate("０１２３４５６７８９")}
DIGITS |= {"○": 0, "零": 0}


def traces(text: str) -> int:
    told = 0
    if re.search(rf"{HAN}[(（][a-z]{{0,3}}[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ]", text):
        told |= READINGS
    if re.search(rf"(?![{ASKING}]){HAN}\?+{HAN}", text) or "\ufffd" in text or "锟斤拷" in text:
        told |= LOST
    runs = [("X", 2), ("×", 2), ("Ｘ", 2), (r"\*", 3)]
    for character, least in runs:
        for match in re.finditer(rf"(?<!{character}){character}{{{least},}}(?!{character})", text):
            around = text[max(0, match.start() - 1) : match.start()], text[match.end() :][:1]
            if any(re.fullmatch(HAN, each) for each in around):
                told |= BLANKED
    if re.search(rf"[0-9]__|__%|某[{PLACES}]", text):
        told |= BLANKED
    if text.endswith(("，", "、", "…", ",", "...")):
        told |= OPEN
    return told


def named_year(text: str) -> tuple[int, int]:
    """Return the year that is named most often, the latest of several, and how often."""
    years: Counter[int] = Counter()
    for match in re.finditer("年", text):
        ahead = text[: match.start()].removesuffix(" ")
        plain = re.search("(?:^|[^0-9])([0-9]{4})$", ahead)
        spelled = re.search(f"[{''.join(DIGITS)}]{{4}}$", ahead)
        if plain:
            years[int(plain[1])] += 1
        elif spelled:
            years[int("".join(str(DIGITS[each]) for each in spelled[0]))] += 1
    known = {year: times for year, times in years.items() if 1800 <= year < 2100}
    if not known:
        return 0, 0
    times = max(known.values())
    return max(year for year, each in known.items() if each == times), times
