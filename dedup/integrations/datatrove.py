"""datatrove: one step of a pipeline that takes out of the documents what is repeated.

::

    LocalPipelineExecutor([JsonlReader(CORPUS), Deduplicate(), JsonlWriter(CLEANED)], tasks=1).run()

It needs the whole corpus, which with several tasks no task has: run the step in an executor of one
task, where it uses every core by threads of its own. What comes before and after it may run in
executors of many tasks, with files between them.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from datatrove.io import get_datafolder
from datatrove.pipeline.base import PipelineStep
from datatrove.utils.typeshelper import StatHints
from pyarrow import parquet

import dedup
from dedup.cuts import cut, spans_of
from dedup.errors import SettingsError
from dedup.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datatrove.data import Document
    from datatrove.pipeline.writers.disk_base import DiskWriter

__all__ = ["Deduplicate"]


class Deduplicate(PipelineStep):  # type: ignore[misc]
    """Find what is repeated in all documents, and pass them on without it, in their order.

    Parameters
    ----------
    settings
        What to compare and how. Fields are looked for in the metadata, but for text and id.
    drop
        Leave out the documents of which nothing but white space is left, instead of passing them
        on with the text ``""``.
    exclusion_writer
        A writer that gets those documents, as they came.
    ledger
        A folder, as datatrove names them, that gets ``provenance.parquet``: a row for each repeated
        unit and link, with what was copied from where.
    workers
        Threads; by default one for each core this process may use.

    Raises
    ------
    SettingsError
        By ``run``, if it is one task of several.
    """

    type = "🫂 - DEDUP"
    name = "dedup"

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        drop: bool = True,
        exclusion_writer: DiskWriter | None = None,
        ledger: Any = None,
        workers: int | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.drop = drop
        self.exclusion_writer = exclusion_writer
        self.ledger = ledger
        self.workers = workers

    def run(
        self, data: Iterator[Document], rank: int = 0, world_size: int = 1
    ) -> Iterator[Document]:
        """Yield the documents; the first when all were read."""
        if world_size != 1:
            raise SettingsError(
                "deduplication needs the whole corpus in one task: "
                "give this step an executor of its own with tasks=1"
            )
        documents = list(data)
        with self.track_time("corpus"):
            result = dedup.find(
                [self._row(document) for document in documents], self.settings, workers=self.workers
            )
            texts = [document.text for document in documents]
            left = cut(texts, spans_of(result))
        if self.ledger is not None:
            with get_datafolder(self.ledger).open("provenance.parquet", "wb") as file:
                parquet.write_table(result.provenance, file)
        self.stat_update("units", value=result.finding.units.num_rows, unit="corpus")
        self.stat_update("dropped_units", value=int(result.dropped.sum()), unit="corpus")
        with self.exclusion_writer or nullcontext() as excluded:
            for document, text in zip(documents, left, strict=True):
                gone = bool(document.text) and not text
                self.stat_update(StatHints.total)
                if gone and excluded is not None:
                    excluded.write(document, rank)
                if gone and self.drop:
                    self.stat_update(StatHints.dropped)
                    continue
                document.text = text
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(document)
                yield document

    def _row(self, document: Document) -> dict[str, Any]:
        """Return the fields that the settings name."""
        settings = self.settings
        named = {name: document.metadata.get(name) for name in _metadata_fields(settings)}
        return named | {settings.id_field: document.id, settings.text_field: document.text}


def _metadata_fields(settings: Settings) -> list[str]:
    return [name for name in (settings.date_field, settings.source_field) if name is not None]
