"""How fast does the client send, against what it could have been: one shared httpx pool.

    python -m benchmarks.client [REQUESTS]

Both do the same: 100 tasks, each request with login and password, each answer decoded.
"""

import sys
import time
from collections.abc import Awaitable, Callable

import anyio
import httpx

from benchmarks.server import server
from makeasync import AsyncClient, Ring
from makeasync.protocol.codec import decode_receipt

TASKS = 100
REQUEST = Ring(from_="33612345678", to="33687654321")


async def lanes(url: str, requests: int) -> None:
    """Send with makeasync."""
    async with (
        AsyncClient("john@gmail.com", "marilyn", base_url=url, rate=None) as client,
        client.send_all((REQUEST for _ in range(requests)), concurrency=TASKS) as outcomes,
    ):
        async for _ in outcomes:
            pass


async def calls(url: str, requests: int) -> None:
    """Send with makeasync, each task its own calls."""
    async with AsyncClient("john@gmail.com", "marilyn", base_url=url, rate=None) as client:

        async def work() -> None:
            for _ in range(requests // TASKS):
                await client.send(REQUEST)

        await _all_tasks(work)


async def shared_pool(url: str, requests: int) -> None:
    """Send with one httpx client, as most would write it."""
    query = {**dict(REQUEST.query), "login": "john@gmail.com", "pwd": "marilyn"}
    async with httpx.AsyncClient(base_url=url) as client:

        async def work() -> None:
            for _ in range(requests // TASKS):
                answer = await client.get(REQUEST.path, params=query)
                decode_receipt(answer.content, REQUEST)

        await _all_tasks(work)


async def _all_tasks(work: Callable[[], Awaitable[None]]) -> None:
    async def one() -> None:
        await work()

    async with anyio.create_task_group() as group:
        for _ in range(TASKS):
            group.start_soon(one)


def _rate(url: str, requests: int, contender: Callable[[str, int], Awaitable[None]], backend: str) -> float:
    begun = time.perf_counter()
    anyio.run(contender, url, requests, backend=backend)
    return requests / (time.perf_counter() - begun)


def main(requests: int = 4000) -> None:
    """Print requests a second, and how they compare."""
    with server() as url:
        for backend in ("asyncio", "trio"):
            pool = _rate(url, requests, shared_pool, backend)
            print(f"{backend:>8}  one shared httpx pool    {pool:6.0f}/s   1.0")
            for name, contender in (("makeasync, calls", calls), ("makeasync, send_all", lanes)):
                rate = _rate(url, requests, contender, backend)
                print(f"{'':>8}  {name:<24} {rate:6.0f}/s   {rate / pool:.1f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
