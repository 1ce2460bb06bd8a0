"""The demo, deduplicated once for all tests of the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup.demo import corpus_path
from dedup.run import run


@pytest.fixture(scope="session")
def demo_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run on the demo corpus."""
    out = tmp_path_factory.mktemp("demo") / "out"
    run([corpus_path()], out)
    return out
