"""Documents in columns, from a chunk of the corpus."""

from __future__ import annotations

from itertools import groupby

import pyarrow as pa

from dedup.corpus.chunks import Chunk
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
    return documents, pa.concat_tables([part[1] for part in parts])
