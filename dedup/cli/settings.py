"""Every option that can change a result, and the Settings made from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from dedup.cli.program import GroupedOption
from dedup.decisions import Decisions
from dedup.errors import SettingsError
from dedup.settings import (
    DEFAULT_THRESHOLDS,
    Class,
    Encoding,
    Keep,
    PassageAction,
    Preset,
    Settings,
    Unit,
)

__all__ = ["settings_from", "settings_options"]

F = TypeVar("F", bound=Callable[..., Any])

FIND = "What counts as repeated"
DROP = "What is dropped"
FIELDS = "How it is read"
HOW = "How it is searched"

_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Settings)}
_KNOWN = ", ".join(f"{value:g} for --{kind} {n}" for (kind, n), value in DEFAULT_THRESHOLDS.items())


def _option(group: str, name: str, text: str, **more: Any) -> Callable[[F], F]:
    """Return an option that is called as its setting is, with the same default."""
    setting = name.lstrip("-").replace("-", "_")
    if "multiple" not in more:
        more["default"] = default = _DEFAULTS[setting]
        more["show_default"] = default is not None and not isinstance(default, bool)
    return click.option(name, setting, cls=GroupedOption, group=group, help=text, **more)


_PATH = click.Path(path_type=Path)
_OPTIONS = [
    _option(
        FIND, "--threshold", "Jaccard of the shingle sets from which two units are near.  "
        f"[default: {_KNOWN}]", type=float, metavar="X",
    ),
    _option(FIND, "--words", "Words to a shingle.  [default: 2]", type=int, metavar="N"),
    _option(
        FIND, "--chars", "Characters to a shingle, instead of words.",
        type=int, metavar="N",
    ),
    _option(
        FIND, "--unit", "What is compared: lines; what lies between blank lines, or begins with an "
        "indented one; sentences; documents. auto finds which documents are hard-wrapped, and "
        "takes the lines of the others.", type=click.Choice(get_args(Unit)),
    ),
    _option(
        FIND, "--min-length", "Characters a unit needs to be looked for.", type=int, metavar="N"
    ),
    click.option(
        "--no-passages", "passages", cls=GroupedOption, group=FIND, flag_value=False, default=True,
        help="Compare whole units alone, not stretches within them.",
    ),
    _option(
        FIND, "--passage-length", "Equal characters a passage needs; letters of alphabets count a "
        "third.", type=int, metavar="N",
    ),
    _option(
        FIND, "--passage-share", "Share of a passage that has to be equal.", type=float,
        metavar="X",
    ),
    _option(
        FIND, "--across-only", "Only repeats between sources: between documents, or as "
        "--source-field says.", is_flag=True,
    ),
    click.option(
        "--user-dictionary", "user_dictionaries", cls=GroupedOption, group=FIND, multiple=True,
        type=_PATH, metavar="FILE", help="Words to add, as jieba reads them; may be repeated.",
    ),
    _option(
        DROP, "--preset", "careful: exact copies. standard: also what a kept unit says word for "
        "word. aggressive: whatever was found.",
        type=click.Choice(get_args(Preset)),
    ),
    _option(
        DROP, "--drop-threshold", "Jaccard, or containment in what is kept, from which standard "
        "drops near copies with the same numbers, dates, places and negations, too.",
        type=float, metavar="X",
    ),
    _option(
        DROP, "--drop-document", "Drop documents whole of which at least this share of the "
        "characters is in copies of what is kept.", type=float, metavar="X",
    ),
    _option(
        DROP, "--min-drop", "Characters a unit needs to be dropped; shorter ones are tagged.",
        type=int, metavar="N",
    ),
    _option(
        DROP, "--drop-families", "Drop also what differs in numbers, dates and places alone.",
        is_flag=True,
    ),
    _option(
        DROP, "--class-action", "What becomes of the repeats of a class (" +
        ", ".join(get_args(Class)) + "): they are dropped as the preset says (drop), stay (tag), a "
        "marker stands for each (mask), or all units of the class go, the first too (remove); may "
        "be repeated.", multiple=True, metavar="CLASS=ACTION",
    ),
    _option(
        DROP, "--passage-action", "What becomes of the whole sentences of a passage that its "
        "source has word for word: they stay, go, or a marker stands for them.",
        type=click.Choice(get_args(PassageAction)),
    ),
    _option(DROP, "--mask-marker", "What stands for what is masked.", metavar="TEXT"),
    _option(
        DROP, "--keep", "Which of several copies stays; earliest needs --date-field.",
        type=click.Choice(get_args(Keep)),
    ),
    _option(
        DROP, "--prefer", "A source whose copy stays, for --keep preferred; may be repeated, the "
        "most preferred first.", multiple=True, metavar="SOURCE",
    ),
    _option(
        DROP, "--decisions", "What a person has decided of single texts, which goes before all "
        "rules; dedup schema decisions says how it is written.", type=_PATH, metavar="FILE",
    ),
    _option(
        FIELDS, "--encoding", "Of files without a byte order mark; auto finds it, for each file. "
        "gb18030 is GBK and GB2312 too.", type=click.Choice(get_args(Encoding)),
    ),
    _option(
        FIELDS, "--text-field", "The text; a.b[].c is what each element of the list b in a has as "
        "c, of JSONL and Parquet: the texts of a row are one document, blank lines between them.",
        metavar="NAME",
    ),
    _option(FIELDS, "--id-field", "The label of a document.", metavar="NAME"),
    _option(FIELDS, "--date-field", "The date, for --keep earliest.", metavar="NAME"),
    _option(
        FIELDS, "--source-field", "The source, for --across-only and --prefer; without it each "
        "document is its own.", metavar="NAME",
    ),
    _option(
        HOW, "--recall", "Share of the pairs at the threshold that is to be found.",
        type=float, metavar="X",
    ),
    _option(
        HOW, "--permutations", "Hash functions of a signature, at most.", type=int, metavar="N"
    ),
    _option(HOW, "--exact", "Find every pair, by a slower exact join.", is_flag=True),
    _option(
        HOW, "--audit", "Texts that are joined exactly to measure the recall; 0: none.",
        type=int, metavar="N",
    ),
    _option(
        HOW, "--bucket-cap", "Texts in a bucket that are all compared with each other.",
        type=int, metavar="N",
    ),
    _option(HOW, "--seed", "Of the hash functions and of the audit.", type=int, metavar="N"),
]  # fmt: skip


def settings_options(function: F) -> F:
    """Add the options that make up ``Settings``."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def settings_from(values: dict[str, Any]) -> Settings:
    """Return the Settings of parsed options.

    Raises
    ------
    SettingsError
        If a value makes no sense, or the file of decisions.
    """
    if values.get("decisions") is not None:
        values = {**values, "decisions": Decisions.read(values["decisions"])}
    if values.get("class_action"):
        values = {**values, "class_action": tuple(map(_pair, values["class_action"]))}
    known = {field.name for field in dataclasses.fields(Settings)}
    return Settings(**{name: value for name, value in values.items() if name in known})


def _pair(told: str) -> tuple[str, str]:
    name, equals, action = told.partition("=")
    if not equals:
        raise SettingsError(f"--class-action is CLASS=ACTION, as boilerplate=remove, not {told!r}")
    return name.strip(), action.strip()
