"""Floors under the measured quality: no change lets a figure fall without somebody saying so.

::

    python -m benchmarks.floors RESULTS            # fail where a figure is below its floor
    python -m benchmarks.floors RESULTS --write    # raise floors to what was measured
    python -m benchmarks.floors RESULTS --write --lower    # lower them too, or for other data

Floors are of the data that they were measured on, which they name by digest.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.corpora import CHECKOUT

FLOORS = CHECKOUT / "tests" / "quality" / "floors.json"
PREFIX = "quality."
"""Of the figures that have floors: shares, of which more is better."""
DIGITS = 6

Floors = dict[str, dict[str, dict[str, Any]]]


def shortfalls(result: Mapping[str, Any], floors: Floors) -> list[str]:
    """Return what is wrong with a result, one sentence each; nothing if it keeps its floors."""
    name = result["benchmark"]
    if name not in floors:
        return [f"{name} has no floors: write them with --write"]
    known = floors[name]
    if known["data"] != result["data"]:
        other = sorted(k for k in known["data"] if known["data"][k] != result["data"].get(k))
        return [f"{name} was measured on other data than its floors: {', '.join(other) or 'more'}"]
    found = []
    for figure, floor in known["figures"].items():
        value = result["figures"].get(figure)
        if value is None:
            found.append(f"{figure} was not measured; its floor is {floor}")
        elif round(value, DIGITS) < floor:
            found.append(f"{figure} is {value:.6f}, below its floor {floor}")
    return found


def written(result: Mapping[str, Any], floors: Floors, *, lower: bool) -> Floors:
    """Return the floors with those of a result raised to it, or set to it with ``lower``.

    Raises
    ------
    ValueError
        If that would lower a floor, or move it to other data, and ``lower`` does not say so.
    """
    name = result["benchmark"]
    wrong = shortfalls(result, floors) if name in floors else []
    if wrong and not lower:
        raise ValueError("; ".join(wrong))
    figures = {
        figure: round(value, DIGITS)
        for figure, value in sorted(result["figures"].items())
        if figure.startswith(PREFIX)
    }
    return {**floors, name: {"data": dict(result["data"]), "figures": figures}}


def read_floors() -> Floors:
    """Return the floors of the checkout."""
    floors: Floors = json.loads(FLOORS.read_bytes()) if FLOORS.exists() else {}
    return floors


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floors")
    parser.add_argument("results", type=Path, help="folder of result files")
    parser.add_argument("--write", action="store_true", help="raise the floors")
    parser.add_argument("--lower", action="store_true", help="lower them, too")
    options = parser.parse_args()
    floors = read_floors()
    wrong = []
    for path in sorted(options.results.glob("quality-*.json")):
        result = json.loads(path.read_bytes())
        if not options.write:
            wrong += shortfalls(result, floors)
            continue
        try:
            floors = written(result, floors, lower=options.lower)
        except ValueError as error:
            wrong.append(f"{error} (--lower lowers floors)")
    if options.write and not wrong:
        FLOORS.parent.mkdir(exist_ok=True)
        FLOORS.write_text(f"{json.dumps(floors, indent=1)}\n", encoding="utf-8")
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
