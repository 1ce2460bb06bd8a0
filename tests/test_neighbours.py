"""Neighbours of drawn units in a whole corpus: against a run that finds every pair."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import dedup
from dedup import Settings, folding, neighbours
from dedup.columns import numbers
from dedup.corpus.discover import discover
from dedup.corpus.read import read
from dedup.corpus.survey import plan, survey
from dedup.demo import corpus_path
from dedup.engines.local import LocalEngine
from dedup.neighbours import Neighbours, Units, count_neighbours, describe, units_of
from dedup.pipeline import load_lexicon
from dedup.watch import Watch

LEVELS = np.array([0.4, 0.6, 0.9])
SETTINGS = Settings(threshold=0.4, exact=True, audit=0, passages=False)


def looked_up(path: Path, settings: Settings) -> tuple[Units, Neighbours, pa.Table]:
    """Look every unit of a corpus up in it."""
    chunks = [(piece,) for chunk in plan(survey(discover([path]), settings=settings))
              for piece in chunk]  # fmt: skip
    reading = partial(read, settings=settings)
    documents = pa.concat_tables([reading(chunk)[0] for chunk in chunks]).combine_chunks()
    units = units_of(documents, settings, folding.load_tables())
    lexicon = load_lexicon(settings)
    asked = describe(units, np.arange(len(units.key)), settings, lexicon)
    found = count_neighbours(
        chunks, reading, asked, LEVELS, settings, lexicon, LocalEngine(2), Watch()
    )
    return units, found, documents


def expected(documents: pa.Table) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return, per threshold, the units that are equal or near to each, from edges."""
    result = dedup.find(documents, SETTINGS)
    finding = result.finding
    held = finding.text_of[finding.compared]
    views: tuple[list[np.ndarray], list[np.ndarray]] = [], []
    of_masked = np.append(finding.masked_of, -1)[held]
    for level in LEVELS:
        for into, nodes, view in ((views[0], held, finding.literal),
                                  (views[1], of_masked, finding.masked)):  # fmt: skip
            count = np.bincount(nodes[nodes >= 0], minlength=finding.texts.num_rows)
            edges = view.at(level).edges
            a, b = numbers(edges["a"]), numbers(edges["b"])
            near = count + np.bincount(a, count[b], len(count))
            near += np.bincount(b, count[a], len(count))
            into.append(np.where(nodes >= 0, near[nodes], 1))
    return views


def test_neighbours_are_those_of_every_pair_in_both_views() -> None:
    units, found, documents = looked_up(corpus_path(), SETTINGS)
    literal, masked = expected(documents)
    assert found.units == len(units.key)
    assert found.documents == documents.num_rows
    assert found.crowded == 0
    assert np.array_equal(found.literal, np.column_stack(literal))
    assert np.array_equal(found.masked, np.column_stack(masked))


def test_a_crowd_is_counted_in_a_part_and_taken_to_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "CROWD", 4)
    monkeypatch.setattr(neighbours, "ROUND", 2)
    for number in range(10):
        text = "各单位要把这项工作列入主要负责人的重要日程。\n" * 3
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
    _, found, _ = looked_up(tmp_path, SETTINGS)
    assert (found.crowded, found.units) == (30, 30)
    assert (found.literal == 1 + 5 * 5).all()  # 6 in 2 of 10 files, itself among them


def test_characters_of_short_units_are_counted_apart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("短。\n各单位要把这项工作列入主要负责人的重要日程。\n", "utf-8")
    _, found, _ = looked_up(tmp_path, SETTINGS)
    assert (found.units, found.long_characters, found.characters) == (1, 22, 24)
