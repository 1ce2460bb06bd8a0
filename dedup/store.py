"""The output folder: whose it is, whether it is finished, and files that come whole or not."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import orjson

from dedup.errors import OutputError, OutputExistsError
from dedup.work import Work, explained

__all__ = ["OutputFolder"]

_MARK = ".dedup"
_WORK = ".work"
_BEGUN = ".work/run.json"
_OURS = (
    "clean", "patch", "provenance.jsonl", "clusters.jsonl", "families.jsonl", "sections.jsonl",
    "documents.jsonl", "edges.parquet", "quarantine.jsonl", "summary.txt", "report.html",
    "timings.json", "run.json",
)  # fmt: skip


class OutputFolder:
    """A folder that belongs to one run.

    It is ours if it holds the mark that is made first, and finished if it holds ``run.json``,
    which is made last. One process at a time holds its lock, which goes with the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, or take it over, and hold its lock.

        A folder that was made for it, and holds nothing yet when the block fails, goes again.

        Raises
        ------
        OutputExistsError
            If the folder holds something that is not ours, or another run is at work in it.
        OutputError
            If it cannot be made or written.
        """
        with contextlib.ExitStack() as stack:
            with explained(self.path):
                if self.path.exists() and not self.path.is_dir():
                    raise OutputExistsError(f"{self.path} is a file: name a folder for the output")
                made = not self.path.exists()
                self.path.mkdir(parents=True, exist_ok=True)
                mark = self.path / _MARK
                if not mark.exists() and any(self.path.iterdir()):
                    raise OutputExistsError(
                        f"{self.path} holds files of something else: name an empty or a new folder"
                    )
                _lock(stack.enter_context(mark.open("a")), self.path)
            try:
                yield
            except BaseException:
                if made and [*self.path.iterdir()] == [mark]:
                    mark.unlink()
                    self.path.rmdir()
                raise

    def finished(self) -> dict[str, Any] | None:
        """Return what ``run.json`` says, or None where no run has finished."""
        try:
            told = orjson.loads((self.path / "run.json").read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        except OSError as error:
            raise OutputError(
                f"{self.path / 'run.json'} cannot be read ({error.strerror or error}): "
                "check its permissions, or name another folder"
            ) from error
        return told if isinstance(told, dict) else None

    def clear(self) -> None:
        """Remove what an unfinished run left."""
        with explained(self.path):
            for name in reversed(_OURS):  # run.json first: from here on nothing is finished
                path = self.path / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def copies(self) -> Iterator[Path]:
        """Give the path of a folder for copies of the input, which goes when the block ends."""
        path = self.path / ".copies"
        shutil.rmtree(path, ignore_errors=True)  # of a run that was killed
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def work(self, prints: Mapping[str, str]) -> Work:
        """Return the work folder in it, for stages with these fingerprints."""
        with explained(self.path):
            return Work(self.path / _WORK, prints)

    def begin(self, identity: Mapping[str, Any]) -> None:
        """Write down whose work is in the work folder."""
        self.write_json(_BEGUN, identity)

    def begun(self) -> dict[str, Any] | None:
        """Return whose work is there, or None if no stage of it was finished."""
        try:
            told = orjson.loads((self.path / _BEGUN).read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        return told if isinstance(told, dict) and self.resumable() else None

    def resumable(self) -> bool:
        """Return whether there is a stage that a run that was stopped has finished."""
        return any(self.path.glob(f"{_WORK}/*/stage.json"))

    def forget(self) -> None:
        """Remove the work folder."""
        if (self.path / _WORK).exists():
            Work(self.path / _WORK).discard()

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file that appears under its name only when all of it is on the disk."""
        path = self.path / name
        part = path.with_name(f".{path.name}.part")
        with explained(path):
            try:
                with part.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

    def table_bytes(self) -> int:
        """Return the bytes of the files that a run has written beside the cleaned corpus."""
        paths = (self.path / name for name in _OURS)
        return sum(path.stat().st_size for path in paths if path.is_file())

    def write_json(self, name: str, value: object) -> None:
        """Write a value as JSON that a person can read."""
        with self.writing(name) as file:
            file.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _lock(file: IO[str], path: Path) -> None:
    """Hold a lock that dies with the process; where the system has none, hold nothing."""
    try:
        import fcntl
    except ImportError:  # Windows: two runs into one folder are not kept apart there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputExistsError(
            f"another run is writing to {path}: wait, or name another folder"
        ) from error
