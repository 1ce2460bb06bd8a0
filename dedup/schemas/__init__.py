"""The JSON Schemas of what a run writes, by the name that ``dedup schema`` takes."""

from __future__ import annotations

from pathlib import Path

__all__ = ["NAMES", "schema_text"]

NAMES = ("provenance", "clusters", "quarantine", "run")
"""``run`` describes run.json; the others each describe one row of the file of their name."""


def schema_text(name: str) -> str:
    """Return the schema called ``name`` (one of ``NAMES``), as JSON."""
    return Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
