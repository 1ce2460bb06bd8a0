"""Excising: what goes of passages, if they are to be dropped or masked, on any engine."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import folding
from dedup.columns import I64, Bools, numbers, strings
from dedup.deciding import among
from dedup.finding import Decision, Excision, Finding
from dedup.sentences import marks
from dedup.settings import Settings
from dedup.stages.classify import class_of_passages
from dedup.stages.excise import (
    Places,
    Sentences,
    Standing,
    cut_sentences,
    in_units,
    runs_of,
    sentences_of,
)
from dedup.templates import PART_CHARACTERS, batches

__all__ = ["cut_passages", "excise"]


def cut_passages(
    finding: Finding,
    decision: Decision,
    settings: Settings,
    class_of_unit: npt.NDArray[np.int8] | None,
) -> Decision:
    """Return the decision with what goes of passages; a unit of which all goes is dropped itself.

    Nothing goes of a unit that a person decided to keep, or whose class is only tagged, or for a
    passage of such a class; and nothing goes for what is in a unit that goes. ``class_of_unit`` is
    None if no class has an action of its own.
    """
    stays = ~(decision.dropped | decision.masked)
    cuts = stays & ~decision.grouping.decided.held
    wanted = np.ones(finding.passages.num_rows, np.bool_)
    if class_of_unit is not None:
        cuts &= ~among(class_of_unit, "tag", settings)
        wanted = ~among(class_of_passages(finding.passages), "tag", settings)
    units = Standing(stays, cuts, decision.target, finding.rank)
    excision = excise(finding, units, wanted, settings)
    told = {"masked" if excision.masks else "dropped": excision.whole}
    flags = {name: getattr(decision, name) | whole for name, whole in told.items()}
    return dataclasses.replace(decision, excision=excision, **flags)


def excise(finding: Finding, units: Standing, cuts: Bools, settings: Settings) -> Excision:
    """Return what goes of the passages, in whole sentences; see ``stages.excise.cut_sentences``.

    Parameters
    ----------
    finding
        With passages.
    units
        What becomes of the units, before any passage is cut.
    cuts
        Per passage, whether it may be cut.
    settings
        Word for word is what ``careful`` takes for an exact copy, ``standard`` for a sentence that
        says the same; ``aggressive`` takes all sentences of a passage.
    """
    numbered = np.flatnonzero(cuts)
    places = _places(finding, numbered)
    table = _sentences(finding, _involved(places, units.target), settings.preset == "careful")
    which, sentence = cut_sentences(
        table, places, units, settings.min_drop, settings.preset != "aggressive"
    )
    of_unit = _Ends(finding, table)
    goes = np.zeros(len(table.unit), np.bool_)
    goes[sentence] = True
    first, last = runs_of(goes, table.unit)
    whole = of_unit.opens[first] & of_unit.closes[last]
    gone = np.zeros(finding.units.num_rows, np.bool_)
    gone[table.unit[first[whole]]] = True
    first, last = first[~whole], last[~whole]

    # What goes for a passage: its sentences, those that follow each other together.
    opens = (np.diff(which, prepend=-1) != 0) | (np.diff(sentence, prepend=-2) != 1)
    opens |= np.diff(table.unit[sentence], prepend=-1) != 0
    begins = np.flatnonzero(opens)
    ends = np.append(begins[1:], len(which)) - 1 if len(begins) else begins
    one = np.concatenate([first, sentence[begins]])
    other = np.concatenate([last, sentence[ends]])
    masks = settings.passage_action == "mask"
    start, end = of_unit.in_documents(one, other, masks)
    count = len(first)
    holder = numbered[which[begins]]
    spans = pa.StructArray.from_arrays(
        [pa.array(start[count:]), pa.array(end[count:])], ["start", "end"]
    )
    offsets = np.searchsorted(holder, np.arange(len(cuts) + 1)).astype(np.int64)
    none = pa.array(np.diff(offsets) == 0)
    return Excision(
        masks,
        gone,
        pa.table({"unit": table.unit[first], "start": start[:count], "end": end[:count]}),
        pa.LargeListArray.from_arrays(pa.array(offsets), spans, mask=none),
    )


def _places(finding: Finding, numbered: I64) -> Places:
    starts = np.concatenate([[0], np.cumsum(numbers(finding.units["length"]))]).astype(np.int64)
    passages = finding.passages.take(pa.array(numbered))
    spans = []
    for side in ("", "source_"):
        begin = starts[numbers(passages[f"{side}unit"])] + numbers(passages[f"{side}offset"])
        spans.append(np.stack([begin, begin + numbers(passages[f"{side}length"])], axis=1))
    return Places(starts, *spans)


def _involved(places: Places, target: I64) -> I64:
    """Return the units that passages or their sources are in, and what those are dropped for."""
    starts = places.unit_start
    count = np.zeros(len(starts) + 1, np.int64)
    for spans in (places.span, places.source):
        np.add.at(count, np.searchsorted(starts, spans[:, 0], "right") - 1, 1)
        np.add.at(count, np.searchsorted(starts, spans[:, 1] - 1, "right"), -1)
    there = np.cumsum(count)[: len(starts) - 1] > 0
    of = target[there]
    there[of[of >= 0]] = True
    return np.flatnonzero(there)


class _Folded(NamedTuple):
    sentences: Sentences
    said: pa.Array | None


def _sentences(finding: Finding, units: I64, exact: bool) -> Sentences:
    """Return the sentences of units."""
    tables, told = folding.load_tables(), marks()
    data, first, last = _bytes(finding, units)

    def part(low_high: tuple[int, int]) -> _Folded:
        some = slice(*low_high)
        shadow = folding.fold_spans(data, first[some], last[some], tables).shadow
        return _Folded(*sentences_of(shadow, units[some], told, exact))

    parts = finding.engine.map(part, batches(last - first, PART_CHARACTERS))
    names = ("unit", "begin", "end", "cut", "key")
    types: tuple[npt.DTypeLike, ...] = (np.int64,) * 4 + (np.uint64,)
    columns = [
        np.concatenate([np.empty(0, kind), *(getattr(each.sentences, name) for each in parts)])
        for name, kind in zip(names, types, strict=True)
    ]
    if exact:
        said = pa.chunked_array([each.said for each in parts], pa.large_string())
        codes = said.combine_chunks().dictionary_encode().indices
        columns[-1] = numbers(codes).astype(np.uint64)
    return Sentences(*columns)


class _Ends:
    """Where sentences end in the text."""

    def __init__(self, finding: Finding, table: Sentences) -> None:
        self.finding, self.table = finding, table
        change = np.diff(table.unit) != 0
        self.opens = np.append(True, change)
        self.closes = np.append(change, True)

    def in_documents(self, first: I64, last: I64, masks: bool) -> tuple[I64, I64]:
        """Return where runs of sentences start and end: code points of the document."""
        table = self.table
        units, at = np.unique(table.unit[first], return_inverse=True)
        data, begin, end = _bytes(self.finding, units)
        folded = folding.fold_spans(data, begin, end, folding.load_tables(), origins=True)
        start = numbers(self.finding.units["start"])[units]
        sizes = numbers(self.finding.units["end"])[units] - start
        to = np.where(self.closes[last], folded.lengths[at], np.append(table.cut[1:], 0)[last])
        stretches = np.stack([at, table.cut[first], to], axis=1)
        a, b = in_units(stretches, folded.origins, folded.lengths, data, begin, sizes, masks)
        return start[at] + a, start[at] + b


def _bytes(finding: Finding, units: I64) -> tuple[npt.NDArray[np.uint8], I64, I64]:
    """Return the text of all documents, and where units begin and end in it."""
    data, offsets = strings(finding.documents["text"])
    base = offsets[numbers(finding.units["document"])[units]]
    first, last = (
        base + numbers(finding.units[name])[units] for name in ("byte_start", "byte_end")
    )
    return data, first, last
