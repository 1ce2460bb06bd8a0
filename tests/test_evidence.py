"""Evidence of whole corpora: where groups stand and how they look, by hand and by the twin."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from corpora import texts
from hypothesis import given, settings
from hypothesis import strategies as st
from naive import classes as naive

import dedup
from dedup import Settings, formulas
from dedup.columns import numbers
from dedup.folding import fold_strings, load_tables
from dedup.rules import FILLED, NOTICE, PLAIN, REWORDED, TITLE, WORK

TABLES = load_tables()
ROADS = "今年全县新建农村公路{}公里，改造危桥{}座，群众出行更加方便。"
DUTY = "养犬人应当定期为犬只接种疫苗，携犬外出时应当束牵引带。"
ALONE = "图书馆每周二闭馆，读者可以在门口的还书箱里归还图书。"


def told(documents: Any, **options: Any) -> dict[str, dict[str, Any]]:
    """Return the rows of the clusters' table by the text of each."""
    result = dedup.find(documents, Settings(min_length=4, audit=0, passages=False, **options))
    rows = result.classes.table("cluster").to_pylist()
    return dict(zip(result.clusters["text"].to_pylist(), rows, strict=True))


def test_a_corpus_worked_by_hand() -> None:
    title = "望泽县养犬管理条例"
    documents = [
        f"{title}\n第一章 总则\n{DUTY}\n{ROADS.format(42, 3)}",
        f"{title}\n第一章 总则\n{DUTY}\n犬只应当登记。\n{ROADS.format(42, 3)}",
        f"{ALONE}\n第一章 总则\n{ALONE}\n其他事项另行公布。",
    ]
    rows = told(documents)
    head = rows["第一章 总则"]
    assert (head["units"], head["documents"], head["works"], head["texts"]) == (3, 3, 2, 1)
    # The first two share the other three units, the third shares nothing else with them.
    assert head["kin"] == pytest.approx((3 / 3 + 0 / 3) / 2)
    # Both of the first have the title before them, which the third has not.
    assert head["beside"] == pytest.approx(2 / 3)
    # It is the second of four, of five and of four units: in the first third of one document.
    assert (head["head"], head["foot"]) == (pytest.approx(1 / 3), 0.0)
    assert head["share"] == 1.0
    assert head["similarity"] == head["masked_similarity"] == head["fixed"] == 1.0
    assert head["headed"]
    assert head["chapter"]
    assert head["line"]
    assert head["labelled"]
    assert not head["figures"]
    assert not head["titled"]
    duty = rows[DUTY]
    assert (duty["documents"], duty["works"], duty["beside"]) == (2, 1, 1.0)
    assert duty["norm"]
    assert not duty["line"]
    assert rows[ROADS.format(42, 3)]["figures"]
    assert rows[ALONE]["documents"] == 1
    assert rows[title]["titled"] is False
    # What follows an opening mark is a title, too.
    assert told([f"见《\n{ALONE}", f"又见《\n{ALONE}"])[ALONE]["titled"]


def test_sources_and_dates_are_those_of_the_documents() -> None:
    rows = [
        {"id": "a", "text": DUTY, "date": "2031-05", "from": "x"},
        {"id": "b", "text": DUTY, "date": "2029-01", "from": "x"},
        {"id": "c", "text": DUTY, "from": "y"},
        {"id": "d", "text": ALONE},
        {"id": "e", "text": ALONE},
    ]
    found = told(rows, date_field="date", source_field="from")
    assert (found[DUTY]["sources"], found[DUTY]["since"], found[DUTY]["until"]) == (
        2, "2029-01", "2031-05",
    )  # fmt: skip
    assert (found[ALONE]["sources"], found[ALONE]["since"]) == (2, None)
    assert found[DUTY]["reasons"][-1] == "dates 2029-01 to 2031-05"
    assert len(found[ALONE]["reasons"]) == 3


def test_a_cluster_knows_of_its_family() -> None:
    # Two reports have the same figures, three more have others: the cluster is one filling.
    figures = [(42, 3), (42, 3), (58, 4), (77, 5), (91, 6)]
    rows = told([ROADS.format(*each) for each in figures])
    row = rows[ROADS.format(42, 3)]
    assert (row["documents"], row["spread"], row["filled"]) == (2, 4, 0.0)
    assert row["variant"]


def test_nothing_has_no_evidence() -> None:
    result = dedup.find([ALONE, DUTY], Settings(audit=0))
    assert len(result.classes.evidence) == 0
    assert result.classes.table("cluster").num_rows == result.classes.table("family").num_rows == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(texts(), min_size=2, max_size=8))
def test_evidence_is_the_twins(documents: list[str]) -> None:
    result = dedup.find(documents, Settings(threshold=0.3, min_length=2, audit=0, passages=False))
    finding, evidence, t = result.finding, result.classes.evidence, result.templates
    units = finding.units
    document = numbers(units["document"]).tolist()
    paragraph = numbers(units["paragraph"]).tolist()
    clusters = result.clusters["members"].to_pylist()
    families = result.families["members"].to_pylist()
    own = [row for row, at in enumerate(t.family_rows.tolist()) if at >= len(clusters)]
    groups = clusters + [families[row] for row in own]

    sizes = [0] * len(documents)
    for unit, compared in enumerate(finding.compared.tolist()):
        sizes[document[unit]] += compared
    kin = naive.kinship(clusters, document)
    work = naive.works(kin, sizes, WORK)
    of = [-1] * len(document)
    for base, some in ((0, clusters), (len(clusters), families)):  # what is in both, by family
        for number, members in enumerate(some):
            for unit in members:
                of[unit] = base + number
    per_document = [document.count(number) for number in range(len(documents))]
    all_shadows = fold_strings(result.texts_of(np.arange(len(document))).to_pylist(), TABLES)
    works = [len({work[document[unit]] for unit in members}) for members in groups]
    for row, members in enumerate(groups):
        held = naive.holders(members, document)
        assert evidence.units[row] == len(members)
        assert evidence.documents[row] == evidence.sources[row] == len(held)
        assert evidence.works[row] == works[row]
        assert evidence.share[row] == pytest.approx(works[row] / len(set(work)))
        assert evidence.kin[row] == pytest.approx(naive.kin_of(members, document, kin, sizes))
        assert evidence.beside[row] == pytest.approx(naive.beside(members, document, of))
        counts = [per_document[document[unit]] for unit in members]
        edges = [min(3, (count + 1) // 3) for count in counts]
        places = list(zip(members, counts, edges, strict=True))
        heads = [paragraph[unit] < edge for unit, _, edge in places]
        feet = [count - paragraph[unit] <= edge for unit, count, edge in places]
        assert evidence.head[row] == pytest.approx(sum(heads) / len(heads))
        assert evidence.foot[row] == pytest.approx(sum(feet) / len(feet))
        wider = next(
            (at for at, other in enumerate(groups) if _family_of(result, members) == other), row
        )
        assert evidence.spread[row] == max(works[row], works[wider])
        slotted = evidence.filled[wider] >= FILLED and evidence.reworded[wider] <= REWORDED
        assert evidence.variant[row] == (slotted and _family_of(result, members) is not None)

        shadow = all_shadows[members[0]]
        looks = _looks(shadow)
        before = members[0] - 1
        if before >= 0 and document[before] == document[members[0]]:
            looks["titled"] |= (
                result.texts_of(np.array([before]))[0]
                .as_py()
                .endswith(("《", "〈", "“", "「", "『"))
            )
        assert {name: getattr(evidence, name)[row] for name in looks} == looks


def _family_of(result: dedup.Result, members: list[int]) -> list[int] | None:
    number = result.family.of[members[0]]
    for row in result.families.to_pylist():
        if row["family"] == number:
            found: list[int] = row["members"]
            return found
    return None


def _looks(shadow: str) -> dict[str, Any]:
    """Return what is seen of a text, by Python's own regular expressions."""
    wide = sum(ord(character) >= 0x2E80 for character in shadow)
    alphabetic = wide * 3 < len(shadow)
    size = len(shadow) / 3 if alphabetic else len(shadow)
    rest = shadow[naive.label(shadow) :]

    def says(*patterns: str) -> bool:
        return any(re.search(pattern, shadow) for pattern in patterns)

    return {
        "length": len(shadow),
        "size": pytest.approx(size),
        "alphabetic": alphabetic,
        "labelled": naive.label(shadow) > 0,
        "open": naive.last(shadow) in set(";:"),
        "figures": any("0" <= character <= "9" for character in rest),
        "titled": "《" in shadow or "〈" in shadow,
        "headed": size <= PLAIN and says(formulas.HEADING),
        "chapter": size <= PLAIN and says(formulas.CHAPTER),
        "dated": size <= 2 * NOTICE and says(formulas.DATED),
        "stock": size <= TITLE and says(formulas.STOCK),
        "formula": size <= PLAIN and says(*formulas.FORMULAS.values()),
        "standard": alphabetic and size <= 2 * NOTICE and says(formulas.STANDARD),
        "notice": alphabetic and size <= 2 * NOTICE and says(formulas.NOTICE),
        "page": size <= 2 * NOTICE and says(formulas.PAGE),
        "version": alphabetic and size <= PLAIN and says(formulas.VERSION),
        "slogan": size <= TITLE and says(formulas.SLOGAN),
        "norm": size <= TITLE and says(formulas.NORM),
    }
