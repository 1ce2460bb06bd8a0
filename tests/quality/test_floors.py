"""Measured quality against its floors, as far as that takes seconds; `.ci/full` does the rest."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest

from benchmarks import quality
from benchmarks.floors import read_floors, shortfalls, written
from benchmarks.measure import RESULTS


def test_copies_planted_in_the_demo_corpus_are_found_as_ever():
    figures, details = quality.demo(argparse.Namespace(workers=2))
    measured = {"benchmark": "quality-demo", "data": details["data"], "figures": figures}
    assert shortfalls(measured, read_floors()) == []


@pytest.mark.parametrize("name", ["planted", "labels", "demo"])
def test_results_that_are_published_keep_their_floors(name: str):
    result = json.loads((RESULTS / f"quality-{name}.json").read_bytes())
    assert shortfalls(result, read_floors()) == []


RESULT: dict[str, Any] = {
    "benchmark": "quality-x",
    "data": {"laws": "abc"},
    "figures": {"quality.x.recall": 0.9, "seconds": 3},
}


def test_floors_rise_by_themselves_and_fall_on_request_alone():
    floors = written(RESULT, {}, lower=False)
    assert floors == {"quality-x": {"data": {"laws": "abc"}, "figures": {"quality.x.recall": 0.9}}}
    better = {**RESULT, "figures": {"quality.x.recall": 0.95}}
    assert shortfalls(better, floors) == []
    raised = written(better, floors, lower=False)
    assert shortfalls(RESULT, raised) == ["quality.x.recall is 0.900000, below its floor 0.95"]
    with pytest.raises(ValueError, match="below its floor"):
        written(RESULT, raised, lower=False)
    assert written(RESULT, raised, lower=True) == floors


def test_floors_hold_for_the_same_data_and_all_figures():
    floors = written(RESULT, {}, lower=False)
    other = {**RESULT, "data": {"laws": "abd"}}
    assert shortfalls(other, floors) == [
        "quality-x was measured on other data than its floors: laws"
    ]
    with pytest.raises(ValueError, match="other data"):
        written(other, floors, lower=False)
    assert "not measured" in shortfalls({**RESULT, "figures": {}}, floors)[0]
    assert "no floors" in shortfalls(RESULT, {})[0]
