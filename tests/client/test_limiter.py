"""The pace, in virtual time."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import anyio
import pytest
from anyio.lowlevel import checkpoint

from makeasync import Rate, VirtualClock
from makeasync.client.limiter import Limiter


class Late(VirtualClock):
    """Wakes everybody a little late, as real timers do."""

    @contextmanager
    def expire(self, seconds: float | None) -> Generator[anyio.CancelScope]:
        with super().expire(None if seconds is None else seconds + 0.004) as scope:
            yield scope


async def times(limiter: Limiter, clock: VirtualClock, number: int) -> list[float]:
    begun = clock.now()
    passed: list[float] = []
    for _ in range(number):
        await limiter.wait()
        passed.append(clock.now() - begun)
    return passed


def most_in_a_second(passed: list[float]) -> int:
    return max(sum(1 for one in passed[first:] if one - begin < 1.0) for first, begin in enumerate(passed))


@pytest.mark.parametrize("clock", [VirtualClock, Late])
async def test_fifty_a_second_are_fifty_a_second_even_if_timers_are_late(clock: type[VirtualClock]) -> None:
    async with clock() as now:
        passed = await times(Limiter(now, Rate(50)), now, 501)
    assert 500 / passed[-1] >= 49
    assert most_in_a_second(passed) <= 51


async def test_after_a_quiet_time_no_more_than_the_burst_go_at_once() -> None:
    async with VirtualClock() as clock:
        limiter = Limiter(clock, Rate(2, burst=3))
        await clock.sleep(1000)
        passed = await times(limiter, clock, 5)
    assert passed == pytest.approx([0, 0, 0, 0.5, 1.0], abs=0.02)


async def test_thirty_of_forty_that_give_up_lose_no_slot_and_nobody_overtakes() -> None:
    async with VirtualClock() as clock:
        limiter = Limiter(clock, Rate(10))
        await limiter.wait()
        begun = clock.now()
        order: list[int] = []
        scopes = [anyio.CancelScope() for _ in range(40)]

        async def wait(number: int) -> None:
            with scopes[number]:
                await limiter.wait()
                order.append(number)

        async with anyio.create_task_group() as group:
            for number in range(40):
                group.start_soon(wait, number)
                await checkpoint()
            for number in range(40):
                if number % 4 != 3:
                    scopes[number].cancel()
        assert order == list(range(3, 40, 4))
        assert clock.now() - begun == pytest.approx(1.0, abs=0.03)


async def test_a_pause_holds_those_who_wait_already() -> None:
    async with VirtualClock() as clock:
        limiter = Limiter(clock, Rate(10))
        begun = clock.now()
        await limiter.wait()
        passed: list[float] = []

        async def wait() -> None:
            await limiter.wait()
            passed.append(clock.now() - begun)

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            await clock.sleep(0.05)
            limiter.pause(5)
            limiter.pause(1)
    assert passed == [pytest.approx(5.05)]


async def test_without_a_rate_nobody_waits_but_for_a_pause() -> None:
    async with VirtualClock() as clock:
        limiter = Limiter(clock, None)
        assert await times(limiter, clock, 1000) == [0] * 1000
        limiter.pause(3)
        assert await times(limiter, clock, 2) == pytest.approx([3, 3])


@pytest.mark.parametrize("per_second", [0, -1, float("nan"), float("inf")])
def test_a_rate_out_of_range_is_refused(per_second: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        Rate(per_second)


async def test_a_rate_that_is_changed_holds_for_whoever_waits_already() -> None:
    async with VirtualClock() as clock:
        limiter = Limiter(clock, Rate(0.001))
        await limiter.wait()
        passed: list[float] = []
        begun = clock.now() + 10

        async def wait() -> None:
            await limiter.wait()
            passed.append(clock.now())

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(wait)
            await clock.sleep(10)
            assert passed == []
            limiter.rate = Rate(2)
            assert limiter.rate == Rate(2)
    assert [moment - begun for moment in passed] == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.5], abs=0.1)


async def test_without_a_rate_a_pause_still_holds() -> None:
    async with VirtualClock() as clock:
        limiter = Limiter(clock, Rate(1))
        limiter.rate = None
        limiter.pause(5)
        begun = clock.now()
        await limiter.wait()
        assert clock.now() - begun == pytest.approx(5)
