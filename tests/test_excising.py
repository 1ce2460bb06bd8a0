"""What goes of passages, and by class: nothing that is said is lost, and what went comes back."""

from __future__ import annotations

import dataclasses
import json
import random
from typing import Any

import numpy as np
import pytest
from corpora import contents, lay_out
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from naive.sentences import said

import dedup
from dedup import Decisions, Result, Settings, folding
from dedup.corpus.patch import restore
from dedup.run import run

few = settings(
    max_examples=60, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
TABLES = folding.load_tables()

SENTENCES = [
    "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革，完成投资1200万元。",
    "全县新建农村公路一百四十六公里，改造危桥九座，群众出行条件明显改善。",
    "教育部门对各中小学校的食堂逐一检查，发现问题十一处，已经全部整改到位。",
    "值得一提的是，文化馆今年的展览吸引了三万多名观众前来参观。",
    "但个别学校的食堂没有按时整改。",
    "工会为环卫职工送去了雨衣、手套和常用药品，“请大家注意安全！”",
    "The committee shall publish the report within 30 days of the meeting, in both languages.",
]
OTHERS = [
    "本文先说别的事情，与此没有什么关系。", "图书馆每周二闭馆，读者可以还书。",
    "她说：“到了秋天再来。”", "No one asked about the bridge again. ",
]  # fmt: skip


@st.composite
def corpora(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Draw documents of paragraphs that have some of a few sentences, some of their own."""
    piece = st.sampled_from([*SENTENCES, *SENTENCES, *OTHERS])
    label = st.sampled_from(["", "", "", "第三条 ", "一、"])
    pieces = st.lists(piece, min_size=1, max_size=6).map("".join)
    paragraph = st.builds("{}{}".format, label, pieces)
    documents = draw(st.lists(st.lists(paragraph, max_size=4), min_size=2, max_size=5))
    end = draw(st.sampled_from(["\n", "\n\n", "\r\n"]))
    return [(f"d{n}", end.join(paragraphs)) for n, paragraphs in enumerate(documents)]


def told(text: str) -> set[str]:
    """Return what the sentences of all lines of a text say."""
    lines = folding.fold_strings(text.splitlines(), TABLES)
    return {part for line in lines for part in said(line).parts}


actions = st.sampled_from(["drop", "tag", "mask"])
classes = st.dictionaries(st.sampled_from(["copy", "quote", "repeat", "template"]), actions)
presets = st.sampled_from(["careful", "standard"])
whole = st.sampled_from([None, None, 0.5, 0.9])
keeps = st.sampled_from(["first", "longest"])
done = st.sampled_from(["drop", "mask"])


@few
@given(corpora(), presets, done, classes, whole, keeps, st.sampled_from([0, 20, 40]), st.data())
def test_all_that_is_said_is_still_said_somewhere(
    documents: list[tuple[str, str]],
    preset: str,
    action: str,
    by_class: dict[str, str],
    share: float | None,
    keep: str,
    least: int,
    data: st.DataObject,
) -> None:
    chosen = Settings(
        preset=preset, passage_action=action, class_action=by_class, drop_document=share,
        keep=keep, min_drop=least, exact=True, unit="line",
    )  # fmt: skip
    plain = dedup.find(documents, dataclasses.replace(chosen, passages=False, passage_action="tag"))
    hashes = sorted({f"{h:016x}{low:016x}" for h, low in zip(
        plain.finding.units["hash_high"].to_pylist(), plain.finding.units["hash_low"].to_pylist(),
        strict=True,
    )})  # fmt: skip
    some = st.lists(st.sampled_from(hashes), max_size=2) if hashes else st.just([])
    keeps, boilerplate, this = data.draw(some), data.draw(some), sorted(set(data.draw(some)))
    decided = Decisions(
        keep=keeps, boilerplate=boilerplate, keep_this=[(text, "d1", 0) for text in this]
    )
    result = dedup.find(documents, dataclasses.replace(chosen, decisions=decided))
    left = result.cleaned().to_pylist()
    # A document that goes whole may have something of its own.
    stays = [n for n, gone in enumerate(result.dropped_documents) if not gone]
    assert {part for n in stays for part in told(documents[n][1])} <= set().union(*map(told, left))
    check(result, documents)
    held = result.decision.grouping.decided.held
    assert not (result.dropped | result.masked)[held].any()
    texts = result.texts_of(np.flatnonzero(held)).to_pylist()
    document = result.finding.units["document"].to_numpy()[held]
    assert all(text in left[n] for text, n in zip(texts, document.tolist(), strict=True))


def check(result: Result, documents: list[tuple[str, str]]) -> None:
    """Compare the ledger with what went."""
    excision, rows = result.decision.excision, result.provenance.to_pylist()
    text = dict(documents)
    cut = [row for row in rows if row["kind"] == "passage" and row.get("cut")]
    assert len(cut) == (0 if excision is None else excision.passages.sum())
    removed = {
        (documents[row["row"]][0], i): row["masked"]
        for row in result.removals.to_pylist()
        for i in range(row["start"], row["end"])
    }
    for row in cut:
        masks = result.settings.passage_action == "mask"
        assert row["action"] == ("masked" if masks else "dropped")
        for span in row["cut"]:
            assert span["start"] < span["end"] <= len(text[row["doc"]])
            places = [(row["doc"], i) for i in range(span["start"], span["end"])]
            assert all(removed[place] == masks for place in places)
            # Marks and white space aside it is of the passage.
            within = text[row["doc"]][
                max(span["start"], row["start"]) : min(span["end"], row["end"])
            ]
            assert folding.fold_strings([within], TABLES)[0].strip()
    for row in rows:
        if row["kind"] != "passage":
            places = [(row["doc"], i) for i in range(row["start"], row["end"])]
            kinds = {removed.get(place) for place in places}
            assert (kinds == {False}) == (row["action"] == "dropped"), row
            assert (kinds == {True}) == (row["action"] == "masked"), row


def test_chains_leave_the_first_and_whole_units_go_with_their_lines() -> None:
    a, b, c, d = SENTENCES[:4]
    documents = [
        ("a", a + b + c), ("b", f"{OTHERS[0]}{a}{b}{d}"), ("c", f"{d}\n{b}{c}\n{OTHERS[1]}"),
        ("d", a),
    ]  # fmt: skip
    result = dedup.find(documents, Settings(passage_action="drop", preset="careful"))
    assert result.cleaned().to_pylist() == [
        a + b + c, OTHERS[0] + d, f"{d}\n{c}\n{OTHERS[1]}", "",
    ]  # fmt: skip
    assert result.units["action"].to_pylist() == [
        "kept",
        "kept",
        "kept",
        "tagged",
        "kept",
        "dropped",
    ]
    masked = dedup.find(documents, Settings(passage_action="mask", preset="careful"))
    assert masked.cleaned().to_pylist() == [
        a + b + c, f"{OTHERS[0]}[…]{d}", f"{d}\n[…]{c}\n{OTHERS[1]}", "[…]",
    ]  # fmt: skip
    for again in (masked.cleaned(), result.cleaned()):
        assert dedup.find(again.to_pylist(), Settings(preset="careful")).provenance.num_rows <= 1


def test_what_differs_by_a_figure_stays_but_for_aggressive() -> None:
    a, b = SENTENCES[:2]
    documents = [f"{OTHERS[0]}{a}{b}", f"{a.replace('1200', '1500')}{b}{OTHERS[1]}{OTHERS[2]}"]
    left = {
        preset: dedup.find(documents, Settings(passage_action="drop", preset=preset)).cleaned()
        for preset in ("careful", "standard", "aggressive")
    }
    rest = f"{OTHERS[1]}{OTHERS[2]}"
    other = a.replace("1200", "1500") + rest
    assert [left[preset][1].as_py() for preset in left] == [other, other, rest]


def test_punctuation_is_no_difference_to_standard() -> None:
    a, b = SENTENCES[:2]
    other = f"{OTHERS[1]}{a.replace('，', ',')}{b}{OTHERS[2]}"
    documents = [f"{OTHERS[0]}{a.replace('，', '、')}{b}", other]
    careful, standard = (
        dedup.find(documents, Settings(passage_action="drop", preset=preset)).cleaned()[1].as_py()
        for preset in ("careful", "standard")
    )
    assert standard == f"{OTHERS[1]}{OTHERS[2]}"
    assert careful == f"{OTHERS[1]}{a.replace('，', ',')}{OTHERS[2]}"


SHORT = "版权所有 不得转载"
FOOTER = "本文由某某网站整理发布，版权归原作者所有，未经许可不得转载。"


def page(seed: int, *more: str) -> str:
    """Return a page of text of its own, with what every page has below."""
    draw = random.Random(seed)
    own = [
        "".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(20)) + "。" for _ in "123456789"
    ]
    return "\n".join([*own, *more, SHORT, FOOTER])


PAGES = [page(n, SENTENCES[0]) if n in (2, 4) else page(n) for n in range(6)]


def units_of(result: Result) -> list[tuple[str, str]]:
    return [(row["text"], row["action"]) for row in result.units.to_pylist()]


def test_classes_have_actions_of_their_own() -> None:

    def actions_of(text: str, **chosen: Any) -> list[str]:
        result = dedup.find(PAGES, Settings(**chosen))
        return [action for its, action in units_of(result) if its == text]

    plain = dedup.find(PAGES)
    of = plain.grouped.class_of_unit
    names = {text: int(code) for (text, _), code in zip(units_of(plain), of, strict=True)}
    assert names[FOOTER] == 0  # boilerplate
    assert actions_of(FOOTER) == ["kept", *["dropped"] * 5]
    assert actions_of(FOOTER, class_action={"boilerplate": "drop"}) == ["kept", *["dropped"] * 5]
    assert actions_of(FOOTER, class_action={"boilerplate": "tag"}) == ["kept", *["tagged"] * 5]
    assert actions_of(FOOTER, class_action={"boilerplate": "mask"}) == ["kept", *["masked"] * 5]
    assert actions_of(FOOTER, class_action={"boilerplate": "remove"}) == ["dropped"] * 6
    # What is shorter than --min-drop stays, removed or not.
    assert actions_of(SHORT, class_action={"boilerplate": "remove"}) == ["kept", *["tagged"] * 5]
    assert actions_of(SHORT, class_action={"boilerplate": "remove"}, min_drop=8) == ["dropped"] * 6
    # Another class goes as before.
    assert actions_of(SENTENCES[0], class_action={"boilerplate": "tag"}) == ["kept", "dropped"]


def test_a_person_goes_before_the_classes() -> None:
    plain = dedup.find(PAGES)
    rows = {row["text"]: row["hash"] for row in plain.provenance.to_pylist()}

    def found(decisions: Decisions, **chosen: Any) -> tuple[list[str], set[str]]:
        result = dedup.find(PAGES, Settings(decisions=decisions, **chosen))
        rows = [row for row in result.provenance.to_pylist() if row["text"] == FOOTER]
        return [row["action"] for row in rows], {row["reason"] for row in rows}

    remove: dict[str, Any] = {"class_action": {"boilerplate": "remove"}}
    removed = "of a class that is removed"
    assert found(Decisions(), **remove) == (["dropped"] * 6, {removed})
    keep = Decisions(keep=[rows[FOOTER]])
    assert found(keep, **remove) == (["kept"] * 6, {"decision: keep"})
    this = Decisions(keep_this=[(rows[FOOTER], "2", 11)])
    actions, reasons = found(this, **remove)
    assert actions == ["dropped", "dropped", "kept", *["dropped"] * 3]
    assert reasons == {removed, "decision: keep_this"}
    drop = Decisions(drop=[rows[FOOTER]])
    for name in ("tag", "mask"):
        told = found(drop, class_action={"boilerplate": name})
        assert told == (["dropped"] * 6, {"decision: drop"})
    # What a person calls boilerplate is tagged, unless that class has an action that says more.
    copied = Decisions(boilerplate=[rows[SENTENCES[0]]])
    of = [dedup.find(PAGES, Settings(decisions=copied, **more)) for more in ({}, remove)]
    assert [[a for t, a in units_of(each) if t == SENTENCES[0]] for each in of] == [
        ["tagged", "tagged"], ["dropped", "dropped"],
    ]  # fmt: skip


def test_a_document_that_is_mostly_copied_goes_whatever_its_classes_are() -> None:
    texts = [SENTENCES[0] + "\n" + SENTENCES[1], f"{SENTENCES[0]}\n{SENTENCES[1]}\n好"]
    for action in ("tag", "mask"):
        chosen = {"class_action": {"copy": action, "repeat": action}}
        stays = dedup.find(texts, Settings(**chosen))
        assert stays.cleaned().to_pylist()[1].endswith("好")
        goes = dedup.find(texts, Settings(drop_document=0.9, **chosen))
        assert goes.cleaned().to_pylist()[1] == ""
    # What is removed with its class does not count: all that is left of the second is a copy.
    copied = [*PAGES, f"{SENTENCES[0]}\n{FOOTER}"]
    removes = Settings(drop_document=1.0, class_action={"boilerplate": "remove"})
    assert dedup.find(copied, removes).dropped_documents.tolist() == [*[False] * 6, True]


def test_what_is_only_tagged_is_not_cut_by_passages() -> None:
    a, b, d = SENTENCES[0], SENTENCES[1], SENTENCES[3]
    texts = [f"{a}{b}", f"{d}{a}{b}{OTHERS[0]}"]
    assert dedup.find(texts, Settings(passage_action="drop")).cleaned()[1].as_py() == d + OTHERS[0]
    for preset in ("aggressive", "careful", "standard"):
        tagged = Settings(passage_action="drop", class_action={"copy": "tag"}, preset=preset)
        result = dedup.find(texts, tagged)
        assert result.cleaned().to_pylist() == texts
    [row] = [row for row in result.provenance.to_pylist() if row["kind"] == "passage"]
    assert (row["action"], row["cut"]) == ("tagged", None)
    assert row["reason"] == "tagged: of a class that is only tagged"


@pytest.mark.parametrize("unit", ["line", "sentence", "blank", "auto"])
@pytest.mark.parametrize("marker", ["[…]", "【重复】", "[removed here]"])
def test_markers_are_no_repeats(unit: str, marker: str) -> None:
    draw = random.Random(unit + marker)
    own = [f"{name}在{place}过了一个平常的冬天。" for name, place in zip(
        "甲乙丙丁戊己庚辛", "东南西北上下左右", strict=True)]  # fmt: skip
    texts = []
    for number in range(8):
        lines = [f"第{number + 11}条 {own[number]}"]
        lines += [f"第{n}条 {''.join(draw.sample(SENTENCES, 3))}" for n in (12, 13, 14)]
        texts.append("\n".join(lines))
    chosen: dict[str, Any] = {
        "passage_action": "mask", "unit": unit, "mask_marker": marker, "min_length": 4,
        "class_action": dict.fromkeys(("boilerplate", "template", "copy", "quote"), "mask"),
    }  # fmt: skip
    masked = dedup.find(texts, Settings(**chosen)).cleaned().to_pylist()
    assert sum(text.count(marker) for text in masked) > 8
    assert marker * 2 not in "".join(masked)
    rows = dedup.find(masked, Settings(**chosen)).provenance.to_pylist()
    assert not [row["text"] for row in rows if marker in row["text"] and row["kind"] != "passage"
                and len(row["text"].replace(marker, "").strip()) < 4]  # fmt: skip


FORMATS = ["txt", "jsonl", "csv", "tsv"]


@settings(few, max_examples=25)
@given(corpora(), done, classes, whole, st.sampled_from(["utf-8", "gb18030", "utf-16", "big5"]))
def test_what_went_comes_back_in_every_format(
    tmp_path_factory: pytest.TempPathFactory,
    documents: list[tuple[str, str]],
    action: str,
    by_class: dict[str, str],
    share: float | None,
    encoding: str,
) -> None:
    folder = tmp_path_factory.mktemp("excised")
    files: dict[str, str] = {f"{doc}.txt": text for doc, text in documents}
    files["rows.jsonl"] = "".join(
        json.dumps({"id": doc, "text": text}, ensure_ascii=number % 2 == 0) + "\r\n"
        for number, (doc, text) in enumerate(documents)
    )
    files["rows.csv"] = "id,text\n" + "".join(
        f'{doc},"{text}"\n' if "\n" in text or "," in text else f"{doc},{text}\n"
        for doc, text in documents
    ).replace("\r\n", "\n")
    files["rows.tsv"] = "text\n" + "".join(
        text.replace("\n", " ").replace("\r", "") + "\n" for _, text in documents
    )
    raw = {name: text.encode(encoding, "ignore") for name, text in files.items()}
    lay_out(folder / "in", raw)
    chosen = Settings(
        passage_action=action, class_action={**by_class, "boilerplate": "remove"},
        drop_document=share, exact=True,
        encoding="auto" if encoding in ("utf-8", "utf-16") else encoding,
    )  # fmt: skip
    run([folder / "in"], folder / "out", chosen)
    restore(folder / "out", folder / "back")
    assert contents(folder / "back") == raw
