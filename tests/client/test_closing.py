"""What becomes of those who still wait when the client closes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest
from anyio import from_thread, to_thread
from support.service import Service, sms

from makeasync import AsyncClient, ClientClosed, ClientElsewhere, VirtualClock
from makeasync.sandbox import Sandbox


async def test_whoever_waits_for_a_tracking_is_told() -> None:
    async def wait(client: AsyncClient, id: str) -> None:
        with pytest.raises(ClientClosed, match="closed while you waited"):
            await client.wait_tracking(id)

    async with VirtualClock() as clock:
        transport = httpx.ASGITransport(Sandbox(clock=clock.time, log_delay=3600).app)
        async with (
            anyio.create_task_group() as group,
            AsyncClient("john@gmail.com", "marilyn", clock=clock, transport=transport) as client,
        ):
            receipt = await client.ring(from_="33639980001", to="33639980002")
            group.start_soon(wait, client, receipt.id)
            await clock.sleep(30)


async def test_a_closed_client_says_so() -> None:
    client = AsyncClient("john@gmail.com", "marilyn", transport=httpx.ASGITransport(Sandbox().app))
    with pytest.raises(ClientClosed, match="async with"):
        await client.get_credits()
    async with client:
        await client.get_credits()
    with pytest.raises(ClientClosed):
        await client.get_credits()
    with pytest.raises(ClientClosed, match="new one"):
        await client.__aenter__()


async def bulk(client: AsyncClient) -> None:
    async with client.send_all([sms(1)]) as outcomes:
        assert [outcome async for outcome in outcomes] == []


async def trackings(client: AsyncClient) -> None:
    async with client.track_all(["id33600000001"]) as tracked:
        assert [one async for one in tracked] == []


Call = Callable[[AsyncClient], Awaitable[Any]]
CALLS: list[Call] = [
    lambda client: client.send(sms(1)),
    lambda client: client.get_credits(),
    lambda client: client.get_tracking("id33600000001"),
    lambda client: client.wait_tracking("id33600000001"),
    bulk,
    trackings,
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("loop", ["asyncio", "trio"])
async def test_from_another_loop_or_thread_it_says_where_it_is_open(call: Call, loop: str) -> None:
    service = Service()

    async def from_there(client: AsyncClient) -> None:
        with pytest.raises(ClientElsewhere, match="another event loop, that of MainThread"):
            await call(client)

    async with service.client() as client:
        await to_thread.run_sync(lambda: anyio.run(from_there, client, backend=loop))
        assert service.asked == {}
        assert (await client.get_credits()).credits == service.credits


async def test_from_another_thread_it_is_used_in_its_own_loop() -> None:
    service = Service()
    async with service.client() as client:
        receipt = await to_thread.run_sync(lambda: from_thread.run(client.send, sms(1)))
    assert receipt.id == "id33600000001"


async def test_it_cannot_be_opened_twice() -> None:
    async with Service().client() as client:
        with pytest.raises(ClientClosed, match="new one"):
            await client.__aenter__()
        await client.get_credits()
