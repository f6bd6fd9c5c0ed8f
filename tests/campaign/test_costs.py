"""What messages cost, and what may still be spent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.service import sms

from makeasync import Call, CallPlus, Kind, RingPlus, SmsPlus, State
from makeasync.campaign.costs import Budget, Grant, Tariff, estimate, size_of
from makeasync.campaign.journal import Sum
from makeasync.campaign.states import Following
from makeasync.protocol.requests import Request

LONG = SmsPlus(from_="33639980000", to="33639980001", msg="Bonjour " * 30)


def total(kind: Kind, state: State, messages: int, *, size: int = 1, cost: int = 0, unpriced: int = 0) -> Sum:
    return Sum(
        kind=kind,
        size=size,
        state=state,
        following=Following.AWAITED,
        messages=messages,
        cost=cost,
        dearest=cost // messages if cost else None,
        unpriced=unpriced,
    )


@pytest.mark.parametrize(
    ("request_", "size", "cost"),
    [
        (sms(1), 1, 5),
        (LONG, 2, 10),
        (Call(from_="33639980000", to="33639980001"), 1, 5),
        (CallPlus(from_="33639980000", to="33639980001", duration=1, engage=True), 1, 20),
        (RingPlus(pairs=[("33639980000", "33639980001")] * 4), 4, 20),
    ],
)
def test_until_an_answer_says_otherwise_the_documents_examples_hold(request_: Request, size: int, cost: int) -> None:
    assert size_of(request_) == size
    assert Tariff().cost(request_.kind, size) == cost


def test_what_a_size_costs_is_guessed_from_the_dearest_of_its_kind() -> None:
    tariff = Tariff()
    tariff.learn(Kind.SMS_PLUS, 1, 12)
    tariff.learn(Kind.SMS_PLUS, 1, 11)
    assert tariff.cost(Kind.SMS_PLUS, 2) == 12
    assert not tariff.knows(Kind.SMS_PLUS, 2)


def test_an_estimate_says_what_it_rests_on() -> None:
    sums = [
        total(Kind.SMS, State.ACCEPTED, 10, cost=70),
        total(Kind.SMS, State.UNKNOWN, 2, unpriced=2),
        total(Kind.SMS, State.PENDING, 100),
        total(Kind.SMS_PLUS, State.NOT_SENT, 10, size=2),
        total(Kind.CALL, State.PENDING, 1),
        total(Kind.SMS, State.REFUSED, 5),
    ]
    found = estimate(sums, rate=10)
    assert (found.messages, found.segments, found.credits, found.spent) == (111, 120, 700 + 100 + 5, 84)
    assert found.basis == "by the answers so far and the examples"
    assert found.seconds == 11.1


def test_without_a_limit_everything_is_granted() -> None:
    budget = Budget(None, Tariff(), 0)
    assert [budget.hold(number, sms(number)) for number in range(3)] == [Grant.GRANTED] * 3


def test_the_first_of_a_kind_goes_alone() -> None:
    budget = Budget(100, Tariff(), 0)
    assert budget.hold(1, sms(1)) is Grant.GRANTED
    assert budget.hold(2, sms(2)) is Grant.LATER
    budget.charge(1, sms(1), 30)
    assert budget.hold(2, sms(2)) is Grant.GRANTED
    assert budget.hold(3, sms(3)) is Grant.GRANTED
    assert budget.hold(4, sms(4)) is Grant.LATER
    budget.release(3)
    assert budget.hold(4, sms(4)) is Grant.GRANTED
    budget.charge(2, sms(2), 30)
    budget.charge(4, sms(4), None)
    assert budget.spent == 90
    assert budget.hold(5, sms(5)) is Grant.EXHAUSTED


@given(st.integers(0, 200), st.integers(1, 30), st.lists(st.sampled_from(["ask", "charge", "lose", "release"])))
def test_once_the_cost_is_known_no_order_of_things_spends_more_than_the_limit(
    limit: int, cost: int, steps: list[str]
) -> None:
    budget = Budget(limit, Tariff({(Kind.SMS, 1): cost}), 0)
    held: list[int] = []
    for number, step in enumerate(steps):
        if step == "ask":
            if budget.hold(number, sms(number)) is Grant.GRANTED:
                held.append(number)
        elif held and step == "release":
            budget.release(held.pop())
        elif held:
            budget.charge(taken := held.pop(), sms(taken), cost if step == "charge" else None)
        assert budget.spent <= limit
