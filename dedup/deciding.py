"""Deciding: what goes of a corpus that is grouped, for which kept unit, and what links say why."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.decided import Decided
from dedup.finding import Decision, Finding, Grouping
from dedup.rules import CLASSES
from dedup.settings import ClassAction, Settings
from dedup.stages.classify import class_of_pairs
from dedup.stages.clean import DropRule, cover_documents, covering
from dedup.stages.ledger import link_units, links_across, links_of_dropped

__all__ = ["among", "decide"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def decide(
    finding: Finding,
    grouping: Grouping,
    settings: Settings,
    class_of_unit: npt.NDArray[np.int8] | None = None,
) -> Decision:
    """Decide what becomes of every unit.

    ``class_of_unit`` is the class of each as an index into ``CLASSES``, -1 for none; None if no
    class has an action of its own. A unit in no group is dropped for another one with which it is a
    pair: its class is that of the pair.

    A class that is removed goes like what a person decided to drop: it stands for nothing, and does
    not count among the characters of its document. One that is tagged or masked counts as what its
    document repeats all the same, and goes with a document that is dropped whole.
    """
    f, g, decided = finding, grouping, grouping.decided
    unit_of_text = numbers(f.texts["unit"])
    held = _held(decided, settings)
    of = np.full(len(f.text_of), -1, np.int8) if class_of_unit is None else class_of_unit
    removed = among(of, "remove", settings) & ~(held | decided.drop)
    removed &= numbers(f.units["length"]) >= settings.min_drop
    out = decided.drop | removed
    rule = DropRule(
        settings.preset, settings.drop_threshold, settings.min_drop, settings.drop_families
    )
    # What is dropped by decision, or with its class, stands for nothing.
    gone = out[unit_of_text]
    left = g.edges
    if gone.any():
        there = ~(gone[numbers(left["a"])] | gone[numbers(left["b"])])
        left = left.filter(pa.array(there))
    masked_of = np.where(gone, -1, g.masked_of)
    target, whole = _targets(f, g, left, masked_of, rule, settings, held, out)
    document = numbers(f.units["document"])
    stays = ~whole[document]
    if settings.class_action:
        of = np.where((of < 0) & (target >= 0), _of_pairs(document, target), of)
    # What is spared was no unit that others are dropped for: those have another one, that is kept.
    spared = stays & (target >= 0) & among(of, "tag", settings)
    target[spared] = -1
    masked = stays & (target >= 0) & among(of, "mask", settings)
    dropped = ((target >= 0) & ~masked) | ~stays | out
    # What both views find is told by the literal one; of two links to one source the first.
    links = _without_repeats(
        pa.concat_tables(
            [
                link_units(f.text_of, g.cluster, g.family, target),
                links_across(g.edges, unit_of_text, g.cluster, g.family, "near"),
                links_across(g.masked_edges, unit_of_text, g.cluster, g.family, "masked"),
            ]
        )
    )
    if whole.any() or out.any():
        missing = links_of_dropped(links, f.text_of, target, dropped | masked)
        links = pa.concat_tables([links, missing])
    links = pa.table({name: f.work.keep(numbers(links[name])) for name in links.column_names})
    return Decision(
        g, f.work.keep(target), whole, dropped, masked, removed, spared, decided.outcome, links,
        rule,
    )  # fmt: skip


def _held(decided: Decided, settings: Settings) -> Bools:
    """Return the units that no rule may drop.

    What a person calls boilerplate is held, unless that class is masked or removed.
    """
    if settings.action_of("boilerplate") in ("mask", "remove"):
        held: Bools = (decided.keep | decided.this) & ~decided.drop
        return held
    return decided.held


def among(of: npt.NDArray[np.int8], action: ClassAction, settings: Settings) -> Bools:
    """Return which classes have this action."""
    acts = np.zeros(len(CLASSES) + 1, np.bool_)  # the last is what -1 picks
    for name, its in settings.class_actions.items():
        acts[CLASSES.index(name)] = its == action
    result: Bools = acts[of]
    return result


def _of_pairs(document: Ints, target: Ints) -> npt.NDArray[np.int8]:
    """Return the class of each unit with its target, where that is all there is."""
    same = document == document[target]
    return class_of_pairs(same, np.full(len(same), np.inf), np.zeros(len(same), np.int64))


def _targets(
    finding: Finding,
    grouping: Grouping,
    edges: pa.Table,
    masked_of: Ints,
    rule: DropRule,
    settings: Settings,
    held: Bools,
    out: Bools,
) -> tuple[Ints, Bools]:
    """Return, per unit, the kept unit it is dropped for, or -1; and the documents that go.

    ``edges`` and ``masked_of`` are those of the grouping without what stands for nothing: the units
    that are ``out``. Those that are ``held`` are kept.
    """
    f, g, text = finding, grouping, finding.text_of
    unit_of_text = numbers(f.texts["unit"])
    whole = np.zeros(f.documents.num_rows, np.bool_)
    length = numbers(f.units["length"])
    if settings.drop_document is not None:
        columns = pa.table(
            {
                "document": numbers(f.units["document"]),
                "text": np.where(out, -1, text),
                "rank": f.rank,
                "length": np.where(out, 0, length),
                "source": g.sources,
                "held": held,
                "ahead": g.decided.this & _first_of_text(text, unit_of_text),
            }
        )
        target, found = cover_documents(
            columns, edges, f.texts, g.masked_edges, masked_of, rule,
            settings.drop_document, settings.across_only,
        )  # fmt: skip
        whole[: len(found)] = found
        return target, whole
    cover_of = covering(edges, f.texts, g.masked_edges, masked_of, rule, held[unit_of_text])
    kept_text = np.where(cover_of >= 0, cover_of, np.arange(len(cover_of)))
    unit = np.flatnonzero((text >= 0) & (length >= settings.min_drop) & ~(held | out))
    kept = unit_of_text[kept_text[text[unit]]]
    goes = kept != unit
    if settings.across_only:
        goes &= g.sources[kept] != g.sources[unit]
    target = np.full(len(text), -1, np.int64)
    target[unit[goes]] = kept[goes]
    return target, whole


def _first_of_text(text: Ints, unit_of_text: Ints) -> Bools:
    """Return which units are the first of their text."""
    first = np.zeros(len(text), np.bool_)
    first[unit_of_text] = True
    return first & (text >= 0)


def _without_repeats(links: pa.Table) -> pa.Table:
    """Return the links with the first alone of those between the same two units."""
    source = numbers(links["source"])
    pairs = numbers(links["unit"]) * (source.max(initial=0) + 2) + source + 1
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    new = np.ones(len(pairs), np.bool_)
    np.not_equal(pairs[1:], pairs[:-1], out=new[1:])
    return links.take(pa.array(np.sort(order[new])))
