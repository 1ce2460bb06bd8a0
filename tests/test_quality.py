"""The benchmarks of quality and the calibration, on examples small enough to count by hand."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np

import dedup
from benchmarks import calibrate, labelled, quality
from dedup.evaluate.plant import Planted
from dedup.settings import Settings

ONE = "为了加强本市行政区域内的环境保护工作，改善环境质量，根据有关法律制定本条例。"
TWO = "农村公路的养护和管理由县级交通运输主管部门负责，经费列入财政预算。"
THREE = "图书馆的读者活动安排在每月的第二个星期六，由志愿者主持，不收取任何费用。"


def test_the_share_of_the_shorter_document():
    result = dedup.find([("a", f"{ONE}\n{TWO}"), ("b", f"{ONE}\n{THREE}\n{THREE[::-1]}")])
    shares = quality.Shares(result)
    share = len(ONE) / (len(ONE) + len(TWO))
    assert shares.of_shorter("a", "b") == shares.of_shorter("b", "a") == share
    told = quality.score_documents(
        shares,
        [{"a": "a", "b": "b", "label": "same_law"}, {"a": "a", "b": "a", "label": "other_law"}],
    )
    assert (told["true"], told["false"], told["missed"], told["apart"]) == (1, 1, 0, 0)


def test_pairs_without_others_are_paired_with_the_next():
    pairs = [{"a": f"a{n}", "b": f"b{n}", "label": "same"} for n in range(3)]
    others = [(a, b) for a, b, _, same in quality.with_others(pairs) if not same]
    assert others == [("a0", "b1"), ("a1", "b2"), ("a2", "b0")]
    known = [*pairs, {"a": "a0", "b": "b2", "label": "other"}]
    assert len(quality.with_others(known)) == 4


def test_groups_are_scored_by_mask():
    changed = ONE.replace("本市", "本县")
    result = dedup.find([("a", f"{ONE}\n{TWO}"), ("b", changed), ("c", TWO)])
    groups = [
        {"mask": "P", "members": [{"id": "a", "par": 0, "text": ONE},
                                  {"id": "b", "par": 0, "text": changed}]},
        {"mask": "P", "members": [{"id": "a", "par": 1, "text": TWO}]},
        {"mask": "P", "members": [{"id": "c", "par": 0, "text": TWO}]},
    ]  # fmt: skip
    told = quality.score_groups(result, groups)["P"]
    assert (told["true"], told["false"], told["missed"]) == (1, 1, 0)
    assert told["b_cubed"] == {"precision": 0.75, "recall": 1.0}


def test_similarities_are_those_of_both_views_and_zero_where_none_is_compared():
    changed = ONE.replace("本市", "霍邱县")
    result = dedup.find([ONE, changed, TWO, "短"], Settings(threshold=1, exact=True))
    found = calibrate.similarities(result.finding, np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert found.masked.tolist() == [1, 0, 0]
    assert 0.7 < found.literal[0] < 0.8
    assert found.literal[1:].tolist() == [0, 0]
    assert found.of("either").tolist() == found.masked.tolist()


def planted() -> Planted:
    """Return a corpus in which a host has a copy, and two hosts a paragraph of their own."""
    own = f"{THREE}{TWO[::-1]}"
    texts = [("donor", f"{ONE}{TWO}"), ("host", f"{ONE}{TWO}\n{own}"), ("host", own + "。")]
    documents = [{"id": str(n), "role": role, "text": t} for n, (role, t) in enumerate(texts)]
    label = {"kind": "verbatim", "donor_row": 0, "donor_paragraph": 0, "host_row": 1,
             "host_paragraph": 0}  # fmt: skip
    return Planted(documents, [label])


def test_edges_of_hosts_that_no_label_explains_are_false():
    corpus = planted()
    corpus.documents[2]["text"] += "另外还有一句。"
    result = dedup.find(corpus.documents, Settings(threshold=0.3))
    told = calibrate.planted_curves(result.finding, corpus)
    assert told["literal"]["recall"] == {
        "verbatim": {f"{t:.2f}": 1.0 for t in calibrate.THRESHOLDS}
    }
    assert told["literal"]["false"]["0.60"] == 1
    assert told["masked"]["false"]["0.60"] == 1
    assert told["either"]["false"]["0.60"] == 2
    assert told["literal"]["natural"]["0.60"] == 1


def told(natural: list[int], false: list[int]) -> dict:
    at = {f"{t:.2f}": count for t, count in zip(calibrate.THRESHOLDS, natural, strict=True)}
    bad = {f"{t:.2f}": count for t, count in zip(calibrate.THRESHOLDS, false, strict=True)}
    return {
        "planted": {"literal": {"natural": at}, "either": {"false": bad}},
        "demo": {"either": {"false": dict.fromkeys(bad, 0)}},
    }


def test_a_default_links_no_more_than_the_anchor_and_nothing_wrongly():
    step = list(range(13, 0, -1))
    none = [0] * 13
    curves = {
        "words-2": told(step, none),  # 7 at .6
        "words-1": told([n + 2 for n in step], none),  # 7 at .7
        "chars-2": told([n - 1 for n in step], [1] * 8 + [0] * 5),  # nothing false from .7 on
        "chars-3": told([n + 20 for n in step], none),
    }
    assert calibrate.chosen(curves) == {
        "words-2": 0.6, "words-1": 0.7, "chars-2": 0.7, "chars-3": None,
    }  # fmt: skip


def test_the_demo_as_labelled_texts():
    texts, pairs, apart = labelled.demo()
    assert len(apart) == 20
    assert sum(map(len, pairs.values())) == 130
    assert len(set(texts)) == len(texts)


def test_charts_come_out_the_same(tmp_path: Path):
    from benchmarks.draw import draw_calibration

    recall = {f"{t:.2f}": 1 - t for t in calibrate.THRESHOLDS}
    corpus = {
        view: {
            "recall": defaultdict(lambda: recall),
            "false": dict.fromkeys(recall, 3),
            "natural": dict.fromkeys(recall, 9),
        }
        for view in calibrate.VIEWS
    }
    curves = {"words-2": defaultdict(lambda: corpus), "chars-9": defaultdict(lambda: corpus)}
    for name in ("a.svg", "b.svg"):
        draw_calibration(curves, {"words-2": 0.6, "chars-9": None}, tmp_path / name)
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert drawn == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "words-2: 0.6" in drawn
    assert all(name in drawn for name in calibrate.LINES)
