"""Seeds, meetings and what grows from them, against plain Python and by hand."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive import passages as naive

from dedup.kernels.ends import bytes_at, strip
from dedup.kernels.passages import COLUMNS
from dedup.kernels.passages import grow as grow_kernel
from dedup.kernels.seeds import NARROW, WIDE, by_seed
from dedup.stages.passages import PARTNERS, Meetings, Shadows, frequency, grow, lay_out, meet, sow

Documents = list[list[str]]
"""Of each document its units."""


def shadows_of(documents: Documents) -> Shadows:
    units = [(number, unit) for number, document in enumerate(documents) for unit in document]
    table = pa.table(
        {
            "document": pa.array([number for number, _ in units], pa.int64()),
            "length": pa.array([len(unit) for _, unit in units], pa.int64()),
        }
    )
    shadows = pa.array([unit for _, unit in units], pa.large_string())
    text = np.empty(sum(len(unit) for _, unit in units), np.uint32)
    return lay_out(table, [shadows.slice(0, 1), shadows.slice(1)], len(documents), text)


def no_groups(shadows: Shadows) -> npt.NDArray[np.int64]:
    return np.full((len(shadows.document), 1), -1)


def unit_numbers(shadows: Shadows) -> list[int]:
    return np.repeat(np.arange(len(shadows.document)), np.diff(shadows.unit_start)).tolist()


few = st.text(st.sampled_from("甲乙丙"), max_size=40)
corpora = st.lists(st.lists(few, max_size=3), min_size=1, max_size=3)


def test_characters_are_laid_out_one_unit_after_the_other():
    shadows = shadows_of([["a甲", ""], [], ["\U00020000é"]])
    assert "".join(map(chr, shadows.text)) == "a甲\U00020000é"
    assert shadows.unit_start.tolist() == [0, 2, 2, 4]
    assert shadows.documents.tolist() == [0, 2, 2, 4]
    assert shadows.first_unit.tolist() == [0, 2, 2, 3]
    assert shadows.narrow.tolist() == [False, False, False]
    assert shadows_of([["a plain word 甲"]]).narrow.tolist() == [True]


@given(corpora, st.sets(st.integers(0, 8)))
def test_seeds_are_the_least_of_every_window(documents: Documents, leave_out: set[int]):
    shadows = shadows_of(documents)
    skipped = np.array([unit in leave_out for unit in range(len(shadows.document))], np.bool_)
    seeds = sow((0, len(documents)), shadows, skipped)
    wanted = []
    size, window = WIDE
    for number in range(len(documents)):
        begin = int(shadows.documents[number])

        def outside(i: int, begin: int = begin) -> bool:
            unit = int(np.searchsorted(shadows.unit_start, begin + i, "right")) - 1
            return bool(skipped[unit]) and begin + i + size <= shadows.unit_start[unit + 1]

        text = "".join(documents[number])
        wanted += [begin + at for at in naive.winnow(text, size, window, outside)]
    assert seeds["place"].to_pylist() == wanted
    units = unit_numbers(shadows)
    assert seeds["unit"].to_pylist() == [units[at] for at in wanted]


@given(st.text(st.sampled_from("ab "), min_size=36, max_size=60))
def test_seeds_of_alphabetic_text_are_longer(text: str):
    shadows = shadows_of([[text]])
    found = sow((0, 1), shadows, np.zeros(1, np.bool_))["place"].to_pylist()
    assert found == naive.winnow(text, *NARROW, lambda _: False)
    assert found


@given(few.filter(lambda run: len(run) >= 12), few, few, few, few)
def test_a_run_of_twelve_has_a_seed_in_both_places(run: str, a: str, b: str, c: str, d: str):
    shadows = shadows_of([[a + run + b], [c + run + d]])
    seeds = sow((0, 2), shadows, np.zeros(2, np.bool_))
    here = len(a), len(a + run + b + c)
    in_both = [
        {at - begin for at in seeds["place"].to_pylist() if begin <= at <= begin + len(run) - 8}
        for begin in here
    ]
    assert in_both[0] & in_both[1]


@given(st.lists(st.integers(0, 5), max_size=30))
def test_a_seed_meets_the_first_and_the_latest(keys: list[int]):
    rows = sorted((key, seed) for seed, key in enumerate(keys))
    table = pa.table(
        {
            "key": pa.array([key for key, _ in rows], pa.uint32()),
            "seed": pa.array([seed for _, seed in rows], pa.int64()),
        }
    )
    met = meet(table)
    wanted = set()
    capped = 0
    for key in set(keys):
        seeds = [seed for seed, other in enumerate(keys) if other == key]
        for at, seed in enumerate(seeds):
            earlier = seeds[:at]
            chosen = set(earlier[:1] + earlier[1:][::-1][: PARTNERS - 1])
            wanted |= {(seed, partner) for partner in chosen}
        capped += len(seeds) > PARTNERS + 1
    got = list(zip(met["seed"].to_pylist(), met["partner"].to_pylist(), strict=True))
    assert len(got) == len(set(got))
    assert set(got) == wanted
    assert sum(met["capped"].to_pylist()) == capped
    assert all(
        keys.count(keys[seed]) == times
        for seed, times in zip(met["seed"].to_pylist(), met["times"].to_pylist(), strict=True)
    )


def test_a_passage_is_as_frequent_as_its_seeds_are():
    places, times = np.array([3, 5, 8, 9, 20, 21]), np.array([2, 8, 1, 4, 100, 0], np.int32)
    rows = np.array([[3, 10, 40, 47, 7], [8, 20, 50, 62, 12], [20, 22, 30, 32, 2], [8, 9, 0, 1, 1]])
    # The cube root of 2 * 8 * 4; of 4 alone; of 100 alone; of none, for there are two at least.
    assert frequency(rows, places, times).tolist() == [4, 4, 100, 2]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 99)), max_size=30))
def test_partners_are_gathered_by_seed(pairs: list[tuple[int, int]]):
    counts = [sum(seed == each for seed, _ in pairs) for each in range(7)]
    starts = np.array([0, *counts], np.int64)
    out = np.empty(len(pairs), np.int64)
    seeds, partners = (np.array([pair[i] for pair in pairs], np.int64) for i in (0, 1))
    by_seed(seeds, partners, starts, out)
    assert starts.tolist() == [0, *accumulate(counts)]
    assert out.tolist() == [partner for each in range(7) for seed, partner in pairs if seed == each]


varied = st.text(st.sampled_from("甲乙丙丁戊己庚辛"), max_size=25)
RUN = "子丑寅卯辰巳午未申酉戌亥"


@st.composite
def two_documents(draw: st.DrawFn) -> tuple[Documents, bool]:
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
def test_an_alignment_goes_as_far_as_plain_python_has_it(given_: tuple[Documents, bool]):
    documents, link = given_
    shadows = shadows_of(documents)
    text = "".join(map(chr, shadows.text))
    units = unit_numbers(shadows)
    q, p = (text.index(RUN), text.rindex(RUN))
    middle = int(shadows.documents[1])
    groups = np.full((len(shadows.document), 2), -1)
    pair = None
    if link:  # the last units
        pair = units[-1], units[middle - 1]
        if pair in ((units[p], units[q]), (units[q], units[p])):
            return
        groups[list(pair), 1] = 7

    def linked(a: int, b: int) -> bool:
        return pair is not None and {a, b} == set(pair)

    out = np.empty((1, len(COLUMNS)), np.int64)
    places, seed_units = np.array([q, p]), np.array([units[q], units[p]], np.int32)
    count, reached = grow_kernel(
        shadows.text, shadows.documents, shadows.document, shadows.unit_start, shadows.narrow,
        groups, places, seed_units, np.array([0, 0, 1]), np.array([0]), 0, 2, 0, out,
    )  # fmt: skip
    assert (count, reached) == (1, 2)
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


def grown(documents: Documents, least: int = 12, share: float = 0.5) -> list[tuple[str, str, int]]:
    """Return the passages of documents: both texts, and how much is equal."""
    shadows = shadows_of(documents)
    seeds = sow((0, len(documents)), shadows, np.zeros(len(shadows.document), np.bool_))
    keys = seeds["key"].to_pylist()
    order = sorted(range(len(keys)), key=lambda seed: (keys[seed], seed))
    numbered = {key: number for number, key in enumerate(sorted(set(keys)))}
    rows = pa.table(
        {
            "key": pa.array([numbered[keys[seed]] for seed in order], pa.uint32()),
            "seed": pa.array(order, pa.int64()),
        }
    )
    met = meet(rows)
    seed, partner = met["seed"].to_numpy(), met["partner"].to_numpy()
    starts = np.zeros(len(keys) + 1, np.int64)
    starts[1:] = np.bincount(seed, minlength=len(keys))
    partners = np.empty(len(seed), np.int64)
    by_seed(seed, partner, starts, partners)
    meetings = Meetings(seeds["place"].to_numpy(), seeds["unit"].to_numpy(), starts, partners)
    found = grow((0, len(keys)), shadows, no_groups(shadows), meetings, least, share)
    text = "".join(map(chr, shadows.text))
    return [(text[a:b], text[c:d], matched) for a, b, c, d, matched in found.tolist()]


FIRST = (
    "我县认真组织开展了餐饮业和熟肉制品专项整治行动,"
    "共检查生产经营单位五十二家,当场下发整改意见书九份"
)


def test_a_stretch_within_two_units_is_found_to_the_character():
    assert grown([["甲甲甲" + FIRST + "乙乙乙"], ["丙" + FIRST + "丁丁"]]) == [
        (FIRST, FIRST, len(FIRST))
    ]


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
def test_what_is_said_to_be_equal_is(documents: Documents):
    for copy, source, matched in grown(documents):
        assert 12 <= matched <= naive.longest_common(copy, source)
        assert matched >= 0.5 * max(len(copy), len(source))


def test_strip_keeps_what_is_not_equal():
    text = np.array([ord(c) for c in ",甲,,乙"], np.uint32)
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
