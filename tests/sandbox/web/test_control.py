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
        ({"to": "06.39.98.00.12"}, ["ring"]),
        ({"to": "0033639980012"}, ["ring"]),
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
        found.append((await api.get("messages/wait", params={"count": "1", "timeout": "5"})).json()["count"])

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.sleep(0.05)
        assert found == []
        await api.get("/apimakingring.php".replace("/", "http://sandbox/"), params=RING)
    assert found == [1]
    assert len(sandbox.messages()) == 1


async def test_who_waits_in_vain_is_told(api: httpx.AsyncClient) -> None:
    answer = await api.get("messages/wait", params={"timeout": "0.02"})
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
    assert (answer.json()["faults"][0]["does"], answer.json()["faults"][0]["hits"]) == ("cut", 0)
    assert (await api.get("faults")).json() == answer.json()
    assert sandbox.faults == (Fault("cut", on="sms", nth=2),)
    await api.post("faults", json={"does": "code", "on": "ring"})
    await api.get("http://sandbox/apimakingring.php", params=RING)
    assert [each["hits"] for each in (await api.get("faults")).json()["faults"]] == [0, 1]


async def test_the_rate_is_set_read_and_kept(api: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert (await api.get("rate")).json()["rate"] is None
    set_ = (await api.put("rate", json={"rate": 2, "over_rate": {"does": "code", "code": 112}})).json()
    assert (set_["rate"], set_["over_rate"]["code"]) == (2, 112)
    codes = [
        (await api.get("http://sandbox/apimakingring.php", params=RING)).text.count("<result_code>112<") for _ in "123"
    ]
    assert (codes, len(sandbox.messages())) == ([0, 0, 1], 2)
    assert (await api.put("rate", json={"rate": 1})).json()["over_rate"]["status"] == 429
    assert (await api.put("rate", json={"rate": None})).json()["rate"] is None
    await api.put("rate", json={"rate": 7})
    await api.post("reset", json={"what": ["rate"]})
    assert sandbox.rate is None


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
        ("POST", "faults", b'{"does": "cut", "times": true}'),
        ("PUT", "rate", b"{}"),
        ("PUT", "rate", b'{"rate": 0}'),
        ("PUT", "rate", b'{"rate": 1, "over_rate": "cut"}'),
        ("PUT", "rate", b'{"rate": 1, "over_rate": {"does": "explode"}}'),
        ("POST", "reset", b'{"what": "log"}'),
        ("POST", "reset", b'{"what": ["everything"]}'),
        ("POST", "reset", b'{"what": [[]]}'),
        ("GET", "messages?kind=fax", b""),
        ("GET", "messages?limit=many", b""),
        ("GET", "messages?limit=0", b""),
        ("GET", "messages?limit=-1", b""),
        ("GET", "messages?too=33639980012", b""),
        ("GET", "messages/wait?timeout=nan", b""),
        ("GET", "messages/wait?timeout=61", b""),
        ("GET", "messages/wait?count=soon", b""),
        ("GET", "messages/wait?count=0", b""),
        ("GET", "clock?advance=5", b""),
        ("PUT", "clock", b'{"advanced": 5}'),
        ("PUT", "clock", b'{"frozen": "no"}'),
        ("PUT", "credits", b'{"credits": 3.7}'),
        ("PUT", "credits", b'{"credits": ' + b"9" * 4_300 + b"}"),
        ("POST", "faults", b'{"\\ud800": 1}'),
    ],
)
async def test_what_is_wrong_is_said_and_changes_nothing(
    api: httpx.AsyncClient, sandbox: Sandbox, method: str, path: str, body: bytes
) -> None:
    answer = await api.request(method, path, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert (sandbox.credits, sandbox.faults, sandbox.clock.is_frozen, sandbox.rate) == (10_000, (), False, None)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_page_of_somebody_else_is_refused(api: httpx.AsyncClient, sandbox: Sandbox, site: str) -> None:
    answer = await api.post("reset", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.json()) == (403, {"error": "asked by a page of another site"})
    assert sandbox.version == 0


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://sandbox", 200), ("null", 403), ("http://evil.example", 403), ("https://sandbox", 403)],
)
async def test_of_a_browser_that_says_no_more_the_origin_is_looked_at(
    api: httpx.AsyncClient, origin: str, status: int
) -> None:
    assert (await api.post("reset", headers={"Origin": origin})).status_code == status


async def test_one_message_is_deleted(api: httpx.AsyncClient, sent: Sandbox) -> None:
    ring, sms = sent.messages()
    assert (await api.delete(f"messages/{ring.id}")).json() == {}
    assert sent.messages() == (sms,)
    missing = await api.delete(f"messages/{ring.id}")
    assert (missing.status_code, missing.json()) == (404, {"error": f"no message has the id '{ring.id}'"})


async def test_a_message_is_told_in_the_words_of_the_api(api: httpx.AsyncClient, sent: Sandbox) -> None:
    shown = (await api.get("messages/latest")).json()
    assert (shown["from"], shown["to"], shown["kind"]) == (SMS["from"], SMS["to"], "sms+")
    assert shown["id"] == sent.latest().id


async def test_of_many_the_newest_are_told(api: httpx.AsyncClient, sent: Sandbox) -> None:
    found = (await api.get("messages", params={"limit": "1"})).json()
    assert (found["count"], found["messages"][0]["id"]) == (2, sent.latest().id)


async def test_what_can_be_called_is_listed(api: httpx.AsyncClient) -> None:
    calls = (await api.get("")).json()["calls"]
    assert {"call": "PUT /_sandbox/api/clock", "takes": ["advance", "frozen"]} in calls
    assert len(calls) == 15


async def test_none_of_its_paths_can_be_one_of_the_api(api: httpx.AsyncClient) -> None:
    for path in ("apimakingring.php", "apilog.php", "nothing"):
        assert (await api.get(path)).status_code == 404
    assert (await api.get("reset")).status_code == 405
