"""Deciding: what goes of a corpus that is grouped, for which kept unit, and what links say why."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.finding import Decision, Finding, Grouping
from dedup.settings import Settings
from dedup.stages.clean import DropRule, cover_documents, covering
from dedup.stages.ledger import link_units, links_across, links_of_dropped

__all__ = ["decide"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def decide(finding: Finding, grouping: Grouping, settings: Settings) -> Decision:
    """Decide what becomes of every unit."""
    f, g, decided = finding, grouping, grouping.decided
    unit_of_text = numbers(f.texts["unit"])
    rule = DropRule(
        settings.preset, settings.drop_threshold, settings.min_drop, settings.drop_families
    )
    # What is dropped by decision stands for nothing.
    gone = decided.drop[unit_of_text]
    left = g.edges
    if gone.any():
        there = ~(gone[numbers(left["a"])] | gone[numbers(left["b"])])
        left = left.filter(pa.array(there))
    target, whole = _targets(f, g, left, np.where(gone, -1, g.masked_of), rule, settings)
    dropped = (target >= 0) | whole[numbers(f.units["document"])] | decided.drop
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
    if whole.any() or decided.drop.any():
        links = pa.concat_tables([links, links_of_dropped(links, f.text_of, target, dropped)])
    return Decision(g, target, whole, dropped, decided.outcome, links, rule)


def _targets(
    finding: Finding,
    grouping: Grouping,
    edges: pa.Table,
    masked_of: Ints,
    rule: DropRule,
    settings: Settings,
) -> tuple[Ints, Bools]:
    """Return, per unit, the kept unit it is dropped for, or -1; and the documents that go.

    ``edges`` and ``masked_of`` are those of the grouping without what stands for nothing.
    """
    f, g, decided = finding, grouping, grouping.decided
    text, held = f.text_of, decided.held
    unit_of_text = numbers(f.texts["unit"])
    units = np.arange(len(text))
    whole = np.zeros(f.documents.num_rows, np.bool_)
    length = numbers(f.units["length"])
    if settings.drop_document is not None:
        columns = pa.table(
            {
                "document": numbers(f.units["document"]),
                "text": np.where(decided.drop, -1, text),
                "rank": f.rank,
                "length": np.where(decided.drop, 0, length),
                "source": g.sources,
                "held": held,
                "ahead": decided.this & (np.append(unit_of_text, -1)[text] == units),
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
    target = np.append(unit_of_text[kept_text], -1)[text]
    dropped = (target >= 0) & (target != units) & (length >= settings.min_drop)
    dropped &= ~(held | decided.drop)
    if settings.across_only:
        dropped &= g.sources[target] != g.sources
    return np.where(dropped, target, -1).astype(np.int64), whole


def _without_repeats(links: pa.Table) -> pa.Table:
    """Return the links with the first alone of those between the same two units."""
    source = numbers(links["source"])
    pairs = numbers(links["unit"]) * (source.max(initial=0) + 2) + source + 1
    return links.take(pa.array(np.sort(np.unique(pairs, return_index=True)[1])))
