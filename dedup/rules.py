"""Rules: what a cluster or family is, told from evidence; the first rule that holds decides.

Constants and order were found on the half ``tune`` of the labels in ``tests/quality/classes.csv``
(272 clusters and families of `laws`, `work_reports`, `license_docs` and the seeds, read by a person
by ``docs/classes.md``) and by reading what the rules said of others of the same corpora. What they
are worth on the other half is in ``docs/classes.md``, too (``benchmarks/classes.py score``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa

from dedup.columns import F64, I64, Bools

__all__ = [
    "CLASSES", "FILLED", "MANY", "NOTICE", "PLAIN", "REWORDED", "RULES", "TITLE", "WORK",
    "Evidence", "Rule",
]  # fmt: skip

CLASSES = ("boilerplate", "template", "copy", "quote", "repeat")
Class = Literal["boilerplate", "template", "copy", "quote", "repeat"]

WORK = 0.4
"""Share of the smaller of two documents that stands in the other, from which they are editions of
one work: ``spread.kinship``. Lower, and rules that cities took from each other become one work, and
what each filled in its own way is no template any more; higher, and laws that were much amended
are two works, whose common headings are boilerplate."""
UNLIKE = 0.15
"""Of the smaller document, at most so much stands in the other where two are about other things."""
MANY = 10
"""Works from which on what they share is no one's, if they are otherwise unlike."""
EVERYWHERE = 1 / 3
"""Share of all works that no quotation stands in."""
SOME = 3
"""Works whose first or last lines are the page's, not the text's."""
QUOTE, TITLE = 24, 40
"""Characters of a slogan, and of a title, at most. Longer ones are sentences that were copied."""
HEADING = 5
"""Words of a heading that any document of its kind may have, beside its number."""
CHAPTER = 8
"""The same in works that are unlike, if it is marked as one or stands in ``SOME``."""
PLAIN = 100
"""Characters of what a formula of Chinese may be the most of. A longer paragraph that ends in one
has a content of its own."""
NOTICE = 170
"""The same of a notice in English, by ``Evidence.size``."""
FILLED = 1 / 3
"""Share of the units that have something else in a slot than most, of a template."""
REWORDED = 0.1
"""Share of the text that may differ beside the slots of a template. More, and it was rewritten."""
COMPANY = 0.6
"""Share of members with a neighbour in common, from which on they came along with others."""


@dataclass(frozen=True)
class Evidence:
    """What is known of ``n`` groups, one array each; characters are those of shadow texts."""

    units: I64
    documents: I64
    works: I64
    """Documents, with editions of one work as one."""
    share: F64
    """Of all the works of the corpus."""
    spread: I64
    """Works of the family that its first unit is of, if those are more."""
    sources: I64
    """Values of the source field; documents, where there is none."""
    since: pa.DictionaryArray
    """The first of the dates of its documents; null where there is none."""
    until: pa.DictionaryArray
    kin: F64
    """Share of its first document, or of the smaller, that others of them have, beside it: mean."""
    beside: F64
    """Share of units with a neighbour in common with another unit of the group."""
    head: F64
    """Share of units among the first three of their documents, and in the first third."""
    foot: F64
    """The same of the last three."""
    similarity: F64
    """Of the other units to the first one, on average: literal, and masked."""
    masked_similarity: F64
    fixed: F64
    """Share of the text that all have."""
    filled: F64
    """See ``filling.Filling``, as of the other two."""
    kind: pa.DictionaryArray
    reworded: F64
    variant: Bools
    """Of the family: its slots are filled in otherwise, also where this cluster has one filling."""
    texts: I64
    """Distinct ones."""
    length: I64
    """Characters of the first text, of which all that follows is said."""
    size: F64
    """The same; a third of it for alphabetic text."""
    words: I64
    """That are no slots."""
    headed: Bools
    """Begins as a heading does."""
    chapter: Bools
    """Begins with a mark that headings alone have."""
    line: Bools
    """Ends without a stop."""
    labelled: Bools
    """Begins with a number of an article or a list, or with a mark."""
    open: Bools
    """Ends with a semicolon or a colon: part of a sentence."""
    figures: Bools
    """Has digits, beside the number that it begins with."""
    titled: Bools
    """Has a title in it, or stands in one: 《…》."""
    dated: Bools
    """As ``formulas`` has it, as of what follows."""
    stock: Bools
    formula: Bools
    standard: Bools
    notice: Bools
    page: Bools
    version: Bools
    slogan: Bools
    norm: Bools
    alphabetic: Bools
    decided: Bools
    """A person said that it is boilerplate."""

    def __len__(self) -> int:
        """Return how many groups there are."""
        return len(self.units)

    @property
    def heading(self) -> Bools:
        """Is short, has no stop, and begins as headings do."""
        common = (self.kin < UNLIKE) & (self.chapter | (self.works >= SOME))
        words = np.where(common, CHAPTER, HEADING)
        return self.headed & self.line & (self.words <= words)

    @property
    def slots(self) -> Bools:
        """Differs in what fills its slots, and in little else."""
        return (self.filled >= FILLED) & (self.reworded <= REWORDED)

    def part(self, low: int, high: int) -> Evidence:
        """Return the evidence of some groups, from one up to another."""
        return Evidence(*(getattr(self, each.name)[low:high] for each in fields(self)))

    def table(self) -> pa.Table:
        """Return the evidence as a table."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        for name in ("since", "until", "kind"):
            told[name] = told[name].dictionary_decode()
        return pa.table(told)


class Rule(NamedTuple):
    """One line of the table of rules."""

    name: Class
    """Of the class that it gives."""
    when: str
    """In words, for people."""
    holds: Callable[[Evidence], Bools]
    because: str
    """The reason that a group is told, with its figures."""


RULES = (
    Rule("boilerplate", "a person decided so", lambda e: e.decided, "a person decided so"),
    Rule(
        "repeat", "all units are in one document",
        lambda e: e.documents == 1, "{units} units in one document",
    ),
    Rule(
        "boilerplate", "a line that says when and by whom a text was passed or amended",
        lambda e: e.dated, "a line of dates and offices",
    ),
    Rule(
        "template", "a line of version, date or rights, filled in otherwise",
        lambda e: e.version & e.alphabetic & (e.filled >= FILLED)
        & ((e.size <= TITLE) | ((e.size <= PLAIN) & (e.head >= 0.5))),
        "a line of version or rights, filled in otherwise in {filled} of the units ({kind})",
    ),
    Rule(
        "template", "a heading with a slot",
        lambda e: e.heading & (e.slots | e.variant),
        "a heading, filled in otherwise in {filled} of the units ({kind})",
    ),
    Rule(
        "boilerplate", "a heading that documents of every subject have",
        lambda e: e.stock, "a stock heading of {length} characters",
    ),
    Rule(
        "quote", "a heading that names a policy, in works that are unlike",
        lambda e: e.heading & ~e.chapter & e.slogan & (e.works > 1) & (e.kin < 2 * UNLIKE),
        "a heading that names a policy, in {works} works that are {kin} alike",
    ),
    Rule(
        "boilerplate", f"a heading of at most {HEADING} words, in works that are not one",
        lambda e: e.heading & (e.works > 1), "a heading of {words} words, in {works} works",
    ),
    Rule(
        "boilerplate", f"at most {PLAIN} characters, and worded as a formula",
        lambda e: e.formula & (e.size <= PLAIN), "a formula of {length} characters",
    ),
    Rule(
        "boilerplate", "a notice or disclaimer that licences of many holders share",
        lambda e: (e.standard & (e.size <= NOTICE)) | ((e.standard | e.notice)
        & (e.size <= 2 * NOTICE) & (e.works > 1) & (e.kin < WORK)),
        "a notice of {length} characters, in {works} works",
    ),
    Rule(
        "boilerplate", f"what a page has around its text, in {SOME} works or more",
        lambda e: e.page & (e.works >= SOME), "worded as what is around a text, in {works} works",
    ),
    Rule(
        "boilerplate", f"the same at the head or foot of {SOME} works or more",
        lambda e: (np.maximum(e.head, e.foot) >= 0.9) & (e.works >= SOME) & (e.kin < UNLIKE)
        & (e.similarity >= 0.95) & (e.filled < FILLED),
        "at the head or foot of {works} works",
    ),
    Rule(
        "boilerplate", "a line of few words in works that are not one, without a stop, in letters",
        lambda e: e.alphabetic & e.line & (e.words <= HEADING) & (e.filled < FILLED) & ~e.figures
        & ((e.works >= SOME) | ((e.works > 1) & (e.beside < COMPANY))),
        "a line of {words} words, in {works} works",
    ),
    Rule(
        "quote",
        f"at most {TITLE} characters, a title or with one in it, the units beside it not shared",
        lambda e: e.titled & (e.size <= TITLE) & (e.beside < FILLED) & (e.head < 0.9)
        & ~e.slots & (e.line | ~e.norm),
        "a title of {length} characters, beside which nothing is shared",
    ),
    Rule(
        "template", "the first line of several works, with a difference",
        lambda e: (e.head >= 0.5) & e.line & (e.size <= TITLE) & (e.works > 1) & (e.texts > 1)
        & (e.reworded < FILLED) & (~e.alphabetic | (e.filled >= FILLED)),
        "a title, in {texts} versions in {works} works",
    ),
    Rule(
        "template",
        f"a slot that a third fill in otherwise, and at most {REWORDED:.0%} else that differs",
        lambda e: e.slots & ((e.works > 1) | ((e.filled >= 0.5) & (e.kin < 0.5))),
        "filled in otherwise in {filled} of the units ({kind}), {reworded} of the text reworded",
    ),
    Rule(
        "template", "one filling of such slots, with figures, in works that are not one",
        lambda e: e.variant & e.figures & (e.size <= TITLE) & (e.works > 1),
        "its family is filled in otherwise",
    ),
    Rule(
        "copy", "in editions of one work",
        lambda e: e.works == 1, "in {documents} editions of one work, {kin} alike",
    ),
    Rule(
        "boilerplate",
        f"in {MANY} works or more that are unlike; if short, in a third of all or in company",
        lambda e: (e.spread >= MANY) & (e.kin < UNLIKE) & ~e.open
        & ((e.size > QUOTE) | (e.beside >= 0.9) | (e.share >= EVERYWHERE)),
        "in {spread} works that are {kin} alike",
    ),
    Rule(
        "quote", f"at most {QUOTE} characters, no figures, no rule, in works that are unlike",
        lambda e: (e.size <= QUOTE) & (e.kin < UNLIKE) & ~e.figures & ~e.open & ~e.norm
        & (~e.labelled | e.slogan) & ~e.alphabetic
        & ((e.beside < COMPANY) | (e.works >= SOME)),
        "{length} characters, in {documents} documents that are {kin} alike",
    ),
    Rule("copy", "all else", lambda e: e.documents > 1, "in {documents} documents, {kin} alike"),
)  # fmt: skip
