"""The face: its calls, its options, and when it may be used."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest

from makeasync import AsyncClient, ClientClosed, Event, Kind, NoAnswer, Receipt, Ring, VirtualClock

A, B = "33639980001", "33639980002"
RING = Ring(from_=A, to=B)
ACCEPTED = "<response><result>success</result><cost>5</cost><credits>45</credits><id>id1</id></response>"

Call = Callable[[AsyncClient], Awaitable[Receipt[Any]]]
CALLS: dict[Kind, tuple[Call, str, dict[str, str]]] = {
    Kind.RING: (lambda c: c.ring(from_=A, to=B, delay=3), "apimakingring", {"from": A, "to": B, "in": "3"}),
    Kind.RING_PLUS: (
        lambda c: c.ring_plus([(A, B), (B, A)]),
        "apimakeringplus",
        {"from0": A, "to0": B, "from1": B, "to1": A},
    ),
    Kind.CALL: (lambda c: c.call(from_=A, to=B), "apimakecall", {"from": A, "to": B}),
    Kind.CALL_PLUS: (
        lambda c: c.call_plus(from_=A, to=B, duration=2, engage=True),
        "apimakecallplus",
        {"from": A, "to": B, "duration": "2", "engage": "1"},
    ),
    Kind.SMS: (lambda c: c.sms(from_=A, to=B, txt="123"), "apimakesms", {"from": A, "to": B, "txt": "123"}),
    Kind.SMS_PLUS: (
        lambda c: c.sms_plus(from_=A, to=B, msg="Ça va & toi ?"),
        "apimakesmsplus",
        {"from": A, "to": B, "msg": "Ça va & toi ?"},
    ),
}


def accepting(requests: list[httpx.Request]) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, text=ACCEPTED)

    return httpx.MockTransport(answer)


@pytest.mark.parametrize("kind", CALLS)
async def test_each_call_sends_its_request(kind: Kind) -> None:
    call, path, arguments = CALLS[kind]
    requests: list[httpx.Request] = []
    async with AsyncClient("john", "secret", transport=accepting(requests)) as client:
        receipt = await call(client)
    [request] = requests
    assert str(request.url.copy_with(query=None)) == f"https://www.makesms.fr/{path}.php"
    assert dict(request.url.params) == arguments | {"login": "john", "pwd": "secret"}
    assert (receipt.kind, receipt.id, receipt.cost, receipt.credits) == (kind, "id1", 5, 45)
    assert receipt.scheduled is ("in" in arguments)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("rate", 0),
        ("rate", -1.5),
        ("max_connections", 0),
        ("max_connections", -1),
        ("timeout", 0),
        ("timeout", float("nan")),
        ("tracking_delay", -1),
        ("tracking_delay", float("nan")),
        ("login", ""),
        ("password", ""),
        ("base_url", "makesms.fr"),
        ("proxy", "nowhere"),
    ],
)
def test_an_option_out_of_its_range_is_named(option: str, value: object) -> None:
    options: dict[str, Any] = {"login": "login", "password": "password", option: value}
    with pytest.raises(ValueError, match=option):
        AsyncClient(**options)


def test_connections_are_counted_for_a_transport_of_one_s_own_too() -> None:
    own: Any = object()
    with pytest.raises(ValueError, match="max_connections"):
        AsyncClient("login", "password", transport=own, max_connections=0)


async def test_the_environment_gives_login_password_and_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEASYNC_LOGIN", "john")
    monkeypatch.setenv("MAKEASYNC_PASSWORD", "secret")
    monkeypatch.setenv("MAKEASYNC_BASE_URL", "https://make.test/v1")
    requests: list[httpx.Request] = []
    async with AsyncClient.from_env(transport=accepting(requests)) as client:
        await client.send(RING)
    url = requests[0].url
    assert (url.host, url.path, url.params["pwd"]) == ("make.test", "/v1/apimakingring.php", "secret")


@pytest.mark.parametrize("missing", ["MAKEASYNC_LOGIN", "MAKEASYNC_PASSWORD"])
def test_a_variable_that_is_not_set_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAKEASYNC_LOGIN", "MAKEASYNC_PASSWORD"):
        monkeypatch.setenv(name, "" if name == missing else "given")
    with pytest.raises(ValueError, match=missing):
        AsyncClient.from_env()


async def test_it_is_used_inside_its_block_and_once() -> None:
    requests: list[httpx.Request] = []
    client = AsyncClient("login", "password", transport=accepting(requests))

    async def refused() -> None:
        for call in (client.send(RING), client.get_credits(), client.get_tracking("id1"), client.wait_tracking("id1")):
            with pytest.raises(ClientClosed):
                await call

    await refused()
    async with client:
        with pytest.raises(ClientClosed):
            await client.__aenter__()
        await client.send(RING)
    await refused()
    with pytest.raises(ClientClosed):
        await client.__aenter__()
    assert len(requests) == 1


async def test_what_the_body_raises_comes_bare() -> None:
    async def fail() -> None:
        async with AsyncClient("login", "password", transport=accepting([])) as client:
            await client.send(RING)
            raise ValueError("of the body")

    with pytest.raises(ValueError, match=r"^of the body$"):
        await fail()


async def test_an_observer_that_raises_tears_no_send(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Event) -> None:
        raise ValueError("of the observer")

    requests: list[httpx.Request] = []
    with caplog.at_level(logging.ERROR, "makeasync"):
        async with AsyncClient("login", "password", transport=accepting(requests), on_event=broken) as client:
            assert (await client.send(RING)).id == "id1"
    assert len(requests) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "on_event raised; the event is Queued",
        "on_event raised; the event is Sending",
        "on_event raised; the event is Settled",
    ]


async def test_many_clients_leave_no_task_behind() -> None:
    for _ in range(20):
        async with AsyncClient("login", "password", transport=accepting([])) as client:
            await client.send(RING)
    assert len(anyio.get_running_tasks()) <= 3


async def test_a_service_that_asks_for_a_longer_pause_than_is_left_is_not_waited_for() -> None:
    def overloaded(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503, headers={"Retry-After": "3600"})

    async with (
        VirtualClock() as clock,
        AsyncClient("login", "password", clock=clock, transport=httpx.MockTransport(overloaded)) as client,
    ):
        begun = clock.now()
        with pytest.raises(NoAnswer, match="503"):
            await client.get_credits()
        assert clock.now() == begun
