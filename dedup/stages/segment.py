"""Documents to the stretches of text that are compared: lines, blocks, sentences or whole texts."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import Array, flat, numbers, strings
from dedup.kernels import layout as margins
from dedup.kernels import segment as kernels
from dedup.records import UNITS

__all__ = ["layout", "segment"]

_ENDERS = "。｡！？!?；;…"
_CLOSERS = "”’」』）)》〉】〗〕]］}｝｣›»＂＇\"'"
_DIGITS = "0123456789０１２３４５６７８９"
_COLUMNS = UNITS.names[: UNITS.get_field_index("byte_end") + 1]
_SCHEMA = pa.schema([UNITS.field(name) for name in _COLUMNS])


def _classes() -> npt.NDArray[np.uint8]:
    """Give every code point below 65536 its part in segmentation."""
    classes = np.full(0x10000, kernels.OTHER, np.uint8)
    every = "".join(map(chr, range(0x10000)))
    for kind, pattern in ((kernels.SPACE, r"\s"), (kernels.LETTER, r"[^\W_]")):
        classes[[match.start() for match in re.finditer(pattern, every)]] = kind
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


def layout(documents: pa.Table, unit: str) -> pa.Table:
    """Return ``documents`` with the column ``unit``: how each of them is to be cut.

    It is ``unit`` itself, or for ``auto`` what the lines of the document tell. They are its
    paragraphs (``line``) unless it is hard-wrapped: unless three lines or more are broken off at
    one margin, and hold a quarter of the text in lines of 40 columns and more that another line
    follows directly, and a twelfth of the whole; and a sentence ends at the end of one line, at
    least, for twelve of them. A line is broken off at a margin, at most 160 columns wide, if it
    ends in a letter, a digit or a comma, if it fits, and if the first word of the next line would
    not, give or take 6 columns. Han characters are two columns wide, and each of them is a word.
    Lines without a letter or digit part blocks, as blank ones do.

    A wrapped document is cut at blank lines (``blank``). It is cut at indented lines, too
    (``indent``), if more of them follow the end of a sentence than there are blocks between blank
    lines, and four times as many as follow a line that may be broken off.

    Where the numbers come from is said beside them, in ``dedup.kernels.layout``. Only the document
    itself counts; but once some of its units are dropped, its lines may tell something else, and
    a second run with ``auto`` may cut the rest otherwise than the first. With any other unit the
    rest is cut as before.

    Parameters
    ----------
    documents
        A batch with the columns of ``records.DOCUMENTS``; only ``text`` is read, without nulls.
    unit
        As ``Settings.unit``.

    Raises
    ------
    ValueError
        If ``unit`` is unknown.
    """
    if unit == "auto":
        data, starts = strings(documents["text"])
        kinds = np.empty(documents.num_rows, np.uint8)
        votes = np.empty((2, margins.MOST + 2), np.int64)
        margins.layouts(data, starts, _CLASSES, votes, kinds)
    elif unit in kernels.MODES:
        kinds = np.full(documents.num_rows, kernels.MODES.index(unit), np.uint8)
    else:
        raise ValueError(f"unit must be auto or one of {', '.join(kernels.MODES)}, not {unit!r}")
    names = pa.array(kernels.MODES)
    column = pa.DictionaryArray.from_arrays(pa.array(kinds.astype(np.int8)), names)
    return documents.append_column("unit", column)


def segment(documents: pa.Table) -> pa.Table:
    r"""Cut each text of a batch into units.

    Lines end at ``\n``, ``\r\n`` or ``\r``. White space is what ``str.isspace`` says, letters and
    digits are what ``str.isalnum`` does (and all beyond U+FFFF). Whatever set of units is dropped
    (``drop_end - start`` characters from ``start`` on), cutting the rest again, in the same way,
    gives exactly the contents of the others.

    ``line``
        Each line that is not blank, indentation included.
    ``blank``
        Lines between those that hold no letter or digit, from the first character of the first to
        the end of the last.
    ``indent``
        The same, but a line that begins with white space begins another one.
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
        A batch with the columns ``text`` and ``unit``, as ``layout`` returns it.

    Returns
    -------
    pyarrow.Table
        One row per unit, in order, with the columns of ``records.UNITS`` up to ``byte_end``.

    Raises
    ------
    ValueError
        If some documents are to be cut into sentences, and others are not.
    """
    data, starts = strings(documents["text"])
    modes = _modes(documents["unit"])
    by_sentence = modes == kernels.SENTENCE
    if by_sentence.any():
        if not by_sentence.all():
            raise ValueError("a batch is cut into sentences as a whole, or not at all")
        walk = partial(kernels.sentences, data, starts, _CLASSES)
    else:
        walk = partial(kernels.lines, data, starts, _CLASSES, modes)
    rows = np.empty((len(_COLUMNS), walk(np.empty((0, 0), np.int64))), np.int64)
    if rows.size:
        walk(rows)
    columns = [pa.array(row) for row in rows]
    return pa.table(columns, names=_COLUMNS).cast(_SCHEMA)


def _modes(column: pa.ChunkedArray) -> Array:
    """Return the mode of each document, as the kernel numbers them."""
    array = flat(column)
    known = [kernels.MODES.index(name) for name in array.dictionary.to_pylist()]
    modes: Array = np.array(known, np.uint8)[numbers(array.indices)]
    return modes
