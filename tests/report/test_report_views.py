"""What the report shows, as data: the same as the gold one, and within its bytes.

After a change that is meant, ``DEDUP_ACCEPT=1 python -m pytest tests/report/test_report_views.py``
writes the gold file anew; then read what differs.
"""

from __future__ import annotations

import dataclasses
import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from commandline import dedup
from hypothesis import given
from hypothesis import strategies as st
from naive import report as naive

from dedup.demo import corpus_path
from dedup.report import write_report
from dedup.report.charts import histogram_chart
from dedup.report.comparing import Comparing
from dedup.report.folder import Folder
from dedup.report.gathering import gather
from dedup.report.sections import _Anchor, _chain
from dedup.report.texts import Text, pieces
from dedup.report.views import Change, Page
from dedup.run import run

GOLD = Path(__file__).parents[1] / "gold" / "report.json"

CORPUS = {
    "2021-03-01 岭南县.txt": """岭南县渡口管理工作总结
全县十二处渡口全部换装了钢质渡船，老旧木船一律拖上岸封存，摆渡人员每年参加两次救生演练。
夜间渡运从晚上九点停止，遇到大风和洪水预警，渡口值班员有权当场停航，并在码头竖起红旗。
今年共检查渡船36艘次，查出隐患14处，已全部整改到位，渡工持证率达到百分之百。
""",
    "2022-03-01 岭北县.txt": """岭北县渡口管理工作总结
全县九处渡口今年添置了救生衣，学生过渡须由家长或者老师陪同。
夜间渡运从晚上九点停止，遇到大风和洪水预警，渡口值班员有权当场停航，并在码头竖起红旗。
今年共检查渡船52艘次，查出隐患21处，已全部整改到位，渡工持证率达到百分之百。
""",
    "范文.txt": """\
全縣(xiàn)十二處(chù)渡口全部換(huàn)裝了鋼質渡船，老舊木船一律拖上岸封存，\
擺渡人員每年參加三次救生演練。
夜間渡運從晚上九點停止，遇到大風和洪水預警，渡口值班員有權當場停航，並在碼頭豎起紅旗。
""",
    "旅游.md": """\
沿江步道的起点在老渡口，游客常问夜里能不能坐船。答案写在码头的牌子上：\
夜间渡运从晚上九点停止，遇到大风和洪水预警，渡口值班员有权当场停航，\
别处的夜航都是包船。

秋天的芦苇最好看，带一件外套。
""",
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    for name, text in CORPUS.items():
        path = folder / "corpus" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    run([folder / "corpus"], folder / "out", report=False)
    return folder / "out"


@pytest.fixture(scope="module")
def page(out: Path) -> Page:
    return gather(Folder(out), "0")


def test_the_views_are_those_that_were_accepted(page: Page):
    told = json.dumps(dataclasses.asdict(page), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("DEDUP_ACCEPT"):
        GOLD.write_text(told, encoding="utf-8")
    assert json.loads(told) == json.loads(GOLD.read_text(encoding="utf-8"))


def test_texts_are_whole_and_their_spans_are_where_the_ledger_has_them(page: Page, out: Path):
    rows = [json.loads(line) for line in (out / "provenance.jsonl").read_text().splitlines()]
    for view in page.texts:
        name = page.documents.file[view.document]
        assert view.text == CORPUS[name]
        covered = dict.fromkeys(range(len(view.spans.kind)), "")
        for start, end, number in zip([0, *view.ends], view.ends, view.over, strict=False):
            if number >= 0:
                covered[number] += view.text[start:end]
        stretches = {row["text"] for row in rows if row["file"] == name}
        own = [covered[i] for i, source in enumerate(view.spans.source) if not source]
        assert own
        assert set(own) <= stretches
        units = {row["text"] for row in rows if row["file"] == name and row["kind"] != "passage"}
        assert units <= set(own)


def test_changes_turn_the_representative_into_the_member(page: Page):
    for told in page.evidence:
        for changes in told.members.changes:
            if isinstance(changes, bool):
                continue
            assert sum(length for _, length, _ in changes) == len(told.text)


@given(st.text(max_size=12), st.text(max_size=12))
def test_both_sides_of_a_difference_are_whole(source: str, copy: str):
    [changes] = Comparing().changes([(source, copy)])
    assert changes is not None
    assert _applied(source, changes) == copy


@pytest.mark.parametrize(
    ("source", "copy", "kind"),
    [
        ("縣", "县", "script"),
        ("縣(xiàn)", "县", "reading"),
        ("A", "a", "form"),
        ("\uff11\uff10", "10", "form"),
        ("县 城", "县城", "form"),
    ],
)
def test_what_is_only_written_differently_is_told_apart(source: str, copy: str, kind: str):
    assert {each[0] for each in Comparing().changes([(source, copy)])[0] or []} - {"equal"} == {
        kind
    }


SPAN = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3)).filter(
    lambda span: span[0] < span[1]
)


@given(st.lists(SPAN, max_size=8), st.integers(0, 2))
def test_pieces_are_those_of_the_naive_twin(spans: list[tuple[int, int, int]], more: int):
    starts, ends, ranks = (np.array([span[i] for span in spans], np.int64) for i in range(3))
    told = [each.tolist() for each in pieces(9 + more, starts, ends, ranks)]
    assert told == [list(each) for each in naive.pieces(9 + more, spans)]


@given(st.text(st.sampled_from("a县\U00020000\U0001f600"), max_size=9))
def test_offsets_are_counted_as_a_browser_does(text: str):
    at = np.arange(len(text) + 1)
    counted = [len(text[:i].encode("utf-16-le")) // 2 for i in at]
    assert Text(text).as_utf16(at).tolist() == counted


ANCHOR = st.tuples(*[st.integers(0, 6)] * 4).filter(lambda a: a[0] < a[1] and a[2] < a[3])


@given(st.lists(ANCHOR, max_size=6, unique=True))
def test_the_chain_of_a_section_is_the_longest(anchors: list[tuple[int, int, int, int]]):
    chain = _chain([_Anchor(*each, None) for each in anchors])
    assert sum(min(a.end - a.start, a.source_end - a.source_start) for a in chain) == (
        naive.longest_chain(anchors)
    )
    for one, other in pairwise(chain):
        assert (one.end <= other.start, one.source_end <= other.source_start) == (True, True)


def test_a_threshold_below_all_pairs_is_in_the_histogram(page: Page):
    drawn = histogram_chart(dataclasses.replace(page.overview, drop_threshold=0.02))
    assert drawn.count("<line") > histogram_chart(page.overview).count("<line")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run([corpus_path()], tmp_path_factory.mktemp("demo") / "out", report=False).out


def test_figures_are_those_of_the_naive_twins(demo: Path):
    told = gather(Folder(demo), "0")
    rows = {
        name: [json.loads(line) for line in (demo / f"{name}.jsonl").read_text().splitlines()]
        for name in ("provenance", "documents")
    }
    least = naive.least_similarities(rows["provenance"])
    assert dict(zip(told.groups.name, told.groups.similarity, strict=True)) == {
        name: round(1000 * least[name]) if name in least else None for name in told.groups.name
    }
    place = list(zip(told.documents.file, told.documents.row, strict=True))
    order = [place[i] for i in told.matrix.documents]
    cells = {(order[i], order[j], characters) for i, j, characters in told.matrix.cells}
    assert cells == {
        each for each in naive.cells(rows["documents"]) if {each[0], each[1]} <= set(order)
    }
    edges = pq.read_table(demo / "edges.parquet")
    for view, counts in (("literal", told.overview.similarity.literal),
                         ("masked", told.overview.similarity.masked)):  # fmt: skip
        similarity = edges.filter(pc.equal(edges["view"], view))["similarity"]
        assert counts == naive.histogram(similarity.to_pylist())
    for section in told.aligned:
        at = told.sections.section.index(section.section)
        text, source = (
            next(view.text for view in told.texts if view.document == index)
            for index in (told.sections.document[at], told.sections.source[at])
        )
        for i, changes in enumerate(section.changes):
            there = source[section.source_start[i] : section.source_end[i]]
            here = text[section.start[i] : section.end[i]]
            assert (changes is None) == (there == here or not section.linked[i])
            if changes is not None:
                assert _applied(there, changes) == here


def _applied(source: str, changes: list[Change]) -> str:
    at, here = 0, ""
    for kind, length, text in changes:
        here += source[at : at + length] if kind == "equal" else text
        at += length
    assert at == len(source)
    return here


def test_beyond_its_work_nothing_is_compared():
    comparing = Comparing(work=30)
    long, short = ("一" * 10, "二" * 10), ("一二", "二一")
    assert comparing.changes([long, short, short])[0] is None
    assert None not in comparing.changes([short])


def test_what_is_left_out_is_counted(out: Path):
    whole = write_report(out)
    assert whole.whole
    small = write_report(out, largest=303_500)
    assert small.groups.shown < small.groups.all == whole.groups.all
    assert small.texts.shown < small.texts.all
    assert small.size < whole.size
    least = gather(Folder(out), "0", 1)
    assert least.groups_shown.shown == least.groups_shown.all  # few rows are always there
    assert (least.evidence, least.texts, least.aligned) == ([], [], [])


def test_a_report_is_the_same_bytes_whatever_the_hash_seed(out: Path, tmp_path: Path):
    for seed in ("1", "2"):
        dedup("report", out, env={"PYTHONHASHSEED": seed})
        (out / "report.html").rename(tmp_path / seed)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
