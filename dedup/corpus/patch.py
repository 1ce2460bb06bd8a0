"""The patch beside a cleaned corpus: what was removed, and the input rebuilt from both.

``patch/files.jsonl`` has a row for every source file, sorted by name::

    {"schema_version": 1, "name": "a/b.txt.gz", "format": "text", "compression": "gz",
     "encoding": "utf-8", "size": 9, "sha256": "…", "clean_size": 6, "clean_sha256": "…"}

Sizes, digests and offsets are of what the files hold, decompressed.

``patch/removed.parquet`` has a row for every stretch of bytes that was removed, sorted by file and
offset: ``file`` (0-based line of ``files.jsonl``), ``row`` (of the source file), ``offset`` (bytes
from the start of the *cleaned* file, before which the bytes go back in), ``removed`` (the bytes)
and ``added`` (how many bytes from there on were not in the source: quotation marks around what is
left of a CSV field). Both are the same bytes for the same input and the same versions of the
libraries.

Of Parquet, ``offset`` is bytes from the start of the row's cleaned text (of its texts, two line
feeds between them, where ``text_field`` names several), or -1: then ``removed`` is an Arrow stream
of whole rows of a row group. ``sha256`` is of all texts, as ``parquet.clean`` takes it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dedup.corpus import parquet
from dedup.corpus.compression import DAMAGE, compressing, decompressing
from dedup.corpus.fetch import fetch
from dedup.corpus.files import digest_of, reason, replacing
from dedup.corpus.removed import REMOVED, Cleaned, Removed
from dedup.errors import OutputError, OutputExistsError
from dedup.records import SCHEMA_VERSION, SourceFile

__all__ = ["CleanSummary", "restore", "restore_one", "source_files", "write_patch"]

_GROUP_BYTES = 8 << 20  # of a row group
_BLOCK_BYTES = 1 << 20  # of a copy


@dataclass(frozen=True)
class CleanSummary:
    """What cleaning came to."""

    files: int
    changed: int
    """Files that lost something."""
    removed_bytes: int
    """Of the files, quarantined rows included."""


def write_patch(files: Iterable[Cleaned], patch_dir: Path) -> CleanSummary:
    """Write the patch of ``files``, which come in the order of their names, one by one.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    count = changed = removed_bytes = 0
    waiting: list[pa.Table] = [REMOVED.empty_table()]
    held = 0
    with (
        replacing(patch_dir / "files.jsonl") as listing,
        replacing(patch_dir / "removed.parquet") as stream,
        pq.ParquetWriter(stream, REMOVED, compression="zstd") as writer,
    ):
        for each in files:
            row = {
                "schema_version": SCHEMA_VERSION,
                "name": each.name,
                "format": each.format,
                "compression": each.compression,
                "encoding": each.encoding,
                "text_field": each.text_field,
                "size": each.size,
                "sha256": each.sha256,
                "clean_size": each.clean_size,
                "clean_sha256": each.clean_sha256,
            }
            listing.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
            changed += each.removed.num_rows > 0
            if each.removed.num_rows:
                waiting.append(each.removed)
                size = pc.sum(pc.binary_length(each.removed["removed"])).as_py()
                removed_bytes += size
                held += size
            if held >= _GROUP_BYTES:
                writer.write_table(pa.concat_tables(waiting))
                waiting, held = [], 0
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
    return CleanSummary(count, changed, removed_bytes)


def restore(out_dir: Path, dest: Path) -> int:
    """Rebuild the input of a run from its ``clean`` and ``patch``, byte for byte.

    Parameters
    ----------
    out_dir
        What the run wrote.
    dest
        A folder that is empty or not there yet.

    Returns
    -------
    The number of files.

    Raises
    ------
    OutputExistsError
        If ``dest`` is not empty.
    OutputError
        If the patch is missing or damaged, a clean file is not as it was written, or a file
        cannot be written.
    """
    _check_empty(dest)
    patch_dir = out_dir / "patch"
    files = source_files(out_dir)
    removed = groupby(_removed(patch_dir / "removed.parquet"), key=itemgetter(0))
    following = next(removed, None)
    for index, file in enumerate(files):
        target = dest / file.name
        if not _inside(target, dest):
            raise OutputError(f"{patch_dir} names a file outside of the folder: {file.name!r}")
        mine: Iterator[Removed] = iter(())
        if following is not None and following[0] == index:
            mine = following[1]
        with replacing(target) as stream, compressing(stream, file.compression) as out:
            _restore_file(out_dir / "clean" / file.name, out, file, mine)
        if following is not None and following[0] == index:
            following = next(removed, None)
    return len(files)


class Writable(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int:
        """Take bytes; return how many."""


def restore_one(
    out_dir: Path,
    name: str,
    target: Path,
    through: Callable[[BinaryIO, Cleaned], Writable] | None = None,
) -> Cleaned:
    """Write what one file of the input held, decompressed, to ``target``.

    Parameters
    ----------
    out_dir
        What the run wrote.
    name
        Of the file.
    target
        Where to write.
    through
        Given ``target``, opened, and the file's row of the patch: makes what takes all the bytes
        and writes those that are wanted. Parquet is not given to it.

    Raises
    ------
    OutputError
        As ``restore`` does, and if there is no file of that name.
    """
    path = out_dir / "patch" / "removed.parquet"
    files = {file.name: (index, file) for index, file in enumerate(source_files(out_dir))}
    if name not in files:
        raise OutputError(f"{out_dir} has no file {name}: run again to have another")
    index, file = files[name]
    with replacing(target) as out:
        taking = out if through is None or file.format == "parquet" else through(out, file)
        _restore_file(out_dir / "clean" / name, taking, file, _removed(path, index))
    return file


def source_files(out_dir: Path) -> list[Cleaned]:
    """Return the source files of a run, sorted by name, without what was removed from them.

    Raises
    ------
    OutputError
        If the patch is missing or damaged.
    """
    path = out_dir / "patch" / "files.jsonl"
    with _using(path), path.open("rb") as lines:
        nothing = REMOVED.empty_table()
        names = [each.name for each in fields(Cleaned) if each.name != "removed"]
        rows = [orjson.loads(line) for line in lines]
        return [Cleaned(**{name: row[name] for name in names}, removed=nothing) for row in rows]


def _removed(path: Path, file: int | None = None) -> Iterator[Removed]:
    """Yield file, offset and bytes of the rows of ``removed.parquet``, or those of one file."""
    with _using(path), pq.ParquetFile(path) as table:
        if not table.schema_arrow.equals(REMOVED):
            raise ValueError("other columns")
        groups = [*range(table.num_row_groups)]
        if file is not None:
            bounds = [table.metadata.row_group(i).column(0).statistics for i in groups]
            groups = [i for i in groups if bounds[i] and bounds[i].min <= file <= bounds[i].max]
        for batch in table.iter_batches(4096, groups):
            rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
            yield from (Removed(*row) for row in rows if file is None or row[0] == file)


def _restore_file(clean: Path, out: Any, file: Cleaned, removed: Iterator[Removed]) -> None:
    """Write what one file of the input held, unless a checksum says that it would not be that."""
    if file.format == "parquet":
        _restore_parquet(clean, out, file, removed)
        return
    after, before = hashlib.sha256(), hashlib.sha256()
    with _using(clean):
        opened = clean.open("rb")
    with opened:
        with _using(clean):
            stream = decompressing(opened, file.compression)
        following = next(removed, None)
        start = skip = 0
        data = None
        while data != b"":
            with _using(clean):
                data = stream.read(_BLOCK_BYTES)
            after.update(data)
            parts = []
            at = min(skip, len(data))
            skip -= at
            # What goes in at the end of the file is met with the empty block, or before it.
            while following is not None and following.offset <= start + len(data):
                _, _, offset, gone, added = following
                parts += [data[at : offset - start], gone]
                skip = max(0, offset - start + added - len(data))
                at = min(offset - start + added, len(data))
                following = next(removed, None)
            whole = b"".join([*parts, data[at:]])
            before.update(whole)
            out.write(whole)
            start += len(data)
    if after.hexdigest() != file.clean_sha256:
        raise OutputError(f"{clean} is not as the run wrote it: put it back, or run again")
    if before.hexdigest() != file.sha256:
        raise OutputError(f"the patch does not fit {clean}: run again to have another")


def _restore_parquet(clean: Path, out: BinaryIO, file: Cleaned, removed: Iterator[Removed]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        packed = SourceFile(clean, file.name, file.format, file.compression)
        with _using(clean):
            path = fetch(0, packed, Path(folder))
            with path.open("rb") as stream:
                after, _ = digest_of(stream)
        if after != file.clean_sha256:
            raise OutputError(f"{clean} is not as the run wrote it: put it back, or run again")
        try:
            before = parquet.restore(path, out, removed, file.text_field)
        except (ValueError, LookupError, pa.ArrowException):
            before = None
    if before != file.sha256:
        raise OutputError(f"the patch does not fit {clean}: run again to have another")


@contextmanager
def _using(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file of the output into one sentence that names it."""
    try:
        yield
    except (ValueError, LookupError, TypeError, *DAMAGE) as error:
        raise OutputError(f"{path} is damaged: restore needs it as the run wrote it") from error
    except OSError as error:
        raise OutputError(
            f"{path} cannot be read ({reason(error)}): restore needs it as the run wrote it"
        ) from error


def _inside(path: Path, folder: Path) -> bool:
    """Say whether ``path`` is below ``folder``, whatever its parts are."""
    whole, above = os.path.abspath(path), os.path.abspath(folder)  # noqa: PTH100
    return "\0" not in whole and Path(above) in Path(whole).parents


def _check_empty(dest: Path) -> None:
    try:
        empty = not any(dest.iterdir())
    except FileNotFoundError:
        return
    except NotADirectoryError:
        empty = False
    except OSError as error:
        raise OutputError(
            f"{dest} cannot be read ({reason(error)}): name another folder"
        ) from error
    if not empty:
        raise OutputExistsError(f"{dest} is not empty: name a folder that is, or a new one")
