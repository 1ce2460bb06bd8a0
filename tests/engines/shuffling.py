"""An engine that moves everything through files, in an order that no stage may rely on."""

from __future__ import annotations

import pickle
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.ipc as ipc

from dedup.columns import numbers

T = TypeVar("T")
R = TypeVar("R")


class ShufflingEngine:
    """Run stages one batch at a time, out of order, on copies read back from disk.

    Functions stay in the process; what they are given and what they return does not: tables
    travel as Arrow files, the rest as pickles. A table to be grouped is cut by a hash of its keys
    into ``partitions`` files.
    """

    def __init__(self, seed: int = 0, partitions: int = 3) -> None:
        self.random = random.Random(seed)
        self.partitions = partitions

    def map(self, stage: Callable[[T], R], batches: Iterable[T]) -> list[R]:
        """Apply ``stage`` to every batch, the last perhaps first."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            count = 0
            for count, batch in enumerate(batches, 1):
                write(folder / f"in-{count - 1}", batch)
            for number in self.random.sample(range(count), count):
                write(folder / f"out-{number}", stage(read(folder / f"in-{number}")))
            return [read(folder / f"out-{number}") for number in range(count)]

    def stream(self, stage: Callable[[T], R], batches: Iterable[T]) -> Iterator[R]:
        """Yield the results one by one."""
        yield from self.map(stage, batches)

    def group(
        self,
        stage: Callable[[pa.Table], pa.Table],
        tables: Iterable[pa.Table | Callable[[], pa.Table]],
        keys: Sequence[str],
        at_least: int = 1,
    ) -> list[pa.Table]:
        """Apply ``stage`` to parts of each table, sorted, with all rows of their keys."""

        def reduce(part: pa.Table) -> pa.Table:
            return stage(_sorted(part, keys, at_least))

        results = []
        for given in tables:
            table = given() if callable(given) else given
            place = _partition(table, keys, self.partitions)
            parts = [table.filter(pa.array(place == number)) for number in range(self.partitions)]
            self.random.shuffle(parts)
            results.append(pa.concat_tables(self.map(reduce, parts)))
        return results

    def components(self, a: pa.Array, b: pa.Array, size: int) -> pa.Array:
        """Return labels, sent along the edges until none changes."""
        of = np.concatenate([numbers(a), numbers(b)])
        to = np.concatenate([numbers(b), numbers(a)])
        edges = pa.table({"of": pa.array(of, pa.int64()), "to": pa.array(to, pa.int64())})
        nodes = pa.table({"node": pa.array(range(size), pa.int64())})
        label = pa.array(self.random.sample(range(size), size), pa.int64())
        nodes = nodes.append_column("label", label)
        while True:
            sent = edges.join(nodes, keys="of", right_keys="node").select(["to", "label"])
            told = pa.concat_tables([nodes, sent.rename_columns(["node", "label"])])
            (least,) = self.group(_least, [told], ["node"])
            after = least.sort_by("node")
            if after["label"].equals(nodes["label"]):
                return after["label"].combine_chunks()
            nodes = after


def write(path: Path, value: Any) -> None:
    """Write a table as an Arrow file, anything else, tables within it too, as a pickle."""
    if isinstance(value, pa.Table):
        with (
            path.with_suffix(".arrow").open("wb") as file,
            ipc.new_file(file, value.schema) as sink,
        ):
            sink.write_table(value)
    else:
        path.with_suffix(".pickle").write_bytes(pickle.dumps(value))


def read(path: Path) -> Any:
    """Read what ``write`` wrote."""
    table = path.with_suffix(".arrow")
    if table.exists():
        return ipc.open_file(pa.py_buffer(table.read_bytes())).read_all()
    return pickle.loads(path.with_suffix(".pickle").read_bytes())


def _partition(table: pa.Table, keys: Sequence[str], count: int) -> npt.NDArray[np.int64]:
    hashes = np.zeros(table.num_rows, np.uint64)
    for key in keys:
        hashes = (hashes ^ numbers(table[key]).astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        hashes ^= hashes >> np.uint64(29)
    return (hashes % np.uint64(count)).astype(np.int64)


def _sorted(table: pa.Table, keys: Sequence[str], at_least: int) -> pa.Table:
    """Return the rows whose key is not too rare, by key; those of a key keep their order."""
    rows: dict[tuple[Any, ...], list[int]] = {}
    for row, key in enumerate(zip(*(table[name].to_pylist() for name in keys), strict=True)):
        rows.setdefault(key, []).append(row)
    taken = [row for key in sorted(rows) if len(rows[key]) >= at_least for row in rows[key]]
    return table.take(pa.array(taken, pa.int64()))


def _least(rows: pa.Table) -> pa.Table:
    least = rows.group_by("node").aggregate([("label", "min")])
    return pa.table({"node": least["node"], "label": least["label_min"]})
