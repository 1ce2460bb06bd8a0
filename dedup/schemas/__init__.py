"""The JSON Schemas of what is written, and of labels, by the name that ``dedup schema`` takes."""

from __future__ import annotations

from pathlib import Path

__all__ = ["NAMES", "schema_text"]

NAMES = ("provenance", "clusters", "quarantine", "run", "planted", "pairs")
"""``run`` describes run.json; ``planted`` a row of the labels.jsonl that ``evaluate plant`` writes,
``pairs`` a row of the labels that ``evaluate pairs`` reads; the others one of the file of their
name.
"""


def schema_text(name: str) -> str:
    """Return the schema called ``name`` (one of ``NAMES``), as JSON."""
    return Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
