"""The virtual clock: it jumps when all sleep, and only then."""

from __future__ import annotations

import time

import anyio
import pytest

from makeasync import LoopClock, VirtualClock


async def test_hours_cost_nothing_and_are_exact() -> None:
    async with VirtualClock(start=100.0) as clock:
        with anyio.fail_after(1):
            await clock.sleep(7200)
        assert clock.now() == clock.time() == 7300.0


async def test_it_stands_still_while_somebody_works() -> None:
    async with VirtualClock() as clock:
        begun = clock.now()
        async with anyio.create_task_group() as group:
            group.start_soon(clock.sleep, 5)
            for _ in range(200):
                await anyio.lowlevel.checkpoint()
                assert clock.now() == begun
        assert clock.now() == begun + 5


async def test_a_thousand_sleepers_wake_in_order_the_same_in_every_run() -> None:
    runs: list[list[tuple[int, float]]] = []
    for _ in range(2):
        woken: list[tuple[int, float]] = []
        async with VirtualClock() as clock:

            async def sleeper(number: int, clock: VirtualClock, woken: list[tuple[int, float]]) -> None:
                await clock.sleep((number * 37) % 50 + 1)
                woken.append((number, clock.now()))

            async with anyio.create_task_group() as group:
                for number in range(1000):
                    group.start_soon(sleeper, number, clock, woken)
        runs.append(woken)
    assert len(runs[0]) == 1000
    assert [at for _, at in runs[0]] == sorted(at for _, at in runs[0])
    assert sorted(runs[0]) == sorted(runs[1])


async def test_expire_cancels_at_its_time() -> None:
    async with VirtualClock() as clock:
        begun = clock.now()
        with clock.expire(15) as scope:
            await clock.sleep(100)
        assert scope.cancelled_caught
        assert clock.now() == begun + 15


async def test_expire_leaves_alone_what_ends_in_time_and_what_comes_after() -> None:
    async with VirtualClock() as clock:
        with clock.expire(15) as scope:
            await clock.sleep(10)
        await clock.sleep(10)
        assert not scope.cancel_called
        with clock.expire(None) as endless:
            await clock.sleep(10**6)
        assert not endless.cancel_called


async def test_of_nested_expiries_the_earlier_one_counts() -> None:
    async with VirtualClock() as clock:
        begun = clock.now()
        with clock.expire(20) as outer:
            with clock.expire(5) as inner:
                await clock.sleep(100)
            assert (inner.cancelled_caught, outer.cancel_called) == (True, False)
            with clock.expire(50) as later:
                await clock.sleep(100)
        assert (later.cancelled_caught, outer.cancelled_caught) == (False, True)
        assert clock.now() == begun + 20


@pytest.mark.parametrize("error", [ValueError("bare"), ExceptionGroup("bare", [ValueError("inside")])])
async def test_what_the_body_raises_comes_out_as_it_is(error: Exception) -> None:
    async def fail() -> None:
        async with VirtualClock() as clock:
            await clock.sleep(1)
            raise error

    with pytest.raises(type(error)) as caught:
        await fail()
    assert caught.value is error


async def test_the_loop_s_clock_is_real() -> None:
    clock = LoopClock()
    begun = clock.now()
    with clock.expire(0.02) as scope:
        await clock.sleep(5)
    assert scope.cancelled_caught
    assert 0.02 <= clock.now() - begun < 1
    assert clock.time() > 1_600_000_000


async def test_the_virtual_clock_stands_still_while_somebody_works_in_a_thread() -> None:
    async with VirtualClock() as clock:
        begun = clock.now()

        async def work() -> float:
            with clock.stand_still():
                await anyio.to_thread.run_sync(time.sleep, 0.05)
                return clock.now()

        async with anyio.create_task_group() as group:
            group.start_soon(clock.sleep, 1000)
            assert await work() == begun
        assert clock.now() == begun + 1000
