from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.errors import InvalidRequest
from makeasync.protocol.alphabet import ALPHABET
from makeasync.protocol.answers import Kind
from makeasync.protocol.requests import (
    Call,
    CallPlus,
    GetCredits,
    GetTracking,
    Request,
    Ring,
    RingPlus,
    Sms,
    SmsPlus,
    read_request,
)

A, B = "33612345678", "33687654321"
MINUTE = timedelta(minutes=1)
Make: TypeAlias = Callable[..., Request]
SOUND: dict[Make, dict[str, Any]] = {
    Ring: {"from_": A, "to": B},
    Call: {"from_": A, "to": B},
    CallPlus: {"from_": A, "to": B, "duration": 1, "engage": True},
    Sms: {"from_": A, "to": B, "txt": "123"},
    SmsPlus: {"from_": A, "to": B, "msg": "Bonjour"},
}
EACH = [*(make(**arguments) for make, arguments in SOUND.items()), RingPlus(pairs=[(A, B), (B, A)])]

numbers = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)
delays = st.integers(0, 120)
one_to_one = {"from_": numbers, "to": numbers, "delay": delays}
requests: st.SearchStrategy[Request] = st.one_of(
    st.builds(Ring, **one_to_one),
    st.builds(RingPlus, pairs=st.lists(st.tuples(numbers, numbers), min_size=2, max_size=10)),
    st.builds(Call, **one_to_one),
    st.builds(CallPlus, **one_to_one, duration=st.integers(1, 10), engage=st.just(value=True)),
    st.builds(Sms, **one_to_one, txt=st.from_regex(r"[0-9A-Za-z]{1,20}", fullmatch=True)),
    st.builds(SmsPlus, **one_to_one, msg=st.text(sorted(ALPHABET), min_size=1, max_size=200)),
)


def refused(make: Callable[..., object], arguments: dict[str, Any]) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        make(**arguments)
    return caught.value


@pytest.mark.parametrize(("argument", "code"), [("from_", 103), ("to", 104)])
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("336ABC45678", "holds a character that is no digit"),
        ("٣٣٦١٢٣٤٥٦٧٨", "holds a character that is no digit"),
        ("0612345678", "is a national number"),
        ("(0)612345678", "is a national number"),
        ("", "holds no digits"),
        ("+", "holds no digits"),
        ("336123", "has 6 digits, 7 to 15 are allowed"),
        ("3361234567890123", "has 16 digits, 7 to 15 are allowed"),
        (33612345678, "is not text"),
        (None, "is not text"),
    ],
)
def test_wrong_number_is_refused_under_the_name_of_its_argument(
    argument: str, code: int, number: object, reason: str
) -> None:
    for make, sound in SOUND.items():
        error = refused(make, sound | {argument: number})
        assert (error.argument, error.code) == (argument, code)
        assert str(error).startswith(f"{argument}: {number!r} {reason}")
        assert "such as 33612345678 or +33 6 12 34 56 78" in str(error)


@pytest.mark.parametrize(
    "delay",
    [
        *(-1, 121, 10**400, True, False, 5.0, 5.5, float("nan"), float("inf"), "5", "", None),
        *(timedelta(minutes=-1), timedelta(minutes=121), timedelta(seconds=90), timedelta(minutes=5, microseconds=1)),
        *(timedelta.max, timedelta.min, timedelta(minutes=120, microseconds=1), timedelta(microseconds=-1)),
    ],
)
def test_delay_of_anything_but_0_to_120_whole_minutes_is_refused(delay: object) -> None:
    for make, sound in SOUND.items():
        error = refused(make, sound | {"delay": delay})
        assert (error.argument, error.code) == ("delay", 105)
        assert "give whole minutes from 0 to 120, or a timedelta of them" in str(error)


@given(st.integers(0, 120))
def test_delay_may_be_a_timedelta_of_whole_minutes(minutes: int) -> None:
    request = Ring(from_=A, to=B, delay=timedelta(minutes=minutes))
    assert request == Ring(from_=A, to=B, delay=minutes)
    assert type(request.delay) is int


@given(st.timedeltas().filter(lambda delay: delay % MINUTE or not 0 <= delay / MINUTE <= 120))
def test_delay_of_any_other_timedelta_is_refused(delay: timedelta) -> None:
    assert refused(Ring, {"from_": A, "to": B, "delay": delay}).argument == "delay"


def test_delay_is_said_only_when_there_is_one() -> None:
    at_once, later = Ring(from_=A, to=B), Ring(from_=A, to=B, delay=120)
    assert (at_once.scheduled, later.scheduled) == (False, True)
    assert dict(later.query) == {**dict(at_once.query), "in": "120"}
    assert not RingPlus(pairs=[(A, B), (A, B)]).scheduled


@pytest.mark.parametrize("duration", [0, 11, -1, True, 1.0, "1", None, timedelta(minutes=1)])
def test_duration_of_anything_but_1_to_10_whole_minutes_is_refused(duration: object) -> None:
    error = refused(CallPlus, SOUND[CallPlus] | {"duration": duration})
    assert (error.argument, error.code) == ("duration", 106)
    assert "give whole minutes from 1 to 10" in str(error)


@pytest.mark.parametrize("said", [{}, {"engage": False}, {"engage": 1}, {"engage": "1"}, {"engage": None}])
def test_nothing_but_true_says_that_both_parties_will_be_warned(said: dict[str, object]) -> None:
    error = refused(CallPlus, {"from_": A, "to": B, "duration": 1, **said})
    assert (error.argument, error.code) == ("engage", 107)
    assert "say engage=True, by which you undertake to warn both parties" in str(error)


@pytest.mark.parametrize("txt", ["", "12 3", " 123", "123\n", "é", "١", "1" * 21, "a&to=1", 123, None])
def test_code_that_no_catalogue_has_is_refused(txt: object) -> None:
    error = refused(Sms, SOUND[Sms] | {"txt": txt})
    assert (error.argument, error.code) == ("txt", 108)
    assert "give 1 to 20 letters or digits as text, such as '123'" in str(error)


@pytest.mark.parametrize(
    ("msg", "said"),
    [
        ("", "give at least one character"),
        (None, "None is not text"),
        (12, "12 is not text"),
        (b"Bonjour", "b'Bonjour' is not text"),
        ("forêt à 20 €", "'ê' at 3, '€' at 11: not in the message alphabet"),
        ("ê" * 12, "'ê' at 9 and 2 more: not in the message alphabet"),
        ("\ud800", "'\\ud800' at 0: not in the message alphabet"),
    ],
)
def test_message_that_cannot_be_sent_is_refused_and_says_what_and_where(msg: object, said: str) -> None:
    error = refused(SmsPlus, SOUND[SmsPlus] | {"msg": msg})
    assert (error.argument, error.code) == ("msg", 109)
    assert said in str(error)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([], "0 given; a ring+ takes 2 to 10 pairs"),
        ([(A, B)], "1 given; a ring+ takes 2 to 10 pairs"),
        ([(A, B)] * 11, "11 given; a ring+ takes 2 to 10 pairs"),
        ([(A, B), (A,)], "pair 1 has 1 numbers; each pair is (from, to)"),
        ([(A, B, A), (A, B)], "pair 0 has 3 numbers; each pair is (from, to)"),
        ([(), (A, B)], "pair 0 has 0 numbers; each pair is (from, to)"),
        ([A, B], "each pair is (from, to)"),
        ([1, 2], "each pair is (from, to)"),
        (None, "each pair is (from, to)"),
    ],
)
def test_pairs_that_are_not_2_to_10_pairs_are_refused(pairs: object, said: str) -> None:
    error = refused(RingPlus, {"pairs": pairs})
    assert (error.argument, error.code) == ("pairs", 100)
    assert said in str(error)


@pytest.mark.parametrize(
    ("pairs", "argument", "code"),
    [
        ([("06", B), (A, B)], "from0", 103),
        ([(A, B), (A, "06")], "to1", 104),
        ([(A, B)] * 9 + [(A, 33612345678)], "to9", 104),
    ],
)
def test_wrong_number_of_a_pair_is_refused_under_its_own_name(pairs: object, argument: str, code: int) -> None:
    error = refused(RingPlus, {"pairs": pairs})
    assert (error.argument, error.code) == (argument, code)
    assert str(error).startswith(f"{argument}: ")


@pytest.mark.parametrize("count", [2, 10])
def test_pairs_are_numbered_without_a_hole(count: int) -> None:
    query = RingPlus(pairs=([A, B] for _ in range(count))).query
    assert [name for name, _ in query] == [f"{side}{index}" for index in range(count) for side in ("from", "to")]


@pytest.mark.parametrize("id", ["", "a b", "a/b", "a&id=b", "abc\n", "é", "١", "a" * 65, 12, None])
def test_id_that_no_receipt_has_is_refused(id: object) -> None:
    error = refused(GetTracking, {"id": id})
    assert (error.argument, error.code) == ("id", 110)
    assert "give the `id` of a receipt" in str(error)


def test_free_requests_ask_for_nothing_but_the_id() -> None:
    assert GetTracking("abcdefghijkl12").query == (("id", "abcdefghijkl12"),)
    assert GetCredits().query == ()


@given(requests)
def test_request_is_read_again_from_its_query(request: Request) -> None:
    assert read_request(request.kind, request.query) == request
    assert read_request(request.kind, parse_qsl(urlencode(request.query), strict_parsing=True)) == request


@given(requests)
def test_request_survives_pickle_and_hash(request: Request) -> None:
    again = pickle.loads(pickle.dumps(request))  # noqa: S301 - what this very line pickled
    assert again == request
    assert hash(again) == hash(request)
    assert {request: "sent"}[again] == "sent"


@pytest.mark.parametrize("request_", EACH, ids=lambda request: str(request.kind))
def test_request_cannot_be_changed(request_: Request) -> None:
    for attribute in attrs.fields(type(request_)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(request_, attribute.name, "other")
    assert {request.kind for request in EACH} == set(Kind)


def test_requests_of_two_kinds_are_never_equal() -> None:
    assert Ring(from_=A, to=B) != Call(from_=A, to=B)


@pytest.mark.parametrize(
    ("kind", "query", "argument", "code"),
    [
        (Kind.RING, [("to", B)], "from_", 103),
        (Kind.RING, [("from", A)], "to", 104),
        (Kind.RING, [("from", A), ("to", B), ("in", "")], "delay", 105),
        (Kind.RING, [("from", A), ("to", B), ("in", "121")], "delay", 105),
        (Kind.RING, [("from", A), ("to", B), ("in", "1.0")], "delay", 105),
        (Kind.RING, [("from", A), ("to", B), ("in", "٥")], "delay", 105),
        (Kind.RING, [("from", A), ("to", B), ("in", "9" * 10_000)], "delay", 105),
        (Kind.CALL, [("to", B)], "from_", 103),
        (Kind.CALL_PLUS, [("from", A), ("to", B), ("engage", "1")], "duration", 106),
        (Kind.CALL_PLUS, [("from", A), ("to", B), ("duration", "x"), ("engage", "1")], "duration", 106),
        (Kind.CALL_PLUS, [("from", A), ("to", B), ("duration", "1")], "engage", 107),
        (Kind.CALL_PLUS, [("from", A), ("to", B), ("duration", "1"), ("engage", "0")], "engage", 107),
        (Kind.SMS, [("from", A), ("to", B)], "txt", 108),
        (Kind.SMS_PLUS, [("from", A), ("to", B)], "msg", 109),
        (Kind.RING_PLUS, [("from0", A), ("to0", B)], "pairs", 100),
        (Kind.RING_PLUS, [("from0", A), ("to0", B), ("from2", A), ("to2", B)], "from1", 103),
        (Kind.RING_PLUS, [("from0", A), ("to0", B), ("from1", A), ("to1", B), ("from2", A)], "to2", 104),
    ],
)
def test_query_with_a_missing_or_wrong_argument_is_refused(
    kind: Kind, query: list[tuple[str, str]], argument: str, code: int
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_request(kind, query)
    assert (caught.value.argument, caught.value.code) == (argument, code)
