"""Newcomers: a finding as each of the new documents alone sees it, beside the corpus before it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import each_once, numbers
from dedup.finding import Finding, View

__all__ = ["apart"]

Ints = npt.NDArray[np.int64]

CORPUS = -1
"""The owner of what stands in the corpus, where everybody sees it."""


def apart(finding: Finding, first: int) -> Finding:
    """Return the finding in which no document from number ``first`` on sees another such one.

    Of the corpus, the documents before ``first``, everything stays; it comes first in keep order.
    Each newcomer comes after it and has what it shares with no text of the corpus to itself: a
    text of two newcomers is two texts, and an edge between texts of two newcomers is gone. So what
    is decided for a newcomer depends on the corpus and on itself. (Not so with ``across_only``,
    where it counts who else has a text of the corpus.)
    """
    document = numbers(finding.units["document"])
    owner = np.where(document < first, CORPUS, document)
    order = np.lexsort((finding.rank, owner))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))

    texts = _Shares.of(owner, finding.text_of, finding.texts.num_rows)
    share_of = texts.find(owner, finding.text_of)
    backwards = order[::-1]
    backwards = backwards[share_of[backwards] >= 0]
    unit = np.zeros(len(texts.key), np.int64)
    unit[share_of[backwards]] = backwards  # the last written, of the lowest rank, stays
    # Texts are numbered in keep order, and what comes first is another thing for each newcomer.
    by_rank = np.argsort(rank[unit])
    number = np.empty(len(unit) + 1, np.int64)
    number[by_rank] = np.arange(len(unit))
    number[-1] = -1  # which -1 picks, of a unit without text

    first_masked = finding.masked_of[texts.key]
    masked = _Shares.of(texts.owner, first_masked, finding.texts.num_rows)
    masked_share = masked.find(texts.owner, first_masked)
    head = np.full(len(masked.key) + 1, -1, np.int64)
    held = by_rank[masked_share[by_rank] >= 0][::-1]
    head[masked_share[held]] = number[held]

    unit_column = finding.texts.column_names.index("unit")
    in_order = finding.texts.take(pa.array(texts.key[by_rank]))
    return dataclasses.replace(
        finding,
        rank=rank,
        text_of=number[share_of],
        texts=in_order.set_column(unit_column, "unit", pa.array(unit[by_rank])),
        literal=_between(finding.literal, texts, number),
        masked=_between(finding.masked, masked, head),
        masked_of=head[masked_share][by_rank],
        passages=_for_copies(_seen(finding.passages, first, rank), finding, first),
    )


@dataclass(frozen=True)
class _Shares:
    """Who has which text: one share for a text of the corpus, else one for each newcomer."""

    owner: Ints
    key: Ints
    """Per share, its text; shares are sorted by owner, then text."""
    known: npt.NDArray[np.bool_]
    """Per text, whether the corpus has it."""

    @classmethod
    def of(cls, owner: Ints, key: Ints, size: int) -> _Shares:
        """Gather the shares of rows with these owners and keys (-1: none) below ``size``."""
        known = np.zeros(size + 1, bool)  # the last is what -1 picks
        known[key[(owner == CORPUS) & (key >= 0)]] = True
        owner = np.where(known[key], CORPUS, owner)
        codes = each_once(_code(owner, key, size)[key >= 0])
        return cls(codes // size - 1, codes % size, known)

    def find(self, owner: Ints, key: Ints) -> Ints:
        """Return the share each owner has of each key, or sees of it in the corpus; -1: none."""
        size = len(self.known) - 1
        owner = np.where(self.known[key], CORPUS, owner)
        codes, wanted = _code(self.owner, self.key, size), _code(owner, key, size)
        place = np.searchsorted(codes, wanted)
        there = (key >= 0) & (np.append(codes, -1)[place] == wanted)
        return np.where(there, place, -1)


def _seen(passages: pa.Table, first: int, rank: Ints) -> pa.Table:
    """Return the passages that are not of two newcomers, the source what comes first by now."""
    here, there = (numbers(passages[name]) for name in ("document", "source_document"))
    seen = passages.filter(pa.array((np.minimum(here, there) < first) | (here == there)))
    turned = rank[numbers(seen["unit"])] < rank[numbers(seen["source_unit"])]
    columns = {name: numbers(seen[name]) for name in seen.column_names}
    for name in [name for name in columns if f"source_{name}" in columns]:
        one, other = columns[name], columns[f"source_{name}"]
        columns[name] = np.where(turned, other, one)
        columns[f"source_{name}"] = np.where(turned, one, other)
    return pa.table(columns, schema=seen.schema)


def _for_copies(passages: pa.Table, finding: Finding, first: int) -> pa.Table:
    """Return the passages, with those of a newcomer's unit for all newcomers that have its text.

    Of equal units the first alone was looked at. Where the others stand in their documents, only
    the unit and the shadow characters of the copies tell.
    """
    unit, offset, size = (numbers(passages[name]) for name in ("unit", "offset", "length"))
    document, length = numbers(finding.units["document"]), numbers(finding.units["length"])
    text = finding.text_of
    within = (document[unit] >= first) & (text[unit] >= 0) & (offset + size <= length[unit])
    row = np.flatnonzero(within)
    # The units of newcomers by text, of each document the first.
    held = np.flatnonzero((document >= first) & (text >= 0))
    held = held[np.unique(np.stack([text[held], document[held]]), axis=1, return_index=True)[1]]
    starts, ends = (
        np.searchsorted(text[held], text[unit[row]], side) for side in ("left", "right")
    )
    count = ends - starts
    of = np.repeat(np.arange(len(row)), count)
    copy = held[starts[of] + np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)]
    other = document[copy] != document[unit[row[of]]]
    more = passages.take(pa.array(row[of[other]]))
    for name, values in (("unit", copy[other]), ("document", document[copy[other]])):
        more = more.set_column(more.column_names.index(name), name, pa.array(values))
    return pa.concat_tables([passages, more.cast(passages.schema)])


def _code(owner: Ints, key: Ints, size: int) -> Ints:
    return (owner + 1) * size + key


def _between(view: View, shares: _Shares, name: Ints) -> View:
    """Return the view with an edge for every two shares of its texts that see one another.

    ``name`` gives what a share is called in the new edges.
    """
    edges = view.edges
    a, b = numbers(edges["a"]), numbers(edges["b"])
    # From the side that newcomers hold, if there is one, the other side is told by the owner.
    by_b = shares.known[a] & ~shares.known[b]
    near, far = np.where(by_b, b, a), np.where(by_b, a, b)
    by_key = np.argsort(shares.key, kind="stable")
    starts = np.searchsorted(shares.key[by_key], np.arange(len(shares.known)))
    count = starts[near + 1] - starts[near]
    edge = np.repeat(np.arange(len(near)), count)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    one = by_key[starts[near[edge]] + within]
    other = shares.find(shares.owner[one], far[edge])
    seen = other >= 0
    edge, one, other = edge[seen], one[seen], other[seen]
    new_a = name[np.where(by_b[edge], other, one)]
    new_b = name[np.where(by_b[edge], one, other)]
    turned = new_a > new_b
    in_a, in_b = numbers(edges["containment_a"])[edge], numbers(edges["containment_b"])[edge]
    between = pa.table(
        {
            "a": np.minimum(new_a, new_b),
            "b": np.maximum(new_a, new_b),
            "similarity": numbers(edges["similarity"])[edge],
            "containment_a": np.where(turned, in_b, in_a),
            "containment_b": np.where(turned, in_a, in_b),
        },
        schema=edges.schema,
    )
    return dataclasses.replace(
        view, edges=between.sort_by([("a", "ascending"), ("b", "ascending")])
    )
