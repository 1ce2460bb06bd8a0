"""The contract of the segmentation kernel: spans, room, scratch; what it cuts is in test_tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.dictionary import load
from dedup.kernels.cut import cut_span, join_tokens
from dedup.tokens import cut


def code_points(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def scratch(size):
    return np.empty(size + 2), np.empty(size + 2, np.uint16), np.empty(size + 2, np.uint8)


def test_a_span_in_the_middle_is_cut_as_if_it_stood_alone():
    text = "他来到北京大学"
    ends, nodes = np.full(9, -7), np.full(9, -7, np.int32)
    # 北京 with the two characters before it: 到, not 来到, for 来 is outside.
    n = cut_span(code_points(text), 2, 5, load(), True, *scratch(3), ends, nodes, 1)
    assert n == 3
    assert ends[1:3].tolist() == [3, 5]
    assert (nodes[1:3] >= 0).all()
    assert (ends[0], nodes[0]) == (-7, -7)


@pytest.mark.parametrize("hmm", [False, True])
@given(rows=st.lists(st.text("他来到北京大学杭研镕a1.% \r\n，", max_size=12), max_size=8))
def test_spans_one_after_another_are_texts_one_by_one(hmm, rows):
    cp = code_points("".join(rows))
    space = scratch(max(map(len, rows), default=0))
    # What is left in scratch and in the room behind must not matter: fill it with nonsense.
    for array in space:
        array[:] = 99
    ends, nodes = np.full(len(cp), 2**40), np.full(len(cp), 2**30, np.int32)
    n = start = 0
    expected = []
    for row in rows:
        n = cut_span(cp, start, start + len(row), load(), hmm, *space, ends, nodes, n)
        for token in cut(row, hmm):
            start += len(token)
            expected.append(start)
    assert ends[:n].tolist() == expected


@given(st.lists(st.text("ab😀", min_size=1, max_size=9), min_size=1, max_size=20))
def test_tokens_are_joined_with_separators_between(tokens):
    cp = code_points("".join(tokens))
    ends = np.cumsum([len(token) for token in tokens])
    joined = np.empty(len(cp) + len(tokens) + 4, np.uint32)
    join_tokens(cp, ends, len(tokens), 0, joined)
    found = joined[: len(cp) + len(tokens)].tobytes().decode("utf-32-le")
    assert found == "".join(token + "\0" for token in tokens)
