"""Real corpora that live beside the checkout, for the tests that have them."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("DEDUP_SHARED") or Path(__file__).parents[2] / "shared")


def shared_path(name: str) -> Path:
    """Return the path of a shared file or folder; skip the test where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not here; DEDUP_SHARED names the folder that holds it")
    return path


def shared_rows(name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``data/<name>.jsonl.gz``."""
    with gzip.open(shared_path(f"data/{name}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
