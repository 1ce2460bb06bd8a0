"""What a run leaves beside ``run.json``: the cleaned corpus, the ledger, the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dedup.columns import I8, flat, numbers, strings
from dedup.corpus.clean import write_clean
from dedup.corpus.patch import CleanSummary
from dedup.corpus.survey import Survey
from dedup.documentlines import document_lines, section_lines
from dedup.engines import Engine
from dedup.engines.local import LocalEngine
from dedup.grouplines import group_lines
from dedup.jsonlines import Json, array_of, objects
from dedup.reasons import reason_ranks
from dedup.records import SCHEMA_VERSION
from dedup.result import Result
from dedup.stages.provenance import provenance_rows
from dedup.store import OutputFolder
from dedup.watch import checkpoint

__all__ = ["write_outputs"]

LEDGER_ROWS = 8192
"""Of the ledger that are made at a time."""


def write_outputs(
    folder: OutputFolder, result: Result, surveys: Sequence[Survey], engine: Engine
) -> tuple[CleanSummary, I8]:
    """Write the cleaned corpus and every table; one waits for the disk while another is made.

    Whatever engine makes the tables, the files are written here.

    Returns
    -------
    What became of the corpus, and per unit the lowest of its ``reason_ranks``.
    """
    best = np.full(result.finding.units.num_rows, np.iinfo(np.int8).max, np.int8)

    def write_corpus() -> CleanSummary:
        return write_clean(
            surveys, result.removals, result.finding.quarantine, folder.path / "clean",
            folder.path / "patch", result.settings, engine.stream,
        )  # fmt: skip

    def write_edges() -> None:
        with folder.writing("edges.parquet") as file:
            pq.write_table(_edge_rows(result), file)

    def write_quarantine() -> None:
        _write_lines(folder, "quarantine.jsonl", [_quarantine_lines(result)])

    def write_groups() -> None:
        _write_lines(folder, "clusters.jsonl", group_lines(result, engine, "cluster"))
        _write_lines(folder, "families.jsonl", group_lines(result, engine, "family"))

    def write_sections() -> None:
        _write_lines(folder, "sections.jsonl", [section_lines(result)])

    def write_documents() -> None:
        _write_lines(folder, "documents.jsonl", document_lines(result))

    def write_provenance() -> None:
        links = result.ordered_links  # before a file is there that would be left if this is stopped
        _write_lines(folder, "provenance.jsonl", _provenance_lines(result, links, engine, best))

    writers: list[Callable[[], CleanSummary | None]] = [
        write_provenance, write_groups, write_corpus, write_documents, write_sections, write_edges,
        write_quarantine,
    ]  # fmt: skip
    written = LocalEngine(2).map(lambda write: write(), writers)
    return next(summary for summary in written if summary is not None), best


def _write_lines(folder: OutputFolder, name: str, parts: Iterable[pa.Array]) -> None:
    with folder.writing(name) as file:
        for part in parts:
            checkpoint()
            data, offsets = strings(part)
            file.write(data[offsets[0] : offsets[-1]].data)


def _provenance_lines(
    result: Result, links: pa.Table, engine: Engine, best: I8
) -> Iterator[pa.Array]:
    """Yield the lines in parts, a few ahead: the whole is several times the corpus.

    Meanwhile ``best`` becomes per unit the lowest of its ``reason_ranks``.
    """
    unit = numbers(links["unit"])

    def lines(first: int) -> tuple[pa.Array, I8]:
        rows = provenance_rows(links.slice(first, LEDGER_ROWS), result.evidence)
        columns = {name: _json(rows[name]) for name in rows.column_names}
        return objects(columns, end="\n"), reason_ranks(rows)

    starts = range(0, links.num_rows, LEDGER_ROWS)
    for first, (part, ranks) in zip(starts, engine.stream(lines, starts), strict=True):
        np.minimum.at(best, unit[first : first + len(ranks)], ranks)
        yield part


def _json(column: pa.ChunkedArray) -> pa.ChunkedArray | Json:
    """Return a column as JSON can be made from it: lists of spans as JSON."""
    if not pa.types.is_large_list(column.type):
        return column
    lists = flat(column)
    spans = lists.flatten()
    told = objects({name: spans.field(name) for name in ("start", "end")})
    sizes = numbers(lists.value_lengths().fill_null(0))
    offsets = pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
    return array_of(pa.LargeListArray.from_arrays(offsets, told, mask=lists.is_null()))


def _quarantine_lines(result: Result) -> pa.Array:
    rows = result.finding.quarantine
    names = pa.array(list(result.finding.names), pa.large_string())
    raw = [value.decode("utf-8", "backslashreplace") for value in rows["raw"].to_pylist()]
    columns = {
        "schema_version": pa.array(np.full(rows.num_rows, SCHEMA_VERSION)),
        "file": names.take(flat(rows["file"])),
        "row": rows["row"],
        "why": rows["why"],
        "offset": rows["offset"],
        "raw": pa.array(raw, pa.large_string()),
    }
    return objects(columns, end="\n")


def _edge_rows(result: Result) -> pa.Table:
    """Return the edges of both views, between the first units of their texts."""
    finding = result.finding
    unit = numbers(finding.texts["unit"])
    tables = []
    for name, view in (("literal", finding.literal), ("masked", finding.masked)):
        a, b = unit[numbers(view.edges["a"])], unit[numbers(view.edges["b"])]
        columns: dict[str, Any] = {
            "view": pa.array([name]).take(pa.array(np.zeros(len(a), np.int64)))
        }
        for side, which in (("a", a), ("b", b)):
            units = finding.units.select(["document", "paragraph"]).take(pa.array(which))
            document = flat(units["document"])
            columns |= {
                f"file_{side}": flat(finding.documents["file"]).take(document),
                f"row_{side}": flat(finding.documents["row"]).take(document),
                f"paragraph_{side}": flat(units["paragraph"]),
            }
        for measure in ("similarity", "containment_a", "containment_b"):
            columns[measure] = flat(view.edges[measure])
        tables.append(pa.table(columns))
    names = {b"files": "\n".join(finding.names).encode()}
    return pa.concat_tables(tables).replace_schema_metadata(names)
