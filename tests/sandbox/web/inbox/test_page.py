"""What the page answers, without a browser; in one, see test_browser."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator, Callable

import anyio
import httpx
import pytest

from makeasync import VirtualClock
from makeasync.sandbox import Fault, Sandbox

ACCOUNT = {"login": "john@gmail.com", "pwd": "marilyn", "from": "33639980000"}
SENT = {
    "/apimakingring.php": {"to": "33639989902"},
    "/apimakeringplus.php": {
        "from0": "33639980000",
        "to0": "33639980001",
        "from1": "33639980000",
        "to1": "33639980002",
    },
    "/apimakecall.php": {"to": "33639989940"},
    "/apimakecallplus.php": {"to": "33639989900", "duration": "2", "engage": "1"},
    "/apimakesms.php": {"to": "33639989901", "txt": "900", "in": "5"},
    "/apimakesmsplus.php": {"to": "33639989932", "msg": "<b>Bonjour</b> & bonsoir"},
}


@pytest.fixture
def sandbox(now: list[float]) -> Sandbox:
    return Sandbox(clock=lambda: now[0])


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
        for path, asked in SENT.items():
            credentials = {k: v for k, v in ACCOUNT.items() if k != "from" or "from0" not in asked}
            await http.get(path, params=credentials | asked)
        yield http


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("after", [0, 15, 600, 40 * 86_400])
async def test_every_message_and_request_is_shown_whenever_one_looks(
    http: httpx.AsyncClient, sandbox: Sandbox, language: str, after: int
) -> None:
    sandbox.clock.advance(after)
    sandbox.add_fault(Fault("status", on="ring", nth=2, times=1, probability=0.5))
    for message in sandbox.messages():
        shown = await http.get("/_sandbox/", params={"lang": language, "open": message.id})
        assert shown.status_code == 200
        assert f'id="open-{message.id}"' in shown.text
        assert f'<html lang="{language}">' in shown.text
    for request in sandbox.requests:
        shown = await http.get("/_sandbox/", params={"lang": language, "tab": "requests", "open": str(request.number)})
        assert f'id="open-{request.number}"' in shown.text
    for asked in (
        {},
        {"tab": "settings"},
        {"q": "bonjour"},
        {"q": "zzz"},
        {"tab": "requests", "q": "to=336"},
        {"open": "x"},
    ):
        assert (await http.get("/_sandbox/", params={"lang": language, **asked})).status_code == 200


async def test_what_was_sent_is_text_and_the_password_is_nowhere(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    pages = [(await http.get("/_sandbox/", params={"open": each.id})).text for each in sandbox.messages()]
    assert "&lt;b&gt;Bonjour&lt;/b&gt; &amp; bonsoir" in pages[-1]
    assert not any("<b>Bonjour" in page or "marilyn" in page for page in pages)


async def test_everything_is_asked_of_this_server_only(http: httpx.AsyncClient) -> None:
    shown = await http.get("/_sandbox/")
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert "http://" not in shown.text.replace("http://sandbox/", "").replace("http://www.w3.org/", "")
    assert "https://" not in shown.text


async def test_an_action_is_done_and_leads_back(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    done = await http.post("/_sandbox/do/top-up?tab=requests&q=x", data={"amount": "7"})
    assert (done.status_code, done.headers["Location"]) == (303, "/_sandbox/?tab=requests&q=x")
    failed = await http.post("/_sandbox/do/advance?open=1", data={"seconds": "-1"})
    assert failed.headers["Location"] == "/_sandbox/?open=1&problem=clock"
    assert (await http.get(failed.headers["Location"])).text.count('role="alert"') == 2
    assert (await http.post("/_sandbox/do/nothing")).status_code == 404
    refused = await http.post("/_sandbox/do/delete-all", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert len(sandbox.messages()) == len(SENT)


async def test_the_language_that_was_chosen_is_kept(http: httpx.AsyncClient) -> None:
    assert '<html lang="fr">' in (await http.get("/_sandbox/")).text
    await http.get("/_sandbox/?lang=en")
    assert '<html lang="en">' in (await http.get("/_sandbox/")).text


async def test_a_page_that_is_drawn_again_does_not_search_again(
    http: httpx.AsyncClient, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def matches(q: str) -> Callable[[object], bool]:
        searched.append(q)
        return bool

    monkeypatch.setattr("makeasync.sandbox.web.inbox.page.message_matches", matches)
    for _ in range(3):
        await http.get("/_sandbox/?q=bonjour")
    assert searched == ["bonjour"]
    sandbox.touch()
    await http.get("/_sandbox/?q=bonjour")
    assert searched == ["bonjour"] * 2


async def test_a_page_in_process_moves_no_virtual_time() -> None:
    async with VirtualClock() as clock, anyio.create_task_group() as group:
        sandbox = Sandbox(clock=clock.time, sleep=clock.sleep)
        group.start_soon(clock.sleep, 3_600)
        begun = clock.now()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
            assert (await http.get("/_sandbox/")).status_code == 200
        assert clock.now() == begun
        group.cancel_scope.cancel()


async def test_an_empty_inbox_says_what_to_type() -> None:
    for sandbox, account in (
        (Sandbox(), "-d login=john@gmail.com -d pwd=marilyn"),
        (Sandbox(login="me", password="s3cr3t"), "-d login=me -d pwd=…"),
    ):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
            page = (await http.get("/_sandbox/")).text
        assert account in page
        assert "s3cr3t" not in page


async def test_the_last_date_there_is_can_be_shown() -> None:
    sandbox = Sandbox(revealed_after=300, clock=lambda: 253_402_200_000.0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
        await http.get("/apimakesmsplus.php", params=ACCOUNT | SENT["/apimakesmsplus.php"])
        assert (await http.get(f"/_sandbox/?open={sandbox.latest().id}")).status_code == 200


async def test_what_is_forgotten_is_not_held_by_a_search(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert "open-" not in (await http.get("/_sandbox/?q=bonjour")).text
    held = weakref.ref(sandbox.latest())
    for tab in ("messages", "requests"):
        await http.get(f"/_sandbox/?q=bonjour&tab={tab}")
    sandbox.reset("log")
    gc.collect()
    assert held() is None


async def test_one_credit_is_one(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    sandbox.credits = 1
    assert "<strong>1</strong> crédit<" in (await http.get("/_sandbox/")).text
    sandbox.credits = 1_234_567
    assert "<strong>1\u202f234\u202f567</strong> crédits" in (await http.get("/_sandbox/?lang=fr")).text
    assert "<strong>1,234,567</strong> credits" in (await http.get("/_sandbox/?lang=en")).text
