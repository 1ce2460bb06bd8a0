"""What grows from seeds that meet, against plain Python and by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from naive import passages as naive
from told import Told, no_groups, places_told, shadows_told

from dedup.islands import Islands, characters, lay_out
from dedup.kernels.ends import bytes_at, strip
from dedup.kernels.passages import COLUMNS
from dedup.kernels.passages import grow as grow_kernel
from dedup.kernels.seeds import NARROW, WIDE
from dedup.places import Places
from dedup.stages.passages import Meetings, frequency, grow
from dedup.stages.seeds import frequencies
from dedup.work import Work

few = st.text(st.sampled_from("甲乙丙"), max_size=40)
corpora = st.lists(st.lists(few, max_size=3), min_size=1, max_size=3)


def all_laid(told: Told, places: Places) -> Islands:
    return laid(told, places, [*range(len(places.narrow))])


def laid(told: Told, places: Places, units: list[int]) -> Islands:
    some = np.zeros(len(places.narrow), np.bool_)
    some[units] = True
    part = shadows_told(told).part(np.array(units))
    return lay_out(some, places, lambda: [characters(part)], Work())


def test_a_passage_is_as_frequent_as_its_seeds_are():
    places, logs = np.array([3, 5, 9, 20]), frequencies(np.array([2, 8, 4, 100]))
    rows = np.array([[3, 10, 40, 47, 7], [8, 20, 50, 62, 12], [20, 22, 30, 32, 2], [8, 9, 0, 1, 1]])
    # The cube root of 2 * 8 * 4; of 4 alone; of 100 alone; of none, for there are two at least.
    assert frequency(rows, places, logs).tolist() == [4, 4, 100, 2]


varied = st.text(st.sampled_from("甲乙丙丁戊己庚辛"), max_size=25)
RUN = "子丑寅卯辰巳午未申酉戌亥"


@st.composite
def two_documents(draw: st.DrawFn) -> tuple[Told, bool]:
    """Return two documents that share a run, edits around it, and breaks anywhere."""
    before = draw(st.lists(varied, min_size=3, max_size=3))
    after = draw(st.lists(varied, min_size=3, max_size=3))
    documents = []
    for _ in range(2):
        edited = [draw(st.sampled_from(["", "天", "地玄", "黄宇宙洪"])) for _ in range(4)]
        text = before[0] + edited[0] + before[1] + edited[1] + before[2]
        text += RUN + after[0] + edited[2] + after[1] + edited[3] + after[2]
        cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=3)))
        bounds = [0, *cuts, len(text)]
        documents.append([text[a:b] for a, b in pairwise(bounds)])
    return documents, draw(st.booleans())


@given(two_documents())
def test_an_alignment_goes_as_far_as_plain_python_has_it(given_: tuple[Told, bool]):
    documents, link = given_
    text = "".join(unit for document in documents for unit in document)
    places = places_told(documents)
    islands = all_laid(documents, places)
    units = np.repeat(np.arange(len(places.narrow)), np.diff(places.unit_start)).tolist()
    q, p = (text.index(RUN), text.rindex(RUN))
    middle = int(places.documents[1])
    groups = np.full((len(places.narrow), 2), -1, np.int32)
    pair = None
    if link:  # the last units
        pair = units[-1], units[middle - 1]
        if pair in ((units[p], units[q]), (units[q], units[p])):
            return
        groups[list(pair), 1] = 7

    def linked(a: int, b: int) -> bool:
        return pair is not None and {a, b} == set(pair)

    out, beyond = np.empty((1, len(COLUMNS)), np.int64), np.zeros(1, np.bool_)
    count, reached = grow_kernel(
        islands.text, islands.bounds, islands.open, islands.unit_start, places.narrow, groups,
        np.array([[p, q, units[p], units[q], 1, 0, 1]]), 0, 0, out, beyond,
    )  # fmt: skip
    assert (count, reached, beyond.tolist()) == (1, 1, [False])
    start = units[p], units[q]
    ahead = naive.reach(text[p:], text[q:middle], units[p:], units[q:middle], start, linked, 8)
    behind = naive.reach(
        text[middle:p][::-1], text[:q][::-1], units[middle:p][::-1], units[:q][::-1],
        start, linked, 8,
    )  # fmt: skip
    wanted = [p - behind[0], p + ahead[0], q - behind[1], q + ahead[1], ahead[2] + behind[2]]
    assert out[0].tolist() == wanted
    a, b = text[wanted[0] : wanted[1]], text[wanted[2] : wanted[3]]
    assert wanted[4] <= naive.longest_common(a, b)


def grown(told: Told, least: int = 12, share: float = 0.5) -> list[tuple[str, str, int]]:
    """Return the passages of documents: both texts, and how much is equal."""
    places = places_told(told)
    text = "".join(unit for document in told for unit in document)
    pairs = naive.meetings(told, WIDE, NARROW, places.narrow.tolist())
    p, q = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    none = np.empty(0, np.int64)
    meetings = Meetings(p, q, none, none.astype(np.uint16))
    islands, groups = all_laid(told, places), no_groups(places)
    found, again = grow(meetings, places, islands, groups, least, share)
    assert not len(again)
    return [(text[a:b], text[c:d], matched) for a, b, c, d, matched, _ in found.tolist()]


FIRST = (
    "我县认真组织开展了餐饮业和熟肉制品专项整治行动,"
    "共检查生产经营单位五十二家,当场下发整改意见书九份"
)


def test_a_stretch_within_two_units_is_found_to_the_character():
    assert grown([["甲甲甲" + FIRST + "乙乙乙"], ["丙" + FIRST + "丁丁"]]) == [
        (FIRST, FIRST, len(FIRST))
    ]


def test_what_reaches_the_end_of_an_island_is_left_to_a_larger_one():
    units = [FIRST[:12], FIRST[12:24], FIRST[24:]]
    told = [["甲" * 30 + units[0], *units[1:]], ["乙" * 30 + units[0], *units[1:]], [FIRST]]
    places, none = places_told(told), np.empty(0, np.int64)
    start = int(places.documents[1])
    second = int(places.documents[2])
    pairs = np.array([start + 30, second]), np.array([30, 30])
    meetings = Meetings(*pairs, none, none.astype(np.uint16))
    groups = no_groups(places)
    for some in ([0, 1, 2, 3, 4, 5, 6], [0, 1, 3, 4, 6], [0, 3, 4, 5, 6]):
        found, again = grow(meetings, places, laid(told, places, some), groups, 12, 0.5)
        assert again.tolist() == ([] if len(some) == 7 else [1, 2])
        assert found[:, 4].tolist() == ([len(FIRST)] * 2 if len(some) == 7 else [])


def test_a_changed_word_and_a_lost_one_are_within():
    changed = FIRST.replace("五十二", "一百").replace("餐饮业", "")
    ((copy, source, matched),) = grown([[FIRST], ["丙丙丙丙" + changed + "丁丁"]])
    assert (copy, source) == (changed, FIRST)
    assert matched == len(FIRST) - 3 - 3


def test_what_was_put_in_between_is_within_too():
    inserted = (
        FIRST[:16] + "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰馀成岁律吕调阳" + FIRST[16:]
    )
    ((copy, source, matched),) = grown([[FIRST], [inserted]])
    assert (copy, source, matched) == (inserted, FIRST, len(FIRST))
    apart = grown([[FIRST], [inserted]], share=0.9)  # too much of the whole is new
    assert [copy for copy, _, _ in apart] == [FIRST[:16], FIRST[16:]]


def test_a_stretch_goes_on_across_breaks_on_either_side():
    halves = [FIRST[:15], FIRST[15:]]
    assert grown([halves, ["丙丙丙", FIRST, "丁丁"]]) == [(FIRST, FIRST, len(FIRST))]


def test_an_end_of_a_few_characters_in_the_next_unit_is_left_out():
    a, b = ["第一条" + FIRST + "。", "第二条甲乙"], ["第九条" + FIRST + "。", "第二条丙丁"]
    assert grown([a, b]) == [("条" + FIRST + "。", "条" + FIRST + "。", len(FIRST) + 2)]


def test_marks_at_the_ends_belong_to_what_they_close_or_open():
    text = "、" + FIRST + "。《"
    assert grown([["甲" + text], ["乙" + text]]) == [(FIRST + "。", FIRST + "。", len(FIRST) + 1)]


def test_a_repeat_within_one_document_does_not_overlap_itself():
    assert grown([["甲" + FIRST + "乙丙" + FIRST]]) == [(FIRST, FIRST, len(FIRST))]
    for copy, source, matched in grown([["天地玄黄" * 30]]):
        assert len(copy) + len(source) <= 120
        assert matched <= min(len(copy), len(source))


@given(corpora)
def test_what_is_said_to_be_equal_is(documents: Told):
    for copy, source, matched in grown(documents):
        assert 12 <= matched <= naive.longest_common(copy, source)
        assert matched >= 0.5 * max(len(copy), len(source))


def test_strip_keeps_what_is_not_equal():
    text = np.array([ord(c) for c in ",甲,,乙"], np.uint16)
    rows = np.array([[0, 2, 2, 5, 1]], np.int64)
    marks = np.zeros(256, np.bool_)
    marks[ord(",")] = True
    strip(text, marks, marks, rows)
    assert rows.tolist() == [[1, 2, 3, 5, 0]]


@given(st.text(st.sampled_from("a é甲\U00020000\u3000\n"), max_size=12), st.data())
def test_code_points_are_found_in_bytes(text: str, data: st.DataObject):
    count = data.draw(st.integers(0, len(text)))
    raw = np.frombuffer(("€" + text + "x").encode(), np.uint8)
    for white_goes in (False, True):
        out, told = np.empty(1, np.int64), np.empty(1, np.int64)
        bytes_at(raw, np.array([3]), np.array([count]), white_goes, out, told)
        kept = text[:count].rstrip(" \n\u3000") if white_goes else text[:count]
        assert (told[0], out[0]) == (len(kept), len(kept.encode()))
