"""Sections: chains of anchors, by hand and against plain Python."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from naive import sections as naive

from dedup.kernels.sections import FAR_APART, GAP_COST
from dedup.stages.sections import AT_LEAST, COVERAGE, UNITS_ALONE, chain


def chained(
    pairs: list[list[tuple[naive.Span, int]]], unit_start: list[int]
) -> tuple[list[list[int]], list[list[int]]]:
    """Return the sections among the anchors of each pair of documents, and what they cover."""
    anchors = [(number, *each) for number, pair in enumerate(pairs) for each in sorted(pair)]
    spans = np.array([span for _, span, _ in anchors], np.int64).reshape(-1, 4)
    matched = np.array([equal for _, _, equal in anchors], np.int64)
    pair = np.array([number for number, _, _ in anchors], np.int64)
    rows, starts, covered = chain(spans, matched, pair, np.array(unit_start))
    found = [rows[a:b].tolist() for a, b in pairwise(starts)]
    return found, covered.tolist()


def whole(*spans: naive.Span) -> list[tuple[naive.Span, int]]:
    return [(span, min(span[1] - span[0], span[3] - span[2])) for span in spans]


UNITS = list(range(0, 20001, 50))


def test_anchors_in_one_order_are_one_section():
    # Paragraphs are put in between on either side; one anchor lies far off.
    anchors = whole((100, 150, 1000, 1050), (200, 250, 1050, 1100), (250, 290, 1300, 1350))
    assert chained([[*anchors, *whole((9000, 9050, 1360, 1400))]], UNITS) == (
        [[0, 1, 2]], [[140, 150]],
    )  # fmt: skip


def test_another_order_is_no_section():
    assert chained([whole((100, 150, 1050, 1100), (150, 200, 1000, 1050))], UNITS)[0] == []


def test_what_stands_twice_on_one_side_belongs_to_it():
    anchors = whole((0, 50, 500, 550), (50, 100, 550, 600), (150, 200, 550, 600))
    assert chained([anchors], UNITS) == ([[0, 1, 2]], [[150, 100]])


def test_what_stands_many_times_on_one_side_is_none_by_itself():
    assert chained([whole((0, 70, 500, 570), (100, 170, 500, 570))], UNITS)[0] == []
    assert chained([whole((0, 70, 500, 570), (100, 170, 530, 600))], UNITS)[0] == []
    assert chained([whole((0, 70, 500, 570), (100, 170, 540, 610))], UNITS)[0] == [[0, 1]]


def test_two_documents_share_nothing_with_two_others():
    anchors = whole((100, 140, 1000, 1040)), whole((150, 200, 1050, 1100))
    assert chained([anchors[0] + anchors[1]], UNITS)[0] == [[0, 1]]
    assert chained([*anchors], UNITS)[0] == []


def test_too_little_of_either_side_is_none():
    near, far = (0, 50, 5000, 5050), (50, 100, 5280, 5330)
    assert chained([whole(near, far)], UNITS) == ([[0, 1]], [[100, 100]])
    assert chained([whole(near, (50, 100, 5390, 5440))], UNITS)[0] == []
    assert chained([[(near, 30), (far, 29)]], UNITS)[0] == []  # equal characters


def test_a_better_chain_gives_nothing_up_for_an_anchor_far_off():
    # 1,300 characters between cost more than the last anchor is worth, and less than both together.
    spans = whole((0, 200, 3000, 3200), (200, 400, 3200, 3400), (1700, 1850, 3400, 3550))
    assert chained([spans], UNITS)[0] == [[0, 1]]
    spans[2] = ((1700, 1950, 3400, 3650), 250)
    assert chained([spans], UNITS)[0] == [[0, 1, 2]]


def test_an_echo_of_a_section_is_none():
    better = whole(
        (0, 100, 5000, 5100), (100, 200, 5100, 5200), (200, 300, 5200, 5300), (300, 400, 5300, 5400)
    )  # fmt: skip
    echo = whole((200, 300, 5000, 5100), (300, 400, 5100, 5200))
    assert chained([better + echo], UNITS)[0] == [[0, 1, 3, 5]]
    # More than half of it is new, on one side at least.
    more = [*echo, *whole((450, 690, 5210, 5290))]
    assert chained([better + more], UNITS)[0] == [[0, 1, 3, 5], [2, 4, 6]]


def test_a_passage_alone_is_one_if_it_goes_through_many_units():
    many = [0, 1000, 1040, 1080, 1120, 1160, 2000]
    assert chained([whole((0, 170, 1030, 1200))], many)[0] == [[0]]
    assert chained([whole((0, 120, 1030, 1150))], many)[0] == []
    # Two of them need another unit on one side.
    assert chained([whole((0, 40, 1000, 1040), (45, 80, 1040, 1075))], many)[0] == [[0, 1]]
    assert chained([whole((0, 40, 2000, 2040), (45, 80, 2045, 2080))], many)[0] == []


spans = st.tuples(
    st.integers(0, 40), st.integers(1, 6), st.integers(0, 40), st.integers(1, 6), st.integers(3, 10)
).map(
    lambda drawn: (
        (
            60 * drawn[0],
            60 * drawn[0] + 25 * drawn[1],
            60 * drawn[2] + 5000,
            60 * drawn[2] + 5000 + 25 * drawn[3],
        ),
        25 * min(drawn[1], drawn[3]) * drawn[4] // 10,
    )
)


@given(st.lists(st.lists(spans, max_size=14, unique_by=lambda each: each[0]), max_size=3))
def test_sections_are_those_of_the_twin(pairs: list[list[tuple[naive.Span, int]]]):
    constants = (FAR_APART, GAP_COST, AT_LEAST, COVERAGE, UNITS_ALONE)
    assert constants == (naive.FAR, naive.COST, naive.LEAST, naive.SHARE, naive.ALONE)
    unit_start = [*range(0, 3000, 60), *range(5000, 8000, 45), 9000]
    found, covered = chained(pairs, unit_start)
    wanted, base = {}, 0
    for pair in pairs:
        anchors = sorted(pair)
        of = [span for span, _ in anchors]
        for section in naive.sections(of, [equal for _, equal in anchors], unit_start):
            wanted[tuple(base + i for i in section)] = [
                len(naive.covered(of, section, side)) for side in range(2)
            ]
        base += len(anchors)
    assert dict(zip(map(tuple, found), covered, strict=True)) == wanted
