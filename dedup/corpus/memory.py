"""Documents that are in memory already, as columns and back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import flat
from dedup.corpus.fields import as_strings, string_column
from dedup.corpus.spans import merged, spliced
from dedup.errors import CorpusError
from dedup.records import DOCUMENTS
from dedup.settings import Settings

__all__ = ["cleaned_texts", "documents_table"]

_EXPECTED = "strings, (id, text) pairs or dicts, or an Arrow, pandas or Polars table"
_STRINGS = ("string", "large_string", "string_view", "null")


def documents_table(documents: Any, settings: Settings) -> pa.Table:
    """Return ``documents`` as a table of ``records.DOCUMENTS``, file 0, row the index.

    A label that is missing is the index; a lone surrogate, and broken UTF-8 in an Arrow column,
    is U+FFFD.

    Parameters
    ----------
    documents
        An iterable of strings, of (id, text) pairs or of dicts, all of one kind; or a table of
        pyarrow, pandas or Polars, or anything else that exports an Arrow stream. Of dicts and
        tables, the fields that ``settings`` names are taken.

    Raises
    ------
    CorpusError
        If it is none of these, or if one document is not what the first one is: the message
        names its index.

    Examples
    --------
    >>> table = documents_table([("a", "first"), ("b", "second")], Settings())
    >>> table.column("doc").to_pylist(), table.column("text").to_pylist()
    (['a', 'b'], ['first', 'second'])
    """
    if isinstance(documents, (pa.Array, pa.ChunkedArray)):
        documents = pa.table({settings.text_field: documents})
    wanted = {settings.text_field, settings.id_field, settings.date_field, settings.source_field}
    if hasattr(documents, "iloc") and hasattr(documents, "columns"):
        columns = _frame_columns(documents, wanted)  # pandas
    elif hasattr(documents, "get_column"):
        columns = _frame_columns(documents, wanted)  # Polars
    elif hasattr(documents, "__arrow_c_stream__") or hasattr(documents, "__arrow_c_array__"):
        try:
            columns = _table_columns(pa.table(documents), wanted)
        except (TypeError, UnicodeError, pa.ArrowException):  # a column, not a table
            columns = _row_columns(documents, settings)
    else:
        columns = _row_columns(documents, settings)
    if settings.text_field not in columns:
        raise CorpusError(f"the table has no column {settings.text_field!r} to take texts from")
    texts = _texts(columns[settings.text_field])
    index = np.arange(len(texts), dtype=np.int64)
    date, source = (
        pa.nulls(len(texts), pa.large_string()) if name not in columns else _labels(columns[name])
        for name in (settings.date_field, settings.source_field)
    )
    labels = pa.array(index).cast(pa.large_string())
    if settings.id_field in columns:
        labels = pc.coalesce(_labels(columns[settings.id_field]), labels)
    files = pa.array(np.zeros(len(texts), np.int32))
    return pa.Table.from_arrays(
        [files, pa.array(index), labels, date, source, texts], schema=DOCUMENTS
    )


def cleaned_texts(documents: pa.Table, removals: pa.Table, marker: str = "") -> pa.Array:
    """Return the texts of ``documents`` without the spans of ``removals``, as ``large_string``.

    Parameters
    ----------
    documents
        As ``documents_table`` makes it: row is the index.
    removals
        ``records.REMOVALS``, in any order; spans may overlap, but for those that are masked.
    marker
        What stands for what is masked.

    Examples
    --------
    >>> from dedup.records import REMOVALS
    >>> table = documents_table(["一二三四", "五"], Settings())
    >>> spans = pa.table([[0], [0], [1], [3], [False]], schema=REMOVALS)
    >>> cleaned_texts(table, spans).to_pylist()
    ['一四', '五']
    """
    column = flat(documents.column("text"))
    rows, starts, ends, masked = merged(removals)
    if not len(rows):
        return column
    if rows[0] < 0 or rows[-1] >= len(column):
        raise ValueError("a span to remove names a document that is not there")
    texts, first = np.unique(rows, return_index=True)
    return spliced(column, texts, np.append(first, len(rows)), starts, ends, masked, marker)[0]


def _row_columns(documents: Any, settings: Settings) -> dict[str | None, Any]:
    """Return the fields of an iterable of strings, pairs or dicts, as lists."""
    if isinstance(documents, (str, bytes, Mapping)) or not isinstance(documents, Iterable):
        raise CorpusError(f"documents must be {_EXPECTED}, not {_called(documents)}")
    rows = list(documents)
    kind = next((k for k in (str, Mapping, (tuple, list)) if rows and isinstance(rows[0], k)), str)
    if kind is str:
        return {settings.text_field: rows}
    if kind is Mapping:
        for index, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise _misfit(index, "a dict, as the first one is", row)
            if settings.text_field not in row:
                raise CorpusError(f"document {index} has no field {settings.text_field!r}")
        names = (
            settings.text_field, settings.id_field, settings.date_field, settings.source_field,
        )  # fmt: skip
        return {name: [row.get(name) for row in rows] for name in names if name is not None}
    for index, row in enumerate(rows):
        if not isinstance(row, (tuple, list)) or len(row) != 2:
            raise _misfit(index, "an (id, text) pair, as the first one is", row)
    return {
        settings.id_field: [row[0] for row in rows],
        settings.text_field: [row[1] for row in rows],
    }


def _table_columns(table: pa.Table, wanted: set[str | None]) -> dict[str | None, Any]:
    columns: dict[str | None, Any] = {}
    for name, column in zip(table.schema.names, table.columns, strict=True):
        if name in wanted:
            if name in columns:
                raise _repeated(name)
            columns[name] = column
    return columns


def _frame_columns(frame: Any, wanted: set[str | None]) -> dict[str | None, Any]:
    """Return the columns one by one: those that nobody asked for may hold anything."""
    columns: dict[str | None, Any] = {}
    names = list(frame.columns)
    for name in wanted.intersection(names):
        if names.count(name) > 1:
            raise _repeated(name)
        try:
            columns |= _table_columns(pa.table(frame[[name]]), wanted)
        except (TypeError, UnicodeError, pa.ArrowException):
            # Mixed types, or a lone surrogate; NaN is how pandas says that there is nothing.
            columns[name] = [
                None if isinstance(value, float) and math.isnan(value) else value
                for value in frame[name]
            ]
    return columns


def _labels(values: Any) -> pa.Array:
    """Return a list or an Arrow column as strings, null where there is nothing."""
    return string_column(values) if isinstance(values, list) else as_strings(values)


def _texts(values: Any) -> pa.Array:
    """Return a list or an Arrow column of nothing but strings as ``large_string``."""
    if isinstance(values, list):
        if not set(map(type, values)) <= {str}:
            for index, value in enumerate(values):
                if not isinstance(value, str):
                    raise _misfit(index, "a string for its text", value)
        return string_column(values)
    kind = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    if str(kind) not in _STRINGS:
        raise CorpusError(f"the column of texts must hold strings, not {values.type}")
    if values.null_count:
        raise _misfit(pc.index(pc.is_null(values), True).as_py(), "a string for its text", None)
    return as_strings(values)


def _repeated(name: str | None) -> CorpusError:
    return CorpusError(f"the table has several columns {name!r}: rename all but one")


def _misfit(index: int, expected: str, value: object) -> CorpusError:
    return CorpusError(f"document {index} must be {expected}, not {_called(value)}")


def _called(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
