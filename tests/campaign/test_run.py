"""One run and what steers it: money, time, trouble, and whoever says stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from support.service import Fate, Service, messages, sms

from makeasync import (
    Accepted,
    Campaign,
    Caution,
    ClientClosed,
    Kind,
    Outcome,
    Question,
    QuietHours,
    Rate,
    Refused,
    RingPlus,
    Sms,
    State,
    VirtualClock,
    Why,
)
from makeasync.campaign.run import CampaignRun


async def outcomes_of(run: CampaignRun) -> list[Outcome]:
    async with run as outcomes:
        return [outcome async for outcome in outcomes]


async def counts(campaign: Campaign) -> dict[str, int]:
    return {state.value: count for state, count in (await campaign.counts()).items() if count}


def why(run: CampaignRun) -> Why | None:
    return run.ended.why if run.ended else None


def at(clock: VirtualClock) -> datetime:
    return datetime.fromtimestamp(clock.time(), UTC)


class TestMoney:
    @pytest.mark.parametrize(("cost", "limit", "taken"), [(5, 52, 10), (7, 50, 7), (20, 50, 2), (5, 4, 0), (5, 0, 0)])
    async def test_max_credits_is_never_exceeded_whatever_a_message_costs(
        self, path: Path, clock: VirtualClock, cost: int, limit: int, taken: int
    ) -> None:
        service = Service(seconds=0.5, clock=clock, cost=cost)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(40))
            for _ in range(2):
                run = campaign.run(client, max_credits=limit)
                await outcomes_of(run)
                assert why(run) is Why.SPENT
        assert service.taken.total() == taken

    async def test_what_is_unknown_counts_as_charged(self, path: Path, clock: VirtualClock) -> None:
        fates: list[Fate] = ["accept", "lost"]
        service = Service(lambda _: fates.pop(0) if fates else "accept")
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(10))
            await outcomes_of(campaign.run(client, max_credits=20))
            assert await counts(campaign) == {"accepted": 3, "unknown": 1, "pending": 6}

    async def test_what_was_refused_costs_nothing(self, path: Path, clock: VirtualClock) -> None:
        service = Service(lambda to: 104 if int(to) % 2 else "accept")
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(20))
            await outcomes_of(campaign.run(client, max_credits=55))
            assert await counts(campaign) == {"accepted": 10, "refused": 10}

    async def test_an_estimate_rests_on_the_examples_and_then_on_the_answers(
        self, path: Path, clock: VirtualClock
    ) -> None:
        service = Service(cost=7)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(10))
            before = await campaign.estimate(rate=5)
            assert (before.messages, before.segments, before.credits, before.seconds) == (10, 10, 50, 2.0)
            assert before.basis == "by the API document's examples"
            await outcomes_of(campaign.run(client, max_credits=21))
            after = await campaign.estimate()
            assert (after.messages, after.credits, after.spent, after.seconds) == (7, 49, 21, None)
            assert after.basis == "by the answers so far"


class TestRefusal:
    @pytest.mark.parametrize("code", [101, 102, 111])
    async def test_a_refusal_of_everything_ends_it_and_nobody_is_lost(
        self, path: Path, clock: VirtualClock, code: int
    ) -> None:
        fates: dict[str, Fate] = {sms(number).to: code for number in range(30, 100)}
        service = Service(lambda to: fates.get(to, "accept"), seconds=0.01, clock=clock)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(100))
            run = campaign.run(client)
            outcomes = await outcomes_of(run)
            assert run.ended is not None
            assert (run.ended.why, run.ended.code) == (Why.REFUSED, code)
            assert "run again" in run.ended.detail
            assert await counts(campaign) == {"accepted": 30, "pending": 70}
            assert {outcome.error.code for outcome in outcomes if isinstance(outcome, Refused)} == {code}
            fates.clear()
            await outcomes_of(campaign.run(client))
            assert await counts(campaign) == {"accepted": 100}
        assert set(service.taken.values()) == {1}

    async def test_a_message_put_off_for_too_long_is_not_sent_and_tried_again(
        self, path: Path, clock: VirtualClock
    ) -> None:
        fates: dict[str, Fate] = {sms(0).to: 112}
        service = Service(lambda to: fates.get(to, "accept"))
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(2))
            await outcomes_of(campaign.run(client))
            assert await counts(campaign) == {"accepted": 1, "not_sent": 1}
            fates.clear()
            await outcomes_of(campaign.run(client))
            assert await counts(campaign) == {"accepted": 2}


class TestTrouble:
    async def test_too_many_that_go_wrong_end_it_unless_somebody_is_there_to_be_asked(
        self, path: Path, clock: VirtualClock
    ) -> None:
        service = Service(lambda _: 104, seconds=0.1, clock=clock)
        async with service.client(clock, connections=1) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(100))
            run = campaign.run(client, caution=Caution(0.2, 20))
            await outcomes_of(run)
            assert why(run) is Why.TROUBLE
            # One more may have been on its way while the fifth was written.
            assert 5 <= run.tally.refused <= 6
            assert await counts(campaign) == {"refused": run.tally.refused, "pending": 100 - run.tally.refused}

    async def test_whoever_is_asked_decides(self, path: Path, clock: VirtualClock) -> None:
        asked: list[tuple[Why, int]] = []

        async def ask(question: Question) -> bool:
            await clock.sleep(3600)
            asked.append((question.why, question.run.tally.refused))
            return len(asked) < 3

        service = Service(lambda _: 104, seconds=0.1, clock=clock)
        async with service.client(clock, connections=1) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(100))
            run = campaign.run(client, caution=Caution(0.2, 20), ask=ask)
            await outcomes_of(run)
        assert [reason for reason, _ in asked] == [Why.TROUBLE] * 3
        # One may be on its way when the question is put, and answered while somebody thinks.
        assert [5 <= asked[0][1] <= 6, 10 <= asked[1][1] <= 12, 15 <= asked[2][1] <= 18] == [True] * 3
        assert why(run) is Why.TROUBLE

    async def test_a_share_of_one_never_pauses(self, path: Path, clock: VirtualClock) -> None:
        service = Service(lambda _: 104)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(300))
            await outcomes_of(campaign.run(client, caution=Caution(1)))
            assert await counts(campaign) == {"refused": 300}

    async def test_the_canary_goes_first_and_alone(self, path: Path, clock: VirtualClock) -> None:
        seen: list[tuple[Why, int]] = []

        async def ask(question: Question) -> bool:
            await clock.sleep(60)
            seen.append((question.why, service.taken.total()))
            return True

        service = Service(seconds=0.5, clock=clock)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(50))
            run = campaign.run(client, canary=7)
            await outcomes_of(run)
            assert why(run) is Why.CANARY
            assert service.taken.total() == 7
            await outcomes_of(campaign.run(client, canary=9, ask=ask))
            assert seen == [(Why.CANARY, 9)]
            await outcomes_of(campaign.run(client, canary=9))
        assert service.taken.total() == 50

    async def test_who_says_stop_while_somebody_is_asked_does_not_wait_for_the_answer(
        self, path: Path, clock: VirtualClock
    ) -> None:
        async def ask(question: Question) -> bool:
            question.run.stop()
            await anyio.sleep_forever()
            return True

        service = Service()
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(50))
            run = campaign.run(client, canary=3, ask=ask)
            with anyio.fail_after(5):
                await outcomes_of(run)
            assert why(run) is Why.STOPPED
            with pytest.raises(ClientClosed, match="entered once"):
                await run.__aenter__()

    async def test_nobody_is_asked_about_what_comes_in_when_the_run_is_over(
        self, path: Path, clock: VirtualClock
    ) -> None:
        async def ask(_: Question) -> bool:
            raise AssertionError("nobody is there any more")

        service = Service(lambda _: "lost", seconds=2, clock=clock)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(30))
            with anyio.fail_after(5):
                async with campaign.run(client, caution=Caution(0.2, 10), ask=ask):
                    await clock.sleep(1)
            assert await counts(campaign) == {"unknown": 10, "pending": 20}

    async def test_what_the_one_who_is_asked_raises_ends_it(self, path: Path, clock: VirtualClock) -> None:
        async def ask(_: Question) -> bool:
            raise ZeroDivisionError

        service = Service()
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(50))
            with pytest.raises(ZeroDivisionError):
                await outcomes_of(campaign.run(client, canary=1, ask=ask))


class TestSteering:
    async def test_a_paused_run_sends_nothing_until_it_is_resumed(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        async with service.client(clock, rate=10) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(40))
            async with campaign.run(client) as outcomes:
                await clock.sleep(1.01)
                outcomes.pause()
                assert outcomes.paused
                await clock.sleep(0.1)
                before = service.taken.total()
                await clock.sleep(1000)
                assert service.taken.total() == before > 5
                outcomes.resume()
                assert len([outcome async for outcome in outcomes]) == 40

    async def test_stop_waits_for_what_is_on_its_way(self, path: Path, clock: VirtualClock) -> None:
        service = Service(seconds=2, clock=clock)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(40))
            async with campaign.run(client) as outcomes:
                await clock.sleep(1)
                outcomes.stop()
                assert len([outcome async for outcome in outcomes]) == 10
            assert why(outcomes) is Why.STOPPED
            assert await counts(campaign) == {"accepted": 10, "pending": 30}

    async def test_the_rate_may_be_changed_while_it_runs(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        async with service.client(clock, rate=0.01) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(101))
            async with campaign.run(client) as outcomes:
                await clock.sleep(101)
                assert service.taken.total() == 1
                outcomes.rate = 20
                assert outcomes.rate == Rate(20)
                begun = clock.now()
                assert len([outcome async for outcome in outcomes]) == 101
                assert clock.now() - begun == pytest.approx(5, abs=0.2)

    async def test_who_does_not_read_the_outcomes_is_not_run_away_from(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        async with service.client(clock, connections=5) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(200))
            async with campaign.run(client) as outcomes:
                await clock.sleep(10)
                assert service.taken.total() <= 15
                assert len([outcome async for outcome in outcomes]) == 200

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"concurrency": 0}, "concurrency"),
            ({"max_credits": -1}, "max_credits"),
            ({"canary": 0}, "canary"),
            ({"start_at": datetime(2026, 1, 1)}, "start_at"),  # noqa: DTZ001 - the point
            ({"expire_at": datetime(2026, 1, 1)}, "expire_at"),  # noqa: DTZ001 - the same
        ],
    )
    async def test_an_option_out_of_its_range_is_named(
        self, path: Path, clock: VirtualClock, wrong: dict[str, int], named: str
    ) -> None:
        async with Service().client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            with pytest.raises(ValueError, match=named):
                campaign.run(client, **wrong)  # pyright: ignore[reportArgumentType]


class TestTime:
    async def test_nothing_leaves_before_the_start(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(5))
            begun = clock.time()
            await outcomes_of(campaign.run(client, start_at=at(clock) + timedelta(hours=5)))
            entries = await campaign.entries()
        first = min(entry.sending_at for entry in entries if entry.sending_at)
        assert first.timestamp() - begun == pytest.approx(5 * 3600, abs=0.1)

    async def test_nothing_leaves_after_the_end(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        async with service.client(clock, rate=1) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(50))
            run = campaign.run(client, expire_at=at(clock) + timedelta(seconds=20))
            await outcomes_of(run)
            assert why(run) is Why.EXPIRED
            # The look at the balance is a request too.
            assert await counts(campaign) == {"accepted": 19, "pending": 31}

    async def test_nobody_is_disturbed_at_quiet_hours_and_everybody_is_reached_afterwards(self, path: Path) -> None:
        saturday = datetime(2026, 11, 21, 18, 59, 50, tzinfo=UTC)  # 19:59:50 in Paris
        async with VirtualClock(saturday.timestamp()) as clock:
            service = Service()
            async with (
                service.client(clock, rate=1, connections=2) as client,
                Campaign.open(path, clock=clock) as campaign,
            ):
                await campaign.add(messages(20))
                quiet = QuietHours.parse("20:00-08:00", "sundays", zone="Europe/Paris")
                await outcomes_of(campaign.run(client, quiet=quiet))
                sent = sorted(entry.sending_at for entry in await campaign.entries() if entry.sending_at)
        assert len(sent) == 20
        assert [moment for moment in sent if quiet.until(moment)] == []
        assert sum(moment.day == 21 for moment in sent) == 9
        assert sum(moment.day == 23 for moment in sent) == 11

    async def test_a_delay_must_not_end_in_quiet_hours_either(self, path: Path) -> None:
        evening = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)  # 18:30 in Paris
        async with VirtualClock(evening.timestamp()) as clock:
            service = Service()
            late = Sms(from_="33639980000", to="33639980001", txt="123", delay=120)
            async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
                await campaign.add([late])
                await outcomes_of(campaign.run(client, quiet=QuietHours.parse("20:00-08:00")))
                [entry] = await campaign.entries()
        assert entry.sending_at is not None
        assert entry.sending_at.isoformat() == "2026-11-21T05:00:00+00:00"

    async def test_whoever_waits_long_for_a_turn_is_looked_at_again(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        async with service.client(clock, rate=0.1) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(10))
            await outcomes_of(campaign.run(client, expire_at=at(clock) + timedelta(seconds=35)))
        assert service.taken.total() == 3


class TestSuppression:
    async def test_what_is_suppressed_is_not_counted_with(self, path: Path, clock: VirtualClock) -> None:
        service = Service(credits=25)
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(10))
            await outcomes_of(campaign.run(client, suppressed=[sms(number).to for number in range(5)]))
            assert await counts(campaign) == {"accepted": 5, "skipped": 5}

    async def test_every_number_that_a_message_reaches_counts(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        ring = RingPlus(pairs=[("33639980000", "33639980001"), ("33639980000", "33639980002")])
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add([ring], key=lambda _: "ours")
            await outcomes_of(campaign.run(client, suppressed=["33639980002"]))
            assert await counts(campaign) == {"skipped": 1}

    async def test_a_suppressed_number_is_never_messaged(self, path: Path, clock: VirtualClock) -> None:
        service = Service()
        async with service.client(clock) as client, Campaign.open(path, clock=clock) as campaign:
            await campaign.add(messages(10))
            run = campaign.run(client, suppressed=[sms(3).to, sms(4).to])
            outcomes = await outcomes_of(run)
            assert len(outcomes) == 8
            assert run.tally.skipped == 2
            assert await counts(campaign) == {"accepted": 8, "skipped": 2}
            assert {entry.key for entry in await campaign.entries(State.SKIPPED)} == {sms(3).to, sms(4).to}
            await outcomes_of(campaign.run(client))
        assert sms(3).to not in service.taken


async def test_a_torn_run_leaves_a_journal_that_goes_on(path: Path) -> None:
    service = Service(seconds=0.02)
    async with service.client(connections=5) as client:
        for _ in range(40):
            with anyio.move_on_after(0.05):
                async with Campaign.open(path) as campaign:
                    await campaign.add(messages(60))
                    await outcomes_of(campaign.run(client))
        async with Campaign.open(path) as campaign:
            await outcomes_of(campaign.run(client))
            assert await counts(campaign) == {"accepted": 60}
    assert set(service.taken.values()) == {1}


async def test_an_outcome_is_in_the_journal_before_it_is_given(path: Path, clock: VirtualClock) -> None:
    async with Service().client(clock) as client, Campaign.open(path, clock=clock) as campaign:
        await campaign.add(messages(20))
        async with campaign.run(client) as outcomes:
            async for outcome in outcomes:
                assert isinstance(outcome, Accepted)
                assert outcome.receipt.kind is Kind.SMS
                accepted = [entry.request for entry in await campaign.entries(State.ACCEPTED)]
                assert outcome.request in accepted
