"""The cleaned corpus, and the input rebuilt from it."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from corpus.strategies import cuts, jsonl_files, raw_texts, spans_of
from hypothesis import given, settings
from hypothesis import strategies as st
from naive.corpus import BOM, clean_jsonl, read_jsonl, without
from removal import removals_table

from dedup.corpus import jsonl
from dedup.corpus import survey as survey_module
from dedup.corpus.clean import write_clean
from dedup.corpus.discover import discover
from dedup.corpus.patch import CleanSummary, restore
from dedup.corpus.read import read
from dedup.corpus.survey import Survey, plan, survey
from dedup.errors import CorpusError, OutputError
from dedup.records import QUARANTINE, REMOVALS
from dedup.settings import Settings

Span = tuple[int, int, int, int]


def clean(root: Path, out: Path, *spans: Span, surveys: list[Survey] | None = None) -> CleanSummary:
    surveys = surveys or survey(discover([root]), settings=Settings(encoding="utf-8"))
    quarantine = [QUARANTINE.empty_table(), *(read(c, Settings())[1] for c in plan(surveys))]
    return write_clean(
        surveys,
        removals_table(spans),
        pa.concat_tables(quarantine),
        out / "clean",
        out / "patch",
        Settings(),
    )


def contents(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "in/sub").mkdir(parents=True)
    return tmp_path / "in"


def test_spans_and_quarantined_rows_go_and_every_other_byte_stays(
    root: Path, tmp_path: Path
) -> None:
    (root / "a.txt").write_bytes("一二\r\n三四\r\n".encode())
    (root / "b.jsonl").write_bytes(
        b'{ "text":"one\\ntwo\\u4e09","id" : 1.0}\r\nbroken\n\n{"text": "gone", "text": "three"}'
    )
    (root / "sub/c.md").write_bytes(b"same\xff")
    (root / "sub/d.txt").write_bytes(b"all")
    # Files are numbered by name: a.txt, b.jsonl, sub/c.md, sub/d.txt.
    summary = clean(
        root, tmp_path, (0, 0, 0, 4), (1, 3, 1, 4), (1, 0, 3, 8), (1, 3, 0, 2), (3, 0, 0, 3)
    )
    assert contents(tmp_path / "clean") == {
        "a.txt": "三四\r\n".encode(),
        "b.jsonl": b'{ "text":"one","id" : 1.0}\r\n\n{"text": "gone", "text": "e"}',
        "sub/c.md": b"same\xff",
        "sub/d.txt": b"",
    }
    assert summary == CleanSummary(files=4, changed=3, removed_bytes=8 + 11 + 7 + 4 + 3)
    assert restore(tmp_path, tmp_path / "back") == 4
    assert contents(tmp_path / "back") == contents(root)


def test_a_quarantined_first_row_leaves_the_byte_order_mark(root: Path, tmp_path: Path) -> None:
    (root / "a.jsonl").write_bytes(b'\xef\xbb\xbfx\n{"text": ""}\n')
    clean(root, tmp_path)
    assert contents(tmp_path / "clean") == {"a.jsonl": b'\xef\xbb\xbf{"text": ""}\n'}


def as_utf16(text: str) -> bytes:
    """Return what does not depend on whether two surrogates stand for themselves or for one."""
    return text.encode("utf-16-le", "surrogatepass")


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(jsonl_files, st.lists(cuts, min_size=8, max_size=8)), min_size=1, max_size=2
    ),
    st.lists(st.tuples(raw_texts, cuts), max_size=2),
    st.integers(1, 60),
    st.randoms(),
)
def test_cleaned_is_the_slow_twin_and_restored_is_the_input(
    rows: list[tuple[bytes, list[list[tuple[int, int]]]]],
    texts: list[tuple[bytes, list[tuple[int, int]]]],
    chunk_bytes: int,
    random: object,
) -> None:
    inputs, expected, spans = {}, {}, []
    kept_texts = {}
    for file, (data, pairs) in enumerate(rows):
        name = f"{file}.jsonl"
        found, _ = read_jsonl(data, "text")
        of_row = {
            row: spans_of(pair, len(text))
            for (row, text), pair in zip(found.items(), pairs, strict=False)
        }
        spans += [(file, row, *span) for row, several in of_row.items() for span in several]
        inputs[name] = data
        expected[name] = clean_jsonl(data, of_row, "text")
        kept_texts[name] = [
            "".join(
                c
                for i, c in enumerate(text)
                if not any(start <= i < end for start, end in of_row.get(row, []))
            )
            for row, text in found.items()
        ]
    for file, (data, pairs) in enumerate(texts, len(rows)):
        mark, text = data[: 3 * data.startswith(BOM)], data.removeprefix(BOM)
        several = spans_of(pairs, len(text.decode("utf-8", "replace")))
        spans += [(file, 0, *span) for span in several]
        inputs[f"{file}.txt"] = data
        expected[f"{file}.txt"] = mark + without(text, several, escaped=False)
    random.shuffle(spans)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "CHUNK_BYTES", chunk_bytes)
        patch.setattr(survey_module, "find_encoding", lambda *_: "utf-8")
        base = Path(folder)
        (base / "in").mkdir()
        for name, data in inputs.items():
            (base / "in" / name).write_bytes(data)
        clean(base / "in", base, *spans)
        cleaned = contents(base / "clean")
        restore(base, base / "back")
        assert contents(base / "back") == inputs
    assert cleaned == expected
    for name, wanted in kept_texts.items():
        again, refused = read_jsonl(cleaned[name], "text")
        assert not refused
        if "\ufffd" in inputs[name].decode("utf-8", "replace"):
            continue  # what is left of broken sequences may be one now, or whole
        assert [as_utf16(text) for text in again.values()] == [as_utf16(text) for text in wanted]


def test_the_bytes_do_not_depend_on_threads_or_order(root: Path, tmp_path: Path) -> None:
    for number in range(30):
        row = json.dumps({"text": f"第{number}行的文字" * 5}) + "\n"
        (root / f"{number:02}.jsonl").write_text(row * 200)
    spans = [(f, r, s, s + 3) for f in range(30) for r in range(0, 200, 3) for s in (1, 8, 20)]
    surveys = survey(discover([root]), settings=Settings(encoding="utf-8"))
    tables = [removals_table(order) for order in (spans, spans[::-1])]
    outputs = []
    with ThreadPoolExecutor(4) as pool:
        for number, mapper in enumerate([map, pool.map]):
            out = tmp_path / str(number)
            nothing = QUARANTINE.empty_table()
            folders = out / "clean", out / "patch"
            write_clean(surveys, tables[number], nothing, *folders, Settings(), mapper)
            outputs.append(contents(out))
    assert outputs[0] == outputs[1]
    assert set(outputs[0]) == {
        *(f"clean/{number:02}.jsonl" for number in range(30)),
        "patch/files.jsonl",
        "patch/removed.parquet",
    }


@pytest.mark.parametrize("spans", [[(0, 0, 1, 2)], []], ids=["with spans", "without"])
@pytest.mark.parametrize(
    "now", [b"nothing like it", b'{"text": "xyzz"}\n', b'{"text": "abcd"}\n ', b""]
)
def test_a_source_that_has_changed_is_named(
    root: Path, tmp_path: Path, now: bytes, spans: list[Span]
) -> None:
    path = root / "a.jsonl"
    path.write_bytes(b'{"text": "abcd"}\n')
    surveys = survey(discover([root]), settings=Settings(encoding="utf-8"))
    removals = removals_table(spans)
    path.write_bytes(now)
    with pytest.raises(CorpusError, match=r"a\.jsonl has changed since the run began"):
        write_clean(
            surveys,
            removals,
            QUARANTINE.empty_table(),
            tmp_path / "clean",
            tmp_path / "patch",
            Settings(),
        )
    path.unlink()
    with pytest.raises(CorpusError, match=r"a\.jsonl does not exist"):
        clean(root, tmp_path, surveys=surveys)
    assert contents(tmp_path / "clean") == {}
    assert not (tmp_path / "patch/files.jsonl").exists()


@pytest.mark.parametrize(
    "span", [(0, 0, 0, 5), (0, 1, 0, 1), (0, -1, 0, 1), (0, 0, -1, 1), (0, 2, 0, 1)]
)
def test_a_span_that_names_nothing_is_a_mistake_of_the_caller(
    root: Path, tmp_path: Path, span: Span
) -> None:
    (root / "a.jsonl").write_bytes(b'{"text": "abcd"}\n\n')
    with pytest.raises(ValueError, match="to remove is not"):
        clean(root, tmp_path, span)


def test_a_quarantined_row_that_is_elsewhere_is_a_mistake_of_the_caller(
    root: Path, tmp_path: Path
) -> None:
    (root / "a.jsonl").write_bytes(b"one\ntwo\n")
    surveys = survey(discover([root]), settings=Settings(encoding="utf-8"))
    folders = tmp_path / "clean", tmp_path / "patch"
    for offsets in ([0, 5], [0, 3], [-1, 4]):
        quarantine = pa.table(
            [[0, 0], [0, 1], ["", ""], offsets, [b"one\n", b"two\n"]], schema=QUARANTINE
        )
        with pytest.raises(ValueError, match="not where it is said to be"):
            write_clean(surveys, REMOVALS.empty_table(), quarantine, *folders, Settings())


def test_a_folder_that_cannot_be_written_is_named(root: Path, tmp_path: Path) -> None:
    (root / "a.txt").touch()
    (tmp_path / "clean").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match=r"a\.txt cannot be written \(.*\): free some space"):
        clean(root, tmp_path)
