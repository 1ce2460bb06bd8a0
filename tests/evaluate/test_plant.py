"""Planting: where copies go, what the labels say of it, and what the same seed gives."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest
from jsonschema import Draft202012Validator

from dedup.corpus.memory import documents_table
from dedup.demo import corpus_path
from dedup.engines.local import LocalEngine
from dedup.errors import CorpusError
from dedup.evaluate.alter import KINDS, donors_needed
from dedup.evaluate.plant import Planted, plant
from dedup.evaluate.trial import read_documents
from dedup.schemas import schema_text
from dedup.settings import Settings

ENGINE = LocalEngine(2)
SUBJECTS = ["水库", "道路", "学校", "医院", "图书馆", "养老院", "果园", "渔场", "粮仓", "公园"]
VERBS = ["修缮", "检查", "扩建", "清点", "走访", "记录", "评议", "规划", "养护", "验收"]
FOLK = [
    "邻居们",
    "老师们",
    "工程师",
    "志愿者",
    "护士长",
    "会计师",
    "退休职工",
    "大学生",
    "渔民",
    "木匠",
]


def essay(seed: int, paragraphs: int = 6) -> str:
    """Return paragraphs that share no five words in a row with any other."""
    draw = random.Random(seed)

    def clause() -> str:
        name = "".join(draw.choices("bdfgklmnprst", k=7))
        return f"{draw.choice(FOLK)}{name}{draw.choice(VERBS)}{draw.choice(SUBJECTS)}"

    return "\n".join("，".join(clause() for _ in range(9)) + "。" for _ in range(paragraphs))


def table(texts: list[str], settings: Settings):
    return documents_table([(f"d{n}", text) for n, text in enumerate(texts)], settings)


def planted(settings: Settings | None = None, **more) -> Planted:
    settings = settings or Settings()
    corpus = table([essay(n) for n in range(30)], settings)
    hosts = table([essay(n) for n in range(100, 110)], settings)
    return plant(corpus, hosts, settings, ENGINE, **({"copies": 3} | more))


@pytest.mark.parametrize("unit", ["auto", "line", "blank", "indent", "sentence", "document"])
def test_labels_are_true(unit: str):
    settings = Settings(unit=unit)  # type: ignore[arg-type]
    result = planted(settings, kinds=["verbatim", "merged", "split"], shortest=20)
    assert {label["kind"] for label in result.labels} == {"verbatim", "merged", "split"}
    validator = Draft202012Validator(json.loads(schema_text("planted")))
    for label in result.labels:
        validator.validate(label)
        donor, host = (result.documents[label[f"{end}_row"]] for end in ("donor", "host"))
        assert (donor["role"], host["role"]) == ("donor", "host")
        assert (donor["id"], host["id"]) == (label["donor_doc"], label["host_doc"])
        told = host["text"][label["host_start"] : label["host_end"]]
        assert told == label["text"]
        assert told == donor["text"][label["donor_start"] : label["donor_end"]]
        if unit == "line":
            for end, document in (("donor", donor), ("host", host)):
                lines = document["text"].split("\n")
                assert told in lines[label[f"{end}_line"] - 1]
                assert told in lines[label[f"{end}_paragraph"]]  # none is blank


def test_no_donor_is_copied_twice_and_every_kind_gets_its_share():
    result = planted(copies=4)
    kinds = {label["copy"]: label["kind"] for label in result.labels}
    counts = Counter(kinds.values())
    slots = {"places", "figures", "places-figures"}  # the essays have none
    assert counts == {kind: 4 for kind in KINDS if kind not in slots}
    donors = {(label["donor_row"], label["donor_paragraph"]) for label in result.labels}
    donors |= {(label["donor_row"], label["donor_paragraph"] + 1) for label in result.labels
               if label["kind"] == "across"}  # fmt: skip
    assert len(donors) == sum(map(donors_needed, kinds.values())) + counts["across"]


@pytest.mark.parametrize("unit", ["line", "sentence", "document"])
def test_what_goes_inside_is_a_part_of_a_longer_unit(unit: str):
    settings = Settings(unit=unit)  # type: ignore[arg-type]
    result = planted(settings, kinds=["inside", "across"], shortest=20)
    kinds = Counter(label["kind"] for label in result.labels)
    # There is nothing across two documents.
    assert kinds == ({"inside": 3} if unit == "document" else {"inside": 3, "across": 3})
    for label in result.labels:
        donor, host = (result.documents[label[f"{end}_row"]]["text"] for end in ("donor", "host"))
        start, end = label["host_start"], label["host_end"]
        source = donor[label["donor_start"] : label["donor_end"]]
        assert label["text"] == host[start:end]
        assert label["text"].replace("\n", "") == source.replace("\n", "")
        assert 0 < start < end < len(host)
        if unit != "document":
            around = host[start - 1], host[end], donor[label["donor_start"] - 1]
            assert "\n" not in (*around, donor[label["donor_end"]])


def test_without_long_units_nothing_goes_inside():
    settings = Settings()
    corpus = table([essay(n) for n in range(30)], settings)
    hosts = table([essay(100).replace("，", "\n")], settings)
    result = plant(corpus, hosts, settings, ENGINE, kinds=["verbatim", "inside"], copies=3)
    assert {label["kind"] for label in result.labels} == {"verbatim"}


def test_hosts_hold_nothing_that_stands_elsewhere():
    settings = Settings()
    again = essay(5, 1)
    corpus = table([essay(n) for n in range(20)] + [again], settings)
    hosts = table([f"{essay(200)}\n{again}\n{essay(201)}", again], settings)
    result = plant(corpus, hosts, settings, ENGINE, kinds=["words-5"], copies=2)
    assert [row["id"] for row in result.documents if row["role"] == "host"] == ["d0 (2)"]
    assert again not in result.documents[-1]["text"]
    assert len({row["id"] for row in result.documents}) == len(result.documents)


def test_the_same_seed_plants_the_same():
    assert planted() == planted()
    assert planted() != planted(Settings(seed=2))


def test_the_demo_corpus_is_its_own_host():
    settings = Settings()
    corpus = read_documents([corpus_path()], settings, ENGINE)
    result = plant(corpus, None, settings, ENGINE, copies=2)
    donors = {label["donor_row"] for label in result.labels}
    hosts = {label["host_row"] for label in result.labels}
    assert not donors & hosts
    assert len(result.documents) == corpus.num_rows
    assert {label["kind"] for label in result.labels} == set(KINDS)


def test_without_donors_or_hosts_one_is_told_what_to_give():
    settings = Settings()
    twice = table([essay(1), essay(1)], settings)
    other = table([essay(2)], settings)
    with pytest.raises(CorpusError, match="--donor-length"):
        plant(twice, other, settings, ENGINE)
    with pytest.raises(CorpusError, match="--hosts"):
        plant(twice, None, settings, ENGINE)
