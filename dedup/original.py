"""Single documents of the input, put together again from the output of a run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from dedup.corpus.files import reading
from dedup.corpus.formats import format_of
from dedup.corpus.read import read
from dedup.corpus.survey import plan, survey
from dedup.errors import OutputError
from dedup.records import SourceFile
from dedup.settings import Settings

__all__ = ["known_labels", "original_text"]


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
        data = _original_bytes(out, file)
        if format_of(file) == "jsonl":  # one line of many is enough
            data = data.split(b"\n", row + 1)[row]
        path.write_bytes(data)
        for documents in _documents([SourceFile(path, file, format_of(file) or "")], report):
            if documents.num_rows:
                return str(documents["text"][0].as_py())
    raise OutputError(f"{out} has no row {row} of {file}: run again to have another")


def known_labels(out: Path, files: Sequence[str], report: Mapping[str, Any]) -> set[str]:
    """Return the labels that rows of the cleaned corpus carry, and ``file:row`` of each row."""
    sources = [
        SourceFile(out / "clean" / name, name, "jsonl")
        for name in files
        if format_of(name) == "jsonl"
    ]
    labels: set[str] = set()
    for documents in _documents(sources, report):
        labels.update(documents["doc"].to_pylist())
    for source in sources:
        labels.update(f"{source.name}:{row}" for row in range(_row_count(out, source)))
    return labels


def _row_count(out: Path, source: SourceFile) -> int:
    """Return how many lines the file had: those in the cleaned one, and those in quarantine."""
    with reading(source.path), source.path.open("rb") as lines:
        count = sum(1 for _ in lines)
    with reading(out / "quarantine.jsonl"), (out / "quarantine.jsonl").open("rb") as lines:
        return count + sum(bool(orjson.loads(line)["file"] == source.name) for line in lines)


def _documents(sources: list[SourceFile], report: Mapping[str, Any]) -> Iterator[pa.Table]:
    fields = ("text_field", "id_field", "date_field", "source_field")
    settings = Settings(**{name: report["settings"][name] for name in fields})
    for chunk in plan(survey(sources)):
        yield read(chunk, settings)[0]


def _original_bytes(out: Path, file: str) -> bytes:
    import pyarrow.parquet as pq

    patch = out / "patch"
    try:
        names = [
            orjson.loads(line)["name"] for line in (patch / "files.jsonl").read_bytes().splitlines()
        ]
        removed = pq.read_table(
            patch / "removed.parquet",
            columns=["offset", "removed"],
            filters=[("file", "==", names.index(file))],
        )
        clean = (out / "clean" / file).read_bytes()
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise OutputError(f"{patch} does not fit {out}: run again to have another") from error
    pieces, at = [], 0
    for offset, data in zip(*(column.to_pylist() for column in removed.columns), strict=True):
        pieces += [clean[at:offset], data]
        at = offset
    return b"".join([*pieces, clean[at:]])
