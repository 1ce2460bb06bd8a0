"""A small invented corpus with known copies, to try everything on.

Some fifty files in the manner of web-scraped Chinese administrative reports. Every county,
bureau, figure and sentence is made up. ``tests/gold/demo.json`` says which lines belong together.

``health`` ``food`` ``schools`` ``water`` ``roads`` ``agriculture`` ``culture`` ``fire``
``elderly`` ``environment`` ``employment``
    Work reports, plans and notices of six counties, Simplified as their bureaus wrote them; and
    pages of a sample-essay site that lifted parts of them: Traditional, with bracketed readings
    (``衛(wèi)生``), with characters lost, with sentences inserted, cut off at a paywall, with
    places and dates blanked out, between prefaces, watermarks and series headings. The yearly
    reports of three counties share one template, as do two years of grain figures.
``misc``
    English and mixed documents, and an empty file.
``web/records.jsonl``
    Six records and a broken one, with the fields ``id``, ``text``, ``date`` and ``source``; one
    id occurs twice, one text is empty, and strings are escaped in several ways.

Hard input on purpose: a document with CRLF line ends (``water/flood-season.txt``), one with a
byte-order mark (``culture/library.txt``), one with a line that is not UTF-8
(``fire/winter-liutang.txt``), one hard-wrapped (``water/drought-wrapped.txt``), one of a single
heading (``elderly/heading-only.txt``), a file name in Chinese.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["corpus_path"]


def corpus_path() -> Path:
    """Return the folder that holds the demo corpus, as it was installed."""
    return Path(__file__).with_name("corpus")
