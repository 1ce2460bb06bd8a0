"""Seeds and what of them meets, against plain Python."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from naive import passages as naive
from told import Told, documents_told, no_groups, none, places_told, text_told

from dedup.kernels.group import SPREAD, note_values
from dedup.kernels.seeds import NARROW, WIDE
from dedup.stages.seeds import Filter, frequencies, meet, note, sow

few = st.text(st.sampled_from("甲乙丙"), max_size=40)
corpora = st.lists(st.lists(few, max_size=3), min_size=1, max_size=3)


@given(corpora, st.sets(st.integers(0, 8)), st.integers(0, 3))
def test_seeds_are_the_least_of_every_window(told: Told, leave_out: set[int], cut: int):
    places = places_told(told)
    skipped = np.array([unit in leave_out for unit in range(len(places.narrow))], np.bool_)
    cut = min(cut, len(told))
    found = [
        at
        for part in ((0, cut), (cut, len(told)))
        for at in sow(documents_told(told, *part), places, skipped, None)["place"].to_pylist()
    ]
    wanted = []
    size, window = WIDE
    for number, document in enumerate(told):
        begin = int(places.documents[number])

        def outside(i: int, begin: int = begin) -> bool:
            unit = int(np.searchsorted(places.unit_start, begin + i, "right")) - 1
            return bool(skipped[unit]) and begin + i + size <= places.unit_start[unit + 1]

        text = "".join(document)
        wanted += [begin + at for at in naive.winnow(text, size, window, outside)]
    assert found == wanted


@given(st.text(st.sampled_from("ab "), min_size=36, max_size=60))
def test_seeds_of_alphabetic_text_are_longer(text: str):
    places = places_told([[text]])
    assert places.narrow.tolist() == [True]
    found = sow(documents_told([[text]], 0, 1), places, none(places), None)["place"].to_pylist()
    assert found == naive.winnow(text, *NARROW, lambda _: False)
    assert found


@given(few.filter(lambda run: len(run) >= 12), few, few, few, few)
def test_a_run_of_twelve_has_a_seed_in_both_places(run: str, a: str, b: str, c: str, d: str):
    told = [[a + run + b], [c + run + d]]
    places = places_told(told)
    seeds = sow(documents_told(told, 0, 2), places, none(places), None)
    here = len(a), len(a + run + b + c)
    in_both = [
        {at - begin for at in seeds["place"].to_pylist() if begin <= at <= begin + len(run) - 8}
        for begin in here
    ]
    assert in_both[0] & in_both[1]


@given(corpora, st.integers(10, 14))
def test_those_that_occur_again_are_told_by_a_few_bits(told: Told, bits: int):
    places = places_told(told)
    every = documents_told(told, 0, len(told))
    values, narrow = note(every, places, none(places))
    assert narrow.tolist() == places.narrow.tolist()
    once, again = np.zeros((2, 1 << (bits - 3)), np.uint8)
    note_values(values, bits, once, again)
    all_ = sow(every, places, none(places), None).to_pylist()
    some = sow(every, places, none(places), Filter(bits, again)).to_pylist()
    keys = [row["key"] for row in all_]
    assert [row for row in all_ if keys.count(row["key"]) > 1 or row in some] == some
    seen = [value * int(SPREAD) % 2**32 >> (32 - bits) for value in values.tolist()]
    assert [seen.count(each) > 1 for each in seen] == [row in some for row in all_]


@given(corpora, st.sets(st.integers(0, 8)))
def test_a_seed_meets_the_first_and_the_latest(told: Told, group: set[int]):
    places = places_told(told)
    groups = no_groups(places)
    groups[[unit for unit in group if unit < len(groups)]] = 7
    seeds = sow(documents_told(told, 0, len(told)), places, none(places), None)
    met = meet(seeds.sort_by([("key", "ascending"), ("place", "ascending")]), places, groups)
    text = text_told(told)
    bounds = places.documents.tolist()
    keys = dict(zip(seeds["place"].to_pylist(), seeds["key"].to_pylist(), strict=True))
    units = dict(zip(keys, places.holders(np.array([*keys], np.int64)).tolist(), strict=True))
    capped = 0
    assert sorted(met["place"].to_pylist()) == [*keys]
    for row in met.to_pylist():
        p = row["place"]
        earlier = [at for at in keys if keys[at] == keys[p] and at < p]
        wanted = [earlier[0] if earlier else None, earlier[-1] if len(earlier) > 1 else None]
        for name, q in zip(("first", "latest"), wanted, strict=True):
            told_ = q is not None and units[p] != units[q] and {units[p], units[q]} <= group
            run = 0 if q is None else naive.run_around(text, bounds, p, q)
            if row[name] == -1:  # what is left out is too short for a passage
                assert q is None or told_ or run < 12
            else:
                assert row[name] == q
                assert not told_
        assert row["times"] == [*keys.values()].count(keys[p])
        capped += row["capped"]
    assert capped == sum([*keys.values()].count(key) > 3 for key in set(keys.values()))


def test_what_differs_next_to_a_seed_does_not_meet():
    places = places_told([["甲乙丙丁戊己庚辛壬癸"], ["子丑寅卯辰巳午未申酉"], ["甲" * 30]])
    # Alike are: none; two behind and one before; two and two.
    for around, meets in ((0xFFFFFFFF, False), (0xFFF0FF00, False), (0xFF00FF00, True)):
        rows = {"key": [5, 5], "place": [1, 12], "around": [0, around]}
        types = {"key": pa.uint32(), "place": pa.uint32(), "around": pa.uint32()}
        table = pa.table({name: pa.array(rows[name], types[name]) for name in rows})
        met = meet(table, places, no_groups(places))
        assert met["first"].to_pylist() == [-1, 1 if meets else -1]
        assert met["times"].to_pylist() == [2, 2]


def test_frequencies_are_logarithms_in_whole_numbers():
    assert frequencies(np.array([1, 2, 3, 4])).tolist() == [0, 1024, 1623, 2048]
