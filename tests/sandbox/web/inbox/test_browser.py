"""The inbox in a real browser, in short; at length, see test_browser_at_length."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from support.browser import ALICE, BOB, greet, in_a_browser, rows, tracked

from makeasync import OutcomeUnknown
from makeasync.sandbox import Sandbox

pytestmark = in_a_browser


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


def test_search_finds_it_as_one_types(page: Page, url: str) -> None:
    greet(url)
    greet(url, BOB, "Bonjour Bob !")
    expect(page.locator("#rows .row")).to_have_count(2)
    page.locator("#q").press_sequentially("06 39 98 00 12")
    expect(page.locator("#rows .row")).to_have_count(1)
    assert rows(page) == [f"+{ALICE}"]
    greet(url, BOB, "Encore moi")
    page.wait_for_timeout(300)
    assert rows(page) == [f"+{ALICE}"]
    expect(page.locator("#q")).to_have_value("06 39 98 00 12")
    page.reload()
    assert rows(page) == [f"+{ALICE}"]


def test_advancing_the_clock_changes_its_tracking(page: Page, url: str, sandbox: Sandbox) -> None:
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator("#frozen")).to_have_text("arrêtée")
    greet(url)
    page.locator("#rows .row").click()
    expect(page.locator("#state")).to_have_text("en route")
    expect(page.locator("#untracked")).to_contain_text("112")
    page.get_by_role("button", name="Avancer de 10 s").click()
    expect(page.locator("#state")).to_have_text("envoyé")
    expect(tracked(page, "date_executed")).not_to_have_text("0")
    expect(tracked(page, "x_date_executed")).to_have_text("0")
    page.get_by_role("button", name="Avancer de 5 min").click()
    expect(page.locator("#state")).to_have_text("supercherie annoncée")
    expect(tracked(page, "x_date_executed")).not_to_have_text("0")
    page.get_by_role("button", name="Avancer de 31 j").click()
    expect(page.locator("#untracked")).to_contain_text("110")
    page.get_by_role("button", name="Reprendre").click()
    expect(page.locator("#frozen")).to_have_count(0)
    assert not sandbox.clock.is_frozen


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
    expect(page.locator(".item")).to_contain_text("Réponse HTTP 502, sans XML.")
    page.get_by_role("link", name="Messages", exact=True).click()
    page.get_by_role("button", name="Retirer les pannes").click()
    expect(page.locator("#faults")).to_have_text("Aucune panne : tout fonctionne.")
    assert sandbox.faults == ()


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
