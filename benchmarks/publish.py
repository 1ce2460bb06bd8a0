"""The README's tables and plot of all tools, made from the results and from nothing else.

::

    python -m benchmarks.publish    # after benchmarks.compare, which does it, too
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpora import CHECKOUT
from benchmarks.measure import RESULTS

README = CHECKOUT / "README.md"
PLOT = CHECKOUT / "docs/peers.svg"

Told = Mapping[str, Any]
"""Per tool, what ``benchmarks.compare`` measured."""


def speed_table(told: Told) -> str:
    """Return the table of what each took, and of what it found of its own shingles' pairs."""
    head = ["", "MB of laws", "seconds", "MB/s", "CPU s", "memory, MB", "recall", "precision"]
    rows = [
        [
            name,
            f"{row['laws']['megabytes']:.0f}",
            f"{row['laws']['seconds']:.1f}",
            f"{row['laws']['mb_per_second']:.2f}",
            f"{row['laws']['cpu_seconds']:.1f}",
            f"{row['laws']['peak_mb']:.0f}",
            _percent(row["own_shingles"]["recall"]),
            _percent(row["own_shingles"]["precision"]),
        ]
        for name, row in told.items()
    ]
    return _table(head, rows)


def kinds_table(told: Told) -> str:
    """Return the table of planted copies that each found together with their originals."""
    kinds = list(dict.fromkeys(kind for row in told.values() for kind in row["planted"]["kinds"]))
    rows = [
        [kind, *(_percent(row["planted"]["kinds"][kind]["recall"]) for row in told.values())]
        for kind in kinds
    ]
    return _table(["copies", *told], rows)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def digest(told: Told) -> str:
    """Return what names the results that a plot was made from."""
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def plot(told: Told, path: Path) -> None:
    """Draw the recall of planted copies by kind, a dot for each tool, as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    kinds = list(dict.fromkeys(kind for row in told.values() for kind in row["planted"]["kinds"]))
    # Text as text, and nothing that changes from one time to the next.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "dedup", "font.size": 9}):
        figure = Figure(figsize=(7.2, 0.27 * len(kinds) + 1.2), layout="constrained")
        axes = figure.subplots()
        for number, (name, row) in enumerate(told.items()):
            found = [row["planted"]["kinds"][kind]["recall"] for kind in kinds]
            offset = 0.18 * (number - (len(told) - 1) / 2)
            heights = [place + offset for place in range(len(kinds))]
            axes.plot(
                found,
                heights,
                "osD^v"[number % 5],
                label=name,
                markersize=6 - number % 2,
                clip_on=False,
            )
        axes.set_yticks(range(len(kinds)), kinds)
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        axes.set_xlabel("share of planted copies found together with their original")
        axes.grid(axis="x", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        figure.legend(loc="outside upper center", ncols=len(told), frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(
            path, format="svg", metadata={"Date": None, "Description": f"results {digest(told)}"}
        )


def publish(results: Path) -> None:
    """Put the tables into the README, and draw the plot."""
    told = json.loads(results.read_bytes())["peers"]
    text = README.read_text(encoding="utf-8")
    for name, table in (("peers", speed_table(told)), ("planted", kinds_table(told))):
        marks = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text, times = re.subn(marks, rf"\g<1>{table}\g<2>", text, flags=re.DOTALL)
        if times != 1:
            raise ValueError(f"README.md needs one place marked {name}, not {times}")
    README.write_text(text, encoding="utf-8")
    plot(told, PLOT)


if __name__ == "__main__":
    publish(RESULTS / "peers.json")
