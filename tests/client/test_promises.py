"""What the design promises of the client, each promise shown from the outside."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from support.raw_server import RawServer, accept

from makeasync import (
    AsyncClient,
    CallPlus,
    Event,
    InvalidRequest,
    OutcomeUnknown,
    Request,
    Ring,
    RingPlus,
    Sending,
    Settled,
    Sms,
    SmsPlus,
)
from makeasync.client.clock import VirtualClock
from makeasync.client.limiter import Limiter
from makeasync.pacing.bucket import Rate
from makeasync.sandbox import Sandbox

LOGIN, PASSWORD = "john@gmail.com", "marilyn"
A, B = "33639980001", "33639980002"
RING = Ring(from_=A, to=B)
# The whole of it is a nox session of its own: `nox -s stress` sets 200.
ROUNDS = int(os.environ.get("MAKEASYNC_ROUNDS", "8"))


def most_in_one_second(times: list[float]) -> int:
    return max(sum(1 for later in times[index:] if later - begun <= 1.0) for index, begun in enumerate(times))


async def test_a_rate_of_50_is_kept_to_the_second() -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(login=LOGIN, password=PASSWORD, credits=10**6, clock=clock.time)
        transport = httpx.ASGITransport(sandbox.app)
        async with (
            AsyncClient(LOGIN, PASSWORD, rate=50, clock=clock, transport=transport) as client,
            client.send_all((RING for _ in range(500)), concurrency=40) as outcomes,
        ):
            assert len([outcome async for outcome in outcomes]) == 500
    times = [request.at for request in sandbox.requests]
    assert len(times) == 500
    assert 499 / (times[-1] - times[0]) >= 49
    assert most_in_one_second(times) <= 51


async def test_waiters_that_are_cancelled_lose_no_slot_and_nobody_overtakes() -> None:
    async with VirtualClock() as clock:
        limiter = Limiter(clock, Rate(10))
        served: list[tuple[int, float]] = []
        scopes = [anyio.CancelScope() for _ in range(40)]

        async def wait(number: int) -> None:
            with scopes[number]:
                await limiter.wait()
                served.append((number, clock.now()))

        await limiter.wait()
        begun = clock.now()
        async with anyio.create_task_group() as group:
            for number in range(40):
                group.start_soon(wait, number)
                await anyio.lowlevel.checkpoint()
            await anyio.wait_all_tasks_blocked()
            for number in range(40):
                if number % 4:
                    scopes[number].cancel()
    assert [number for number, _ in served] == list(range(0, 40, 4))
    assert [at - begun for _, at in served] == pytest.approx([0.1 * (slot + 1) for slot in range(10)], abs=1e-5)


async def test_after_random_cancellations_every_request_is_accounted_for_and_no_connection_is_lost() -> None:
    chance = random.Random(7)
    events: list[Event] = []

    async def call(client: AsyncClient, patience: float | None) -> None:
        with anyio.move_on_after(patience):
            await client.send(RING)

    async with RawServer(accept) as server:
        async with AsyncClient(LOGIN, PASSWORD, base_url=server.url, rate=None, on_event=events.append) as client:
            for _ in range(ROUNDS):
                async with anyio.create_task_group() as group:
                    for number in range(100):
                        group.start_soon(call, client, chance.random() * 0.05 if number % 2 else None)
            with anyio.fail_after(2):
                await client.send(RING)
            assert server.open <= 10
        assert server.most_open <= 10
    outcomes = Counter(type(event.outcome).__name__ for event in events if isinstance(event, Settled))
    assert outcomes["Accepted"] == len(server.requests) >= ROUNDS * 50
    assert set(outcomes) == {"Accepted", "NotSent"}, "no cancellation makes an outcome unknown"
    assert outcomes.total() == sum(isinstance(event, Sending) for event in events)


WRONG: dict[str, tuple[Callable[[], Request], str, int]] = {
    "from_ with letters": (lambda: Ring(from_="336ABC45678", to=B), "from_", 103),
    "a national number": (lambda: Ring(from_=A, to="0639980002"), "to", 104),
    "an empty number": (lambda: Ring(from_=A, to=""), "to", 104),
    "a delay too long": (lambda: Ring(from_=A, to=B, delay=121), "delay", 105),
    "a delay below zero": (lambda: Ring(from_=A, to=B, delay=-1), "delay", 105),
    "a duration too short": (lambda: CallPlus(from_=A, to=B, duration=0, engage=True), "duration", 106),
    "a duration too long": (lambda: CallPlus(from_=A, to=B, duration=11, engage=True), "duration", 106),
    "engage not given": (lambda: CallPlus(from_=A, to=B, duration=1), "engage", 107),
    "no catalogue code": (lambda: Sms(from_=A, to=B, txt=""), "txt", 108),
    "a character outside the alphabet": (lambda: SmsPlus(from_=A, to=B, msg="forêt"), "msg", 109),
    "an empty message": (lambda: SmsPlus(from_=A, to=B, msg=""), "msg", 109),
    "one pair": (lambda: RingPlus(pairs=[(A, B)]), "pairs", 100),
    "eleven pairs": (lambda: RingPlus(pairs=[(A, B)] * 11), "pairs", 100),
    "unequal pairs": (lambda: RingPlus(pairs=[(A, B), (A,)]), "pairs", 100),
}


@pytest.mark.parametrize("name", WRONG)
async def test_bad_input_is_named_before_anything_is_sent(name: str) -> None:
    make, argument, code = WRONG[name]
    sandbox = Sandbox(login=LOGIN, password=PASSWORD, credits=1000)
    async with AsyncClient(LOGIN, PASSWORD, transport=httpx.ASGITransport(sandbox.app)) as client:
        with pytest.raises(InvalidRequest) as caught:
            await client.send(make())
    assert (caught.value.argument, caught.value.code) == (argument, code)
    assert str(caught.value).startswith(f"{argument}:")
    assert sandbox.requests == ()
    assert sandbox.credits == 1000


async def test_no_tracking_is_asked_for_earlier_than_ten_seconds_after_its_id() -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(login=LOGIN, password=PASSWORD, credits=10**6, clock=clock.time)
        transport = httpx.ASGITransport(sandbox.app)
        async with AsyncClient(LOGIN, PASSWORD, rate=20, clock=clock, transport=transport) as client:
            receipts = [await client.send(RING) for _ in range(100)]
            async with client.track_all(receipts) as trackings:
                assert len([tracked async for tracked in trackings]) == 100
    issued = {message.id: message.at for message in sandbox.messages()}
    looks = [request for request in sandbox.requests if request.path.endswith("apilog.php")]
    assert min(look.at - issued[look.id or ""] for look in looks) >= 10.0
    assert len(looks) == 100, "and none needed a second look"


async def test_an_unknown_outcome_says_what_happened_and_what_to_do() -> None:
    async def hang_up(_: RawServer, __: ByteStream) -> bool:
        return False

    async with RawServer(hang_up) as server, AsyncClient(LOGIN, PASSWORD, base_url=server.url) as client:
        with pytest.raises(OutcomeUnknown, match=r"no answer came .*; .*look at the account") as caught:
            await client.send(RING)
    assert (caught.value.phase, caught.value.request) == ("wait", RING)
    assert len(server.requests) == 1
