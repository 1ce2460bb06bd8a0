"""Charts of results, as SVG that comes out the same for the same figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt


def draw_calibration(
    curves: Mapping[str, Any], defaults: Mapping[str, float | None], to: Path
) -> None:
    """Draw recall over the threshold, and false edges below it, one column for each shingle.

    Parameters
    ----------
    curves, defaults
        As ``benchmarks.calibrate`` writes them.
    to
        The SVG file.
    """
    from benchmarks.calibrate import LINES

    settings = {"svg.hashsalt": "dedup", "svg.fonttype": "none", "font.size": 8}
    with mpl.rc_context(settings):
        figure, axes = plt.subplots(
            2, len(curves), figsize=(2.1 * len(curves), 5), sharex=True, sharey="row",
            height_ratios=[3, 1],
        )  # fmt: skip
        for (above, below), (shingle, sets) in zip(axes.T, curves.items(), strict=True):
            for name, (corpus, view, kinds) in LINES.items():
                recall = [sets[corpus][view]["recall"][kind] for kind in kinds]
                x = [float(t) for t in recall[0]]
                y = [sum(each[t] for each in recall) / len(recall) for t in recall[0]]
                above.plot(x, y, label=name, linewidth=1.2)
            for label, style, counts in (
                ("wrong links of hosts", "-", sets["planted"]["either"]["false"]),
                ("links in natural text", ":", sets["planted"]["literal"]["natural"]),
            ):
                x = [float(t) for t in counts]
                below.plot(x, list(counts.values()), style, label=label, color="black")
            below.set_yscale("symlog", linthresh=1)
            below.set_xlabel("threshold")
            default = defaults[shingle]
            for axis in (above, below):
                axis.grid(alpha=0.3)
                if default is not None:
                    axis.axvline(default, color="black", linewidth=0.8, linestyle="--")
            above.set_title(shingle if default is None else f"{shingle}: {default:g}")
        axes[0, 0].set_ylabel("share found")
        axes[1, 0].set_ylabel("pairs")
        lines = [*axes[0, 0].get_lines()[: len(LINES)], *axes[1, 0].get_lines()[:2]]
        figure.legend(
            lines, [str(line.get_label()) for line in lines], loc="lower center", ncols=5,
            frameon=False,
        )  # fmt: skip
        figure.tight_layout(rect=(0, 0.15, 1, 1))
        figure.savefig(to, metadata={"Date": None})
        plt.close(figure)


def draw_scale(rows: Sequence[Mapping[str, Any]], fit: Mapping[str, float], to: Path) -> None:
    """Draw seconds and anonymous memory over the size of the corpus, and the line through them.

    ``rows`` and ``fit`` are what ``benchmarks.scale`` writes, ``to`` is the SVG file.
    """
    settings = {"svg.hashsalt": "dedup", "svg.fonttype": "none", "font.size": 8}
    size = [row["gigabytes"] for row in rows]
    line = [fit["fixed_seconds"] + fit["seconds_per_gb"] * each for each in size]
    with mpl.rc_context(settings):
        figure, (above, below) = plt.subplots(2, 1, figsize=(5, 5), sharex=True)
        above.plot(size, [row["seconds"] for row in rows], "o", color="black", label="seconds")
        above.plot(size, line, color="black", linewidth=0.8, label="fit")
        above.set_yscale("log")
        above.set_ylabel("seconds")
        above.legend(frameon=False)
        below.plot(size, [row["anonymous_mb"] for row in rows], "o-", color="black")
        below.set_ylim(bottom=0)
        below.set_ylabel("anonymous memory, MB")
        below.set_xscale("log")
        below.set_xticks(size, [f"{each:g}" for each in size])
        below.set_xlabel("GB of text")
        for axis in (above, below):
            axis.grid(alpha=0.3)
        figure.tight_layout()
        figure.savefig(to, metadata={"Date": None})
        plt.close(figure)
