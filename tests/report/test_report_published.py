"""The reports that the repository shows are those that the package writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.rebuild import HERE, REPORTS, rebuilt


@pytest.mark.parametrize("name", REPORTS)
def test_the_published_report_is_current(name: str, tmp_path: Path):
    same = rebuilt(name, tmp_path).read_bytes() == (HERE / name).read_bytes()
    assert same, "python -m reports.rebuild makes it again"
