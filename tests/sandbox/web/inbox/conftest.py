from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from support.browser import ARGUMENTS, CHROMIUM, Seen

from makeasync.sandbox import Sandbox, serve


# Of a module, not of the session: while it is open no other event loop can run in this thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])
        yield browser
        browser.close()


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def url(sandbox: Sandbox) -> Iterator[str]:
    with serve(sandbox) as url:
        yield url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The inbox, opened; whatever it asked of others, and whatever it complained about, fails the test."""
    seen = Seen(browser, url)
    yield seen.page
    seen.check(url)
    seen.context.close()
