"""What a run found, before and after it is decided what becomes of it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import flat, numbers
from dedup.decided import Decided, nothing_decided
from dedup.engines import Engine
from dedup.settings import Settings
from dedup.stages.audit import Audit
from dedup.stages.clean import DropRule, cover_documents, covering
from dedup.stages.cluster import cover
from dedup.stages.ledger import (
    Groups,
    group_units,
    link_units,
    links_across,
    links_of_dropped,
)
from dedup.stages.sign import Banding

__all__ = ["Decision", "Finding", "View"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class View:
    """The edges of one view, literal or masked, and how they were found."""

    edges: pa.Table
    """Schema ``EDGES``, sorted by ``a`` and ``b``."""
    candidates: int
    """Pairs that were compared exactly."""
    met: int | None
    """Pairs that met in a band, before the length filter; None for an exact join."""
    capped: int
    """Buckets beyond the cap, in which only leaders were compared with all."""
    audit: Audit | None
    """None where there was none: an exact join needs none."""

    def at(self, threshold: float) -> View:
        """Return the view with the edges of at least this similarity alone."""
        kept = pa.array(numbers(self.edges["similarity"]) >= threshold)
        return dataclasses.replace(self, edges=self.edges.filter(kept))


@dataclass(frozen=True)
class Decision:
    """What becomes of the units, and the links that say why."""

    cluster: Groups
    family: Groups
    target: Ints
    """Per unit, the kept unit it is dropped for, or -1."""
    whole: Bools
    """Per document, whether all of it is dropped."""
    dropped: Bools
    """Per unit: it has a target, or went with its document, or that was decided."""
    outcome: npt.NDArray[np.int8]
    """Per unit, what a person decided of it, as an index into ``decided.OUTCOMES``; -1: nothing."""
    boilerplate: Bools
    """Per distinct text, whether a person decided that it is boilerplate."""
    links: pa.Table
    """As ``ledger.link_units`` and ``ledger.links_across`` return them."""
    rule: DropRule


@dataclass(frozen=True)
class Finding:
    """Everything found before any decision: units, distinct texts and the verified edges."""

    names: tuple[str, ...]
    """Of the source files, which ``file`` counts; one empty name where there are none."""
    documents: pa.Table
    quarantine: pa.Table
    units: pa.Table
    rank: Ints
    """Per unit, its place in keep order."""
    text_of: Ints
    """Per unit, its distinct text; -1 for a unit too short to be looked for."""
    texts: pa.Table
    """Per distinct text, in keep order: ``literal`` and ``masked``, ``guards``, ``cuts``, …"""
    literal: View
    masked: View
    """Its edges are between the first texts of two masked ones."""
    masked_of: Ints
    """Per text, the first text that is equal once masked; -1 for a text of slots alone."""
    decided: Decided | None
    """What a person decided of the units; None: nothing."""
    banding: Banding | None
    engine: Engine
    passages: pa.Table
    """``records.PASSAGES``, by the place of each."""
    capped_seeds: int
    """Runs of characters too frequent for all their places to be compared."""

    def at(self, threshold: float) -> Finding:
        """Return the finding with the edges of at least this similarity alone."""
        return dataclasses.replace(
            self, literal=self.literal.at(threshold), masked=self.masked.at(threshold)
        )

    def decide(self, settings: Settings) -> Decision:
        """Cluster, and decide what goes: all that is a function of the edges."""
        sources = self.sources(settings)
        edges, masked_edges, masked_of = self.literal.edges, self.masked.edges, self.masked_of
        unit_of_text = numbers(self.texts["unit"])
        size = self.texts.num_rows
        decided = self.decided or nothing_decided(self.units.num_rows)
        parting = decided.parting(self.text_of, size)
        edges = parting.literal(edges)
        masked_edges, masked_of = parting.masked(masked_edges, masked_of)
        if settings.across_only:
            edges = _across(edges, self.text_of, sources)
            masked_edges = _across(masked_edges, np.append(masked_of, -1)[self.text_of], sources)
        leader = _cover(self.engine, edges, size)
        masked_leader = _cover(self.engine, masked_edges, size)
        family_leader = np.append(masked_leader, -1)[masked_of]  # -1 picks what is appended
        apart = sources if settings.across_only else None
        clusters = group_units(leader, self.text_of, self.rank, apart)
        families = group_units(family_leader, self.text_of, self.rank, apart)

        rule = DropRule(
            settings.preset,
            settings.drop_threshold,
            settings.min_drop,
            settings.drop_families,
        )
        # What is dropped by decision stands for nothing.
        gone = decided.drop[unit_of_text]
        left = edges
        if gone.any():
            there = ~(gone[numbers(edges["a"])] | gone[numbers(edges["b"])])
            left = edges.filter(pa.array(there))
        target, whole = self._targets(
            left, masked_edges, np.where(gone, -1, masked_of), rule, settings, sources, decided
        )
        dropped = (target >= 0) | whole[numbers(self.units["document"])] | decided.drop
        # What both views find is told by the literal one; of two links to one source the first.
        links = _without_repeats(
            pa.concat_tables(
                [
                    link_units(self.text_of, clusters, families, target),
                    links_across(edges, unit_of_text, clusters, families, "near"),
                    links_across(masked_edges, unit_of_text, clusters, families, "masked"),
                ]
            )
        )
        if whole.any() or decided.drop.any():
            missing = links_of_dropped(links, self.text_of, target, dropped)
            links = pa.concat_tables([links, missing])
        return Decision(
            clusters, families, target, whole, dropped, decided.outcome,
            decided.boilerplate_texts(self.text_of, size), links, rule,
        )  # fmt: skip

    def sources(self, settings: Settings) -> Ints:
        """Return the source of each unit's document as a number: its field's value, or itself."""
        documents = self.documents
        of_document = np.arange(documents.num_rows)
        if settings.source_field is not None:
            column = flat(documents["source"]).dictionary_encode()
            if isinstance(column, pa.ChunkedArray):
                column = column.combine_chunks()
            known = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            of_document = np.where(known >= 0, known, len(column.dictionary) + of_document)
        result: Ints = of_document[numbers(self.units["document"])].astype(np.int64)
        return result

    def _targets(
        self,
        edges: pa.Table,
        masked_edges: pa.Table,
        masked_of: Ints,
        rule: DropRule,
        settings: Settings,
        sources: Ints,
        decided: Decided,
    ) -> tuple[Ints, Bools]:
        """Return, per unit, the kept unit it is dropped for, or -1; and the documents that go."""
        text, held = self.text_of, decided.held
        unit_of_text = numbers(self.texts["unit"])
        units = np.arange(len(text))
        whole = np.zeros(self.documents.num_rows, np.bool_)
        length = numbers(self.units["length"])
        if settings.drop_document is not None:
            columns = pa.table(
                {
                    "document": numbers(self.units["document"]),
                    "text": np.where(decided.drop, -1, text),
                    "rank": self.rank,
                    "length": np.where(decided.drop, 0, length),
                    "source": sources,
                    "held": held,
                    "ahead": decided.this & (np.append(unit_of_text, -1)[text] == units),
                }
            )
            target, found = cover_documents(
                columns, edges, self.texts, masked_edges, masked_of, rule,
                settings.drop_document, settings.across_only,
            )  # fmt: skip
            whole[: len(found)] = found
            return target, whole
        cover_of = covering(edges, self.texts, masked_edges, masked_of, rule, held[unit_of_text])
        kept_text = np.where(cover_of >= 0, cover_of, np.arange(len(cover_of)))
        target = np.append(unit_of_text[kept_text], -1)[text]
        dropped = (target >= 0) & (target != units) & (length >= settings.min_drop)
        dropped &= ~(held | decided.drop)
        if settings.across_only:
            dropped &= sources[target] != sources
        return np.where(dropped, target, -1).astype(np.int64), whole


def _across(edges: pa.Table, node_of: Ints, sources: Ints) -> pa.Table:
    """Return the edges whose nodes do not both occur in one and the same source alone.

    ``node_of`` and ``sources`` give the node (-1: none) and the source of each unit.
    """
    size = int(node_of.max(initial=-1)) + 1
    low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    held = np.flatnonzero(node_of >= 0)
    np.minimum.at(low, node_of[held], sources[held])
    np.maximum.at(high, node_of[held], sources[held])
    a, b = numbers(edges["a"]), numbers(edges["b"])
    same = (low[a] == high[a]) & (low[b] == high[b]) & (low[a] == low[b])
    return edges.filter(pa.array(~same))


def _without_repeats(links: pa.Table) -> pa.Table:
    """Return the links with the first alone of those between the same two units."""
    source = numbers(links["source"])
    pairs = numbers(links["unit"]) * (source.max(initial=0) + 2) + source + 1
    return links.take(pa.array(np.sort(np.unique(pairs, return_index=True)[1])))


def _cover(engine: Engine, edges: pa.Table, size: int) -> Ints:
    """Return the representative of each node, itself where it has no edge."""
    leader = np.arange(size)
    if edges.num_rows:
        component = engine.components(edges["a"], edges["b"], size)
        of_edge = pa.array(numbers(component)[numbers(edges["a"])])
        by_component = edges.select(["a", "b"]).append_column("component", of_edge)
        for part in engine.group(cover, [by_component], ["component"]):
            leader[numbers(part["member"])] = numbers(part["representative"])
    return leader
