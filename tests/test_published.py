"""Tables of docs/ that benchmarks make: as the results have them."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks import bulk, forecast, scale, stages
from benchmarks.measure import RESULTS


def test_the_table_of_stages() -> None:
    result = json.loads((RESULTS / "stages.json").read_bytes())
    assert f"<!-- stages -->\n{stages.table(result)}<!-- /stages -->" in stages.DOCS.read_text(
        "utf-8"
    )
    assert abs(sum(row["share"] for row in result["stages"].values()) - 1) < 0.02


def test_the_table_of_forecasts() -> None:
    told = json.loads((RESULTS / "forecast.json").read_bytes())["corpora"]
    marked = f"<!-- forecast -->\n{forecast.table(told)}<!-- /forecast -->"
    assert marked in forecast.DOCS.read_text("utf-8")


def test_the_page_of_scale() -> None:
    told = json.loads((RESULTS / "scale.json").read_bytes())
    assert scale.DOCS.read_text("utf-8") == scale.page(told["sizes"], told["fit"], told["memory"])


def test_the_table_of_speed_on_much_text() -> None:
    told = json.loads((RESULTS / "bulk.json").read_bytes())["tools"]
    assert f"<!-- bulk -->\n{bulk.table(told)}<!-- /bulk -->" in bulk.DOCS.read_text("utf-8")


def test_publishing_puts_the_table_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- stages -->\nold\n<!-- /stages -->\nb\n", "utf-8")
    result = json.loads((RESULTS / "stages.json").read_bytes())
    stages.publish(result, page)
    stages.publish(result, page)
    told = stages.table(result)
    assert page.read_text("utf-8") == f"a\n<!-- stages -->\n{told}<!-- /stages -->\nb\n"
