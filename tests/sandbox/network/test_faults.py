from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.sandbox.network.faults import TOO_MANY, Fault, Faults, On, Pace, Struck


def strike(faults: Faults, on: On) -> Fault | None:
    """What happens to a request: nothing comes in the way of it."""
    struck = faults.striking(on)
    struck.has_happened()
    return struck.fault


def hits(fault: Fault, asked: list[On], seed: int = 0) -> list[bool]:
    faults = Faults(seed)
    faults.add(fault)
    return [strike(faults, on) is fault for on in asked]


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


def set_(*faults: Fault) -> Faults:
    together = Faults(0)
    for fault in faults:
        together.add(fault)
    return together


def test_first_that_hits_happens_and_all_count() -> None:
    first, second = Fault("html", nth=2), Fault("cut", nth=2)
    faults = set_(first, second)
    assert [strike(faults, "sms") for _ in range(3)] == [None, first, None]
    assert [(each.hits, each.is_spent) for each in faults.armed] == [(1, True), (0, True)]


def test_what_another_came_before_has_not_happened_yet() -> None:
    first, second = Fault("cut", times=2), Fault("html", times=2)
    faults = set_(first, second)
    assert [strike(faults, "sms") for _ in range(5)] == [first, first, second, second, None]
    assert all(each.is_spent for each in faults.armed)


def test_an_answer_may_be_late_and_something_else_too() -> None:
    faults = set_(Fault("latency", seconds=2), Fault("cut", times=1), Fault("latency", seconds=0.5, on="sms"))
    struck = faults.striking("sms")
    assert struck == Struck(2.5, Fault("cut", times=1))
    struck.has_happened()
    assert faults.striking("ring") == Struck(2, None)


def test_what_did_not_come_to_happen_is_not_counted() -> None:
    faults = set_(Fault("garbage", times=1))
    assert faults.striking("sms").fault
    assert [(each.hits, each.is_spent) for each in faults.armed] == [(0, False)]
    assert strike(faults, "sms")
    assert [(each.hits, each.is_spent) for each in faults.armed] == [(1, True)]


def test_one_can_be_taken_away_and_no_other_gets_its_number() -> None:
    faults = set_(Fault("cut"), Fault("html"))
    assert faults.remove(1)
    assert not faults.remove(1)
    faults.add(Fault("cut"))
    assert [each.number for each in faults.armed] == [2, 3]
    faults.clear()
    faults.add(Fault("cut"))
    assert [each.number for each in faults.armed] == [4], "who still looks at an old list removes no other"


def test_there_cannot_be_more_than_anybody_could_follow() -> None:
    faults = set_(*[Fault("cut")] * 100)
    with pytest.raises(ValueError, match="100 faults are set, and there cannot be more"):
        faults.add(Fault("cut"))
    faults.clear()
    faults.add(Fault("cut"))


def test_after_all_are_taken_away_chance_is_as_at_first() -> None:
    def thrown() -> list[bool]:
        faults.add(Fault("cut", probability=0.5))
        return [faults.striking("sms").fault is not None for _ in range(50)]

    faults = Faults(0)
    first = thrown()
    faults.clear()
    assert thrown() == first


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
