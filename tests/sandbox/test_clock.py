from __future__ import annotations

import pytest

from makeasync.sandbox import SandboxClock


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
    with pytest.raises(ValueError, match="time cannot move"):
        SandboxClock(lambda: 1_000.0).advance(seconds)
