"""Leaving: what a cleaned corpus leaves out, and where markers stand."""

from __future__ import annotations

import dedup
from dedup import Settings

ONE = "今年上半年，我县卫生系统认真贯彻落实上级部署，扎实推进医药卫生体制改革。"
TWO = "全县新建农村公路一百四十六公里，改造危桥九座，群众出行条件明显改善。"
OWN = "图书馆每周二闭馆，读者可以在门口的还书箱归还图书。"


def left_of(texts: list[str], **chosen: object) -> list[str]:
    settings = Settings(**chosen)  # type: ignore[arg-type]
    return dedup.find(texts, settings).cleaned().to_pylist()  # type: ignore[no-any-return]


def test_sentences_of_one_line_have_one_marker() -> None:
    texts = [f"{ONE}{TWO}\n{OWN}", f"{ONE} {TWO}{OWN}\n{TWO}\n{ONE}"]
    masks = {"class_action": {"copy": "mask", "repeat": "mask"}, "unit": "sentence"}
    assert left_of(texts, **masks)[1] == "[…]\n[…]\n[…]"
    texts[1] = f"{ONE} {TWO}{OWN[:-3]}。\n{TWO}"
    assert left_of(texts, **masks)[1] == f"[…]{OWN[:-3]}。\n[…]"
    assert left_of(texts, unit="sentence")[1] == f"{OWN[:-3]}。\n"


def test_lines_keep_their_ends_where_they_are_masked() -> None:
    texts = [f"{ONE}\n{TWO}\n", f"  {ONE}\r\n{TWO}\r\n{OWN}"]
    masks = {"class_action": {"copy": "mask"}}
    assert left_of(texts, **masks) == [texts[0], f"[…]\r\n[…]\r\n{OWN}"]
    assert left_of(texts) == [texts[0], OWN]


def test_a_document_that_goes_whole_has_no_marker() -> None:
    texts = [f"{ONE}\n{TWO}\n", f"{ONE}\n{TWO}\n好"]
    masks = {"class_action": {"copy": "mask"}, "mask_marker": "※"}
    assert left_of(texts, **masks)[1] == "※\n※\n好"
    assert left_of(texts, drop_document=0.9, **masks)[1] == ""
