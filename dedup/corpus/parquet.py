"""Parquet files: the document in a column of strings, or inside one; cleaned to an equal table.

Their rows cannot be read singly, so the fields of a document are copied to an Arrow file of small
batches when the file is surveyed, and read from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup.columns import flat, numbers, strings
from dedup.corpus.chunks import CHUNK_BYTES, Content, Piece
from dedup.corpus.compression import LeftOpen, intact
from dedup.corpus.fields import as_strings, valid_strings
from dedup.corpus.files import replacing
from dedup.corpus.leaves import leaves_at
from dedup.corpus.nested import SEPARATOR, Steps, steps_of
from dedup.corpus.removed import REMOVED, Removed
from dedup.corpus.spans import Ints, Spans
from dedup.corpus.textcolumn import TextColumn
from dedup.records import DOCUMENTS, QUARANTINE
from dedup.settings import Settings
from dedup.watch import checkpoint

__all__ = ["SUFFIXES", "clean", "pieces_of", "read", "restore"]

SUFFIXES = (".parquet",)

_FIELDS = pa.schema(
    [(name, pa.large_string()) for name in ("doc", "date", "source", "text", "why")]
)
_WHOLE_ROWS = -1
"""Stands for the offset of what was removed where that is rows of a row group, as a table."""


def pieces_of(content: Content, settings: Settings) -> Iterator[Piece]:
    """Copy the fields of every row to ``content.fields``, and yield the pieces to read.

    Raises
    ------
    CorpusError
        If it is no Parquet file, or is damaged.
    OutputError
        If the copy cannot be written.
    """
    row = number = 0
    if content.fields is None:
        raise ValueError(f"there is no place for a copy of the fields of {content.source.place}")
    with _opened(content) as parquet, replacing(content.fields) as out:
        names = parquet.schema_arrow.names
        name, steps = _column(names, settings.text_field)
        told = {
            "doc": settings.id_field, "date": settings.date_field, "source": settings.source_field,
        }  # fmt: skip
        wanted = sorted({each for each in (name, *told.values()) if each and each in names})
        with pa.ipc.new_file(out, _FIELDS) as writer:
            for batch in _intact(_batches(parquet, wanted, name), content):
                checkpoint()
                columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                fields = [
                    as_strings(columns[field])
                    if field in columns
                    else pa.nulls(batch.num_rows, pa.large_string())
                    for field in told.values()
                ]
                if name in columns:
                    text, why = _texts(columns[name], name, steps, settings.text_field)
                else:
                    text = pa.nulls(batch.num_rows, pa.large_string())
                    there = " and ".join(map(repr, names))
                    why = f"The file has no column {name!r}: its columns are {there}."
                reasons = pa.repeat(pa.scalar(why, pa.large_string()), batch.num_rows)
                rows = pa.record_batch([*fields, text, reasons], schema=_FIELDS)
                writer.write_batch(rows)
                yield Piece(content, number, rows.nbytes, row, batch.num_rows)
                number += 1
                row += batch.num_rows


def read(pieces: Sequence[Piece], settings: Settings) -> tuple[pa.Table, pa.Table]:
    """Return the documents and the quarantined rows of ``pieces``, in their order.

    A row is quarantined if there is no string where the text should be.
    """
    tables = [_read_piece(piece, settings) for piece in pieces]
    return pa.concat_tables([t[0] for t in tables]), pa.concat_tables([t[1] for t in tables])


def _read_piece(piece: Piece, settings: Settings) -> tuple[pa.Table, pa.Table]:
    with pa.OSFile(str(piece.content.fields)) as file:
        rows = pa.ipc.open_file(file).get_batch(piece.offset)
    numbered = pa.array(np.arange(piece.row, piece.row + rows.num_rows))
    first = pa.scalar(f"{piece.content.name}:", pa.large_string())
    labels = pc.binary_join_element_wise(
        first, numbered.cast(pa.large_string()), pa.scalar("", pa.large_string())
    )
    files = pa.array(np.full(rows.num_rows, piece.file, np.int32))
    doc = pc.coalesce(rows["doc"], labels)
    documents = pa.Table.from_arrays(
        [files, numbered, doc, rows["date"], rows["source"], rows["text"]], schema=DOCUMENTS
    )
    good = rows["text"].is_valid()
    if rows["text"].null_count == 0:
        return documents, QUARANTINE.empty_table()
    bad = pc.invert(good)
    ids = [{} if each is None else {settings.id_field: each}
           for each in rows["doc"].filter(bad).to_pylist()]  # fmt: skip
    refused = pa.Table.from_arrays(
        [
            files.filter(bad),
            numbered.filter(bad),
            rows["why"].filter(bad),
            pa.nulls(len(ids), pa.int64()),
            pa.array([orjson.dumps(each) for each in ids], pa.large_binary()),
        ],
        schema=QUARANTINE,
    )
    return documents.filter(good), refused


def clean(
    content: Content,
    spans: Spans,
    refused: Ints,
    out: BinaryIO,
    settings: Settings,
) -> tuple[pa.Table, str]:
    """Write the file without ``spans`` and without the rows ``refused``, row group by row group.

    Parameters
    ----------
    spans
        As ``spans.merged`` returns them.
    refused
        Ascending.

    Returns
    -------
    What was removed, as ``REMOVED``: ``offset`` is bytes from the start of the row's cleaned text,
    or -1 for whole rows of a row group; and a digest of all texts as they were.
    """
    rows = spans.rows
    removed = [REMOVED.empty_table()]
    digest = hashlib.sha256()
    begin = 0
    with _opened(content) as parquet, _written(parquet, out) as write:
        name, steps = _column(parquet.schema_arrow.names, settings.text_field)
        for group in range(parquet.num_row_groups):
            with intact(content.source.place):
                table = parquet.read_row_group(group, use_threads=False)
            end = begin + table.num_rows
            texts = TextColumn.of(table, name, steps)
            _digest(digest, table.num_rows, texts)
            gone = refused[slice(*np.searchsorted(refused, [begin, end]))]
            if len(gone):
                removed.append(_whole_rows(content.file, table, group, gone, begin))
            here = spans.of(begin, end)
            if texts is not None and len(here.rows):
                texts, taken = texts.without(content.file, begin, here, settings.mask_marker)
                removed.append(taken)
                table = texts.in_table(table)
            if len(gone):
                table = _taken(table, np.setdiff1d(np.arange(table.num_rows), gone - begin))
            write(table)
            begin = end
    if len(rows) and not 0 <= rows[0] <= rows[-1] < begin:
        raise ValueError(f"a row to remove is not among the {begin} rows of {content.source.place}")
    return pa.concat_tables(removed), digest.hexdigest()


def restore(path: Path, out: BinaryIO, removed: Iterator[Removed], field: str) -> str:
    """Write the table that was cleaned to the Parquet file ``path``, and return its digest."""
    digest = hashlib.sha256()
    begin = 0
    following = next(removed, None)
    with pq.ParquetFile(path) as parquet, _written(parquet, out) as write:
        name, steps = _column(parquet.schema_arrow.names, field)
        for group in range(parquet.num_row_groups):
            table = parquet.read_row_group(group, use_threads=False)
            gone, values = np.empty(0, np.int64), None
            if following is not None and following.offset == _WHOLE_ROWS:
                with pa.ipc.open_stream(following.removed) as stream:
                    blob = stream.read_all()
                if blob.schema.metadata[b"row_group"] == str(group).encode():
                    gone, values = numbers(blob["row"]), flat(blob["values"])
                    following = next(removed, None)
            end = begin + table.num_rows + len(gone)
            kept = np.setdiff1d(np.arange(begin, end), gone)
            taken = []
            while following is not None and following.row < end and following.offset >= 0:
                taken.append(following)
                following = next(removed, None)
            texts = TextColumn.of(table, name, steps)
            if taken and texts is not None:
                table = texts.with_back(kept, taken).in_table(table)
            if values is not None:
                others = pa.Table.from_arrays(values.flatten(), schema=table.schema)
                order = np.argsort(np.concatenate([kept, gone]), kind="stable")
                table = _taken(pa.concat_tables([table, others]), order)
            _digest(digest, table.num_rows, TextColumn.of(table, name, steps))
            write(table)
            begin = end
    if following is not None:
        raise ValueError("more was removed than the file has rows for")
    return digest.hexdigest()


def _column(names: Sequence[str], field: str) -> tuple[str, Steps]:
    """Return the column that ``field`` begins with, and the way on; a column of that name first."""
    if field in names:
        return field, ()
    steps = steps_of(field)
    return steps[0] or "", steps[1:]


def _texts(column: pa.Array, name: str, steps: Steps, field: str) -> tuple[pa.Array, str]:
    """Return the text of each row, null where there is none, and why that is so."""
    leaves = leaves_at(column, steps)
    if leaves is None:
        nothing = pa.nulls(len(column), pa.large_string())
        if steps:
            return nothing, f"The column {name!r}, {column.type}, has no strings in {field!r}."
        return nothing, f"The column {name!r} holds {column.type}, not strings."
    if not steps:
        return valid_strings(leaves.values), f"The field {field!r} is null, not a string."
    there = numbers(leaves.values.is_valid())
    first = np.append(0, np.cumsum(there))[leaves.first]
    lists = pa.LargeListArray.from_arrays(pa.array(first), leaves.values.drop_null())
    text = pc.if_else(
        pa.array(np.diff(first) > 0),
        pc.binary_join(lists, pa.scalar(SEPARATOR, pa.large_string())),
        None,
    )
    return valid_strings(text.cast(pa.large_string())), f"The row has no string in {field!r}."


def _batches(parquet: pq.ParquetFile, wanted: Sequence[str], name: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows with the columns ``wanted``, about a chunk of texts at a time."""
    for group in range(parquet.num_row_groups):
        told = parquet.metadata.row_group(group)
        columns = [told.column(i) for i in range(told.num_columns)]
        size = sum(
            each.total_uncompressed_size
            for each in columns
            if each.path_in_schema.split(".")[0] == name
        )
        rows = max(1, told.num_rows * CHUNK_BYTES // max(1, size))
        if wanted:
            yield from parquet.iter_batches(
                min(rows, 1 << 16), row_groups=[group], columns=wanted, use_threads=False
            )
            continue
        for first in range(0, told.num_rows, 1 << 16):
            count = min(1 << 16, told.num_rows - first)
            yield pa.record_batch({"": pa.nulls(count)})


@contextmanager
def _opened(content: Content) -> Iterator[pq.ParquetFile]:
    with intact(content.source.place):
        parquet = pq.ParquetFile(content.path)
    with parquet:
        yield parquet


def _intact(batches: Iterator[pa.RecordBatch], content: Content) -> Iterator[pa.RecordBatch]:
    """Yield what is read; only what goes wrong in reading is the file's fault."""
    while True:
        with intact(content.source.place):
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


@contextmanager
def _written(parquet: pq.ParquetFile, out: BinaryIO) -> Iterator[Callable[[pa.Table], None]]:
    """Give what writes a row group to ``out``, in the schema and compression of ``parquet``."""
    compression: str | Mapping[str, str] = "snappy"
    if parquet.num_row_groups:
        group = parquet.metadata.row_group(0)
        columns = [group.column(i) for i in range(group.num_columns)]
        compression = {each.path_in_schema: _codec(each.compression) for each in columns} or "none"
    sink = pa.PythonFile(LeftOpen(out), "w")
    with pq.ParquetWriter(sink, parquet.schema_arrow, compression=compression) as writer:
        yield lambda table: writer.write_table(table, max(1, table.num_rows))


def _codec(name: str) -> str:
    return {"UNCOMPRESSED": "none", "LZ4_RAW": "lz4", "LZO": "snappy"}.get(name, name.lower())


def _whole_rows(file: int, table: pa.Table, group: int, gone: Ints, begin: int) -> pa.Table:
    """Return the rows ``gone`` of a row group as one row of ``REMOVED``."""
    others = _taken(table, gone - begin).combine_chunks()
    batches = others.to_batches()
    values = pa.concat_arrays([batch.to_struct_array() for batch in batches])
    blob = pa.table({"row": gone, "values": values}).replace_schema_metadata(
        {"row_group": str(group)}
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(
        sink, blob.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")
    ) as writer:
        writer.write_table(blob)
    raw = sink.getvalue().to_pybytes()
    return pa.table([[file], [int(gone[0])], [_WHOLE_ROWS], [raw], [0]], schema=REMOVED)


def _taken(table: pa.Table, rows: Ints) -> pa.Table:
    """Return those rows of a table, of whatever types its columns are."""
    try:
        return table.take(pa.array(rows))
    except pa.ArrowNotImplementedError:  # of string views, for one: run by run of rows
        first = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        runs = zip(rows[first].tolist(), np.diff(np.append(first, len(rows))).tolist(), strict=True)
        return pa.concat_tables([table.slice(0, 0), *(table.slice(*run) for run in runs)])


def _digest(digest: Any, rows: int, texts: TextColumn | None) -> None:
    """Take the texts of a row group, as many as there are, into ``digest``."""
    digest.update(rows.to_bytes(8, "little"))
    if texts is not None:
        data, offsets = strings(pc.fill_null(texts.leaves.values, ""))
        digest.update(np.diff(texts.leaves.first).astype("<i8"))
        digest.update(numbers(texts.leaves.values.is_valid()))
        digest.update(np.diff(offsets).astype("<i8"))
        digest.update(data[offsets[0] : offsets[-1]])
