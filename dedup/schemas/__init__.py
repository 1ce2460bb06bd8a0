"""The JSON Schemas of what is written, labels and decisions, by the names of ``dedup schema``."""

from __future__ import annotations

from pathlib import Path

__all__ = ["NAMES", "schema_text"]

NAMES = (
    "provenance", "clusters", "families", "sections", "documents", "quarantine", "run", "planted",
    "pairs", "decisions", "progress", "timings", "forecast",
)  # fmt: skip
"""``run`` describes run.json; ``planted`` a row of the labels.jsonl that ``evaluate plant`` writes,
``pairs`` a row of the labels that ``evaluate pairs`` reads, ``decisions`` the file that
``run --decisions`` reads, ``progress`` a line that ``--progress json`` writes, ``timings``
timings.json, ``forecast`` what ``tune --json`` prints; the others a row of the file of their name.
"""


def schema_text(name: str) -> str:
    """Return the schema called ``name`` (one of ``NAMES``), as JSON."""
    return Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8")
