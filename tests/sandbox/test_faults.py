from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.sandbox.faults import TOO_MANY, Fault, Faults, On, Pace


def hits(fault: Fault, asked: list[On], seed: int = 0) -> list[bool]:
    faults = Faults(seed)
    faults.add(fault)
    return [faults.hitting(on) is fault for on in asked]


def test_hits_every_request_unless_it_says_which() -> None:
    assert hits(Fault("html"), ["sms", "credits"]) == [True, True]
    assert hits(Fault("html", on="sms"), ["sms", "ring", "sms"]) == [True, False, True]
    assert hits(Fault("html", on="sms", nth=2), ["sms", "ring", "sms", "sms"]) == [False, False, True, False]
    assert hits(Fault("html", times=2), ["sms", "ring", "sms"]) == [True, True, False]


def test_probability_is_thrown_with_the_seed() -> None:
    asked: list[On] = ["sms"] * 1_000
    assert 200 < sum(hits(Fault("html", probability=0.25), asked)) < 300
    assert hits(Fault("html", probability=0.5), asked) == hits(Fault("html", probability=0.5), asked)
    assert hits(Fault("html", probability=0.5), asked, seed=1) != hits(Fault("html", probability=0.5), asked)


def test_first_that_hits_happens_and_all_count() -> None:
    faults = Faults(0)
    first, second = Fault("html", nth=2), Fault("cut", nth=2)
    faults.add(first)
    faults.add(second)
    assert [faults.hitting("sms") for _ in range(3)] == [None, first, None]


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 5))
def test_no_second_ever_holds_more_than_the_rate(gaps: list[float], rate: int) -> None:
    pace, now, passed = Pace(rate, TOO_MANY), 0.0, list[float]()
    for gap in gaps:
        now += gap
        if pace.hitting(now) is None:
            passed.append(now)
    assert all(sum(1 for later in passed if 0 <= later - begun < 1) <= rate for begun in passed)


def test_without_a_rate_everything_passes() -> None:
    pace = Pace(None, TOO_MANY)
    assert [pace.hitting(1.0) for _ in range(100)] == [None] * 100


@pytest.mark.parametrize("does", ["latency", "no_answer", "reset_after", "cut", "garbage"])
def test_what_is_taken_is_said(does: str) -> None:
    assert Fault(does).is_taken  # pyright: ignore[reportArgumentType]
    assert not Fault("code").is_taken
