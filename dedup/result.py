"""What a run found, and the questions one asks of it next."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.classes import Classes
from dedup.columns import each_once, flat, numbers
from dedup.corpus.memory import cleaned_texts
from dedup.decided import decided_actions
from dedup.deciding import decide
from dedup.engines.local import LocalEngine
from dedup.errors import SettingsError
from dedup.excerpts import unit_texts
from dedup.excising import cut_passages
from dedup.finding import Decision, Finding, Grouping
from dedup.grouped import Grouped
from dedup.leaving import removals
from dedup.rules import CLASSES
from dedup.sections import Sections, find_sections
from dedup.settings import Settings
from dedup.shares import class_shares, document_shares, passage_characters, shared_with
from dedup.slottables import slot_table, substitution_table
from dedup.stages.classify import class_of_pairs, class_of_passages
from dedup.stages.ledger import ACTIONS, Groups, actions
from dedup.stages.provenance import Evidence, in_order, provenance_rows
from dedup.templates import Templates
from dedup.tracing import Tracing

__all__ = ["Result"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Result:
    """Clusters, families, links and decisions over the units of a corpus; every table is Arrow."""

    settings: Settings
    finding: Finding
    decision: Decision
    grouped: Grouped
    seconds: Mapping[str, float] = field(repr=False)
    """Per stage."""

    @classmethod
    def of(
        cls,
        finding: Finding,
        settings: Settings,
        seconds: Mapping[str, float] | None = None,
        grouping: Grouping | None = None,
    ) -> Result:
        """Decide what becomes of what was found; ``grouping``, if it is known how it groups."""
        grouped = Grouped(finding, grouping or finding.group(settings))
        classes = grouped.class_of_unit if settings.class_action else None
        decision = decide(finding, grouped.grouping, settings, classes)
        if settings.passage_action != "tag" and finding.passages.num_rows:
            decision = cut_passages(finding, decision, settings, classes)
        return cls(settings, finding, decision, grouped, seconds or {})

    @property
    def cluster(self) -> Groups:
        """Per unit its cluster, if that has two units or more."""
        return self.decision.cluster

    @property
    def family(self) -> Groups:
        """Per unit its family, if that has two units or more."""
        return self.decision.family

    @property
    def target(self) -> Ints:
        """Per unit, the kept unit it is dropped or masked for, or -1."""
        return self.decision.target

    @property
    def dropped(self) -> npt.NDArray[np.bool_]:
        """Per unit, whether it is dropped, for whatever reason."""
        return self.decision.dropped

    @property
    def masked(self) -> npt.NDArray[np.bool_]:
        """Per unit, whether a marker stands for it."""
        return self.decision.masked

    @property
    def dropped_documents(self) -> npt.NDArray[np.bool_]:
        """Per document, whether all of it is dropped, as ``drop_document`` has it."""
        return self.decision.whole

    @property
    def documents(self) -> pa.Table:
        """One row per document: ``file, row, doc, date, source, text, unit``."""
        return self.finding.documents

    @property
    def edges(self) -> pa.Table:
        """The verified literal edges between distinct texts, and the first units of those."""
        unit, number = (numbers(self.finding.texts[name]) for name in ("unit", "number"))
        edges = self.finding.literal.edges
        for at, name in enumerate(("a", "b")):
            text = numbers(edges[name])
            edges = edges.set_column(at, name, pa.array(number[text]))
            edges = edges.append_column(f"unit_{name}", pa.array(unit[text]))
        return edges

    @cached_property
    def action(self) -> npt.NDArray[np.int8]:
        """Per unit, what became of it, as an index into ``ACTIONS``."""
        links, outcome = self.decision.links, self.decision.outcome
        return decided_actions(actions(links, self.dropped, self.masked), outcome, links)

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
        return provenance_rows(self.ordered_links, self.evidence)

    @cached_property
    def ordered_links(self) -> pa.Table:
        """What the ledger's rows are of, in their order; see ``provenance_rows``."""
        links = self.decision.links.append_column("direction", self.tracing.of_links)
        return in_order(links, self.evidence.passages, self.finding.work.keep)

    @cached_property
    def evidence(self) -> Evidence:
        """What the ledger's rows are made from."""
        finding, excision = self.finding, self.decision.excision
        return Evidence(
            names=list(finding.names),
            documents=finding.documents,
            units=finding.units,
            text_of=finding.text_of,
            literal=flat(finding.texts["literal"]),
            masked=flat(finding.texts["masked"]),
            masked_of=finding.masked_of,
            guards=flat(finding.texts["guards"]),
            sentences=flat(finding.texts["sentences"]),
            passages=self.passages.append_column("direction", self.tracing.of_passages),
            target=self.target,
            action=self.action,
            actions=ACTIONS,
            outcome=self.decision.outcome,
            removed=self.decision.removed,
            spared=self.decision.spared,
            whole=None if excision is None else excision.whole,
            cuts=None if excision is None else excision.cuts,
            classes=CLASSES,
            class_of_unit=self.class_of_unit,
            class_of_family=self.classes.by_number("family"),
            class_of_passage=self.class_of_passage,
            class_of_pair=class_of_pairs(
                np.array([False, True]), np.array([np.inf] * 2), np.zeros(2, np.int64)
            ),
            drop_threshold=self.decision.rule.threshold,
            settings=self.settings,
        )

    @cached_property
    def tracing(self) -> Tracing:
        """Who had each text first, of families and passages, too."""
        return Tracing(self.finding, self.decision)

    @property
    def dates(self) -> pa.Table:
        """Per document its ``date`` and where it was ``found``; null for what shares nothing."""
        return self.tracing.written_dates

    @property
    def origins(self) -> pa.Table:
        """Per cluster, in their order, its origin: ``cluster, status, reason, date, unit``."""
        return self.tracing.clusters

    @property
    def chains(self) -> pa.Table:
        """Per dated unit of a cluster of several days: ``cluster, unit, date, source, similarity``.

        Sorted by cluster and day; ``source`` is the earlier unit that it most likely comes from.
        """
        return self.tracing.cluster_chains

    @property
    def passages(self) -> pa.Table:
        """Stretches shared within longer units, or across their breaks: ``records.PASSAGES``."""
        return self.finding.passages

    @property
    def sections(self) -> pa.Table:
        """What two documents share in the same order, one after another: ``records.SECTIONS``."""
        return self.found_sections.rows

    @cached_property
    def found_sections(self) -> Sections:
        """The sections with their anchors, and how much was too frequent to be compared."""
        return find_sections(self.finding, self.decision, self.settings, self.class_of_unit)

    def section_pairs(self) -> int:
        """Return how many pairs of documents share a section."""
        a, b = (numbers(self.sections[name]) for name in ("document", "source_document"))
        count = self.documents.num_rows
        return len(each_once(np.minimum(a, b) * count + np.maximum(a, b)))

    def complete(self) -> None:
        """Make at once, side by side, what is else made when asked for and takes longest."""
        parts: list[Callable[[], object]] = [
            lambda: self.found_sections,  # after the classes: boilerplate is no part of them
            self.tracing.complete,
        ]
        LocalEngine(2).map(lambda make: make(), parts)

    @cached_property
    def clusters(self) -> pa.Table:
        """One row per cluster: counts, its family, its representative, its first members."""
        return self._with_texts(self.counted("cluster"))

    @cached_property
    def families(self) -> pa.Table:
        """One row per family: counts, its representative, its first members."""
        return self._with_texts(self.counted("family"))

    @property
    def templates(self) -> Templates:
        """Per cluster and family, what its texts have in common, and what each has in its slots."""
        return self.grouped.templates

    @cached_property
    def substitutions(self) -> pa.Table:
        """What stands in place of what: ``from, to, kind, count, groups``, the most frequent first.

        Counted are the slots of every unit: of clusters, and of families beyond the cluster of
        their first.
        """
        return substitution_table(self.templates)

    @property
    def classes(self) -> Classes:
        """What every cluster and family is, why, and from which evidence: see its ``table``."""
        return self.grouped.classes

    @property
    def class_of_unit(self) -> npt.NDArray[np.int8]:
        """Per unit, the class of its cluster, else of its family, an index into ``CLASSES``.

        Boilerplate, if a person decided so. -1 for a unit that is in neither.
        """
        return self.grouped.class_of_unit

    @cached_property
    def class_of_passage(self) -> npt.NDArray[np.int8]:
        """Per passage its class, an index into ``CLASSES``."""
        return class_of_passages(self.passages)

    def slots(self, group: Literal["cluster", "family"] = "cluster") -> pa.Table:
        """Return what every unit has in every slot of its cluster's, or its family's, template.

        One row per unit and slot: ``cluster`` (or ``family``)``, slot, kind, unit, value``, by
        group and unit. Values are in the unit's own characters; joined with what is fixed between
        them they are its text.
        """
        of = (self.cluster if group == "cluster" else self.family).of
        units = np.flatnonzero(of >= 0)
        units = units[np.argsort(of[units], kind="stable")]
        table = self.grouped.clusters if group == "cluster" else self.grouped.families
        rows = np.arange(table.num_rows) if group == "cluster" else self.templates.family_rows
        row = rows[np.searchsorted(numbers(table[group]), of[units])]
        return slot_table(self.templates, group, of[units], row, units)

    def counted(self, group: Literal["cluster", "family"]) -> pa.Table:
        """Return ``clusters`` or ``families`` without their texts."""
        table, groups = self.grouped.clusters, self.cluster
        if group == "family":
            table, groups = self.grouped.families, self.family
        count = np.bincount(groups.of[self.dropped & (groups.of >= 0)], minlength=len(groups.first))
        at = table.column_names.index("texts") + 1
        return table.add_column(at, "dropped", pa.array(count[numbers(table[group])]))

    def _with_texts(self, table: pa.Table) -> pa.Table:
        """Return a table of groups with the texts of those that represent them."""
        text = self.texts_of(numbers(table["unit"]))
        table = table.add_column(table.column_names.index("members"), "text", text)
        return table.set_column(
            table.column_names.index("members"),
            "members",
            table["members"].cast(pa.large_list(pa.int64())),
        )

    def copies(self, doc: str) -> pa.Table:
        """Return the ledger's rows of the documents labelled ``doc``, or whose source they are."""
        import pyarrow.compute as pc

        rows = self.provenance
        return rows.filter(
            pc.or_kleene(pc.equal(rows["doc"], doc), pc.equal(rows["source_doc"], doc))
        )

    @property
    def removals(self) -> pa.Table:
        """What a cleaned corpus leaves out: ``file, row, start, end, masked``."""
        return removals(self.finding, self.decision)

    def cleaned(self) -> pa.Array:
        """Return every document's text without its dropped units; ``""`` if nothing stays."""
        return cleaned_texts(self.documents, self.removals, self.settings.mask_marker)

    @cached_property
    def document_shares(self) -> pa.Table:
        """One row per document: its characters, and those that stand elsewhere, by kind.

        ``characters``, ``exact``, ``near``, ``masked``, ``passage`` and the sum of these four,
        ``repeated``: code points of its units, each counted once.
        """
        return document_shares(self.finding, self.decision)

    @cached_property
    def class_shares(self) -> pa.Table:
        """One row per document: its characters that stand elsewhere, a column for each class."""
        return class_shares(self.finding, self.decision, self.class_of_unit, self.class_of_passage)

    @cached_property
    def shared_with(self) -> pa.Table:
        """The documents each shares most characters with: ``document, other, characters``."""
        return shared_with(self.finding, self.decision, self.found_sections)

    def share_repeated(self) -> pa.Array:
        """Return, per document, the share of its characters that stand elsewhere, too."""
        shares = self.document_shares
        return pa.array(numbers(shares["repeated"]) / np.maximum(1, numbers(shares["characters"])))

    def rethreshold(self, threshold: float) -> Result:
        """Return the result at a higher threshold, from the same edges, without a new run.

        Passages stay as they were found: units that were near, and no longer are, share none.

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
        finding = self.finding.at(threshold)
        settings = dataclasses.replace(self.settings, threshold=threshold)
        return Result.of(finding, settings, self.seconds)

    def shares(self) -> dict[str, int]:
        """Return the characters of all units, and of those repeated, dropped, masked, cut."""
        units = self.finding.units
        size = numbers(units["end"]) - numbers(units["start"])
        linked = (self.cluster.of >= 0) | (self.family.of >= 0)
        return {
            "all": int(size.sum()),
            "repeated": int(size[linked].sum()),
            "passages": passage_characters(self.finding),
            "dropped": int(size[self.dropped].sum()),
            "masked": int(size[self.masked].sum()),
            "cut": 0 if self.decision.excision is None else self.decision.excision.characters,
        }

    @property
    def repeated_units(self) -> int:
        """Units in a cluster or a family."""
        return int(np.count_nonzero((self.cluster.of >= 0) | (self.family.of >= 0)))

    def __repr__(self) -> str:
        """Say what was found, not how it is held."""
        return (
            f"<Result: {self.documents.num_rows:,} documents, "
            f"{self.finding.units.num_rows:,} units, "
            f"{self.cluster.count:,} clusters, "
            f"{int(self.dropped.sum()):,} units dropped>"
        )
