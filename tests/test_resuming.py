"""What a stage depends on is in its fingerprint, and what it does not is not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dedup import resuming
from dedup.resuming import difference, fingerprints
from dedup.settings import Settings

STAGES = ("fold", "near", "passages")


def identity(**changed: Any) -> dict[str, Any]:
    return {"dedup": "1", "input": "a", "settings": Settings(**changed).as_dict()}


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({}, 3),
        ({"preset": "careful"}, 3),
        ({"passage_length": 40}, 2),
        ({"across_only": True}, 2),
        ({"threshold": 0.7}, 1),
        ({"min_length": 9}, 1),
        ({"unit": "line"}, 0),
        ({"mask_marker": "[x]"}, 0),
    ],
)
def test_stages_before_a_setting_matters_are_kept(changed: dict[str, Any], kept: int) -> None:
    before, after = fingerprints(identity()), fingerprints(identity(**changed))
    assert [stage for stage in STAGES if before[stage] == after[stage]] == [*STAGES[:kept]]


def test_another_input_or_version_keeps_nothing() -> None:
    before = fingerprints(identity())
    for name in ("input", "dedup"):
        after = fingerprints(identity() | {name: "other"})
        assert not set(before.values()) & set(after.values())


def test_every_setting_that_is_named_is_one() -> None:
    named = [name for names in resuming._FIRST_USED.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= {field.name for field in dataclasses.fields(Settings)}


def test_what_differs_is_named() -> None:
    assert difference(identity(), identity()) is None
    assert difference(identity(), identity() | {"input": "b"}) == "another input"
    assert difference(identity(), identity() | {"dedup": "2"}) == "version 1 of dedup"
    told = "drop-document unset (now 0.9)"
    assert difference(identity(), identity(drop_document=0.9)) == told
