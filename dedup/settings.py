"""Everything that can change a result, in one frozen value that refuses nonsense when made."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from dedup.decisions import Decisions
from dedup.errors import SettingsError

__all__ = [
    "Class", "ClassAction", "Encoding", "Keep", "PassageAction", "Preset", "Settings", "Unit",
]  # fmt: skip

Unit = Literal["auto", "line", "blank", "indent", "sentence", "document"]
Keep = Literal["first", "earliest", "longest", "preferred"]
Encoding = Literal["auto", "utf-8", "utf-16", "gb18030", "big5"]
Preset = Literal["careful", "standard", "aggressive"]
Class = Literal["boilerplate", "template", "copy", "quote", "repeat"]
ClassAction = Literal["drop", "tag", "mask", "remove"]
PassageAction = Literal["tag", "drop", "mask"]

LONGEST_MARKER = 20
"""Characters of a marker; it is to stay shorter than what makes a passage."""
_NOT_IN_MARKERS = '"\\,'
"""What a format would have to escape."""

DEFAULT_THRESHOLDS = {
    ("words", 1): 0.8,
    ("words", 2): 0.6,
    ("words", 3): 0.55,
    ("chars", 2): 0.7,
    ("chars", 3): 0.65,
    ("chars", 4): 0.6,
    ("chars", 5): 0.55,
}
"""Jaccard at which two units count as near, by shingle.

Words-2 at .6 was read: lower it, and unrelated sentences of the same formula begin to meet. The
others are as careful: the lowest twentieth at which they link no more pairs of natural Chinese text
than it does, and nothing wrongly among planted copies (``benchmarks/calibrate.py``). Other shingles
have no default until they are measured the same way.
"""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to compare, how near is near, and what to drop.

    Raises
    ------
    SettingsError
        If a value, or a combination of values, makes no sense; the message names the option.
    """

    threshold: float | None = None
    """Jaccard from which two units are an edge; ``None``: the calibrated one of the shingle."""
    recall: float = 0.99
    """Share of the pairs at the threshold that the candidates are to hold."""
    permutations: int = 144
    """Upper bound on the hash functions of a signature; bands and rows are solved within it."""
    words: int | None = None
    """Words to a shingle; 2 where neither this nor ``chars`` is given."""
    chars: int | None = None
    """Shadow characters to a shingle, instead of words."""
    unit: Unit = "auto"
    """What is compared; ``auto`` finds per document whether lines are paragraphs or wrapped."""
    min_length: int = 8
    """Shadow characters a unit needs to be looked for at all."""
    min_drop: int = 20
    """Shadow characters a unit needs to be dropped; shorter repeats are tagged."""
    keep: Keep = "first"
    prefer: tuple[str, ...] = ()
    """Sources in order of preference, for ``keep="preferred"``."""
    preset: Preset = "standard"
    drop_threshold: float | None = None
    """Jaccard, or containment in what is kept, from which ``standard`` drops near copies with the
    same numbers, dates, places and negations, too; ``None``: it drops none of them."""
    drop_document: float | None = None
    """Share of a document's shadow characters, repeated in what is kept, from which all of it goes.

    What counts is said in ``dedup.stages.clean.cover_documents``. Units are then kept in the order
    of their documents.
    """
    drop_families: bool = False
    """Drop what is equal only after masking, too."""
    class_action: Mapping[Class, ClassAction] | Sequence[tuple[Class, ClassAction]] = ()
    """By class, what becomes of its units, in documents that are not dropped whole.

    ``drop``, of classes that are not named: the repeats that the preset lets go are dropped.
    ``tag``: they stay. ``mask``: a marker stands for each. ``remove``: every unit of the class
    goes, the first one too, but those shorter than ``min_drop``.
    """
    passage_action: PassageAction = "tag"
    """What becomes of the sentences that a passage has whole: they stay, go, or are masked.

    What goes is said in ``dedup.stages.excise``.
    """
    mask_marker: str = "[…]"
    """What stands for what is masked; never a unit, or a part of one that counts for its length."""
    passages: bool = True
    """Look for stretches shared within longer units, too, and across their breaks."""
    passage_length: int = 30
    """Shadow characters of a passage that have to be equal; three times as many in alphabetic text.
    """
    passage_share: float = 0.5
    """Of the longer of its two spans, that has to be equal."""
    decisions: Decisions | None = None
    """What a person has decided of single texts, which goes before the rules."""
    across_only: bool = False
    """Look only at repeats between sources, not inside one."""
    encoding: Encoding = "auto"
    """Of text, JSONL and CSV files without a byte order mark; ``auto`` finds it, for each file."""
    text_field: str = "text"
    """In JSONL and Parquet a way into the row, too: ``messages[].content``."""
    id_field: str = "id"
    date_field: str | None = None
    source_field: str | None = None
    """Field that names a document's source; without it each document is its own source."""
    user_dictionaries: tuple[Path, ...] = ()
    """jieba user dictionaries, in order."""
    exact: bool = False
    """Find the pairs by an exact join, slower, instead of by MinHash."""
    seed: int = 1
    """Of the hash functions and of the audit's sample."""
    audit: int = 500
    """Units that the audit joins exactly against everything; 0 leaves it out."""
    bucket_cap: int = 400
    """Texts in one bucket that are compared pair by pair; in a larger one with leaders only."""

    def __post_init__(self) -> None:
        for name in ("threshold", "recall", "drop_threshold", "drop_document", "passage_share"):
            value = getattr(self, name)
            if value is not None and not 0 < value <= 1:
                raise SettingsError(f"--{_option(name)} must be above 0 and at most 1, not {value}")
        if self.recall >= 1:
            raise SettingsError("--recall must be below 1; for all pairs, use --exact")
        for name, least in (
            ("permutations", 1), ("words", 1), ("chars", 1), ("min_length", 0), ("min_drop", 0),
            ("audit", 0), ("bucket_cap", 2), ("seed", 0), ("passage_length", 12),
        ):  # fmt: skip
            value = getattr(self, name)
            if value is not None and value < least:
                raise SettingsError(f"--{_option(name)} must be at least {least}, not {value}")
        if self.seed >= 2**32:
            raise SettingsError(f"--seed must be below 4294967296, not {self.seed}")
        if self.words is not None and self.chars is not None:
            raise SettingsError("--words and --chars exclude each other: give one of them")
        for name, choices in (
            ("unit", Unit),
            ("keep", Keep),
            ("preset", Preset),
            ("encoding", Encoding),
            ("passage_action", PassageAction),
        ):
            if getattr(self, name) not in get_args(choices):
                known = ", ".join(get_args(choices))
                raise SettingsError(
                    f"--{_option(name)} must be one of {known}, not {getattr(self, name)!r}"
                )
        object.__setattr__(self, "class_action", _class_actions(self.class_action))
        self._check_marker()
        if self.passage_action != "tag" and not self.passages:
            raise SettingsError(
                f"--passage-action {self.passage_action} needs passages: leave out --no-passages"
            )
        if not isinstance(self.decisions, (Decisions, type(None))):
            raise SettingsError("decisions is a Decisions: read a file by Decisions.read")
        if not isinstance(self.prefer, tuple):
            raise SettingsError("prefer is a tuple of sources, not one string")
        if self.drop_threshold is not None and self.preset != "standard":
            raise SettingsError("--drop-threshold is of the preset standard; others have none")
        if (self.keep == "preferred") != bool(self.prefer):
            raise SettingsError("--keep preferred and --prefer SOURCE go together")
        if self.keep == "earliest" and self.date_field is None:
            raise SettingsError("--keep earliest needs --date-field, the field that holds the date")
        if self.threshold is None and self.shingle not in DEFAULT_THRESHOLDS:
            kind, n = self.shingle
            raise SettingsError(
                f"no calibrated threshold is known for --{kind} {n}: give one with --threshold"
            )

    def _check_marker(self) -> None:
        marker = self.mask_marker
        most = min(LONGEST_MARKER, self.passage_length - 1)
        if not isinstance(marker, str) or not 0 < len(marker) <= most:
            raise SettingsError(
                f"--mask-marker must have 1 to {most} characters, fewer than --passage-length"
            )
        if not marker.isprintable() or marker != marker.strip() or set(marker) & {*_NOT_IN_MARKERS}:
            raise SettingsError(
                "--mask-marker must be on one line, without a quotation mark, a backslash, a "
                f"comma, or white space around it, not {marker!r}"
            )

    def action_of(self, name: Class) -> ClassAction:
        """Return what becomes of the units of a class."""
        return self.class_actions.get(name, "drop")

    @property
    def class_actions(self) -> dict[Class, ClassAction]:
        """What becomes of classes, where it is not what becomes of all."""
        return dict(self.class_action)

    @property
    def masks(self) -> bool:
        """Whether there may be markers in what is written."""
        return self.passage_action == "mask" or "mask" in self.class_actions.values()

    @property
    def shingle(self) -> tuple[Literal["words", "chars"], int]:
        """What a shingle is made of, and how many."""
        return ("chars", self.chars) if self.chars is not None else ("words", self.words or 2)

    @property
    def near(self) -> float:
        """The threshold in force."""
        return self.threshold if self.threshold is not None else DEFAULT_THRESHOLDS[self.shingle]

    def as_dict(self) -> dict[str, object]:
        """Return every value as JSON has it: paths as their names, decisions as their digest."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["decisions"] = self.decisions.digest if self.decisions else None
        values["user_dictionaries"] = [path.name for path in self.user_dictionaries]
        values["prefer"] = list(self.prefer)
        values["class_action"] = self.class_actions
        return values


def _class_actions(told: Any) -> tuple[tuple[str, str], ...]:
    """Return the actions of classes in the order of those, without what is done anyway."""
    try:
        pairs = list(told.items() if isinstance(told, Mapping) else told)
        actions = dict(pairs)
    except (TypeError, ValueError) as error:
        raise SettingsError("class_action names an action for each class, as a dict") from error
    for name, action in pairs:
        for what, value, choices in (("a class", name, Class), ("an action", action, ClassAction)):
            if value not in get_args(choices):
                known = ", ".join(get_args(choices))
                raise SettingsError(f"--class-action must name {what} of {known}, not {value!r}")
        if actions[name] != action:
            raise SettingsError(
                f"--class-action gives {name} two actions, {action} and {actions[name]}: leave one"
            )
    order = [name for name in get_args(Class) if actions.get(name, "drop") != "drop"]
    return tuple((name, actions[name]) for name in order)


def _option(name: str) -> str:
    return name.replace("_", "-")
