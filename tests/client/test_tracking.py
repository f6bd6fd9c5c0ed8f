"""Following ids, in virtual time: when they are asked for, how often, and when no more."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import anyio
import httpx
import pytest

from makeasync import (
    AsyncClient,
    ClientClosed,
    Kind,
    MakeError,
    NoAnswer,
    NotTrackable,
    Receipt,
    RingTracking,
    Tracked,
    Tracking,
    TrackingFailed,
    TrackingTimeout,
    TrackingUnavailable,
    UndecodableAnswer,
    VirtualClock,
)

START = 1_700_000_000.0
FAILED = "<response><result>failed</result><result_code>{}</result_code></response>"
RING = (
    "<response><result>success</result><make>ring</make><id>{id}</id><date_created>{created:x}</date_created>"
    "<from>33639980001</from><to>33639980002</to><in>{delay}</in><date_ring>0</date_ring><date_answer>0</date_answer>"
    "<date_hangup>{ended:x}</date_hangup></response>"
)


def ring(id: str, *, delay: int = 0, ended: float = 0, created: float = START) -> str:
    return RING.format(id=id, delay=delay, ended=int(ended), created=int(created))


class Log:
    """The service's log: answers by the number of the look, and remembers when it was asked for what."""

    def __init__(self, clock: VirtualClock, answer: Callable[[str, int], str | int]) -> None:
        self.clock = clock
        self.answer = answer
        self.looks: dict[str, list[float]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert set(request.url.params) == {"id"}, "no credentials here"
        id = request.url.params["id"]
        looks = self.looks.setdefault(id, [])
        looks.append(self.clock.now() - START)
        answer = self.answer(id, len(looks))
        return httpx.Response(answer) if isinstance(answer, int) else httpx.Response(200, text=answer)

    def pauses(self, id: str = "id1") -> list[float]:
        looks = self.looks[id]
        return [later - earlier for earlier, later in itertools.pairwise(looks)]


@asynccontextmanager
async def following(answer: Callable[[str, int], str | int]) -> AsyncGenerator[tuple[AsyncClient, Log, VirtualClock]]:
    clock = VirtualClock(START)
    log = Log(clock, answer)
    async with (
        clock,
        AsyncClient("login", "password", rate=None, clock=clock, transport=httpx.MockTransport(log)) as client,
    ):
        yield client, log, clock


def receipt(id: str = "id1", kind: Kind = Kind.RING) -> Receipt[RingTracking]:
    issued_at = datetime.fromtimestamp(START, UTC)
    return Receipt(kind=kind, id=id, cost=5, credits=45, code=18, scheduled=False, issued_at=issued_at)


def available(id: str, _: int) -> str:
    return ring(id)


def not_yet(_: str, __: int) -> str:
    return FAILED.format(112)


async def test_the_first_look_is_ten_seconds_after_the_receipt() -> None:
    async with following(available) as (client, log, clock):
        await clock.sleep(4)
        assert isinstance(await client.wait_tracking(receipt()), RingTracking)
    assert log.looks == {"id1": [pytest.approx(10, abs=0.01)]}
    assert log.looks["id1"][0] >= 10


async def test_a_receipt_that_is_old_or_from_the_future_is_not_waited_for_any_longer() -> None:
    async with following(available) as (client, log, clock):
        await clock.sleep(3600)
        await client.wait_tracking(receipt())
        future = datetime.fromtimestamp(START + 10**6, UTC)
        await client.wait_tracking(
            Receipt[RingTracking](
                kind=Kind.RING, id="id2", cost=5, credits=4, code=18, scheduled=False, issued_at=future
            )
        )
    assert log.looks["id1"] == [3600]
    assert log.looks["id2"] == [pytest.approx(3610, abs=0.01)]


async def test_an_id_alone_is_looked_at_at_once() -> None:
    async with following(available) as (client, log, _):
        await client.wait_tracking("id1")
    assert log.looks == {"id1": [0]}


async def test_after_112_the_pauses_grow_from_two_seconds_to_a_minute() -> None:
    async with following(not_yet) as (client, log, _):
        with pytest.raises(TrackingTimeout) as caught:
            await client.wait_tracking("id1", timeout=600)
    assert caught.value.last is None
    steady = [min(2 * 1.5**look, 60) for look in range(len(log.pauses()))]
    assert len(steady) > 14
    for pause, wanted in zip(log.pauses(), steady, strict=True):
        assert wanted * 0.9 <= pause <= wanted * 1.1
    assert len({round(pause, 6) for pause in log.pauses()[-5:]}) > 1, "and they are spread"


@pytest.mark.parametrize("answer", [500, 503, "<html>", "", "<response><result>success</result></response>"])
async def test_failures_have_a_budget_of_their_own(answer: str | int) -> None:
    async with following(lambda _, __: answer) as (client, log, _):
        with pytest.raises(UndecodableAnswer if isinstance(answer, str) else NoAnswer):
            await client.wait_tracking("id1")
    assert len(log.looks["id1"]) == 9


async def test_a_good_answer_renews_the_budget_of_failures() -> None:
    def answer(id: str, look: int) -> str | int:
        return ring(id) if look == 20 else FAILED.format(112) if look % 5 == 0 else 500

    async with following(answer) as (client, log, _):
        assert (await client.wait_tracking("id1")).id == "id1"
    assert len(log.looks["id1"]) == 20


async def test_a_transport_that_breaks_its_promise_ends_neither_the_tracker_nor_the_client() -> None:
    def answer(id: str, look: int) -> str:
        if look < 3:
            raise ValueError("a fault of the transport's")
        return ring(id)

    async with following(answer) as (client, _, __):
        assert (await client.wait_tracking("id1")).id == "id1"
        assert (await client.get_tracking("id2")).id == "id2"


async def test_110_ends_it_at_once() -> None:
    async with following(lambda _, __: FAILED.format(110)) as (client, log, _):
        with pytest.raises(TrackingUnavailable) as caught:
            await client.wait_tracking("id1")
    assert (caught.value.id, caught.value.code) == ("id1", 110)
    assert len(log.looks["id1"]) == 1


async def test_a_ring_plus_is_refused_before_any_request() -> None:
    async with following(available) as (client, log, _):
        with pytest.raises(NotTrackable):
            await client.wait_tracking(receipt(kind=Kind.RING_PLUS))
    assert log.looks == {}


async def test_an_until_that_does_not_exist_is_named_and_leaves_nothing_behind() -> None:
    async with following(available) as (client, log, clock):
        with pytest.raises(ValueError, match="until: 'done'"):
            await client.wait_tracking("id1", until="done")  # pyright: ignore[reportArgumentType, reportCallIssue]
        with pytest.raises(ValueError, match="until: 'done'"):
            client.track_all(["id1"], until="done")  # pyright: ignore[reportArgumentType]
        await clock.sleep(100)
    assert log.looks == {}


async def test_until_finished_waits_for_the_last_date() -> None:
    async with following(lambda id, look: ring(id, ended=START + 30 if look > 3 else 0)) as (client, log, _):
        tracking = await client.wait_tracking("id1", until="finished")
    assert tracking.ended_at == datetime.fromtimestamp(START + 30, UTC)
    assert len(log.looks["id1"]) == 4


async def test_a_time_out_tells_the_newest_tracking_seen() -> None:
    async with following(available) as (client, _, clock):
        begun = clock.now()
        with pytest.raises(TrackingTimeout) as caught:
            await client.wait_tracking("id1", until="finished", timeout=30)
        assert clock.now() - begun == pytest.approx(30)
    assert isinstance(caught.value.last, RingTracking)


async def test_what_is_to_happen_later_is_not_asked_for_before() -> None:
    async with following(lambda id, look: ring(id, delay=60, ended=START if look > 1 else 0)) as (client, log, _):
        await client.wait_tracking(receipt(), until="finished")
    assert log.looks["id1"] == [pytest.approx(10, abs=0.01), pytest.approx(3600, abs=1)]


async def test_a_wrong_clock_makes_nobody_wait_longer_than_the_delay_asked_for() -> None:
    ahead = START + 86_400
    async with following(lambda id, look: ring(id, created=ahead, ended=ahead if look > 1 else 0)) as (client, log, _):
        await client.wait_tracking("id1", until="finished")
    assert log.looks["id1"] == [0, pytest.approx(2, rel=0.1)]


async def test_two_who_wait_for_one_id_share_its_looks() -> None:
    got: list[Tracking] = []

    async def wait(client: AsyncClient) -> None:
        got.append(await client.wait_tracking(receipt()))

    async with (
        following(lambda id, look: ring(id) if look > 2 else FAILED.format(112)) as (client, log, _),
        anyio.create_task_group() as group,
    ):
        group.start_soon(wait, client)
        group.start_soon(wait, client)
    assert len(got) == 2
    assert len(log.looks["id1"]) == 3


async def test_two_who_wait_in_vain_get_an_error_each() -> None:
    errors: list[MakeError] = []

    async def wait(client: AsyncClient) -> None:
        try:
            await client.wait_tracking(receipt())
        except MakeError as error:
            errors.append(error)

    async with following(lambda _, __: FAILED.format(110)) as (client, log, _), anyio.create_task_group() as group:
        group.start_soon(wait, client)
        group.start_soon(wait, client)
    one, other = errors
    assert one is not other
    assert str(one) == str(other)
    assert len(log.looks["id1"]) == 1


async def test_who_comes_later_does_not_wait_for_a_look_that_is_an_hour_away() -> None:
    async with (
        following(lambda id, _: ring(id, delay=60)) as (client, log, clock),
        anyio.create_task_group() as group,
    ):

        async def wait_for_the_end() -> None:
            await client.wait_tracking(receipt(), until="finished")

        group.start_soon(wait_for_the_end)
        await clock.sleep(60)
        assert (await client.wait_tracking(receipt(), timeout=5)).id == "id1"
        group.cancel_scope.cancel()
    assert log.looks["id1"] == [pytest.approx(10, abs=0.01), pytest.approx(60)]


async def test_when_the_last_who_waits_is_gone_so_are_the_looks() -> None:
    async with following(not_yet) as (client, log, clock):

        async def wait() -> None:
            await client.wait_tracking("id1")

        async with anyio.create_task_group() as group:
            first, second = anyio.CancelScope(), anyio.CancelScope()

            async def cancelled_by(scope: anyio.CancelScope) -> None:
                with scope:
                    await wait()

            group.start_soon(cancelled_by, first)
            group.start_soon(cancelled_by, second)
            await clock.sleep(20)
            first.cancel()
            seen = len(log.looks["id1"])
            await clock.sleep(100)
            assert len(log.looks["id1"]) > seen, "somebody still waits"
            second.cancel()
            await clock.sleep(0.1)
            seen = len(log.looks["id1"])
            await clock.sleep(1000)
            assert len(log.looks["id1"]) == seen
        assert len(client._tracker) == 0  # pyright: ignore[reportPrivateUsage]


async def test_leaving_the_client_ends_those_who_wait_elsewhere() -> None:
    ended: list[str] = []

    async def wait(client: AsyncClient) -> None:
        try:
            await client.wait_tracking("id1")
        except ClientClosed:
            ended.append("wait_tracking")

    async def track(client: AsyncClient) -> None:
        try:
            async with client.track_all(["id2"]) as trackings:
                async for _ in trackings:
                    raise AssertionError
        except ClientClosed:
            ended.append("track_all")

    with anyio.fail_after(2):
        async with anyio.create_task_group() as group, following(not_yet) as (client, _, clock):
            group.start_soon(wait, client)
            group.start_soon(track, client)
            await clock.sleep(5)
    assert sorted(ended) == ["track_all", "wait_tracking"]


async def test_retry_after_leaves_the_service_alone_for_so_long() -> None:
    clock = VirtualClock(START)
    times: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        times.append(clock.now() - START)
        if len(times) == 1:
            return httpx.Response(503, headers={"Retry-After": "40"})
        return httpx.Response(200, text=ring(request.url.params["id"]))

    transport = httpx.MockTransport(answer)
    async with clock, AsyncClient("login", "password", clock=clock, transport=transport) as client:
        await client.wait_tracking("id1")
    assert times == [0, pytest.approx(40)]


async def test_two_thousand_ids_are_followed_at_once() -> None:
    ids = [f"id{number}" for number in range(2000)]
    async with following(available) as (client, log, _):
        with anyio.fail_after(20):
            async with client.track_all(ids) as trackings:
                tracked = [one async for one in trackings]
    assert sorted(one.id for one in tracked) == sorted(ids)
    assert all(isinstance(one, Tracked) for one in tracked)
    assert sum(map(len, log.looks.values())) == 2000


async def test_track_all_gives_each_its_own_end() -> None:
    def answer(id: str, _: int) -> str:
        return FAILED.format(110) if id == "gone" else ring(id)

    async with following(answer) as (client, log, _):
        items = ["id1", "no id at all", receipt("plus", Kind.RING_PLUS), "gone", receipt("id2")]
        async with client.track_all(items) as trackings:
            ends = {one.id: type(one.error) if isinstance(one, TrackingFailed) else Tracked async for one in trackings}
    assert {id: kind.__name__ for id, kind in ends.items()} == {
        "id1": "Tracked",
        "no id at all": "InvalidRequest",
        "plus": "NotTrackable",
        "gone": "TrackingUnavailable",
        "id2": "Tracked",
    }
    assert set(log.looks) == {"id1", "gone", "id2"}


async def test_leaving_track_all_early_stops_its_looks() -> None:
    async with following(lambda id, _: ring(id) if id == "id1" else FAILED.format(112)) as (client, log, clock):
        async with client.track_all(["id1", "id2", "id3"]) as trackings:
            async for _ in trackings:
                break
        # A look that was on its way out as the block was left may still be seen; none after it.
        await anyio.wait_all_tasks_blocked()
        seen = sum(map(len, log.looks.values()))
        await clock.sleep(1000)
        assert sum(map(len, log.looks.values())) == seen
