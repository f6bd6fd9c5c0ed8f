from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeasync import errors
from makeasync.errors import MakeError, RequestRefused, TrackingError, UndecodableAnswer
from makeasync.protocol.answers import (
    TRACKINGS,
    CallPlusTracking,
    CallTracking,
    Credits,
    Kind,
    Receipt,
    RingTracking,
    SmsPlusTracking,
    SmsTracking,
    Tracking,
)
from makeasync.protocol.codec import LONGEST_ANSWER, decode_credits, decode_receipt, decode_tracking
from makeasync.protocol.codes import CODES, Effect
from makeasync.protocol.dates import encode_date
from makeasync.protocol.requests import Ring, RingPlus, SmsPlus

A, B = "33612345678", "33687654321"
RING = Ring(from_=A, to=B)
SAMPLES = sorted((Path(__file__).parent.parent / "samples" / "doc").glob("*.xml"))
PASSWORD = "marilyn"

Answer: TypeAlias = Receipt[Any] | Tracking | Credits


def element(name: str, text: object = "") -> str:
    return f"<{name}>{escape(str(text))}</{name}>"


def response(*elements: str, **fields: object) -> bytes:
    return f"<response>{''.join(elements)}{''.join(element(*field) for field in fields.items())}</response>".encode()


def receipt(*more: str, **fields: object) -> bytes:
    return response(*more, **{"result": "success", "cost": 5, "credits": 125, "id": "abc12", **fields})


def tracking(*more: str, **fields: object) -> bytes:
    common = {"result": "success", "id": "abc12", "date_created": "52444ccf", "to": B, "in": 0, **fields}
    return response(element("from", A), *more, **common)


def decode_sample(path: Path, document: bytes) -> Answer:
    if path.stem == "credits":
        return decode_credits(document)
    return decode_tracking(document) if path.stem.startswith("track_") else decode_receipt(document, RING)


def decode_ring(document: bytes) -> Receipt[RingTracking]:
    return decode_receipt(document, RING)


def undecodable(document: bytes, decode: Callable[[bytes], Answer] = decode_ring) -> UndecodableAnswer:
    with pytest.raises(UndecodableAnswer) as caught:
        decode(document)
    assert caught.value.__cause__ is caught.value.__context__ is None
    return caught.value


ids = st.from_regex(r"[0-9a-z]{1,20}", fullmatch=True)
numbers = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)
moments = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds it
    lambda moment: moment.replace(microsecond=0)
)
dates = st.none() | moments
balances = st.integers(0, 10**9)
printable = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=10)
common = {
    "id": ids,
    "created_at": moments,
    "from_": numbers,
    "to": numbers,
    "delay": st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes)),
}
call = {"rang_at": dates, "answered_at": dates, "caller_answered_at": dates, "hung_up_at": dates}
sms = {"executed_at": dates, "content": st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=10)}
trackings: st.SearchStrategy[Tracking] = st.one_of(
    st.builds(RingTracking, **common, rang_at=dates, answered_at=dates, hung_up_at=dates),
    st.builds(CallTracking, **common, **call),
    st.builds(
        CallPlusTracking,
        **common,
        **call,
        max_duration=st.none() | st.integers(0, 600).map(lambda seconds: timedelta(seconds=seconds)),
        record_link=st.none() | printable,
    ),
    st.builds(SmsTracking, **common, **sms, txt=st.none() | ids),
    st.builds(SmsPlusTracking, **common, **sms, revealed_at=dates),
)
receipts = st.builds(
    Receipt[Any],
    kind=st.just(Kind.RING),
    id=ids,
    cost=st.none() | balances,
    credits=st.none() | balances,
    code=st.sampled_from([None, 18]),
    scheduled=st.just(value=False),
)
credit_balances = st.builds(Credits, login=st.none() | printable, credits=balances)

CALL = {
    "rang_at": "date_ringA",
    "answered_at": "date_answerA",
    "caller_answered_at": "date_answerB",
    "hung_up_at": "date_hangup",
}
ELEMENTS: Mapping[str, Mapping[str, str]] = {
    "ring": {"rang_at": "date_ring", "answered_at": "date_answer", "hung_up_at": "date_hangup"},
    "call": CALL,
    "call+": {**CALL, "max_duration": "duration", "record_link": "record_link"},
    "sms": {"txt": "txt", "executed_at": "date_executed", "content": "content"},
    "sms+": {"executed_at": "date_executed", "content": "content", "revealed_at": "x_date_executed"},
}


def write(answer: Answer) -> bytes:
    if isinstance(answer, Tracking):
        return write_tracking(answer)
    names = ["cost", "credits", "id"] if isinstance(answer, Receipt) else ["login", "credits"]
    known = {name: getattr(answer, name) for name in names}
    code = answer.code if isinstance(answer, Receipt) else None
    written = {"result": "success", **known, "result_code": code}
    return response(**{name: "" if value is None else value for name, value in written.items()})


def write_tracking(answer: Tracking) -> bytes:
    own = {name: getattr(answer, attribute) for attribute, name in ELEMENTS[answer.kind].items()}
    if own.get("content") is not None:
        own["content"] = quote_plus(own["content"])
    fields: dict[str, object] = {
        "result": "success",
        "make": answer.kind,
        "id": answer.id,
        "date_created": answer.created_at,
        "from": answer.from_,
        "to": answer.to,
        "in": answer.delay // timedelta(minutes=1),
        **own,
    }
    return response(**{name: written(name, value) for name, value in fields.items()})


def written(name: str, value: object) -> object:
    if name.startswith(("date_", "x_date_")):
        assert value is None or isinstance(value, datetime)
        return encode_date(value)
    return int(value.total_seconds()) if isinstance(value, timedelta) else "" if value is None else value


def read(answer: Answer, document: bytes) -> Answer:
    match answer:
        case Tracking():
            return decode_tracking(document, id=answer.id)
        case Credits():
            return decode_credits(document)
        case _:
            return decode_receipt(document, RING)


answers = st.one_of(trackings, receipts, credit_balances)


@settings(max_examples=60)
@given(answers)
def test_answer_is_read_whole_in_any_encoding(answer: Answer) -> None:
    document = write(answer)
    for encoded in (document, document + b"\r\n", document.decode().encode("utf-16"), b"\xef\xbb\xbf" + document):
        decoded = read(answer, encoded)
        assert decoded == answer
        assert not decoded.recovered
        assert dict(decoded.raw)["result"] == "success"


@settings(max_examples=20, deadline=None)
@given(answers)
def test_answer_cut_at_any_byte_is_undecodable(answer: Answer) -> None:
    document = write(answer)
    for end in range(len(document)):
        with pytest.raises(UndecodableAnswer):
            read(answer, document[:end])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_example_of_the_document_cut_at_any_byte_is_undecodable(path: Path) -> None:
    document = path.read_bytes().rstrip()
    for end in range(len(document)):
        with pytest.raises(UndecodableAnswer):
            decode_sample(path, document[:end])


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("inserted", [b"<", b">", b"&", b"/", b"\0", b"\xff"])
def test_damage_at_any_byte_raises_nothing_but_errors_of_makeasync(path: Path, inserted: bytes) -> None:
    document = path.read_bytes()
    for place in range(len(document)):
        with suppress(MakeError):
            decode_sample(path, document[:place] + inserted + document[place + 1 :])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_flipped_bytes_raise_nothing_but_errors_of_makeasync(path: Path, flips: list[tuple[float, int]]) -> None:
    document = bytearray(path.read_bytes())
    for place, byte in flips:
        document[int(place * len(document))] ^= byte
    with suppress(MakeError):
        decode_sample(path, bytes(document))


pieces = st.sampled_from(
    [
        *(
            b"<response>",
            b"</response>",
            b"<result>success</result>",
            b"<id>a</id>",
            b"<id>",
            b"<![CDATA[",
            b"]]>",
            b"&lt;",
        ),
        *(
            b"&#0;",
            b"&x;",
            b"<!-- ",
            b" -->",
            b"<?xml version='1.0'?>",
            b"<!DOCTYPE response>",
            b"<make>ring",
            b"\0",
            b"<",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.lists(pieces | st.binary(max_size=3), max_size=12).map(b"".join))
def test_rubbish_raises_nothing_but_errors_of_makeasync(document: bytes) -> None:
    for decode in (decode_credits, decode_tracking, decode_ring):
        with suppress(MakeError):
            decode(document)


SOUND = receipt()
TWICE = [*("result", "id", "cost", "credits", "result_code", "make", "date_created", "content", "record_link")]


@pytest.mark.parametrize("name", TWICE)
@pytest.mark.parametrize("recovered", [False, True])
def test_element_that_stands_twice_is_undecodable(name: str, *, recovered: bool) -> None:
    damage = "<broken>" if recovered else ""
    twice = element(name, 5) * 2
    error = undecodable(receipt(twice + damage))
    assert f"more than one <{name}>" in str(error)
    assert error.element == name


@pytest.mark.parametrize(
    "document",
    [
        b"<!DOCTYPE response>" + SOUND,
        b'<!DOCTYPE response [<!ENTITY i "abc12">]>' + SOUND.replace(b"abc12", b"&i;"),
        b'<!DOCTYPE response SYSTEM "file:///etc/hostname">' + SOUND,
        b"<!DOCTYPE response>" + SOUND.replace(b"</cost>", b"/cost>"),
    ],
)
def test_doctype_is_undecodable(document: bytes) -> None:
    undecodable(document)


@pytest.mark.parametrize(
    "text", ["abc&i;12", "&i;", "abc&i", "abc&12", "a & b", "abc&#0;12", "abc&#x110000;", "abc\0" + "12", "abc\x0b12"]
)
@pytest.mark.parametrize("name", ["id", "unknown"])
def test_what_recovery_would_silently_drop_is_undecodable(name: str, text: str) -> None:
    fields = {"id": "abc12", "unknown": "x"}
    document = receipt(**fields).replace(element(name, fields[name]).encode(), f"<{name}>{text}</{name}>".encode())
    assert text.encode() in document
    undecodable(document)


def test_escaped_characters_are_read_in_a_damaged_answer() -> None:
    document = tracking("<make>call+/make>", record_link="https://rec/?a=1&b=<2>")
    answer = decode_tracking(document)
    assert isinstance(answer, CallPlusTracking)
    assert answer.recovered
    assert answer.record_link == "https://rec/?a=1&b=<2>"


@pytest.mark.parametrize("inner", ["abc<x/>12", "<x>abc</x>12", "abc12<x/>", "<id2>abc12</id2>"])
def test_element_that_is_not_flat_is_undecodable(inner: str) -> None:
    error = undecodable(receipt().replace(b"<id>abc12</id>", f"<id>{inner}</id>".encode()))
    assert error.element == "id"


def test_comments_and_sections_do_not_cut_a_text() -> None:
    document = receipt().replace(b"<id>abc12</id>", b"<id>a<!-- x -->b<![CDATA[c]]><?x y?>1&#50;</id>")
    assert decode_receipt(document, RING).id == "abc12"


def test_field_inside_an_unknown_element_is_not_the_field() -> None:
    nested = element("id", "other")
    assert decode_receipt(receipt(f"<parent>{nested}</parent>"), RING).id == "abc12"
    undecodable(response(f"<data>{nested}</data>", result="success"))


def test_deep_nesting_is_no_crash() -> None:
    for depth in (250, 5000):
        with suppress(UndecodableAnswer):
            decode_receipt(receipt("<a>" * depth + "</a>" * depth), RING)
        undecodable(b"<response>" + b"<a>" * depth + b"</response>")


@pytest.mark.parametrize(
    "document",
    [
        *(b"", b" ", b"OK", b"<html><body>502 Bad Gateway</body></html>", b"<response", b"<response>", b"</response>"),
        SOUND.replace(b"response", b"answer"),
        SOUND.replace(b"response", b"Response"),
        SOUND.replace(b"<response>", b'<response xmlns="urn:x">'),
        b"<x>" + SOUND + b"</x>",
        SOUND + SOUND,
        b"Warning: mysql_connect()\n" + SOUND,
        b"<response>" + SOUND,
        SOUND + b"<!-- ",
    ],
)
def test_anything_but_one_response_is_undecodable(document: bytes) -> None:
    for decode in (decode_credits, decode_tracking):
        undecodable(document, decode)
    undecodable(document)


def test_wrong_root_is_named() -> None:
    assert "is a <answer>, not a <response>" in str(undecodable(SOUND.replace(b"response", b"answer")))


@pytest.mark.parametrize("result", ["success", "SUCCESS", " Success\n", "\t\r\nsuccess "])
def test_success_is_read_in_any_case_with_white_space(result: str) -> None:
    assert decode_receipt(receipt(result=result), RING).id == "abc12"


@pytest.mark.parametrize("result", ["failed", "FAILED", "\n Failed "])
def test_failure_is_read_in_any_case_with_white_space(result: str) -> None:
    with pytest.raises(errors.InsufficientCredit):
        decode_receipt(response(result=result, result_code=102), RING)


@pytest.mark.parametrize("result", ["", " ", "ok", "successful", "success failed", "1", "succeѕs"])
def test_any_other_result_is_undecodable(result: str) -> None:
    assert undecodable(receipt(result=result)).element == "result"


def test_missing_result_is_undecodable() -> None:
    error = undecodable(response(id="abc12", cost=5))
    assert (error.element, str(error)) == ("result", "the answer has no <result>")


@pytest.mark.parametrize("id", ["", " \n"])
def test_success_without_an_id_is_undecodable(id: str) -> None:
    error = undecodable(receipt(id=id))
    assert (error.element, str(error)) == ("id", "the answer has no <id>")
    assert error.document == receipt(id=id).decode()


@pytest.mark.parametrize("code", [code.number for code in CODES.values() if "accepted" in code.english])
def test_failure_with_an_accepted_code_is_a_contradiction(code: int) -> None:
    error = undecodable(response(result="failed", result_code=code))
    assert error.element == "result_code"
    assert f"code {code} means accepted" in str(error)


@pytest.mark.parametrize("name", ["cost", "credits", "result_code"])
@pytest.mark.parametrize(
    "number", ["9" * 16, "9" * 50_000, "9" * 100_000, "٥", "５", "²", "5.0", "1e3", "5 5", "0x5", "five", "--5", "1_0"]
)
def test_what_is_no_whole_number_is_undecodable(name: str, number: str) -> None:
    error = undecodable(receipt(**{name: number}))
    if len(number) < LONGEST_ANSWER:
        assert error.element == name
        assert f"has an unreadable <{name}>: not a whole number" in str(error)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("date_created", "52444ccg"), ("date_ring", "-1"), ("date_hangup", "3afff44180"), ("date_answer", "٥")),
        *(("in", "-1"), ("in", "1.5"), ("in", "9" * 15)),
    ],
)
def test_unreadable_field_of_a_tracking_is_named(name: str, text: str) -> None:
    fields = {"make": "ring", name: text}
    assert undecodable(tracking(**fields), decode_tracking).element == name


@pytest.mark.parametrize("name", ["id", "date_created", "from", "to"])
@pytest.mark.parametrize("kind", TRACKINGS)
def test_missing_field_of_a_tracking_is_named(kind: Kind, name: str) -> None:
    document = tracking(make=kind)
    for present in (b"abc12", b"52444ccf", A.encode(), B.encode()):
        assert present in document
    without = document.replace(f"<{name}>".encode(), b"<gone>").replace(f"</{name}>".encode(), b"</gone>")
    error = undecodable(without, decode_tracking)
    assert (error.element, str(error)) == (name, f"the answer has no <{name}>")


@pytest.mark.parametrize("kind", TRACKINGS)
def test_missing_optional_field_has_not_happened(kind: Kind) -> None:
    answer = decode_tracking(tracking(make=kind))
    assert type(answer) is TRACKINGS[kind]
    assert {getattr(answer, attribute) for attribute in ELEMENTS[kind]} == {None}
    assert answer.delay == timedelta()
    assert not answer.finished


def test_date_that_has_not_happened_of_creation_is_missing() -> None:
    assert undecodable(tracking(make="ring", date_created="0"), decode_tracking).element == "date_created"


def test_balance_that_is_missing_is_undecodable_and_zero_is_not() -> None:
    assert undecodable(response(result="success", login="a"), decode_credits).element == "credits"
    assert decode_credits(response(result="success", credits=0)).credits == 0


def test_unknown_children_are_kept_as_they_came() -> None:
    document = receipt("<new>a &amp; b</new><new/>")
    answer = decode_receipt(document, RING)
    assert answer.raw == (
        *(("new", "a & b"), ("new", "")),
        *(("result", "success"), ("cost", "5"), ("credits", "125"), ("id", "abc12")),
    )
    assert answer == decode_receipt(receipt(), RING)


def test_answer_may_be_as_long_as_the_limit_and_no_longer() -> None:
    room = LONGEST_ANSWER - len(receipt("<x></x>"))
    assert decode_receipt(receipt(element("x", "a" * room)), RING).id == "abc12"
    assert "longer than" in str(undecodable(receipt(element("x", "a" * (room + 1)))))


@pytest.mark.parametrize(
    ("fields", "scheduled"),
    [
        ({"result_code": 18}, False),
        ({"result_code": 19}, True),
        ({"result_code": 9}, True),
        ({"result_code": ""}, True),
        ({}, True),
        ({"result_code": 999}, True),
    ],
)
def test_code_says_whether_it_was_scheduled_and_else_the_request_does(
    fields: dict[str, object], *, scheduled: bool
) -> None:
    answer = decode_receipt(receipt(**fields), Ring(from_=A, to=B, delay=5))
    assert answer.scheduled is scheduled
    assert decode_receipt(receipt(), RING).scheduled is False
    assert answer.code == (fields.get("result_code") or None)


@pytest.mark.parametrize(
    "code", [code for code, known in CODES.items() if known.effect not in {Effect.ACCEPTED, Effect.SCHEDULED}]
)
def test_success_with_a_code_that_says_no_is_a_contradiction(code: int) -> None:
    assert undecodable(receipt(result_code=code)).element == "result_code"


def test_success_with_a_code_that_nobody_knows_is_one() -> None:
    assert decode_ring(receipt(result_code=77)).code == 77


def test_answer_to_another_question_is_undecodable() -> None:
    assert undecodable(tracking(make="ring")).element == "date_created"
    assert undecodable(receipt(), decode_credits).element == "id"
    assert decode_ring(receipt(date_created="52444ccf")).id == "abc12", "what else it says is its business"


def test_receipt_is_of_the_kind_that_was_asked() -> None:
    pairs = RingPlus(pairs=[(A, B), (A, B)])
    message = SmsPlus(from_=A, to=B, msg="a")
    assert [decode_receipt(receipt(make="call"), it).kind for it in (pairs, message)] == [Kind.RING_PLUS, Kind.SMS_PLUS]


REFUSALS = {
    101: errors.AuthenticationFailed,
    102: errors.InsufficientCredit,
    **dict.fromkeys(range(103, 110), errors.InvalidArgument),
    111: errors.ContactSupport,
}


@pytest.mark.parametrize(
    "code", [*(n for n, code in CODES.items() if code.effect is not Effect.ACCEPTED), 113, 999, -1]
)
def test_refusal_is_of_the_class_of_its_code(code: int) -> None:
    if CODES.get(code, CODES[0]).effect is Effect.SCHEDULED:
        return
    for decode in (decode_credits, decode_ring):
        with pytest.raises(RequestRefused) as caught:
            decode(response(result="failed", result_code=code))
        assert type(caught.value) is REFUSALS.get(code, RequestRefused)
        assert caught.value.code == code
        assert caught.value.argument == (CODES[code].argument if code in CODES else None)
        assert f"(code {code})" in str(caught.value)


def test_refusal_without_a_code_says_so() -> None:
    with pytest.raises(RequestRefused, match="without saying why") as caught:
        decode_receipt(response(result="failed"), RING)
    assert (type(caught.value), caught.value.code) == (RequestRefused, None)
    with pytest.raises(TrackingError, match="does not say why") as none:
        decode_tracking(response(result="failed"), id="abc12")
    assert (type(none.value), none.value.code, none.value.id) == (TrackingError, None, "abc12")


@pytest.mark.parametrize(
    ("code", "kind"),
    [(110, errors.TrackingUnavailable), (112, errors.NotYetAvailable)]
    + [(code, TrackingError) for code in (0, 18, 100, 101, 111, 999)],
)
def test_no_tracking_is_of_the_class_of_its_code(code: int, kind: type[TrackingError]) -> None:
    with pytest.raises(TrackingError) as caught:
        decode_tracking(response(result="failed", result_code=code), id="abc12")
    assert type(caught.value) is kind
    assert (caught.value.id, caught.value.code) == ("abc12", code)


def test_answer_about_another_id_is_undecodable() -> None:
    document = tracking(make="ring")
    assert decode_tracking(document, id="abc12").id == decode_tracking(document).id == "abc12"
    error = undecodable(document, lambda it: decode_tracking(it, id="ABC12"))
    assert (error.element, str(error)) == ("id", "the answer is about id 'abc12', asked was 'ABC12'")


ALL_FIELDS = {
    "x_date_executed": Kind.SMS_PLUS,
    "txt": Kind.SMS,
    "duration": Kind.CALL_PLUS,
    "record_link": Kind.CALL_PLUS,
    "date_ringA": Kind.CALL,
    "date_ring": Kind.RING,
    "content": Kind.SMS_PLUS,
}


@pytest.mark.parametrize("kind", TRACKINGS)
def test_kind_is_what_the_receipt_says_whatever_else_the_answer_says(kind: Kind) -> None:
    for other in TRACKINGS:
        assert decode_tracking(tracking(make=other, **dict.fromkeys(ALL_FIELDS, 1)), kind=kind).kind is kind


@pytest.mark.parametrize("kind", TRACKINGS)
@pytest.mark.parametrize("spelling", ["{}", " {}\n", "{}/make>", "{} /make", "{}\t10"])
def test_kind_is_what_make_names_whatever_the_fields_say(kind: Kind, spelling: str) -> None:
    for make in (spelling.format(kind), spelling.format(kind).upper()):
        assert decode_tracking(tracking(make=make, **dict.fromkeys(ALL_FIELDS, 1))).kind is kind


@pytest.mark.parametrize("make", [None, "", "10", "ringing", "/ring", "sms-"])
@pytest.mark.parametrize("first", range(len(ALL_FIELDS)))
def test_kind_is_else_told_by_the_fields_the_first_of_them_first(make: str | None, first: int) -> None:
    present = dict.fromkeys(list(ALL_FIELDS)[first:], 1)
    fields = present if make is None else {"make": make, **present}
    assert decode_tracking(tracking(**fields)).kind is list(ALL_FIELDS.values())[first]


@pytest.mark.parametrize("make", [None, "10", "ring+"])
def test_kind_that_nothing_tells_is_undecodable(make: str | None) -> None:
    fields = {} if make is None else {"make": make}
    assert undecodable(tracking(**fields), decode_tracking).element == "make"


@pytest.mark.parametrize(
    ("damage", "repaired"),
    [("<make>call/make>", Kind.CALL), ("<make>call+/make>", Kind.CALL_PLUS), ("<make>ring</mak>", Kind.RING)],
)
def test_damaged_answer_is_read_and_marked(damage: str, repaired: Kind) -> None:
    answer = decode_tracking(tracking(damage))
    assert (answer.kind, answer.id, answer.recovered) == (repaired, "abc12", True)


@pytest.mark.parametrize(
    ("damage", "element"),
    [
        ("<id>ab<c12</id>", "id"),
        ("<id>abc12/id>", "id"),
        ("<id>abc12", "id"),
        ("<id>abc12<cost>5</cost>", "id"),
        ("<id>abc12</ID>", "id"),
        ("<id>a1</id><cost>1<2</cost>", "cost"),
        ("<id>a1</id><credits>12</credit>", "credits"),
        ("<id>a1</id><result_code>1<!8</result_code>", None),  # no recovery at all: a declaration
    ],
)
def test_field_that_recovery_would_have_to_repair_is_undecodable(damage: str, element: str | None) -> None:
    error = undecodable(f"<response><result>success</result>{damage}</response>".encode())
    assert error.element == element


@pytest.mark.parametrize("result", ["<result>success</rsult>", "<result>success", "<result>success/result>"])
def test_result_that_recovery_would_have_to_repair_is_undecodable(result: str) -> None:
    assert undecodable(f"<response>{result}<id>a1</id></response>".encode()).element == "result"


def masking(text: str) -> str:
    return text.replace(PASSWORD, "***")


DECODERS: list[Callable[[bytes], Answer]] = [
    lambda document: decode_receipt(document, RING, redact=masking),
    lambda document: decode_tracking(document, id="other", redact=masking),
    lambda document: decode_credits(document, redact=masking),
]
LEAKING = [
    f"<html>{PASSWORD}</html>".encode(),
    f"<{PASSWORD}/>".encode(),
    f"<{'x' * 35}{PASSWORD}/>".encode(),
    response(result=PASSWORD),
    response(result=f" {PASSWORD}\n"),
    response(result="x" * 16 + PASSWORD),
    response(result="success", id="", pwd=PASSWORD),
    response(result="success", cost=PASSWORD, date_created=PASSWORD, credits=PASSWORD),
    response(element("id", 1), result="success", id=PASSWORD),
    tracking(make="ring", id=PASSWORD, credits=PASSWORD, cost=PASSWORD),
    *(b"<response>" + b" " * fill + PASSWORD.encode() for fill in range(1975, 1991)),
    f"<response>{PASSWORD}".encode("utf-16"),
    f"<response>{PASSWORD}".encode("utf-16-le"),
    f"<response>{PASSWORD}".encode("utf-16-be"),
    f"<response>{PASSWORD}".encode("utf-32"),
]


@pytest.mark.parametrize("document", LEAKING)
def test_no_error_shows_a_secret_or_half_of_one(document: bytes) -> None:
    for decode in DECODERS:
        error = undecodable(document, decode)
        shown = f"{error!r} {error} {vars(error)}"
        assert PASSWORD[:4] not in shown.replace("\0", "").replace("\\x00", "")
        assert PASSWORD[:4].encode() not in pickle.dumps(error).replace(b"\0", b"")


@pytest.mark.parametrize(
    "answer",
    [
        decode_receipt(receipt(pwd=PASSWORD, note=f"<{PASSWORD}>"), RING, redact=masking),
        decode_tracking(tracking(make="ring", pwd=PASSWORD, note=f"<{PASSWORD}>"), redact=masking),
        decode_credits(response(result="success", credits=1, pwd=PASSWORD, note=f"<{PASSWORD}>"), redact=masking),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_raw_shows_no_secret(answer: Answer) -> None:
    assert (dict(answer.raw)["pwd"], dict(answer.raw)["note"]) == ("***", "<***>")
    assert PASSWORD not in repr(answer)


def test_error_shows_the_beginning_of_the_document_only() -> None:
    error = undecodable(b"<response>" + b"x" * 50_000)
    assert error.document == "<response>" + "x" * 1_990
