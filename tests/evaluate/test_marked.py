"""Which links of a ledger are detections, of which copies, counted by hand."""

from __future__ import annotations

from typing import Any

from dedup.evaluate.links import Links
from dedup.evaluate.marked import score_marked
from dedup.evaluate.plagdet import Aligned, Span

ROLES = ["donor", "host", "host", "donor"]
Place = tuple[int, int, int]
"""Row, start, end."""


def row(kind: str, at: Place, source: Place | None, cluster: int | None = None) -> dict[str, Any]:
    """Return a row of a ledger; units begin at each hundredth character."""
    told: dict[str, Any] = {"kind": kind, "cluster": cluster, "family": None}
    for prefix, place in (("", at), ("source_", source)):
        document, start, end = place or (None, None, None)
        names = ("file", "row", "paragraph", "start", "end", "line", "doc")
        paragraph = None if start is None else start // 100
        values = ("f", document, paragraph, start, end, paragraph, f"d{document}")
        told |= {
            f"{prefix}{name}": None if place is None else value
            for name, value in zip(names, values, strict=True)
        }
    return told


def label(kind: str, copy: int, host: Place, donor: Place) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": kind, "copy": copy}
    for end, place in (("host", host), ("donor", donor)):
        told |= dict(zip((f"{end}_row", f"{end}_start", f"{end}_end"), place, strict=True))
    return told


LABELS = [
    label("cut", 0, (1, 0, 50), (0, 0, 50)),
    label("inside", 1, (1, 120, 180), (0, 140, 200)),
    label("words-30", 2, (2, 0, 80), (3, 0, 80)),
    label("split", 3, (1, 200, 240), (3, 200, 240)),
    label("split", 3, (2, 200, 240), (3, 240, 280)),
]


def marked(*rows: dict[str, Any]):
    return score_marked(LABELS, ROLES, Links(rows), "f", shortest=60)


def test_units_are_detections_whole_and_passages_to_the_character():
    score = marked(
        row("exact", (0, 0, 80), None, cluster=1),
        row("near", (1, 0, 50), (0, 0, 80), cluster=1),
        row("passage", (1, 110, 180), (0, 130, 200)),
    )
    assert (score.kinds["cut"].precision, score.kinds["cut"].recall) == (100 / 130, 1)
    assert (score.kinds["inside"].precision, score.kinds["inside"].recall) == (120 / 140, 1)
    assert (score.kinds["split"].precision, score.kinds["split"].recall) == (None, 0)
    assert score.all.precision == (100 / 130 + 120 / 140) / 2
    assert score.all.recall == 2 / 4  # words-30 is scored by itself alone
    assert [each["kind"] for each in score.missed] == ["words-30", "split", "split"]
    assert (score.wrong, score.unjudged) == ([], 0)


def test_the_source_of_a_row_may_be_the_copy():
    score = marked(row("passage", (3, 200, 240), (1, 200, 240)))
    assert (score.kinds["split"].precision, score.kinds["split"].recall) == (1, 0.5)


def test_what_is_marked_in_a_host_and_was_not_planted_is_wrong():
    beside = row("passage", (1, 300, 340), (3, 500, 540))
    elsewhere = row("passage", (2, 0, 80), (0, 0, 80))
    score = marked(beside, elsewhere, row("passage", (0, 0, 90), (3, 600, 690)))
    assert score.all.precision == 0  # of the one beside the copies
    assert score.kinds["words-30"].precision == 0
    assert score.kinds["cut"].detections == 0
    assert score.wrong == [
        Aligned(Span(("f", 1), 300, 340), Span(("f", 3), 500, 540)),
        Aligned(Span(("f", 2), 0, 80), Span(("f", 0), 0, 80)),
    ]


def test_hosts_are_linked_once_and_copies_of_one_donor_not_at_all():
    halves = row("near", (1, 200, 240), (2, 200, 240))
    others = row("near", (2, 500, 580), (1, 700, 780))
    score = marked(halves, others)
    assert score.all.detections == 1
    assert score.wrong == [Aligned(Span(("f", 1), 700, 780), Span(("f", 2), 500, 580))]


def test_short_units_that_were_not_planted_are_not_judged_and_short_passages_are():
    score = marked(row("near", (1, 300, 340), (3, 300, 390)))
    assert (score.all.detections, score.unjudged) == (0, 1)
    assert marked(row("passage", (1, 300, 340), (3, 300, 390))).all.detections == 1
    # A short unit that was planted is judged.
    assert marked(row("near", (1, 200, 240), (3, 700, 740))).all.precision == 0
