"""The cleaned corpus: every source file again, without the spans and rows that go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.columns import flat, numbers
from dedup.corpus import parquet
from dedup.corpus.chunks import Piece
from dedup.corpus.compression import compressing
from dedup.corpus.encodings import UTF8, raw_offsets, to_utf8
from dedup.corpus.files import Hashing, changed, digest_of, reading, replacing
from dedup.corpus.formats import TEXT_FORMATS
from dedup.corpus.patch import CleanSummary, write_patch
from dedup.corpus.removed import REMOVED, Cleaned, removed_table
from dedup.corpus.separated import requoted
from dedup.corpus.spans import Ints, Spans, byte_spans, merged, spread
from dedup.corpus.survey import Mapper, Survey
from dedup.kernels.spans import copy_spans
from dedup.settings import Settings
from dedup.watch import checkpoint

__all__ = ["Job", "clean_file", "write_clean"]

Job = tuple[int, Survey, pa.Table, pa.Table]
"""Index of a file, its survey, its own ``records.REMOVALS`` and its own ``records.QUARANTINE``."""


def write_clean(
    surveys: Sequence[Survey],
    removals: pa.Table,
    quarantine: pa.Table,
    clean_dir: Path,
    patch_dir: Path,
    settings: Settings,
    mapper: Mapper = map,
) -> CleanSummary:
    """Write the cleaned corpus, and the patch that restores the original from it.

    Parameters
    ----------
    surveys
        Of every source file, in order: each is written under its name.
    removals
        ``records.REMOVALS``, in any order; spans may overlap or touch, masked ones only touch.
    quarantine
        ``records.QUARANTINE``: rows that are left out.
    clean_dir, patch_dir
        Folders, made where they are missing.
    settings
        Those the corpus was read with.
    mapper
        Stands in for ``map``, and keeps the order: an engine's, to work on several files at a time.

    Raises
    ------
    CorpusError
        If a source cannot be read or is not what it was when it was surveyed.
    OutputError
        If something cannot be written.
    ValueError
        If a span is not inside the text it names.
    """
    jobs = _jobs(surveys, removals, quarantine)
    clean = partial(clean_file, clean_dir=clean_dir, settings=settings)
    return write_patch(mapper(clean, jobs), patch_dir)


def clean_file(job: Job, clean_dir: Path, settings: Settings) -> Cleaned:
    """Write one source file without what goes; say what became of it, and what went.

    Spans of code points are cut out of the raw bytes, with the escapes that write them; a
    quarantined row goes with its line feed; every other byte stays. Memory holds one piece of
    the file at a time, and what is removed from it.
    """
    file, survey, removals, quarantine = job
    if survey.source.format == "parquet":
        return _clean_parquet(survey, removals, quarantine, clean_dir, settings)
    path, place = survey.content.path, survey.source.place
    spans = merged(removals)
    lines = _lines(quarantine)
    if any(
        len(rows) and not 0 <= rows[0] <= rows[-1] < survey.rows for rows in (spans.rows, lines[0])
    ):
        _check_unchanged(survey)
        raise ValueError(f"a row to remove is not among the {survey.rows} rows of {place}")
    touched = bool(len(spans.rows) or len(lines[0]))
    before = hashlib.sha256()
    after = hashlib.sha256() if touched else before
    written = 0
    removed = [REMOVED.empty_table()]
    with (
        replacing(clean_dir / survey.source.name) as file_out,
        compressing(file_out, survey.source.compression) as out,
    ):
        with reading(place):
            stream = path.open("rb")
        with stream:
            for piece in survey.pieces:
                checkpoint()
                with reading(place):
                    data = bytearray(stream.read(piece.length))
                if len(data) != piece.length:
                    raise changed(place)
                before.update(data)
                kept = memoryview(data)
                if touched:
                    array = np.frombuffer(data, np.uint8)
                    try:
                        rows, starts, ends, added = _cut(piece, data, spans, lines, settings)
                    except ValueError:
                        _check_unchanged(survey)
                        raise
                    sizes = np.array([len(added.get(at, b"")) for at in starts.tolist()], np.int64)
                    removed.append(removed_table(file, written, rows, array, starts, ends, sizes))
                    kept = _without(array, starts, ends, added)
                    after.update(kept)
                out.write(kept)
                written += len(kept)
            with reading(place):
                longer = stream.read(1)
        if longer or before.hexdigest() != survey.sha256:
            raise changed(place)
    return Cleaned(
        name=survey.source.name,
        size=survey.size,
        sha256=survey.sha256,
        clean_size=written,
        clean_sha256=after.hexdigest(),
        removed=pa.concat_tables(removed),
        format=survey.source.format,
        compression=survey.source.compression,
        encoding=survey.content.encoding,
    )


def _clean_parquet(
    survey: Survey, removals: pa.Table, quarantine: pa.Table, clean_dir: Path, settings: Settings
) -> Cleaned:
    content, source = survey.content, survey.source
    refused = np.sort(numbers(quarantine.column("row")).astype(np.int64, copy=False))
    with (
        replacing(clean_dir / source.name) as file_out,
        compressing(file_out, source.compression) as packed,
    ):
        out = Hashing(packed)
        try:
            removed, digest = parquet.clean(
                content, merged(removals), refused, cast(BinaryIO, out), settings
            )
        except Exception:  # of a file that is another one by now, anything
            _check_unchanged(survey)
            raise
        _check_unchanged(survey)
    return Cleaned(
        name=source.name,
        size=survey.size,
        sha256=digest,
        clean_size=out.size,
        clean_sha256=out.digest.hexdigest(),
        removed=removed,
        format=source.format,
        compression=source.compression,
        text_field=settings.text_field,
    )


def _check_unchanged(survey: Survey) -> None:
    """Raise if the file is not, byte for byte, what was surveyed."""
    place = survey.source.place
    with reading(place), survey.content.path.open("rb") as stream:
        if digest_of(stream) != (survey.sha256, survey.size):
            raise changed(place)


def _jobs(surveys: Sequence[Survey], removals: pa.Table, quarantine: pa.Table) -> Iterator[Job]:
    """Give each file its own rows of the two tables."""
    shares = []
    for table in (removals, quarantine):
        files = numbers(table.column("file"))
        order = np.argsort(files, kind="stable")
        shared = table.take(pa.array(order))
        bounds = np.searchsorted(files[order], np.arange(len(surveys) + 1)).tolist()
        shares.append((shared, bounds))
    (spans, first_span), (lines, first_line) = shares
    for file, survey in enumerate(surveys):
        yield (
            file,
            survey,
            spans.slice(first_span[file], first_span[file + 1] - first_span[file]),
            lines.slice(first_line[file], first_line[file + 1] - first_line[file]),
        )


def _lines(quarantine: pa.Table) -> tuple[Ints, Ints, Ints]:
    """Return row, first byte and last byte of quarantined rows of one file, sorted."""
    lengths = pc.binary_length(flat(quarantine.column("raw")))
    columns = quarantine.column("row"), quarantine.column("offset"), lengths
    rows, starts, lengths = (numbers(column).astype(np.int64, copy=False) for column in columns)
    order = np.argsort(starts, kind="stable")
    return rows[order], starts[order], (starts + lengths)[order]


def _cut(
    piece: Piece,
    raw: bytearray,
    spans: Spans,
    lines: tuple[Ints, Ints, Ints],
    settings: Settings,
) -> tuple[Ints, Ints, Ints, dict[int, bytes]]:
    """Return row, start and end of what goes from ``raw``, in bytes of it, ascending.

    Last, what is written instead: bytes by the start of what they stand for.
    """
    form, encoding = TEXT_FORMATS[piece.content.source.format], piece.content.encoding
    data = np.frombuffer(raw if encoding == UTF8 else bytearray(to_utf8(raw, encoding)), np.uint8)
    rows, starts, ends, masked = spans.of(piece.row, piece.row + piece.rows)
    texts, first = np.unique(rows, return_index=True)
    first = np.append(first, len(rows))
    places = form.places(piece, data, texts - piece.row, settings)
    if places.parts is not None and places.lengths is not None:
        first, starts, ends, which = spread(places.parts, places.lengths, first, starts, ends)
        # Of a masked span in several parts, the marker is in the first.
        rows, masked = rows[which], masked[which] & (np.diff(which, prepend=-1) > 0)
    starts, ends = byte_spans(
        data,
        places.starts,
        places.ends,
        first=first,
        starts=starts,
        ends=ends,
        escapes=places.escapes,
    )
    bounds = places.starts, places.ends
    if encoding != UTF8 and len(rows):
        starts, ends = (raw_offsets(raw, encoding, at) for at in (starts, ends))
        bounds = (
            raw_offsets(raw, encoding, places.starts),
            raw_offsets(raw, encoding, places.ends),
        )
    marker = settings.mask_marker.encode(encoding) if masked.any() else b""
    added = dict.fromkeys(starts[masked].tolist(), marker)
    if places.alone is not None and len(rows):
        bare = places.escapes < 0
        rows, starts, ends, added = requoted(
            raw, encoding, bounds, bare, places.alone, rows, first, starts, ends, added
        )
    line_rows, line_starts, line_ends = _within(piece, lines)
    rows = np.concatenate([rows, line_rows])
    starts = np.concatenate([starts, line_starts - piece.offset])
    ends = np.concatenate([ends, line_ends - piece.offset])
    order = np.argsort(starts, kind="stable")
    rows, starts, ends = rows[order], starts[order], ends[order]
    order_of = np.stack([starts, ends], axis=1).ravel()
    if (np.diff(order_of, prepend=0, append=len(raw)) < 0).any():
        raise ValueError("a row to remove is not where it is said to be, or holds a span to remove")
    return rows, starts, ends, added


def _within(piece: Piece, spans: tuple[Ints, Ints, Ints]) -> tuple[Ints, Ints, Ints]:
    """Return those of ``spans``, sorted by row, whose row is in ``piece``."""
    rows, starts, ends = spans
    first, last = np.searchsorted(rows, [piece.row, piece.row + piece.rows])
    return rows[first:last], starts[first:last], ends[first:last]


def _without(
    data: npt.NDArray[np.uint8], starts: Ints, ends: Ints, added: Mapping[int, bytes]
) -> memoryview:
    """Return ``data`` without the bytes from each of ``starts`` to its end, or others instead."""
    if added:
        after = np.append(0, ends).tolist()
        before = np.append(starts, len(data)).tolist()
        parts = [data[a:b].tobytes() for a, b in zip(after, before, strict=True)]
        return memoryview(
            b"".join(
                [parts[0]]
                + [
                    added.get(a, b"") + part
                    for a, part in zip(starts.tolist(), parts[1:], strict=True)
                ]
            )
        )
    kept = np.empty(len(data) - int((ends - starts).sum()), np.uint8)
    copy_spans(data, np.append(0, ends), np.append(starts, len(data)), kept)
    return memoryview(kept)  # type: ignore[arg-type]
