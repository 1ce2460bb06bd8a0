"""Where what takes long to build is kept for every later process, and what of it goes again."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

import platformdirs

__all__ = ["KEPT_DAYS", "cache_root", "is_kept", "prune"]

KEPT_DAYS = 30
"""How long an entry stays that no process uses."""

_DAY = 86_400.0
_ENTRY = re.compile(r"kernels-.+-[0-9a-f]{16}|dictionary-[0-9a-f]{32}.*|fold-.+\.npy")
"""Names of what this version and others keep; whatever else lies beside it is not ours."""


def cache_root() -> Path:
    """Return a writable folder for compiled kernels, built dictionaries and folding tables.

    ``DEDUP_CACHE_DIR`` if set, else the user's cache folder, else a folder of this user's own
    under the system's temporary one (a home may be read-only).
    """
    told = os.environ.get("DEDUP_CACHE_DIR")
    fallback = (
        Path(tempfile.gettempdir()) / f"dedup-cache-{os.getuid() if hasattr(os, 'getuid') else 0}"
    )
    for root in (Path(told) if told else Path(platformdirs.user_cache_dir("dedup")), fallback):
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(root, os.W_OK):
            return root
    return fallback


def is_kept(entry: Path) -> bool:
    """Say whether there is such an entry; that it was asked for keeps it for ``KEPT_DAYS`` more.

    Its time of modification is that of its use, to the day.
    """
    try:
        idle = time.time() - entry.stat().st_mtime
    except OSError:
        return False
    if idle > _DAY:
        with contextlib.suppress(OSError):  # of an image, and not to be written
            os.utime(entry)
    return True


def prune() -> None:
    """Remove the entries, of whatever version, that no process has used for ``KEPT_DAYS``.

    To be called when an entry was added: a cache in which all is found does not grow. A process
    that misses one builds it anew; one that has it in memory, or mapped, keeps it.
    """
    oldest = time.time() - KEPT_DAYS * _DAY
    with contextlib.suppress(OSError):
        for path in cache_root().iterdir():
            if not _ENTRY.fullmatch(path.name):
                continue
            with contextlib.suppress(OSError):  # another process removes it, or it is in use
                if path.stat().st_mtime >= oldest:
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
