from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeasync.pacing.bucket import Bucket, Rate

SEEDS = range(5)


def taken(bucket: Bucket, count: int, late: float, chance: random.Random, now: float = 1000.0) -> list[float]:
    """Take slots as the limiter does: ask, sleep for as long as told (the timer wakes up to `late` late), ask again."""
    times: list[float] = []
    while len(times) < count:
        wait = bucket.reserve(now)
        if wait:
            now += wait + chance.random() * late
        else:
            times.append(now)
    return times


def most_in_one_second(times: list[float]) -> int:
    most = begun = 0
    for index, time in enumerate(times):
        while time - times[begun] > 1.0 + 1e-9:
            begun += 1
        most = max(most, index - begun + 1)
    return most


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("late", [0.0, 0.001, 0.005, 0.010])
def test_50_a_second_stay_50_though_timers_wake_late(seed: int, late: float) -> None:
    times = taken(Bucket(Rate(50)), 2000, late, random.Random(seed))
    assert (len(times) - 1) / (times[-1] - times[0]) >= 49
    assert most_in_one_second(times) <= 51


def test_timer_that_is_always_late_by_the_same_loses_nothing() -> None:
    bucket = Bucket(Rate(50))
    times: list[float] = []
    now = 0.0
    while len(times) < 1000:
        wait = bucket.reserve(now)
        if wait:
            now += wait + 0.0075
        else:
            times.append(now)
    assert (len(times) - 1) / (times[-1] - times[0]) == pytest.approx(50, rel=0.002)


@pytest.mark.parametrize("late", [0.005, 0.010, 0.050, 0.5])
def test_after_one_late_timer_no_second_is_fuller(late: float) -> None:
    bucket = Bucket(Rate(50))
    bucket.reserve(0.0)
    now = bucket.reserve(0.0) + late
    times = taken(bucket, 100, 0.0, random.Random(0), now)
    assert times[0] == now
    assert most_in_one_second(times) <= 51


@settings(deadline=None)
@given(
    st.integers(1, 50),
    st.integers(1, 10),
    st.lists(st.floats(0, 0.2), min_size=1, max_size=40),
    st.lists(st.floats(0, 0.05), min_size=1, max_size=40),
)
def test_no_second_holds_more_than_the_rate_the_burst_and_one(
    per_second: int, burst: int, idle: list[float], late: list[float]
) -> None:
    bucket = Bucket(Rate(per_second, burst))
    now, times = 0.0, list[float]()
    for step in range(200):
        wait = bucket.reserve(now)
        if wait:
            now += wait + late[step % len(late)]
        else:
            times.append(now)
            now += idle[step % len(idle)] * (step % 7 == 0)
    assert most_in_one_second(times) <= per_second + burst


def test_first_goes_at_once_and_the_next_an_interval_later() -> None:
    bucket = Bucket(Rate(50))
    assert bucket.reserve(7.0) == 0.0
    assert bucket.reserve(7.0) == pytest.approx(0.02)
    assert bucket.reserve(7.005) == pytest.approx(0.015)
    assert bucket.reserve(7.02) == 0.0


def test_asking_in_vain_takes_nothing() -> None:
    bucket = Bucket(Rate(10))
    bucket.reserve(0.0)
    for _ in range(1000):
        assert bucket.reserve(0.01) == pytest.approx(0.09)
    assert bucket.reserve(0.1) == 0.0


def test_burst_goes_at_once_after_a_quiet_time_and_then_the_rate_holds() -> None:
    bucket = Bucket(Rate(10, burst=3))
    for begun in (0.0, 100.0):
        assert [bucket.reserve(begun) for _ in range(3)] == [0.0, 0.0, 0.0]
        assert bucket.reserve(begun) == pytest.approx(0.1)
        assert bucket.reserve(begun + 0.1) == 0.0


def test_quiet_time_saves_up_no_more_than_the_burst() -> None:
    bucket = Bucket(Rate(10))
    bucket.reserve(0.0)
    assert bucket.reserve(1000.0) == 0.0
    assert bucket.reserve(1000.0) == pytest.approx(0.1)


def test_cost_takes_as_many_slots() -> None:
    bucket = Bucket(Rate(10))
    assert bucket.reserve(0.0, cost=4) == 0.0
    assert bucket.reserve(0.0) == pytest.approx(0.4)


def test_without_a_rate_everybody_goes() -> None:
    bucket = Bucket(None)
    assert {bucket.reserve(0.0) for _ in range(1000)} == {0.0}


@pytest.mark.parametrize("rate", [None, Rate(50), Rate(50, burst=10)])
def test_nobody_goes_while_it_is_held(rate: Rate | None) -> None:
    bucket = Bucket(rate)
    bucket.hold(10.0)
    bucket.hold(5.0)
    assert bucket.reserve(4.0) == pytest.approx(6.0)
    assert bucket.reserve(9.5) == pytest.approx(0.5)
    assert bucket.reserve(10.0) == 0.0


def test_hold_saves_up_no_slots() -> None:
    bucket = Bucket(Rate(10))
    bucket.reserve(0.0)
    bucket.hold(10.0)
    assert bucket.reserve(5.0) == pytest.approx(5.0)
    assert bucket.reserve(10.0) == 0.0
    assert bucket.reserve(10.0) >= 0.05


def test_rate_may_be_changed_and_taken_away() -> None:
    bucket = Bucket(Rate(1))
    bucket.reserve(0.0)
    assert bucket.reserve(0.0) == pytest.approx(1.0)
    bucket.rate = None
    assert bucket.reserve(0.0) == 0.0
    bucket.rate = Rate(100)
    assert bucket.reserve(1.0) == 0.0
    assert bucket.reserve(1.0) == pytest.approx(0.01)


@pytest.mark.parametrize("per_second", [0, -1, -0.0, math.nan, math.inf, -math.inf])
def test_rate_is_above_zero(per_second: float) -> None:
    with pytest.raises(ValueError, match="a rate is a number of requests a second above 0, not"):
        Rate(per_second)


@pytest.mark.parametrize("burst", [0, -1, 1.5, 2.0, math.nan, math.inf])
def test_burst_is_a_whole_number_from_1(burst: int) -> None:
    with pytest.raises(ValueError, match="a burst is a whole number from 1, not"):
        Rate(10, burst)
