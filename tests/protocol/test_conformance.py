"""The golden cases of the API document, every one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from makeasync import errors
from makeasync.protocol import requests
from makeasync.protocol.answers import Credits, Receipt, Tracking
from makeasync.protocol.codec import decode_credits, decode_receipt, decode_tracking
from makeasync.protocol.requests import Call, CallPlus, PaidRequest, Ring, RingPlus, Sms, SmsPlus

SAMPLES = Path(__file__).parent.parent / "samples"
CASES: dict[str, Any] = json.loads((SAMPLES / "cases.json").read_text())
MAKERS: dict[str, Any] = {
    "ring": Ring,
    "ring_plus": RingPlus,
    "call": Call,
    "call_plus": CallPlus,
    "sms": Sms,
    "sms_plus": SmsPlus,
    "tracking": requests.GetTracking,
    "credits": requests.GetCredits,
}
A, B = "33612345678", "33687654321"
ASKED: dict[str, PaidRequest[Tracking | None]] = {
    "ring": Ring(from_=A, to=B),
    "ring_plus": RingPlus(pairs=[("33612345678", "33687654321")] * 4),
    "call": Call(from_=A, to=B),
    "call_plus": CallPlus(from_=A, to=B, duration=1, engage=True),
    "sms": Sms(from_=A, to=B, txt="123"),
    "sms_plus": SmsPlus(from_=A, to=B, msg="Bonjour comment ca va ?"),
}


@pytest.mark.parametrize("case", CASES["requests"], ids=lambda case: str(case["kind"]))
def test_request_becomes_the_url_of_the_document(case: dict[str, Any]) -> None:
    request = MAKERS[case["kind"]](**case["arguments"])
    expected = urlsplit(str(case["url"]))
    without_credentials = [pair for pair in parse_qsl(expected.query) if pair[0] not in {"login", "pwd"}]
    assert "/" + request.path == expected.path
    assert sorted(request.query) == sorted(without_credentials)


def decode(file: str) -> Receipt[Tracking | None] | Tracking | Credits:
    document = (SAMPLES / file).read_bytes()
    name = Path(file).stem
    if name == "credits":
        return decode_credits(document)
    return decode_tracking(document) if name.startswith("track_") else decode_receipt(document, ASKED[name])


def expected_value(attribute: str, value: object) -> tuple[str, object]:
    if attribute.endswith("_at") and isinstance(value, str):
        return attribute, datetime.fromisoformat(value)
    if attribute == "delay_minutes" and isinstance(value, int):
        return "delay", timedelta(minutes=value)
    if attribute == "max_duration_seconds" and isinstance(value, int):
        return "max_duration", timedelta(seconds=value)
    return attribute, value


@pytest.mark.parametrize(
    "case", [case for case in CASES["answers"] if "error" not in case], ids=lambda case: str(case["file"])
)
def test_answer_of_the_document_decodes(case: dict[str, Any]) -> None:
    answer = decode(case["file"])
    assert type(answer).__name__ == case["type"]
    for attribute, value in case.items():
        if attribute not in {"file", "type"}:
            name, expected = expected_value(attribute, value)
            assert getattr(answer, name) == expected, name


@pytest.mark.parametrize(
    "case", [case for case in CASES["answers"] if "error" in case], ids=lambda case: str(case["file"])
)
def test_refusal_of_the_document_raises(case: dict[str, Any]) -> None:
    with pytest.raises(getattr(errors, case["error"])) as caught:
        decode(case["file"])
    assert caught.value.code == case["code"]


def test_every_sample_has_a_case() -> None:
    described = {case["file"] for case in CASES["answers"]}
    assert {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.glob("doc/*.xml")} == described
