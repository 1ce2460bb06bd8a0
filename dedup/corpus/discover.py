"""The files of the corpus, from the files and folders a person names."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from dedup.corpus.files import reading
from dedup.corpus.formats import SUFFIXES, format_of
from dedup.corpus.remote import is_remote, list_remote
from dedup.errors import CorpusError
from dedup.records import SourceFile

__all__ = ["STDIN", "discover"]

STDIN = "-"
"""What stands for standard input among the paths; JSONL is read from it."""

_READ = f"{', '.join(SUFFIXES[:-1])} and {SUFFIXES[-1]}"


def discover(paths: Sequence[Path | str], *, leave_out: Path | None = None) -> list[SourceFile]:
    r"""List the files to read, sorted by name; the order of ``paths`` changes nothing.

    Folders are walked, links are followed, what is hidden in a folder is passed over, and so is
    what has an unknown suffix. A file that is reached twice counts once, under the path that
    leads through no link, if there is one.

    Parameters
    ----------
    paths
        Files and folders; as strings also URLs of any file system that fsspec knows, and ``-`` for
        standard input, which is called ``stdin.jsonl``.
    leave_out
        A folder that is not walked: a run's own output.

    Returns
    -------
    Names are relative to the deepest folder that holds all of ``paths`` (a lone folder holds
    itself), with ``/`` between the parts; a byte that is not UTF-8 is spelled ``\xNN``.

    Raises
    ------
    CorpusError
        If a path does not exist, cannot be listed or is of no known format; if there is no file.
    """
    if not paths:
        raise CorpusError(f"no file or folder was given: name some, with {_READ} files")
    urls = [str(path) for path in paths if is_remote(path)]
    local = [Path(path) for path in paths if path != STDIN and not is_remote(path)]
    if urls and local:
        raise CorpusError(
            f"{urls[0]} and {local[0]} are of several file systems: name paths on one"
        )
    files = list_remote(urls) if urls else _local_files(local, leave_out)
    if STDIN in paths:
        piped = SourceFile(Path(STDIN), "stdin.jsonl", "jsonl", url=STDIN)
        if piped.name in files:
            raise CorpusError(
                f"{files[piped.name].place} is called as standard input is: rename it"
            )
        files[piped.name] = piped
    if not files:
        places = ", ".join(map(str, paths))
        raise CorpusError(f"no file to read in {places}: {_READ} files are looked for")
    return [files[name] for name in sorted(files)]


def _local_files(paths: Sequence[Path], leave_out: Path | None) -> dict[str, SourceFile]:
    """Return the files at ``paths`` by name."""
    arguments = sorted({_absolute(path) for path in paths})
    if not arguments:
        return {}
    for argument in arguments:
        with reading(argument):
            mode = argument.stat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if format_of(argument.name) is None:
            raise CorpusError(f"{argument} is of no known format: {_READ} files are read")
        if not stat.S_ISREG(mode):
            raise CorpusError(f"{argument} is neither a file nor a folder: name one of these")
    found = _Walk(leave_out).walk([str(argument) for argument in arguments])
    try:
        root = Path(os.path.commonpath(arguments))
    except ValueError as error:  # several drives
        raise CorpusError("the paths have no folder in common: name paths on one drive") from error
    if not root.is_dir():
        root = root.parent
    files: dict[str, SourceFile] = {}
    for path in map(Path, found):
        name = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
        if name in files:
            raise CorpusError(f"{path} and {files[name].path} are both called {name}: rename one")
        form, compression = format_of(path.name) or ("", "")
        files[name] = SourceFile(path, name, form, compression)
    return files


def _absolute(path: Path) -> Path:
    """Return ``path`` from the root on, its links as they are, ``..`` taken as the system does."""
    parts = path.absolute().parts
    whole = Path(parts[0])
    for part in parts[1:]:
        whole = whole.resolve().parent if part == ".." else whole / part
    return whole


class _Walk:
    """One walk over files and folders: what has been seen, and which links wait."""

    def __init__(self, leave_out: Path | None) -> None:
        self.folders = set() if leave_out is None else {os.path.realpath(leave_out)}
        self.files: dict[str, str] = {}  # real path to the path that led there first
        self.links: list[str] = []

    def walk(self, paths: list[str]) -> list[str]:
        """Return the path of each file once.

        Links come after everything that is reached without one, in the order of their paths: so
        it is not the order of the arguments that says which of two ways to a file is taken.
        """
        wave = [path for path in paths if os.path.realpath(path) == path]
        self.links = [path for path in paths if os.path.realpath(path) != path]
        explicit = set(paths)
        while wave or self.links:
            for path in sorted(wave):
                self._visit(path, explicit)
            wave, self.links = self.links, []
        return list(self.files.values())

    def _visit(self, path: str, explicit: set[str]) -> None:
        known = format_of(Path(path).name) is not None
        try:
            mode = Path(path).stat().st_mode
        except OSError:
            if known or path in explicit:
                with reading(Path(path)):
                    raise
            return  # a link to nowhere that is not called like a document
        real = os.path.realpath(path)
        if stat.S_ISDIR(mode):
            self._folder(path, real)
        elif known and stat.S_ISREG(mode):
            self.files.setdefault(real, path)

    def _folder(self, path: str, real: str) -> None:
        waiting = [(path, real)]
        while waiting:
            path, real = waiting.pop()
            if real in self.folders:
                continue
            self.folders.add(real)
            with reading(Path(path)), os.scandir(path) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    below = os.path.join(real, entry.name)  # noqa: PTH118  a million files
                    if entry.is_symlink():
                        self.links.append(entry.path)
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, below))
                    elif format_of(entry.name) and entry.is_file(follow_symlinks=False):
                        self.files.setdefault(below, entry.path)
