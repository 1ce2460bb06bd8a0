"""Documents to the stretches of text that are compared: lines, blocks, sentences or whole texts."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import strings
from dedup.kernels import segment as kernels
from dedup.records import UNITS

__all__ = ["segment"]

_ENDERS = "。｡！？!?；;…"
_CLOSERS = "”’」』）)》〉】〗〕]］}｝｣›»＂＇\"'"
_DIGITS = "0123456789０１２３４５６７８９"
_COLUMNS = UNITS.names[: UNITS.get_field_index("byte_end") + 1]
_SCHEMA = pa.schema([UNITS.field(name) for name in _COLUMNS])


def _classes() -> npt.NDArray[np.uint8]:
    """Give every code point below 65536 its part in segmentation."""
    classes = np.full(0x10000, kernels.OTHER, np.uint8)
    characters = "".join(map(chr, range(0x10000)))
    classes[[match.start() for match in re.finditer(r"\s", characters)]] = kernels.SPACE
    for kind, characters in (
        (kernels.ENDER, _ENDERS),
        (kernels.DOT, "."),
        (kernels.WIDE_DOT, "．"),
        (kernels.CLOSER, _CLOSERS),
        (kernels.DIGIT, _DIGITS),
    ):
        classes[[ord(c) for c in characters]] = kind
    return classes


_CLASSES = _classes()


def segment(documents: pa.Table, unit: str) -> pa.Table:
    r"""Cut each text of a batch into units.

    Lines end at ``\n``, ``\r\n`` or ``\r``. White space is what ``str.isspace`` says. Whatever
    set of units is dropped (``drop_end - start`` characters from ``start`` on), cutting the rest
    again gives exactly the contents of the others.

    ``line``
        Each line that is not blank, indentation included.
    ``blank``
        Lines between blank ones, from the first character of the first to the end of the last.
    ``document``
        The whole text without its final line terminator, if it is not blank.
    ``sentence``
        A line is cut after a run of marks that holds one of ``。！？!?；;…``, or ``．`` not right
        after a digit; or that begins with ``.`` not right after a digit and is followed by white
        space. A run goes on over dots and over closing brackets and quotation marks, ASCII ones
        too. White space between two sentences goes when the one before it goes; ``end`` is before
        it. No sentence but the first of a line begins with a mark that could be part of such a
        run: where one comes after white space, the line is not cut there, or the sentence would
        lose its mark to whatever comes before it once its neighbour is dropped. Indentation
        belongs to the first sentence of a line. The line terminator stays, unless the sentence is
        the only one of its line: the lines around would be glued together. A line of several
        sentences that are all dropped is left blank.

    Parameters
    ----------
    documents
        A batch with the columns of ``records.DOCUMENTS``; only ``text`` is read, without nulls.
    unit
        ``line``, ``blank``, ``sentence`` or ``document``.

    Returns
    -------
    pyarrow.Table
        One row per unit, in order, with the columns of ``records.UNITS`` up to ``byte_end``.

    Raises
    ------
    ValueError
        If ``unit`` is none of the four.
    """
    if unit not in kernels.MODES:
        raise ValueError(f"unit must be one of {', '.join(kernels.MODES)}, not {unit!r}")
    data, starts = (array.view() for array in strings(documents["text"]))
    for array in (data, starts):
        array.flags.writeable = False  # one type for the compiler, wherever the bytes come from
    if unit == "sentence":
        walk = partial(kernels.sentences, data, starts, _CLASSES)
    else:
        walk = partial(kernels.lines, data, starts, _CLASSES, kernels.MODES.index(unit))
    rows = np.empty((len(_COLUMNS), walk(np.empty((0, 0), np.int64))), np.int64)
    if rows.size:
        walk(rows)
    columns = [pa.array(row) for row in rows]
    return pa.table(columns, names=_COLUMNS).cast(_SCHEMA)
