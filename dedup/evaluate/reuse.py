"""Units of a corpus with the share of each that stands elsewhere: where to take from, and to plant.

Labels do not come from here: a planted copy is one because it was planted. What is measured here
only keeps natural copies, which nobody has labelled, away from the planted ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import folding
from dedup.columns import flat, lists, numbers
from dedup.engines import Engine
from dedup.pipeline import load_lexicon
from dedup.settings import Settings
from dedup.stages.fold import fold
from dedup.stages.segment import layout, segment
from dedup.stages.shingle import shingle
from dedup.stages.words import words

__all__ = ["LONG_RUN", "RUN", "shares_elsewhere", "units_with_reuse"]

RUN = 5
"""Words in a row that count as the same text.

Two paragraphs on one subject have hardly such a run in common; of one with every fifth word
replaced, a third of the runs stay.
"""
LONG_RUN = 6
"""Words in a row that are a copied passage by themselves, however long the unit is around them.

Between planted copies of laws and other laws than their donors, 97 passages are found if this is 8,
64 if it is 6, of 7,800 links in all: each that was read is a rule that another law has, too, said
otherwise. With 5 there are not enough donors left.
"""
_ROWS = 2000
"""Documents to a batch."""


def units_with_reuse(documents: pa.Table, settings: Settings, engine: Engine) -> pa.Table:
    """Return the units of documents, and how much of each stands in another one.

    Parameters
    ----------
    documents
        Schema ``records.DOCUMENTS``.
    settings
        The unit, and the dictionaries that words come from.

    Returns
    -------
    pa.Table
        ``document, paragraph, line, start, end, drop_end, length`` as in ``records.UNITS``, and
        ``elsewhere`` (float64, 0 to 1): the share of its runs of ``RUN`` words that another unit
        has, too; 1 if another has a run of ``LONG_RUN`` words of it.
    """
    tables, lexicon = folding.load_tables(), load_lexicon(settings)

    def describe(first: int) -> tuple[pa.Table | pa.Array, ...]:
        batch = documents.slice(first, _ROWS).combine_chunks()
        units = fold(batch, segment(layout(batch, settings.unit)), tables)
        told = words(flat(units["shadow"]), lexicon, characters=False)
        sets = [flat(shingle(told, size)["masked"]) for size in (RUN, LONG_RUN)]
        units = units.drop_columns(["shadow", "hash_high", "hash_low", "byte_start", "byte_end"])
        moved = pa.array(numbers(units["document"]) + first)
        return units.set_column(units.column_names.index("document"), "document", moved), *sets

    starts = range(0, max(documents.num_rows, 1), _ROWS)
    parts = list(zip(*engine.map(describe, starts), strict=True))
    units = pa.concat_tables(parts[0]).combine_chunks()
    short, long = (shares_elsewhere(pa.concat_arrays(sets)) for sets in parts[1:])
    return units.append_column("elsewhere", pa.array(np.where(long > 0, 1.0, short)))


def shares_elsewhere(sets: pa.Array) -> npt.NDArray[np.float64]:
    """Return, per set, the share of its members that another set has, too; 1 for an empty set.

    >>> from dedup.columns import make_lists
    >>> shares_elsewhere(make_lists(np.array([1, 2, 2, 3, 4, 9]), np.array([0, 2, 5, 6, 6])))
    array([0.5       , 0.33333333, 0.        , 1.        ])
    """
    values, starts = lists(sets)
    sizes = np.diff(starts)
    holder = np.repeat(np.arange(len(sizes)), sizes)
    _, which, times = np.unique(
        values[starts[0] : starts[-1]], return_inverse=True, return_counts=True
    )
    shared = np.bincount(holder, weights=times[which] > 1, minlength=len(sizes))
    return np.where(sizes > 0, shared / np.maximum(sizes, 1), 1.0)
