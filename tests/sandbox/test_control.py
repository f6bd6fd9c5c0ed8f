from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import httpx
import pytest

from makeasync.sandbox import Fault, Sandbox

RING = {"login": "john@gmail.com", "pwd": "marilyn", "from": "33639980000", "to": "33639980012"}
SMS = RING | {"to": "33639980013", "msg": "Bonjour Bob !"}


@pytest.fixture
def sandbox(now: list[float]) -> Sandbox:
    return Sandbox(clock=lambda: now[0])


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox/_sandbox/api/") as http:
        yield http


@pytest.fixture
def sent(sandbox: Sandbox) -> Sandbox:
    """The sandbox, after a ring and an sms+."""
    for path, values in (("/apimakingring.php", RING), ("/apimakesmsplus.php", SMS)):
        sandbox._answer(path, str(httpx.QueryParams(values)).encode(), "http://sandbox")  # pyright: ignore[reportPrivateUsage] - as HTTP would
    return sandbox


async def test_messages_are_listed_and_filtered(api: httpx.AsyncClient, sent: Sandbox) -> None:
    everything = (await api.get("messages")).json()
    assert (everything["count"], [each["kind"] for each in everything["messages"]]) == (2, ["ring", "sms+"])
    for asked, kinds in (
        ({"to": "+33 6 39 98 00 12"}, ["ring"]),
        ({"text": "Bob"}, ["sms+"]),
        ({"kind": "sms+"}, ["sms+"]),
        ({"to": "33639980099"}, []),
        ({"limit": "1"}, ["sms+"]),
    ):
        found = (await api.get("messages", params=asked)).json()
        assert [each["kind"] for each in found["messages"]] == kinds
    assert everything["messages"][1]["content"] == "Bonjour Bob !"
    assert everything["messages"][1]["id"] == sent.latest().id


async def test_the_latest_is_one_or_none(api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    missing = await api.get("messages/latest", params={"to": "33639980099"})
    assert (missing.status_code, missing.json()["error"]) == (404, "no message with to='33639980099' among 0")
    assert sandbox.messages() == ()


async def test_the_latest_is_the_last(api: httpx.AsyncClient, sent: Sandbox) -> None:
    assert (await api.get("messages/latest")).json()["kind"] == "sms+"
    assert (await api.get("messages/latest", params={"kind": "ring"})).json()["id"] == sent.messages()[0].id


async def test_messages_can_be_waited_for(api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    found: list[int] = []

    async def wait() -> None:
        found.append((await api.get("messages", params={"wait": "1", "timeout": "5"})).json()["count"])

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.sleep(0.05)
        assert found == []
        await api.get("/apimakingring.php".replace("/", "http://sandbox/"), params=RING)
    assert found == [1]
    assert len(sandbox.messages()) == 1


async def test_who_waits_in_vain_is_told(api: httpx.AsyncClient) -> None:
    answer = await api.get("messages", params={"wait": "1", "timeout": "0.02"})
    assert answer.status_code == 408
    assert answer.json()["error"].startswith("waited 0.02 s for 1 messages, 0 came")


async def test_requests_are_listed_without_the_password(api: httpx.AsyncClient, sent: Sandbox) -> None:
    answer = await api.get("requests")
    assert [each["path"] for each in answer.json()["requests"]] == ["/apimakingring.php", "/apimakesmsplus.php"]
    assert answer.json()["requests"][0]["number"] == 1
    assert "marilyn" not in answer.text
    assert len(sent.requests) == 2


async def test_the_clock_is_read_frozen_moved_and_let_go(api: httpx.AsyncClient, now: list[float]) -> None:
    assert (await api.get("clock")).json() == {"now": now[0], "frozen": False}
    assert (await api.put("clock", json={"frozen": True, "advance": 60})).json() == {"now": now[0] + 60, "frozen": True}
    now[0] += 5
    assert (await api.get("clock")).json()["now"] == now[0] + 55
    assert (await api.put("clock", json={"frozen": False})).json() == {"now": now[0] + 55, "frozen": False}


async def test_credits_are_read_and_set(api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert (await api.put("credits", json={"credits": 7})).json() == {"credits": 7}
    assert (await api.get("credits")).json() == {"credits": 7}
    assert sandbox.credits == 7


async def test_faults_are_set_and_listed(api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    answer = await api.post("faults", json={"does": "cut", "on": "sms", "nth": 2})
    assert answer.json()["faults"][0]["does"] == "cut"
    assert (await api.get("faults")).json() == answer.json()
    assert sandbox.faults == (Fault("cut", on="sms", nth=2),)


async def test_reset_resets_what_it_names_or_everything(api: httpx.AsyncClient, sent: Sandbox) -> None:
    sent.add_fault(Fault("cut"))
    await api.post("reset", json={"what": ["log"]})
    assert (sent.messages(), len(sent.faults), sent.credits) == ((), 1, 9_985)
    await api.post("reset")
    assert (sent.faults, sent.credits) == ((), 10_000)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "credits", b"{}"),
        ("PUT", "credits", b'{"credits": -1}'),
        ("PUT", "credits", b'{"credits": true}'),
        ("PUT", "credits", b'{"credits": NaN}'),
        ("PUT", "credits", b'{"credits": Infinity}'),
        ("PUT", "credits", b"[1]"),
        ("PUT", "credits", b"\xff"),
        ("PUT", "credits", b"{" * 100_000),
        ("PUT", "credits", b"[" * 60_000),
        ("PUT", "clock", b'{"advance": -1}'),
        ("PUT", "clock", b'{"advance": "1"}'),
        ("PUT", "clock", b'{"advance": NaN}'),
        ("POST", "faults", b"{}"),
        ("POST", "faults", b'{"does": "explode"}'),
        ("POST", "faults", b'{"does": ["cut"]}'),
        ("POST", "faults", b'{"does": "cut", "who": "me"}'),
        ("POST", "faults", b'{"does": "cut", "nth": "two"}'),
        ("POST", "faults", b'{"does": "cut", "nth": 1.5}'),
        ("POST", "faults", b'{"does": "latency", "seconds": NaN}'),
        ("POST", "reset", b'{"what": "log"}'),
        ("POST", "reset", b'{"what": ["everything"]}'),
        ("POST", "reset", b'{"what": [[]]}'),
        ("GET", "messages?kind=fax", b""),
        ("GET", "messages?limit=many", b""),
        ("GET", "messages?wait=1&timeout=nan", b""),
        ("GET", "messages?wait=soon", b""),
    ],
)
async def test_what_is_wrong_is_said_and_changes_nothing(
    api: httpx.AsyncClient, sandbox: Sandbox, method: str, path: str, body: bytes
) -> None:
    answer = await api.request(method, path, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert (sandbox.credits, sandbox.faults, sandbox.clock.is_frozen) == (10_000, (), False)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_page_of_somebody_else_is_refused(api: httpx.AsyncClient, sandbox: Sandbox, site: str) -> None:
    answer = await api.post("reset", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.json()) == (403, {"error": "asked by a page of another site"})
    assert sandbox.version == 0


async def test_none_of_its_paths_can_be_one_of_the_api(api: httpx.AsyncClient) -> None:
    for path in ("apimakingring.php", "apilog.php", "nothing"):
        assert (await api.get(path)).status_code == 404
    assert (await api.get("reset")).status_code == 405
