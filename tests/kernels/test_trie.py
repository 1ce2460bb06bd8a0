"""The double array holds the beginnings of the words it was made of, and nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.kernels.trie import FREE, place_words


def place(words, largest, room=4096):
    """Place sorted tuples of codes; return bases, checks, and the slot of each word."""
    codes = np.array([code for word in words for code in word], np.uint16)
    offsets = np.cumsum([0, *map(len, words)])
    base, check = np.empty(room, np.uint32), np.empty(room, np.uint16)
    slots = np.empty(len(words), np.uint32)
    used = place_words(
        codes, offsets, largest, base, check, slots,
        np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.bool_),
        *(np.empty(len(codes) + 1, np.int64) for _ in range(3)), np.empty(4, np.int64),
    )  # fmt: skip
    return used, base, check, slots


def walk(word, base, check):
    """Return the slot that a word's codes lead to, or ``None``."""
    slot = 0
    for depth, code in enumerate(word):
        if depth and base[slot] == 0:
            return None
        slot = int(base[slot]) + code
        if check[slot] != code:
            return None
    return slot


def test_three_words_by_hand():
    # Codes 1 to 3, so single characters have the slots 1 to 3. (1,) has the children 1 and 2: the
    # first free slot is 4, so they are counted from 3. (2,) has the child 3, in the first slot
    # then free, 6: it would be counted from 3 again, which is taken, so the next one, 7, has it.
    used, base, check, slots = place([(1,), (1, 1), (1, 2), (2, 3)], largest=3)
    assert slots.tolist() == [1, 4, 5, 7]
    assert base[:8].tolist() == [0, 3, 4, 0, 0, 0, 0, 0]
    assert check[:8].tolist() == [FREE, 1, 2, 3, 1, 2, FREE, 3]
    assert used == 4 + 3 + 1


words = st.sets(st.lists(st.integers(1, 9), min_size=1, max_size=6).map(tuple), max_size=60)


@given(words, st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=7).map(tuple), max_size=30))
def test_walks_find_beginnings_of_words_and_nothing_else(words, others):
    ordered = sorted(words)
    used, base, check, slots = place(ordered, largest=10)
    assert used > 0
    assert [walk(word, base, check) for word in ordered] == slots.tolist()
    beginnings = {word[:end] for word in words for end in range(1, len(word) + 1)}
    for word in {*others, *((*word, 1) for word in words)}:
        reached = walk(word, base, check) is not None
        assert reached == (word in beginnings or len(word) == 1)


@given(words)
def test_every_lookup_stays_within_the_slots_in_use(words):
    used, base, _, _ = place(sorted(words), largest=10)
    assert int(base[:used].max()) + 10 < used


def test_too_little_room_is_said():
    ordered = sorted({(a, b) for a in range(1, 10) for b in range(1, 10)})
    assert place(ordered, largest=10, room=60)[0] == -1
    assert place(ordered, largest=10, room=200)[0] > 0
