"""Formulas: each pattern on sentences made up for it, by RE2 and by Python alike."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dedup import formulas

LABELS = {
    "第三条 养犬人应当办理登记": "第三条 ",
    "第三十二条之一 犬只": "第三十二条之一 ",
    "（二）": "",
    "(二)疏通河道": "(二)",
    "三、下一步打算": "三、",
    "1.2.3 scope": "1.2.3 ",
    "## 第四章 罚则": "## 第四章 ",
    "b) keep the bridge": "b) ",
    "article 7. dogs": "article 7. ",
    "一是修路": "一是",
    "第二,修桥": "第二,",
    "2031年工作总结": "",
    "三个村庄": "",
    "第三产业": "",
    "* 小桥": "* ",
}
MATCHES = {
    "CHAPTER": (["## 总则", "第四章 罚则", "(第二节) 犬只"], ["第四条 犬只", "四、犬只"]),
    "HEADING": (
        ["## 总则", "四、犬只的登记", "3.1 scope of use", "section 4 dogs"],
        ["(四)犬只", "第四条 犬只", "dogs"],
    ),
    "DATED": (
        ["2031年4月5日望泽县人民代表大会常务委员会通过", "(二〇三一年四月五日县政府公布)"],
        ["2031年4月5日下雨", "自2031年4月5日起施行"],
    ),
    "STOCK": (
        ["## 第一章 总则", "第七章 附 则", "3. definitions.", "limitation of liability"],
        ["第三章 犬只的登记", "definitions of a dog", "3. limited liability of dogs"],
    ),
    "STANDARD": (
        ['this bridge is provided "as is".', "redistributions of source code must retain it"],
        ["the bridge is as old as is known"],
    ),
    "NOTICE": (["no warranties of any kind", "governed by the laws"], ["walk the path by day"]),
    "PAGE": (["本站内容由会员上传", "转载请注明", "all rights reserved"], ["河道已经疏通"]),
    "VERSION": (["dog register v2.1", "copyright 2031", "(c) someone"], ["dog register"]),
    "SLOGAN": (
        ["(三)加快发展养殖业", "全面推进修路", "二是修路"],
        ["养殖业加快发展", "第三条 修路"],
    ),
    "NORM": (["养犬人应当登记", "办法由县政府制定"], ["大力发展养殖业"]),
}
FORMULAS = {
    "coming into force, repeal": "第九条 本办法自2031年5月1日起施行。",
    "why and for what it is": "为了实施《望泽县养犬条例》,结合本县实际,制定本办法。",
    "who is in charge": "县林业部门主管全县的护林工作。",
    "who does his part, means, rewards": "护林经费列入县级财政预算。",
    "other rules hold, catch-all items": "(九)其他影响河道的行为。",
    "liability, remedies, powers": "构成犯罪的,依法追究刑事责任。",
    "amendments": "将第七条第二款修改为:",
    "salutations, thanks, lead-ins": "现在,我代表县政府向大会报告工作。",
}


def by_re2(pattern: str, text: str) -> bool:
    found: bool = pc.match_substring_regex(pa.array([text]), pattern)[0].as_py()
    return found


@pytest.mark.parametrize(("text", "label"), LABELS.items())
def test_labels(text: str, label: str) -> None:
    pattern = f"(?P<label>{formulas.LABEL})"
    assert pc.extract_regex(pa.array([text]), pattern)[0]["label"].as_py() == label
    found = re.match(formulas.LABEL, text)
    assert found is not None
    assert found[0] == label


@pytest.mark.parametrize("name", MATCHES)
def test_patterns(name: str) -> None:
    pattern = getattr(formulas, name)
    for wanted, texts in zip((True, False), MATCHES[name], strict=True):
        for text in texts:
            assert by_re2(pattern, text) is wanted, text
            assert (re.search(pattern, text) is not None) is wanted, text


def test_every_formula_has_its_sentence_and_a_duty_is_none() -> None:
    assert set(FORMULAS) == set(formulas.FORMULAS)
    for name, text in FORMULAS.items():
        assert by_re2(formulas.FORMULAS[name], text), name
    content = "养犬人携犬外出时应当束牵引带,并避让老年人、残疾人和儿童。"
    assert not any(by_re2(pattern, content) for pattern in formulas.FORMULAS.values())


def test_all_patterns_have_tests() -> None:
    assert {*MATCHES, "FORMULAS", "LABEL"} == set(formulas.__all__)
