"""Documents in columns, from a chunk of the corpus."""

from __future__ import annotations

from itertools import groupby

import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import numbers
from dedup.corpus.chunks import Chunk
from dedup.corpus.encodings import UTF8, raw_offsets
from dedup.corpus.formats import FORMATS
from dedup.settings import Settings

__all__ = ["read"]


def read(chunk: Chunk, settings: Settings) -> tuple[pa.Table, pa.Table]:
    """Read one chunk; any thread may.

    Returns
    -------
    Documents (``records.DOCUMENTS``) and what could not be read (``records.QUARANTINE``), both in
    the order of file and row.

    Raises
    ------
    CorpusError
        If a file cannot be read, or has become shorter since the survey.
    """
    parts = [
        FORMATS[name].read(list(pieces), settings)
        for name, pieces in groupby(chunk, key=lambda piece: piece.content.source.format)
    ]
    documents = pa.concat_tables([part[0] for part in parts])
    quarantine = pa.concat_tables([part[1] for part in parts])
    if quarantine.num_rows and any(piece.content.encoding != UTF8 for piece in chunk):
        quarantine = _as_they_stand(quarantine, chunk)
    return documents, quarantine


def _as_they_stand(quarantine: pa.Table, chunk: Chunk) -> pa.Table:
    """Return quarantined rows with the bytes that are in the file, where they are in the file."""
    tables = []
    for piece in chunk:
        rows = quarantine.filter(
            (pc.field("file") == piece.file)
            & (pc.field("row") >= piece.row)
            & (pc.field("row") < piece.row + piece.rows)
        )
        if rows.num_rows and piece.content.encoding != UTF8:
            raw = piece.raw()
            starts = numbers(rows["offset"]) - piece.offset
            ends = starts + numbers(pc.binary_length(rows["raw"]))
            starts, ends = (raw_offsets(raw, piece.content.encoding, at) for at in (starts, ends))
            lines = [raw[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
            rows = rows.set_column(3, "offset", pa.array(starts + piece.offset))
            rows = rows.set_column(4, "raw", pa.array(lines, pa.large_binary()))
        tables.append(rows)
    return pa.concat_tables(tables)
