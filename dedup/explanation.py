"""Why a paragraph was kept, dropped or tagged, told from the output of a run alone."""

from __future__ import annotations

import contextlib
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from dedup.corpus.patch import source_files
from dedup.difference import Change, difference
from dedup.errors import OutputError, SettingsError
from dedup.original import known_labels, original_text

__all__ = ["Explanation", "Group", "Link", "explain", "finished_report"]

Row: TypeAlias = dict[str, Any]
"""A row of the ledger, ``provenance.jsonl``."""

_SUGGESTED = 3
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True)
class Link:
    """One row of the ledger and the text that it points to."""

    row: Row
    source_text: str | None
    """None where the row has no source: the paragraph is the first of its group."""

    @cached_property
    def changes(self) -> list[Change] | None:
        """What turns the source's text into this one; None without a source, or if too long."""
        if self.source_text is None:
            return None
        return difference(self.source_text, self.row["text"])

    def as_dict(self) -> dict[str, Any]:
        """Return the row with the source's text and the changes, as JSON has them."""
        changes = None if self.changes is None else [change._asdict() for change in self.changes]
        return {**self.row, "source_text": self.source_text, "changes": changes}


@dataclass(frozen=True)
class Group:
    """A cluster or a family, its members in the order of the corpus, one row of the ledger each."""

    number: int
    name: str
    """Of its class."""
    reasons: list[str]
    """Why it is of that class: what the rule says, then the evidence."""
    members: list[Row]
    template: list[Row]
    """Fixed text and slots, as clusters.jsonl and families.jsonl have them; so the others."""
    substitutions: list[Row]
    """What stands in place of what the first member has, that of most units first."""
    origin: Row
    """Status, reason, date and place."""
    chain: list[Row] | None
    """The members with dates, and where each most likely has its text from."""

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        told = dict(vars(self))
        return {"number": told.pop("number"), "class": told.pop("name"), **told}


@dataclass(frozen=True)
class Explanation:
    """What the ledger says of one document, or of one paragraph of it."""

    doc: str
    """As it was asked for, or the label it stands for."""
    rows: list[Row]
    """Of the whole document, in its order; empty if nothing like any of it was found."""
    paragraph: int | None
    """0-based; None if the whole document was asked for, or the paragraph is not in the ledger."""
    links: list[Link]
    """Of the paragraph; empty if it repeats nothing (see ``copies``), or none was asked for."""
    cluster: Group | None
    family: Group | None
    sections: list[Row] = field(default_factory=list)
    """Of the whole document, ``sections.jsonl``; empty if a paragraph was asked for."""
    copies: list[Row] = field(default_factory=list)
    """Rows of other paragraphs that have this one, or one of the document, as their source, but no
    group in common with it: passages, and near texts across clusters."""

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        if self.paragraph is None:
            told = {"doc": self.doc, "paragraph": None, "rows": self.rows}
            return told | {"sections": self.sections, "copies": self.copies}
        return {
            "doc": self.doc,
            "paragraph": self.paragraph,
            "links": [link.as_dict() for link in self.links],
            "copies": self.copies,
            "cluster": None if self.cluster is None else self.cluster.as_dict(),
            "family": None if self.family is None else self.family.as_dict(),
        }


def explain(
    out: Path, doc: str, *, paragraph: int | None = None, line: int | None = None
) -> Explanation:
    """Look up a document of a finished run, or one paragraph of it.

    Parameters
    ----------
    out
        The folder that the run wrote; nothing else is read.
    doc
        A document's label, the name of its file, or ``name:row``.
    paragraph
        0-based number of the unit, as in the ledger.
    line
        1-based, instead of the paragraph.

    Raises
    ------
    SettingsError
        If ``out`` holds no finished run, if no document or several are called ``doc``, or if the
        line holds several paragraphs.
    OutputError
        If a file of ``out`` is missing or damaged.
    """
    report = finished_report(out)
    with _Ledger.opened(out / "provenance.jsonl") as ledger:
        rows = _document(out, ledger, doc, report)
        copies = _copies(ledger, doc, rows)
        if paragraph is None and line is None:
            sections = _sections(out, doc, rows)
            return Explanation(doc, rows, None, [], None, None, sections, copies)
        if paragraph is None and line is not None:
            paragraph = _paragraph_at(rows, line)
        if paragraph is None and line is not None and copies:
            paragraph = _source_at(out, copies, line, report)
        copies = [row for row in copies if row["source_paragraph"] == paragraph]
        mine = [row for row in rows if row["paragraph"] == paragraph]
        links = [Link(row, _source_text(out, ledger, row, report)) for row in mine]
        cluster, family = (_group(out, ledger, name, mine) for name in ("cluster", "family"))
    return Explanation(doc, rows, paragraph, links, cluster, family, copies=copies)


def finished_report(out: Path) -> Row:
    """Return what ``run.json`` says.

    Raises
    ------
    SettingsError
        If ``out`` holds no finished run.
    OutputError
        If it may not be read.
    """
    try:
        told = orjson.loads((out / "run.json").read_bytes())
    except PermissionError as error:
        raise OutputError(
            f"{out / 'run.json'} cannot be read ({error.strerror}): check its permissions"
        ) from error
    except (OSError, orjson.JSONDecodeError):
        told = None
    if not isinstance(told, dict) or "settings" not in told:
        raise SettingsError(f"{out} holds no finished run: name the folder that a run wrote")
    return told


class _Ledger:
    """The rows of a file of JSON lines, found by the bytes of a field: no other is parsed."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self._data = data

    @classmethod
    @contextlib.contextmanager
    def opened(cls, path: Path) -> Iterator[_Ledger]:
        try:
            with path.open("rb") as file:
                if not path.stat().st_size:
                    yield cls(b"")
                    return
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    yield cls(data)
        except (orjson.JSONDecodeError, KeyError) as error:
            raise OutputError(f"{path} is damaged: run again to have another") from error
        except OSError as error:
            raise OutputError(
                f"{path} cannot be read ({error.strerror}): run again to have another"
            ) from error

    def where(self, **fields: object) -> Iterator[Row]:
        """Yield the rows with these values; the first field is the one that is searched for."""
        name, value = next(iter(fields.items()))
        needle = b'"%s":%s,' % (name.encode(), orjson.dumps(value))
        data, at = self._data, 0
        while (found := data.find(needle, at)) >= 0:
            start = data.rfind(b"\n", 0, found) + 1
            at = data.find(b"\n", found)
            at = len(data) if at < 0 else at
            row = orjson.loads(data[start:at])
            if all(row[key] == wanted for key, wanted in fields.items()):
                yield row

    def labels(self) -> set[str]:
        """Return the labels of all documents in the ledger."""
        found = set(re.findall(rb'[{,]"doc":("(?:[^"\\]|\\.)*")', self._data))
        return {orjson.loads(label) for label in found}


def _document(out: Path, ledger: _Ledger, doc: str, report: Row) -> list[Row]:
    """Return the rows of the one document that ``doc`` names; none if it is there without any."""
    files = {file.name for file in source_files(out)}
    rows = list(ledger.where(doc=doc))
    rows = rows or _of_file(ledger, doc, files)
    if not rows and doc not in files:
        # A path from where the person stands, which ends in the name that the run knows.
        for at in (found.end() for found in re.finditer("/", doc)):
            if files & {doc[at:], doc[at:].rpartition(":")[0]}:
                return _document(out, ledger, doc[at:], report)
    if not rows and doc not in (labels := files | known_labels(out, report)):
        raise SettingsError(_unknown(doc, labels | ledger.labels()))
    places = sorted({(row["file"], row["row"]) for row in rows})
    if len(places) > 1:
        names = [f"{file}:{row}" for file, row in places]
        more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
        raise SettingsError(
            f"{len(names):,} documents are called {doc}: name one as {', '.join(names[:5])}{more}"
        )
    return rows


def _of_file(ledger: _Ledger, doc: str, files: set[str]) -> list[Row]:
    name, _, number = doc.rpartition(":")
    if doc in files:
        return list(ledger.where(file=doc))
    if name in files and number.isdecimal():
        return list(ledger.where(row=int(number), file=name))
    return []


def _unknown(doc: str, labels: set[str]) -> str:
    from rapidfuzz import fuzz, process

    near = process.extract(
        doc, sorted(labels), scorer=fuzz.WRatio, limit=_SUGGESTED, score_cutoff=60
    )
    likely = [label for label, score, _ in near if score > near[0][1] - 10]
    if not likely:
        return f"no document is called {doc}: name one by its id, its file, or its file and row"
    return f"no document is called {doc}: is it {' or '.join(likely)}?"


def _sections(out: Path, doc: str, rows: list[Row]) -> list[Row]:
    """Return the sections of the document that has these rows of the ledger, or that is called so.

    What is only the source of passages has no rows.
    """
    found: dict[int, Row] = {}
    with _Ledger.opened(out / "sections.jsonl") as sections:
        for side in ("", "source_"):
            for fields in _called(doc, rows, side):
                found |= {row["section"]: row for row in sections.where(**fields)}
    return [found[number] for number in sorted(found)]


def _called(doc: str, rows: list[Row], side: str) -> list[Row]:
    """Return what may name a side of a row, of the document with these rows, or called so."""
    if rows:
        return [{f"{side}{name}": rows[0][name] for name in ("doc", "file", "row")}]
    file, _, number = doc.rpartition(":")
    wanted: list[Row] = [{f"{side}doc": doc}, {f"{side}file": doc}]
    if number.isdecimal():
        wanted.append({f"{side}row": int(number), f"{side}file": file})
    return wanted


def _copies(ledger: _Ledger, doc: str, rows: list[Row]) -> list[Row]:
    """Return the rows, outside of all groups, that have the document as their source.

    A unit that only such rows name has none of its own.
    """
    for fields in _called(doc, rows, "source_"):
        found = [
            row
            for row in ledger.where(**fields)
            if row["cluster"] is None and row["family"] is None
        ]
        if found:
            return found
    return []


def _source_at(out: Path, copies: list[Row], line: int, report: Row) -> int | None:
    """Return the paragraph in which a stretch begins that holds a line and is someone's source."""
    text = original_text(out, copies[0]["source_file"], copies[0]["source_row"], report)
    for row in copies:
        stretch = text[row["source_start"] : row["source_end"]]
        if row["source_line"] <= line <= row["source_line"] + len(_LINE_END.findall(stretch)):
            return int(row["source_paragraph"])
    return None


def _paragraph_at(rows: list[Row], line: int) -> int | None:
    """Return the paragraph that holds a line, None if the ledger has none."""
    holding = sorted(
        {
            row["paragraph"]
            for row in rows
            if row["line"] <= line <= row["line"] + len(_LINE_END.findall(row["text"]))
        }
    )
    if len(holding) > 1:
        raise SettingsError(
            f"--line {line} holds several paragraphs: name one as "
            + ", ".join(f"--paragraph {number}" for number in holding)
        )
    return holding[0] if holding else None


def _source_text(out: Path, ledger: _Ledger, row: Row, report: Row) -> str | None:
    if row["source_doc"] is None:
        return None
    place = {name: row[f"source_{name}"] for name in ("doc", "file", "row", "paragraph")}
    if row["kind"] != "passage":  # which is of a stretch, and no unit
        for source in ledger.where(**place):
            if source["kind"] != "passage":
                return str(source["text"])
    # A unit outside of all clusters and families has no row of its own.
    text = original_text(out, place["file"], place["row"], report)
    return text[row["source_start"] : row["source_end"]]


def _group(out: Path, ledger: _Ledger, name: str, rows: list[Row]) -> Group | None:
    number = next((row[name] for row in rows if row[name] is not None), None)
    if number is None:
        return None
    members: dict[tuple[str, int, int], Row] = {}
    for row in ledger.where(**{name: number}):
        members.setdefault((row["file"], row["row"], row["paragraph"]), row)
    told = _told(out, name, number)
    return Group(
        number, told["class"], told["reasons"], list(members.values()), told["template"],
        told["substitutions"], told["origin"], told["chain"],
    )  # fmt: skip


def _told(out: Path, name: str, number: int) -> Row:
    """Return the row of a cluster or family; of a family that is one cluster, that one's."""
    files = ["families.jsonl"] * (name == "family") + ["clusters.jsonl"]
    for file in files:
        with _Ledger.opened(out / file) as groups:
            for row in groups.where(**{name: number}):
                return row
    raise OutputError(f"{out / files[-1]} is damaged: run again to have another")
