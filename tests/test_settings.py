"""Settings: the defaults, and the refusal of nonsense by the name of its option."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle
from pathlib import Path
from typing import Any, get_args

import pytest

from dedup.decisions import Decisions
from dedup.errors import SettingsError
from dedup.rules import CLASSES
from dedup.settings import DEFAULT_THRESHOLDS, Class, Settings


def test_defaults() -> None:
    settings = Settings()
    assert settings.shingle == ("words", 2)
    assert settings.near == DEFAULT_THRESHOLDS["words", 2] == 0.6
    assert (settings.min_length, settings.min_drop, settings.keep, settings.preset) == (
        8, 20, "first", "standard",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"threshold": 0}, "--threshold"),
        ({"threshold": -0.5}, "--threshold"),
        ({"threshold": 1.5}, "--threshold"),
        ({"threshold": math.nan}, "--threshold"),
        ({"recall": 0}, "--recall"),
        ({"recall": 1}, "--recall must be below 1; for all pairs, use --exact"),
        ({"recall": 1.1}, "--recall"),
        ({"recall": math.nan}, "--recall"),
        ({"drop_threshold": 0}, "--drop-threshold"),
        ({"drop_threshold": 1.01}, "--drop-threshold"),
        ({"drop_document": 0}, "--drop-document"),
        ({"drop_document": 1.01}, "--drop-document"),
        ({"permutations": 0}, "--permutations"),
        ({"words": 0, "threshold": 0.5}, "--words"),
        ({"chars": 0, "threshold": 0.5}, "--chars"),
        ({"words": 2, "chars": 5}, "--words and --chars"),
        ({"words": 4}, "--words 4.*--threshold"),
        ({"chars": 6}, "--chars 6.*--threshold"),
        ({"min_length": -1}, "--min-length"),
        ({"min_drop": -1}, "--min-drop"),
        ({"audit": -1}, "--audit"),
        ({"bucket_cap": 1}, "--bucket-cap"),
        ({"seed": -1}, "--seed"),
        ({"seed": 2**32}, "--seed"),
        (
            {"unit": "page"},
            "--unit must be one of auto, line, blank, indent, sentence, document, not",
        ),
        ({"keep": "last"}, "--keep"),
        ({"decisions": "decisions.json"}, "Decisions.read"),
        ({"preset": "reckless"}, "--preset"),
        ({"keep": "preferred"}, "--keep preferred and --prefer"),
        ({"prefer": ("a",)}, "--keep preferred and --prefer"),
        ({"keep": "earliest"}, "--keep earliest needs --date-field"),
        (
            {"class_action": {"footer": "remove"}},
            "--class-action must name a class of boilerplate,",
        ),
        ({"class_action": {"copy": "burn"}}, "--class-action must name an action of drop, tag,"),
        ({"class_action": [("copy", "tag"), ("copy", "drop")]}, "copy two actions, tag and drop"),
        ({"class_action": "copy=tag"}, "class_action names an action for each class"),
        ({"class_action": {"copy": ["tag"]}}, "--class-action must name an action"),
        ({"passage_action": "remove"}, "--passage-action must be one of tag, drop, mask, not"),
        ({"passage_action": "drop", "passages": False}, "--passage-action drop needs passages"),
        ({"mask_marker": ""}, "--mask-marker must have 1 to 20 characters"),
        ({"mask_marker": "x" * 21}, "--mask-marker must have 1 to 20 characters"),
        ({"mask_marker": "x" * 12, "passage_length": 12}, "--mask-marker must have 1 to 11"),
        ({"mask_marker": None}, "--mask-marker must have"),
        *(
            ({"mask_marker": marker}, "--mask-marker must be on one line, without a quotation")
            for marker in ("a\nb", 'a"b', "a,b", "a\\b", " a", "a\t", "\ud800")
        ),
    ],
)
def test_nonsense_is_refused_naming_the_option(values: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        Settings(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"threshold": 1},
        {"words": 4, "threshold": 0.5},
        {"chars": 6, "threshold": 0.5},
        {"keep": "preferred", "prefer": ("a", "b")},
        {"keep": "earliest", "date_field": "date"},
        {
            "seed": 2**32 - 1,
            "audit": 0,
            "min_length": 0,
            "min_drop": 0,
            "bucket_cap": 2,
            "permutations": 1,
        },
    ],
)
def test_sense_is_not(values: dict[str, Any]) -> None:
    settings = Settings(**values)
    for name, value in values.items():
        assert getattr(settings, name) == value
    assert settings.near == values.get("threshold", 0.6)


def test_every_option_is_told_as_json() -> None:
    settings = Settings(
        user_dictionaries=(Path("here/words.txt"),), keep="preferred", prefer=("a", "b"),
        decisions=Decisions(keep=["0" * 32]),
    )  # fmt: skip
    told = settings.as_dict()
    assert list(told) == [field.name for field in dataclasses.fields(Settings)]
    assert told["user_dictionaries"] == ["words.txt"]
    assert told["decisions"] == Decisions(keep=["0" * 32]).digest
    assert Settings(decisions=Decisions()).as_dict() == Settings().as_dict()
    assert json.loads(json.dumps(told)) == told


def test_settings_are_frozen_and_comparable() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().threshold = 0.5  # type: ignore[misc]
    assert Settings() == Settings()
    assert hash(Settings()) == hash(Settings(seed=1))
    assert Settings(chars=5, threshold=0.5).shingle == ("chars", 5)


def test_actions_of_classes_are_one_value_however_they_are_given() -> None:
    assert get_args(Class) == CLASSES
    plain = Settings()
    assert Settings(class_action={"copy": "drop"}) == plain
    one = Settings(class_action={"quote": "tag", "boilerplate": "remove"})
    other = Settings(class_action=[("boilerplate", "remove"), ("quote", "tag"), ("quote", "tag")])
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == dataclasses.replace(one) == one
    assert list(one.as_dict()["class_action"].items()) == [
        ("boilerplate", "remove"),
        ("quote", "tag"),
    ]
    assert (one.action_of("quote"), one.action_of("copy")) == ("tag", "drop")
    assert [each.masks for each in (
        plain, one, Settings(class_action={"copy": "mask"}), Settings(passage_action="mask"),
        Settings(passage_action="drop"),
    )] == [False, False, True, True, False]  # fmt: skip
