"""Every send and every tracking against the sandbox, in process and over a socket: the two must not differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from support.worlds import World, in_process, over_a_socket

from makeasync import (
    Accepted,
    AuthenticationFailed,
    Call,
    CallPlus,
    CallPlusTracking,
    CallTracking,
    ContactSupport,
    InsufficientCredit,
    InvalidArgument,
    NotTrackable,
    NotYetAvailable,
    OutcomeUnknown,
    Refused,
    Request,
    RequestRefused,
    Ring,
    RingPlus,
    RingTracking,
    Sms,
    SmsPlus,
    SmsPlusTracking,
    SmsTracking,
    Tracked,
    Tracking,
    TrackingFailed,
    TrackingTimeout,
    TrackingUnavailable,
    Unknown,
)
from makeasync.protocol.requests import PaidRequest
from makeasync.sandbox import Fault
from makeasync.sandbox.network.faults import Does

FROM, TO, ANSWERS, NEVER = "33639980000", "33639980012", "33639989900", "33639989901"
DAY = 24 * 3600
# The whole basic alphabet that a message may hold, and what a query would take for its own.
ALPHABET = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡AZÄÖÑÜ§¿azäöñüà"

# What is asked for, what it costs, and its code.
SENDS: dict[str, tuple[Request, int, int | None]] = {
    "ring": (Ring(from_=FROM, to=TO), 5, 18),
    "ring, later": (Ring(from_=FROM, to=TO, delay=1), 5, 19),
    "ring+ of 2": (RingPlus(pairs=[(FROM, TO), (TO, FROM)]), 10, 78),
    "ring+ of 10": (RingPlus(pairs=[(FROM, TO)] * 10), 50, 78),
    "call": (Call(from_=FROM, to=TO), 5, 8),
    "call, later": (Call(from_=FROM, to=TO, delay=4), 5, 9),
    "call+": (CallPlus(from_=FROM, to=TO, duration=10, engage=True), 20, 58),
    "call+, later": (CallPlus(from_=FROM, to=TO, duration=1, engage=True, delay=2), 20, 59),
    "sms": (Sms(from_=FROM, to=TO, txt="900"), 5, None),
    "sms, later": (Sms(from_=FROM, to=TO, txt="123", delay=3), 5, None),
    "sms+": (SmsPlus(from_=FROM, to=TO, msg="coucou !'ami"), 10, None),
    "sms+, later": (SmsPlus(from_=FROM, to=TO, msg="A+tard & 50 % ?", delay=5), 10, None),
}
# What can be tracked, and the class of its tracking.
TRACKED: tuple[tuple[PaidRequest[Tracking], type[Tracking]], ...] = (
    (Ring(from_=FROM, to=TO), RingTracking),
    (Ring(from_=FROM, to=TO, delay=1), RingTracking),
    (Call(from_=FROM, to=TO), CallTracking),
    (Call(from_=FROM, to=TO, delay=4), CallTracking),
    (CallPlus(from_=FROM, to=TO, duration=10, engage=True), CallPlusTracking),
    (CallPlus(from_=FROM, to=TO, duration=1, engage=True, delay=2), CallPlusTracking),
    (Sms(from_=FROM, to=TO, txt="900"), SmsTracking),
    (Sms(from_=FROM, to=TO, txt="123", delay=3), SmsTracking),
    (SmsPlus(from_=FROM, to=TO, msg="coucou !'ami"), SmsPlusTracking),
    (SmsPlus(from_=FROM, to=TO, msg="A+tard & 50 % ?", delay=5), SmsPlusTracking),
)


@pytest.fixture(params=["in process", "over a socket"])
async def world(request: pytest.FixtureRequest) -> AsyncGenerator[World]:
    if request.param == "over a socket":
        # One for each test: what a client gives up may still be on its way when the next test begins.
        with over_a_socket() as world:
            yield world
        return
    async with in_process() as world:
        yield world


def minutes(request: PaidRequest[Tracking | None]) -> int:
    return int(getattr(request, "delay", 0))


@pytest.mark.parametrize("name", SENDS)
async def test_each_request_is_taken_once_as_it_was_meant(world: World, name: str) -> None:
    asked, cost, code = SENDS[name]
    async with world.client() as client:
        receipt = await client.send(asked)
    delay = minutes(asked)
    assert (receipt.kind, receipt.cost, receipt.credits, receipt.code) == (asked.kind, cost, 10_000 - cost, code)
    assert receipt.scheduled is (delay > 0)
    [message] = world.sandbox.messages()
    assert (message.id, message.kind, message.cost, message.delay) == (receipt.id, asked.kind, cost, delay)
    assert message.pairs == tuple(getattr(asked, "pairs", ((FROM, TO),)))
    assert (message.msg, message.txt) == (getattr(asked, "msg", None), getattr(asked, "txt", None))
    assert len(world.sandbox.requests) == 1


@pytest.mark.parametrize(("asked", "tracked"), TRACKED, ids=lambda it: getattr(it, "kind", ""))
async def test_each_tracking_comes_after_ten_seconds_and_reaches_its_end(
    world: World, asked: PaidRequest[Tracking], tracked: type[Tracking]
) -> None:
    async with world.client() as client:
        receipt = await client.send(asked)
        first = await client.wait_tracking(receipt, timeout=DAY)
        last = await client.wait_tracking(receipt, until="finished", timeout=DAY)
    assert type(first) is type(last) is tracked
    assert (last.id, last.from_, last.to, last.delay) == (receipt.id, FROM, TO, timedelta(minutes=minutes(asked)))
    assert last.finished
    assert last.ended_at
    [message] = world.sandbox.messages()
    assert last.created_at.timestamp() == int(message.at)
    assert last.ended_at > last.created_at + last.delay
    looks = [request.at for request in world.sandbox.requests if request.path == "/apilog.php"]
    assert looks[0] - message.at >= 10
    assert looks[-1] >= last.ended_at.timestamp()


async def test_what_each_tracking_says_is_what_happened(world: World) -> None:
    async with world.client() as client:
        recorded = await client.call_plus(from_=FROM, to=ANSWERS, duration=2, engage=True)
        chosen = await client.sms(from_=FROM, to=TO, txt="900")
        written = await client.sms_plus(from_=FROM, to=TO, msg=ALPHABET)
        unheard = await client.ring(from_=FROM, to=NEVER)
        call = await client.wait_tracking(recorded, until="finished", timeout=DAY)
        sms = await client.wait_tracking(chosen, until="finished", timeout=DAY)
        sms_plus = await client.wait_tracking(written, until="finished", timeout=DAY)
        ring = await client.wait_tracking(unheard, until="finished", timeout=DAY)
    assert call.rang_at
    assert call.answered_at
    assert call.caller_answered_at
    assert call.hung_up_at
    assert call.rang_at < call.answered_at < call.caller_answered_at < call.hung_up_at
    assert (call.max_duration, bool(call.record_link)) == (timedelta(minutes=2), True)
    assert (sms.txt, sms.content) == ("900", "On se prend un cafe ?")
    assert sms_plus.executed_at
    assert (sms_plus.content, sms_plus.revealed_at) == (ALPHABET, sms_plus.executed_at + timedelta(minutes=5))
    assert (bool(ring.rang_at), ring.answered_at, bool(ring.hung_up_at)) == (True, None, True)


async def test_one_look_is_too_early_then_right_then_too_late(world: World) -> None:
    world.sandbox.clock.freeze()
    async with world.client() as client:
        receipt = await client.ring(from_=FROM, to=TO)
        world.sandbox.clock.advance(9.9)
        with pytest.raises(NotYetAvailable) as early:
            await client.get_tracking(receipt.id)
        world.sandbox.clock.advance(0.1)
        assert (await client.get_tracking(receipt.id)).id == receipt.id
        world.sandbox.clock.advance(32 * DAY)
        with pytest.raises(TrackingUnavailable) as late:
            await client.wait_tracking(receipt)
    assert [(error.value.code, error.value.id) for error in (early, late)] == [(112, receipt.id), (110, receipt.id)]


async def test_nobody_else_s_id_and_no_ring_plus_is_tracked(world: World) -> None:
    async with world.client() as client:
        with pytest.raises(TrackingUnavailable):
            await client.wait_tracking("abcdefghijkl12")
        receipt = await client.ring_plus([(FROM, TO), (FROM, TO)])
        asked = len(world.sandbox.requests)
        with pytest.raises(NotTrackable):
            await client.wait_tracking(receipt)  # pyright: ignore[reportArgumentType, reportCallIssue] - that is the point
        assert len(world.sandbox.requests) == asked


async def test_who_does_not_wait_long_enough_is_told_how_far_it_is(world: World) -> None:
    async with world.client() as client:
        receipt = await client.sms_plus(from_=FROM, to=NEVER, msg="Bonjour")
        with pytest.raises(TrackingTimeout) as caught:
            await client.wait_tracking(receipt, until="finished", timeout=100)
    assert isinstance(caught.value.last, SmsPlusTracking)


REFUSED: tuple[tuple[int, int, type[RequestRefused]], ...] = (
    (0, 23, RequestRefused),
    (100, 10, RequestRefused),
    (101, 11, AuthenticationFailed),
    (102, 12, InsufficientCredit),
    *((code, code - 90, InvalidArgument) for code in range(103, 110)),
    (111, 21, ContactSupport),
)


async def test_each_refusal_is_an_error_of_its_own_and_costs_nothing(world: World) -> None:
    async with world.client() as client:
        for code, last_two, error in REFUSED:
            with pytest.raises(error) as caught:
                await client.sms(from_=FROM, to=f"336399899{last_two}", txt="1")
            assert (type(caught.value), caught.value.code) == (error, code)
    assert (world.sandbox.credits, world.sandbox.messages()) == (10_000, ())
    assert len(world.sandbox.requests) == len(REFUSED)


async def test_login_and_balance_are_looked_at(world: World) -> None:
    async with world.client("wrong") as client:
        with pytest.raises(AuthenticationFailed):
            await client.ring(from_=FROM, to=TO)
        assert (await client.get_credits()).credits == 0
    world.sandbox.credits = 9
    async with world.client() as client:
        with pytest.raises(InsufficientCredit):
            await client.sms_plus(from_=FROM, to=TO, msg="Bonjour")
        assert (await client.ring(from_=FROM, to=TO)).credits == 4
        assert (await client.get_credits()).credits == 4


async def test_many_are_sent_and_followed_and_each_is_told(world: World) -> None:
    numbers = [*(f"336000000{number:02}" for number in range(20)), "33639989914", "33639989930", "33639989932"]
    async with world.client() as client:
        async with client.send_all((Ring(from_=FROM, to=number) for number in numbers), concurrency=5) as outcomes:
            told = [outcome async for outcome in outcomes]
        receipts = [outcome.receipt for outcome in told if isinstance(outcome, Accepted)]
        async with client.track_all([*receipts, "nobody"], until="finished") as trackings:
            followed = [tracked async for tracked in trackings]
    assert Counter(map(type, told)) == {Accepted: 20, Refused: 1, Unknown: 2}
    assert Counter(map(type, followed)) == {Tracked: 20, TrackingFailed: 1}
    assert {tracked.id for tracked in followed} == {receipt.id for receipt in receipts} | {"nobody"}
    assert [error.phase for error in (it.error for it in told if isinstance(it, Unknown))]
    # The one whose answer was cut was taken, and charged, and is there once.
    assert sorted(message.to or "" for message in world.sandbox.messages()) == sorted([*numbers[:20], "33639989932"])


UNUSABLE: tuple[Does, ...] = ("reset_before", "reset_after", "cut", "garbage", "html", "no_answer", "never_taken")


@pytest.mark.parametrize("does", UNUSABLE)
async def test_without_a_usable_answer_the_outcome_is_unknown_and_nothing_is_sent_again(
    world: World, does: Does
) -> None:
    fault = Fault(does, times=1)
    world.sandbox.add_fault(fault)
    async with world.client(timeout=500) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await client.ring(from_=FROM, to=TO)
        assert (await client.ring(from_=FROM, to=TO)).credits == 9_995 - 5 * fault.is_taken
    assert caught.value.request == Ring(from_=FROM, to=TO)
    assert len(world.sandbox.requests) == 2
    assert len(world.sandbox.messages()) == 1 + fault.is_taken
