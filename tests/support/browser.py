"""The inbox in a real browser: a tab that remembers what it asked for, and clients that send while it is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
from playwright.sync_api import Browser, Locator, Page

from makeasync import AsyncClient
from makeasync.sandbox import Sandbox

__all__ = [
    "ALICE",
    "ARGUMENTS",
    "BOB",
    "CHROMIUM",
    "FROM",
    "Seen",
    "fill",
    "furnish",
    "greet",
    "in_a_browser",
    "rows",
    "tracked",
    "work",
]

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update")
FROM, ALICE, BOB = "33639980000", "33639980012", "33639980013"
ResultT = TypeVar("ResultT")

in_a_browser = pytest.mark.skipif(
    not Path(CHROMIUM).exists(),
    reason=f"the inbox page is not tested in a browser: there is no {CHROMIUM} (Debian's package chromium)",
)


class Seen:
    """A tab that remembers what it asked for and what it complained about."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1280, height: int = 860, dark: bool = False) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        with self.page.expect_request("**/_sandbox/events"):
            self.page.goto(url)

    def check(self, url: str) -> None:
        assert [asked for asked in self.asked if not asked.startswith(url)] == []
        assert self.complaints == []


def work(url: str, do: Callable[[AsyncClient], Awaitable[ResultT]]) -> ResultT:
    """Do something with a client; in a thread, as a browser's event loop runs in this one."""

    async def main() -> ResultT:
        async with AsyncClient("john@gmail.com", "marilyn", base_url=url, rate=1000) as client:
            return await do(client)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, main).result()


def greet(url: str, to: str = ALICE, msg: str = "Bonjour Alice !") -> str:
    return work(url, lambda client: client.sms_plus(from_=FROM, to=to, msg=msg)).id


def fill(sandbox: Sandbox, count: int) -> None:
    service = sandbox._service  # pyright: ignore[reportPrivateUsage] - over HTTP it would take a minute
    for number in range(count):
        query = f"login=john@gmail.com&pwd=marilyn&from={FROM}&to={33600000000 + number}&txt=1"
        service.answer("/apimakesms.php", query.encode(), sandbox.clock.now())
        sandbox.top_up(5)


def rows(page: Page) -> list[str]:
    return page.locator("#rows .who").all_inner_texts()


def tracked(page: Page, name: str) -> Locator:
    """What the tracking that is shown has for this element."""
    return page.locator("#tracking tr", has=page.get_by_text(name, exact=True)).locator("td").first


def furnish(url: str, sandbox: Sandbox) -> None:
    """Let a little life go by."""

    async def live(client: AsyncClient) -> None:
        await client.sms(from_=FROM, to="33639980021", txt="314")
        await client.call_plus(from_=FROM, to="33639989900", duration=5, engage=True)
        sandbox.clock.advance(240)
        await client.ring_plus([(FROM, "33639980014"), (FROM, "33639980015"), (FROM, "33639980016")])
        await client.ring(from_=FROM, to="33639989902")
        sandbox.clock.advance(420)
        receipt = await client.sms_plus(from_=FROM, to=ALICE, msg="Bonjour Alice, le spectacle commence à 20 h 30 !")
        sandbox.clock.advance(15)
        await client.get_tracking(receipt.id)
        sandbox.clock.advance(20)
        await client.call(from_=FROM, to="33639989903")
        sandbox.clock.advance(30)
        await client.sms(from_=FROM, to="33639980017", txt="900", delay=30)
        await client.sms_plus(from_=FROM, to=BOB, msg="Bonjour Bob, à demain !")

    work(url, live)
