"""A paid request and whoever cancels: it goes at most once, and what became of it is always told."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from anyio.lowlevel import checkpoint
from support.raw_server import RawServer, accept

from makeasync import (
    Accepted,
    Answer,
    AsyncClient,
    ClientClosed,
    Event,
    NotSent,
    OutcomeUnknown,
    Progress,
    Queued,
    Repeating,
    RequestRefused,
    Ring,
    Sending,
    Settled,
    Target,
    Unknown,
    VirtualClock,
)

RING = Ring(from_="33639980001", to="33639980002")
ACCEPTED = b"<response><result>success</result><id>id1</id><result_code>18</result_code></response>"
POSTPONED = b"<response><result>failed</result><result_code>112</result_code></response>"


def settled(events: list[Event]) -> list[object]:
    return [event.outcome for event in events if isinstance(event, Settled)]


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    """A server that answers each request 0.1 s after it came."""

    async def answer(server: RawServer, stream: ByteStream) -> bool:
        await anyio.sleep(0.1)
        return await accept(server, stream)

    async with RawServer(answer) as server:
        yield server


async def requested(server: RawServer, number: int) -> None:
    """Wait until the server has so many requests."""
    with anyio.fail_after(2):
        while len(server.requests) < number:  # noqa: ASYNC110 - the server has no event for this
            await anyio.sleep(0.001)


class Lagging:
    """A transport on the port: the request leaves, or not yet, and the answer comes when it is allowed to."""

    def __init__(self, *, leaves: bool = True, body: bytes = ACCEPTED) -> None:
        self.leaves = leaves
        self.body = body
        self.taken = 0
        self.allowed = anyio.Event()
        self.reached = anyio.Event()

    async def fetch(self, target: Target, timeout: float, progress: Progress) -> Answer:
        assert target.credentials
        assert timeout > 0
        if not self.leaves:
            self.reached.set()
            await self.allowed.wait()
        progress.reach("send")
        self.taken += 1
        self.reached.set()
        await self.allowed.wait()
        return Answer(200, {}, self.body)

    async def aclose(self) -> None:
        self.allowed.set()


class TestCancellation:
    async def test_a_request_that_has_left_is_waited_for_and_told(self, server: RawServer) -> None:
        events: list[Event] = []
        async with AsyncClient("login", "password", base_url=server.url, on_event=events.append) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.send, RING)
                await requested(server, 1)
                group.cancel_scope.cancel()
            assert [type(outcome) for outcome in settled(events)] == [Accepted]
        assert len(server.requests) == 1

    async def test_a_request_that_has_not_left_never_leaves(self) -> None:
        events: list[Event] = []
        transport = Lagging(leaves=False)
        async with AsyncClient("login", "password", transport=transport, on_event=events.append) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.send, RING)
                await transport.reached.wait()
                group.cancel_scope.cancel()
            transport.allowed.set()
            await anyio.wait_all_tasks_blocked()
        assert transport.taken == 0
        assert [type(outcome) for outcome in settled(events)] == [NotSent]

    async def test_cancelled_while_it_waits_for_its_turn_nothing_leaves_and_nobody_is_told_that_it_did(self) -> None:
        events: list[Event] = []
        transport = Lagging()
        transport.allowed.set()
        async with (
            VirtualClock() as clock,
            AsyncClient(
                "login", "password", rate=1, transport=transport, clock=clock, on_event=events.append
            ) as client,
        ):
            await client.send(RING)
            with clock.expire(0.5):
                await client.send(RING)
        assert transport.taken == 1
        assert [type(event) for event in events] == [Queued, Sending, Settled, Queued]

    async def test_cancelled_before_it_begins_nothing_leaves(self, server: RawServer) -> None:
        async with AsyncClient("login", "password", base_url=server.url) as client:
            with anyio.CancelScope() as scope:
                scope.cancel()
                await client.send(RING)
        assert server.requests == []

    async def test_cancelled_before_a_repetition_the_request_is_settled_all_the_same(self) -> None:
        events: list[Event] = []
        transport = Lagging(body=POSTPONED)
        transport.allowed.set()
        async with (
            VirtualClock() as clock,
            AsyncClient("login", "password", transport=transport, clock=clock, on_event=events.append) as client,
        ):
            with clock.expire(1.0):
                await client.send(RING)
        assert [type(event) for event in events] == [Queued, Sending, Repeating, Settled]
        assert transport.taken == 1

    async def test_cancelling_a_scope_around_the_client_settles_what_is_under_way(self, server: RawServer) -> None:
        events: list[Event] = []
        with anyio.CancelScope() as scope:
            async with (
                AsyncClient("login", "password", base_url=server.url, rate=None, on_event=events.append) as client,
                anyio.create_task_group() as group,
            ):
                for _ in range(10):
                    group.start_soon(client.send, RING)
                await requested(server, 10)
                scope.cancel()
        assert scope.cancelled_caught
        assert [type(outcome) for outcome in settled(events)] == [Accepted] * 10
        assert len(server.requests) == 10

    async def test_the_deadline_bounds_how_long_a_cancelled_caller_waits(self) -> None:
        events: list[Event] = []

        async def never(_: RawServer, __: ByteStream) -> bool:
            await anyio.sleep_forever()
            return False

        async with (
            RawServer(never) as server,
            AsyncClient("login", "password", timeout=0.3, base_url=server.url, on_event=events.append) as client,
        ):
            with anyio.fail_after(1), anyio.move_on_after(0.05):
                await client.send(RING)
        [outcome] = settled(events)
        assert isinstance(outcome, Unknown)
        assert outcome.error.phase == "wait"
        assert outcome.error.request is RING


class TestAsyncioCancellation:
    """asyncio's own, which knows nothing of shields."""

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"

    async def test_a_timeout_waits_for_what_has_left(self, server: RawServer) -> None:
        events: list[Event] = []
        async with AsyncClient("login", "password", base_url=server.url, on_event=events.append) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await client.send(RING)
            assert [type(outcome) for outcome in settled(events)] == [Accepted]

    async def test_cancelling_ten_times_changes_nothing(self, server: RawServer) -> None:
        events: list[Event] = []
        async with AsyncClient("login", "password", base_url=server.url, on_event=events.append) as client:
            task = asyncio.ensure_future(client.send(RING))
            await requested(server, 1)
            for _ in range(10):
                task.cancel()
                await asyncio.sleep(0.001)
            with pytest.raises(asyncio.CancelledError):
                await task
            assert [type(outcome) for outcome in settled(events)] == [Accepted]
            assert (await client.send(RING)).id == "id2"

    async def test_cancelled_in_the_queue_nothing_leaves(self, server: RawServer) -> None:
        events: list[Event] = []
        async with AsyncClient(
            "login", "password", rate=None, max_connections=1, base_url=server.url, on_event=events.append
        ) as client:
            first, second = (asyncio.ensure_future(client.send(RING)) for _ in range(2))
            await requested(server, 1)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            await first
            assert [type(outcome) for outcome in settled(events)] == [NotSent, Accepted]
        assert len(server.requests) == 1

    async def test_cancelling_every_task_never_calls_not_sent_what_has_left(self) -> None:
        """Many programs end so; the task of the exchange is cancelled too, and no shield can hold it."""
        events: list[Event] = []
        transport = Lagging()

        async def use() -> None:
            async with AsyncClient("login", "password", transport=transport, on_event=events.append) as client:
                await client.send(RING)

        others = asyncio.all_tasks()
        user = asyncio.ensure_future(use())
        await transport.reached.wait()
        for task in asyncio.all_tasks() - others:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await user
        assert transport.taken == 1
        [outcome] = settled(events)
        assert isinstance(outcome, Unknown)
        assert outcome.error.request is RING

    # That it never ran is what is tested; asyncio says so when the coroutine is thrown away.
    @pytest.mark.filterwarnings("ignore:coroutine 'Delivery._perform' was never awaited:RuntimeWarning")
    async def test_cancelling_every_task_before_the_exchange_began_ends_them_all(self) -> None:
        events: list[Event] = []
        transport = Lagging()
        others = asyncio.all_tasks()

        def cancel_all(event: Event) -> None:
            events.append(event)
            if isinstance(event, Sending):
                # The exchange's task is there, and has not taken its first step.
                for task in asyncio.all_tasks() - others:
                    task.cancel()

        async def use() -> None:
            async with AsyncClient("login", "password", transport=transport, on_event=cancel_all) as client:
                # The client's own tasks have taken their first steps.
                await checkpoint()
                await client.send(RING)

        user = asyncio.ensure_future(use())
        done, _ = await asyncio.wait([user], timeout=2)
        gc.collect()
        assert done, "the caller waits for an exchange that never ran"
        assert user.cancelled()
        assert transport.taken == 0
        assert [type(outcome) for outcome in settled(events)] == [NotSent]


class TestFaults:
    async def test_what_is_no_request_is_refused_at_once(self) -> None:
        transport = Lagging()
        events: list[Event] = []
        async with AsyncClient("login", "password", transport=transport, on_event=events.append) as client:
            with anyio.fail_after(1), pytest.raises(TypeError, match="request"):
                await client.send("Ring")  # pyright: ignore[reportArgumentType]
        assert events == []

    async def test_a_transport_that_breaks_its_promise_leaves_the_outcome_unknown(self) -> None:
        def broken(_: httpx.Request) -> httpx.Response:
            raise ValueError("a fault of the transport's")

        async with AsyncClient("login", "password", transport=httpx.MockTransport(broken)) as client:
            with pytest.raises(OutcomeUnknown) as caught:
                await client.send(RING)
        assert caught.value.request is RING
        assert caught.value.__cause__ is caught.value.__context__ is None

    async def test_leaving_the_client_ends_those_who_wait_for_their_turn(self) -> None:
        events: list[Event] = []
        errors: list[BaseException] = []
        transport = Lagging()
        transport.allowed.set()

        async def send(client: AsyncClient) -> None:
            try:
                await client.send(RING)
            except ClientClosed as error:
                errors.append(error)

        async with (
            VirtualClock() as clock,
            anyio.create_task_group() as group,
            AsyncClient(
                "login", "password", rate=1, transport=transport, clock=clock, on_event=events.append
            ) as client,
        ):
            await client.send(RING)
            group.start_soon(send, client)
            await checkpoint()
        assert len(errors) == 1
        assert transport.taken == 1
        assert [type(event) for event in events if not isinstance(event, Queued)] == [Sending, Settled]


class TestRepetition:
    @pytest.mark.parametrize("timeout", [15.0, 3.0])
    async def test_112_is_repeated_within_the_deadline_and_then_a_refusal(self, timeout: float) -> None:
        transport = Lagging(body=POSTPONED)
        transport.allowed.set()
        async with VirtualClock() as clock:
            begun = clock.now()
            async with AsyncClient("login", "password", timeout=timeout, transport=transport, clock=clock) as client:
                with pytest.raises(RequestRefused) as caught:
                    await client.send(RING)
            assert clock.now() - begun < timeout
        assert caught.value.code == 112
        assert caught.value.request is RING
        assert transport.taken == {15.0: 4, 3.0: 2}[timeout]

    @pytest.mark.parametrize("code", [0, 100, 101, 102, 104, 110, 111, 999])
    async def test_no_other_refusal_is_repeated(self, code: int) -> None:
        transport = Lagging(body=POSTPONED.replace(b"112", str(code).encode()))
        transport.allowed.set()
        async with AsyncClient("login", "password", transport=transport) as client:
            with pytest.raises(RequestRefused) as caught:
                await client.send(RING)
        assert caught.value.code == code
        assert transport.taken == 1
