"""Free disk, before a run: whether what it will write has room."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from dedup.corpus.survey import Survey
from dedup.errors import OutputError
from dedup.watch import Watch

__all__ = ["check_room", "clean_bytes", "spelled_bytes"]

TABLES = 6
"""Bytes of the ledger and the other tables for each of the corpus, at most, so far: 6.4 on English
licences, 5.8 on laws, 1.6 on government reports, where fewer characters are repeated."""
WORK = 4
"""Bytes of the files that a run keeps while it is at work for each of the corpus, at most, so far:
2.9 on laws, of 51 MB, 3.0 on generated text."""
PACKED = 0.25
"""Of text that is compressed, where its size is not known."""


def check_room(out: Path, surveys: Sequence[Survey], watch: Watch, *, filed: bool) -> None:
    """Warn where what is written may not fit beside ``out``.

    ``filed`` says whether the run keeps files while it is at work.

    Raises
    ------
    OutputError
        If not even the cleaned corpus would fit, were nothing dropped.
    """
    free = shutil.disk_usage(out).free
    clean = clean_bytes(surveys)
    if clean > free:
        raise OutputError(
            f"{out} has {spelled_bytes(free)} free, and the cleaned corpus alone takes up to "
            f"{spelled_bytes(clean)}: free some space, or name a folder on another disk"
        )
    most = clean + (TABLES + WORK * filed) * sum(each.size for each in surveys)
    if most > free:
        watch.tell(
            f"{out} has {spelled_bytes(free)} free, and up to {spelled_bytes(most)} may be "
            "written, if much is repeated: `dedup tune` forecasts how much it will be"
        )


def clean_bytes(surveys: Sequence[Survey]) -> int:
    """Return how large the cleaned corpus is at most: as large as the corpus."""
    return sum(map(_packed_bytes, surveys))


def _packed_bytes(survey: Survey) -> int:
    source = survey.source
    if not source.compression:
        return survey.size
    return int(survey.size * PACKED) if source.url else source.path.stat().st_size


def spelled_bytes(count: float) -> str:
    """Return bytes as a person reads them, in units of 1000.

    >>> spelled_bytes(999), spelled_bytes(1_234_567), spelled_bytes(98_765_432_100)
    ('999 B', '1.2 MB', '99 GB')
    """
    unit = "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if count < 999.5:
            break
        count, unit = count / 1000, larger
    return f"{count:.1f} {unit}" if unit != "B" and count < 9.95 else f"{count:.0f} {unit}"
