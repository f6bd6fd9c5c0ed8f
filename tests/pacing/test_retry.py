from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.pacing.retry import FREE, ONCE, POLL, POLL_FAILURE, POSTPONED, UNCONNECTED, Backoff, next_try

chances = st.floats(0, 1)


def pauses(backoff: Backoff, count: int, chance: float = 0.5) -> list[float | None]:
    return [backoff.pause(repetition, chance) for repetition in range(count)]


def test_polls_come_2_3_and_4_and_a_half_seconds_apart_and_so_on_to_a_minute() -> None:
    expected = [2, 3, 4.5, 6.75, 10.125, 15.1875, 22.78125, 34.171875, 51.2578125, 60, 60, 60]
    assert pauses(POLL, 12) == pytest.approx(expected)
    assert POLL.pause(10**9, 0.5) == 60


@given(st.integers(0, 10**6), chances)
def test_pause_varies_by_a_tenth_up_and_down(repetition: int, chance: float) -> None:
    steady = min(2 * 1.5 ** min(repetition, 100), 60)
    assert POLL.pause(repetition, chance) == pytest.approx(steady * (0.9 + 0.2 * chance))


def test_chance_spans_the_whole_tenth() -> None:
    assert pauses(POLL, 2, chance=0.0) == pytest.approx([1.8, 2.7])
    assert pauses(POLL, 2, chance=1.0) == pytest.approx([2.2, 3.3])


@pytest.mark.parametrize(
    ("backoff", "expected"),
    [
        (POLL_FAILURE, [1, 2, 4, 8, 16, 30, 30, 30]),
        (UNCONNECTED, [0.25, 0.5]),
        (POSTPONED, [2, 3, 4.5]),
        (FREE, [0.25, 0.5]),
        (ONCE, []),
    ],
)
def test_budget_ends(backoff: Backoff, expected: list[float]) -> None:
    assert pauses(backoff, len(expected)) == pytest.approx(expected)
    assert pauses(backoff, len(expected) + 3)[len(expected) :] == [None] * 3


@pytest.mark.parametrize(("left", "pause"), [(2.001, 2.0), (2.0, None), (1.0, None), (0.0, None), (-1.0, None)])
def test_repetition_that_does_not_fit_into_the_time_left_is_given_up(left: float, pause: float | None) -> None:
    assert next_try(POSTPONED, 0, left, 0.5) == pause


@given(st.integers(0, 10), st.floats(0, 100), chances)
def test_next_try_is_the_pause_or_nothing(repetition: int, left: float, chance: float) -> None:
    pause = next_try(POSTPONED, repetition, left, chance)
    assert pause == POSTPONED.pause(repetition, chance) or pause is None
    assert pause is None or pause < left
    assert next_try(POSTPONED, repetition, math.inf, chance) == POSTPONED.pause(repetition, chance)


@pytest.mark.parametrize(
    ("held", "pause"), [(0.0, 2.0), (1.0, 2.0), (5.0, 5.0), (9.9, 9.9), (10.0, None), (3600.0, None)]
)
def test_repetition_waits_as_long_as_the_service_asks_or_is_given_up(held: float, pause: float | None) -> None:
    assert next_try(POSTPONED, 0, 10.0, 0.5, held) == pause
