"""Tables with their texts cleaned: what Polars, pandas, DuckDB and others read as Arrow.

``dedup.find`` takes their tables as they are, and every table of a ``Result`` is an Arrow table,
which they read. The way back is here: the table that was searched, with the cleaned texts in it.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus.memory import documents_table
from dedup.errors import CorpusError
from dedup.result import Result

__all__ = ["clean", "dropped", "remaining"]


def clean(table: Any, result: Result, *, drop: bool = False) -> pa.Table:
    """Return ``table`` with the texts that ``result`` leaves, and its other columns.

    Their types stay, but for strings in Arrow's views (as Polars exports them), which hardly
    anything can filter yet: these are large strings.

    Parameters
    ----------
    table
        What ``find`` was given: a pyarrow, pandas or Polars table, a DuckDB relation, or anything
        else that exports an Arrow stream.
    result
        What ``find`` made of it.
    drop
        Leave out the rows of documents that were dropped, instead of giving them ``""``.

    Raises
    ------
    CorpusError
        If the rows of the table are not those that were searched. A relation of DuckDB is a query
        and runs again: without an ORDER BY its rows may come in another order.

    >>> import dedup
    >>> table = pa.table({"id": [1, 2], "text": ["养护农村公路一百四十六公里，改造危桥九座。"] * 2})
    >>> clean(table, dedup.find(table), drop=True)["id"].to_pylist()
    [1]
    """
    if not isinstance(table, pa.Table):
        table = pa.table(table)
    name = result.settings.text_field
    if name not in table.column_names:
        raise CorpusError(f"the table has no column {name!r} to put cleaned texts into")
    texts = documents_table(table.select([name]), result.settings)["text"]
    if not texts.equals(result.documents["text"]):
        raise CorpusError("the table is not the one that was searched: its texts differ")
    schema = pa.schema(
        [field.with_type(_without_views(field.type)) for field in table.schema],
        table.schema.metadata,
    )
    field = schema.field(name)
    left = remaining(result)
    left = left.dictionary_encode() if pa.types.is_dictionary(field.type) else left
    place = schema.get_field_index(name)
    cleaned = table.cast(schema).set_column(place, field, left.cast(field.type))
    return cleaned.filter(pc.invert(dropped(result))) if drop else cleaned


def remaining(result: Result) -> pa.Array:
    """Return per document the text that is left, ``""`` for a document that was dropped."""
    return pc.if_else(dropped(result), pa.scalar("", pa.large_string()), result.cleaned())


def dropped(result: Result) -> pa.Array:
    """Return per document whether something went and nothing but white space is left."""
    cleaned = result.cleaned()
    blank = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(cleaned)), 0)
    return pc.and_(blank, pc.not_equal(cleaned, result.documents["text"].combine_chunks()))


def _without_views(kind: pa.DataType) -> pa.DataType:
    """Return a type with large strings and large binaries for views, however deep."""
    types = pa.types
    if types.is_string_view(kind):
        return pa.large_string()
    if types.is_binary_view(kind):
        return pa.large_binary()
    if types.is_list(kind):
        return pa.list_(_without_views(kind.value_type))
    if types.is_large_list(kind):
        return pa.large_list(_without_views(kind.value_type))
    if types.is_struct(kind):
        return pa.struct([field.with_type(_without_views(field.type)) for field in kind])
    if types.is_dictionary(kind):
        return pa.dictionary(kind.index_type, _without_views(kind.value_type), kind.ordered)
    return kind
