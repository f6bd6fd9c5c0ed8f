"""The inbox in a real browser, in every way: a nox session of its own, `nox -s browser`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from support.browser import BOB, FROM, Seen, fill, furnish, greet, in_a_browser, tracked, work

from makeasync import OutcomeUnknown
from makeasync.sandbox import Fault, Sandbox, serve

SCREENSHOTS = os.environ.get("MAKEASYNC_SCREENSHOTS")
DOCS = Path(__file__).parents[4] / "docs"

if not os.environ.get("MAKEASYNC_BROWSER"):
    pytest.skip("the whole of the inbox in a browser is `nox -s browser`", allow_module_level=True)

pytestmark = in_a_browser


def test_what_is_not_found_is_said(page: Page, url: str) -> None:
    greet(url)
    page.locator("#q").press_sequentially("zzz")
    expect(page.locator(".nothing")).to_have_text("Rien ne correspond à cette recherche.")


def test_time_goes_on_by_itself_in_an_open_message(page: Page, url: str) -> None:
    greet(url)
    page.locator("#rows .row").click()
    expect(page.locator("#state")).to_have_text("envoyé", timeout=5_000)


def test_each_fault_says_how_often_it_has_hit_and_can_be_taken_away(page: Page, url: str, sandbox: Sandbox) -> None:
    sandbox.add_fault(Fault("status", on="sms+", times=1))
    sandbox.add_fault(Fault("cut", on="call"))
    faults = page.locator("#faults li")
    expect(faults).to_have_count(2)
    with pytest.raises(OutcomeUnknown):
        greet(url)
    expect(faults.first.locator(".hits")).to_have_text("1× · épuisée")
    expect(faults.last.locator(".hits")).to_have_text("0×")
    faults.first.get_by_role("button", name="Retirer").click()
    expect(faults).to_have_count(1)
    assert sandbox.faults == (Fault("cut", on="call"),)


def test_a_clock_that_was_moved_says_how_far_and_is_put_right_alone(page: Page, url: str, sandbox: Sandbox) -> None:
    greet(url)
    expect(page.locator("#moved")).to_have_count(0)
    page.get_by_role("button", name="Avancer de 31 j").click()
    expect(page.locator("#moved")).to_have_text("+31 j")
    page.get_by_role("button", name="Remettre à l'heure").click()
    expect(page.locator("#moved")).to_have_count(0)
    assert abs(sandbox.clock.ahead) < 1
    assert len(sandbox.messages()) == 1


def test_what_was_taken_and_never_learnt_is_marked(page: Page, url: str) -> None:
    with pytest.raises(OutcomeUnknown):
        greet(url, "33639989932")
    page.locator("#rows .row", has_text="le client ne l'a pas su").click()
    expect(page.locator(".card .failed")).to_contain_text("acceptée, mais le client ne l'a pas su")
    expect(page.locator(".exchange .failed")).to_contain_text("le client, lui, a reçu autre chose")


def test_its_tracking_is_shown_as_the_api_answers_it(page: Page, url: str, sandbox: Sandbox) -> None:
    work(url, lambda client: client.call_plus(from_=FROM, to="33639989900", duration=2, engage=True))
    work(url, lambda client: client.call(from_=FROM, to="33639989940"))
    sandbox.clock.advance(600)
    recorded, unclosed = sandbox.messages()
    shown = {}
    for message in (recorded, unclosed):
        shown[message.id] = httpx.get(f"{url}apilog.php", params={"id": message.id}).text
    page.goto(f"{url}_sandbox/?open={recorded.id}")
    expect(tracked(page, "record_link")).to_contain_text(url)
    assert (tracked(page, "record_link").text_content() or "") in shown[recorded.id]
    page.goto(f"{url}_sandbox/?open={unclosed.id}")
    assert page.locator("#damaged").text_content() == shown[unclosed.id]


def test_a_row_can_be_clicked_while_others_come_in(page: Page, url: str, sandbox: Sandbox) -> None:
    fill(sandbox, 60)
    page.goto(f"{url}_sandbox/")
    expect(page.locator("#rows .row")).to_have_count(50)
    page.locator("#rows .row").nth(3).hover()
    pressed = page.locator("#rows .row").nth(3).get_attribute("href") or "nothing"
    page.mouse.down()
    fill(sandbox, 3)
    page.wait_for_timeout(600)
    page.mouse.up()
    expect(page.locator("#state")).to_be_visible()
    assert page.url.endswith(pressed)


def test_what_is_opened_begins_at_its_top(page: Page, url: str, sandbox: Sandbox) -> None:
    fill(sandbox, 120)
    page.goto(f"{url}_sandbox/")
    page.locator("#rows .row").nth(2).click()
    expect(page.locator("#state")).to_be_visible()
    for locator in (".item", "#list"):
        page.locator(locator).evaluate("element => { element.scrollTop = 200 }")
    page.locator("#rows .row").nth(6).click()
    expect(page.locator("#rows .row[aria-current]")).to_have_count(1)
    expect(page.locator(".item")).to_have_js_property("scrollTop", 0)
    assert page.locator("#list").evaluate("element => element.scrollTop") > 0, "the list stays where it is"
    page.get_by_role("link", name="Plus anciens").click()
    expect(page.locator("#list")).to_have_js_property("scrollTop", 0)


def test_focus_is_not_lost_with_what_had_it(page: Page, url: str) -> None:
    greet(url)
    page.locator("#rows .row").click()
    page.get_by_role("button", name="Supprimer", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".item")).to_contain_text("supprimé")
    expect(page.locator("#list")).to_be_focused()


def test_what_cannot_be_done_is_said_wherever_one_is(page: Page, url: str) -> None:
    greet(url)
    page.locator("#rows .row").click()
    expect(page.locator("#state")).to_be_visible()
    page.goto(f"{page.url}&problem=clock")
    expect(page.get_by_role("alert").filter(has_text="L'horloge")).to_be_visible()


def test_a_fault_that_cannot_be_is_a_sentence(page: Page) -> None:
    page.locator("#nth").evaluate("element => { element.type = 'text'; element.value = 'zero' }")
    page.get_by_role("button", name="Ajouter une panne").click()
    expect(page.locator(".problem")).to_contain_text("n'est pas possible")


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
