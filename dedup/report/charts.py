"""Charts as SVG, drawn when the report is made; their colours are the page's, light or dark."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from typing import Any

import leather
from leather.shapes.base import Shape

from dedup.report.overview import BINS
from dedup.report.views import Documents, Overview

__all__ = ["class_chart", "curve_chart", "histogram_chart", "years_chart"]

_IN = "{http://www.w3.org/2000/svg}"
_CROPPED = 18
"""Of the margin of a chart, which the page has around it anyway."""
_DRAWN = {"fill", "stroke", "font-family"}
"""Attributes that the style sheet has better values for, by class."""


class Bins(Shape):  # type: ignore[misc]
    """Columns over stretches of a scale of numbers; several may share a stretch."""

    def __init__(self, part: int, parts: int, width: float = 1 / BINS) -> None:
        self._part, self._parts, self._width = part if parts > 1 else 0, parts, width

    def validate_series(self, series: Any) -> None:
        """Take any series of numbers."""

    def to_svg(
        self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Any
    ) -> ET.Element:
        """Return the columns; the palette goes on by one."""
        next(palette)
        group = ET.Element("g", {"class": "series bins"})
        base = float(y_scale.project(0, height, 0))
        for each in series.data():
            left, right = (float(x_scale.project(each.x + at, 0, width)) for at in (0, self._width))
            slot = (right - left) * 0.86 / self._parts
            top = float(y_scale.project(each.y, height, 0))
            if each.y:
                start = left + (right - left) * 0.07 + slot * self._part
                group.append(_rect(start, top, slot, base - top, f"{each.y:,}"))
        return group


def histogram_chart(told: Overview) -> str:
    """Return how many verified pairs have which similarity, and both thresholds."""
    bins = told.similarity
    drawn = [counts for counts in (bins.literal, bins.masked) if any(counts)]
    if not drawn:
        return ""
    begin = next(i for i in range(BINS) if any(counts[i] for counts in drawn))
    given = {told.threshold, told.drop_threshold}
    thresholds = [at for at in given if at is not None]
    begin = min([begin, *(int(at * BINS) for at in thresholds)])
    most = max(map(max, drawn))
    chart = leather.Chart()
    chart.set_x_scale(leather.Linear(begin / BINS, 1))
    chart.set_y_scale(leather.Linear(0, most * 1.08))
    for part, counts in enumerate((bins.literal, bins.masked)):
        data = [(i / BINS, counts[i]) for i in range(begin, BINS)]
        chart.add_series(leather.Series(data), Bins(part, 2))
    for at in thresholds:
        chart.add_line([(at, 0), (at, most * 1.08)], stroke_dasharray="4 3")
    chart.set_x_axis(leather.Axis(ticks=_shares(begin), tick_formatter=_two))
    chart.set_y_axis(leather.Axis(ticks=_counts(most), tick_formatter=_whole))
    return _drawn(chart, 560, 240, "histogram")


def curve_chart(told: Overview) -> str:
    """Return the probability that a pair of a similarity is compared, 1 - (1 - s^r)^b.

    Leskovec, Rajaraman and Ullman, *Mining of Massive Datasets*, section 3.4.2.
    """
    if told.bands is None or told.rows is None:
        return ""
    chart = leather.Chart()
    chart.set_x_scale(leather.Linear(0, 1))
    chart.set_y_scale(leather.Linear(0, 1))
    curve = [(i / 100, 1 - (1 - (i / 100) ** told.rows) ** told.bands) for i in range(101)]
    chart.add_line([(told.threshold, 0), (told.threshold, 1)], stroke_dasharray="4 3")
    chart.add_line(curve)
    if told.recall.interval is not None:
        chart.add_line([(told.threshold, at) for at in told.recall.interval], width=5)
    chart.add_dots([(told.threshold, told.recall.expected)], radius=5)
    chart.set_x_axis(leather.Axis(ticks=[i / 5 for i in range(6)], tick_formatter=_two))
    chart.set_y_axis(leather.Axis(ticks=[i / 4 for i in range(5)], tick_formatter=_percent))
    return _drawn(chart, 560, 240, "curve")


def class_chart(told: Overview) -> str:
    """Return the repeated characters by class."""
    if not told.classes:
        return ""
    most = max(each.characters for each in told.classes)
    chart = leather.Chart()
    names = [each.name for each in told.classes]
    data = [(each.characters, each.name) for each in told.classes]
    chart.set_x_scale(leather.Linear(0, most * 1.02))
    chart.add_bars(data, fill_color=_named)
    chart.set_x_axis(leather.Axis(ticks=_counts(most), tick_formatter=_whole))
    return _drawn(chart, 560, 60 + 34 * len(names), "classes", bars=names)


def years_chart(told: Documents) -> str:
    """Return the dated documents by year: their characters, and how many of those are repeated."""
    years: dict[int, tuple[int, int]] = {}
    for date, characters, repeated in zip(told.date, told.characters, told.repeated, strict=True):
        if date is not None and date[:4].isdecimal():
            whole, part = years.get(int(date[:4]), (0, 0))
            years[int(date[:4])] = whole + characters, part + repeated
    if len(years) < 2:
        return ""
    first, last = min(years), max(years)
    width = max(1, -(-(last - first + 1) // 60))  # years of a column
    columns: dict[int, tuple[int, int]] = {}
    for year, (whole, part) in sorted(years.items()):
        start = first + (year - first) // width * width
        before = columns.get(start, (0, 0))
        columns[start] = before[0] + whole, before[1] + part
    most = max(whole for whole, _ in columns.values())
    chart = leather.Chart()
    chart.set_x_scale(leather.Linear(first, last + width))
    chart.set_y_scale(leather.Linear(0, most * 1.08))
    for which in (0, 1):
        data = [(year, counted[which]) for year, counted in columns.items()]
        chart.add_series(leather.Series(data), Bins(which, 1, float(width)))
    step = next(
        s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if (last - first) / s <= 9
    )
    ticks = [year for year in range(first, last + 1) if year % step == 0]
    middles = [year + width / 2 for year in ticks or [first]]  # a column stands on its year
    chart.set_x_axis(leather.Axis(ticks=middles, tick_formatter=_year))
    chart.set_y_axis(leather.Axis(ticks=_counts(most), tick_formatter=_whole))
    return _drawn(chart, 860, 240, "years")


def _year(value: float, *_: int) -> str:
    return str(int(value))


def _named(datum: Any) -> str:
    return str(datum.y)  # becomes the class of the bar


def _rect(x: float, y: float, width: float, height: float, title: str) -> ET.Element:
    told = {"x": x, "y": y, "width": width, "height": height}
    rect = ET.Element("rect", {name: f"{value:.2f}" for name, value in told.items()})
    ET.SubElement(rect, "title").text = title
    return rect


def _shares(begin: int) -> list[float]:
    return [i / 10 for i in range(-(-begin // 2), 11)]


def _counts(most: int) -> list[int]:
    """Return three or four round numbers up to ``most``."""
    if most < 4:
        return [*range(most + 1)]
    rough = most / 3
    unit = 10 ** (len(str(int(rough))) - 1)
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return [*range(0, most + 1, step)]


def _two(value: float, *_: int) -> str:
    return f"{value:.1f}"


def _percent(value: float, *_: int) -> str:
    return f"{value:.0%}"


def _whole(value: float, *_: int) -> str:
    return f"{value:,.0f}"


def _drawn(chart: Any, width: int, height: int, name: str, bars: Sequence[str] = ()) -> str:
    """Return a chart as an element of the page: its size is a proportion, its colours classes."""
    drawing: str = _svg_of(chart, width, height)
    root = ET.fromstring(drawing)
    del root.attrib["width"], root.attrib["height"]
    top = _without_legend(root)
    box = _CROPPED, top + _CROPPED, width - 2 * _CROPPED, height - top - 2 * _CROPPED
    root.set("viewBox", " ".join(f"{side:g}" for side in box))
    root.set("class", f"chart {name}")
    root.set("aria-hidden", "true")
    series = 0
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        fill = element.get("fill")
        if element.tag == "rect" and fill in bars:
            element.set("class", f"bar class-{fill}")
        if element.tag == "text" and element.text in bars:
            element.set("data-t", f"class.{element.text}")
        if element.get("class", "").startswith("series"):
            element.set("class", f"{element.get('class')} n{series}")
            series += 1
        for attribute in _DRAWN & element.attrib.keys():
            if element.get(attribute) != "none":
                del element.attrib[attribute]
    background = root.find("g/rect")
    if background is not None:
        root[0].remove(background)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _without_legend(root: ET.Element) -> float:
    """Take the legend, which would be in one language, out of a chart; return how high it was."""
    inner = root.find(f"{_IN}g/{_IN}g")
    if inner is None:
        return 0.0
    header, body = inner
    for child in list(header):
        header.remove(child)
    moved = re.search(r"translate\(0 ([\d.]+)\)", body.get("transform", ""))
    return float(moved[1]) if moved else 0.0


def _svg_of(chart: Any, width: int, height: int) -> str:
    make: Callable[..., str] = chart.to_svg
    return str(make(width=width, height=height))
