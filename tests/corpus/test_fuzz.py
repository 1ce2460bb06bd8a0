"""Any bytes under any name: read or refused in one sentence, and restored to what they were."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from corpus.damage import damaged_corpora, plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from removal import removals_table, some_masked

from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.patch import restore
from dedup.corpus.read import read
from dedup.corpus.survey import plan, survey
from dedup.errors import CorpusError
from dedup.records import QUARANTINE
from dedup.settings import Settings


def check(files: dict[str, bytes], encoding: str, field: str, seed: int) -> None:
    chosen = Settings(encoding=encoding, text_field=field)
    refused = ""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "in").mkdir()
        for name, data in files.items():
            (base / "in" / name).write_bytes(data)
        try:
            _clean(base, chosen, random.Random(seed))
        except CorpusError as error:
            refused = str(error)
        else:
            restore(base, base / "back")
            for name, data in files.items():
                assert plain((base / "back" / name).read_bytes(), name) == plain(data, name), name
    assert "\n" not in refused


def _clean(base: Path, chosen: Settings, draw: random.Random) -> None:
    told = survey(discover([base / "in"]), settings=chosen, copies=base / "copies")
    parts = [read(chunk, chosen) for chunk in plan(told)]
    removals = []
    for row in (row for part in parts for row in part[0].to_pylist()):
        for _ in range(draw.randrange(3)):
            start, end = sorted(draw.randint(0, len(row["text"])) for _ in range(2))
            removals.append((row["file"], row["row"], start, end))
    quarantine = pa.concat_tables([QUARANTINE.empty_table(), *(part[1] for part in parts)])
    table = removals_table(some_masked(removals, draw.randrange(99)))
    write_clean(told, table, quarantine, base / "clean", base / "patch", chosen)


inputs = {
    "files": damaged_corpora(),
    "encoding": st.sampled_from(["auto", "auto", "utf-8", "utf-16", "gb18030", "big5"]),
    "field": st.sampled_from(["text", "text", "text[].text", "a.text"]),
    "seed": st.integers(0, 99),
}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(**inputs)
def test_what_is_read_is_restored(
    files: dict[str, bytes], encoding: str, field: str, seed: int
) -> None:
    check(files, encoding, field, seed)


@pytest.mark.slow
@settings(deadline=None, max_examples=10_000, suppress_health_check=list(HealthCheck))
@given(**inputs)
def test_ten_thousand_corpora(
    files: dict[str, bytes], encoding: str, field: str, seed: int
) -> None:
    check(files, encoding, field, seed)
