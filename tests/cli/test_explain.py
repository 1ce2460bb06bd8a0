"""``dedup explain``: what a person at a terminal sees of one paragraph."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result
from commandline import dedup, is_one_sentence, on_terminal

from dedup.cli import main
from dedup.run import run

COPY = ["employment/jobs-2023.txt", "--line", "11"]


def explain(out: Path, *arguments: str, **env: str) -> Result:
    return CliRunner().invoke(main, ["explain", str(out), *arguments], env=env)


def test_shows_the_copy_the_difference_and_the_rule(demo_out: Path):
    result = explain(demo_out, *COPY)
    assert (result.exit_code, result.stderr) == (0, "")
    for expected in (
        "employment/jobs-2023.txt, paragraph 10 (line 11)",
        "near employment/collection.txt, line 27",
        "similarity 0.686",
        "tagged: a number, date, place or negation differs",
        "[-每天凌晨-]{+早上+}五点",
        "written differently, but the same: 場設(shè) → 场设",
        "2 units",
        "站對面,[每天凌晨|早上]五點(diǎn)[|半]開門(mén),備有",
        "(this one)",
    ):
        assert expected in result.stdout, expected


def test_shows_a_passage_and_its_source(tmp_path: Path):
    copied = (
        "检查组走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账和消毒记录，当场封存过期调料"
    )
    (tmp_path / "in").mkdir()
    for name, before in (
        ("a", "本月还组织了两次业务培训，请上级单位的老师讲授文书整理的方法，共有六十余人参加。"),
        ("b", "全年新增绿地面积四十公顷，改造供水管网十二公里，完成了东湖公园二期的竣工验收。"),
    ):
        (tmp_path / f"in/{name}.txt").write_text(f"{before}{copied}。\n", encoding="utf-8")
    run([tmp_path / "in"], tmp_path / "out")
    told = explain(tmp_path / "out", "b.txt", "--line", "1")
    assert told.exit_code == 0, told.stderr
    assert "a stretch of a.txt, line 1" in told.stdout
    assert copied in told.stdout
    whole = explain(tmp_path / "out", "b.txt")
    assert "passage 1.00 a.txt, line 1" in whole.stdout


def test_says_who_had_the_text_first_and_why(demo_out: Path):
    told = explain(demo_out, *COPY).stdout
    assert "\n  this one had it first\n" in told
    assert (
        "\n  first in employment/jobs-2023.txt, line 11 (2023)\n    inferred: no readings" in told
    )


def test_shows_who_had_it_over_the_years(tmp_path: Path):
    text = "全县新改建农村公路一百四十六公里，改造危桥九座，安装防护栏七十二公里。"
    for year in (2001, 2002, 2003):
        (tmp_path / f"{year}年.txt").write_text(text, encoding="utf-8")
    run([tmp_path], tmp_path / "out")
    told = explain(tmp_path / "out", "2003年.txt", "--line", "1").stdout
    assert "  the other had it first\n" in told
    assert "  2001  2001年.txt, line 1\n  2002  2002年.txt, line 1  from 2001年.txt" in told
    assert "  2003  2003年.txt, line 1  from 2002年.txt, line 1\n" in told


def test_colour_stands_for_the_marks_and_no_color_brings_them_back(demo_out: Path):
    _, coloured = on_terminal(
        "explain", demo_out, *COPY, env={"TERM": "xterm-256color", "NO_COLOR": ""}
    )
    assert "\x1b[9;31m每天凌晨\x1b[0m\x1b[1;32m早上\x1b[0m" in coloured
    assert "{+" not in coloured
    _, plain = on_terminal("explain", demo_out, *COPY, env={"TERM": "xterm", "NO_COLOR": "1"})
    assert "[-每天凌晨-]{+早上+}" in plain.replace("\r\n", "")
    assert "\x1b[9;31m" not in plain


def test_what_stands_in_place_of_what_is_counted(tmp_path: Path):
    form = "全體巡庫員完成了我{0}小型水庫的除險加固，\n巡查記錄由我{0}水利局保管備查。"
    texts = [form.format(place) for place in ("縣", "市", "市", "省")]
    (tmp_path / "a.txt").write_text("\n\n".join(texts), encoding="utf-8")
    out = tmp_path / "out"
    done = dedup("run", tmp_path / "a.txt", "-o", out, "--unit", "blank")
    assert done.returncode == 0, done.stderr
    shown = explain(out, "a.txt", "--paragraph", "1").stdout
    assert (
        "  全體巡庫員完成了我[縣|市|省]小型水庫的除險加固， 巡查記錄由我[縣|市|省]水利局"
        "保管備查。\n  substituted: 縣 → 市 × 4, 縣 → 省 × 2\n"
    ) in shown


def test_fits_a_narrow_terminal(demo_out: Path):
    from rich.cells import cell_len

    env = {"TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "60"}
    code, written = on_terminal("explain", demo_out, "roads/newsletter.txt", "--line", "4", env=env)
    assert code == 0
    lines = written.replace("\x1b[1m", "").replace("\x1b[0m", "").split("\r\n")
    assert max(map(cell_len, lines)) <= 60


def test_all_repeated_paragraphs_of_a_document(demo_out: Path):
    result = explain(demo_out, "roads/newsletter.txt")
    assert result.exit_code == 0
    assert "roads/newsletter.txt: 4 repeated" in result.stdout
    assert "paragraph 1 (line 2) tagged: near 0.82 roads/baidu-2022.txt, line" in result.stdout


def test_what_is_not_repeated_is_no_error(demo_out: Path):
    result = explain(demo_out, "roads/newsletter.txt", "--paragraph", "0")
    assert result.exit_code == 0
    assert "paragraph 0: nothing like it was found" in result.stdout
    assert "1-4" in result.stdout
    assert "nothing in it is repeated" in explain(demo_out, "misc/empty.txt").stdout


def test_a_paragraph_of_which_others_have_a_stretch(tmp_path: Path):
    passage = (
        "零工市场设在长途汽车站对面，雇主扫码登记以后才能进场招人，工种、工钱、时长写在屏幕上。"
    )
    (tmp_path / "a.txt").write_text(f"甲地的第一段说的是别的事。\n{passage}", encoding="utf-8")
    long = (
        f"乙地的人民群众十分满意，{passage}冬天的河面结了厚厚的冰，孩子们在上面滑来滑去不肯回家。"
    )
    (tmp_path / "b.txt").write_text(
        f"{long}老人们坐在墙根下晒太阳，讲起许多年前的旧事。", encoding="utf-8"
    )
    run([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "out")
    for option in ("--line", "2"), ("--paragraph", "1"):
        told = explain(tmp_path / "out", "a.txt", *option).stdout
        assert "it repeats nothing" in told
        assert "a stretch of it: b.txt, line 1, tagged" in told
    assert "stand elsewhere, in part: 1" in explain(tmp_path / "out", "a.txt").stdout


def test_an_unknown_document_gets_suggestions(demo_out: Path):
    result = explain(demo_out, "roads/newslettre.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert is_one_sentence(result.stderr, ["roads/newsletter.txt"])


def test_json_holds_everything(demo_out: Path):
    result = explain(demo_out, *COPY, "--json")
    told = json.loads(result.stdout)
    link = told["links"][0]
    assert "".join(change["copy"] for change in link["changes"]) == link["text"]
    assert "".join(change["source"] for change in link["changes"]) == link["source_text"]
    assert [member["line"] for member in told["cluster"]["members"]] == [27, 11]
    assert told["cluster"]["origin"]["status"] == "inferred"
    assert told["cluster"]["chain"] is None
    assert len(json.loads(explain(demo_out, "roads/newsletter.txt", "--json").stdout)["rows"]) == 4


def test_a_folder_without_a_run(tmp_path: Path):
    done = dedup("explain", tmp_path, "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert is_one_sentence(done.stderr, [str(tmp_path)])


def test_sections_of_a_document_are_shown_on_either_side(tmp_path: Path):
    texts = (
        "检查组先后走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账和从业人员健康证明。",
        "上半年共发放宣传手册四千余份，举办培训班六期，食堂从业人员的持证率提高到了九成以上。",
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("\n".join(texts), encoding="utf-8")
    (tmp_path / "in/b.txt").write_text("另一份材料的标题\n" + "\n\n".join(texts), encoding="utf-8")
    assert dedup("run", tmp_path / "in", "-o", tmp_path / "out").returncode == 0
    for doc, shown in (
        ("b.txt", "section, lines 2 to 4: a.txt, lines 1 to 2"),
        ("a.txt", "section, lines 1 to 2: b.txt, lines 2 to 4"),
    ):
        result = explain(tmp_path / "out", doc)
        assert result.exit_code == 0
        assert f"{shown}\n    2 units and 0 passages in one order, 85 characters\n" in result.stdout
        (section,) = json.loads(explain(tmp_path / "out", doc, "--json").stdout)["sections"]
        assert (section["doc"], section["source_doc"]) == ("b.txt", "a.txt")


def test_a_passage_is_compared_with_the_stretch_it_is_of(tmp_path: Path):
    text = "检查组先后走访了城区的三家集贸市场和两所寄宿制学校，查看了进货台账和从业人员健康证明。"
    other = (
        "东湖公园二期工程四月开工，铺设步道两公里，栽种香樟和银杏一千二百棵，年底以前向市民开放。"
    )
    copy = text.replace("两所", "六所")
    (tmp_path / "in").mkdir()
    # The paragraph that has the stretch is itself repeated, and has a row of its own.
    for name, line in (("a", other + text), ("b", copy + other[::-1]), ("c", other + text)):
        (tmp_path / f"in/{name}.txt").write_text(line, encoding="utf-8")
    assert dedup("run", tmp_path / "in", "-o", tmp_path / "out").returncode == 0
    result = explain(tmp_path / "out", "b.txt", "--line", "1")
    assert result.exit_code == 0
    assert "a stretch of a.txt, line 1\n" in result.stdout
    assert f"\n{text[:18]}[-两-]{{+六+}}{text[19:]}\n" in result.stdout
