"""English, Japanese and Korean without an option: copies are found, and what is unlike is not.

Small samples written for this; what they show is that words are cut sensibly, not how good the
defaults are. Kana and Hangul are cut into single characters, as jieba does, Latin at its spaces.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

import dedup

ENGLISH = [
    "The village library will stay open until nine on Thursdays from the first week of March, and "
    "the reading group meets upstairs in the small room behind the map collection.",
    "Repairs to the footbridge over the mill stream are finished. Two rotten beams were replaced, "
    "the handrail was painted green, and the council thanks all who walked the long way round.",
    "Anyone who keeps bees on the allotments is asked to write the number of hives on the list in "
    "the shed, so that the ploughing on the northern strips can be announced in good time.",
    "The choir is looking for two altos and a patient bass. Rehearsals are on Mondays after work, "
    "there is tea in the break, and nobody has to sing alone unless they really want to.",
]
JAPANESE = [
    "村の図書館は三月の第一週から木曜日だけ夜九時まで開いています。"
    "読書会は二階の古い地図のとなりの小さな部屋で行われ、"
    "初めての人もお茶を飲みながら参加できます。",
    "水車小屋のそばの歩道橋の修理が終わりました。腐っていた二本の梁を取りかえ、"
    "手すりは緑色に塗り直しました。遠回りにご協力くださったみなさんに感謝いたします。",
    "市民農園でみつばちを飼っている方は、物置の名簿に巣箱の数を書いてください。"
    "北側の畑を耕す日を、前もってお知らせするためです。名簿は毎週月曜日に確認します。",
    "合唱団ではアルトを二人、気の長いバスを一人さがしています。練習は月曜日の仕事のあとで、"
    "休み時間にはお菓子も出ます。ひとりで歌う必要はありません。",
]
KOREAN = [
    "마을 도서관은 삼월 첫째 주부터 목요일마다 밤 아홉 시까지 문을 엽니다. 독서 모임은 이층 옛 "
    "지도 옆의 작은 방에서 열리며 처음 오시는 분도 차를 마시며 함께할 수 있습니다.",
    "물레방아 옆 보행자 다리의 수리가 끝났습니다. 썩은 들보 두 개를 바꾸고 난간을 초록색으로 "
    "다시 칠했습니다. 먼 길로 돌아가 주신 모든 분께 감사드립니다.",
    "텃밭에서 꿀벌을 기르시는 분은 창고에 있는 명단에 벌통의 수를 적어 주십시오. 북쪽 밭을 "
    "가는 날을 미리 알려 드리기 위해서입니다. 명단은 월요일마다 확인합니다.",
    "합창단에서 알토 두 사람과 느긋한 베이스 한 사람을 찾습니다. 연습은 월요일 일이 끝난 뒤에 "
    "하고 쉬는 시간에는 과자도 나옵니다. 혼자 노래할 필요는 없습니다.",
]
LANGUAGES = {"English": ENGLISH, "Japanese": JAPANESE, "Korean": KOREAN}
EDITS = {
    "English": [("Thursdays", "Fridays"), ("painted green", "painted white"), ("asked", "invited"),
                ("patient", "cheerful")],
    "Japanese": [("木曜日", "金曜日"), ("緑色", "白色"), ("物置", "倉庫"), ("お菓子", "果物")],
    "Korean": [("목요일", "금요일"), ("초록색", "흰색"), ("창고", "헛간"), ("과자", "과일")],
}  # fmt: skip


def together(texts: list[str]) -> set[tuple[int, int]]:
    """Return the pairs of texts that share a cluster or a family, or are linked."""
    units = dedup.find(texts).units.to_pylist()
    assert len(units) == len(texts)
    return {
        (a, b)
        for a, b in combinations(range(len(texts)), 2)
        for group in ("cluster", "family")
        if units[a][group] is not None and units[a][group] == units[b][group]
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_copies_with_a_word_changed_are_found_and_nothing_else(language: str):
    texts = LANGUAGES[language]
    edited = [text.replace(*edit) for text, edit in zip(texts, EDITS[language], strict=True)]
    assert not set(texts) & set(edited)
    count = len(texts)
    assert together(texts + edited) == {(at, at + count) for at in range(count)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_halves_of_two_texts_are_a_copy_of_neither(language: str):
    texts = LANGUAGES[language]
    mixed = [a[: len(a) // 2] + b[len(b) // 2 :] for a, b in pairwise(texts)]
    assert together(texts + mixed) == set()


def test_case_width_and_line_ends_are_no_difference():
    assert together([ENGLISH[0], ENGLISH[0].upper()]) == {(0, 1)}
    assert together([KOREAN[0], KOREAN[0].replace(" ", "  ")]) == {(0, 1)}
    full = JAPANESE[1].replace("ん", "ん\u200b")
    assert together([JAPANESE[1], full]) == {(0, 1)}


def test_words_are_what_jieba_gives():
    assert dedup.cut("two rotten beams") == ["two", " ", "rotten", " ", "beams"]
    assert dedup.cut("図書館は") == ["図", "書館", "は"]
    assert dedup.cut("도서관") == ["도", "서", "관"]
