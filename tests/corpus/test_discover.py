"""Which files are found, and what they are called."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dedup.corpus.discover import discover
from dedup.errors import CorpusError

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Make files under a folder, each holding its own name."""

    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        return tmp_path

    return make


def names(*paths: Path) -> list[str]:
    return [file.name for file in discover(paths)]


def test_a_folder_gives_names_inside_it_sorted_with_known_suffixes_only(tree: Tree) -> None:
    root = tree(
        "b/一.txt", "b/a.md", "Z.jsonl", "a.ndjson", "a.TXT", "notes.doc", "Makefile", "a/x.txt"
    )
    found = discover([root])
    assert [file.name for file in found] == [
        "Z.jsonl", "a.TXT", "a.ndjson", "a/x.txt", "b/a.md", "b/一.txt",
    ]  # fmt: skip
    assert [file.format for file in found] == ["jsonl", "text", "jsonl", "text", "text", "text"]
    assert all(file.path.read_text() == file.name for file in found)


def test_names_are_relative_to_the_deepest_common_folder(tree: Tree) -> None:
    root = tree("x/A/1.txt", "x/B/2.txt", "x/B/c/3.txt")
    assert names(root / "x/A", root / "x/B") == ["A/1.txt", "B/2.txt", "B/c/3.txt"]
    assert names(root / "x/A") == ["1.txt"]
    assert names(root / "x/A/1.txt") == ["1.txt"]
    assert names(root / "x/A/1.txt", root / "x/A/1.txt") == ["1.txt"]
    assert names(root / "x/A/1.txt", root / "x/B/2.txt") == ["A/1.txt", "B/2.txt"]
    assert names(root / "x/B", root / "x/B/2.txt") == ["2.txt", "c/3.txt"]
    assert names(root / "x/B/c/3.txt", root / "x/B/2.txt") == ["2.txt", "c/3.txt"]


def test_paths_are_taken_from_the_working_folder(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree("x/A/1.txt", "x/B/2.txt")
    monkeypatch.chdir(root / "x/A")
    assert names(Path()) == ["1.txt"]
    assert names(Path("1.txt"), Path("../B")) == ["A/1.txt", "B/2.txt"]


def test_the_order_of_arguments_changes_nothing(tree: Tree) -> None:
    root = tree("a/1.txt", "a/2.txt", "b/3.txt", "c.txt")
    (root / "b/link.txt").symlink_to(root / "a/2.txt")
    (root / "d").symlink_to(root / "a")
    paths = [
        root / "a",
        root / "b",
        root / "c.txt",
        root / "d",
        root / "b/link.txt",
        root / "a/1.txt",
    ]
    listings = {tuple(discover(order)) for order in itertools.permutations(paths, 4)}
    assert {tuple(discover(order)) for order in itertools.permutations(paths)} <= {
        tuple(discover(paths))
    }
    assert all(len({file.path.resolve() for file in files}) == len(files) for files in listings)


def test_a_file_reached_twice_counts_once_under_the_path_without_links(tree: Tree) -> None:
    root = tree("z/real.txt")
    (root / "a").mkdir()
    (root / "a/link.txt").symlink_to(root / "z/real.txt")
    (root / "a/folder").symlink_to(root / "z")
    assert names(root / "a", root / "z", root / "z/real.txt") == ["z/real.txt"]
    assert names(root / "a") == ["folder/real.txt"]
    assert names(root / "a/link.txt") == ["link.txt"]


def test_hard_links_are_files_of_their_own(tree: Tree) -> None:
    root = tree("a.txt")
    os.link(root / "a.txt", root / "b.txt")
    assert names(root) == ["a.txt", "b.txt"]


def test_a_link_is_read_as_its_own_name_says(tree: Tree) -> None:
    root = tree("blobs/0a1b2c")
    (root / "docs").mkdir()
    (root / "docs/data.jsonl").symlink_to("../blobs/0a1b2c")
    assert names(root / "docs") == ["data.jsonl"]


def test_what_is_hidden_in_a_folder_is_passed_over(tree: Tree) -> None:
    root = tree(".git/a.txt", ".b.txt", "c.txt", "d/.e/f.txt")
    (root / ".g").symlink_to(root / "d")
    assert names(root) == ["c.txt"]
    assert names(root / ".git") == ["a.txt"]
    assert names(root / ".b.txt") == [".b.txt"]


def test_links_in_a_circle_end(tree: Tree) -> None:
    root = tree("a/1.txt", "b/2.txt")
    (root / "a/up").symlink_to(root)
    (root / "a/b").symlink_to(root / "b")
    (root / "b/a").symlink_to(root / "a")
    (root / "self").symlink_to(root / "self")
    assert names(root) == ["a/1.txt", "b/2.txt"]


def test_two_dots_after_a_link_lead_where_the_system_says(tree: Tree) -> None:
    root = tree("x/y/1.txt", "x/2.txt", "2.txt")
    (root / "link").symlink_to(root / "x/y")
    [file] = discover([root / "link/../2.txt"])
    assert file.path.read_text() == "x/2.txt"


def test_a_link_to_nowhere_is_an_error_if_it_is_called_like_a_document(tree: Tree) -> None:
    root = tree("a.txt")
    (root / "gone").symlink_to(root / "nowhere")
    assert names(root) == ["a.txt"]
    (root / "gone.txt").symlink_to(root / "nowhere")
    with pytest.raises(CorpusError, match=r"gone\.txt does not exist"):
        discover([root])


def test_a_name_that_is_no_utf8_is_spelled(tree: Tree) -> None:
    root = tree("a.txt")
    try:
        Path(os.fsdecode(os.fsencode(root) + b"/\xd6\xd0.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert names(root) == ["\\xd6\\xd0.txt", "a.txt"]
    (root / "\\xd6\\xd0.txt").write_text("y")
    with pytest.raises(CorpusError, match="rename one"):
        discover([root])


def test_the_output_is_left_out(tree: Tree) -> None:
    root = tree("a.txt", "out/clean/a.txt", "out/provenance.jsonl")
    (root / "again").symlink_to(root / "out")
    assert [file.name for file in discover([root], leave_out=root / "out")] == ["a.txt"]


def test_errors_say_what_to_do(tree: Tree) -> None:
    root = tree("a.doc", "empty/.keep")
    os.mkfifo(root / "pipe.txt")
    for paths, message in [
        ([], "no file or folder was given"),
        ([root / "nowhere"], r"nowhere does not exist"),
        (
            [root / "a.doc"],
            r"a\.doc is of no known format: \.txt, \.md, \.jsonl, .* and \.parquet files are",
        ),
        ([root / "empty"], r"no file to read in .*empty: \.txt, \.md"),
        ([root / "pipe.txt"], r"pipe\.txt is neither a file nor a folder"),
        ([root / "a.doc/b.txt"], r"b\.txt cannot be read \(Not a directory\)"),
        ([root / ("x" * 300)], r"cannot be read \(File name too long\)"),
    ]:
        with pytest.raises(CorpusError, match=message):
            discover(paths)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_folder_that_cannot_be_listed_is_an_error(tree: Tree) -> None:
    root = tree("a.txt", "closed/b.txt")
    (root / "closed").chmod(0)
    try:
        with pytest.raises(CorpusError, match=r"closed cannot be read \(Permission denied\)"):
            discover([root])
    finally:
        (root / "closed").chmod(0o700)
