"""Hugging Face ``datasets``: whole ones, and streams, which are read twice.

What is repeated in a corpus is known when all of it was read. So ``find`` reads the texts, those of
a stream too, and holds them in memory as columns; ``clean`` cuts them batch by batch, those of a
stream as it is read again. It has to give the same rows in the same order both times: shuffle and
shard it afterwards. One that has no end, or whose texts don't fit into memory, can be held against
a corpus that does: ``Deduplicator.fit`` on that, and ``transform_new`` in a batched ``map``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

import dedup
from dedup.corpus.fields import string_column
from dedup.errors import CorpusError
from dedup.integrations.arrow import dropped, remaining
from dedup.result import Result
from dedup.settings import Settings
from dedup.watch import Progress

if TYPE_CHECKING:
    from datasets import Dataset, IterableDataset

__all__ = ["clean", "find"]

D = TypeVar("D", "Dataset", "IterableDataset")


def find(
    dataset: Dataset | IterableDataset,
    settings: Settings | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Find what is repeated in a dataset, from the columns that the settings name.

    Parameters, result and errors are those of ``dedup.find``; a stream is read to its end.
    """
    from datasets import Dataset

    settings = settings or Settings()
    fields = [settings.text_field, settings.id_field, settings.date_field, settings.source_field]
    if isinstance(dataset, Dataset):
        wanted = [name for name in fields if name in dataset.column_names]
        table = dataset.select_columns(wanted).with_format("arrow")[:]
    else:
        table = _stream_columns(dataset, fields)
    return dedup.find(table, settings, workers=workers, progress=progress)


def _stream_columns(stream: Any, fields: list[str | None]) -> pa.Table:
    """Read the fields of a stream, whose batches may differ in their types."""
    text, *_ = fields
    parts = [pa.table({text: pa.array([], pa.large_string())})]
    read = 0
    for batch in stream.with_format(None).iter(batch_size=1000):
        for row, value in enumerate(batch.get(text, [])):
            if not isinstance(value, str):
                raise CorpusError(
                    f"row {read + row} must have a string as its text, not {type(value).__name__}"
                )
        if text not in batch:
            raise CorpusError(f"the stream has no column {text!r} to take texts from")
        columns = {name: string_column(batch[name]) for name in fields if name in batch}
        read += len(columns[text])
        parts.append(pa.table(columns))
    return pa.concat_tables(parts, promote_options="default")


def clean(dataset: D, result: Result, *, drop: bool = False) -> D:
    """Return the dataset with the texts that ``result`` leaves, all other columns as they are.

    Parameters
    ----------
    dataset
        The one that ``find`` was given. Of a stream comes a stream of one shard, without a format.
    result
        What ``find`` made of it.
    drop
        Leave out the rows of documents that were dropped, instead of giving them ``""``.

    Raises
    ------
    CorpusError
        If a row is not the one that was searched; of a stream, when it is read.
    """
    from datasets import Dataset, IterableDataset

    name = result.settings.text_field
    searched, left, gone = result.documents["text"], remaining(result), dropped(result)

    stream: Any = dataset.with_format(None)

    def cut(texts: list[str], rows: Sequence[int]) -> dict[str, list[str]]:
        if rows[-1] >= len(searched) or searched.take(pa.array(rows)).to_pylist() != texts:
            raise CorpusError(
                f"rows {rows[0]} to {rows[-1]} are not those that were searched: "
                "give the same dataset, and shuffle or shard it afterwards"
            )
        return {name: left.take(pa.array(rows)).to_pylist()}

    def stays(_texts: list[str], rows: Sequence[int]) -> list[bool]:
        return [not went for went in gone.take(pa.array(rows)).to_pylist()]

    def cleaned_rows() -> Iterator[dict[str, Any]]:
        first = 0
        for batch in stream.iter(batch_size=1000):
            rows = range(first, first + len(batch[name]))
            columns = batch | cut(batch[name], rows)
            for stay, values in zip(
                stays([], rows), zip(*columns.values(), strict=True), strict=True
            ):
                if stay or not drop:
                    yield dict(zip(columns, values, strict=True))
            first = rows.stop

    if not isinstance(dataset, Dataset):
        # A map over the stream would see other row numbers once that is shuffled or split between
        # workers: both reach through to the shards at its start, but not through a generator.
        return IterableDataset.from_generator(cleaned_rows, features=dataset.features)
    batches: dict[str, Any] = {"batched": True, "with_indices": True, "input_columns": [name]}
    cleaned = stream.map(cut, features=dataset.features, **batches)
    if drop:
        cleaned = cleaned.filter(stays, **batches)
    held = dataset.format
    return cleaned.with_format(
        held["type"], held["columns"], held["output_all_columns"], **held["format_kwargs"]
    )
