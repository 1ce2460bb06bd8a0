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
from dedup.stages.clean import DropRule
from dedup.stages.cluster import cover
from dedup.stages.ledger import Groups, group_units
from dedup.stages.sign import Banding
from dedup.work import Work

__all__ = ["Decision", "Excision", "Finding", "Grouping", "View"]

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
    """Buckets beyond the cap, in which only leaders were compared with others."""
    crowded: int
    """Texts in such buckets, for which no recall is promised: they are not in the audit."""
    audit: Audit | None
    """None where there was none: an exact join needs none."""

    def at(self, threshold: float) -> View:
        """Return the view with the edges of at least this similarity alone."""
        kept = pa.array(numbers(self.edges["similarity"]) >= threshold)
        return dataclasses.replace(self, edges=self.edges.filter(kept))


@dataclass(frozen=True)
class Grouping:
    """Clusters and families, and the edges they are made of: those that settings and people allow.

    All of it comes before it is decided what goes.
    """

    cluster: Groups
    family: Groups
    edges: pa.Table
    """Schema ``EDGES``, of the literal view."""
    masked_edges: pa.Table
    masked_of: Ints
    """As in ``Finding``, but for texts that a person parted."""
    sources: Ints
    """The source of each unit's document, as ``Finding.sources`` numbers them."""
    decided: Decided
    boilerplate: Bools
    """Per distinct text, whether a person decided that it is boilerplate."""


@dataclass(frozen=True)
class Excision:
    """What goes of passages, in whole sentences."""

    masks: bool
    """Whether markers stand there instead."""
    whole: Bools
    """Per unit, whether all of its sentences go."""
    spans: pa.Table
    """What goes of other units: ``unit, start, end``, code points of the document."""
    cuts: pa.Array
    """Per passage, what goes for it (large_list<struct<start, end>>), in order; null if nothing."""

    @property
    def passages(self) -> Bools:
        """Per passage, whether something goes for it."""
        found: Bools = numbers(self.cuts.is_valid())
        return found

    @property
    def characters(self) -> int:
        """Code points that go of units that stay."""
        return int((numbers(self.spans["end"]) - numbers(self.spans["start"])).sum())


@dataclass(frozen=True)
class Decision:
    """What becomes of the units, and the links that say why."""

    grouping: Grouping
    target: Ints
    """Per unit, the kept unit it is dropped or masked for, or -1."""
    whole: Bools
    """Per document, whether all of it is dropped."""
    dropped: Bools
    """Per unit: it has a target, went with its document, with its class, in passages, by decision.
    """
    masked: Bools
    """Per unit: it has a target, or all of it is in passages, and a marker stands for it."""
    removed: Bools
    """Per unit: it is dropped because its class is removed."""
    spared: Bools
    """Per unit: it would be dropped, but what is of its class is only tagged."""
    outcome: npt.NDArray[np.int8]
    """Per unit, what a person decided of it, as an index into ``decided.OUTCOMES``; -1: nothing."""
    links: pa.Table
    """As ``ledger.link_units`` and ``ledger.links_across`` return them."""
    rule: DropRule
    excision: Excision | None = None
    """None if passages are only tagged, or there are none."""

    @property
    def cluster(self) -> Groups:
        """Per unit its cluster, if that has two units or more."""
        return self.grouping.cluster

    @property
    def family(self) -> Groups:
        """Per unit its family, if that has two units or more."""
        return self.grouping.family


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
    compared: Bools
    """Per unit, whether it is long enough to be looked for."""
    distinct: int
    """Distinct texts of those, of which most stand alone."""
    text_of: Ints
    """Per unit, its distinct text; -1 for one that stands alone, near no other."""
    texts: pa.Table
    """Per distinct text, in keep order: ``literal`` and ``masked``, ``guards``, ``cuts``, …

    Of those that another unit has, or that are near another, or equal to it once masked, and those
    that a decision is about; ``number`` is what each is among all distinct ones.
    """
    literal: View
    masked: View
    """Its edges are between the first texts of two masked ones."""
    masked_of: Ints
    """Per text, the first text that is equal once masked; -1 for a text of slots alone."""
    decided: Decided | None
    """What a person decided of the units; None: nothing."""
    banding: Banding | None
    engine: Engine
    work: Work
    """Room for what is made of the finding and is as long as the corpus."""
    passages: pa.Table
    """``records.PASSAGES``, by the place of each."""
    capped_seeds: int
    """Runs of characters too frequent for all their places to be compared."""

    def at(self, threshold: float) -> Finding:
        """Return the finding with the edges of at least this similarity alone."""
        return dataclasses.replace(
            self, literal=self.literal.at(threshold), masked=self.masked.at(threshold)
        )

    def group(self, settings: Settings) -> Grouping:
        """Cluster, in both views: all that is a function of the edges alone."""
        sources = self.sources(settings)
        edges, masked_edges, masked_of = self.literal.edges, self.masked.edges, self.masked_of
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
        cluster, family = (
            group_units(leaders, self.text_of, self.rank, apart)
            for leaders in (leader, family_leader)
        )
        return Grouping(
            cluster=Groups(self.work.keep(cluster.of), cluster.first),
            family=Groups(self.work.keep(family.of), family.first),
            edges=edges,
            masked_edges=masked_edges,
            masked_of=masked_of,
            sources=sources,
            decided=decided,
            boilerplate=decided.boilerplate_texts(self.text_of, size),
        )

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
        return self.work.keep(of_document[numbers(self.units["document"])].astype(np.int64))


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
