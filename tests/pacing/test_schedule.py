from __future__ import annotations

import weakref
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from makeasync.pacing.schedule import Schedule, first_look, next_look

things = st.sampled_from("abcde")
times = st.integers(0, 10).map(float)


class ScheduleAgainstADict(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.schedule = Schedule[str]()
        self.model: dict[str, tuple[float, int]] = {}
        self.entered = 0

    def earliest(self) -> str | None:
        return min(self.model, key=lambda thing: self.model[thing], default=None)

    @rule(thing=things, dues=st.lists(times, min_size=1, max_size=3), times=st.sampled_from([1, 30]))
    def set(self, thing: str, dues: list[float], times: int) -> None:
        for due in dues * times:
            self.schedule.set(thing, due)
            self.entered += 1
            self.model[thing] = (due, self.entered)

    @rule(thing=things)
    def discard(self, thing: str) -> None:
        self.schedule.discard(thing)
        self.model.pop(thing, None)

    @rule(now=times)
    def pop(self, now: float) -> None:
        expected = self.earliest()
        if expected is not None and self.model[expected][0] > now:
            expected = None
        assert self.schedule.pop(now) == expected
        if expected is not None:
            del self.model[expected]

    @invariant()
    def it_counts_and_knows_the_next_time(self) -> None:
        assert len(self.schedule) == len(self.model)
        earliest = self.earliest()
        assert self.schedule.next_due() == (None if earliest is None else self.model[earliest][0])


ScheduleAgainstADict.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestScheduleAgainstADict = ScheduleAgainstADict.TestCase


@given(st.lists(st.tuples(st.integers(), times), max_size=50, unique_by=lambda entry: entry[0]))
def test_things_come_out_in_the_order_of_their_times_and_then_of_entry(entries: list[tuple[int, float]]) -> None:
    schedule = Schedule[int]()
    for thing, due in entries:
        schedule.set(thing, due)
    assert [schedule.pop(10.0) for _ in entries] == [thing for thing, _ in sorted(entries, key=lambda entry: entry[1])]
    assert schedule.pop(10.0) is schedule.next_due() is None


def test_things_need_no_order_of_their_own() -> None:
    schedule = Schedule[object]()
    first, second = object(), object()
    schedule.set(first, 1.0)
    schedule.set(second, 1.0)
    assert [schedule.pop(1.0), schedule.pop(1.0)] == [first, second]


class Thing:
    pass


def test_things_taken_out_are_let_go_long_before_their_time() -> None:
    schedule = Schedule[Thing]()
    stays = Thing()
    schedule.set(stays, 0.0)
    gone: list[weakref.ref[Thing]] = []

    def come_and_go(due: float) -> None:
        thing = Thing()
        gone.append(weakref.ref(thing))
        schedule.set(thing, due)
        schedule.set(thing, due + 1.0)
        schedule.discard(thing)

    for due in range(5_000):
        come_and_go(due + 1.0)
    assert sum(reference() is not None for reference in gone) < 100
    assert [schedule.pop(10_000.0), schedule.pop(10_000.0)] == [stays, None]


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(0.0, 10.001), (4.0, 6.001), (9.9995, 0.0015), (10.0, 0.001), (10.001, 0.0), (3600.0, 0.0), (None, 0.0)],
)
def test_first_look_is_never_before_the_log_is_there(age: float | None, seconds: float) -> None:
    assert first_look(age, 10.0) == pytest.approx(seconds, abs=1e-6)


def test_clock_that_was_set_back_delays_the_first_look_no_longer_than_the_log_takes() -> None:
    assert first_look(-3600.0, 10.0) == 10.001
    assert first_look(0.0, 0.0) == 0.001


@pytest.mark.parametrize(
    ("looks", "until_execution", "seconds"),
    [(0, 0, 2.0), (1, 0, 3.0), (2, -3600, 4.5), (100, 0, 60.0), (0, 300, 300.0), (100, 30, 60.0)],
)
def test_next_look_is_a_poll_later_but_not_before_anything_can_have_happened(
    looks: int, until_execution: float, seconds: float
) -> None:
    assert next_look(looks, 0.5, timedelta(seconds=until_execution)) == pytest.approx(seconds)
