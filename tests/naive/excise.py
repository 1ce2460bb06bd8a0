"""Which sentences of passages go, on Python strings, sentence after sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from naive.sentences import LABEL, TURN, ends, parting, speaks, spelt, spoken
from naive.words import mix


class Sentence(NamedTuple):
    unit: int
    begin: int
    end: int
    cut: int
    said: str
    """What it says, punctuation aside."""
    text: str
    """From the first character that speaks to the last."""


class Passage(NamedTuple):
    """Two spans, each from a place on the line of all shadow characters to another."""

    begin: int
    end: int
    source_begin: int
    source_end: int


class Unit(NamedTuple):
    text: str
    rank: int
    stays: bool
    cuts: bool
    target: int


OPENING = "([{<«‹〈《「『【〔〖“‘"


def sentences(unit: int, text: str) -> list[Sentence]:
    """Part a text where ``naive.sentences.said`` does, and say where that is."""
    start = next((i for i, c in enumerate(text) if speaks(c)), len(text))
    label = LABEL.match(text, start)
    stop = label.end() if label else 0
    found: list[list[int]] = []
    said: list[str] = []
    before, silence, ended = "", "", False
    for i, c in enumerate(text):
        if not spoken(text, i):
            silence += c
            ended = ended or ends(text, i)
            continue
        first = bool(stop) and i >= stop
        if not found or first or (ended and not TURN.match(text, i)):
            found.append([i, i + 1])
            said.append("")
        said[-1] += (parting(before, silence, c) if said[-1] else "") + c
        found[-1][1] = i + 1
        stop = 0 if first else stop
        before, silence, ended = c, "", False
    told = []
    for n, (begin, end) in enumerate(found):
        cut, least = begin, found[n - 1][1] if n else 0
        while cut > least and text[cut - 1] in OPENING:
            cut -= 1
        told.append(Sentence(unit, begin, end, cut if n else 0, said[n], text[begin:end]))
    return told


def key(sentence: Sentence) -> int:
    return mix(spelt(sentence.said))


def excised(
    units: Sequence[Unit], passages: Sequence[Passage], least: int, preset: str
) -> list[tuple[int, Sentence]]:
    """Return what goes, as passage and sentence."""
    starts = [0]
    for unit in units:
        starts.append(starts[-1] + len(unit.text))
    parted = [sentences(number, unit.text) for number, unit in enumerate(units)]

    def within(begin: int, end: int) -> list[Sentence]:
        return [
            s
            for of in parted
            for s in of
            if begin <= starts[s.unit] + s.begin and starts[s.unit] + s.end <= end
        ]

    def place(s: Sentence) -> tuple[int, int]:
        return units[s.unit].rank, s.begin

    def may(s: Sentence, p: Passage) -> bool:
        if not units[s.unit].cuts:
            return False
        if preset == "aggressive":
            of = [
                n
                for n in range(len(units))
                if starts[n] < p.source_end and p.source_begin < starts[n + 1]
            ]
            if of == [s.unit]:
                return units[s.unit].stays and p.source_end <= starts[s.unit] + s.begin
            return all(units[n].stays and units[n].rank < units[s.unit].rank for n in of)
        for other in within(p.source_begin, p.source_end):
            stands = [other]
            if not units[other.unit].stays:
                target = units[other.unit].target
                stands = parted[target] if target >= 0 and units[target].stays else []
            for one in stands:
                same = one.text == s.text if preset == "careful" else one.said == s.said
                if same and place(one) < place(s):
                    return True
        return False

    wanted = [(n, s) for n, p in enumerate(passages) for s in within(p.begin, p.end) if may(s, p)]
    goes = {s for _, s in wanted}
    long: set[Sentence] = set()
    for of in parted:
        run: list[Sentence] = []
        for s in [*of, None]:
            if s is not None and s in goes:
                run.append(s)
                continue
            if run and run[-1].end - run[0].begin >= least:
                long.update(run)
            run = []
    return [(n, s) for n, s in wanted if s in long]
