"""Where the fields of comma-separated records begin and end, quotation marks minded."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedup.kernels import kernel

__all__ = ["BARE", "MALFORMED", "OPEN", "QUOTED", "split_records"]

BARE, QUOTED, MALFORMED, OPEN = range(4)
"""Kinds of field: as it is; in quotation marks; in them, and something after them; never closed."""

_QUOTE, _CR, _LF = 0x22, 0x0D, 0x0A


@kernel
def split_records(
    data: Any,
    marks: Any,
    delimiter: int,
    starts: Any,
    ends: Any,
    kinds: Any,
    record_ends: Any,
    record_fields: Any,
) -> tuple[int, int]:
    """Split into records and fields as RFC 4180 has it, and as Python's ``csv`` beyond that.

    A record ends at LF, CR LF or CR. A quotation mark that does not begin a field is a character
    of it; in a field that begins with one, it stands doubled.

    Parameters
    ----------
    data : uint8
        Whole records; the last one may be without its end.
    marks : int64
        Where in ``data`` there is a quotation mark, the delimiter, CR or LF.
    delimiter : int
        A byte.
    starts, ends, kinds : int64
        Filled for each field: its bytes, without the quotation marks around it, and its kind. As
        long as ``marks``, and one more.
    record_ends : int64
        Filled for each record: the byte after its terminator. As long as ``starts``.
    record_fields : int64
        Filled for each record: the number of fields up to its end. As long as ``starts``.

    Returns
    -------
    The number of records, and of those that are ended by a terminator.
    """
    size = len(data)
    fields = records = done = 0
    begin = np.int64(0)
    closed = np.int64(-1)  # where the closing quotation mark of the field stands
    quoted = inside = False
    m = 0
    while m <= len(marks):
        last = m == len(marks)
        if last and begin == size and fields == done and not quoted:
            break
        mark = size if last else marks[m]
        byte = _LF if last else data[mark]
        m += 1
        if inside and not last:
            if byte == _QUOTE:
                if mark + 1 < size and data[mark + 1] == _QUOTE:
                    m += 1
                else:
                    inside = False
                    closed = mark
            continue
        if byte == _QUOTE:
            if mark == begin:
                quoted = inside = True
            continue
        starts[fields] = begin + 1 if quoted else begin
        ends[fields] = mark
        kinds[fields] = BARE
        if quoted:
            kinds[fields] = OPEN if inside else QUOTED if closed + 1 == mark else MALFORMED
            if not inside:
                ends[fields] = closed
        fields += 1
        begin = mark + 1
        quoted = inside = False
        if byte != delimiter or last:
            if byte == _CR and begin < size and data[begin] == _LF:
                begin += 1
                m += 1
            record_ends[records] = min(begin, size)
            record_fields[records] = done = fields
            records += 1
            if last:
                return records, records - 1
    return records, records
