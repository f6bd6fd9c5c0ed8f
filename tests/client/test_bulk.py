"""Many at once: read no further than needed, every outcome given, nothing left behind."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import anyio
import httpx
import pytest

from makeasync import Accepted, AsyncClient, Bulk, ClientClosed, NotSent, Ring, VirtualClock

RING = Ring(from_="33639980001", to="33639980002")
ACCEPTED = "<response><result>success</result><id>id{}</id><result_code>18</result_code></response>"
REFUSED = "<response><result>failed</result><result_code>102</result_code></response>"


class Service:
    """Takes a request, and a second for the answer."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.taken: list[str] = []
        self.under_way = 0
        self.most_under_way = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.taken.append(request.url.params["to"])
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self.clock.sleep(1)
        self.under_way -= 1
        match request.url.params["to"][-1]:
            case "7":
                return httpx.Response(500)
            case "8":
                return httpx.Response(200, text=REFUSED)
            case "9":
                raise NotSent("refused", phase="connect")
            case _:
                return httpx.Response(200, text=ACCEPTED.format(len(self.taken)))


@pytest.fixture
async def clock() -> AsyncGenerator[VirtualClock]:
    async with VirtualClock() as clock:
        yield clock


@pytest.fixture
def service(clock: VirtualClock) -> Service:
    return Service(clock)


@pytest.fixture
async def client(clock: VirtualClock, service: Service) -> AsyncGenerator[AsyncClient]:
    transport = httpx.MockTransport(service)
    async with AsyncClient("l", "p", rate=None, max_connections=50, clock=clock, transport=transport) as client:
        yield client


def rings(number: int | None = None) -> Iterator[Ring]:
    for index in itertools.count() if number is None else range(number):
        yield Ring(from_="33639980001", to=f"33639{index:05}0")


async def test_an_endless_iterable_is_read_no_further_ahead_than_concurrency(client: AsyncClient) -> None:
    read = 0

    def counted() -> Iterator[Ring]:
        nonlocal read
        for request in rings():
            read += 1
            yield request

    async with client.send_all(counted(), concurrency=5) as outcomes:
        given = 0
        async for _ in outcomes:
            given += 1
            assert read <= given + 5
            if given == 20:
                break
    assert read <= 25


async def test_an_async_iterable_is_read_the_same(client: AsyncClient) -> None:
    async def asynchronous() -> AsyncGenerator[Ring]:
        for request in rings(7):
            yield request

    async with client.send_all(asynchronous(), concurrency=3) as outcomes:
        assert len([outcome async for outcome in outcomes]) == 7


async def test_as_many_are_under_way_as_concurrency_allows(client: AsyncClient, service: Service) -> None:
    async with client.send_all(rings(20), concurrency=4) as outcomes:
        assert len([type(outcome) async for outcome in outcomes]) == 20
    assert service.most_under_way == 4


async def test_each_kind_of_outcome_has_its_request(client: AsyncClient) -> None:
    requests = [Ring(from_="33639980001", to=f"3363998000{last}") for last in (0, 7, 8, 9)]
    async with client.send_all(requests) as outcomes:
        got = [(type(outcome).__name__, outcome.request) async for outcome in outcomes]
    assert dict(got) == dict(zip(("Accepted", "Unknown", "Refused", "NotSent"), requests, strict=True))
    assert len(got) == 4


async def test_an_empty_iterable_gives_nothing(client: AsyncClient) -> None:
    nothing: list[Ring] = []
    async with client.send_all(nothing) as outcomes:
        assert [outcome async for outcome in outcomes] == []
        assert [outcome async for outcome in outcomes] == []


async def test_what_the_iterable_raises_comes_bare_after_every_outcome(client: AsyncClient) -> None:
    def broken() -> Iterator[Ring]:
        yield from rings(3)
        raise KeyError("a fault of the iterable's")

    async with client.send_all(broken()) as outcomes:
        got = [await anext(outcomes) for _ in range(3)]
        with pytest.raises(KeyError, match="fault"):
            await anext(outcomes)
    assert [type(outcome) for outcome in got] == [Accepted] * 3


async def test_outcomes_without_a_connection_are_outcomes_however_many(client: AsyncClient) -> None:
    requests = (Ring(from_="33639980001", to="33639980009") for _ in range(20))
    with anyio.fail_after(2):
        async with client.send_all(requests, concurrency=3) as outcomes:
            assert [type(outcome) async for outcome in outcomes] == [NotSent] * 20


async def test_leaving_early_sends_nothing_more_and_nothing_twice(
    client: AsyncClient, service: Service, clock: VirtualClock
) -> None:
    async with client.send_all(rings(), concurrency=5) as outcomes:
        async for _ in outcomes:
            break
    assert service.under_way == 0, "what had left was waited for"
    taken = list(service.taken)
    await clock.sleep(100)
    assert service.taken == taken
    assert len(set(taken)) == len(taken) <= 10


async def take_all(outcomes: Bulk[Any, Any]) -> list[Any]:
    async with outcomes:
        return [outcome async for outcome in outcomes]


async def test_what_the_body_raises_comes_bare(client: AsyncClient) -> None:
    async def fail() -> None:
        async with client.send_all(rings()) as outcomes:
            await anext(outcomes)
            raise ValueError("of the body")

    with pytest.raises(ValueError, match=r"^of the body$"):
        await fail()


@pytest.mark.parametrize("concurrency", [0, -1])
async def test_a_concurrency_below_one_is_named(client: AsyncClient, concurrency: int) -> None:
    with pytest.raises(ValueError, match="concurrency"):
        client.send_all([RING], concurrency=concurrency)


async def test_what_is_no_request_ends_the_iteration_bare(client: AsyncClient, service: Service) -> None:
    requests: list[Any] = ["a ring", *rings(100)]
    with anyio.fail_after(2), pytest.raises(TypeError, match="request"):
        await take_all(client.send_all(requests, concurrency=2))
    assert len(service.taken) < 5, "and nothing much is read after it"


async def test_what_is_no_receipt_ends_the_iteration_bare(client: AsyncClient) -> None:
    receipts: list[Any] = [None]
    with anyio.fail_after(2), pytest.raises(AttributeError):
        await take_all(client.track_all(receipts))


async def test_without_its_block_it_says_so(client: AsyncClient) -> None:
    with anyio.fail_after(2), pytest.raises(ClientClosed, match="async with"):
        async for _ in client.send_all([RING]):
            pass


async def test_after_its_block_it_says_so(client: AsyncClient, clock: VirtualClock) -> None:
    async with client.send_all(rings(5)) as outcomes:
        await clock.sleep(0.5)
    with anyio.fail_after(2), pytest.raises(ClientClosed, match="async with"):
        await anext(outcomes)


async def test_a_client_that_is_closed_meanwhile_ends_the_iteration(clock: VirtualClock, service: Service) -> None:
    got: list[Any] = []
    ends: list[Exception] = []

    async def send(client: AsyncClient) -> None:
        async with client.send_all(rings(), concurrency=3) as outcomes:
            try:
                async for outcome in outcomes:
                    got.append(outcome)  # noqa: PERF401 - what came before the error counts
            except ClientClosed as error:
                ends.append(error)

    with anyio.fail_after(2):
        async with (
            anyio.create_task_group() as group,
            AsyncClient("l", "p", rate=None, clock=clock, transport=httpx.MockTransport(service)) as client,
        ):
            group.start_soon(send, client)
            await clock.sleep(2.5)
    assert [type(outcome) for outcome in got] == [Accepted] * len(service.taken)
    assert len(ends) == 1


async def test_two_may_take_from_one_iterator(client: AsyncClient) -> None:
    got: list[object] = []

    async with client.send_all(rings(20), concurrency=4) as outcomes:

        async def take() -> None:
            got.extend([outcome async for outcome in outcomes])

        with anyio.fail_after(2):
            async with anyio.create_task_group() as group:
                group.start_soon(take)
                group.start_soon(take)
    assert len(got) == 20
