"""How many of the unknown were charged: what the balances say, and when they say nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.service import Fate, Service, messages, sms

from makeasync import Campaign, Caution, Reconciliation, VirtualClock
from makeasync.campaign.costs import Tariff
from makeasync.campaign.journal import Entry, RunRecord
from makeasync.campaign.reconciliation import RunOutcome, reconcile
from makeasync.campaign.states import State
from makeasync.protocol.requests import Call, CallPlus, Request

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CALL = Call(from_="33639980000", to="33639980001")
CALL_PLUS = CallPlus(from_="33639980000", to="33639980001", duration=1, engage=True)


def outcome(*requests: Request, balance: int | None = 1000, accepted: int = 100, unpriced: int = 0) -> RunOutcome:
    entries = [
        Entry(number=number, key=f"{number}", request=request, added_at=NOW, state=State.UNKNOWN)
        for number, request in enumerate(requests)
    ]
    run = RunRecord(number=1, begun_at=NOW, credits=balance)
    return RunOutcome(run=run, accepted=accepted, unpriced=unpriced, unknown=tuple(entries))


@pytest.mark.parametrize(
    ("seen", "balance", "charged", "said"),
    [
        (outcome(sms(1), sms(2), sms(3)), 900, 0, "0 of the 3 unknown"),
        (outcome(sms(1), sms(2), sms(3)), 890, 2, "2 of the 3 unknown were probably charged: 10 credits"),
        (outcome(sms(1), sms(2), sms(3)), 885, 3, "3 of the 3 unknown"),
        (outcome(sms(1), sms(2), sms(3)), 884, None, "something else spent"),
        (outcome(sms(1), sms(2), sms(3)), 893, None, "no number of them makes up"),
        (outcome(sms(1), sms(2), sms(3)), 1200, None, "topped up"),
        (outcome(sms(1), balance=None), 900, None, "not on record"),
        (outcome(sms(1), unpriced=1), 900, None, "did not say what they cost"),
        (outcome(CALL, CALL_PLUS), 875, 2, "2 of the 2"),
        (outcome(CALL, CALL_PLUS), 880, None, "no number of them"),
        (outcome(), 900, 0, "no outcome is unknown"),
    ],
)
def test_what_is_gone_and_not_explained_is_what_was_charged(
    seen: RunOutcome, balance: int, charged: int | None, said: str
) -> None:
    found = reconcile([seen], Tariff(), balance)
    assert found.charged == charged
    assert said in str(found)


def test_each_run_is_looked_at_by_itself() -> None:
    runs = [outcome(sms(1)), outcome(balance=800, accepted=50), outcome(sms(2), sms(3), balance=700)]
    found = reconcile([runs[0], runs[2]], Tariff(), 595)
    assert (found.unknown, found.charged) == (3, None)
    found = reconcile([outcome(sms(1)), outcome(sms(2), sms(3), balance=895)], Tariff(), 795)
    assert (found.unknown, found.charged, found.unexplained) == (3, 1, 5)


async def test_a_campaign_asks_the_service_for_the_balance(path: Path, clock: VirtualClock) -> None:
    fates: dict[str, Fate] = {sms(0).to: "lost", sms(1).to: "torn", sms(2).to: "torn"}
    service = Service(lambda to: fates.get(to, "accept"))
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(20))
        async with campaign.run(client, caution=Caution(1)) as outcomes:
            async for _ in outcomes:
                pass
        assert await campaign.reconcile(client) == Reconciliation(
            unknown=3, charged=1, unexplained=5, reason="5 credits are gone that no accepted message explains."
        )
        service.credits -= 1000
        assert "something else spent" in str(await campaign.reconcile(client))
