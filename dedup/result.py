"""What a run found, and the questions one asks of it next."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.columns import numbers
from dedup.corpus.memory import cleaned_texts
from dedup.engines import Engine
from dedup.errors import SettingsError
from dedup.records import REMOVALS
from dedup.settings import Settings
from dedup.stages.audit import Audit
from dedup.stages.clean import DROP_THRESHOLD, DropRule, covering
from dedup.stages.cluster import cover
from dedup.stages.ledger import ACTIONS, Groups, actions, group_units, link_units, links_across
from dedup.stages.provenance import Evidence, provenance_rows, unit_texts
from dedup.stages.sign import Banding

__all__ = ["Finding", "Result", "View"]

Ints = npt.NDArray[np.int64]


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
    """Per distinct text, in keep order: sets ``literal`` and ``masked``, ``guards``, ``unit``, …"""
    literal: View
    masked: View
    """Its edges are between the first texts of two masked ones."""
    masked_of: Ints
    """Per text, the first text that is equal once masked; -1 for a text of slots alone."""
    banding: Banding | None
    engine: Engine

    def conclude(self, settings: Settings, seconds: Mapping[str, float]) -> Result:
        """Cluster, decide and account: all that is a function of the edges."""
        sources = self._sources(settings)
        literal, masked = self.literal, self.masked
        unit_of_text = numbers(self.texts["unit"])
        if settings.across_only:
            literal = dataclasses.replace(literal, edges=self._across(literal.edges, sources))
        leader = _cover(self.engine, literal.edges, self.texts.num_rows)
        masked_leader = _cover(self.engine, masked.edges, self.texts.num_rows)
        family_leader = np.append(masked_leader, -1)[self.masked_of]  # -1 picks what is appended
        apart = sources if settings.across_only else None
        clusters = group_units(leader, self.text_of, self.rank, apart)
        families = group_units(family_leader, self.text_of, self.rank, apart)

        rule = DropRule(
            settings.preset,
            settings.drop_threshold or DROP_THRESHOLD,
            settings.min_drop,
            settings.drop_families,
        )
        cover_of = covering(literal.edges, self.texts, masked.edges, self.masked_of, rule)
        target = self._targets(cover_of, unit_of_text, settings, sources)
        # What both views find is told by the literal one; of two links to one source the first.
        links = _without_repeats(
            pa.concat_tables(
                [
                    link_units(self.text_of, clusters, families, target),
                    links_across(literal.edges, unit_of_text, clusters, families, "near"),
                    links_across(masked.edges, unit_of_text, clusters, families, "masked"),
                ]
            )
        )
        return Result(
            settings=settings,
            finding=dataclasses.replace(self, literal=literal),
            cluster=clusters,
            family=families,
            target=target,
            links=links,
            rule=rule,
            seconds=seconds,
        )

    def _sources(self, settings: Settings) -> Ints:
        """Return the source of each unit's document as a number: its field's value, or itself."""
        documents = self.documents
        of_document = np.arange(documents.num_rows)
        if settings.source_field is not None:
            column = documents["source"].combine_chunks().dictionary_encode()
            if isinstance(column, pa.ChunkedArray):
                column = column.combine_chunks()
            known = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            of_document = np.where(known >= 0, known, len(column.dictionary) + of_document)
        result: Ints = of_document[numbers(self.units["document"])].astype(np.int64)
        return result

    def _across(self, edges: pa.Table, sources: Ints) -> pa.Table:
        """Return the edges whose texts do not both occur in one and the same source alone."""
        size = self.texts.num_rows
        low = np.full(size, np.iinfo(np.int64).max)
        high = np.full(size, -1)
        with_text = np.flatnonzero(self.text_of >= 0)
        np.minimum.at(low, self.text_of[with_text], sources[with_text])
        np.maximum.at(high, self.text_of[with_text], sources[with_text])
        a, b = numbers(edges["a"]), numbers(edges["b"])
        same = (low[a] == high[a]) & (low[b] == high[b]) & (low[a] == low[b])
        return edges.filter(pa.array(~same))

    def _targets(
        self, cover_of: Ints, unit_of_text: Ints, settings: Settings, sources: Ints
    ) -> Ints:
        """Return, per unit, the kept unit it is dropped for, or -1."""
        text = self.text_of
        kept_text = np.where(cover_of >= 0, cover_of, np.arange(len(cover_of)))
        target = np.append(unit_of_text[kept_text], -1)[text]
        units = np.arange(len(text))
        long = numbers(self.units["length"]) >= settings.min_drop
        dropped = (target >= 0) & (target != units) & long
        if settings.across_only:
            dropped &= sources[target] != sources
        result: Ints = np.where(dropped, target, -1).astype(np.int64)
        return result


def _without_repeats(links: pa.Table) -> pa.Table:
    """Return the links with the first alone of those between the same two units."""
    pairs = np.stack([numbers(links["unit"]), numbers(links["source"])])
    return links.take(pa.array(np.sort(np.unique(pairs, axis=1, return_index=True)[1])))


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


@dataclass(frozen=True)
class Result:
    """Clusters, families, links and decisions over the units of a corpus; every table is Arrow."""

    settings: Settings
    finding: Finding
    cluster: Groups
    """Per unit its cluster, if that has two units or more."""
    family: Groups
    target: Ints
    """Per unit, the kept unit it is dropped for, or -1."""
    links: pa.Table
    rule: DropRule
    seconds: Mapping[str, float] = field(repr=False)

    @property
    def documents(self) -> pa.Table:
        """One row per document: ``file, row, doc, date, source, text``."""
        return self.finding.documents

    @property
    def edges(self) -> pa.Table:
        """The verified literal edges between distinct texts, and the first units of those."""
        unit = numbers(self.finding.texts["unit"])
        edges = self.finding.literal.edges
        for name in ("a", "b"):
            edges = edges.append_column(f"unit_{name}", pa.array(unit[numbers(edges[name])]))
        return edges

    @cached_property
    def action(self) -> npt.NDArray[np.int8]:
        """Per unit, what became of it, as an index into ``ACTIONS``."""
        return actions(self.links, self.target)

    @cached_property
    def units(self) -> pa.Table:
        """One row per unit: where it stands, cluster and family (null: none), action and text."""
        units = self.finding.units
        of_document = pa.array(numbers(units["document"]))
        for name in ("doc", "row", "file"):
            units = units.add_column(0, name, self.documents[name].take(of_document))
        for name, groups in (("cluster", self.cluster), ("family", self.family)):
            units = units.append_column(name, pa.array(groups.of, mask=groups.of < 0))
        action = pa.array(ACTIONS, pa.large_string()).take(pa.array(self.action))
        units = units.append_column("action", action)
        return units.append_column("text", self.texts_of(np.arange(units.num_rows)))

    def texts_of(self, units: Ints) -> pa.Array:
        """Return the original text of the given units, ``input[start:end]`` of each."""
        return unit_texts(self.documents["text"], self.finding.units, units)

    @cached_property
    def provenance(self) -> pa.Table:
        """The ledger: one row per unit and link, in the order of the corpus."""
        finding = self.finding
        evidence = Evidence(
            names=list(finding.names),
            documents=finding.documents,
            units=finding.units,
            text_of=finding.text_of,
            literal=finding.texts["literal"].combine_chunks(),
            masked=finding.texts["masked"].combine_chunks(),
            masked_of=finding.masked_of,
            guards=finding.texts["guards"].combine_chunks(),
            target=self.target,
            action=self.action,
            actions=ACTIONS,
            drop_threshold=self.rule.threshold,
            settings=self.settings,
        )
        return provenance_rows(self.links, evidence)

    @cached_property
    def clusters(self) -> pa.Table:
        """One row per cluster: counts, its family, its representative, its first members."""
        return self._groups(self.cluster, self.family)

    @cached_property
    def families(self) -> pa.Table:
        """One row per family: counts, its representative, its first members."""
        return self._groups(self.family, None)

    def _groups(self, groups: Groups, families: Groups | None) -> pa.Table:
        members = np.flatnonzero(groups.of >= 0)
        members = members[np.lexsort((self.finding.rank[members], groups.of[members]))]
        numbers_, starts = np.unique(groups.of[members], return_index=True)
        sizes = np.diff(np.append(starts, len(members)))
        document = numbers(self.finding.units["document"])[members]
        holder = np.repeat(np.arange(len(sizes)), sizes)
        pairs = (
            np.unique(np.stack([holder, document]), axis=1) if len(members) else np.empty((2, 0))
        )
        text = self.finding.text_of[members]
        texts = np.unique(np.stack([holder, text]), axis=1) if len(members) else np.empty((2, 0))
        first = groups.first[numbers_]
        columns: dict[str, Any] = {
            "family" if families is None else "cluster": numbers_,
            "units": sizes,
            "documents": np.bincount(pairs[0].astype(np.int64), minlength=len(sizes)),
            "texts": np.bincount(texts[0].astype(np.int64), minlength=len(sizes)),
            "dropped": np.bincount(
                holder, weights=self.target[members] >= 0, minlength=len(sizes)
            ).astype(np.int64),
            "unit": first,
            "text": self.texts_of(first),
            "members": pa.LargeListArray.from_arrays(
                pa.array(np.append(starts, len(members)).astype(np.int64)), pa.array(members)
            ),
        }
        if families is not None:
            of = families.of[first]
            columns["family"] = pa.array(of, mask=of < 0)
        return pa.table(columns)

    def copies(self, doc: str) -> pa.Table:
        """Return the ledger's rows of the documents labelled ``doc``, or whose source they are."""
        import pyarrow.compute as pc

        rows = self.provenance
        return rows.filter(
            pc.or_kleene(pc.equal(rows["doc"], doc), pc.equal(rows["source_doc"], doc))
        )

    @property
    def removals(self) -> pa.Table:
        """What a cleaned corpus leaves out: ``file, row, start, end``, sorted."""
        dropped = np.flatnonzero(self.target >= 0)
        units = self.finding.units.take(pa.array(dropped))
        of_document = pa.array(numbers(units["document"]))
        return pa.table(
            {
                "file": self.documents["file"].take(of_document),
                "row": self.documents["row"].take(of_document),
                "start": units["start"],
                "end": units["drop_end"],
            },
            schema=REMOVALS,
        )

    def cleaned(self) -> pa.Array:
        """Return every document's text without its dropped units; ``""`` if nothing stays."""
        return cleaned_texts(self.documents, self.removals)

    def share_repeated(self) -> pa.Array:
        """Return, per document, the share of its characters in units that also stand elsewhere."""
        units = self.finding.units
        size = numbers(units["end"]) - numbers(units["start"])
        document = numbers(units["document"])
        linked = (self.cluster.of >= 0) | (self.family.of >= 0)
        count = self.documents.num_rows
        total = np.bincount(document, weights=size, minlength=count)
        repeated = np.bincount(document, weights=size * linked, minlength=count)
        return pa.array(repeated / np.maximum(total, 1))

    def rethreshold(self, threshold: float) -> Result:
        """Return the result at a higher threshold, from the same edges, without a new run.

        Raises
        ------
        SettingsError
            If the threshold is below the one the edges were found at.
        """
        if threshold < self.settings.near:
            raise SettingsError(
                f"edges below {self.settings.near} were not kept: "
                f"run again with --threshold {threshold}"
            )
        finding = dataclasses.replace(
            self.finding,
            literal=self.finding.literal.at(threshold),
            masked=self.finding.masked.at(threshold),
        )
        return finding.conclude(
            dataclasses.replace(self.settings, threshold=threshold), self.seconds
        )

    def shares(self) -> dict[str, int]:
        """Return the characters that are repeated, dropped, and all there are."""
        units = self.finding.units
        size = numbers(units["end"]) - numbers(units["start"])
        linked = (self.cluster.of >= 0) | (self.family.of >= 0)
        return {
            "all": int(size.sum()),
            "repeated": int(size[linked].sum()),
            "dropped": int(size[self.target >= 0].sum()),
        }

    def __repr__(self) -> str:
        """Say what was found, not how it is held."""
        return (
            f"<Result: {self.documents.num_rows:,} documents, "
            f"{self.finding.units.num_rows:,} units, "
            f"{len(np.unique(self.cluster.of[self.cluster.of >= 0])):,} clusters, "
            f"{int((self.target >= 0).sum()):,} units dropped>"
        )
