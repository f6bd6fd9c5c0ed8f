"""The inbox, in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from makeasync import AsyncClient, OutcomeUnknown
from makeasync.sandbox import Sandbox, serve

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update")
SCREENSHOTS = os.environ.get("MAKEASYNC_SCREENSHOTS")
DOCS = Path(__file__).parents[3] / "docs"
FROM, ALICE, BOB = "33639980000", "33639980012", "33639980013"
ResultT = TypeVar("ResultT")

pytestmark = pytest.mark.skipif(
    not Path(CHROMIUM).exists(),
    reason=f"the inbox page is not tested in a browser: there is no {CHROMIUM} (Debian's package chromium)",
)


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


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """The inbox, opened; whatever it asked of others, and whatever it complained about, fails the test."""
    seen = Seen(browser, url)
    yield seen.page
    seen.check(url)
    seen.context.close()


def work(url: str, do: Callable[[AsyncClient], Awaitable[ResultT]]) -> ResultT:
    """Do something with a client; in a thread, as a browser's event loop runs in this one."""

    async def main() -> ResultT:
        async with AsyncClient("john@gmail.com", "marilyn", base_url=url, rate=1000) as client:
            return await do(client)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, main).result()


def greet(url: str, to: str = ALICE, msg: str = "Bonjour Alice !") -> str:
    return work(url, lambda client: client.sms_plus(from_=FROM, to=to, msg=msg)).id


def rows(page: Page) -> list[str]:
    return page.locator("#rows .who").all_inner_texts()


def test_a_message_appears_within_a_second_without_reload(page: Page, url: str) -> None:
    page.evaluate("window.stayed = true")
    expect(page.locator(".nothing")).to_contain_text(url)
    greet(url)
    expect(page.locator("#rows .row")).to_have_count(1, timeout=1_000)
    greet(url, BOB, "Bonjour Bob !")
    expect(page.locator("#rows .row")).to_have_count(2, timeout=1_000)
    expect(page.locator("#rows .who").first).to_have_text(f"+{BOB}")
    expect(page).to_have_title("Bac à sable · 2")
    assert page.evaluate("window.stayed")


@pytest.mark.parametrize("typed", ["06 39 98 00 12", "+33639980012", "alice", "ALICE !"])
def test_search_finds_it_as_one_types(page: Page, url: str, typed: str) -> None:
    greet(url)
    greet(url, BOB, "Bonjour Bob !")
    expect(page.locator("#rows .row")).to_have_count(2)
    page.locator("#q").press_sequentially(typed)
    expect(page.locator("#rows .row")).to_have_count(1)
    assert rows(page) == [f"+{ALICE}"]
    greet(url, BOB, "Encore moi")
    page.wait_for_timeout(300)
    assert rows(page) == [f"+{ALICE}"]
    expect(page.locator("#q")).to_have_value(typed)
    page.reload()
    assert rows(page) == [f"+{ALICE}"]


def test_what_is_not_found_is_said(page: Page, url: str) -> None:
    greet(url)
    page.locator("#q").press_sequentially("zzz")
    expect(page.locator(".nothing")).to_have_text("Rien ne correspond à cette recherche.")


def tracked(page: Page, name: str) -> Locator:
    """What the tracking that is shown has for this element."""
    return page.locator("#tracking tr", has=page.get_by_text(name, exact=True)).locator("td").first


def test_advancing_the_clock_changes_its_tracking(page: Page, url: str, sandbox: Sandbox) -> None:
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator(".status mark")).to_have_text("arrêtée")
    greet(url)
    page.locator("#rows .row").click()
    expect(page.locator("#state")).to_have_text("en route")
    expect(page.locator("#untracked")).to_contain_text("112")
    page.get_by_role("button", name="Avancer de 10 s").click()
    expect(page.locator("#state")).to_have_text("remis")
    expect(tracked(page, "date_executed")).not_to_have_text("0")
    expect(tracked(page, "x_date_executed")).to_have_text("0")
    page.get_by_role("button", name="Avancer de 5 min").click()
    expect(page.locator("#state")).to_have_text("canular révélé")
    expect(tracked(page, "x_date_executed")).not_to_have_text("0")
    page.get_by_role("button", name="Avancer de 31 j").click()
    expect(page.locator("#untracked")).to_contain_text("110")
    page.get_by_role("button", name="Reprendre").click()
    expect(page.locator(".status mark")).to_have_count(0)
    assert not sandbox.clock.is_frozen


def test_time_goes_on_by_itself_in_an_open_message(page: Page, url: str) -> None:
    greet(url)
    page.locator("#rows .row").click()
    expect(page.locator("#state")).to_have_text("remis", timeout=5_000)


def test_a_fault_set_in_the_panel_hits_the_next_request(page: Page, url: str, sandbox: Sandbox) -> None:
    page.locator("#does").select_option("status")
    page.locator("#on").select_option("sms+")
    page.locator("#status").fill("502")
    page.locator("#nth").fill("2")
    page.get_by_role("button", name="Ajouter une panne").click()
    expect(page.locator("#faults li")).to_have_text(re.compile(r"erreur HTTP\s+502\s+SMS libre · n = 2"))
    greet(url)
    with pytest.raises(OutcomeUnknown, match="502"):
        greet(url)
    assert len(sandbox.messages()) == 1
    page.get_by_role("link", name="Requêtes").click()
    expect(page.locator("#rows .row .state").first).to_have_text("erreur HTTP")
    page.locator("#rows .row").first.click()
    expect(page.locator(".item")).to_contain_text("Aucune réponse.")
    page.get_by_role("link", name="Messages", exact=True).click()
    page.get_by_role("button", name="Retirer les pannes").click()
    expect(page.locator("#faults")).to_have_text("Aucune panne : tout fonctionne.")
    assert sandbox.faults == ()


def test_a_fault_that_cannot_be_is_a_sentence(page: Page) -> None:
    page.locator("#nth").evaluate("element => { element.type = 'text'; element.value = 'zero' }")
    page.get_by_role("button", name="Ajouter une panne").click()
    expect(page.locator(".problem")).to_contain_text("n'est pas possible")


def test_delete_empties_it(page: Page, url: str, sandbox: Sandbox) -> None:
    for number in (ALICE, BOB, ALICE):
        greet(url, number)
    page.locator("#rows .row").first.click()
    page.get_by_role("button", name="Supprimer", exact=True).click()
    expect(page.locator("#rows .row")).to_have_count(2)
    expect(page.locator(".item")).to_contain_text("supprimé")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Tout supprimer").click()
    page.wait_for_timeout(200)
    assert len(sandbox.messages()) == 2
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Tout supprimer").click()
    expect(page.locator("#rows .row")).to_have_count(0)
    assert (sandbox.messages(), sandbox.requests) == ((), ())


def test_credit_runs_low_and_is_topped_up(page: Page, url: str, sandbox: Sandbox) -> None:
    sandbox.credits = 15
    expect(page.locator("#credits")).to_have_text("15 crédits", timeout=1_000)
    greet(url)
    expect(page.locator("#credits")).to_have_text("5 crédits")
    page.locator("#amount").fill("1000")
    page.get_by_role("button", name="Recharger").click()
    expect(page.locator("#credits")).to_have_text(re.compile(r"1\s005 crédits"))


def test_english_is_one_click_away_and_stays(page: Page, url: str) -> None:
    greet(url)
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Magic numbers")).to_be_visible()
    page.goto(url)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", name="Numéros magiques")).to_be_visible()


def test_the_keyboard_is_enough_and_focus_is_seen(page: Page, url: str) -> None:
    greet(url)
    expect(page.locator("#rows .row")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML")
        if page.locator("#rows .row:focus").count():
            break
    page.wait_for_timeout(1_200)  # the page is renewed every second: focus stays
    expect(page.locator("#rows .row")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_be_visible()


def test_back_and_forward_go_where_they_should(page: Page, url: str) -> None:
    greet(url)
    page.locator("#rows .row").click()
    expect(page.locator("#state")).to_be_visible()
    page.go_back()
    expect(page.locator("#state")).to_have_count(0)
    page.go_forward()
    expect(page.locator("#state")).to_be_visible()
    greet(url, BOB)
    expect(page.locator("#rows .row")).to_have_count(2, timeout=1_500)


def test_what_is_typed_survives_what_comes_in(page: Page, url: str) -> None:
    page.locator("#amount").fill("77")
    page.locator("#does").select_option("code")
    page.locator("#code").fill("111")
    greet(url)
    expect(page.locator("#rows .row")).to_have_count(1)
    page.wait_for_timeout(1_200)
    expect(page.locator("#amount")).to_have_value("77")
    expect(page.locator("#does")).to_have_value("code")
    expect(page.locator("#code")).to_have_value("111")


def test_a_recording_can_be_played(page: Page, url: str, sandbox: Sandbox) -> None:
    work(url, lambda client: client.call_plus(from_=FROM, to="33639989900", duration=2, engage=True))
    sandbox.clock.advance(600)
    page.locator("#rows .row").click()
    expect(page.locator("#recording")).to_be_visible()
    played = page.locator("#recording").evaluate(
        "audio => new Promise(done => { audio.onloadedmetadata = () => done(audio.duration); audio.load();"
        " audio.preload = 'auto' })"
    )
    assert played == pytest.approx(1.0)


def test_a_hostile_text_is_a_text(page: Page, url: str) -> None:
    greet(url, msg="<script>alert(1)</script> &amp; <b>gras</b>")
    expect(page.locator("#rows .what")).to_have_text("<script>alert(1)</script> &amp; <b>gras</b>")
    page.locator("#rows .row").click()
    expect(page.locator(".bubble")).to_have_text("<script>alert(1)</script> &amp; <b>gras</b>")


def fill(sandbox: Sandbox, count: int) -> None:
    service = sandbox._service  # pyright: ignore[reportPrivateUsage] - over HTTP it would take a minute
    for number in range(count):
        query = f"login=john@gmail.com&pwd=marilyn&from={FROM}&to={33600000000 + number}&txt=1"
        service.answer("/apimakesms.php", query.encode(), sandbox.clock.now())
        sandbox.top_up(5)


def test_fifty_thousand_are_shown_a_page_at_a_time(page: Page, url: str, sandbox: Sandbox) -> None:
    fill(sandbox, 50_000)
    page.goto(f"{url}_sandbox/")
    expect(page.locator(".pager")).to_contain_text("Page 1 sur 1000")
    expect(page.locator("#rows .row")).to_have_count(50)
    page.get_by_role("link", name="Dernière page").click()
    expect(page.locator("#rows .who").last).to_have_text("+33600000000")
    page.get_by_role("link", name="Plus récents").click()
    expect(page.locator(".pager")).to_contain_text("Page 999 sur 1000")
    page.locator("#q").fill("33600012345")
    expect(page.locator("#rows .row")).to_have_count(1)


def test_an_open_page_is_told_that_it_ends_and_finds_its_way_back(browser: Browser) -> None:
    with serve(Sandbox()) as url:
        seen = Seen(browser, url)
        greet(url)
        expect(seen.page.locator("#rows .row")).to_have_count(1)
    expect(seen.page.locator("#stopped")).to_be_visible(timeout=1_000)
    port = int(url.rstrip("/").rpartition(":")[2])
    with serve(Sandbox(), port=port):
        expect(seen.page.locator("#stopped")).to_be_hidden(timeout=10_000)
        expect(seen.page.locator("#rows .row")).to_have_count(0)
        seen.context.close()


@pytest.mark.parametrize("name", ["light", "dark", "narrow"])
def test_it_looks_like_this(browser: Browser, name: str, tmp_path: Path) -> None:
    narrow = name == "narrow"
    sandbox = Sandbox(clock=lambda: 1_795_515_000.0)
    with serve(sandbox) as url:
        furnish(url, sandbox)
        seen = Seen(browser, url, width=390 if narrow else 1280, height=844 if narrow else 860, dark=name == "dark")
        expect(seen.page.locator("#rows .row")).to_have_count(8)
        if not narrow:
            seen.page.locator("#rows .row", has_text="33639980012").first.click()
            expect(seen.page.locator("#tracking")).to_be_visible()
        seen.page.wait_for_timeout(200)
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        seen.page.screenshot(path=(DOCS if SCREENSHOTS else tmp_path) / f"inbox-{name}.png")
        seen.check(url)
        seen.context.close()


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


def test_a_phone_shows_one_thing_at_a_time(browser: Browser, url: str) -> None:
    greet(url)
    seen = Seen(browser, url, width=390, height=844)
    page = seen.page
    expect(page.locator(".item")).to_be_hidden()
    page.locator("#rows .row").click()
    expect(page.locator("#state")).to_be_visible()
    expect(page.locator("#rows")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Retour à la liste").click()
    expect(page.locator("#rows .row")).to_be_visible()
    page.get_by_role("link", name="Réglages").click()
    expect(page.locator("#amount")).to_be_visible()
    expect(page.locator("#rows")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Messages", exact=True).click()
    expect(page.locator("#rows .row")).to_be_visible()
    seen.check(url)
    seen.context.close()
