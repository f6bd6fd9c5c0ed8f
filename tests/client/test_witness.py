"""Whoever keeps a record of a request: is asked before it may leave, and told what became of it, whatever happens."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable, Coroutine

import anyio
import pytest
from anyio.lowlevel import checkpoint

from makeasync import (
    Accepted,
    Answer,
    AsyncClient,
    ClientClosed,
    Event,
    NotSent,
    Outcome,
    Progress,
    Ring,
    Sending,
    Target,
    Unknown,
    VirtualClock,
    Witness,
)
from makeasync.client.logs import LOG

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


@both_ways
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
async def test_interrupted_as_it_is_about_to_leave_it_is_told_too(way: Way, interruption: type[BaseException]) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, Sending):
            raise interruption

    transport = Slow()
    transport.allowed.set()
    witness = Noting(transport)
    async with AsyncClient("login", "password", transport=transport, on_event=interrupt) as client:
        with pytest.raises(interruption):
            await way(client, witness)
    assert len(witness.outcomes) == 1
    assert isinstance(witness.outcomes[0], NotSent) == (transport.taken == 0)


INTERRUPTED = """
import os, signal, sys, anyio
from makeasync import Answer, AsyncClient, Ring

class Interrupting:
    async def fetch(self, target, timeout, progress):
        progress.reach("connect")
        progress.reach("send")
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.sleep(0.2)
        return Answer(200, {}, b"<response><result>success</result><id>id1</id></response>")

    async def aclose(self):
        pass

class Witness:
    async def leaving(self):
        print("leaving")

    def settled(self, outcome):
        print("settled", type(outcome).__name__, flush=True)

async def main():
    async with AsyncClient("login", "password", transport=Interrupting()) as client:
        ring = Ring(from_="33639980001", to="33639980002")
        await (client.send(ring, witness=Witness()) if sys.argv[2] == "apart" else client.deliver(ring, Witness()))

anyio.run(main, backend=sys.argv[1])
"""


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
@pytest.mark.parametrize("way", ["apart", "here"])
def test_ctrl_c_after_it_has_left_leaves_it_recorded(loop: str, way: str) -> None:
    """Trio raises it wherever the main task waits."""
    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", INTERRUPTED, loop, way], capture_output=True, text=True, check=False, timeout=60
    )
    assert "KeyboardInterrupt" in ended.stderr
    told = ended.stdout.splitlines()
    assert told in (["leaving", "settled Accepted"], ["leaving", "settled Unknown"]), ended.stderr


class _Broken(logging.Filter):
    """A filter with a fault, such as one that masks what is not there."""

    def filter(self, record: logging.LogRecord) -> bool:
        raise KeyError(record.name)


@both_ways
async def test_a_logger_that_is_broken_breaks_nothing_else(way: Way) -> None:
    transport = Slow()
    transport.allowed.set()
    witness = Noting(transport)
    broken = _Broken()
    LOG.addFilter(broken)
    level = LOG.level
    LOG.setLevel(logging.DEBUG)
    try:
        async with client_of(transport) as client:
            await way(client, witness)
    finally:
        LOG.removeFilter(broken)
        LOG.setLevel(level)
    assert [type(outcome) for outcome in witness.outcomes] == [Accepted]
