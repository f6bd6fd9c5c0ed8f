from __future__ import annotations

import pytest

from makeasync.sandbox import Fault, Sandbox
from makeasync.sandbox.web.inbox.actions import ACTIONS


def do(sandbox: Sandbox, action: str, **form: str) -> None:
    ACTIONS[action].do(sandbox, form)


@pytest.fixture
def sandbox(now: list[float]) -> Sandbox:
    return Sandbox(clock=lambda: now[0])


def test_money_time_and_faults_are_set_and_reset(sandbox: Sandbox, now: list[float]) -> None:
    do(sandbox, "top-up", amount="5")
    do(sandbox, "freeze")
    do(sandbox, "advance", seconds="60.5")
    do(sandbox, "add-fault", does="cut", on="sms", nth="2", times="3", probability="50", seconds="", status="", code="")
    assert (sandbox.credits, sandbox.clock.is_frozen, sandbox.clock.now()) == (10_005, True, now[0] + 60.5)
    assert sandbox.faults == (Fault("cut", on="sms", nth=2, times=3, probability=0.5),)
    do(sandbox, "resume")
    assert not sandbox.clock.is_frozen
    do(sandbox, "reset-clock")
    assert sandbox.clock.now() == now[0]
    do(sandbox, "add-fault", does="html")
    do(sandbox, "remove-fault", number="1")
    assert sandbox.faults == (Fault("html"),)
    do(sandbox, "clear-faults")
    assert sandbox.faults == ()
    do(sandbox, "reset")
    assert sandbox.credits == 10_000


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("top-up", {}),
        ("top-up", {"amount": "-1"}),
        ("top-up", {"amount": "1.5"}),
        ("top-up", {"amount": "9" * 5_000}),
        ("advance", {"seconds": "nan"}),
        ("advance", {"seconds": "-1"}),
        ("advance", {}),
        ("add-fault", {"does": "explode"}),
        ("add-fault", {"does": "cut", "nth": "0"}),
        ("add-fault", {"does": "cut", "probability": "101"}),
        ("add-fault", {"does": "cut", "probability": "nan"}),
        ("remove-fault", {"number": "x"}),
    ],
)
def test_what_cannot_be_is_a_problem_and_changes_nothing(sandbox: Sandbox, action: str, form: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        do(sandbox, action, **form)
    assert ACTIONS[action].problem
    assert (sandbox.credits, sandbox.faults, sandbox.clock.ahead) == (10_000, (), 0)
