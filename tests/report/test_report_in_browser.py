"""The report in a browser: what somebody sees and does who has nothing but the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import Reader, opened_browser, reading
from playwright.sync_api import Browser, expect

from dedup import Settings
from dedup.decisions import Decisions
from dedup.demo import corpus_path
from dedup.report import write_pages
from dedup.report.page import words
from dedup.run import run

VIEWS = (
    "#/overview",
    "#/groups",
    "#/group/{market}",
    "#/documents",
    "#/document/health%2Fplan-collection.txt%3A0?line=34",
    "#/pair/health%2Fplan-collection.txt%3A0/health%2Fchengxi-2023-h1.txt%3A0",
    "#/matrix",
    "#/timeline",
    "#/review",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Path:
    out = tmp_path_factory.mktemp("report") / "out"
    run([corpus_path()], out)
    return out / "report.html"


@pytest.fixture(scope="module")
def market(report: Path) -> str:
    """Return the cluster that has a text with readings, and the same in other words."""
    lines = (report.parent / "clusters.jsonl").read_text(encoding="utf-8").splitlines()
    [found] = [row for row in map(json.loads, lines) if row["text"].startswith("零工市場")]
    return f"c{found['cluster']}"


@pytest.fixture
def reader(browser: Browser, report: Path) -> Iterator[Reader]:
    with reading(browser, report) as found:
        yield found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_view_opens_in_both_languages_and_colours(
    browser: Browser, report: Path, market: str, locale: str, scheme: str
):
    with reading(browser, report, locale=locale, color_scheme=scheme) as reader:
        for view in VIEWS:
            page = reader.open(view.format(market=market))
            assert page.get_attribute("html", "lang") == ("zh-Hans" if locale == "zh-CN" else "en")
            assert page.inner_text("main").strip()
            results = Axe().run(page)
            serious = [
                (found["id"], node["html"])
                for found in results.response["violations"]
                if found["impact"] in {"serious", "critical"}
                for node in found["nodes"]
            ]
            assert serious == [], view


@pytest.mark.parametrize("width", [400, 800, 2000])
def test_no_view_is_wider_than_its_window(browser: Browser, report: Path, market: str, width: int):
    with reading(browser, report, viewport={"width": width, "height": 900}) as reader:
        for view in VIEWS:
            page = reader.open(view.format(market=market))
            assert page.evaluate("document.documentElement.scrollWidth") <= width, view


def test_the_switches_are_remembered(reader: Reader):
    page = reader.open()
    page.click("#language")
    assert page.inner_text("#views a >> nth=1") == words()["view.groups"][1]
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "light"
    page = reader.open()
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.get_attribute("html", "data-theme") == "light"


def test_the_table_is_filtered_and_sorted_and_its_address_says_so(reader: Reader):
    page = reader.open("#/groups")
    expect(page.locator(".count")).to_have_text("78 of 78")
    page.check("text=copy")
    expect(page.locator(".count")).to_have_text("48 of 78")
    page.fill(".by-place input", "employment")
    page.fill(".by-text input", "零工")
    expect(page.locator(".count")).to_have_text("1 of 78")
    address = page.evaluate("location.hash")
    page = reader.open(address)
    expect(page.locator(".count")).to_have_text("1 of 78")
    page.fill(".by-text input", "nothing is like this")
    expect(page.locator("main .empty")).to_be_visible()

    page = reader.open("#/groups")
    page.click("[role=columnheader].of-units button")
    units = page.locator(".space .of-units").all_inner_texts()
    assert [*map(int, units)] == sorted(map(int, units), reverse=True)


def test_a_difference_can_be_read(reader: Reader, market: str):
    page = reader.open(f"#/group/{market}")
    marked = page.locator(".member.chosen .text")
    assert marked.locator("del").all_inner_texts() == ["每天凌晨", "遮", "日"]
    assert marked.locator("ins").all_inner_texts() == ["早上", "半", "避", "天"]
    beside = page.locator(".beside .text")
    assert beside.locator("del").all_inner_texts() == ["每天凌晨", "遮", "日"]
    # Readings and traditional characters are no difference, and shown as what they are.
    assert "點(diǎn)" in "".join(beside.locator(".reading").all_inner_texts())
    assert "長" in "".join(beside.locator(".script").all_inner_texts())
    assert page.locator(".legend").inner_text().count("no difference") == 2


def test_a_place_leads_to_the_document_and_back(reader: Reader, market: str):
    page = reader.open(f"#/group/{market}")
    page.click(".member >> nth=1 >> a.doc")
    target = page.locator(".target")
    expect(target).to_contain_text("零工市场设在长途汽车站对面")
    target.click()
    expect(page.locator("h1")).to_contain_text(f"Cluster {market[1:]}")


def test_two_documents_stand_side_by_side(reader: Reader):
    page = reader.open("#/matrix")
    cell = page.locator("a.shade").first
    title = cell.get_attribute("title") or ""
    cell.click()
    expect(page.locator(".sectionpart")).to_have_count(1)
    assert page.locator(".block.linked").count() >= 20
    assert re.match(r"[\d.]+% of ", title)


def test_judging_by_keys_undoing_and_saving(reader: Reader, market: str, tmp_path: Path):
    page = reader.open("#/groups?class=copy")
    page.locator(".space .row").first.click()
    expect(page.locator("#judged")).to_have_text("0 of 78 judged")
    page.keyboard.press("d")
    expect(page.locator("#judged")).to_have_text("1 of 78 judged")
    expect(page.locator("[data-judge=drop]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("t")  # it cannot be kept and dropped
    expect(page.locator("[data-judge=drop]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("u")
    expect(page.locator("[data-judge=drop]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("u")
    expect(page.locator("#judged")).to_have_text("0 of 78 judged")

    page = reader.open(f"#/group/{market}")
    page.keyboard.press("x")
    page.keyboard.press("m")
    page.keyboard.type("two markets")
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    page.keyboard.press("b")
    page = reader.open("#/review")  # what was decided is kept
    expect(page.locator(".decisions tbody tr")).to_have_count(3)
    with page.expect_download() as download:
        page.click("#save")
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "decisions.json"
    told = json.loads(saved.read_text())
    assert [(entry["decision"], entry.get("note")) for entry in told["decisions"]] == [
        ("boilerplate", None),  # of both texts of the next cluster
        ("boilerplate", None),
        ("not_a_copy", "two markets"),
    ]

    # The run obeys, and says that it knows these texts.
    outcome = run([corpus_path()], tmp_path / "out", Settings(decisions=Decisions.read(saved)))
    applied = {name: of["applied"] for name, of in outcome.report["decisions"].items()}
    assert (applied["not_a_copy"], applied["boilerplate"]) == (1, 2)

    # The report of that run, in the same browser, still has what was decided.
    page.goto("about:blank")
    page.goto(f"{(tmp_path / 'out' / 'report.html').as_uri()}#/review")
    expect(page.locator(".decisions tbody tr")).to_have_count(3)


def test_pages_of_a_folder_lead_to_each_other(browser: Browser, report: Path, tmp_path: Path):
    pages = write_pages(report.parent, tmp_path, largest=420_000)
    with reading(browser, pages[0].path) as reader:
        page = reader.open("#/groups")
        page.keyboard.press("Tab")
        page.locator(".rows").press("End")
        page.locator(".space .row").last.click()
        expect(page.locator(".member").first).to_be_visible()
        assert "/more-" in page.url
        page.locator("#views a").first.click()
        expect(page.locator(".figures")).to_be_visible()
        assert "/index.html" in page.url


HOSTILE = (
    "</script><script>document.title='taken'</script>",
    "<!-- <script> --> ]]> <style>*{display:none}</style>",
    "<img src=x onerror=document.title='taken'> <a href=javascript:alert(1)>",
    "\u2028\u2029 {{ 7 * 7 }} ${7*7} {% raw %} &lt;b&gt; &amp;amp;",
    "\u202etxet desrever\u202c \u2066isolated\u2069 \u200b\ufeff\x00\x07\x7f",
    "\U0001f600\U00020000 __proto__ constructor \\u003c/script> \\",
)


def test_a_hostile_corpus_is_only_text(browser: Browser, tmp_path: Path):
    """Whatever the texts, the labels and the names of files hold."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("one", "<img src=x onerror=alert(1)>", "__proto__", "'\"&\u202e"):
        rows = [
            {"id": f"{label}{name}", "text": f"{text}\n{name} of {text} is what is said of {text}"}
            for label, text in enumerate(HOSTILE)
        ]
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (corpus / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    out = tmp_path / "out"
    run([corpus], out)
    html = (out / "report.html").read_text(encoding="utf-8")
    assert html.count("</script>") == 2
    assert "\u2028" not in html
    told = json.loads(html.partition('id="data">')[2].partition("</script>")[0])
    with reading(browser, out / "report.html") as reader:
        addresses = ["#/overview", "#/groups", "#/documents", "#/matrix", "#/</script>"]
        addresses += [f"#/group/{name}" for name in told["groups"]["name"][:4]]
        places = list(zip(told["documents"]["file"], told["documents"]["row"], strict=True))
        addresses += [f"#/document/{quote(f'{file}:{row}', safe='')}" for file, row in places[:9]]
        for address in addresses:
            page = reader.open(address)
            assert "taken" not in page.title()
            assert page.locator("main img, main script, main style").count() == 0
        shown = {
            "".join(page.locator("main .whole").inner_text().split())
            for page in [reader.open(address) for address in addresses[-1:]]
        }
        assert all("\u202e" not in text for text in shown)


def test_decisions_are_loaded_and_nonsense_is_not(reader: Reader, tmp_path: Path):
    page = reader.open("#/review")
    file = tmp_path / "decisions.json"
    file.write_text('{"schema_version": 1, "decisions": [{"decision": "keep", "hash": "no"}]}')
    page.set_input_files("#take", file)
    expect(page.locator("#said")).to_have_text(words()["take.none"][0])
    entry = {"decision": "keep", "hash": "0a" * 16, "note": "<b>&amp;"}
    file.write_text(json.dumps({"schema_version": 1, "decisions": [entry]}))
    page.set_input_files("#take", file)
    expect(page.locator(".decisions tbody tr")).to_have_count(1)
    expect(page.locator(".decisions tbody td >> nth=2")).to_have_text("<b>&amp;")
    page.click("text=Take back")
    expect(page.locator("main .empty")).to_be_visible()
