"""Following a campaign: what was seen is kept, a restart asks only for the rest, and after a month nobody asks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from support.service import Service, messages

from makeasync import Campaign, Following, Tracked, TrackingFailed, VirtualClock


async def sent(campaign: Campaign, service: Service, clock: VirtualClock, count: int) -> None:
    async with service.client(clock) as client:
        await campaign.add(messages(count))
        async with campaign.run(client) as outcomes:
            async for _ in outcomes:
                pass


async def test_every_accepted_message_is_followed_to_its_end(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with Campaign.open(path, clock=clock) as campaign, service.client(clock) as client:
        await sent(campaign, service, clock, 20)
        async with campaign.track(client) as trackings:
            seen = [tracked async for tracked in trackings]
        assert all(isinstance(tracked, Tracked) for tracked in seen)
        assert (await campaign.trackings())[Following.FINISHED] == 20
        [entry] = await campaign.entries(limit=1)
        assert entry.tracking is not None
        assert entry.tracking.finished
        async with campaign.track(client) as trackings:
            assert [tracked async for tracked in trackings] == []
    assert service.asked["apilog.php"] == 20


async def test_a_restart_asks_for_the_rest_only(path: Path, clock: VirtualClock) -> None:
    service = Service()
    service.executed = "0"
    async with Campaign.open(path, clock=clock) as campaign, service.client(clock) as client:
        await sent(campaign, service, clock, 5)
        async with campaign.track(client, until="available") as trackings:
            assert len([tracked async for tracked in trackings]) == 5
        with clock.expire(100):
            async with campaign.track(client) as trackings:
                async for _ in trackings:
                    raise AssertionError("nothing is finished")
        assert (await campaign.trackings())[Following.AVAILABLE] == 5
    service.executed = "52444cd0"
    async with Campaign.open(path, clock=clock) as campaign, service.client(clock) as client:
        async with campaign.track(client) as trackings:
            assert len([tracked async for tracked in trackings]) == 5
        assert (await campaign.trackings())[Following.FINISHED] == 5


async def test_after_a_month_nobody_asks(path: Path, clock: VirtualClock) -> None:
    service = Service()
    async with Campaign.open(path, clock=clock) as campaign, service.client(clock) as client:
        await sent(campaign, service, clock, 3)
        await clock.sleep(timedelta(days=32).total_seconds())
        async with campaign.track(client) as trackings:
            seen = [tracked async for tracked in trackings]
        assert [type(tracked) for tracked in seen] == [TrackingFailed] * 3
        assert (await campaign.trackings())[Following.UNAVAILABLE] == 3
    assert service.asked["apilog.php"] == 0
