"""What becomes of those who still wait when the client closes."""

from __future__ import annotations

import anyio
import httpx
import pytest

from makeasync import AsyncClient, ClientClosed, VirtualClock
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
