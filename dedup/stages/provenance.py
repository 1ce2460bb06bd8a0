"""Provenance: the ledger's rows with everything they say of a link, measured and in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup import reasons as why
from dedup.columns import Array, flat, lists, numbers
from dedup.excerpts import stretch_texts, unit_hashes
from dedup.kernels.sentences import stands_in
from dedup.kernels.verify import subsequence
from dedup.likeness import similarities
from dedup.records import LINK_KINDS as KINDS
from dedup.records import SCHEMA_VERSION
from dedup.settings import Settings

__all__ = ["Evidence", "in_order", "provenance_rows"]

Ints = npt.NDArray[np.int64]

PASSAGE = KINDS.index("passage")
_DROPPED = 2
"""Of the actions, the first of those by which a unit goes."""


@dataclass(frozen=True)
class Evidence:
    """What the rows are made from."""

    names: list[str]
    documents: pa.Table
    units: pa.Table
    text_of: Ints
    literal: pa.Array
    masked: pa.Array
    masked_of: Ints
    guards: pa.Array
    sentences: pa.Array
    passages: pa.Table
    """``records.PASSAGES`` with a column ``direction``: each has a row, too."""
    target: Ints
    action: npt.NDArray[np.int8]
    actions: Sequence[str]
    outcome: npt.NDArray[np.int8]
    """Per unit, which of the first of ``REASONS`` a person's decision is; -1: none."""
    removed: npt.NDArray[np.bool_]
    """Per unit, whether it went because its class is removed."""
    spared: npt.NDArray[np.bool_]
    """Per unit, whether it would have gone, but for its class, which is only tagged."""
    whole: npt.NDArray[np.bool_] | None
    """Per unit, whether all of its sentences go with passages; None where none is cut."""
    cuts: pa.Array | None
    """Per passage, what goes for it (large_list<struct<start, end>>), null for nothing."""
    classes: Sequence[str]
    class_of_unit: npt.NDArray[np.int8]
    """Per unit, the class of its cluster, else of its family, as an index into ``classes``; -1."""
    class_of_family: npt.NDArray[np.int8]
    """By the number of the family."""
    class_of_passage: npt.NDArray[np.int8]
    class_of_pair: npt.NDArray[np.int8]
    """Of two units that are in no group: in two documents, and in one."""
    drop_threshold: float | None
    settings: Settings

    @cached_property
    def is_cut(self) -> npt.NDArray[np.bool_]:
        """Per passage, whether something goes for it."""
        found: npt.NDArray[np.bool_] = numbers(_cuts(self).is_valid())
        return found

    @cached_property
    def passage_actions(self) -> Ints:
        """What became of each passage: cut, or gone with the units it stands in, or tagged."""
        cut = self.actions.index("masked" if self.settings.passage_action == "mask" else "dropped")
        gone = self.action[numbers(self.passages["unit"])].astype(np.int64)
        of_units = np.where(_gone(self), gone, self.actions.index("tagged"))
        return np.where(self.is_cut, cut, of_units)


def in_order(
    links: pa.Table, passages: pa.Table, keep: Callable[[Array], Array] = np.asarray
) -> pa.Table:
    """Return the links with those of passages, in the order of the corpus, and each one's passage.

    Parameters
    ----------
    links
        What ``ledger.link_units`` and ``ledger.links_across`` return, concatenated, with a column
        ``direction``.
    passages
        As in ``Evidence``.
    keep
        Where columns are kept: they are as long as all links.

    Returns
    -------
    pa.Table
        The columns of ``links``, and ``passage``: -1 for a link of two units.
    """
    none = np.full(passages.num_rows, -1, np.int64)
    more = {
        "unit": numbers(passages["unit"]),
        "source": numbers(passages["source_unit"]),
        "cluster": none,
        "family": none,
        "kind": np.full(len(none), PASSAGE, np.int8),
        "passage": np.arange(len(none)),
    }

    def both(name: str) -> Array:
        before = np.full(links.num_rows, -1) if name == "passage" else numbers(links[name])
        return np.concatenate([before, more[name]])

    order = np.lexsort([both(name) for name in ("passage", "source", "kind", "unit")])
    columns = {name: pa.array(keep(both(name)[order])) for name in more}
    direction = pa.chunked_array([*links["direction"].chunks, *passages["direction"].chunks])
    return pa.table(columns | {"direction": flat(direction.take(pa.array(order)))})


def provenance_rows(links: pa.Table, evidence: Evidence) -> pa.Table:
    """Return the ledger, or some of it: a row per link.

    ``links`` is what ``in_order`` returns, or rows of it.
    """
    e = evidence if len(evidence.masked_of) else _with_a_text(evidence)
    passage = numbers(links["passage"])
    unit, source = numbers(links["unit"]), numbers(links["source"])
    linked = source >= 0
    is_passage = passage >= 0
    # Of passages the spans are compared, not the units.
    other = np.where(linked & ~is_passage, source, unit)
    # What is too short to have a text is in no link; its row needs some text, and shows none.
    a, b = np.maximum(e.text_of[unit], 0), np.maximum(e.text_of[other], 0)
    same = linked & (a == b) & ~is_passage

    similarity, containment = similarities(a, b, e.literal)
    masked_a, masked_b = e.masked_of[a], e.masked_of[b]
    masked_known = linked & ~is_passage & (masked_a >= 0) & (masked_b >= 0)
    masked_similarity, _ = similarities(
        np.where(masked_known, masked_a, 0), np.where(masked_known, masked_b, 0), e.masked
    )
    equal_masked = masked_a == masked_b
    similarity = np.where(same, 1.0, similarity)
    containment = np.where(same, 1.0, containment)
    masked_similarity = np.where(equal_masked, 1.0, masked_similarity)

    some = passage[is_passage]
    matched, length, source_length = (
        numbers(e.passages[name])[some] for name in ("matched", "length", "source_length")
    )
    similarity[is_passage] = matched / np.maximum(length, source_length)
    containment[is_passage] = matched / length

    kinds = numbers(links["kind"]).astype(np.int64)
    # A unit dropped for another that is like it only once masked.
    kinds = np.where((kinds == 1) & (similarity < e.settings.near), 2, kinds)
    action = np.where(is_passage, np.append(e.passage_actions, 0)[passage], e.action[unit])
    facts, said = _compared(subsequence, a, b, e.guards), _compared(stands_in, a, b, e.sentences)
    elsewhere = (action >= _DROPPED) & (e.target[unit] != source)
    alone = (action >= _DROPPED) & (e.target[unit] < 0)
    cut = np.append(e.is_cut, False)[passage]
    reasons = _reasons(
        kinds, unit, linked, passage, action, alone, elsewhere, cut, same, similarity, containment,
        facts, said, numbers(e.units["length"])[unit], e,
    )  # fmt: skip

    class_ = _class_codes(links, kinds, passage, e)
    nobodys = pa.array(class_ == e.classes.index("boilerplate"))

    columns: dict[str, pa.Array] = {
        "schema_version": pa.array(np.full(len(unit), SCHEMA_VERSION, np.int32)),
        "cluster": _nullable(numbers(links["cluster"])),
        "family": _nullable(numbers(links["family"])),
        "hash": unit_hashes(e.units, unit),
        "kind": _named(kinds, KINDS),
        "class": _named(class_, e.classes),
    }
    columns |= _place(e, unit, None, "", passage)
    columns |= _place(e, np.where(linked, source, unit), linked, "source_", passage)
    columns |= {
        "similarity": pa.array(np.round(similarity, 6), mask=~linked),
        "masked_similarity": pa.array(np.round(masked_similarity, 6), mask=~masked_known),
        "containment": pa.array(np.round(containment, 6), mask=~linked),
        # Nobody has from another what everybody writes.
        "direction": pc.if_else(nobodys, None, flat(links["direction"])),
        "action": _named(action, e.actions),
        "reason": pc.take(pa.array(why.REASONS, pa.large_string()), pa.array(reasons)),
        "text": _texts(e, unit, passage),
    }
    if e.settings.passage_action != "tag":
        columns["cut"] = _cuts(e).take(pa.array(passage, mask=~is_passage))
    return pa.table(columns)


def _reasons(
    kinds: Ints,
    unit: Ints,
    linked: npt.NDArray[np.bool_],
    passage: Ints,
    action: npt.NDArray[np.int8],
    alone: npt.NDArray[np.bool_],
    elsewhere: npt.NDArray[np.bool_],
    cut: npt.NDArray[np.bool_],
    same: npt.NDArray[np.bool_],
    similarity: npt.NDArray[np.float64],
    containment: npt.NDArray[np.float64],
    facts: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
    said: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
    length: Ints,
    e: Evidence,
) -> Ints:
    """Return the number of the rule that decided each row, the first that applies."""
    within, equal = facts
    said_all, stands = said
    dropped = action >= _DROPPED
    outcome = e.outcome[unit]
    preset = e.settings.preset
    least = np.inf if e.drop_threshold is None else e.drop_threshold
    alike = (similarity >= least) & equal
    contained = (containment >= least) & within
    below = (e.drop_threshold is not None) & (similarity < least) & (containment < least)
    rules = [
        (dropped & (outcome == why.DROP), why.DROP),
        (cut, why.WHOLE if preset == "aggressive" else why.WORD_FOR_WORD),
        ((kinds == PASSAGE) & dropped, why.ELSEWHERE),
        (_of_spared_class(e, passage) & ~dropped, why.SPARED),
        (
            kinds == PASSAGE,
            why.PASSAGE if e.settings.passage_action == "tag" else why.UNCUT,
        ),
        (dropped & e.removed[unit], why.REMOVED),
        *((outcome == decision, decision) for decision in (why.KEEP, why.THIS, why.BOILERPLATE)),
        ((action == 0) & linked, why.OWN),
        (action == 0, why.FIRST),
        *([] if e.whole is None else [(alone & e.whole[unit], why.SENTENCES)]),
        (alone, why.DOCUMENT),
        (elsewhere, why.ELSEWHERE),
        (dropped & same, why.EXACT),
        (dropped & said_all, why.SAME),
        (dropped & stands, why.STANDS),
        (dropped & alike, why.ALIKE),
        (dropped & contained, why.CONTAINED),
        (dropped & (kinds == 2), why.FAMILY),
        (dropped, why.NEAR),
        (e.spared[unit], why.SPARED),
        (length < e.settings.min_drop, why.SHORT),
        (same, why.SAME_SOURCE if e.settings.across_only else why.UNKEPT),
        (kinds == 2, why.MASKED),
        (np.full(len(kinds), preset == "careful"), why.CAREFUL),
        (said_all | stands | alike | contained | (preset == "aggressive"), why.UNKEPT),
        (below, why.BELOW),
        (~within, why.DIFFERS),
        (np.full(len(kinds), True), why.WORDS),
    ]
    chosen: Ints = np.select(
        [condition for condition, _ in rules],
        [np.int64(reason) for _, reason in rules],
        why.UNKEPT,
    )
    return chosen


def _class_codes(links: pa.Table, kinds: Ints, passage: Ints, e: Evidence) -> Ints:
    """Return the class of each row: of the group that links it, else of its unit, else of the pair.

    -1 for a unit that is linked to none and in no group.
    """
    unit, source, family = (numbers(links[name]) for name in ("unit", "source", "family"))
    document = numbers(e.units["document"])
    pair = e.class_of_pair[(document[unit] == document[source]).astype(np.int64)]
    pair = np.where(source >= 0, pair, -1)
    alone = np.where(e.class_of_unit[unit] >= 0, e.class_of_unit[unit], pair)
    masked = (kinds == KINDS.index("masked")) & (family >= 0)
    of_group = np.where(masked, e.class_of_family[family], alone)
    codes: Ints = np.where(passage >= 0, np.append(e.class_of_passage, -1)[passage], of_group)
    return codes


def _compared(
    kernel: Callable[..., None], a: Ints, b: Ints, column: pa.Array
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return the two answers of a kernel that compares lists ``a`` and ``b`` of a column."""
    values, starts = lists(column)
    one, other = np.empty(len(a), bool), np.empty(len(a), bool)
    # As columns: the drop rule gives those, and a kernel is compiled once for either.
    kernel(values, starts, numbers(pa.array(a)), numbers(pa.array(b)), one, other)
    return one, other


def _of_spared_class(e: Evidence, passage: Ints) -> npt.NDArray[np.bool_]:
    """Return which rows are of passages whose class is only tagged, where others are cut."""
    actions = e.settings.class_actions.items()
    tagged = [e.classes.index(name) for name, action in actions if action == "tag"]
    if e.settings.passage_action == "tag" or not tagged:
        return np.zeros(len(passage), np.bool_)
    of: npt.NDArray[np.bool_] = np.isin(np.append(e.class_of_passage, -1)[passage], tagged)
    return of


def _cuts(e: Evidence) -> pa.Array:
    """Return what goes for each passage: a list of where it starts and ends, null for nothing."""
    if e.cuts is not None:
        return e.cuts
    span = pa.struct([("start", pa.int64()), ("end", pa.int64())])
    return pa.nulls(e.passages.num_rows, pa.large_list(span))


def _gone(e: Evidence) -> npt.NDArray[np.bool_]:
    """Return, per passage, whether all units are dropped that it stands in."""
    document, end = numbers(e.passages["document"]), numbers(e.passages["end"])
    # Far enough apart, documents are stretches of one line.
    far = int(end.max(initial=0)) + 1
    begins = numbers(e.units["document"]) * far + np.minimum(numbers(e.units["start"]), far - 1)
    first = numbers(e.passages["unit"])
    last = np.searchsorted(begins, document * far + end - 1, "right")
    stays = np.append(0, np.cumsum(e.action < _DROPPED))
    gone: npt.NDArray[np.bool_] = stays[last] == stays[first]
    return gone


def _texts(e: Evidence, unit: Ints, passage: Ints) -> pa.Array:
    """Return the original text of units, and of passages where there is one."""
    bounds = []
    for name in ("byte_start", "byte_end"):
        of_passage = np.append(numbers(e.passages[name]), 0)[passage]
        bounds.append(np.where(passage >= 0, of_passage, numbers(e.units[name])[unit]))
    return stretch_texts(e.documents["text"], numbers(e.units["document"])[unit], *bounds)


def _place(
    e: Evidence, unit: Ints, known: npt.NDArray[np.bool_] | None, prefix: str, passage: Ints
) -> dict[str, pa.Array]:
    """Return the columns that say where units stand, or passages; null where not ``known``."""
    taken = e.units.select(["document", "paragraph", "line", "start", "end"]).take(
        pa.array(unit, mask=None if known is None else ~known)
    )
    for name in ("start", "end"):
        of_passage = pa.array(passage, mask=passage < 0)
        span = pc.coalesce(flat(e.passages[prefix + name]).take(of_passage), flat(taken[name]))
        taken = taken.set_column(taken.column_names.index(name), name, span)
    document = flat(taken["document"])
    names = pa.array(e.names, pa.large_string())
    return {
        f"{prefix}file": names.take(flat(e.documents["file"]).take(document)),
        f"{prefix}row": flat(e.documents["row"]).take(document),
        f"{prefix}doc": flat(e.documents["doc"]).take(document),
        **{f"{prefix}{name}": flat(taken[name]) for name in ("paragraph", "line", "start", "end")},
    }


def _with_a_text(evidence: Evidence) -> Evidence:
    """Return the evidence of units that are all too short to have a text, with one of no words."""
    none = pa.array([[0]], evidence.literal.type)
    return dataclasses.replace(
        evidence, literal=none, masked=none, guards=none, sentences=none,
        masked_of=np.array([-1]),
    )  # fmt: skip


def _named(codes: Array, names: Sequence[str]) -> pa.Array:
    return pa.array(names, pa.large_string()).take(pa.array(codes, mask=codes < 0))


def _nullable(values: Ints) -> pa.Array:
    return pa.array(values, mask=values < 0)
