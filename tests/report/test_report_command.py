"""The report as a command, and as the end of a run."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from commandline import dedup, is_one_sentence

from dedup.demo import corpus_path
from dedup.errors import OutputError
from dedup.report import write_pages, write_report
from dedup.run import run


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run([corpus_path()], tmp_path_factory.mktemp("command") / "out").out


def test_a_run_names_its_report_unless_it_is_to_have_none(tmp_path: Path):
    done = dedup("run", corpus_path() / "roads", "-o", tmp_path / "a")
    assert str(tmp_path / "a" / "report.html") in done.stdout
    done = dedup("run", corpus_path() / "roads", "-o", tmp_path / "b", "--no-report")
    assert "report.html" not in done.stdout
    assert not (tmp_path / "b" / "report.html").exists()
    # The finished run is asked for again, and now with its report.
    done = dedup("run", corpus_path() / "roads", "-o", tmp_path / "b")
    assert "finished" in done.stdout
    assert (tmp_path / "b" / "report.html").read_bytes() == (
        tmp_path / "a" / "report.html"
    ).read_bytes()


def test_it_is_made_again_from_what_the_run_wrote_alone(out: Path):
    before = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    done = dedup("report", out)
    assert done.returncode == 0
    assert (out / "report.html").read_bytes() == before
    assert done.stdout.startswith(f"{out / 'report.html'}: {len(before) / 1e6:.1f} MB\n")
    assert "78 clusters and families opened" in done.stdout
    assert dedup("report", out, "--quiet").stdout == ""


def test_what_is_no_run_or_a_damaged_one_is_said_in_a_sentence(tmp_path: Path):
    done = dedup("report", tmp_path)
    assert (done.returncode, is_one_sentence(done.stderr, [str(tmp_path)])) == (2, True)
    out = run([corpus_path() / "roads"], tmp_path / "out").out
    for name in ("clusters.jsonl", "provenance.jsonl", "documents.jsonl", "edges.parquet"):
        whole = (out / name).read_bytes()
        for broken in (None, whole[: len(whole) // 2], b"not what it was\n" + whole):
            if broken is None:
                (out / name).unlink()
            else:
                (out / name).write_bytes(broken)
            with pytest.raises(OutputError, match=rf"^[^\n]*{name}[^\n]*$"):
                write_report(out)
        (out / name).write_bytes(whole)
    (out / "clusters.jsonl").write_bytes(b"{}")
    done = dedup("report", out)
    assert (done.returncode, is_one_sentence(done.stderr, ["clusters.jsonl"])) == (3, True)


@pytest.mark.parametrize("texts", [[""], ["一个文件，没有别的。"]])
def test_a_corpus_without_copies_has_a_report_too(texts: list[str], tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    for number, text in enumerate(texts):
        (tmp_path / "corpus" / f"{number}.txt").write_text(text, encoding="utf-8")
    out = run([tmp_path / "corpus"], tmp_path / "out").out
    written = write_report(out)
    assert written.whole
    assert written.groups.all == 0


def test_thousands_of_lines_that_are_alike_are_no_millions_of_pairs(tmp_path: Path):
    lines = "".join(
        f"第{n % 9}条 本县第{n % 7}号文件所列事项由有关科室负责办理并登记。\n" for n in range(3000)
    )
    (tmp_path / "corpus").mkdir()
    for name in "ab":
        (tmp_path / "corpus" / f"{name}.txt").write_text(lines, encoding="utf-8")
    out = run([tmp_path / "corpus"], tmp_path / "out", report=False).out
    tracemalloc.start()
    write_report(out)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200e6


def test_a_folder_of_pages_has_what_one_has_no_room_for(out: Path, tmp_path: Path):
    """And each thing but once."""
    pages = write_pages(out, tmp_path / "pages", largest=420_000)
    assert [page.path.name for page in pages[:2]] == ["index.html", "more-001.html"]
    assert {page.path.name for page in pages} == {p.name for p in (tmp_path / "pages").iterdir()}
    assert all(page.size <= 420_000 for page in pages)
    told = [_data(page.path) for page in pages]
    opened = [group["name"] for page in told for group in page["evidence"]]
    assert len(opened) == len(set(opened)) == len(told[0]["groups"]["name"])
    texts = [page["documents"]["file"][view["document"]] for page in told for view in page["texts"]]
    assert len(texts) > len(told[0]["texts"])
    for page, other in zip(told[1:], told[0]["elsewhere"], strict=True):
        assert other["groups"] == [group["name"] for group in page["evidence"]]
        assert page["home"] == "index.html"
    done = dedup("report", out, "--report-dir", tmp_path / "pages")
    assert (done.returncode, is_one_sentence(done.stderr, ["pages"])) == (2, True)


def _data(path: Path) -> Any:
    html = path.read_text(encoding="utf-8")
    return json.loads(html.partition('id="data">')[2].partition("</script>")[0])
