"""Take the pictures of the README again, in both languages: ``python -m reports.pictures``.

It needs a Chromium: the one in ``DEDUP_CHROMIUM``, or ``chromium`` on the path.
"""

from __future__ import annotations

import json
import os
import shutil

from playwright.sync_api import sync_playwright

from reports.rebuild import HERE

DOCS = HERE.parent / "docs"
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
PAIR = "#/pair/health%2Fplan-collection.txt%3A0/health%2Fchengxi-2023-h1.txt%3A0"


def main() -> None:
    """Write ``docs/report-*.png``."""
    report = HERE / "demo.html"
    html = report.read_text(encoding="utf-8")
    groups = json.loads(html.partition('id="data">')[2].partition("</script>")[0])["groups"]
    market = next(
        name for name, text in zip(groups["name"], groups["text"], strict=True)
        if text.startswith("零工市場")
    )  # fmt: skip
    views = {"overview": "#/overview", "cluster": f"#/group/{market}", "pair": PAIR}
    found = os.environ.get("DEDUP_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-background-networking"]
        )
        for language, locale in LOCALES.items():
            context = browser.new_context(
                locale=locale, viewport={"width": 1200, "height": 760}, color_scheme="light"
            )
            page = context.new_page()
            for name, view in views.items():
                page.goto("about:blank")
                page.goto(f"{report.as_uri()}{view}")
                page.wait_for_selector("main h1")
                page.screenshot(path=DOCS / f"report-{name}-{language}.png")
        browser.close()


if __name__ == "__main__":
    main()
