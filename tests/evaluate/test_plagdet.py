"""Scores of copied stretches: worked out by hand, and held against sets of characters."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st
from naive import plagdet as naive

from dedup.evaluate.plagdet import Aligned, Span, score_passages


def aligned(copy: tuple[int, int], source: tuple[int, int], donor: str = "donor") -> Aligned:
    return Aligned(Span("host", *copy), Span(donor, *source))


CASE = aligned((100, 200), (0, 100))


def test_the_case_itself_is_all_there_is_to_find():
    score = score_passages([CASE], [CASE])
    assert (score.precision, score.recall, score.granularity, score.plagdet) == (1, 1, 1, 1)
    assert score.micro_plagdet == 1


def test_two_halves_find_all_of_it_in_two_pieces():
    halves = [aligned((100, 150), (0, 50)), aligned((150, 200), (50, 100))]
    score = score_passages([CASE], halves)
    assert (score.precision, score.recall, score.granularity) == (1, 1, 2)
    assert score.plagdet == 1 / log2(3)


def test_what_overlaps_counts_once():
    score = score_passages([CASE], [CASE, aligned((100, 150), (0, 50))])
    assert (score.precision, score.recall, score.micro_precision) == (1, 1, 1)


def test_a_detection_that_meets_one_side_alone_finds_nothing():
    for wrong in (aligned((100, 200), (100, 200)), aligned((0, 100), (0, 100)),
                  aligned((100, 200), (0, 100), "another")):  # fmt: skip
        score = score_passages([CASE], [wrong])
        assert (score.precision, score.recall, score.granularity) == (0, 0, None)
        assert score.plagdet == 0


def test_each_case_and_each_detection_count_the_same_or_each_character():
    short = aligned((300, 320), (500, 520))
    # Of the long case nothing, of the short one all, with as much again beside it.
    score = score_passages([CASE, short], [aligned((300, 340), (500, 540))])
    assert (score.precision, score.recall) == (0.5, 0.5)
    assert (score.micro_precision, score.micro_recall) == (0.5, 40 / 240)
    # The same, and something else that is wrong, four times as long.
    score = score_passages([CASE, short], [short, aligned((600, 680), (600, 680))])
    assert (score.precision, score.micro_precision) == (0.5, 40 / 200)


def test_one_detection_of_two_cases_is_right_throughout():
    cases = [aligned((0, 10), (0, 10)), aligned((10, 20), (10, 20))]
    score = score_passages(cases, [aligned((0, 20), (0, 20))])
    assert (score.precision, score.recall, score.granularity) == (1, 1, 1)


def test_nothing_found_and_nothing_to_find():
    none = score_passages([CASE], [])
    assert (none.precision, none.recall, none.plagdet) == (None, 0, 0)
    alone = score_passages([], [CASE])
    assert (alone.precision, alone.recall, alone.plagdet) == (0, None, None)
    assert score_passages([], []).plagdet is None


SPANS = st.builds(
    lambda document, start, size: Span(document, start, start + size),
    st.sampled_from("abc"), st.integers(0, 12), st.integers(1, 8),
)  # fmt: skip
PAIRS = st.lists(st.builds(Aligned, SPANS, SPANS), min_size=1, max_size=6)


@given(PAIRS, PAIRS)
def test_is_what_the_sets_of_the_paper_say(cases: list[Aligned], detections: list[Aligned]):
    def characters(span: Span) -> naive.Characters:
        return {(span.document, at) for at in range(span.start, span.end)}

    s, r = ([(characters(a), characters(b)) for a, b in some] for some in (cases, detections))
    score = score_passages(cases, detections)
    precision, recall = naive.precision(s, r), naive.recall(s, r)
    assert score.precision == pytest.approx(precision)
    assert score.recall == pytest.approx(recall)
    assert score.micro_precision == naive.micro(s, r, r)
    assert score.micro_recall == naive.micro(s, r, s)
    if recall:
        granularity = naive.granularity(s, r)
        assert score.granularity == granularity
        expected = naive.plagdet(precision, recall, granularity)
        assert score.plagdet == pytest.approx(expected)
    else:
        assert (score.granularity, score.plagdet) == (None, 0)
