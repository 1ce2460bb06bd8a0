"""A headless browser for the tests of the report: Debian's chromium, or another one there is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

expect.set_options(timeout=60_000)  # the machine may be busy with other things

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = [
    "--no-sandbox",  # which wants privileges that a container has not
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Start a browser; skip the test, visibly, where there is none and CI does not ask for it."""
    found = os.environ.get("DEDUP_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium: install it, or name one in DEDUP_CHROMIUM")
        pytest.skip("no chromium here: the report is not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


class Reader:
    """Somebody with a report open; every complaint of the browser is kept."""

    def __init__(self, context: BrowserContext, report: Path) -> None:
        self.context, self.report = context, report
        self.complaints: list[str] = []
        self.requests: list[str] = []
        context.on("console", lambda message: self._hear(message.type, message.text))
        context.on("weberror", lambda error: self._hear("error", str(error.error)))
        context.on("request", lambda request: self.requests.append(request.url))
        self.page = context.new_page()
        self.page.set_default_timeout(60_000)

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(f"{kind}: {text}")

    def open(self, address: str = "#/overview") -> Page:
        """Open a view, in a page that is loaded anew."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.report.as_uri()}{address}")
        self.page.wait_for_selector("main h1")
        return self.page

    def check(self) -> None:
        """Fail if the browser complained, or if a request left the page."""
        assert self.complaints == []
        others = [url for url in self.requests if not url.startswith(("file:", "blob:", "about:"))]
        assert others == []


@contextmanager
def reading(browser: Browser, report: Path, **settings: object) -> Iterator[Reader]:
    """Open a report, in a browser with nothing kept from before; see that nothing went wrong."""
    given = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | settings
    context = browser.new_context(accept_downloads=True, **given)  # type: ignore[arg-type]
    try:
        reader = Reader(context, report)
        yield reader
        reader.check()
    finally:
        context.close()
