"""``dedup explain``: why a paragraph was kept, dropped or tagged, with its copies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.program import Command, debug_option

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from dedup.difference import Change
    from dedup.explanation import Explanation, Group, Link

__all__ = ["command"]

MEMBERS_SHOWN = 20
REWRITTEN_SHOWN = 6
FIRST = {
    "from_source": "the other had it first",
    "to_source": "this one had it first",
    "unknown": "which of them had it first is unknown",
}
LONG = 240
"""Characters of an unchanged stretch that is shown whole."""
VALUES_SHOWN = 4
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
SUBSTITUTED_SHOWN = 6


@click.command(
    "explain", cls=Command, short_help="Show the copies of a paragraph and the rule that decided."
)
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("doc")
@click.option(
    "--paragraph", type=click.IntRange(min=0), metavar="N",
    help="Number of the paragraph in its document, from 0, as in provenance.jsonl.",
)  # fmt: skip
@click.option(
    "--line", type=click.IntRange(min=1), metavar="N",
    help="Line of the document, from 1, instead of the paragraph.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@debug_option
def command(out: Path, doc: str, paragraph: int | None, line: int | None, as_json: bool) -> None:
    """Show the copies of a paragraph, what differs, and the rule that decided.

    OUT is the folder of a finished run. DOC is a document's id, the name of its file, or
    NAME:ROW. Without --paragraph or --line, all repeated paragraphs of DOC are listed.
    """
    from dedup.explanation import explain

    if paragraph is not None and line is not None:
        raise click.UsageError("--paragraph and --line exclude each other: give one of them.")
    told = explain(out, doc, paragraph=paragraph, line=line)
    if as_json:
        import orjson

        click.echo(orjson.dumps(told.as_dict(), option=orjson.OPT_INDENT_2).decode())
        return
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    # What is not a terminal gets its lines whole.
    console.soft_wrap = not console.is_terminal
    if paragraph is None and line is None:
        _show_document(console, told)
    elif not told.links:
        asked = f"paragraph {paragraph}" if line is None else f"line {line}"
        if told.copies:
            console.print(f"{doc}, {asked}: it repeats nothing.")
            _show_copies(console, told.copies)
            return
        console.print(f"{doc}, {asked}: nothing like it was found.")
        if told.rows:
            numbers = sorted({row["paragraph"] for row in told.rows})
            console.print(f"Paragraphs of it that are repeated: {_ranges(numbers)}")
    else:
        _show_paragraph(console, told)


def _show_document(console: Console, told: Explanation) -> None:
    if not told.rows and not told.sections and not told.copies:
        console.print(f"{told.doc}: nothing in it is repeated.")
        return
    alone = {row["paragraph"] for row in told.rows if row["kind"] is None}
    numbers = {row["paragraph"] for row in told.rows} - alone
    others = f", {len(alone):,} dropped beside them" if alone else ""
    console.print(_bold(f"{told.doc}: {len(numbers):,} repeated{others}"))
    for row in told.rows:
        if row["kind"] is None:
            linked = "like nothing else"
        elif row["source_doc"] is None:
            linked = "first of its group"
        else:
            linked = f"{row['kind']} {row['similarity']:.2f} {_where(row, 'source_')}"
        console.print(
            f"paragraph {row['paragraph']} (line {row['line']}) {row['action']}: {linked}"
        )
        console.print(f"    {_shortened(row['text'])}")
    for row in told.sections:
        console.print("")
        _show_section(console, row, told)
    if told.copies:
        numbers = {row["source_paragraph"] for row in told.copies}
        console.print("")
        console.print(f"Paragraphs that stand elsewhere, in part: {_ranges(sorted(numbers))}")
    if told.rows or told.copies:
        console.print("")
        console.print("One of them with its copies: add --paragraph N")


def _show_section(console: Console, row: dict[str, Any], told: Explanation) -> None:
    from rich.text import Text

    mine = told.rows[0] if told.rows else {"file": told.doc, "row": None, "doc": told.doc}
    is_copy = mine["doc"] == row["doc"] and mine["row"] in (row["row"], None)
    here, there = ("", "source_") if is_copy else ("source_", "")
    lines = [f"lines {row[f'{side}line']} to {row[f'{side}last_line']}" for side in (here, there)]
    where = _where(row, there).rpartition(", line ")[0]
    console.print(Text.assemble(("section", "bold"), f", {lines[0]}: {where}, {lines[1]}"))
    console.print(
        f"    {row['units']:,} units and {row['passages']:,} passages in one order, "
        f"{row['matched']:,} characters"
    )


def _show_paragraph(console: Console, told: Explanation) -> None:
    row = told.links[0].row
    console.print(
        _bold(
            f"{row['doc']}, paragraph {row['paragraph']} (line {row['line']}), "
            f"characters {row['start']:,} to {row['end']:,}"
        )
    )
    if all(link.changes is None for link in told.links):
        console.print("", row["text"], sep="\n")
    for link in told.links:
        console.print("")
        _show_link(console, link)
    if told.copies:
        _show_copies(console, told.copies)
    for name, group in (("cluster", told.cluster), ("family", told.family)):
        if group is None:
            continue
        console.print("")
        if name == "family" and told.cluster is not None and _same(group, told.cluster):
            console.print(f"family {group.number}: the same")
            continue
        _show_group(console, name, group, row)


def _show_link(console: Console, link: Link) -> None:
    from rich.text import Text

    row = link.row
    if link.source_text is None:
        console.print(Text.assemble((row["action"], "bold"), f": {row['reason']}"))
        return
    words = {
        "exact": "exact copy of",
        "near": "near",
        "masked": "same but for numbers, dates and places:",
        "passage": "a stretch of",
    }
    console.print(Text.assemble(words[row["kind"]], " ", (_where(row, "source_"), "bold")))
    measures = [f"similarity {row['similarity']:.3f}"]
    if row["masked_similarity"] is not None:
        measures.append(f"masked {row['masked_similarity']:.3f}")
    console.print("  " + ", ".join([*measures, f"containment {row['containment']:.3f}"]))
    if row["direction"] is not None:
        console.print(f"  {FIRST[row['direction']]}")
    console.print(
        Text.assemble("  ", (row["action"], "bold"), f": {row['reason'].removeprefix('tagged: ')}")
    )
    if row.get("cut"):
        cut = ", ".join(f"{span['start']:,} to {span['end']:,}" for span in row["cut"])
        console.print(f"  what went: characters {cut}")
    console.print("")
    changes = link.changes
    if changes is None:
        console.print(f"too long to compare: {len(row['text']):,} characters")
        return
    console.print(
        _marked(changes, coloured=console.color_system is not None and not console.no_color)
    )
    written = [change for change in changes if change.kind == "written"]
    if written:
        pairs = ", ".join(
            f"{_visible(c.source)} → {_visible(c.copy)}" for c in written[:REWRITTEN_SHOWN]
        )
        more = (
            f" and {len(written) - REWRITTEN_SHOWN:,} more"
            if len(written) > REWRITTEN_SHOWN
            else ""
        )
        console.print("", f"written differently, but the same: {pairs}{more}", sep="\n")


def _show_copies(console: Console, copies: list[dict[str, Any]]) -> None:
    """Show what has the paragraph as its source, outside of its cluster and family."""
    console.print("")
    for row in copies[:MEMBERS_SHOWN]:
        what = "a stretch of it" if row["kind"] == "passage" else "it is near"
        console.print(f"{what}: {_where(row)}, {row['action']}, similarity {row['similarity']:.3f}")
    if len(copies) > MEMBERS_SHOWN:
        console.print(f"and {len(copies) - MEMBERS_SHOWN:,} more")


def _marked(changes: list[Change], *, coloured: bool) -> Text:
    """Return the text with what is only in the source and what is only here marked."""
    from rich.text import Text

    text = Text()
    for kind, source, copy in changes:
        if kind in {"equal", "written"}:
            text.append(
                _without_middle(copy), "underline" if coloured and kind == "written" else ""
            )
            continue
        for piece, style, before, after in (
            (source, "red strike", "[-", "-]"),
            (copy, "green bold", "{+", "+}"),
        ):
            if piece:
                text.append(
                    piece if coloured else f"{before}{piece}{after}", style if coloured else ""
                )
    return text


def _show_group(console: Console, name: str, group: Group, mine: dict[str, Any]) -> None:
    from rich.text import Text

    def is_mine(row: dict[str, Any]) -> bool:
        return all(row[key] == mine[key] for key in ("file", "row", "paragraph"))

    because, *evidence = group.reasons
    size = f"{len(group.members):,} units"
    console.print(f"{name} {group.number}: {size}, {group.name} ({because})")
    for told in evidence:
        console.print(f"  {told}")
    if len(group.template) > 1 or "slot" in group.template[0]:
        console.print(_template_line(group.template))
    often = [each for each in group.substitutions if each["count"] > 1][:SUBSTITUTED_SHOWN]
    if often:
        pairs = (
            f"{_quoted(each['from'])} → {_quoted(each['to'])} × {each['count']:,}" for each in often
        )
        console.print(f"  substituted: {', '.join(pairs)}")
    _show_origin(console, group.origin, group.chain)
    shown = group.members[:MEMBERS_SHOWN]
    if not any(map(is_mine, shown)):
        shown = [*shown[:-1], next(row for row in group.members if is_mine(row))]
    for row in shown:
        line = Text(f"  {row['action']:<7}  {_where(row)}", "bold" if is_mine(row) else "")
        if is_mine(row):
            line.append("  (this one)")
        console.print(line)
    if len(group.members) > len(shown):
        console.print(f"  and {len(group.members) - len(shown):,} more")


def _show_origin(
    console: Console, origin: dict[str, Any], chain: list[dict[str, Any]] | None
) -> None:
    if origin["file"] is None:
        console.print(f"  who had it first is unknown: {origin['reason']}")
    else:
        date = f" ({origin['date']})" if origin["date"] else ""
        console.print(f"  first in {_where(origin)}{date}")
        console.print(f"    {origin['status']}: {origin['reason']}")
    for step in chain or []:
        source = "" if step["from"] is None else f"  from {_where((chain or [])[step['from']])}"
        console.print(f"  {step['date']}  {_where(step)}{source}")


def _template_line(parts: list[dict[str, Any]]) -> Text:
    """Return a template as one line, its slots in brackets, line breaks as spaces."""
    from rich.text import Text

    line = Text("  ")
    for part in parts:
        if "text" in part:
            line.append(_without_middle(_LINE_BREAK.sub(" ", part["text"])))
            continue
        shown = [_LINE_BREAK.sub(" ", each["value"]) for each in part["values"][:VALUES_SHOWN]]
        values = [_without_middle(value) for value in shown]
        more = ["…"] * (len(part["values"]) + part["more"] > VALUES_SHOWN)
        line.append(f"[{'|'.join([*values, *more])}]", "bold")
    return line


def _quoted(value: str) -> str:
    return _visible(value if len(value) <= 30 else f"{value[:30]}…")


def _where(row: dict[str, Any], prefix: str = "") -> str:
    doc, file, number = (row[f"{prefix}{name}"] for name in ("doc", "file", "row"))
    here = doc if doc in (file, f"{file}:{number}") else f"{doc} ({file}:{number})"
    return f"{here}, line {row[f'{prefix}line']}"


def _same(one: Group, other: Group) -> bool:
    def places(group: Group) -> list[tuple[Any, ...]]:
        return [(row["file"], row["row"], row["paragraph"]) for row in group.members]

    return places(one) == places(other)


def _bold(text: str) -> Text:
    from rich.text import Text

    return Text(text, "bold")


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:60]}…"


def _without_middle(text: str) -> str:
    if len(text) <= LONG:
        return text
    ends = LONG // 3
    return f"{text[:ends]} … {len(text) - 2 * ends:,} characters … {text[-ends:]}"


def _visible(text: str) -> str:
    return text if text.strip() and text.isprintable() else repr(text)


def _ranges(numbers: list[int]) -> str:
    """Return numbers as one says them: ``0-3, 7``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in parts)
