"""Classify: what each cluster and family is, by the first rule that its evidence meets."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import F64, I64, Array, Bools, numbers
from dedup.rules import CLASSES, MANY, RULES, TITLE, Evidence

__all__ = ["because", "class_of_pairs", "class_of_passages", "classify"]

_FIELD = re.compile(r"\{(\w+)\}")
_STANDS = (
    "units {units}, documents {documents}, works {works}, sources {sources}; "
    "documents {kin} alike, neighbours shared {beside}, at the head {head}, at the foot {foot}"
)
_LOOKS = (
    "texts {texts} of {length} characters; similarity {similarity}, masked {masked_similarity}, "
    "fixed {fixed}, filled in otherwise {filled} ({kind}), reworded {reworded}"
)
_DATES = "dates {since} to {until}"


def classify(evidence: Evidence) -> I64:
    """Return the rule that decides each group, an index into ``RULES``."""
    number: I64 = np.select(
        [rule.holds(evidence) for rule in RULES], [np.int64(n) for n in range(len(RULES))]
    )
    return number


def because(rules: Array, evidence: Evidence) -> pa.Array:
    """Return why each group is what it is (large_list<large_string>).

    First what its rule says, with the figures; then the evidence that there is of every group:
    where it stands, how it looks, and the dates of its documents where they are known.
    """
    columns: dict[str, pa.Array] = {}

    def column(name: str) -> pa.Array:
        if name not in columns:
            values = getattr(evidence, name)
            if isinstance(values, pa.DictionaryArray):
                values = values.dictionary_decode()
            if isinstance(values, np.ndarray):
                share = values.dtype.kind == "f"
                values = pa.array(np.rint(values * 100).astype(np.int64) if share else values)
                values = values.cast(pa.large_string())
                if share:
                    values = pc.binary_join_element_wise(values, _text(" %"), _text(""))
            columns[name] = values
        return columns[name]

    def said(pattern: str, rows: I64) -> pa.Array:
        """Return a pattern filled in for rows; null where a value is."""
        which = pa.array(rows)
        pieces = [
            column(piece).take(which) if place % 2 else _text(piece)
            for place, piece in enumerate(_FIELD.split(pattern))
        ]
        told = pc.binary_join_element_wise(*pieces, _text(""))
        if isinstance(told, pa.Scalar):
            return pa.array([told.as_py()] * len(rows), pa.large_string())
        return told

    every = np.arange(len(rules))
    order = np.argsort(rules, kind="stable")
    cuts = np.searchsorted(rules[order], np.arange(len(RULES) + 1))
    parts = [
        said(rule.because, order[cuts[number] : cuts[number + 1]])
        for number, rule in enumerate(RULES)
    ]
    first = pa.concat_arrays(parts).take(pa.array(np.argsort(order, kind="stable")))
    lists = [first, said(_STANDS, every), said(_LOOKS, every), said(_DATES, every)]
    told = pa.concat_arrays(lists)
    by_group = np.arange(len(told)).reshape(len(lists), -1).T
    known = np.array(told.is_valid())[by_group]
    offsets = np.concatenate([[0], np.cumsum(known.sum(axis=1))]).astype(np.int64)
    return pa.LargeListArray.from_arrays(pa.array(offsets), told.take(pa.array(by_group[known])))


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())


def class_of_pairs(same_document: Bools, length: F64, places: I64) -> npt.NDArray[np.int8]:
    """Return what passages are, or other pairs of two texts, as indices into ``CLASSES``.

    A repeat within one document, a quote if it is no longer than a title and stands in many
    places, else a copy.

    Parameters
    ----------
    same_document
        Whether both are in one.
    length
        Characters, of alphabetic text a third of them.
    places
        In how many what it says stands.
    """
    repeat, quote, copy = (CLASSES.index(name) for name in ("repeat", "quote", "copy"))
    short = (length <= TITLE) & (places >= MANY)
    return np.select([same_document, short], [repeat, quote], copy).astype(np.int8)


def class_of_passages(passages: pa.Table) -> npt.NDArray[np.int8]:
    """Return what ``records.PASSAGES`` are, as ``class_of_pairs`` has it."""
    p = {name: numbers(passages[name]) for name in passages.column_names}
    alphabetic = p["byte_end"] - p["byte_start"] < 2 * (p["end"] - p["start"])
    length = np.where(alphabetic, p["length"] / 3, p["length"])
    return class_of_pairs(p["document"] == p["source_document"], length, p["places"])
