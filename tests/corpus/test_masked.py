"""Spans that are masked, in every format: what is read of the cleaned corpus, and restored."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from removal import removals_table

from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.memory import cleaned_texts, documents_table
from dedup.corpus.patch import restore
from dedup.corpus.read import read
from dedup.corpus.spans import merged
from dedup.corpus.survey import plan, survey
from dedup.records import QUARANTINE
from dedup.settings import Settings

Spans = list[tuple[int, int, bool]]
NESTED = "m[].c"


@st.composite
def documents(draw: st.DrawFn) -> list[tuple[list[str], Spans]]:
    """Draw texts, some of several parts, and spans of them that may touch but don't overlap."""
    pieces = ["中文", "😀", '"', "\\", ",", "\n", "\r\n", "\t", "a", " ", "…", "\u2028"]
    text = st.lists(st.sampled_from(pieces), max_size=8).map("".join)
    told = []
    for parts in draw(st.lists(st.lists(text, min_size=1, max_size=3), min_size=1, max_size=4)):
        size = len("\n\n".join(parts))
        points = sorted(draw(st.lists(st.integers(0, size), max_size=8)))
        spans = list(zip(points[::2], points[1::2], strict=False))
        told.append((parts, [(a, b, draw(st.booleans())) for a, b in spans]))
    return told


def left_of(parts: list[str], spans: Spans, marker: str) -> list[str]:
    """Return what is left of each part; a marker stands where the first of its span was."""
    gone: dict[int, int] = {}
    for number, (start, end, _) in enumerate(spans):
        gone |= dict.fromkeys(range(start, end), number)
    told: set[int] = set()
    left = []
    at = 0
    for part in parts:
        rest = ""
        for i, c in enumerate(part, at):
            if i not in gone:
                rest += c
            elif spans[gone[i]][2] and gone[i] not in told:
                told.add(gone[i])
                rest += marker
        left.append(rest)
        at += len(part) + 2
    return left


def write(folder: Path, form: str, encoding: str, texts: list[list[str]]) -> str:
    """Write the texts as a file of a format, and return the field that they are in."""
    path = folder / f"a.{form.removeprefix('nested ')}"
    if form == "txt":
        path.write_bytes(texts[0][0].encode(encoding))
        return "text"
    if form == "jsonl":
        rows = [
            json.dumps({"text": each[0]}, ensure_ascii=i % 2 == 0) for i, each in enumerate(texts)
        ]
        path.write_bytes("\n".join(rows).encode(encoding))
        return "text"
    if form in ("csv", "tsv"):
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter="," if form == "csv" else "\t", lineterminator="\n")
        writer.writerows([["text", "n"], *([each[0], "1"] for each in texts)])
        path.write_bytes(out.getvalue().encode(encoding))
        return "text"
    if form == "parquet":
        pq.write_table(pa.table({"text": [each[0] for each in texts]}), path, row_group_size=2)
        return "text"
    values = [[{"c": part} for part in each] for each in texts]
    if form == "nested parquet":
        pq.write_table(pa.table({"m": values}), path, row_group_size=2)
    else:
        rows = [json.dumps({"m": value}, ensure_ascii=False) for value in values]
        path.write_bytes("\n".join(rows).encode(encoding))
    return NESTED


def texts_in(folder: Path, chosen: Settings, base: Path) -> list[str]:
    told = survey(discover([folder]), settings=chosen, copies=base)
    return [row["text"] for piece in plan(told) for row in read(piece, chosen)[0].to_pylist()]


FORMS = ["txt", "jsonl", "csv", "tsv", "parquet", "nested jsonl", "nested parquet"]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    documents(), st.sampled_from(FORMS), st.sampled_from(["utf-8", "utf-16-le", "gb18030"]),
    st.sampled_from(["[…]", "【重复】", "[removed; see above]", "'", "𝄞"]),
)  # fmt: skip
def test_a_marker_stands_where_something_was(
    drawn: list[tuple[list[str], Spans]], form: str, encoding: str, marker: str
) -> None:
    if not form.startswith("nested"):
        drawn = [(["\n\n".join(parts)], spans) for parts, spans in drawn]
    drawn = drawn[:1] if form == "txt" else drawn
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "in").mkdir()
        field = write(base / "in", form, encoding, [parts for parts, _ in drawn])
        found = encoding if encoding != "utf-16-le" else "utf-16"
        chosen = Settings(text_field=field, mask_marker=marker, encoding=found)
        told = survey(discover([base / "in"]), settings=chosen, copies=base / "copies")
        if encoding == "utf-16-le" and told[0].content.encoding != encoding:
            return  # too short to be told from the other one
        rows = [(0, row, *span) for row, (_, spans) in enumerate(drawn) for span in spans]
        table, quarantine = removals_table(rows), QUARANTINE.empty_table()
        write_clean(told, table, quarantine, base / "clean", base / "patch", chosen)
        expected = [left_of(parts, spans, marker) for parts, spans in drawn]
        assert texts_in(base / "clean", chosen, base / "again") == [
            "\n\n".join(parts) for parts in expected
        ]
        restore(base, base / "back")
        for path in (base / "in").iterdir():
            back = base / "back" / path.name
            if path.suffix == ".parquet":
                assert pq.read_table(back).equals(pq.read_table(path))
            else:
                assert back.read_bytes() == path.read_bytes()
        if not form.startswith("nested"):
            texts = documents_table([parts[0] for parts, _ in drawn], chosen)
            assert cleaned_texts(texts, table, marker).to_pylist() == [each[0] for each in expected]


def test_what_is_masked_overlaps_nothing() -> None:
    touching = removals_table([(0, 0, 4, 6, True), (0, 0, 2, 4), (0, 0, 6, 8), (0, 0, 0, 3)])
    spans = merged(touching)
    assert list(zip(*(column.tolist() for column in spans), strict=True)) == [
        (0, 0, 4, False), (0, 4, 6, True), (0, 6, 8, False),
    ]  # fmt: skip
    for other in ((0, 0, 5, 7), (0, 0, 0, 5), (0, 0, 5, 6, True)):
        with pytest.raises(ValueError, match="overlaps"):
            merged(removals_table([(0, 0, 4, 6, True), other]))
    # Elsewhere it may stand at the same place.
    assert len(merged(removals_table([(0, 0, 4, 6, True), (0, 1, 4, 6)])).rows) == 2


def test_a_field_of_csv_is_one_still() -> None:
    # Without the marker, the first would begin with a quotation mark, the second be an empty line.
    expected = {'ab"c': '[…]"c', "ab": "[…]", 'xab"c"': 'x[…]"c"'}
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "in").mkdir()
        (base / "in/a.csv").write_text("text\n" + "\n".join(expected) + "\n")
        chosen = Settings(encoding="utf-8")
        told = survey(discover([base / "in"]), settings=chosen)
        rows = [(0, 0, 0, 2, True), (0, 1, 0, 2, True), (0, 2, 1, 3, True)]
        write_clean(
            told, removals_table(rows), QUARANTINE.empty_table(), base / "clean", base / "patch",
            chosen,
        )  # fmt: skip
        left = (base / "clean/a.csv").read_text(encoding="utf-8").splitlines()
        assert left == ["text", *expected.values()]
        restore(base, base / "back")
        assert (base / "back/a.csv").read_bytes() == (base / "in/a.csv").read_bytes()
