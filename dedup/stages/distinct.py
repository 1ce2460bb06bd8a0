"""Distinct: equal texts become one, so that nothing is segmented, signed or compared twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.settings import Settings

__all__ = ["first_of_equals", "hash_spaces", "keep_order", "number_groups"]

SPACE_BITS = 17
"""Binary logarithm of the rows that are sorted at a time, about."""


def keep_order(units: pa.Table, documents: pa.Table, settings: Settings) -> npt.NDArray[np.int64]:
    """Return the units in the order in which they are kept: the keep key, then the content hash.

    ``units`` has ``document``, ``length`` and the hash columns, in the order of the corpus, which
    is the key itself for ``first`` and the last resort of the others. Dates are compared as
    strings, so they are to be written largest part first (2024-05-01); a missing one comes last.

    Where documents may be dropped whole, the key is of documents (the longest has the most shadow
    characters), then their content, and the units of a document follow each other as they stand.
    """
    count = units.num_rows
    if settings.keep == "first":
        return np.arange(count)
    document = numbers(units["document"])
    length = numbers(units["length"])
    whole = settings.drop_document is not None
    if settings.keep == "longest":
        key = -np.bincount(document, length, documents.num_rows)[document] if whole else -length
    else:
        column = documents["date" if settings.keep == "earliest" else "source"]
        values = column.to_pylist()
        if settings.keep == "earliest":
            ranks = {value: i for i, value in enumerate(sorted({v for v in values if v}))}
        else:
            ranks = {value: i for i, value in enumerate(settings.prefer)}
        of_document = np.array([ranks.get(value, len(ranks)) for value in values], np.int64)
        key = of_document[document]
    low, high = numbers(units["hash_low"]), numbers(units["hash_high"])
    if whole:
        # Of a document, sums of hashes that depend on their places; of equal ones the first counts.
        place = numbers(units["paragraph"]).astype(np.uint64) * np.uint64(2) + np.uint64(1)
        first = np.flatnonzero(np.diff(document, prepend=-1))
        size = np.diff(np.append(first, count))
        low, high = (np.repeat(np.add.reduceat(half * place, first), size) for half in (low, high))
        return np.lexsort((document, low, high, key))
    return np.lexsort((low, high, key))


def hash_spaces(
    high: npt.NDArray[np.uint64],
    low: npt.NDArray[np.uint64],
    compared: npt.NDArray[np.bool_],
    order: npt.NDArray[np.int64] | None = None,
) -> Iterator[pa.Table]:
    """Yield tables of the hashes that are ``compared``, in parts that share none.

    ``row`` is the place of each; ``order`` says what is at a place, if that is not what has its
    number.
    """
    bits = min(8, (len(compared) >> SPACE_BITS).bit_length())
    space = (high >> np.uint64(56)).astype(np.uint8) >> (8 - bits)
    if order is not None:
        space = space[order]
    for number in range(1 << bits):
        row = np.flatnonzero(compared & (space == number))
        which = row if order is None else order[row]
        yield pa.table({"high": high[which], "low": low[which], "row": row})


def first_of_equals(rows: pa.Table) -> pa.Table:
    """Return, per row, the first row of its key.

    ``rows`` is sorted by ``high`` and ``low``, and by ``row`` within equal ones; the result has
    ``row`` and ``first`` (int64).
    """
    high, low, row = numbers(rows["high"]), numbers(rows["low"]), numbers(rows["row"])
    if len(row) == 0:
        return pa.table({"row": row, "first": row})
    new = np.ones(len(row), bool)
    new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    starts = np.flatnonzero(new)
    return pa.table(
        {"row": row, "first": np.repeat(row[starts], np.diff(np.append(starts, len(row))))}
    )


def number_groups(
    repeats: Iterable[pa.Table], compared: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the group of each row (-1: it is not compared), and the first row of each group.

    ``repeats`` are tables of ``first_of_equals``, in any order, of those rows at least whose key
    another one has; groups are numbered in the order of their first rows.
    """
    first = np.arange(len(compared))
    for table in repeats:
        first[numbers(table["row"])] = numbers(table["first"])
    leads = compared & (first == np.arange(len(compared)))
    group = (np.cumsum(leads) - 1)[first]
    group[~compared] = -1
    return group, np.flatnonzero(leads)
