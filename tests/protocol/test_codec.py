from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from makeasync import (
    AuthenticationFailed,
    ContactSupport,
    InsufficientCredit,
    InvalidArgument,
    Kind,
    MakeError,
    NotYetAvailable,
    RequestRefused,
    Ring,
    Sms,
    TrackingError,
    TrackingUnavailable,
    UndecodableAnswer,
)
from makeasync.protocol.codec import decode_credits, decode_receipt, decode_tracking

SAMPLES = Path(__file__).parent.parent / "samples" / "doc"
RING = Ring(from_="33612345678", to="33687654321")

ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=14)
dates = st.one_of(st.just("0"), st.integers(1, 2**32).map("{:x}".format))
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])).map(quote_plus)
amounts = st.integers(0, 10**9).map(str)
HEAD = {"id": ids, "date_created": st.integers(1, 2**32).map("{:x}".format), "in": st.integers(0, 120).map(str)}
PEOPLE = {"from": st.just("33612345678"), "to": st.just("33687654321")}
CALLED = {"date_ringA": dates, "date_answerA": dates, "date_answerB": dates, "date_hangup": dates}
TRACKED = {
    Kind.RING: {"date_ring": dates, "date_answer": dates, "date_hangup": dates},
    Kind.CALL: CALLED,
    Kind.CALL_PLUS: {"duration": st.integers(60, 600).map(str), **CALLED, "record_link": texts},
    Kind.SMS: {"txt": amounts, "date_executed": dates, "content": texts},
    Kind.SMS_PLUS: {"date_executed": dates, "content": texts, "x_date_executed": dates},
}


def written(fields: dict[str, str]) -> bytes:
    children = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return f"<response><result>success</result>{children}</response>".encode()


receipts = st.fixed_dictionaries({"cost": amounts, "credits": amounts, "id": ids, "result_code": st.just("18")})
trackings = st.sampled_from(sorted(TRACKED)).flatmap(
    lambda kind: st.fixed_dictionaries({"make": st.just(kind.value), **HEAD, **PEOPLE, **TRACKED[kind]})
)
DECODERS: dict[str, Callable[[bytes], object]] = {
    "receipt": lambda document: decode_receipt(document, RING),
    "tracking": decode_tracking,
    "credits": decode_credits,
}


def never_a_success(decode: Callable[[bytes], object], document: bytes) -> None:
    for end in range(len(document)):
        with pytest.raises(MakeError):
            decode(document[:end])


@given(receipts.map(written))
@settings(max_examples=30)
def test_a_receipt_cut_at_any_byte_is_never_a_success(document: bytes) -> None:
    assert decode_receipt(document, RING).id
    never_a_success(DECODERS["receipt"], document)


@given(trackings.map(written))
@settings(max_examples=30, deadline=None)
def test_a_tracking_cut_at_any_byte_is_never_a_success(document: bytes) -> None:
    assert decode_tracking(document).recovered is False
    never_a_success(decode_tracking, document)


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_a_document_of_the_service_cut_at_any_byte_is_never_a_success(sample: Path) -> None:
    for decode in DECODERS.values():
        never_a_success(decode, sample.read_bytes().rstrip())


@given(st.binary(max_size=300))
@example(b"<response>")
@example(b"<response/>")
@example(b"")
def test_rubbish_raises_our_own_errors_only(document: bytes) -> None:
    for decode in DECODERS.values():
        with pytest.raises(MakeError):
            decode(document)


@given(st.sampled_from(sorted(SAMPLES.glob("*.xml"))), st.integers(0), st.integers(0, 255))
def test_a_flipped_byte_raises_our_own_errors_only(sample: Path, position: int, byte: int) -> None:
    document = bytearray(sample.read_bytes())
    document[position % len(document)] = byte
    for decode in DECODERS.values():
        try:
            decode(bytes(document))
        except MakeError:
            continue


OK = "<result>success</result><cost>5</cost><credits>1</credits><id>abc</id>"
UNDECODABLE = {
    "another root": f"<answer>{OK}</answer>",
    "a page": "<html><body>Maintenance</body></html>",
    "two ids": f"<response>{OK}<id>abd</id></response>",
    "two results": f"<response><result>failed</result>{OK}</response>",
    "two costs": f"<response>{OK}<cost>6</cost></response>",
    "no id": "<response><result>success</result><cost>5</cost></response>",
    "an empty id": "<response><result>success</result><id> </id></response>",
    "no result": "<response><id>abc</id></response>",
    "another result": "<response><result>maybe</result><id>abc</id></response>",
    "a doctype": f"<!DOCTYPE response><response>{OK}</response>",
    "an entity": f'<!DOCTYPE response [<!ENTITY x "abc">]><response>{OK.replace("abc", "&x;")}</response>',
    "refused, yet accepted": "<response><result>failed</result><result_code>18</result_code></response>",
    "an endless number": f"<response>{OK.replace('5', '5' * 10**4)}</response>",
    "digits of another script": f"<response>{OK.replace('5', '٥')}</response>",
    "too long": f"<response>{OK}{' ' * 70_000}</response>",
    "two documents": f"<response>{OK}</response><response>{OK}</response>",
}


@pytest.mark.parametrize("name", UNDECODABLE)
def test_nobody_guesses(name: str) -> None:
    with pytest.raises(UndecodableAnswer):
        decode_receipt(UNDECODABLE[name].encode(), RING)


REFUSALS = {
    "0": RequestRefused,
    "100": RequestRefused,
    "101": AuthenticationFailed,
    "102": InsufficientCredit,
    **dict.fromkeys(map(str, range(103, 110)), InvalidArgument),
    "111": ContactSupport,
    "112": RequestRefused,
    "999": RequestRefused,
}


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_keeps_its_code(code: str) -> None:
    document = f"<response><result>failed</result><result_code>{code}</result_code></response>".encode()
    with pytest.raises(RequestRefused) as caught:
        decode_receipt(document, RING)
    assert type(caught.value) is REFUSALS[code]
    assert caught.value.code == int(code)


@pytest.mark.parametrize(
    ("code", "kind"), [("110", TrackingUnavailable), ("112", NotYetAvailable), ("0", TrackingError)]
)
def test_a_tracking_that_is_not_there_says_why(code: str, kind: type[TrackingError]) -> None:
    document = f"<response><result>failed</result><result_code>{code}</result_code></response>".encode()
    with pytest.raises(TrackingError) as caught:
        decode_tracking(document, id="abc")
    assert type(caught.value) is kind
    assert (caught.value.id, caught.value.code) == ("abc", int(code))


def test_case_white_space_and_unknown_children_do_not_matter() -> None:
    document = f"<response>{OK.replace('success', ' SUCCESS ')}<new>thing</new></response>".encode()
    receipt = decode_receipt(document, RING)
    assert receipt.id == "abc"
    assert ("new", "thing") in receipt.raw


def test_an_empty_code_of_a_delayed_request_still_says_scheduled() -> None:
    later = Sms(from_="33612345678", to="33687654321", txt="1", delay=5)
    assert decode_receipt(f"<response>{OK}</response>".encode(), later).scheduled


def test_an_answer_about_another_id_is_not_taken() -> None:
    with pytest.raises(UndecodableAnswer, match="abcdefghijkl12"):
        decode_tracking((SAMPLES / "track_ring.xml").read_bytes(), id="other")


@pytest.mark.parametrize("kind", [Kind.RING, None])
def test_the_kind_is_what_the_receipt_says_then_what_the_answer_shows(kind: Kind | None) -> None:
    document = (SAMPLES / "track_ring.xml").read_bytes().replace(b"<make>ring</make>", b"<make>10</make>")
    assert decode_tracking(document, kind=kind).kind is Kind.RING


def test_secrets_are_masked_in_what_is_shown() -> None:
    document = f"<response>{OK}<echo>marilyn</echo></response>".encode()

    def redact(text: str) -> str:
        return text.replace("marilyn", "***")

    assert ("echo", "***") in decode_receipt(document, RING, redact=redact).raw
    with pytest.raises(UndecodableAnswer) as caught:
        decode_credits(document.replace(b"<credits>1</credits>", b""), redact=redact)
    assert "marilyn" not in caught.value.document
    assert caught.value.element == "credits"
