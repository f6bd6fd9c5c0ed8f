"""Every call, cancelled at every step of the event loop, over real sockets: nothing leaks and what left is recorded.

In the suite two of the calls at every third step; `nox -s stress` does all of it. uvloop's steps cannot be counted.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

import anyio
import pytest
from faults.server import FaultyServer, sound
from support.loops import LOOPS
from support.steps import Steps, at_step

from makeasync import AsyncClient, ClientClosed, Event, MakeError, NotSent, Sending, Settled, Sms

A, B = "33639980001", "33639980002"
ID = "abcdefghijkl12"
SMS = Sms(from_=A, to=B, txt="123")
WHOLE = "MAKEASYNC_ROUNDS" in os.environ
STEPS = 400
STRIDE = 1 if WHOLE else 3

pytestmark = pytest.mark.skipif("uvloop" in LOOPS, reason="uvloop runs its callbacks where nobody can count them")

Call = Callable[[AsyncClient], Awaitable[Any]]
Way = Callable[[Awaitable[Any], int], Awaitable[Steps]]


async def send_all(client: AsyncClient) -> None:
    async with client.send_all([SMS] * 3, concurrency=2) as outcomes:
        assert len([outcome async for outcome in outcomes]) == 3


async def track_all(client: AsyncClient) -> None:
    async with client.track_all([ID, ID, ID]) as trackings:
        assert len([tracked async for tracked in trackings]) == 3


CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "sms_plus": lambda client: client.sms_plus(from_=A, to=B, msg="Bonjour"),
        "send_all": send_all,
        "get_tracking": lambda client: client.get_tracking(ID),
        "ring": lambda client: client.ring(from_=A, to=B),
        "ring_plus": lambda client: client.ring_plus([(A, B), (B, A)]),
        "call": lambda client: client.call(from_=A, to=B),
        "call_plus": lambda client: client.call_plus(from_=A, to=B, duration=1, engage=True),
        "sms": lambda client: client.sms(from_=A, to=B, txt="123"),
        "get_credits": lambda client: client.get_credits(),
        "wait_tracking": lambda client: client.wait_tracking(ID, timeout=5),
        "track_all": track_all,
    }
)
SOME = list(CALLS)[: None if WHOLE else 2]


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer(sound) as server:
        yield server


class Watch:
    """What is checked after every one."""

    def __init__(self, server: FaultyServer) -> None:
        self.server = server
        self.events: list[Event] = []
        self.tasks = 0

    async def settle(self) -> None:
        """Let the server begin; what runs then is there all the time."""
        await anyio.sleep(0.02)
        self.tasks = len(anyio.get_running_tasks())

    def client(self) -> AsyncClient:
        self.server.requests.clear()
        self.events.clear()
        return AsyncClient("login", "password", base_url=self.server.url, rate=None, on_event=self.events.append)

    def check_accounts(self) -> None:
        paid = sum(not asked.startswith(("apilog", "apicredits")) for asked in self.server.requests)
        left = sum(isinstance(event, Sending) for event in self.events)
        settled = [event.outcome for event in self.events if isinstance(event, Settled)]
        assert len(settled) == left, "what left is recorded, once"
        assert paid <= sum(not isinstance(outcome, NotSent) for outcome in settled), (
            "what was taken is not called unsent"
        )

    async def check_works(self, client: AsyncClient) -> None:
        with anyio.fail_after(2):
            assert (await client.get_credits()).credits == 45
        inside: dict[str, Any] = vars(client)
        room = cast("anyio.Semaphore", vars(inside["_transport"])["_room"])
        assert room.value == client.max_connections, "no slot is lost"
        assert len(inside["_tracker"]) == 0, "nobody is followed any more"

    async def check_gone(self) -> None:
        with anyio.fail_after(2):
            while self.server.open or len(anyio.get_running_tasks()) > self.tasks:  # noqa: ASYNC110 - sockets close when they do
                await anyio.sleep(0.001)


async def cancelled(call: Call, client: AsyncClient, number: int, way: Way) -> Steps:
    """Make the call in a task, and have it cancelled at that step."""
    with anyio.fail_after(2):
        return await way(call(client), number)


async def by_scope(call: Awaitable[Any], number: int) -> Steps:
    with anyio.CancelScope() as scope:
        with at_step(number, scope.cancel) as steps:
            await call
        return steps
    return Steps(reached=True)


async def by_task(call: Awaitable[Any], number: int) -> Steps:
    task = asyncio.ensure_future(call)
    with at_step(number, task.cancel) as steps:
        await asyncio.wait([task])
    if not task.cancelled():
        task.result()
    return steps


WAYS = [("asyncio", by_scope), ("asyncio", by_task), ("trio", by_scope)]


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize(("anyio_backend", "way"), WAYS, ids=lambda value: getattr(value, "__name__", value))
async def test_call_cancelled_at_every_step(name: str, way: Way, server: FaultyServer) -> None:
    watch = Watch(server)
    await watch.settle()
    for number in range(1, STEPS, STRIDE):
        async with watch.client() as client:
            steps = await cancelled(CALLS[name], client, number, way)
            await watch.check_works(client)
            watch.check_accounts()
        await watch.check_gone()
        if not steps.reached:
            break
    else:
        raise AssertionError(f"more than {STEPS} steps")


@pytest.mark.parametrize("name", SOME)
async def test_client_that_is_left_at_every_step_of_a_call(name: str, server: FaultyServer) -> None:
    watch = Watch(server)
    await watch.settle()
    for number in range(1, STEPS, STRIDE):
        steps, ended = await left(CALLS[name], watch, number)
        watch.check_accounts()
        await watch.check_gone()
        assert all(isinstance(error, ClientClosed | NotSent) for error in ended), ended
        if not steps.reached:
            break
    else:
        raise AssertionError(f"more than {STEPS} steps")


async def left(call: Call, watch: Watch, number: int) -> tuple[Steps, list[MakeError]]:
    """Make the call in a task, and leave the client's block at that step."""
    leave = anyio.Event()
    errors: list[MakeError] = []

    async def go_on(client: AsyncClient) -> None:
        try:
            await call(client)
        except MakeError as error:
            errors.append(error)
        leave.set()

    with anyio.fail_after(2), at_step(number, leave.set) as steps:
        async with anyio.create_task_group() as group, watch.client() as client:
            group.start_soon(go_on, client)
            await leave.wait()
    return steps, errors
