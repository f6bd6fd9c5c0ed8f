"""What a type checker must know of the face. Nothing here runs: pyright reads it."""

from __future__ import annotations

from typing import assert_never, assert_type

from makeasync import (
    Accepted,
    Added,
    AsyncClient,
    Call,
    CallPlus,
    CallPlusTracking,
    CallTracking,
    Campaign,
    Credits,
    Entry,
    NotSent,
    Outcome,
    OutcomeUnknown,
    Receipt,
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
    Unknown,
)

A, B = "33612345678", "33687654321"


async def tracking_is_that_of_the_receipt(client: AsyncClient) -> None:
    ring = await client.ring(from_=A, to=B)
    call = await client.call(from_=A, to=B)
    call_plus = await client.call_plus(from_=A, to=B, duration=1, engage=True)
    sms = await client.sms(from_=A, to=B, txt="123")
    sms_plus = await client.sms_plus(from_=A, to=B, msg="Bonjour")
    assert_type(ring, Receipt[RingTracking])
    assert_type(call, Receipt[CallTracking])
    assert_type(call_plus, Receipt[CallPlusTracking])
    assert_type(sms, Receipt[SmsTracking])
    assert_type(sms_plus, Receipt[SmsPlusTracking])
    assert_type(await client.wait_tracking(ring), RingTracking)
    assert_type(await client.wait_tracking(call, until="finished"), CallTracking)
    assert_type(await client.wait_tracking(call_plus, timeout=60), CallPlusTracking)
    assert_type(await client.wait_tracking(sms), SmsTracking)
    assert_type(await client.wait_tracking(sms_plus), SmsPlusTracking)


async def receipt_is_that_of_the_request(client: AsyncClient) -> None:
    assert_type(await client.send(Ring(from_=A, to=B)), Receipt[RingTracking])
    assert_type(await client.send(Call(from_=A, to=B)), Receipt[CallTracking])
    assert_type(await client.send(CallPlus(from_=A, to=B, duration=1, engage=True)), Receipt[CallPlusTracking])
    assert_type(await client.send(Sms(from_=A, to=B, txt="123")), Receipt[SmsTracking])
    assert_type(await client.send(SmsPlus(from_=A, to=B, msg="Bonjour")), Receipt[SmsPlusTracking])
    assert_type(await client.send(RingPlus(pairs=[(A, B), (A, B)])), Receipt[None])


async def tracking_of_an_id_is_any_of_the_five(client: AsyncClient) -> None:
    assert_type(await client.wait_tracking("abcdefghijkl12"), Tracking)
    assert_type(await client.get_tracking("abcdefghijkl12"), Tracking)
    assert_type(await client.get_credits(), Credits)


async def ring_plus_cannot_be_tracked(client: AsyncClient) -> None:
    receipt = await client.ring_plus([(A, B), (A, B)])
    assert_type(receipt, Receipt[None])
    await client.wait_tracking(receipt)  # pyright: ignore[reportArgumentType, reportCallIssue]
    client.track_all([receipt])  # pyright: ignore[reportArgumentType]


async def any_request_can_be_held_as_one(client: AsyncClient, request: Request) -> None:
    requests: list[Request] = [Ring(from_=A, to=B), RingPlus(pairs=[(A, B), (A, B)]), request]
    async with client.send_all(requests) as outcomes:
        async for outcome in outcomes:
            assert_type(outcome.request, Request | None)
            held: Outcome = outcome
            every_outcome_is_one_of_four(held)


def every_outcome_is_one_of_four(outcome: Outcome) -> None:
    match outcome:
        case Accepted():
            assert_type(outcome.receipt, Receipt[Tracking | None])
        case Refused():
            assert_type(outcome.error, RequestRefused)
        case NotSent():
            assert_type(outcome.error, NotSent)
        case Unknown():
            assert_type(outcome.error, OutcomeUnknown)
        case _:
            assert_never(outcome)


async def receipts_of_one_kind_stay_of_that_kind(client: AsyncClient) -> None:
    async with client.send_all([Sms(from_=A, to=B, txt="123")]) as outcomes:
        async for outcome in outcomes:
            if isinstance(outcome, Accepted):
                assert_type(await client.wait_tracking(outcome.receipt), SmsTracking)


async def receipts_and_ids_are_followed_together(client: AsyncClient, receipt: Receipt[SmsTracking]) -> None:
    async with client.track_all([receipt, "abcdefghijkl12"]) as trackings:
        async for tracked in trackings:
            match tracked:
                case Tracked():
                    assert_type(tracked.tracking, Tracking)
                case TrackingFailed():
                    assert_type(tracked.id, str)
                case _:
                    assert_never(tracked)


async def a_campaign_is_used_like_send_all(client: AsyncClient) -> None:
    async with Campaign.open("spring.journal") as campaign:
        assert_type(await campaign.add([Sms(from_=A, to=B, txt="123")]), Added)
        async with campaign.run(client) as outcomes:
            async for outcome in outcomes:
                assert_type(outcome, Outcome)
        async with campaign.track(client) as trackings:
            async for tracked in trackings:
                assert_type(tracked, Tracked | TrackingFailed)
        for entry in await campaign.unknown():
            assert_type(entry, Entry)
