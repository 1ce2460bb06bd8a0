"""The page: a template filled with the views, one style sheet, one script, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from dedup.report.block import json_block
from dedup.report.charts import class_chart, curve_chart, histogram_chart, years_chart
from dedup.report.views import Page

__all__ = ["SCRIPTS", "WEB", "render", "script", "style", "words"]

WEB = Path(__file__).with_name("web")
SCRIPTS = (
    "words", "elements", "data", "differences", "decisions", "tables", "overview", "groups",
    "group", "judging", "documents", "pairs", "matrix", "timeline", "main",
)  # fmt: skip
"""In their order: they share one scope, in which each uses what stands before it."""

_DATA = "\ue000data\ue000"
"""Where the template has the data, in characters of private use that stand nowhere else in it."""


def render(page: Page) -> list[bytes]:
    """Return the report as HTML, in UTF-8, in pieces that follow each other.

    The corpus may be hostile: the template escapes what it is given, the data stands in a block in
    which nothing ends that block, and a Content-Security-Policy lets run this one script alone.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(WEB), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    charts = {
        "classes": class_chart(page.overview),
        "histogram": histogram_chart(page.overview),
        "curve": curve_chart(page.overview),
        "years": years_chart(page.documents),
    }
    css, js = style(), script()
    policy = (
        f"default-src 'none'; script-src '{_digest(js)}'; style-src '{_digest(css)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    # The data is put in afterwards: it is most of the page, and its bytes are made but once.
    before, after = (
        environment.get_template("report.html")
        .render(
            policy=policy,
            version=page.version,
            style=Markup(css),
            script=Markup(js),
            data=Markup(_DATA),
            charts={name: Markup(drawing) for name, drawing in charts.items()},
        )
        .split(_DATA)
    )
    return [before.encode(), json_block(page), after.encode()]


def words() -> dict[str, list[str]]:
    """Return what the page says, by key: in English and in Chinese."""
    told: dict[str, list[str]] = json.loads(_read("words.json"))
    return told


def style() -> str:
    """Return the style sheet."""
    return _read("report.css")


def script() -> str:
    """Return all of the script, within one function: nothing of it is global."""
    said = json_block({"words": words(), "reasons": json.loads(_read("reasons.json"))}).decode()
    parts = [_read(f"{name}.js") for name in SCRIPTS]
    return "\n".join(["(() => {", '"use strict";', f"const SAID = {said};", *parts, "})();"])


def _read(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
