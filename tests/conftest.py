"""How property tests run, and small disks to fill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from disks import Disk, disks_below
from hypothesis import settings

# A kernel compiles in the middle of an example, so none has a deadline.
settings.register_profile("dedup", deadline=None)
settings.load_profile("dedup")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """Give what mounts a file system of so many KiB."""
    with disks_below(tmp_path) as mount:
        yield mount
