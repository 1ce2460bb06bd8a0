"""Small disks, and processes to which permissions matter, where this machine lets one have them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["Disk", "disks_below", "without_privileges"]

Disk = Callable[[int], Path]
"""Mounts a file system of so many KiB, and returns where."""


@contextmanager
def disks_below(folder: Path) -> Iterator[Disk]:
    """Give what mounts small disks in a folder; they are gone when the block ends."""
    mounted: list[Path] = []

    def mount(size: int) -> Path:
        if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("mount"):
            pytest.skip("only root may mount a small disk, with a mount command")
        disk = folder / f"disk{len(mounted)}"
        disk.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "dedup-test", str(disk)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
        mounted.append(disk)
        return disk

    try:
        yield mount
    finally:
        for disk in mounted:
            subprocess.run(["umount", str(disk)], check=True)


def without_privileges() -> list[str]:
    """Return what goes before a command so that permissions count for it, also if root gives it."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has other permissions")
    if os.geteuid() != 0:
        return []
    command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if not shutil.which("setpriv") or subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("to root permissions mean nothing, and setpriv does not change that here")
    return command
