"""Writing the report of a finished run."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dedup.errors import OutputError, OutputExistsError
from dedup.report.folder import Folder
from dedup.report.gathering import HOME, LARGEST, Gathering, gather
from dedup.report.page import render
from dedup.report.views import Elsewhere, Page, Shown
from dedup.store import OutputFolder

__all__ = ["NAME", "Written", "write_pages", "write_report"]

NAME = "report.html"
MOST_PAGES = 100
"""Beside the first one."""


@dataclass(frozen=True)
class Written:
    """What was written."""

    path: Path
    size: int
    """Bytes."""
    groups: Shown
    texts: Shown
    sections: Shown

    @property
    def whole(self) -> bool:
        """Say whether nothing was left out."""
        return all(of.shown == of.all for of in (self.groups, self.texts, self.sections))


def write_report(
    out: Path, *, run: Mapping[str, Any] | None = None, largest: int = LARGEST
) -> Written:
    """Write ``report.html`` into the folder of a finished run, from what is there alone.

    Parameters
    ----------
    out
        The folder that the run wrote.
    run
        What ``run.json`` will say, where a run has yet to write that, last of all.
    largest
        Bytes that the report may have; evidence is left out from the smallest up, and it says so.

    Raises
    ------
    SettingsError
        If ``out`` holds no finished run.
    OutputError
        If a file of it is missing or damaged, or the report cannot be written.
    """
    folder = Folder(out, run)
    with _sound(folder):
        page = gather(folder, folder.run["dedup"], largest)
    return _write(out / NAME, page)


def write_pages(out: Path, to: Path, *, largest: int = LARGEST) -> list[Written]:
    """Write a report of several pages: ``index.html``, and others with what it has no room for.

    Parameters
    ----------
    out
        The folder that the run wrote.
    to
        A folder that is empty or not there yet.
    largest
        Bytes that each page may have.

    Raises
    ------
    SettingsError
        If ``out`` holds no finished run.
    OutputExistsError
        If ``to`` is not empty.
    OutputError
        If a file of the run is missing or damaged, or a page cannot be written.
    """
    folder = Folder(out)
    _make_empty(to)
    with _sound(folder):
        gathering = Gathering(folder, folder.run["dedup"], largest)
        home = gathering.page()
    written: list[Written] = []
    elsewhere: list[Elsewhere] = []
    while not gathering.is_done and len(written) < MOST_PAGES:
        with _sound(folder):
            page = gathering.page()
        file = f"more-{len(written) + 1:03}.html"
        written.append(_write(to / file, page))
        places = [(page.documents.file[i], page.documents.row[i]) for i in _texts(page)]
        elsewhere.append(
            Elsewhere(
                file,
                groups=[each.name for each in page.evidence],
                documents=[f"{name}:{row}" for name, row in places],
            )
        )
    return [_write(to / HOME, replace(home, elsewhere=elsewhere)), *written]


def _make_empty(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise OutputExistsError(f"{path} is not empty: name a folder that is, or a new one")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


def _texts(page: Page) -> list[int]:
    return [view.document for view in page.texts]


@contextmanager
def _sound(folder: Folder) -> Iterator[None]:
    """Say that the ledger is damaged where a row is not there, or a field of one.

    Meanwhile no garbage is looked for: there is none, and looking through all that is made for the
    report, again and again, took a quarter of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    except KeyError as error:
        raise folder.damaged("provenance.jsonl") from error
    finally:
        if collecting:
            gc.enable()


def _write(path: Path, page: Page) -> Written:
    html = render(page)
    with OutputFolder(path.parent).writing(path.name) as file:
        file.writelines(html)
    evidence = Shown(len(page.evidence), page.groups_shown.all)
    return Written(path, sum(map(len, html)), evidence, page.texts_shown, page.sections_shown)
