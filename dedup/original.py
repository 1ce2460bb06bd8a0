"""Single documents of the input, put together again from the output of a run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus.chunks import Content
from dedup.corpus.encodings import WIDE
from dedup.corpus.fetch import fetch
from dedup.corpus.files import reading
from dedup.corpus.patch import restore_one, source_files
from dedup.corpus.read import read
from dedup.corpus.removed import Cleaned
from dedup.corpus.survey import Survey, plan, survey_content
from dedup.errors import OutputError
from dedup.records import SourceFile
from dedup.settings import Settings

__all__ = ["known_labels", "original_text", "original_texts"]


def original_text(out: Path, file: str, row: int, report: Mapping[str, Any]) -> str:
    """Return the text of one document as the run read it.

    Parameters
    ----------
    out
        The folder that the run wrote.
    file, row
        Where the document stands.
    report
        What its ``run.json`` says.

    Raises
    ------
    OutputError
        If it cannot be put together.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document"
        settings = _settings(report)
        told = _surveyed(restore_one(out, file, path), path, settings)
        for documents in _documents(told, settings, row):
            found = documents.filter(pc.equal(documents["row"], row))
            if found.num_rows:
                return str(found["text"][0].as_py())
    raise OutputError(f"{out} has no row {row} of {file}: run again to have another")


def original_texts(
    out: Path, places: Iterable[tuple[str, int]], report: Mapping[str, Any]
) -> dict[tuple[str, int], str]:
    """Return the texts of documents by file and row; each file is put together once.

    Of a file of JSONL, however large, only these rows are written and parsed on the way.

    Raises
    ------
    OutputError
        If one cannot be put together.
    """
    wanted: dict[str, set[int]] = {}
    for file, row in places:
        wanted.setdefault(file, set()).add(row)
    settings = _settings(report)
    texts: dict[tuple[str, int], str] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document"
        for file, rows in wanted.items():
            restored = restore_one(out, file, path, partial(_RowsAlone, rows=rows))
            told = _surveyed(restored, path, settings)
            only = pa.array(rows)
            for documents in _documents(told, settings):
                found = documents.filter(
                    pc.is_in(documents["row"], only.cast(documents.schema.field("row").type))
                )
                for row, text in zip(
                    found["row"].to_pylist(), found["text"].to_pylist(), strict=True
                ):
                    texts[file, row] = text
            missing = [row for row in rows if (file, row) not in texts]
            if missing:
                raise OutputError(
                    f"{out} has no row {missing[0]} of {file}: run again to have another"
                )
    return texts


def known_labels(out: Path, report: Mapping[str, Any]) -> set[str]:
    """Return the labels that rows of the cleaned corpus carry, and ``file:row`` of each row."""
    settings = _settings(report)
    labels: set[str] = set()
    quarantined: dict[str, int] = {}
    with reading(out / "quarantine.jsonl"), (out / "quarantine.jsonl").open("rb") as lines:
        for line in lines:
            name = orjson.loads(line)["file"]
            quarantined[name] = quarantined.get(name, 0) + 1
    with tempfile.TemporaryDirectory() as folder:
        for file in source_files(out):
            if file.format == "text":  # called as its file is
                continue
            clean = SourceFile(out / "clean" / file.name, file.name, file.format, file.compression)
            told = _surveyed(file, fetch(0, clean, Path(folder)), settings, Path(folder))
            for documents in _documents(told, settings):
                labels.update(documents["doc"].to_pylist())
            rows = told.rows + quarantined.get(file.name, 0)
            labels.update(f"{file.name}:{row}" for row in range(rows))
    return labels


class _RowsAlone:
    """Lets some lines of JSONL through to a file, and of all others only that they were there."""

    def __init__(self, file: BinaryIO, told: Cleaned, rows: set[int]) -> None:
        self._file, self._rows = file, rows
        self._row = 0
        # In other encodings the byte of a line feed is part of other characters, too.
        self._all = told.format != "jsonl" or told.encoding in WIDE

    def write(self, data: bytes) -> int:
        """Take the following bytes."""
        if self._all:
            return self._file.write(data)
        lines = data.split(b"\n")
        for at, line in enumerate(lines):
            if self._row in self._rows:
                self._file.write(line)
            if at + 1 < len(lines):
                self._file.write(b"\n")
                self._row += 1
        return len(data)


def _settings(report: Mapping[str, Any]) -> Settings:
    """Return the settings by which rows of the run are read."""
    fields = ("text_field", "id_field", "date_field", "source_field")
    return Settings(**{name: report["settings"][name] for name in fields})


def _surveyed(file: Cleaned, path: Path, settings: Settings, folder: Path | None = None) -> Survey:
    """Survey the plain bytes at ``path`` as those of a file of the run."""
    fields = (folder or path.parent) / "fields.arrow"
    source = SourceFile(path, file.name, file.format)
    return survey_content(Content(0, source, path, file.encoding, fields), settings)


def _documents(told: Survey, settings: Settings, row: int | None = None) -> Iterator[pa.Table]:
    """Yield the documents of a file, or those of the chunk that holds a row."""
    for chunk in plan([told]):
        if row is None or chunk[0].row <= row < chunk[-1].row + chunk[-1].rows:
            yield read(chunk, settings)[0]
