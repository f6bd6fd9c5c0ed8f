from __future__ import annotations

import pickle
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync import Call, CallPlus, InvalidRequest, Kind, Request, Ring, RingPlus, Sms, SmsPlus, read_request
from makeasync.protocol.alphabet import ALPHABET

A, B = "33612345678", "33687654321"

numbers = st.integers(10**6, 10**15 - 1).map(str)
delays = st.integers(0, 120)
pairs = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=10)
codes = st.text("0123456789abcXYZ", min_size=1, max_size=20)
messages = st.text(sorted(ALPHABET), min_size=1)
requests = st.one_of(
    st.builds(Ring, from_=numbers, to=numbers, delay=delays),
    st.builds(RingPlus, pairs=pairs),
    st.builds(Call, from_=numbers, to=numbers, delay=delays),
    st.builds(
        CallPlus, from_=numbers, to=numbers, delay=delays, duration=st.integers(1, 10), engage=st.just(value=True)
    ),
    st.builds(Sms, from_=numbers, to=numbers, delay=delays, txt=codes),
    st.builds(SmsPlus, from_=numbers, to=numbers, delay=delays, msg=messages),
)


@given(requests)
def test_a_request_comes_back_from_its_query(request: Request) -> None:
    over_the_wire = parse_qsl(urlencode(request.query), keep_blank_values=True, strict_parsing=True)
    assert read_request(request.kind, over_the_wire) == request


@given(requests)
def test_a_request_is_a_value(request: Request) -> None:
    copied = pickle.loads(pickle.dumps(request))  # noqa: S301 - our own bytes
    assert copied == request
    assert hash(copied) == hash(request)


@pytest.mark.parametrize("delay", [5, timedelta(minutes=5), timedelta(seconds=300)])
def test_a_delay_is_minutes_or_a_timedelta(delay: int | timedelta) -> None:
    request = Ring(from_=A, to=B, delay=delay)
    assert request.delay == 5
    assert request.query[-1] == ("in", "5")
    assert request.scheduled


@pytest.mark.parametrize("delay", [-1, 121, True, 2.5, "5", timedelta(seconds=90), timedelta(minutes=121), None])
def test_no_other_delay_is_allowed(delay: int) -> None:
    with pytest.raises(InvalidRequest, match="0 to 120") as caught:
        Ring(from_=A, to=B, delay=delay)
    assert (caught.value.argument, caught.value.code) == ("delay", 105)


@pytest.mark.parametrize("number", ["336ABC45678", "0612345678", "", "+", "123456", "1" * 16, "３３６１２３４５６７８"])
def test_a_number_is_seven_to_fifteen_digits_of_an_international_one(number: str) -> None:
    with pytest.raises(InvalidRequest, match="33612345678") as caught:
        Call(from_=number, to=B)
    assert (caught.value.argument, caught.value.code) == ("from_", 103)
    with pytest.raises(InvalidRequest) as caught:
        Call(from_=A, to=number)
    assert (caught.value.argument, caught.value.code) == ("to", 104)


def test_a_number_that_is_not_text_is_named() -> None:
    with pytest.raises(InvalidRequest, match="not text"):
        Ring(from_=A, to=33687654321)  # pyright: ignore[reportArgumentType] - the likely slip


@pytest.mark.parametrize("engage", [False, 1, "1", None])
def test_only_true_says_that_both_parties_will_be_warned(engage: bool) -> None:  # noqa: FBT001 - what is tested
    with pytest.raises(InvalidRequest, match="engage=True") as caught:
        CallPlus(from_=A, to=B, duration=1, engage=engage)
    assert caught.value.code == 107


@pytest.mark.parametrize("query", [[], [("from", A)], [("from", A), ("to", B), ("in", "soon")]])
def test_a_query_with_an_argument_missing_or_wrong_is_named(query: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_request(Kind.RING, query)
    assert caught.value.argument in {"from_", "to", "delay"}


def test_a_wrong_number_in_a_pair_is_named_with_its_place() -> None:
    with pytest.raises(InvalidRequest) as caught:
        RingPlus(pairs=[(A, B), (A, "0612345678")])
    assert (caught.value.argument, caught.value.code) == ("to1", 104)


def test_a_message_names_the_characters_it_may_not_hold() -> None:
    with pytest.raises(InvalidRequest, match="'ê' at 3, '€' at 8") as caught:
        SmsPlus(from_=A, to=B, msg="forêt 5 €".replace("5 €", "5 €"))
    assert (caught.value.argument, caught.value.code) == ("msg", 109)
