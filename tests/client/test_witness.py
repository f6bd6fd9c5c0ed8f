"""Whoever keeps a record of a request: is asked before it may leave, and told what became of it, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import anyio
import pytest
from anyio.lowlevel import checkpoint

from makeasync import (
    Accepted,
    Answer,
    AsyncClient,
    ClientClosed,
    NotSent,
    Outcome,
    Progress,
    Ring,
    Target,
    Unknown,
    VirtualClock,
    Witness,
)

RING = Ring(from_="33639980001", to="33639980002")
ACCEPTED = b"<response><result>success</result><id>id1</id><result_code>18</result_code></response>"

Way = Callable[[AsyncClient, Witness], Coroutine[object, object, object]]


async def apart(client: AsyncClient, witness: Witness) -> object:
    return await client.send(RING, witness=witness)


async def here(client: AsyncClient, witness: Witness) -> object:
    return await client.deliver(RING, witness)


both_ways = pytest.mark.parametrize("way", [apart, here])


class Noting:
    """A witness."""

    def __init__(self, transport: Slow, error: Exception | None = None) -> None:
        self.transport = transport
        self.error = error
        self.taken_when_asked: list[int] = []
        self.outcomes: list[Outcome] = []

    async def leaving(self) -> None:
        await checkpoint()
        self.taken_when_asked.append(self.transport.taken)
        if self.error is not None:
            raise self.error

    def settled(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


class Slow:
    """A transport that waits before the request leaves, or before the answer comes, until it is allowed to go on."""

    def __init__(self, *, before: bool = False) -> None:
        self.before = before
        self.taken = 0
        self.reached = anyio.Event()
        self.allowed = anyio.Event()

    async def fetch(self, target: Target, timeout: float, progress: Progress) -> Answer:  # noqa: ARG002 - the port's
        progress.reach("connect")
        if self.before:
            await self._wait()
        progress.reach("send")
        self.taken += 1
        if not self.before:
            await self._wait()
        return Answer(200, {}, ACCEPTED)

    async def aclose(self) -> None:
        self.allowed.set()

    async def _wait(self) -> None:
        self.reached.set()
        await self.allowed.wait()


def client_of(transport: Slow, clock: VirtualClock | None = None) -> AsyncClient:
    return AsyncClient("login", "password", rate=1, transport=transport, clock=clock)


@both_ways
async def test_it_is_asked_before_and_told_afterwards(way: Way) -> None:
    transport = Slow()
    transport.allowed.set()
    witness = Noting(transport)
    async with client_of(transport) as client:
        receipt = await way(client, witness)
    assert witness.taken_when_asked == [0]
    assert witness.outcomes == [Accepted(RING, receipt)]  # pyright: ignore[reportArgumentType]


@both_ways
async def test_if_it_says_no_nothing_leaves(way: Way) -> None:
    transport = Slow()
    witness = Noting(transport, ZeroDivisionError())
    async with client_of(transport) as client:
        with pytest.raises(ZeroDivisionError):
            await way(client, witness)
    assert transport.taken == 0
    assert witness.outcomes == []


@both_ways
async def test_cancelled_before_it_left_it_does_not_leave_and_is_told(way: Way) -> None:
    transport = Slow(before=True)
    witness = Noting(transport)
    async with client_of(transport) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(way, client, witness)
            await transport.reached.wait()
            group.cancel_scope.cancel()
        transport.allowed.set()
        await anyio.wait_all_tasks_blocked()
    assert transport.taken == 0
    [outcome] = witness.outcomes
    assert isinstance(outcome, NotSent)
    assert outcome.phase == "queue"


@both_ways
async def test_cancelled_after_it_left_it_is_waited_for_and_told(way: Way) -> None:
    transport = Slow()
    witness = Noting(transport)
    async with client_of(transport) as client, anyio.create_task_group() as group:
        group.start_soon(way, client, witness)
        await transport.reached.wait()
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await anyio.wait_all_tasks_blocked()
            assert witness.outcomes == []
            transport.allowed.set()
    assert [type(outcome) for outcome in witness.outcomes] == [Accepted]


@both_ways
async def test_cancelled_while_it_waits_for_its_turn_it_is_not_even_asked(way: Way) -> None:
    transport = Slow()
    transport.allowed.set()
    witness = Noting(transport)
    async with VirtualClock() as clock, client_of(transport, clock) as client:
        await client.send(RING)
        with clock.expire(0.5):
            await way(client, witness)
    assert (witness.taken_when_asked, witness.outcomes, transport.taken) == ([], [], 1)


@both_ways
async def test_a_client_that_is_closed_while_it_is_asked_sends_nothing(way: Way) -> None:
    transport = Slow()
    client = client_of(transport)

    class Closing(Noting):
        async def leaving(self) -> None:
            await client.__aexit__(None, None, None)

    witness = Closing(transport)
    await client.__aenter__()
    with pytest.raises(ClientClosed):
        await way(client, witness)
    assert transport.taken == 0
    assert [type(outcome) for outcome in witness.outcomes] == [NotSent]


class TestAsyncioCancellation:
    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    @pytest.mark.parametrize(("way", "told"), [(apart, Accepted), (here, Unknown)])
    async def test_what_it_cannot_be_kept_from_is_told(self, way: Way, told: type[Outcome]) -> None:
        transport = Slow()
        witness = Noting(transport)
        async with client_of(transport) as client:
            task = asyncio.ensure_future(way(client, witness))
            await transport.reached.wait()
            task.cancel()
            await anyio.wait_all_tasks_blocked()
            transport.allowed.set()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert [type(outcome) for outcome in witness.outcomes] == [told]
