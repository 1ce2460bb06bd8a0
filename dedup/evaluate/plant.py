"""Copies planted into documents: donors without twins, hosts without reuse, drawn by seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dedup.engines import Engine
from dedup.errors import CorpusError
from dedup.evaluate.alter import KINDS, WITHIN, Copy, Donor, alter, donors_needed, is_word
from dedup.evaluate.insertion import Made, Place, Row, Unit, insert, labels
from dedup.evaluate.reuse import units_with_reuse
from dedup.settings import Settings
from dedup.stages.segment import layout

__all__ = ["Planted", "plant"]

ELSEWHERE = 0.1
"""Share of a unit's runs of words from which it counts as standing elsewhere, too."""
PARTS = ("cut", "split", *WITHIN)
"""Kinds that copy a part of the donor: no run of words of it may stand elsewhere, or all of the few
that do could be in that part."""
SCARCE = ("places-figures", "places", "figures", *PARTS, "reordered")
"""Kinds that only some donors suit: these choose first."""
VOCABULARY = 2000
"""Donors whose words are put in where a copy gets other words."""


@dataclass(frozen=True)
class Planted:
    """A corpus with copies in it, and where they are."""

    documents: list[Row]
    """``id`` (all different), ``role`` (``donor`` or ``host``) and ``text``."""
    labels: list[Row]
    """One row per planted stretch, as the schema ``planted`` describes it."""


def plant(
    corpus: pa.Table,
    hosts: pa.Table | None,
    settings: Settings,
    engine: Engine,
    *,
    kinds: Sequence[str] = tuple(KINDS),
    copies: int = 100,
    shortest: int = 60,
) -> Planted:
    """Plant copies of units of ``corpus`` and say where.

    With unit ``auto``, documents are copied from and planted into that are laid out as most are:
    a paragraph that is wrapped would be several among lines. No donor is copied twice, and units of
    hosts that stand elsewhere, too, are left out. So every link of a host's unit that the labels do
    not explain is wrong.

    Parameters
    ----------
    corpus
        Documents to take donors from (``records.DOCUMENTS``).
    hosts
        Documents to plant into; None: a third of those of ``corpus`` that are fit for it, from
        which no donor is taken then. With unit ``document`` each copy is a document by itself, but
        for those that go into the middle of another one.
    settings
        The unit and the seed.
    kinds
        Of ``KINDS``.
    copies
        Of each kind; fewer where there are not donors enough for that many of all.
    shortest
        Shadow characters of a donor, at least.

    Raises
    ------
    CorpusError
        If there is no document to plant into, or no donor.
    """
    documents = corpus if hosts is None else pa.concat_tables([corpus, hosts])
    units = _by_document(units_with_reuse(documents, settings, engine), documents.num_rows)
    texts = documents["text"].to_pylist()
    kind, alike = _most_alike(documents, settings.unit)
    units = [found if cut else [] for found, cut in zip(units, alike, strict=True)]
    chosen = _hosts(units, None if hosts is None else corpus.num_rows, settings.seed)
    pool = [
        unit
        for number in range(corpus.num_rows)
        if number not in chosen
        for unit in units[number]
        if unit.elsewhere < ELSEWHERE and unit.length >= shortest
    ]
    made = _make(pool, texts, kinds, copies, settings.seed)
    if not made:
        raise CorpusError(
            f"no paragraph of {shortest} characters or more stands only once: give more text, or "
            "a lower --donor-length"
        )
    inside, alone = _places(made, units, sorted(chosen), kind, shortest, settings.seed)

    rows: list[Row] = []
    row_of: dict[int, int] = {}
    places: list[Place] = []
    for number, label in enumerate(_unlike(documents["doc"].to_pylist())):
        if number >= corpus.num_rows and number not in chosen:
            continue
        text, role = texts[number], "donor"
        if number in chosen:
            role = "host"
            text, starts = insert(text, units[number], inside[number], ELSEWHERE, kind)
            places += [Place(each, len(rows), start) for each, start in starts]
        row_of[number] = len(rows)
        rows.append({"id": label, "role": role, "text": text})
    for each in alone:
        places.append(Place(each, len(rows), 0))
        rows.append({"id": f"planted:{len(rows)}", "role": "host", "text": each.copy.text})
    return Planted(rows, list(labels(places, rows, row_of, kind)))


def _most_alike(documents: pa.Table, unit: str) -> tuple[str, list[bool]]:
    """Return how most documents are cut into units, and which of them are cut so."""
    found = layout(documents.select(["text"]), unit)["unit"].to_pylist()
    usual = Counter(found).most_common(1)[0][0] if found else unit
    return usual, [each == usual for each in found]


def _by_document(units: pa.Table, count: int) -> list[list[Unit]]:
    columns = [units[name].to_pylist() for name in Unit._fields]
    found: list[list[Unit]] = [[] for _ in range(count)]
    for values in zip(*columns, strict=True):
        found[values[0]].append(Unit(*values))
    return found


def _hosts(units: Sequence[Sequence[Unit]], first: int | None, seed: int) -> set[int]:
    """Return the documents to plant into: those from ``first`` on, or a third of all.

    Half of the units of each, at least, stand nowhere else.
    """
    fit = []
    for number in range(first or 0, len(units)):
        alone = sum(unit.elsewhere < ELSEWHERE for unit in units[number])
        if alone and 2 * alone >= len(units[number]):
            fit.append(number)
    if first is None:
        fit = random.Random(f"hosts {seed}").sample(fit, -(-len(fit) // 3))
    if not fit:
        raise CorpusError(
            "there is no document of which half, at least, stands nowhere else: name others to "
            "plant into with --hosts"
        )
    return set(fit)


def _places(
    made: Sequence[Made],
    units: Sequence[Sequence[Unit]],
    hosts: Sequence[int],
    unit: str,
    shortest: int,
    seed: int,
) -> tuple[dict[int, list[list[Made]]], list[Made]]:
    """Return, per host and unit, the copies that go there; and those that are documents themselves.

    A unit takes one copy at most into its middle, and is as long as donors are: where there are no
    more such units, copies of these kinds are left out.
    """
    draw = random.Random(f"gaps {seed}")
    made = draw.sample(made, len(made))
    gaps = [(number, at) for number in hosts for at in range(len(units[number]))]
    inside: dict[int, list[list[Made]]] = {number: [[] for _ in units[number]] for number in hosts}
    long = [
        (number, at)
        for number, at in gaps
        if units[number][at].elsewhere < ELSEWHERE and units[number][at].length >= shortest
    ]
    draw.shuffle(long)
    alone = []
    for each in made:
        if each.kind not in WITHIN and unit == "document":
            alone.append(each)
        elif each.kind not in WITHIN:
            number, at = draw.choice(gaps)
            inside[number][at].append(each)
        elif long:
            number, at = long.pop()
            inside[number][at].append(each)
    return inside, alone


def _make(
    pool: Sequence[Unit], texts: Sequence[str], kinds: Sequence[str], copies: int, seed: int
) -> list[Made]:
    """Draw donors for every kind and make its copies; each donor is taken once at most."""
    pool = list(pool)
    random.Random(f"donors {seed}").shuffle(pool)
    cut: dict[Unit, Donor] = {}

    def donor(unit: Unit) -> Donor:
        if unit not in cut:
            cut[unit] = Donor.of(texts[unit.document][unit.start : unit.end].strip())
        return cut[unit]

    words = [word for unit in pool[:VOCABULARY] for word in donor(unit).words if is_word(word)]
    if len(set(words)) < 2:
        return []
    made: list[Made] = []
    number = 0
    copies = min(copies, max(1, len(pool) // sum(map(_units_needed, kinds))))  # some of each
    for kind in sorted(dict.fromkeys(kinds), key=lambda kind: kind not in SCARCE):
        draw = random.Random(f"{kind} {seed}")
        some, pool = _make_kind(kind, pool, texts, donor, copies, draw, words)
        for taken, found in some:
            made += [Made(kind, number, taken, copy) for copy in found]
            number += 1
    return made


def _make_kind(
    kind: str,
    pool: Sequence[Unit],
    texts: Sequence[str],
    donor: Callable[[Unit], Donor],
    copies: int,
    draw: random.Random,
    words: Sequence[str],
) -> tuple[list[tuple[tuple[Unit, ...], list[Copy]]], list[Unit]]:
    """Return the donors of each copy with what was made of them, and the donors that are left."""
    some: list[tuple[tuple[Unit, ...], list[Copy]]] = []
    used: set[Unit] = set()
    for taken in _together(kind, pool):
        if len(some) == copies:
            break
        if kind in PARTS and any(unit.elsewhere for unit in taken):
            continue
        donors, given = taken, [donor(unit) for unit in taken]
        if kind == "across":
            donors, given = _joined(taken, texts)
        found = alter(kind, given, draw, words)
        if found is not None:
            some.append((donors, found))
            used.update(taken)
    return some, [unit for unit in pool if unit not in used]


def _together(kind: str, pool: Sequence[Unit]) -> Iterator[tuple[Unit, ...]]:
    """Yield the donors of one copy after the other, none twice: for ``across`` two neighbours."""
    if kind != "across":
        needed = donors_needed(kind)
        for at in range(0, len(pool) - needed + 1, needed):
            yield tuple(pool[at : at + needed])
        return
    at_place = {(unit.document, unit.paragraph): unit for unit in pool}
    for place, unit in list(at_place.items()):
        following = at_place.get((place[0], place[1] + 1))
        if place in at_place and following is not None:
            yield unit, following
            del at_place[place], at_place[following.document, following.paragraph]


def _joined(pair: tuple[Unit, ...], texts: Sequence[str]) -> tuple[tuple[Unit, ...], list[Donor]]:
    """Return two neighbours as one unit, and as one donor that knows where they meet."""
    first, second = pair
    whole = first._replace(end=second.end, drop_end=second.drop_end)
    text = texts[whole.document][whole.start : whole.end]
    skipped = whole.start + len(text) - len(text.lstrip())
    gap = first.end - skipped, second.start - skipped
    return (whole,), [Donor.of(text.strip(), gap)]


def _units_needed(kind: str) -> int:
    return 2 if kind == "across" else donors_needed(kind)


def _unlike(names: Sequence[str]) -> list[str]:
    """Return names that are all different: one that was there gets a number.

    >>> _unlike(["a", "b", "a", "a"])
    ['a', 'b', 'a (2)', 'a (3)']
    """
    times: dict[str, int] = {}
    unlike: list[str] = []
    for name in names:
        other = name
        while other in times:
            times[name] += 1
            other = f"{name} ({times[name]})"
        times[other] = 1
        unlike.append(other)
    return unlike
