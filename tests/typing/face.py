"""Never executed: what the types of the face promise. pyright checks it, strictly."""

from __future__ import annotations

from typing import assert_never, assert_type

from makeasync import (
    Accepted,
    AsyncClient,
    CallPlusTracking,
    CallTracking,
    NotSent,
    Outcome,
    Receipt,
    Refused,
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

FROM, TO = "33612345678", "33687654321"


async def each_receipt_leads_to_its_tracking(client: AsyncClient) -> None:
    assert_type(await client.wait_tracking(await client.ring(from_=FROM, to=TO)), RingTracking)
    assert_type(await client.wait_tracking(await client.call(from_=FROM, to=TO)), CallTracking)
    assert_type(
        await client.wait_tracking(await client.call_plus(from_=FROM, to=TO, duration=1, engage=True)),
        CallPlusTracking,
    )
    assert_type(await client.wait_tracking(await client.sms(from_=FROM, to=TO, txt="123")), SmsTracking)
    assert_type(await client.wait_tracking(await client.sms_plus(from_=FROM, to=TO, msg="Bonjour")), SmsPlusTracking)


async def so_does_that_of_a_request_as_a_value(client: AsyncClient) -> None:
    receipt = await client.send(Sms(from_=FROM, to=TO, txt="123"))
    assert_type(receipt, Receipt[SmsTracking])
    assert_type((await client.wait_tracking(receipt)).txt, str | None)


async def an_id_alone_leads_to_any_tracking(client: AsyncClient) -> None:
    assert_type(await client.wait_tracking("abcdefghijkl12"), Tracking)
    assert_type(await client.get_tracking("abcdefghijkl12"), Tracking)


async def a_ring_plus_cannot_be_tracked(client: AsyncClient) -> None:
    receipt = await client.ring_plus([(FROM, TO), (FROM, TO)])
    assert_type(receipt, Receipt[None])
    await client.wait_tracking(receipt)  # pyright: ignore[reportCallIssue, reportArgumentType]
    client.track_all([receipt])  # pyright: ignore[reportArgumentType]


async def what_was_sent_in_bulk_can_be_tracked_in_bulk(client: AsyncClient, requests: list[SmsPlus]) -> None:
    async with client.send_all(requests) as outcomes:
        receipts = [outcome.receipt async for outcome in outcomes if isinstance(outcome, Accepted)]
    assert_type(receipts, list[Receipt[SmsPlusTracking]])
    async with client.track_all(receipts) as trackings:
        async for tracked in trackings:
            assert_type(tracked, Tracked | TrackingFailed)


def every_outcome_is_one_of_four(outcome: Outcome) -> str:
    match outcome:
        case Accepted():
            return outcome.receipt.id
        case Refused() | NotSent() | Unknown():
            return str(outcome.error)
        case _:
            assert_never(outcome)
