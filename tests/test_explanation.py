"""Explanations read from the output of real runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dedup.demo import corpus_path
from dedup.errors import OutputError, SettingsError
from dedup.explanation import explain
from dedup.original import original_text
from dedup.run import run
from dedup.settings import Settings

WORDS = [f"word{letter}" for letter in "abcdefghijklmn"]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explanation") / "out"
    run([corpus_path()], folder)
    return folder


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run on three lines: the third is near the first two, which are not near.

    The second stands alone then, and has no row of its own.
    """
    folder = tmp_path_factory.mktemp("chain")
    lines = [" ".join(WORDS[first : first + 10]) for first in (0, 4, 2)]
    rows = [{"id": i, "text": f"{'x' * 9}\n{line}"} for i, line in zip("abc", lines, strict=True)]
    rows[1]["text"] = lines[1]
    text = "\n".join(["", *(json.dumps(row) for row in rows)]) + "\nbroken\n"
    (folder / "rows.jsonl").write_text(text, encoding="utf-8")
    run([folder / "rows.jsonl"], folder / "out")
    return folder / "out"


def test_a_near_copy_with_its_source_cluster_and_family(out: Path):
    told = explain(out, "employment/jobs-2023.txt", line=11)
    assert told.paragraph == 10
    (link,) = told.links
    assert link.row["source_doc"] == "employment/collection.txt"
    assert link.source_text is not None
    assert link.source_text.startswith("零工市場設(shè)在")
    assert link.changes is not None
    assert ("replaced", "每天凌晨", "早上") in link.changes
    assert told.cluster is not None
    # A family of the same units is told as the cluster is.
    assert told.family is not None
    assert told.family.template == told.cluster.template
    assert told.cluster.substitutions[0] == {
        "from": "每天凌晨", "to": "早上", "kind": "date", "count": 1,
    }  # fmt: skip
    assert [row["doc"] for row in told.cluster.members] == [
        "employment/collection.txt",
        "employment/jobs-2023.txt",
    ]


def test_the_first_of_a_group_has_no_source(out: Path):
    told = explain(out, "employment/collection.txt", line=27)
    assert [link.source_text for link in told.links] == [None]
    assert told.links[0].changes is None


def test_every_row_of_the_ledger_is_explained(out: Path):
    rows = [json.loads(line) for line in (out / "provenance.jsonl").read_bytes().splitlines()]
    for row in rows[::7]:
        told = explain(out, f"{row['file']}:{row['row']}", paragraph=row["paragraph"])
        assert row in [link.row for link in told.links]
        assert (
            explain(out, f"{row['file']}:{row['row']}", line=row["line"]).paragraph
            == row["paragraph"]
        )


def test_a_source_outside_of_all_groups_is_put_together_from_clean_and_patch(chain: Path):
    told = explain(chain, "c", line=2)
    sources = {link.row["source_doc"]: link.source_text for link in told.links}
    assert sources["b"] == " ".join(WORDS[4:14])


def test_what_is_only_a_source_has_its_copies_told(chain: Path):
    for told in (explain(chain, "b", paragraph=0), explain(chain, "b", line=1)):
        assert (told.paragraph, told.links) == (0, [])
        assert [(row["doc"], row["line"]) for row in told.copies] == [("c", 2)]
    assert [row["doc"] for row in explain(chain, "rows.jsonl:2").copies] == ["c"]
    assert explain(chain, "b", line=2).copies == []
    # What is in one group with it is told there.
    assert explain(chain, "a", line=2).copies == []


def test_such_a_source_where_nothing_at_all_was_removed(tmp_path: Path):
    lines = [" ".join(WORDS[first : first + 10]) for first in (0, 4, 2)]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    run([tmp_path / "a.txt"], tmp_path / "out", Settings(preset="careful"))
    told = [explain(tmp_path / "out", "a.txt", line=number) for number in (1, 2, 3)]
    found = {link.source_text for each in told for link in each.links}
    assert found == {None, lines[0], lines[1]}


def test_the_original_of_any_document(out: Path):
    report = json.loads((out / "run.json").read_bytes())
    text = (corpus_path() / "roads" / "newsletter.txt").read_bytes().decode()
    assert original_text(out, "roads/newsletter.txt", 0, report) == text


def test_a_label_a_file_and_a_row_name_the_same_document(out: Path):
    by_label = explain(out, "r-103")
    assert by_label.rows
    place = f"{by_label.rows[0]['file']}:{by_label.rows[0]['row']}"
    assert explain(out, place).rows == by_label.rows
    assert explain(out, f"some/where/{by_label.rows[0]['file']}:3").rows == by_label.rows


def test_labels_without_rows_in_the_ledger_are_known(out: Path, chain: Path):
    assert explain(out, "misc/empty.txt").rows == []
    assert explain(chain, "rows.jsonl:4").rows == []
    with pytest.raises(SettingsError, match="no document"):
        explain(chain, "rows.jsonl:5")


def test_a_repeated_label_is_asked_about(out: Path):
    with pytest.raises(SettingsError, match=r"2 documents are called r-101: .*records.jsonl:0"):
        explain(out, "r-101")


def test_an_unknown_document(out: Path):
    with pytest.raises(SettingsError, match=r"is it roads/newsletter\.txt"):
        explain(out, "road/newsleter.txt")
    with pytest.raises(SettingsError, match="name one by its id"):
        explain(out, "☃")


def test_several_paragraphs_on_a_line(tmp_path: Path):
    text = "各单位要把这项工作列入主要日程。明确一名分管领导具体抓好落实。\n"
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    run([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "out", Settings(unit="sentence"))
    with pytest.raises(SettingsError, match="--paragraph 0, --paragraph 1"):
        explain(tmp_path / "out", "b.txt", line=1)
    assert explain(tmp_path / "out", "b.txt", line=2).links == []


def test_a_line_inside_a_block(tmp_path: Path):
    block = "各单位要把这项工作列入日程，\n明确一名分管领导具体抓，\n一个股室牵头办。\n"
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"{name}\n\n{block}", encoding="utf-8")
    run([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "out", Settings(unit="blank"))
    for line in (3, 4, 5):
        assert explain(tmp_path / "out", "b.txt", line=line).paragraph == 1


def test_what_is_missing_or_damaged(out: Path, tmp_path: Path):
    with pytest.raises(SettingsError, match="no finished run"):
        explain(tmp_path, "x")
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    ledger = copy / "provenance.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"source_file"', b'"source_file', 1))
    with pytest.raises(OutputError, match="damaged"):
        explain(copy, "agriculture/grain-2021.txt")
    ledger.unlink()
    with pytest.raises(OutputError, match=r"provenance\.jsonl"):
        explain(copy, "agriculture/grain-2021.txt")
    shutil.copy(out / "provenance.jsonl", ledger)
    (copy / "clusters.jsonl").write_bytes(b"")
    with pytest.raises(OutputError, match=r"clusters\.jsonl"):
        explain(copy, "employment/jobs-2023.txt", line=11)
