"""Resuming: what every stage depends on, as fingerprints, and what differs from another run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

__all__ = ["difference", "fingerprints"]

_FIRST_USED = {
    "near": (
        "threshold", "recall", "permutations", "words", "chars", "min_length", "keep", "prefer",
        "drop_document", "decisions", "user_dictionaries", "exact", "seed", "audit", "bucket_cap",
    ),
    "passages": ("across_only", "passages", "passage_length", "passage_share"),
    "decide": (
        "preset", "min_drop", "drop_threshold", "drop_families", "class_action", "passage_action",
    ),
}  # fmt: skip
"""The stage at which a setting first matters; others matter from the start."""


def fingerprints(identity: Mapping[str, Any]) -> dict[str, str]:
    """Return the fingerprint of each stage that is committed: of all that its result depends on.

    ``identity`` is what ``run.json`` says of a run: version, input and settings.
    """
    late = {name: stage for stage, names in _FIRST_USED.items() for name in names}
    settings = identity["settings"]
    known: dict[str, Any] = {name: identity[name] for name in identity if name != "settings"}
    known |= {name: settings[name] for name in settings if name not in late}
    prints = {}
    for stage in ("fold", "near", "passages"):
        known |= {name: settings[name] for name in settings if late.get(name) == stage}
        data = orjson.dumps(known, option=orjson.OPT_SORT_KEYS)
        prints[stage] = hashlib.sha256(data).hexdigest()
    return prints


def difference(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Say how an earlier run differs from one of the identity ``now``; None: not at all."""
    if before.get("input") != now["input"]:
        return "another input"
    if before.get("dedup") != now["dedup"]:
        return f"version {before.get('dedup')} of dedup"
    old, new = before.get("settings", {}), now["settings"]
    other = [name for name in new if old.get(name) != new[name]]
    told = (
        f"{name.replace('_', '-')} {_told(old.get(name))} (now {_told(new[name])})"
        for name in other
    )
    return ", ".join(told) or None


def _told(value: object) -> object:
    return "unset" if value in (None, [], {}) else value
