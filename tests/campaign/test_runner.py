"""A campaign from the outside: at most once for each, over any number of runs, and nobody lost."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint
from support.loops import LOOPS
from support.service import Fate, Service, messages, sms
from support.steps import at_step

from makeasync import (
    Accepted,
    Added,
    BalanceTooLow,
    Campaign,
    ClientClosed,
    InvalidRequest,
    JournalInUse,
    NotSent,
    Outcome,
    Refused,
    RingPlus,
    Sms,
    State,
    Unknown,
    VirtualClock,
)
from makeasync.campaign.journal import Change
from makeasync.campaign.run import CampaignRun
from makeasync.campaign.sqlite import SqliteJournal

WHOLE = "MAKEASYNC_ROUNDS" in os.environ


async def outcomes_of(run: CampaignRun) -> list[Outcome]:
    async with run as outcomes:
        return [outcome async for outcome in outcomes]


async def counts(campaign: Campaign) -> dict[str, int]:
    return {state.value: count for state, count in (await campaign.counts()).items() if count}


async def test_everybody_gets_one_message_and_its_outcome_is_given_and_kept(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        assert await campaign.add(messages(100)) == Added(new=100)
        outcomes = await outcomes_of(campaign.run(client))
        assert await counts(campaign) == {"accepted": 100}
        [entry] = await campaign.entries(limit=1)
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(outcomes) == 100
    assert set(service.taken.values()) == {1}
    assert (entry.id, entry.cost, entry.run, entry.state) == (f"id{entry.key}", 5, 1, State.ACCEPTED)
    assert entry.added_at <= (entry.sending_at or entry.added_at) <= (entry.settled_at or entry.added_at)


async def test_a_finished_campaign_run_again_sends_nothing_and_asks_nothing(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with service.client(clock) as client:
        for _ in range(2):
            async with Campaign.open(path, clock=clock) as campaign:
                await campaign.add(messages(20))
                await outcomes_of(campaign.run(client))
    assert service.taken.total() == 20
    assert service.asked["apicredits.php"] == 1


async def test_a_number_is_messaged_once_however_it_is_written_and_however_often_added(
    path: Path, clock: VirtualClock
) -> None:
    service = Service()
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        same = [Sms(from_="33639980000", to=to, txt="123") for to in ("33639980001", "+33 6 39 98 00 01")]
        assert await campaign.add(same) == Added(new=1, same=1)
        other = Sms(from_="33639980000", to="33639980001", txt="124")
        assert await campaign.add([other]) == Added(different=1)
        await outcomes_of(campaign.run(client))
        assert await campaign.add(same) == Added(same=2)
        await outcomes_of(campaign.run(client))
    assert service.taken == {"33639980001": 1}


async def test_a_key_of_ones_own_decides_what_is_the_same_message(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        added = await campaign.add([sms(1), sms(1)], key=lambda request: f"{id(request)}")
        assert added == Added(new=2)
        await outcomes_of(campaign.run(client))
    assert service.taken[sms(1).to] == 2


async def test_a_ring_plus_has_no_key_unless_one_is_given(path: Path) -> None:
    ring = RingPlus(pairs=[("33639980000", "33639980001"), ("33639980000", "33639980002")])
    async with Campaign.open(path) as campaign:
        with pytest.raises(InvalidRequest, match="several people"):
            await campaign.add([ring])
        with pytest.raises(InvalidRequest, match="key"):
            await campaign.add([ring], key=lambda _: "")
        assert await campaign.add([ring], key=lambda _: "ours") == Added(new=1)


async def test_messages_come_from_an_async_iterable_too(path: Path) -> None:
    async def numbers() -> AsyncIterator[Sms]:
        for request in messages(1500):
            yield request

    async with Campaign.open(path) as campaign:
        assert await campaign.add(numbers()) == Added(new=1500)
        assert await campaign.add(numbers()) == Added(same=1500)


async def test_every_outcome_has_its_state_and_only_what_is_provably_not_sent_is_tried_again(
    path: Path, clock: VirtualClock
) -> None:
    fates: dict[str, Fate] = {sms(1).to: 104, sms(2).to: "not_sent", sms(3).to: "lost", sms(4).to: "torn"}
    service = Service(lambda to: fates.get(to, "accept"))
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(5))
        outcomes = await outcomes_of(campaign.run(client))
        assert await counts(campaign) == {"accepted": 1, "refused": 1, "not_sent": 1, "unknown": 2}
        assert Counter(map(type, outcomes)) == {Accepted: 1, Refused: 1, NotSent: 1, Unknown: 2}
        fates.clear()
        assert [outcome.request for outcome in await outcomes_of(campaign.run(client))] == [sms(2)]
        assert await counts(campaign) == {"accepted": 2, "refused": 1, "unknown": 2}
    assert max(service.taken.values()) == 1


async def test_a_person_resolves_what_is_unknown(path: Path, clock: VirtualClock) -> None:
    fates: dict[str, Fate] = {sms(0).to: "lost", sms(1).to: "torn"}
    service = Service(lambda to: fates.get(to, "accept"))
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(3))
        await outcomes_of(campaign.run(client))
        assert [entry.key for entry in await campaign.unknown()] == [sms(0).to, sms(1).to]
        with pytest.raises(ValueError, match=sms(2).to):
            await campaign.resolve(sms(0).to, sms(2).to, accepted=True)
        assert await campaign.resolve(sms(0).to, accepted=True) == 1
        assert await campaign.resolve(accepted=False) == 1
        assert await counts(campaign) == {"accepted": 2, "pending": 1}
        fates.clear()
        await outcomes_of(campaign.run(client))
        assert await counts(campaign) == {"accepted": 3}
    assert service.taken == {sms(number).to: 1 for number in range(3)}


async def test_what_was_sending_when_a_process_died_is_unknown_and_not_sent_again(
    path: Path, clock: VirtualClock
) -> None:
    service = Service()
    async with Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(3))
        [entry, *_] = await campaign.entries()
    journal = await SqliteJournal.open(path, clock)
    await journal.write([Change(entry, entry.left(1, entry.added_at))])
    await journal.aclose()
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        assert await counts(campaign) == {"pending": 2, "unknown": 1}
        [unknown] = await campaign.unknown()
        assert "process ended" in (unknown.reason or "")
        await outcomes_of(campaign.run(client))
        assert await counts(campaign) == {"accepted": 2, "unknown": 1}
    assert service.taken[entry.key] == 0


async def test_a_cancelled_campaign_sends_nothing_more(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(5))
        async with campaign.run(client) as outcomes:
            with pytest.raises(ClientClosed, match="stop the run"):
                await campaign.cancel()
            outcomes.stop()
        left = (await campaign.counts())[State.PENDING]
        assert await campaign.cancel() == left
        assert await campaign.add(messages(5)) == Added(same=5)
        await outcomes_of(campaign.run(client))
        assert (await campaign.counts())[State.SKIPPED] == left
    assert service.taken.total() == 5 - left


async def test_leaving_the_block_sends_nothing_more_and_what_has_left_is_in_the_journal(
    path: Path, clock: VirtualClock
) -> None:
    service = Service()
    async with service.client(clock, rate=10) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(50))
        async with campaign.run(client) as outcomes:
            async for _ in outcomes:
                if service.taken.total() >= 5:
                    break
        taken = service.taken.total()
        assert await counts(campaign) == {"accepted": taken, "pending": 50 - taken}
        await clock.sleep(100)
        assert service.taken.total() == taken
        await outcomes_of(campaign.run(client))
        assert await counts(campaign) == {"accepted": 50}
    assert set(service.taken.values()) == {1}


async def test_whoever_cancels_a_run_loses_nobody(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with service.client(clock, rate=20) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(100))
        while (await campaign.counts())[State.PENDING]:
            with clock.expire(0.33):
                await outcomes_of(campaign.run(client))
        assert await counts(campaign) == {"accepted": 100}
    assert set(service.taken.values()) == {1}
    assert len(service.taken) == 100


@pytest.mark.skipif("uvloop" in LOOPS, reason="uvloop runs its callbacks where nobody can count them")
async def test_a_run_that_is_cancelled_at_any_step_of_the_loop_leaves_no_row_behind(tmp_path: Path) -> None:
    service = Service()
    tasks = 0
    for number in range(1, 2000, 1 if WHOLE else 17):
        begun = service.taken.total()
        async with service.client(connections=3) as client, Campaign.open(tmp_path / str(number)) as campaign:
            await campaign.add(messages(6, first=number * 10))
            with anyio.CancelScope() as scope, at_step(number, scope.cancel) as steps:
                await outcomes_of(campaign.run(client))
            await checkpoint()
            tasks = tasks or len(anyio.get_running_tasks())
            assert len(anyio.get_running_tasks()) <= tasks
            there = await counts(campaign)
            assert set(there) <= {"pending", "accepted", "not_sent"}, (
                "what left is recorded, and nothing stays on its way"
            )
            assert there.get("accepted", 0) == service.taken.total() - begun
            await outcomes_of(campaign.run(client))
            assert await counts(campaign) == {"accepted": 6}
        if not steps.reached:
            break
    else:
        raise AssertionError("it never came to its end")
    assert set(service.taken.values()) == {1}


async def test_no_more_is_under_way_than_the_client_has_connections(path: Path, clock: VirtualClock) -> None:
    service = Service(seconds=0.1, clock=clock)
    async with service.client(clock, connections=3) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(50))
        await outcomes_of(campaign.run(client, concurrency=40))
    assert service.most_under_way == 3


async def test_one_run_at_a_time_and_one_process_at_a_time(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(5))
        with pytest.raises(JournalInUse, match="another process"):
            await Campaign.open(path).__aenter__()
        async with campaign.run(client):
            with pytest.raises(ClientClosed, match="being run already"):
                await campaign.run(client).__aenter__()
        await outcomes_of(campaign.run(client))
    assert service.taken.total() == 5
    async with Campaign.open(path):
        pass


async def test_another_process_may_look_while_one_runs(path: Path) -> None:
    async with Campaign.open(path) as campaign:
        await campaign.add(messages(5))
        async with Campaign.open(path, read_only=True) as seen:
            assert await counts(seen) == {"pending": 5}


async def test_the_balance_is_looked_at_before_anything_is_sent(path: Path, clock: VirtualClock) -> None:
    service = Service(credits=24)
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(5))
        with pytest.raises(BalanceTooLow, match="max_credits=24") as raised:
            await outcomes_of(campaign.run(client))
        assert (raised.value.credits, raised.value.needed) == (24, 25)
        assert service.taken.total() == 0
        await outcomes_of(campaign.run(client, max_credits=24))
        assert await counts(campaign) == {"accepted": 4, "pending": 1}


async def test_an_open_campaign_is_needed(path: Path) -> None:
    campaign = Campaign.open(path)
    with pytest.raises(ClientClosed, match="not open"):
        await campaign.counts()
    async with campaign:
        with pytest.raises(ClientClosed, match="open already"):
            await campaign.__aenter__()


async def test_the_journal_holds_no_password(path: Path, clock: VirtualClock) -> None:
    fates: dict[str, Fate] = {sms(1).to: 101, sms(2).to: "not_sent", sms(3).to: "lost"}
    service = Service(lambda to: fates.get(to, "accept"))
    async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(10))
        await outcomes_of(campaign.run(client))
        held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"planted-secret" not in held
    assert b"33600000001" in held


async def test_torn_while_it_opens_it_leaves_the_journal_to_others(path: Path) -> None:
    for _ in range(20):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await Campaign.open(path).__aenter__()
        with anyio.move_on_after(0.002):
            async with Campaign.open(path):
                await anyio.sleep_forever()
    async with Campaign.open(path) as campaign:
        assert await counts(campaign) == {}
