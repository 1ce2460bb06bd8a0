"""Decisions: what a person has decided of single texts, by hash; it goes before all rules."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from dedup.errors import SettingsError

__all__ = ["LARGEST", "VERSION", "Decisions", "Place"]

VERSION = 1
"""Of the file; raised when a field changes its meaning."""
LARGEST = 1 << 28
"""Bytes of a file that is read at all: two million decisions or so."""

_HASH = re.compile("[0-9a-f]{32}")
_MOST = 2**31 - 1  # of a paragraph's number, as in the columns
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s{}\[\]",:]+', re.DOTALL)
_BESIDE = {"note", "by", "at"}
_FIELDS = {
    "keep": {"hash"},
    "drop": {"hash"},
    "boilerplate": {"hash"},
    "keep_this": {"hash", "doc", "paragraph"},
    "not_a_copy": {"hashes"},
}
_WRITTEN = "`dedup schema decisions` says how it is written"


class Place(NamedTuple):
    """One unit: what stands there, and where."""

    hash: str
    doc: str
    """Label of its document."""
    paragraph: int
    """0-based."""


Claim: TypeAlias = "tuple[str, str | Place | tuple[str, str]]"
"""One decision: what it is called, and what it is about."""


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What is decided of texts and of pairs of them; sorted, and nothing twice.

    A hash is the ledger's: 32 hexadecimal digits, of a unit's shadow text. What each decision
    means to a run is in ``docs/decisions.md``.

    Raises
    ------
    SettingsError
        If one is malformed, or if two contradict each other.

    >>> one = Decisions(keep=["9f" * 16, "00" * 16], not_a_copy=[("ff" * 16, "00" * 16)])
    >>> len(one), one.not_a_copy[0][0] == one.keep[0]
    (3, True)
    """

    keep: Sequence[str] = ()
    """No unit with this hash is dropped."""
    drop: Sequence[str] = ()
    """Every unit with this hash is dropped."""
    boilerplate: Sequence[str] = ()
    """What has this hash is boilerplate."""
    keep_this: Sequence[Place] = ()
    """Of its copies, this unit is the one that is kept."""
    not_a_copy: Sequence[tuple[str, str]] = ()
    """These two are not copies of each other."""

    def __post_init__(self) -> None:
        for name in _FIELDS:
            try:
                values = {_checked(name, value) for value in getattr(self, name)}
            except (TypeError, ValueError) as error:
                raise SettingsError(f"a decision {name} cannot be used: {error}") from error
            object.__setattr__(self, name, tuple(sorted(values)))
        claims = list(self.claims())
        found = _contradiction(claims)
        if found is not None:
            one, other = (_spelled(claims[number]) for number in found)
            raise SettingsError(f"two decisions contradict each other: {one}, and {other}")

    @classmethod
    def read(cls, path: Path | str) -> Decisions:
        """Read a file of decisions, as the schema ``decisions`` describes it.

        Raises
        ------
        SettingsError
            If it cannot be read, if it is none, or if two entries contradict each other; the
            message names the entries and their lines.
        """
        path = Path(path)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise SettingsError(
                f"the decisions in {path} cannot be read: {error.strerror or error}"
            ) from error
        if len(data) > LARGEST:
            raise SettingsError(f"{path} is no file of decisions: it has more than {LARGEST} bytes")
        try:
            text = data.decode("utf-8-sig")
            entries = _entries(json.loads(text, object_pairs_hook=_once))
        except RecursionError as error:
            raise SettingsError(f"{path} is no file of decisions: {_WRITTEN}") from error
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{path} is no file of decisions ({error}): {_WRITTEN}") from error

        def place(number: int) -> str:
            return f"{number + 1} (line {_line(text, number)})"

        claims: list[Claim] = []
        try:
            for entry in entries:
                claims.append(_claim(entry))  # noqa: PERF401  how many there are tells which fails
        except (TypeError, ValueError) as error:
            raise SettingsError(
                f"entry {place(len(claims))} of {path} cannot be used ({error}): {_WRITTEN}"
            ) from error
        found = _contradiction(claims)
        if found is not None:
            one, other = (f"{place(number)}, {_spelled(claims[number])}" for number in found)
            raise SettingsError(
                f"two entries of {path} contradict each other: {one}, and {other}; leave one out"
            )
        values: dict[str, list[Any]] = {name: [] for name in _FIELDS}
        for name, value in claims:
            values[name].append(value)
        return cls(**values)

    def claims(self) -> Iterator[Claim]:
        """Yield every decision."""
        for name in _FIELDS:
            for value in getattr(self, name):
                yield name, value

    def __len__(self) -> int:
        """Return how many decisions there are."""
        return sum(len(getattr(self, field.name)) for field in fields(self))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what is decided, whatever the order, the notes and the layout of a file."""
        told = json.dumps([VERSION, *self.claims()], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()


class _Twice(dict[str, Any]):
    """An object in which a key stands twice: nobody can say which value is meant."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    return row if len(row) == len(pairs) else _Twice(row)


def _entries(told: Any) -> list[Any]:
    """Return the entries of a file; ValueError if it is another one."""
    _check_object(told)
    for name in ("schema_version", "decisions"):
        if name not in told:
            raise ValueError(f"it has no {name}")
    version, entries = told["schema_version"], told["decisions"]
    if type(version) is not int or version != VERSION:
        raise ValueError(f"its schema_version is not {VERSION}")
    if not isinstance(entries, list):
        raise TypeError("decisions is no array")
    _check_others(told, {"schema_version", "decisions"})
    return entries


def _claim(entry: Any) -> Claim:
    """Return what an entry decides; TypeError or ValueError if nothing."""
    _check_object(entry)
    name = entry.get("decision")
    if not isinstance(name, str) or name not in _FIELDS:
        raise ValueError(
            f"its decision is {_shown(name)}, none of {', '.join(_FIELDS)}"
            if "decision" in entry
            else "it has no decision"
        )
    wanted = _FIELDS[name]
    missing = wanted - entry.keys()
    if missing:
        raise ValueError(f"{name} needs {' and '.join(sorted(missing))}")
    _check_others(entry, wanted | {"decision"})
    value = Place(**{each: entry[each] for each in wanted}) if name == "keep_this" else None
    return name, _checked(name, value or entry["hashes" if name == "not_a_copy" else "hash"])


def _check_object(told: object) -> None:
    if not isinstance(told, dict):
        raise TypeError("it is no object")
    twice = isinstance(told, _Twice)
    if twice:
        raise ValueError("a key stands twice in it")


def _check_others(row: dict[str, Any], known: set[str]) -> None:
    for name, value in row.items():
        if name in known:
            continue
        if name not in _BESIDE:
            raise ValueError(f"{_shown(name)} is no field of it")
        if not isinstance(value, str):
            raise TypeError(f"its {name} is no string")


def _checked(name: str, value: Any) -> Any:
    """Return what a decision is about, in the one way that it is written."""
    if name == "not_a_copy":
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            raise TypeError("hashes is no pair")
        one, other = sorted(map(_checked_hash, value))
        if one == other:
            raise ValueError("a text is a copy of itself")
        return one, other
    if name != "keep_this":
        return _checked_hash(value)
    text, doc, paragraph = value
    if not isinstance(doc, str):
        raise TypeError("doc is no string")
    if type(paragraph) is not int or not 0 <= paragraph <= _MOST:
        raise ValueError("paragraph is no number of a unit")
    # As in the columns, where no lone surrogate stands.
    doc = doc.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Place(_checked_hash(text), doc, paragraph)


def _checked_hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError(f"{_shown(value)} is no hash of 32 digits 0-9a-f")
    return value


def _contradiction(claims: Sequence[Claim]) -> tuple[int, int] | None:
    """Return the numbers of two claims that cannot both be followed; None if there are none.

    What is dropped cannot be kept, and of equal texts one alone can be the one that is kept.
    """
    first: dict[tuple[str, bool], int] = {}
    places: dict[str, tuple[Place, int]] = {}
    for number, (name, value) in enumerate(claims):
        if name not in {"keep", "drop", "keep_this"}:
            continue
        text = value.hash if isinstance(value, Place) else str(value)
        drops = name == "drop"
        if (text, not drops) in first:
            return first[text, not drops], number
        first.setdefault((text, drops), number)
        if isinstance(value, Place):
            other, earlier = places.setdefault(text, (value, number))
            if other != value:
                return earlier, number
    return None


def _spelled(claim: Claim) -> str:
    name, value = claim
    if isinstance(value, Place):
        return f"{name} {value.hash} in {_shown(value.doc)}, paragraph {value.paragraph}"
    return f"{name} {value}"


def _shown(value: object) -> str:
    """Return a value as JSON has it, cut short, on one line whatever it holds."""
    told = json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    return told if len(told) <= 60 else f"{told[:60]}…"


def _line(text: str, number: int) -> int:
    """Return the 1-based line on which an entry of a file begins that is known to be JSON."""
    depth, entry = 0, -1
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in "}]":
            depth -= 1
            continue
        entry += depth == 2
        if entry == number:
            return text.count("\n", 0, token.start()) + 1
        depth += first in "{["
    return 1
