from __future__ import annotations

import sys
import time
from collections.abc import Callable
from threading import Thread

import pytest

from makeasync.sandbox import Sandbox, SandboxClock


def test_it_goes_by_its_base_until_it_is_frozen() -> None:
    base = [1_000.0]
    clock = SandboxClock(lambda: base[0])
    base[0] += 5
    assert (clock.now(), clock.is_frozen) == (1_005, False)
    clock.freeze()
    base[0] += 5
    assert (clock.now(), clock.is_frozen) == (1_005, True)
    clock.advance(60)
    assert clock.now() == 1_065
    clock.resume()
    base[0] += 1
    assert (clock.now(), clock.is_frozen) == (1_066, False)
    clock.reset()
    assert clock.now() == 1_011


def test_it_can_be_moved_on_while_it_goes() -> None:
    clock = SandboxClock(lambda: 1_000.0)
    clock.advance(7_200)
    clock.resume()
    assert clock.now() == 8_200


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 1e12])
def test_time_does_not_go_back_nor_out_of_sight(seconds: float) -> None:
    with pytest.raises(ValueError, match=r"seconds: .* is not a number from 0 to 316,224,000"):
        SandboxClock(lambda: 1_000.0).advance(seconds)


def test_no_date_is_later_than_the_year_9999() -> None:
    clock = SandboxClock(lambda: 253_402_000_000.0)
    clock.advance(100_000)
    with pytest.raises(ValueError, match="past the year 9999"):
        clock.advance(100_001)
    assert clock.now() == 253_402_100_000


def test_a_base_that_looks_at_the_sandbox_locks_nobody_out() -> None:
    """The sandbox asks its clock with its lock held; the clock must not ask its base with one of its own."""
    looking: list[Sandbox] = []

    def base() -> float:
        for sandbox in looking:
            assert sandbox.credits == 10_000
        return time.time()

    sandbox = Sandbox(clock=base)
    looking.append(sandbox)
    until = time.monotonic() + 0.3

    def repeat(work: Callable[[], object]) -> None:
        while time.monotonic() < until:
            work()

    def ask() -> None:
        sandbox._answer("/apicredits.php", b"login=john@gmail.com&pwd=marilyn", "http://sandbox")  # pyright: ignore[reportPrivateUsage] - as HTTP would

    threads = [Thread(target=repeat, args=[work], daemon=True) for work in (ask, sandbox.clock.now)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in threads)


def test_whoever_asks_late_is_not_told_an_earlier_time() -> None:
    asked: list[float] = []
    clock = SandboxClock(lambda: asked.pop(0) if asked else 100.0)
    asked.append(105.0)
    assert clock.now() == 105
    # Its base was read before, and another thread was quicker.
    clock.freeze()
    assert clock.now() == 105
    clock.reset()
    assert clock.now() == 100


def test_it_does_not_go_back_however_many_ask() -> None:
    interval = sys.getswitchinterval()
    clock, until = SandboxClock(time.time), time.monotonic() + 0.5
    backwards: list[float] = []

    def toggle() -> None:
        while time.monotonic() < until:
            clock.freeze()
            clock.resume()

    def look() -> None:
        last = 0.0
        while time.monotonic() < until:
            last, before = clock.now(), last
            if last < before:
                backwards.append(before - last)

    sys.setswitchinterval(1e-6)
    try:
        threads = [Thread(target=work) for work in (toggle, look, look)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert backwards == []


def test_how_far_it_is_ahead_is_told() -> None:
    base = [1_000.0]
    clock = SandboxClock(lambda: base[0])
    clock.advance(60)
    assert clock.ahead == 60
    clock.freeze()
    base[0] += 10
    assert clock.ahead == 50
    clock.reset()
    assert clock.ahead == 0
